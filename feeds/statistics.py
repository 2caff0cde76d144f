"""Statistics are SQL texts, one file each, run by DuckDB over Parquet.

The head of a file is YAML in comment lines between two ``-- ---`` lines::

    -- ---
    -- id: gtfs.stop_day
    -- title: {fr: Desserte d'un arrêt par jour, en: Service of a stop by day}
    -- formula: departures = number of stop_times with a departure …
    -- unit: {departures: departures, headway_mean_s: s}
    -- dimensions: [stop_id, service_pattern]
    -- source: GTFS Schedule Reference, stop_times.txt; …
    -- tables: [stop_times, trips]
    -- parameters: {window_from_s: 25200, window_to_s: 68400}
    -- ---
    SELECT …

The text reads its `tables` by their bare names and its `parameters` as ``$name``. It is kept to what sqlglot can
turn into Spark's dialect, for the day when one machine is not enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa

from feeds import own_yaml

_FENCE = "-- ---"


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic as data: what it is called, what it means, and the text that computes it."""

    id: str
    title: Mapping[str, str]
    formula: str
    unit: Mapping[str, str]
    dimensions: tuple[str, ...]
    source: str
    tables: tuple[str, ...]
    parameters: Mapping[str, Any]
    sql: str
    #: Of a statistic over several holders: what it really measures, so that nobody can register it as something else.
    question: Mapping[str, Any] = field(default_factory=dict)


def parse(text: str) -> Statistic:
    """Read one file's text.

    Raises:
        ValueError: the head is missing or lacks a key.
    """
    parts = text.split(_FENCE)
    if len(parts) < 3:
        raise ValueError("a statistic begins with a YAML head between two '-- ---' lines")
    head = own_yaml.read("\n".join(line.removeprefix("--")[1:] for line in parts[1].strip().splitlines()))
    try:
        return Statistic(
            id=head["id"],
            title=head["title"],
            formula=head["formula"],
            unit=head["unit"],
            dimensions=tuple(head["dimensions"]),
            source=head["source"],
            tables=tuple(head["tables"]),
            parameters=head.get("parameters") or {},
            sql=_FENCE.join(parts[2:]).strip(),
            question=head.get("question") or {},
        )
    except KeyError as missing:
        raise ValueError(f"the head of a statistic lacks {missing}") from missing


@cache
def load(package: str) -> Mapping[str, Statistic]:
    """All statistics of a package's ``sql`` folder (``feeds.gtfs``, ``feeds.gbfs``, ``mds``), by id."""
    folder = resources.files(package).joinpath("sql")
    found = [parse(item.read_text("utf-8")) for item in folder.iterdir() if item.name.endswith(".sql")]
    return {statistic.id: statistic for statistic in sorted(found, key=lambda one: one.id)}


def connect(*, memory: int, threads: int = 2, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that keeps to `memory` bytes and spills to the folder `spill` beyond it.

    It loads no extension from the network and opens no file but those that its caller names.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit = ?", [f"{memory}B"])
    connection.execute("SET threads = ?", [threads])
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # it would be written over whatever the caller prints
    if spill is not None:
        connection.execute("SET temp_directory = ?", [str(spill)])
    return connection


#: A table that a statistic reads: one Parquet file, several (batches of the same table), or a small Arrow table.
Source: TypeAlias = "Path | Sequence[Path] | pa.Table"


def bind(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Source],
    names: Iterable[str],
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Give the tables their bare names in `connection`, as views.

    `columns` adds further names for columns of a table, ``{"trips": {"origin_zone": "start_h3_8"}}``: so a text
    says *origin_zone* and the caller says which zone system that is.
    """
    for name in names:
        source = tables[name]
        if isinstance(source, pa.Table):
            connection.register(f"{name}__arrow", source)
            origin = f'"{name}__arrow"'
        else:
            paths = [source] if isinstance(source, Path) else source
            origin = "read_parquet([" + ", ".join(_literal(str(path)) for path in paths) + "], union_by_name = true)"
        aliases = "".join(
            f", {_name(column)} AS {_name(alias)}" for alias, column in (columns or {}).get(name, {}).items()
        )
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {_name(name)} AS SELECT *{aliases} FROM {origin}")  # noqa: S608 - quoted names and paths


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def compute(
    statistic: Statistic,
    tables: Mapping[str, Source],
    *,
    connection: duckdb.DuckDBPyConnection,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    **parameters: Any,
) -> pa.Table:
    """Run a statistic over tables and answer with an Arrow table in the order that its text asks for.

    Raises:
        KeyError: a table that the statistic reads is not among `tables`.
        TypeError: a parameter that the statistic does not have.
    """
    _must_have(statistic, parameters)
    bind(connection, tables, statistic.tables, columns)
    return asked(statistic, connection=connection, **parameters).to_arrow_table()


def asked(
    statistic: Statistic, *, connection: duckdb.DuckDBPyConnection, around: str = "", **parameters: Any
) -> duckdb.DuckDBPyConnection:
    """Run a statistic whose tables are bound already; its rows wait in the connection, to be taken in batches.

    `around` is a text with a mark where the statistic's own is put in, for sums over its rows. It is the caller's own,
    never a reader's.

    Raises:
        TypeError: a parameter that the statistic does not have.
    """
    _must_have(statistic, parameters)
    values = {**statistic.parameters, **parameters}
    text = around.replace("{}", f"(\n{statistic.sql}\n)") if around else statistic.sql
    return connection.execute(text, values or None)


def _must_have(statistic: Statistic, parameters: Iterable[str]) -> None:
    unknown = set(parameters) - set(statistic.parameters)
    if unknown:
        raise TypeError(f"{statistic.id} has no parameter {', '.join(sorted(unknown))}")
