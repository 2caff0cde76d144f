"""Judge the records of one page: which are good, which are set aside, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from mds import defects
from mds.columns import parse
from mds.defects import Defect
from mds.fields import Field, Kind, Need, Path

#: south, west, north, east in degrees: (min_lat, min_lng, max_lat, max_lng).
Bounds: TypeAlias = "tuple[float, float, float, float]"
#: Position of a record → the field that is bad, what is bad about it, the value as it came.
Rejects: TypeAlias = "dict[int, tuple[str, Defect, Any]]"
Columns: TypeAlias = "dict[str, pa.Array]"
#: What holds between the columns of a record: (column that is bad, defect, mask of the bad records).
Rule: TypeAlias = "Callable[[Columns], tuple[str, Defect, pa.Array]]"

_VALUE_MAX = 200


@dataclass(slots=True)
class Judged:
    """The columns of all records of a page (bad values null), the rejects, and the optional values dropped."""

    columns: Columns
    rejects: Rejects = field(default_factory=dict)
    dropped: list[tuple[int, str, Defect, Any]] = field(default_factory=list)

    def good(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Positions of the records that stay."""
        count = len(next(iter(self.columns.values())))
        return np.setdiff1d(np.arange(count), np.fromiter(self.rejects, dtype=np.int64), assume_unique=True)


class Pluck:
    """The values at a path, for all records at once; what several paths begin with is looked up once."""

    def __init__(self, records: Sequence[Any]) -> None:
        self._known: dict[Path, list[Any]] = {(): list(records)}

    def __call__(self, path: Path) -> list[Any]:
        """One value per record, None where the path leads nowhere."""
        if path not in self._known:
            self._known[path] = _step(self(path[:-1]), path[-1])
        return self._known[path]


def _step(values: list[Any], step: str | int) -> list[Any]:
    if isinstance(step, str):
        try:  # only an object answers to a text key, and nearly always all records have the field
            return [value[step] for value in values]
        except (KeyError, TypeError):
            return [value.get(step) if type(value) is dict else None for value in values]
    needed = step + 1 if step >= 0 else -step
    return [value[step] if type(value) is list and len(value) >= needed else None for value in values]


def judge(records: Sequence[Any], fields: Sequence[Field], rules: Sequence[Rule] = ()) -> Judged:
    """Judge all records of a page against their fields, then against what must hold between the fields.

    A record has one reason at most: that of its first bad field in the order of `fields`.
    """
    pluck = Pluck(records)
    judged = Judged({})
    for position in (i for i, record in enumerate(records) if type(record) is not dict):
        judged.rejects[position] = ("", defects.NOT_AN_OBJECT, records[position])
    for spec in fields:
        _judge_field(judged, spec, pluck(spec.path))
    names = {spec.column: spec for spec in fields}
    for rule in rules:
        column, defect, bad = rule(judged.columns)
        for position in _true(bad):
            values = pluck(names[column].path)
            judged.rejects.setdefault(position, (names[column].name, defect, values[position]))
    return judged


def _judge_field(judged: Judged, spec: Field, values: list[Any]) -> None:
    array, faults = parse(values, spec)
    judged.columns[spec.column] = array
    if spec.need is Need.OPTIONAL:
        judged.dropped += [(i, spec.name, defect, values[i]) for i, defect in faults.items()]
        return
    if spec.need is Need.REQUIRED and array.null_count > len(faults):
        for position in _true(pc.is_null(array)):
            faults.setdefault(position, defects.MISSING)
    for position, defect in faults.items():
        judged.rejects.setdefault(position, (spec.name, defect, values[position]))


def _true(mask: pa.Array) -> list[int]:
    found: list[int] = np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).tolist()
    return found


def not_before(first: str, last: str) -> Rule:
    """`last` may not come before `first`."""

    def rule(columns: Columns) -> tuple[str, Defect, pa.Array]:
        return last, defects.ENDS_BEFORE_START, pc.less(columns[last], columns[first])

    return rule


def has_fix(prefix: str) -> Rule:
    """0, 0 is a receiver without a fix, not a place in the Gulf of Guinea."""

    def rule(columns: Columns) -> tuple[str, Defect, pa.Array]:
        lat, lng = columns[f"{prefix}lat"], columns[f"{prefix}lng"]
        return f"{prefix}lat", defects.NO_FIX, pc.and_(pc.equal(lat, 0.0), pc.equal(lng, 0.0))

    return rule


def not_swapped(prefix: str, bounds: Bounds) -> Rule:
    """A point outside the territory that lies inside once latitude and longitude change places."""

    def rule(columns: Columns) -> tuple[str, Defect, pa.Array]:
        lat, lng = columns[f"{prefix}lat"], columns[f"{prefix}lng"]
        swapped = pc.and_(pc.invert(_inside(lat, lng, bounds)), _inside(lng, lat, bounds))
        return f"{prefix}lat", defects.SWAPPED, swapped

    return rule


def located_unless(column: str) -> Rule:
    """A location is required unless `column` stands in for it (geography-driven events, MDS 2.0 beta)."""

    def rule(columns: Columns) -> tuple[str, Defect, pa.Array]:
        nowhere = pc.or_(pc.is_null(columns["lat"]), pc.is_null(columns["lng"]))
        return "lat", defects.MISSING, pc.and_(nowhere, pc.is_null(columns[column]))

    return rule


def _inside(lat: pa.Array, lng: pa.Array, bounds: Bounds) -> pa.Array:
    south, west, north, east = bounds
    return pc.and_(
        pc.and_(pc.greater_equal(lat, south), pc.less_equal(lat, north)),
        pc.and_(pc.greater_equal(lng, west), pc.less_equal(lng, east)),
    )


def shown(value: Any) -> str:
    """A value as it stands in the list of rejects, shortened."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text[:_VALUE_MAX]


def points(fields: Sequence[Field]) -> Mapping[str, None]:
    """The prefixes of the points among `fields`: ``start_``, ``end_``, or the empty one."""
    return {spec.column.removesuffix("lat"): None for spec in fields if spec.kind is Kind.LATITUDE}
