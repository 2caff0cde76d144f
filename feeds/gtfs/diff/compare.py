"""Two versions of one file against each other: which records came, went and changed, told apart by their key.

A record whose key is empty, or shared by another record of either version, cannot be followed: such records are
compared as wholes, as often as they occur, and counted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from feeds.gtfs.diff.keys import key_of
from feeds.gtfs.diff.texts import LINE, Text

_FETCH = 5_000


@dataclass(frozen=True, slots=True)
class Change:
    """One record that came (no `base_line`), went (no `new_line`) or changed, with all its values in both versions."""

    base_line: int | None
    new_line: int | None
    base: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of both versions: the base's in their order, then those that are new.

    `in_base` and `in_new` say for each where it stands in that version's header, if anywhere.
    """

    names: tuple[str, ...]
    in_base: tuple[int | None, ...]
    in_new: tuple[int | None, ...]

    @property
    def compared(self) -> list[int]:
        """Those by which records are compared: a column that was taken away is told once, not in each record."""
        return [index for index, place in enumerate(self.in_new) if place is not None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of one file. Counts are those of all records; `changes` may be fewer (see `compare`)."""

    columns: Columns
    key: tuple[str, ...]
    rows_base: int
    rows_new: int
    added: int = 0
    deleted: int = 0
    modified: int = 0
    keyless: int = 0
    doubled: int = 0
    #: Records with more or fewer cells than the header, in both versions: they are not compared.
    bad_rows: int = 0
    modified_by_column: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def total(self) -> int:
        """All records that changed in any way."""
        return self.added + self.deleted + self.modified


def columns_of(base: Sequence[str], new: Sequence[str]) -> Columns:
    """The columns of two versions together."""
    names = (*base, *(name for name in new if name not in base))
    places = [{name: index for index, name in enumerate(header)} for header in (base, new)]
    return Columns(names, tuple(map(places[0].get, names)), tuple(map(places[1].get, names)))


def compare(
    connection: duckdb.DuckDBPyConnection, file: str, base: Text | None, new: Text | None, *, cap: int | None
) -> Comparison:
    """Compare two versions of a file (None: the feed does not have it). At most `cap` changes are told; None: all.

    Changes come in the order of their lines, those of the new version first where they have one.
    """
    columns = columns_of(base.columns if base else (), new.columns if new else ())
    key = key_of(file, columns.names)
    work = _Work(connection, columns, [columns.names.index(name) for name in key])
    work.view("b", base, columns.in_base)
    work.view("n", new, columns.in_new)
    keyless, doubled = work.find_changes()
    added, deleted, modified = work.counts()
    return Comparison(
        columns=columns,
        key=key,
        rows_base=base.rows if base else 0,
        rows_new=new.rows if new else 0,
        added=added,
        deleted=deleted,
        modified=modified,
        keyless=keyless,
        doubled=doubled,
        bad_rows=sum(text.bad_rows for text in (base, new) if text),
        modified_by_column=work.by_column() if modified else {},
        changes=tuple(work.changes(cap)),
    )


class _Work:
    """The queries of one comparison, over the views ``b`` (base) and ``n`` (new) with columns ``c0``, ``c1`` …"""

    def __init__(self, connection: duckdb.DuckDBPyConnection, columns: Columns, key: Sequence[int]) -> None:
        self._connection, self._columns, self._key = connection, columns, key

    def view(self, name: str, text: Text | None, places: Sequence[int | None]) -> None:
        """Give one version the columns of both; what is not there is empty, as it is in the file."""
        cells = [
            "'' AS " + f"c{index}" if place is None else f"coalesce(x{place}, '') AS c{index}"
            for index, place in enumerate(places)
        ]
        if text is None:
            listed = ", ".join([f"0 AS {LINE}", *("'' AS " + f"c{index}" for index in range(len(places)))])
            self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {listed} WHERE false")
            return
        origin = "'" + str(text.path).replace("'", "''") + "'"
        listed = ", ".join([LINE, *cells])
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {listed} FROM read_parquet({origin})")  # noqa: S608

    def find_changes(self) -> tuple[int, int]:
        """Fill the table ``changes``; answers with the records without a key and those that share one."""
        self._run("CREATE OR REPLACE TEMP TABLE changes (base_line BIGINT, new_line BIGINT)")
        if not self._key:
            self._compare_whole("b", "n")
            return 0, 0
        keyless, doubled = self._find_doubled()
        if not keyless and not doubled:
            self._compare_keyed("b", "n")
            return 0, 0
        self._compare_keyed(self._those("ANTI", "b"), self._those("ANTI", "n"))
        self._compare_whole(self._those("SEMI", "b"), self._those("SEMI", "n"))
        return keyless, doubled

    def _those(self, join: str, side: str) -> str:
        """The records that cannot be followed (SEMI), or all others (ANTI)."""
        return f"(SELECT * FROM {side} {join} JOIN doubled USING ({self._keys()}))"  # noqa: S608

    def _keys(self) -> str:
        return ", ".join(f"c{index}" for index in self._key)

    def _find_doubled(self) -> tuple[int, int]:
        keys = self._keys()
        empty = " AND ".join(f"c{index} = ''" for index in self._key)
        counted = " UNION ALL ".join(
            f"SELECT {keys}, {empty} AS is_empty, count(*) AS n FROM {one} GROUP BY {keys} "  # noqa: S608
            f"HAVING count(*) > 1 OR {empty}"
            for one in "bn"
        )
        # A record of one version under a key that is doubled in the other is compared as a whole too.
        self._run(
            f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT {keys}, any_value(is_empty) AS is_empty "  # noqa: S608
            f"FROM ({counted}) GROUP BY {keys}"
        )
        rows = " UNION ALL ".join(f"SELECT is_empty FROM {one} JOIN doubled USING ({keys})" for one in "bn")  # noqa: S608
        found = self._one(f"SELECT count(*) FILTER (is_empty), count(*) FILTER (NOT is_empty) FROM ({rows})")  # noqa: S608
        return int(found[0]), int(found[1])

    def _compare_keyed(self, base: str, new: str) -> None:
        same = " AND ".join(f"b.c{index} = n.c{index}" for index in self._key)
        others = (f"b.c{index} <> n.c{index}" for index in self._columns.compared if index not in self._key)
        differs = " OR ".join(["b.line IS NULL", "n.line IS NULL", *others])
        self._run(
            f"INSERT INTO changes SELECT b.line, n.line FROM {base} b FULL JOIN {new} n ON {same} WHERE {differs}"  # noqa: S608
        )

    def _compare_whole(self, base: str, new: str) -> None:
        compared = [f"c{index}" for index in self._columns.compared]
        if not compared:
            self._run(f"INSERT INTO changes SELECT line, NULL FROM {base}")  # noqa: S608
            return
        nth = f"SELECT *, row_number() OVER (PARTITION BY {', '.join(compared)} ORDER BY line) AS nth FROM"
        same = " AND ".join([f"b.{one} = n.{one}" for one in compared] + ["b.nth = n.nth"])
        self._run(
            f"INSERT INTO changes SELECT b.line, n.line FROM ({nth} {base}) b FULL JOIN ({nth} {new}) n ON {same} "  # noqa: S608
            "WHERE b.line IS NULL OR n.line IS NULL"
        )

    def counts(self) -> tuple[int, int, int]:
        """Records that came, went, changed."""
        found = self._one(
            "SELECT count(*) FILTER (base_line IS NULL), count(*) FILTER (new_line IS NULL), "
            "count(*) FILTER (base_line IS NOT NULL AND new_line IS NOT NULL) FROM changes"
        )
        return int(found[0]), int(found[1]), int(found[2])

    def by_column(self) -> dict[str, int]:
        """In how many changed records each column changed; columns that never did are left out."""
        compared = self._columns.compared
        sums = ", ".join(f"count(*) FILTER (b.c{index} <> n.c{index})" for index in compared)
        found = self._one(
            f"SELECT {sums} FROM changes JOIN b ON b.line = base_line JOIN n ON n.line = new_line"  # noqa: S608
        )
        return {self._columns.names[index]: int(count) for index, count in zip(compared, found, strict=True) if count}

    def changes(self, cap: int | None) -> Iterator[Change]:
        """The first changes with all their values."""
        width = len(self._columns.names)
        values = ", ".join(f"{one}.c{index}" for one in "bn" for index in range(width))
        limit = "" if cap is None else f"LIMIT {cap:d}"
        order = "ORDER BY coalesce(new_line, base_line), base_line NULLS FIRST"
        asked = self._connection.execute(
            f"WITH told AS (SELECT * FROM changes {order} {limit}) SELECT base_line, new_line, {values} FROM told "  # noqa: S608
            f"LEFT JOIN b ON b.line = base_line LEFT JOIN n ON n.line = new_line {order}"
        )
        while found := asked.fetchmany(_FETCH):
            for base_line, new_line, *cells in found:
                yield Change(base_line, new_line, tuple(cells[:width]), tuple(cells[width:]))

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)

    def _one(self, sql: str) -> tuple[Any, ...]:
        row = self._connection.execute(sql).fetchone()
        assert row is not None, sql  # noqa: S101 - an aggregate always has a row
        return row


def as_csv(values: Sequence[str]) -> str:
    """A record as one line of CSV (or more, where a value has line breaks)."""
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue().removesuffix("\r\n")
