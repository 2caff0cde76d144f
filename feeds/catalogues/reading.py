"""Reading a catalogue of any shape that we know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from feeds.catalogues import access_point, dmfr, gbfs_manifest, systems_csv
from feeds.catalogues.entries import FeedList
from feeds.catalogues.json_fields import parsed
from feeds.errors import NotACatalogue

READERS: Final[dict[str, Callable[[bytes], FeedList]]] = {
    dmfr.SHAPE: dmfr.read,
    systems_csv.SHAPE: systems_csv.read,
    gbfs_manifest.SHAPE: gbfs_manifest.read,
    access_point.SHAPE: access_point.read,
}
SHAPES: Final = tuple(READERS)


def shape_of(content: bytes) -> str:
    """Which shape a catalogue has, told by its content.

    Raises:
        NotACatalogue: none of ours.
    """
    if systems_csv.looks_like(content):
        return systems_csv.SHAPE
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        raise NotACatalogue(f"neither JSON nor a list of GBFS systems; one of {', '.join(SHAPES)} is read")
    document = parsed(content)
    if gbfs_manifest.looks_like(document):
        return gbfs_manifest.SHAPE
    if dmfr.looks_like(document):
        return dmfr.SHAPE
    if access_point.looks_like(document):
        return access_point.SHAPE
    raise NotACatalogue(f"none of the shapes that are read: {', '.join(SHAPES)}")


def read(content: bytes, *, shape: str | None = None) -> FeedList:
    """The feeds of a catalogue of the given shape, or of the one that its content has.

    Raises:
        NotACatalogue: it is of another shape, or cannot be read as a whole.
    """
    return READERS[shape or shape_of(content)](content)
