"""The demo's feeds, read by the readers and computed by the statistics, give the truth number by number."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import feeds.gbfs.reader
import feeds.gtfs.read
import feeds.gtfs.stats
import mds.read
from feeds.reading import Limits, Reading
from feeds.statistics import compute, connect, load
from hub.territory.demo import Demo, generate, trip_table
from hub.territory.demo.operators import OPERATORS
from hub.territory.zones import H3, assign
from mds import calendar

TIMEZONE = "Europe/Paris"
FIRST, UNTIL = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
#: Least latitude and longitude, then greatest, of the basin.
BOUNDS = (45.0, 5.4, 45.15, 5.7)
#: Each operator as a holding of its own, so that rows compare one to one.
PROVIDERS = pa.table({"provider_id": [one.provider_id for one in OPERATORS], "holding": [one.id for one in OPERATORS]})
TRIPS = 5_000
Keyed = dict[tuple[str, ...], Any]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return generate(tmp_path_factory.mktemp("demo") / "one", trips=TRIPS)


@pytest.fixture(scope="module")
def readings(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reading]:
    """Each operator's feed as the reader reads it."""
    found = {}
    for slug, folder in demo.mds.items():
        into = tmp_path_factory.mktemp(slug)
        found[slug] = mds.read.read(folder, into, limits=Limits(), timezone=TIMEZONE, bounds=BOUNDS)
    return found


def _all(readings: Mapping[str, Reading], table: str, points: Mapping[str, str]) -> pa.Table:
    """The table of all operators, with zones; `points` maps a zone column to the prefix of its latitude."""
    parts = []
    for number, reading in enumerate(readings.values()):
        part = pq.read_table(reading.tables[table])
        for column, prefix in points.items():
            zones = assign(part[f"{prefix}lat"].to_numpy(), part[f"{prefix}lng"].to_numpy(), [H3(8)])
            part = part.append_column(column, zones["h3_8"])
        # Device keys count from 0 in each feed.
        keys = part["device_key"].to_numpy() * len(readings) + number
        parts.append(part.set_column(part.schema.get_field_index("device_key"), "device_key", pa.array(keys)))
    return pa.concat_tables(parts)


@pytest.fixture(scope="module")
def sources(readings: dict[str, Reading]) -> dict[str, pa.Table]:
    ends = {"origin_zone": "start_", "destination_zone": "end_", "zone": "end_"}
    return {
        "trips": _all(readings, "trips", ends),
        "events": _all(readings, "events", {"zone": ""}),
        "providers": PROVIDERS,
        "bands": calendar.bands(),
        "slots": calendar.slots(TIMEZONE, first=FIRST, until=UNTIL),
        "days": calendar.days(TIMEZONE, first=FIRST, until=UNTIL),
    }


def _keyed(rows: Iterable[Mapping[str, Any]], keys: Iterable[str], value: str) -> Keyed:
    """Values that are not zero by key; months as 2026-01, days as 2026-01-31."""
    found = {}
    for row in rows:
        if row[value]:
            found[tuple(str(row[key])[:7] if key == "month" else str(row[key]) for key in keys)] = row[value]
    return found


