"""Availability by station: a morning at two stations whose right answers are written out."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import statistics
from feeds.gbfs.tables import STATION_STATUS, STATIONS

STATISTICS = statistics.load("feeds.gbfs")
#: Tuesday 4 November 2025, 07:00 in Paris.
SEVEN = dt.datetime(2025, 11, 4, 6, 0, tzinfo=dt.UTC)


def status(station_id: str, minute: float, vehicles: int, docks: int | None, **flags: bool) -> dict:
    return {
        "snapshot_at": SEVEN + dt.timedelta(minutes=minute),
        "station_id": station_id,
        "vehicles_available": vehicles,
        "docks_available": docks,
        "utc_offset_s": 3600,
        **flags,
    }


def table(rows: list[dict], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)


def compute(name: str, rows: list[dict], **parameters: int) -> list[dict]:
    instant = SEVEN
    gare = {"station_id": "gare", "name": "Gare", "capacity": 4, "seen_from": instant, "seen_to": instant}
    tables = {"station_status": table(rows, STATION_STATUS.schema()), "stations": table([gare], STATIONS.schema())}
    connection = statistics.connect(memory=1 << 28)
    return statistics.compute(STATISTICS[name], tables, connection=connection, **parameters).to_pylist()


MORNING = [
    status("gare", 0, 4, 0),  # full for 10 minutes
    status("gare", 10, 2, 2),  # 20 minutes
    status("gare", 30, 0, 4),  # empty for 15 minutes
    status("gare", 45, 3, 1, is_renting=False),  # closed to renters for 15 minutes, docks still taken back
    status("gare", 60, 1, 3),  # nothing for five hours: one hour of it counts
    status("gare", 360, 1, 3),  # the last one: nothing is known after it
    status("parc", 0, 1, None),  # a place without docks
    status("parc", 30, 0, None, is_installed=False),  # taken away: that it is empty says nothing
    status("parc", 40, 0, None),
]


def test_the_morning_has_its_written_answers() -> None:
    gare, parc = compute("gbfs.station_availability", MORNING[::-1])
    assert gare == {
        "station_id": "gare",
        "name": "Gare",
        "capacity": 4,
        "snapshots": 6,
        "observed_s": 105 * 60,
        "closed_s": 15 * 60,
        "empty_s": 15 * 60,
        "returning_s": 120 * 60,
        "full_s": 10 * 60,
        "share_empty": pytest.approx(15 / 105),
        "share_full": pytest.approx(10 / 120),
        "vehicles_mean": pytest.approx((4 * 10 + 2 * 20 + 0 * 15 + 1 * 60) / 105),
    }
    assert (parc["observed_s"], parc["closed_s"], parc["share_empty"]) == (30 * 60, 10 * 60, 0.0)
    assert (parc["capacity"], parc["returning_s"], parc["share_full"]) == (None, 0.0, None)


def test_the_longest_gap_is_a_parameter() -> None:
    gare, _ = compute("gbfs.station_availability", MORNING, max_gap_s=600)
    assert (gare["observed_s"], gare["closed_s"]) == (4 * 600, 600)


def test_one_snapshot_observes_no_time() -> None:
    (gare,) = compute("gbfs.station_availability", MORNING[:1])
    assert (gare["snapshots"], gare["observed_s"], gare["share_empty"]) == (1, 0.0, None)


def test_hours_are_local_and_split_what_lies_across_them() -> None:
    rows = [status("gare", 50, 0, 4), status("gare", 80, 2, 2), status("gare", 90, 2, 2)]
    assert compute("gbfs.station_hour", rows) == [
        {
            "station_id": "gare",
            "day_type": "weekday",
            "hour": 7,
            "observed_s": 600.0,
            "empty_s": 600.0,
            "share_empty": 1.0,
            "vehicles_mean": 0.0,
        },
        {
            "station_id": "gare",
            "day_type": "weekday",
            "hour": 8,
            "observed_s": 1800.0,
            "empty_s": 1200.0,
            "share_empty": pytest.approx(2 / 3),
            "vehicles_mean": pytest.approx(2 / 3),
        },
    ]


def test_days_are_local() -> None:
    """23:30 UTC on Friday 7 November is half past midnight on Saturday in Paris."""
    friday = (3 * 24 + 17.5) * 60
    rows = [status("gare", friday, 1, 1), status("gare", friday + 10, 1, 1)]
    ((saturday,), minutes) = (compute("gbfs.station_hour", rows), 10)
    assert (saturday["day_type"], saturday["hour"], saturday["observed_s"]) == ("saturday", 0, minutes * 60)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(
    minutes=st.lists(st.integers(0, 20_000), min_size=2, max_size=12, unique=True),
    vehicles=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    max_gap_s=st.integers(60, 21_600),
)
def test_the_hours_add_up_to_the_station(minutes: list[int], vehicles: list[int], max_gap_s: int) -> None:
    rows = [status("gare", minute, count, 1) for minute, count in zip(minutes, vehicles, strict=False)]
    (whole,) = compute("gbfs.station_availability", rows, max_gap_s=max_gap_s)
    hours = compute("gbfs.station_hour", rows, max_gap_s=max_gap_s)
    assert sum(hour["observed_s"] for hour in hours) == pytest.approx(whole["observed_s"])
    assert sum(hour["empty_s"] for hour in hours) == pytest.approx(whole["empty_s"])
    held = sum(hour["vehicles_mean"] * hour["observed_s"] for hour in hours)
    assert held == pytest.approx(whole["vehicles_mean"] * whole["observed_s"])
    assert all(0 <= hour["hour"] <= 23 for hour in hours)


@pytest.mark.parametrize("name", sorted(STATISTICS))
def test_the_text_can_be_spoken_to_spark(name: str) -> None:
    (spark,) = sqlglot.transpile(
        STATISTICS[name].sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert "UNIX_TIMESTAMP" in spark
    assert "EPOCH(" not in spark
