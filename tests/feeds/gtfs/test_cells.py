from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.gtfs import cells
from feeds.gtfs.spec import Type

deterministic = settings(derandomize=True, deadline=None)
written = st.text(alphabet="0123456789:-+.eE ", max_size=10) | st.sampled_from(
    ["25:30:00", "8:00:00", "20260230", "nan"]
)


def parsed(texts: list[str | None], kind: Type) -> list[Any]:
    return cells.parse(pa.array(texts, pa.string()), kind)[0].to_pylist()


@deterministic
@given(st.integers(0, 99 * 3600))
def test_a_time_of_the_service_day_is_read_as_its_seconds(seconds: int) -> None:
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    assert cells.parse_time(text) == seconds
    assert parsed([text, text.removeprefix("0")], Type.TIME) == [seconds, seconds]


@deterministic
@given(st.lists(st.none() | written, min_size=1), st.sampled_from(sorted(cells.KINDS)))
def test_a_column_is_read_as_its_cells_one_by_one(texts: list[str | None], kind: Type) -> None:
    parse = cells.KINDS[kind].parse
    column, bad = cells.parse(pa.array(texts, pa.string()), kind)
    expected = [None if text is None else parse(text) for text in texts]
    assert column.to_pylist() == expected
    wrong = [text is not None and value is None for text, value in zip(texts, expected, strict=True)]
    assert (bad.to_pylist() if bad is not None else [False] * len(texts)) == wrong


@deterministic
@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_a_date_is_read_back(date: dt.date) -> None:
    assert parsed([date.strftime("%Y%m%d")], Type.DATE) == [date]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Type.TIME, "24:60:00"),
        (Type.TIME, "07:00"),
        (Type.TIME, "/7:00:00"),
        (Type.TIME, "٠7:00:00"),
        (Type.DATE, "20260230"),
        (Type.DATE, "2026-04-27"),
        (Type.INTEGER, "1.0"),
        (Type.INTEGER, "0x10"),
        (Type.INTEGER, "99999999999"),
        (Type.FLOAT, "1,5"),
        (Type.FLOAT, "inf"),
        (Type.FLOAT, "1_0"),
        (Type.LATITUDE, "90.1"),
        (Type.LONGITUDE, "-181"),
    ],
)
def test_what_is_not_of_the_type_is_no_value(kind: Type, text: str) -> None:
    assert parsed([text], kind) == [None]


def test_a_coordinate_beyond_the_globe_is_out_of_range_rather_than_no_number() -> None:
    assert cells.fault_of("145.7", Type.LATITUDE)[0] == "number_out_of_range"
    assert cells.fault_of("north", Type.LATITUDE)[0] == "invalid_float"
