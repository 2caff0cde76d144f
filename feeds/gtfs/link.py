"""Staged tables → tables of the reading: doubled keys and dangling references set aside, integer keys given.

A key is the rank of the text id among all ids of its table (from 1): the same version gives the same keys, whatever
the order of its records. `stop_times` is settled in `feeds.gtfs.calls`.
"""

from __future__ import annotations

from collections.abc import Callable

from feeds.findings import Severity
from feeds.gtfs.ledger import Fault, Ledger
from feeds.gtfs.reference import TABLES
from feeds.gtfs.spec import Column, Table
from feeds.gtfs.stage import LINE, Staged
from feeds.gtfs.workshop import Workshop, quoted

#: Tables whose text id gets an integer key.
KEYED = {"stops": ("stop_key", "stop_id"), "routes": ("route_key", "route_id"), "trips": ("trip_key", "trip_id")}

_DANGLING = "foreign_key_violation"
_SETTLED = """
SELECT {keys} s.* FROM {staged} s {joins}
WHERE NOT EXISTS (SELECT 1 FROM gone g WHERE g.row = s.{line})
ORDER BY {order}
"""


def settle(staged: Staged, shop: Workshop, ledger: Ledger) -> int:
    """Write one table without the records that cannot be used; answers with its number of records."""
    table, name = staged.table, staged.table.name
    source = f"{name}__staged"
    shop.view(source, staged.path)
    shop.run("CREATE OR REPLACE TEMP TABLE gone (row BIGINT)")
    _set_aside_doubled(table, source, shop, ledger)
    judge_references(staged, source, shop, ledger)
    shop.write(name, _settled(table, source))
    return shop.count(name)


def judge_references(staged: Staged, source: str, shop: Workshop, ledger: Ledger) -> None:
    """Judge each reference of a table's file; the calls' two great ones are settled in `feeds.gtfs.calls`."""
    for column in staged.table.columns.values():
        told = staged.table.name == "stop_times" and column.name in ("trip_id", "stop_id")
        if column.refers and column.name in staged.present and not told:
            _judge_reference(staged.table, column, source, shop, ledger)


def _settled(table: Table, source: str) -> str:
    keys, joins = "", ""
    if table.name in KEYED:
        key, text_id = KEYED[table.name]
        keys = f"CAST(row_number() OVER (ORDER BY s.{text_id}) AS INTEGER) AS {key}, "
    if table.name == "trips":
        keys += "r.route_key, v.service_key, "
        joins = "JOIN routes r ON r.route_id = s.route_id JOIN services v ON v.service_id = s.service_id"
    if table.name == "frequencies":
        keys, joins = "t.trip_key, ", "JOIN trips t ON t.trip_id = s.trip_id"
    order = ", ".join(f"s.{TABLES[table.name].columns[part].stored}" for part in table.key) or f"s.{LINE}"
    return _SETTLED.format(keys=keys, staged=quoted(source), joins=joins, line=LINE, order=order)


def _set_aside_doubled(table: Table, source: str, shop: Workshop, ledger: Ledger) -> None:
    """Of records with the same primary key the first one stays."""
    if not table.key:
        return
    parts = [quoted(table.columns[part].stored) for part in table.key]
    same = " AND ".join(f"s.{part} IS NOT DISTINCT FROM d.{part}" for part in parts)
    listed = ", ".join(parts)
    doubled = f"""
        SELECT s.{LINE}, concat_ws(', ', {", ".join(f"s.{part}" for part in parts)}) FROM {quoted(source)} s
        JOIN (SELECT {listed}, min({LINE}) AS first FROM {quoted(source)} WHERE coalesce({_as_text(parts)}) IS NOT NULL
              GROUP BY {listed} HAVING count(*) > 1) d ON {same} AND s.{LINE} > d.first
        ORDER BY 1
        """  # noqa: S608 - names of the reference, quoted
    field = ", ".join(table.key)

    def fault(row: int, value: str) -> Fault:
        return Fault(table.file, row, field, value, "duplicate_key", "an earlier record has the same key")

    _set_aside(doubled, fault, shop, ledger)


def _set_aside(sql: str, fault: Callable[[int, str], Fault], shop: Workshop, ledger: Ledger) -> None:
    """Put the (line, value) rows of a query on the list of those gone, each with its fault."""
    shop.run(f"CREATE OR REPLACE TEMP TABLE going AS {sql}")
    shop.run("INSERT INTO gone SELECT csv_row FROM going")
    ledger.reject_all(fault(row, value) for row, value in shop.each("SELECT * FROM going"))


def _as_text(parts: list[str]) -> str:
    return ", ".join(f"CAST({part} AS VARCHAR)" for part in parts)


def _judge_reference(table: Table, column: Column, source: str, shop: Workshop, ledger: Ledger) -> None:
    """Records whose needed reference leads nowhere are set aside; other such references are told and kept."""
    known = _known_values(column, source if column.refers[0][0] == table.name else "", shop)
    name = quoted(column.name)
    dangling = f"""
        SELECT s.{LINE}, s.{name} FROM {quoted(source)} s WHERE s.{name} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ({known}) k WHERE k.value = s.{name})
        AND s.{LINE} NOT IN (SELECT row FROM gone) ORDER BY 1
        """  # noqa: S608
    files = " or ".join(f"{other}.txt" for other, _ in column.refers)
    sentence = f"no usable {column.refers[0][1]} of this value in {files}"

    def fault(row: int, value: str) -> Fault:
        return Fault(table.file, row, column.name, value, _DANGLING, sentence)

    if column.needed:
        _set_aside(dangling, fault, shop, ledger)
        return
    for row, value in shop.each(dangling):
        ledger.note(fault(row, value).finding(Severity.ERROR))


def _known_values(column: Column, itself: str, shop: Workshop) -> str:
    """A query for the values that a reference may have; none when the other table is not in the feed."""
    parts = []
    for other, field in column.refers:
        origin = itself or other
        if shop.has(origin):
            parts.append(f"SELECT {quoted(field)} AS value FROM {quoted(origin)}")  # noqa: S608
    return " UNION ALL ".join(parts) or "SELECT CAST(NULL AS VARCHAR) AS value WHERE false"
