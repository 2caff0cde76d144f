"""The query that reads the vault for an extract, as text: everything that was agreed is applied in it.

Nothing but the agreed fields is selected, and each only in its generalised form, so that coordinates, instants and ids
never come out of the engine. Rows are sorted by a keyed hash of the record's own id: their order tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from governance.grain import TimeGrain
from hub.services.extracts.fields import BASIN, TABLES, ZONE_COLUMNS, Field, How
from hub.services.extracts.plan import Plan
from mds.calendar import BANDS

#: The name of the view over the batches, and of the parameters that every query takes.
RECORDS = "records"
PARAMETERS = ("period_from", "period_to", "inner", "outer")
#: What the column of a calendar step is called, and how a local time is truncated to it (weeks begin on Monday).
_STEPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "P1D": ("day", "day"),
        "P1W": ("week", "week"),
        "P1M": ("month", "month"),
        "P3M": ("quarter", "quarter"),
        "P1Y": ("year", "year"),
    }
)


def query_of(plan: Plan, *, basin: str) -> str:
    """The text that selects a plan's records from the view `records`.

    Its parameters are the first local day and the day after the last, and the two halves of the key of HMAC-SHA-256.
    """
    table = TABLES[plan.table]
    columns = [column for field in plan.fields for column in _columns(field, plan, basin)]
    shown = ",\n    ".join(f"{expression} AS {_name(name)}" for name, expression in columns)
    local = _name(table.local)
    return (
        f"SELECT\n    {shown}\nFROM {RECORDS}\n"
        f"WHERE {local} >= CAST($period_from AS TIMESTAMP) AND {local} < CAST($period_to AS TIMESTAMP)\n"
        f"ORDER BY {_keyed('order', table.key)}"
    )


def columns_read(plan: Plan) -> frozenset[str]:
    """The columns of the vault's table that the query reads."""
    table = TABLES[plan.table]
    return frozenset({table.key, table.local, "provider_id"}).union(*(_sources(field, plan) for field in plan.fields))


def _sources(field: Field, plan: Plan) -> Iterable[str]:
    if field.how is not How.ZONE:
        return (field.source,)
    return () if plan.zone_system == BASIN else (field.source + ZONE_COLUMNS[plan.zone_system],)


def _columns(field: Field, plan: Plan, basin: str) -> list[tuple[str, str]]:
    match field.how:
        case How.PSEUDONYM:
            return [(field.name, _keyed(field.kind, field.source))]
        case How.ZONE:
            return [(field.name, _zone(field, plan, basin))]
        case How.TIME:
            return _times(field, plan.time)
        case How.ROUNDED:
            return [(field.name, _rounded(field, plan.bases[field.name]))]
        case How.WORD:
            return [(field.name, _word(field))]


def _keyed(kind: str, column: str) -> str:
    """HMAC-SHA-256 (RFC 2104) over what is named, by which provider, and its id; the first 128 bits of it."""
    message = f"encode('{kind}' || chr(0) || provider_id || chr(0) || {_name(column)})"
    return f"substr(sha256($outer || unhex(sha256($inner || {message}))), 1, 32)"


def _zone(field: Field, plan: Plan, basin: str) -> str:
    if plan.zone_system == BASIN:
        return f"'{basin}'"
    column = _name(field.source + ZONE_COLUMNS[plan.zone_system])
    # H3 cells in the spelling that everybody writes: readers of JSON lose digits of 64-bit numbers.
    return column if plan.zone_system == "commune" else f"printf('%x', {column})"


def _times(field: Field, grain: TimeGrain) -> list[tuple[str, str]]:
    local, prefix = _name(field.source), field.name.removesuffix("time")
    name, unit = _STEPS[grain.step]
    columns = [(prefix + name, f"CAST(date_trunc('{unit}', {local}) AS DATE)")]
    if grain.day_type and grain.step != "P1D":
        columns.append((f"{prefix}day_type", _day_type(local)))
    if grain.slice == "hour":
        columns.append((f"{prefix}hour", f"CAST(hour({local}) AS SMALLINT)"))
    if grain.slice == "band":
        columns.append((f"{prefix}band", _band(local)))
    return columns


def _day_type(local: str) -> str:
    return f"CASE isodow({local}) WHEN 6 THEN 'saturday' WHEN 7 THEN 'sunday' ELSE 'weekday' END"


def _band(local: str) -> str:
    cases = " ".join(
        f"WHEN hour({local}) >= {band.from_hour} AND hour({local}) < {band.to_hour} THEN '{band.name}'"
        for band in BANDS
    )
    return f"CASE {cases} END"


def _rounded(field: Field, base: int) -> str:
    rounded, most = f"({_name(field.source)} + {base // 2}) // {base} * {base}", field.most // base * base
    # Not `least`: of a missing value and the most it would make the most.
    return f"CAST(CASE WHEN {rounded} > {most} THEN {most} ELSE {rounded} END AS INTEGER)"


def _word(field: Field) -> str:
    # A list of words as one text, in the order of the alphabet.
    column = _name(field.source)
    return f"array_to_string(list_sort({column}), ' ')" if field.id == "events.types" else column


def _name(column: str) -> str:
    return f'"{column}"'
