"""Networks of routes are told in one of two ways, and in one feed not in both (reference: networks.txt, routes.txt)."""

from __future__ import annotations

from collections.abc import Sequence

from feeds.gtfs.merge.inputs import Input
from feeds.gtfs.reference import TABLES

NETWORK_ID = "network_id"
_FILES = ("networks.txt", "route_networks.txt")


def in_files(given: Input) -> bool:
    """Whether a feed tells its networks in files of their own."""
    return any(name in given.archive.sizes for name in _FILES)


def in_routes(given: Input) -> bool:
    """Whether a feed tells its networks in routes.txt."""
    sheet = given.sheet(TABLES["routes"])
    return sheet is not None and NETWORK_ID in sheet.kept


def to_be_moved(inputs: Sequence[Input]) -> frozenset[str]:
    """The slugs of the feeds whose networks go from routes.txt into files: none, unless another has such files."""
    if not any(in_files(given) for given in inputs):
        return frozenset()
    return frozenset(given.slug for given in inputs if in_routes(given))


def moved(given: Input) -> list[tuple[str, str]]:
    """The pairs (network, route) of a feed's routes.txt, their ids as they were; none where it has files already."""
    if in_files(given):
        return []
    rows = given.records(TABLES["routes"])
    return [
        (network, route)
        for row in rows
        if (network := row.get(NETWORK_ID)) is not None and (route := row.get("route_id")) is not None
    ]
