"""From a column of JSON values to a typed Arrow array, and which of the values were bad.

A page is judged column by column, for a loop over records and fields would be ten times slower. Types are compared
exactly, because Arrow alone would quietly turn 1.5 into 1, true into 1.0 and "abc" into ["a", "b", "c"].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from mds import defects
from mds.defects import Defect
from mds.fields import Field, Kind
from mds.vocabulary import EARLIEST_MS, LATEST_MS, SECONDS_BELOW

#: Position in the column → what is wrong with the value there.
Faults: TypeAlias = dict[int, Defect]

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_INT32_MAX = 2**31 - 1


def parse(values: list[Any], field: Field) -> tuple[pa.Array, Faults]:
    """The column of `field` as an array in which bad values are null, and the faults that made them so.

    A missing value (absent or null in the JSON) is no fault here: whether it may be missing is the record's affair.
    """
    faults: Faults = {}
    return _KINDS[field.kind](values, field, faults), faults


def _typed(values: list[Any], allowed: frozenset[type], faults: Faults) -> list[Any]:
    """`values` with None for each that is not of an allowed type."""
    if set(map(type, values)) - {type(None)} <= allowed:
        return values
    kept = []
    for position, value in enumerate(values):
        if value is None or type(value) in allowed:
            kept.append(value)
        else:
            faults[position] = defects.WRONG_TYPE
            kept.append(None)
    return kept


def _refuse(array: pa.Array, good: pa.Array, faults: Faults, defect: Defect) -> pa.Array:
    """`array` with null where `good` is false, each of which is a fault."""
    if pc.all(good).as_py() in (True, None):
        return array
    for position in np.flatnonzero(pc.fill_null(pc.invert(good), False).to_numpy(zero_copy_only=False)):
        faults[int(position)] = defect
    return pc.if_else(good, array, pa.scalar(None, array.type))


def _text(values: list[Any], _: Field, faults: Faults) -> pa.Array:
    return pa.array(_typed(values, frozenset({str}), faults), pa.string())


def _uuid(values: list[Any], field: Field, faults: Faults) -> pa.Array:
    array = _text(values, field, faults)
    good = pc.match_substring_regex(array, _UUID)
    if pc.all(good).as_py() is False:  # capitals are tolerated, and stored small as the specification wants them
        array = pc.utf8_lower(array)
        good = pc.match_substring_regex(array, _UUID)
    return _refuse(array, good, faults, defects.BAD_UUID)


def _word(values: list[Any], field: Field, faults: Faults) -> pa.Array:
    if list in set(map(type, values)):
        values = [_only(value, position, faults) for position, value in enumerate(values)]
    array = _text(values, field, faults)
    known = pc.is_in(array, value_set=pa.array(sorted(field.words), pa.string()))
    return _refuse(array, pc.or_(known, pc.is_null(array)), faults, defects.UNKNOWN_WORD)


def _only(value: Any, position: int, faults: Faults) -> Any:
    if type(value) is not list:
        return value
    if len(value) > 1:
        faults[position] = defects.SEVERAL
        return None
    return value[0] if value else None


def _lists(values: list[Any], faults: Faults) -> list[Any]:
    """Lists of texts; anything else is a fault."""
    values = _typed(values, frozenset({list}), faults)
    if set(map(type, chain.from_iterable(value for value in values if value))) <= {str}:
        return values
    kept = []
    for position, value in enumerate(values):
        good = value is None or all(type(item) is str for item in value)
        if not good:
            faults[position] = defects.WRONG_TYPE
        kept.append(value if good else None)
    return kept


def _listed(
    values: list[Any], faults: Faults, defect: Defect, judge: Callable[[pa.Array], tuple[pa.Array, pa.Array]]
) -> pa.Array:
    """Lists whose items `judge` answers for all at once: the items as they are kept, and which are good."""
    array = pa.array(_lists(values, faults), pa.list_(pa.string()))
    items, good = judge(array.flatten())
    if pc.all(good).as_py() is False:
        owners = pc.list_parent_indices(array).to_numpy(zero_copy_only=False)
        bad = np.zeros(len(array), dtype=bool)
        bad[owners[~good.to_numpy(zero_copy_only=False)]] = True
        array = _refuse(array, pa.array(~bad), faults, defect)
        items = judge(array.flatten())[0]
    return pa.ListArray.from_arrays(_offsets(array), items, mask=pc.is_null(array))


def _offsets(array: pa.Array) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))


def _words(values: list[Any], field: Field, faults: Faults) -> pa.Array:
    vocabulary = pa.array(sorted(field.words), pa.string())
    array = _listed(values, faults, defects.UNKNOWN_WORD, lambda items: (items, pc.is_in(items, value_set=vocabulary)))
    filled = pc.or_(pc.greater(pc.list_value_length(array), 0), pc.is_null(array))
    return _refuse(array, filled, faults, defects.EMPTY)


def _uuids(values: list[Any], _: Field, faults: Faults) -> pa.Array:
    def judge(items: pa.Array) -> tuple[pa.Array, pa.Array]:
        small = pc.utf8_lower(items)
        return small, pc.match_substring_regex(small, _UUID)

    array = _listed(values, faults, defects.BAD_UUID, judge)
    # An empty list says the same as none: no trip.
    return pc.if_else(pc.greater(pc.list_value_length(array), 0), array, pa.scalar(None, array.type))


def _whole(values: list[Any], faults: Faults) -> pa.Array:
    values = _typed(values, frozenset({int, float}), faults)
    if float in set(map(type, values)):
        values = [_rounded(value, position, faults) for position, value in enumerate(values)]
    try:
        return pa.array(values, pa.int64())
    except OverflowError:
        return pa.array(list(_within(values, faults)), pa.int64())


def _rounded(value: Any, position: int, faults: Faults) -> int | None:
    """10.0 is the whole number 10 (JSON does not tell them apart); 10.5 is none."""
    if type(value) is float and (not value.is_integer() or abs(value) > 2**62):
        faults[position] = defects.NOT_WHOLE
        return None
    return None if value is None else int(value)


def _within(values: Sequence[Any], faults: Faults) -> Iterable[int | None]:
    for position, value in enumerate(values):
        if value is not None and abs(value) > 2**62:
            faults[position] = defects.OUT_OF_RANGE
            yield None
        else:
            yield value


def _count(values: list[Any], _: Field, faults: Faults) -> pa.Array:
    array = _whole(values, faults)
    array = _refuse(array, pc.greater_equal(array, 0), faults, defects.NEGATIVE)
    return _refuse(array, pc.less_equal(array, _INT32_MAX), faults, defects.OUT_OF_RANGE).cast(pa.int32())


def _time(values: list[Any], _: Field, faults: Faults) -> pa.Array:
    array = _whole(values, faults)
    # In seconds is told apart from merely too early: 10^11 ms is the year 1973, 10^11 s the year 5138.
    in_seconds = pc.and_(pc.greater_equal(array, EARLIEST_MS // 1000), pc.less(array, SECONDS_BELOW))
    array = _refuse(array, pc.invert(in_seconds), faults, defects.IN_SECONDS)
    array = _refuse(array, pc.greater_equal(array, EARLIEST_MS), faults, defects.TOO_EARLY)
    array = _refuse(array, pc.less_equal(array, LATEST_MS), faults, defects.TOO_LATE)
    return array.cast(pa.timestamp("ms")).cast(pa.timestamp("us"))


def _number(values: list[Any], _: Field | None, faults: Faults) -> pa.Array:
    values = _typed(values, frozenset({int, float}), faults)
    if int in set(map(type, values)):  # Arrow refuses integers that a double cannot hold exactly
        values = [None if value is None else float(value) for value in values]
    return pa.array(values, pa.float64())


def _between(low: float, high: float, defect: Defect) -> Callable[[list[Any], Field, Faults], pa.Array]:
    def bounded(values: list[Any], field: Field, faults: Faults) -> pa.Array:
        array = _number(values, field, faults)
        good = pc.and_(pc.greater_equal(array, low), pc.less_equal(array, high))
        return _refuse(array, good, faults, defect)

    return bounded


def _percent(values: list[Any], field: Field, faults: Faults) -> pa.Array:
    return pc.round(_between(0, 100, defects.OUT_OF_RANGE)(values, field, faults)).cast(pa.int16())


def _share(values: list[Any], field: Field, faults: Faults) -> pa.Array:
    array = _between(0, 1, defects.OUT_OF_RANGE)(values, field, faults)
    return pc.round(pc.multiply(array, 100.0)).cast(pa.int16())


def _json(values: list[Any], _: Field, __: Faults) -> pa.Array:
    return pa.array([None if value is None else orjson.dumps(value).decode() for value in values], pa.string())


_KINDS: dict[Kind, Callable[[list[Any], Field, Faults], pa.Array]] = {
    Kind.UUID: _uuid,
    Kind.UUIDS: _uuids,
    Kind.TIME: _time,
    Kind.COUNT: _count,
    Kind.PERCENT: _percent,
    Kind.SHARE: _share,
    Kind.NUMBER: _number,
    Kind.LATITUDE: _between(-90, 90, defects.COORDINATES),
    Kind.LONGITUDE: _between(-180, 180, defects.COORDINATES),
    Kind.TEXT: _text,
    Kind.WORD: _word,
    Kind.WORDS: _words,
    Kind.JSON: _json,
}
