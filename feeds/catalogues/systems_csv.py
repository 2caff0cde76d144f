"""MobilityData's list of GBFS systems: ``systems.csv`` of https://github.com/MobilityData/gbfs.

One row a system: country, name, location, ``System ID``, web site, ``Auto-Discovery URL``; newer editions add the
versions that it supports and how it asks for a key. Columns are found by their names, in any order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from feeds.catalogues.addresses import fault_of
from feeds.catalogues.entries import FeedList, Listed, Name, Unlisted, named_once
from feeds.catalogues.slugs import slug_of
from feeds.errors import NotACatalogue

SHAPE: Final = "systems-csv"
ID: Final = "System ID"
URL: Final = "Auto-Discovery URL"
REQUIRED: Final = ("Name", ID, URL)


def looks_like(content: bytes) -> bool:
    """Whether a file begins with the header of such a list."""
    first = content[:2_000].decode("utf-8-sig", "replace").partition("\n")[0]
    return ID in first and URL in first


def read(content: bytes) -> FeedList:
    """The systems of a list.

    Raises:
        NotACatalogue: not UTF-8, or without a column that is needed.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = content[: fault.start].count(b"\n") + 1
        raise NotACatalogue("this line is not UTF-8", row=row) from fault
    rows = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = next((name for name in REQUIRED if name not in (rows.fieldnames or ())), None)
    if missing is not None:
        raise NotACatalogue("the column is missing", row=1, field=missing)
    return named_once(SHAPE, [_system(row, cells) for row, cells in _lines(rows)])


def _lines(rows: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    # A quoted cell may span lines: an entry's row is the line that it begins on.
    row = rows.line_num + 1
    try:
        for cells in rows:
            yield row, {name: (value or "").strip() for name, value in cells.items() if isinstance(name, str)}
            row = rows.line_num + 1
    except csv.Error as fault:
        raise NotACatalogue(str(fault), row=row) from fault


def _system(row: int, cells: Mapping[str, str]) -> Listed | Unlisted:
    system, url = cells[ID], cells[URL]
    if not system or len(system) > 200:
        return Unlisted(row, ID, system[:40], "an id has 1 to 200 characters")
    if fault := fault_of(url):
        return Unlisted(row, URL, "", fault)
    return Listed(
        name=Name("gbfs", system),
        standard="gbfs",
        url=url,
        row=row,
        field=URL,
        slug=slug_of(system),
        title=cells["Name"],
        holder=cells["Name"],
        territory=cells.get("Location", "") or cells.get("Country Code", ""),
        needs_key=bool(cells.get("Authentication Info URL")) or cells.get("Authentication Type", "") not in ("", "0"),
    )
