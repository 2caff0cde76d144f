"""Pages of a Parquet table: bounded, in a fixed order, spelled so that JSON loses nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.api.tabular import as_csv
from hub.errors import BadRequest
from hub.services.tables import Ask, columns, distinct, read, value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    table = pa.table(
        {
            "origin_zone": pa.array([0x881F9B2D4BFFFFF, None, 0x881F9B2D49FFFFF], pa.int64()),
            "trips": [5, 1, 3],
            "share": [0.5, float("nan"), float("inf")],
            "at": pa.array([dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)] * 3, pa.timestamp("us", tz="UTC")),
            "day": [dt.date(2026, 9, 1)] * 3,
            'odd "name"': ["it's", "x' OR '1'='1", None],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


def test_values_are_spelled_for_json(path: Path) -> None:
    page = read(path, Ask({}, order=("trips",), descending=True))

    assert page.rows[0] == {
        "origin_zone": "881f9b2d4bfffff",
        "trips": 5,
        "share": 0.5,
        "at": "2026-09-01T08:00:00Z",
        "day": "2026-09-01",
        'odd "name"': "it's",
    }
    assert [row["share"] for row in page.rows] == [0.5, None, None]  # JSON has no infinity


def test_filters_compare_the_text_that_is_shown(path: Path) -> None:
    assert read(path, Ask({"origin_zone": "881f9b2d49fffff"})).rows[0]["trips"] == 3
    assert read(path, Ask({'odd "name"': "x' OR '1'='1"})).total == 1
    assert read(path, Ask({"day": "2026-09-01"})).total == 3


def test_a_column_that_is_not_there(path: Path) -> None:
    for ask in (Ask({"nope": "1"}), Ask({}, order=('trips" DESC; --',))):
        with pytest.raises(BadRequest, match="there is no column"):
            read(path, ask)
    with pytest.raises(BadRequest):
        distinct(path, "nope")


def test_single_values_and_distinct_ones(path: Path) -> None:
    assert value(path, "trips", {"day": "2026-09-01"}) == "1"
    assert value(path, "trips", {"day": "2026-09-02"}) is None
    assert distinct(path, "trips") == ["1", "3", "5"]
    assert list(columns(path)) == ["origin_zone", "trips", "share", "at", "day", 'odd "name"']


def test_beyond_the_end_there_is_nothing(path: Path) -> None:
    page = read(path, Ask({}, offset=10**15))

    assert (page.rows, page.total, page.following) == ((), 3, None)


@settings(derandomize=True, deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trips=st.lists(st.integers(0, 5), max_size=12), limit=st.integers(1, 5), descending=st.booleans())
def test_pages_put_together_are_the_table(tmp_path: Path, trips: list[int], limit: int, descending: bool) -> None:
    path = tmp_path / "pages.parquet"
    pq.write_table(pa.table({"trips": pa.array(trips, pa.int64()), "row": list(range(len(trips)))}), path)
    seen: list[tuple[object, object]] = []
    offset: int | None = 0
    while offset is not None:
        page = read(path, Ask({}, order=("trips",), descending=descending, offset=offset, limit=limit))
        seen += [(row["trips"], row["row"]) for row in page.rows]
        offset = page.following

    assert sorted(seen, key=str) == sorted(zip(trips, range(len(trips)), strict=True), key=str)
    assert [one for one, _ in seen] == sorted(trips, reverse=descending)


def test_the_nodes_of_a_group_are_a_list_and_a_filter_finds_those_that_hold_a_node(tmp_path: Path) -> None:
    zones = pa.array([["8812", "8813"], ["8814"]], pa.list_(pa.string()))
    pq.write_table(pa.table({"zone": zones, "trips": [7, 9]}), tmp_path / "groups.parquet")
    page = read(tmp_path / "groups.parquet", Ask({"zone": "8813"}))
    assert [dict(row) for row in page.rows] == [{"zone": ["8812", "8813"], "trips": 7}]
    assert distinct(tmp_path / "groups.parquet", "zone") == ["8812", "8813", "8814"]
    assert as_csv(page, {}, "groups.csv").body == b"zone,trips\r\n8812 8813,7\r\n"
