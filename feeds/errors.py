"""What can be wrong with a feed as a whole, as one drawn tree.

::

    FeedError                    a sentence, and the place it speaks of: file, row, field
    ├── NotAFeed                 the source is no feed of this standard (an HTML page, an empty file, a wrong path)
    ├── NotACatalogue            a list of feeds that is none, or of no shape that we read
    ├── UnsafeArchive            refused before it is unpacked (bomb, path traversal, too many entries)
    ├── UnsupportedVersion       a version of the standard that we do not read
    └── UnusableFeed             a feed of the standard, but with nothing left that could be used

A *record* that is bad is not an error: it is set aside and counted (see `feeds.reading.Reading`). An error here
means that the whole feed is refused and that the last good version stays.
"""

from __future__ import annotations


class FeedError(Exception):
    """A feed is refused as a whole; names file, row and field where there is one.

    `row` counts the lines of the file as a person sees them in an editor: the header of a CSV file is row 1.
    """

    def __init__(self, reason: str, *, file: str = "", row: int | None = None, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.file = file
        self.row = row
        self.field = field

    def __str__(self) -> str:
        """One line: `stops.txt, row 12, field stop_lat: not a number`."""
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field:
            place.append(f"field {self.field}")
        where = ", ".join(place)
        return " ".join((f"{where}: {self.reason}" if where else self.reason).split())


class NotAFeed(FeedError):
    """The source is not a feed of the standard that was asked for."""


class NotACatalogue(FeedError):
    """A list of feeds of no shape that we read."""


class UnsafeArchive(FeedError):
    """An archive that must not be unpacked."""


class UnsupportedVersion(FeedError):
    """A version of the standard that we do not read; the sentence names those that we do."""


class UnusableFeed(FeedError):
    """A feed of the standard in which nothing usable is left (a required file is missing, every record was bad)."""