def _computed(statistic: str, sources: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    connection = connect(memory=1 << 30)
    return compute(load("mds")[statistic], sources, connection=connection).to_pylist()


def _truth(demo: Demo, name: str) -> list[dict[str, Any]]:
    return pacsv.read_csv(demo.truth_tables[name]).to_pylist()


@pytest.mark.parametrize("value", ["trips", "vehicles"])
def test_flows(demo: Demo, sources: dict[str, pa.Table], value: str) -> None:
    computed = _computed("mds.flows", sources)
    got = _keyed(computed, ("origin_zone", "destination_zone", "month", "day_type", "band", "holding"), value)
    truth = _truth(demo, "flows")
    assert got == _keyed(truth, ("origin", "destination", "month", "day_type", "band", "operator"), value)
    assert sum(row["trips"] for row in computed) == TRIPS


def test_trip_ends(demo: Demo, sources: dict[str, pa.Table]) -> None:
    got = _keyed(_computed("mds.trip_ends", sources), ("zone", "month", "day_type", "band", "holding"), "trip_ends")
    assert got == _keyed(_truth(demo, "trip_ends"), ("cell", "month", "day_type", "band", "operator"), "trips")


@pytest.mark.parametrize(("value", "name"), [("dwell_s", "dwell_s"), ("episodes_begun", "stays")])
def test_dwell(demo: Demo, sources: dict[str, pa.Table], value: str, name: str) -> None:
    got = _keyed(_computed("mds.dwell", sources), ("zone", "month", "day_type", "band", "holding"), value)
    assert got == _keyed(_truth(demo, "dwell"), ("cell", "month", "day_type", "band", "operator"), name)


def test_fleet(demo: Demo, sources: dict[str, pa.Table]) -> None:
    got = _keyed(_computed("mds.fleet", sources), ("day", "holding", "vehicle_state"), "vehicle_s")
    assert got == _keyed(_truth(demo, "fleet"), ("date", "operator", "state"), "vehicle_s")


def test_the_reader_sets_aside_what_was_planted_and_nothing_else(demo: Demo, readings: dict[str, Reading]) -> None:
    defects = json.loads(demo.defects.read_text("utf-8"))
    for slug, reading in readings.items():
        mine = [one for one in defects if one.get("feed") == slug]
        rejects = {(row["file"], row["row"]) for row in pq.read_table(reading.tables["rejects"]).to_pylist()}
        expected = {(one["file"], row) for one in mine if one["expected"] == "set_aside" for row in one["rows"]}
        twice = sum(one["expected"] == "conflict" for one in mine)
        assert expected <= rejects
        assert len(rejects) == len(expected) + twice
        codes = set(reading.findings.counts())
        assert {one["code"] for one in mine if one["expected"] != "finding"} <= codes


def test_the_table_in_memory_is_what_the_pages_hold(sources: dict[str, pa.Table]) -> None:
    names = ["device_id", "trip_id", "duration_s", "distance_m", "start_lat", "end_lng"]
    made = trip_table(1, TRIPS).select(names)
    read = {row["trip_id"]: row for row in sources["trips"].select(names).to_pylist()}
    # A trip that was sent again a metre longer is kept in its later version.
    differing = [row for row in made.to_pylist() if read[row["trip_id"]] != row]
    assert len(differing) == 2
    assert all(read[row["trip_id"]]["distance_m"] == row["distance_m"] + 1 for row in differing)


def test_stops_segments_and_routes(demo: Demo, tmp_path: Path) -> None:
    reading = feeds.gtfs.read.read(demo.bus, tmp_path)
    connection = connect(memory=1 << 30)
    stops, segments = _truth(demo, "bus_stop_day"), _truth(demo, "bus_segment_hour")
    for number in range(0, 42, 3):
        date = dt.date(2026, 9, 7) + dt.timedelta(days=number)
        calls = feeds.gtfs.stats.stop_day(reading.tables, connection=connection, date=date).to_pylist()
        today = [row for row in stops if row["date"] == date]
        for value, name in (("departures", "stop_times"), ("first_s", "first_call_s"), ("last_s", "last_call_s")):
            assert _keyed(calls, ("stop_id",), value) == _keyed(today, ("stop_id",), name)
        passed = feeds.gtfs.stats.segment_hour(reading.tables, connection=connection, date=date).to_pylist()
        keys = ("from_stop_id", "to_stop_id", "hour")
        hours = [row for row in segments if row["date"] == date]
        assert _keyed(passed, keys, "vehicles") == _keyed(hours, keys, "vehicles")


def test_stations(demo: Demo, tmp_path: Path) -> None:
    reading = feeds.gbfs.reader.read(demo.combecycle, tmp_path, limits=Limits())
    statistic = load("feeds.gbfs")["gbfs.station_availability"]
    rows = compute(statistic, reading.tables, connection=connect(memory=1 << 30)).to_pylist()
    got = {row["station_id"]: row for row in rows}
    for truth in _truth(demo, "combecycle_stations"):
        row = got[truth["station_id"]]
        for name in ("capacity", "snapshots", "observed_s", "closed_s", "empty_s", "returning_s", "full_s"):
            assert row[name] == truth[name], (truth["station_id"], name)
        assert np.isclose(row["share_empty"], truth["share_empty"])
        assert np.isclose(row["vehicles_mean"], truth["bike_s"] / truth["observed_s"])
