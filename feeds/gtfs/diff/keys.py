"""By which columns the rows of a file are told apart: the primary keys of the GTFS reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feeds.gtfs.reference import TABLES

#: The reference gives `feed_info.txt` no key since it has one row at most; the publisher's name stands in for it.
_INSTEAD: Mapping[str, tuple[str, ...]] = {"feed_info.txt": ("feed_publisher_name",)}
_KEYS: Mapping[str, tuple[str, ...]] = {**{table.file: table.key for table in TABLES.values()}, **_INSTEAD}


def key_of(file: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The key columns that the file has; empty where its rows are told apart by all that they say.

    A part of a key that is in neither version (`from_trip_id` of most `transfers.txt`) tells nothing apart.
    """
    return tuple(name for name in _KEYS.get(file, ()) if name in columns)
