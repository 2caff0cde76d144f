"""A system as records by key: what it is, whatever version of GBFS said so; nothing of what was so at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from feeds.gbfs.spec import Table, times
from feeds.gbfs.tables import TABLES

#: A record without its key, by column; values as in JSON. What a record does not say is not in it.
Record = Mapping[str, Any]
#: The records of each file by their key.
System = Mapping[str, Mapping[tuple[Any, ...], Record]]

#: The tables that are compared, by the file they come from. Counts, vehicles and alerts are of a moment.
COMPARED: Final[Mapping[str, Table]] = {
    table.file: table for table in TABLES.values() if not table.series and table.file != "system_alerts"
}


def system(tables: Mapping[str, Path]) -> System:
    """The system in tables as `feeds.gbfs.read` writes them; columns that others added are left out."""
    return {file: _records(table, tables[table.name]) for file, table in COMPARED.items() if table.name in tables}


def _records(table: Table, path: Path) -> dict[tuple[Any, ...], Record]:
    names = [name for name in table.schema().names if name not in times(table)]
    held = set(pq.read_schema(path).names)
    rows = pq.read_table(path, columns=[name for name in names if name in held]).to_pylist()
    found = {tuple(row[name] for name in table.key): row for row in rows}
    return {
        key: {name: _plain(value) for name, value in row.items() if name not in table.key and value is not None}
        for key, row in found.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value
