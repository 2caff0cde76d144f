"""What no JSON file of a system may be, whoever wrote it: so full or so deep that reading it harms the reader.

An object of three bytes takes a hundred in memory and tens of microseconds of the checks. Four kilobytes on the wire
hold seven hundred thousand of them, once they are expanded: their number is judged before they are parsed.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from feeds.errors import NotAFeed

#: The largest public files (a country's vehicles, a continent's geofencing zones) hold less than half of these.
MOST_OBJECTS: Final = 1_000_000
MOST_LISTS: Final = 5_000_000
#: Files of GBFS have twelve levels at most.
DEEPEST: Final = 100
#: How deep lists and objects may lie in one another to be written (orjson; it reads 1,024 levels).
_WRITTEN: Final = 254


def must_not_be_too_full(content: bytes, file: str) -> None:
    """Count what opens an object or a list, in texts too: a bound, not a measure.

    Raises:
        NotAFeed: there are more than any real file has.
    """
    for mark, most, kind in ((b"{", MOST_OBJECTS, "objects"), (b"[", MOST_LISTS, "lists")):
        if (count := content.count(mark)) > most:
            raise NotAFeed(f"{count:,} {kind}, more than the {most:,} that a file may hold", file=file)


def must_not_be_too_deep(body: Any, file: str) -> None:
    """What is read too deep cannot be written again, nor walked.

    Raises:
        NotAFeed: there are more than `DEEPEST` levels.
    """
    # Laid so deep itself that what is too deep in it cannot be written: the library counts faster than a walk does.
    for _ in range(_WRITTEN - DEEPEST):
        body = [body]
    try:
        orjson.dumps(body)
    except orjson.JSONEncodeError as fault:
        raise NotAFeed(f"more than {DEEPEST} levels of lists and objects in one another", file=file) from fault
