"""Lines of routes by gtfs-kit, days and views by partridge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import duckdb
import partridge
import pytest
import shapely

from feeds.gtfs import shapes, view
from feeds.reading import Reading


def test_lines_follow_the_shape_or_go_straight(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    lines = shapes.route_lines(town.tables, connection=connection).set_index("route_id")
    assert dict(lines["geometry_source"]) == {"F": "stops", "R1": "shapes", "R2": "stops", "U": "stops"}
    bend = shapely.LineString([(5.5, 45.0), (5.501, 45.015), (5.5, 45.03)])
    assert lines.geometry["R1"].equals_exact(bend, tolerance=1e-6)
    # out S05-S06-S07 and straight back from S07 to S05: drawn once
    assert lines.geometry["R2"].length == pytest.approx(0.02, abs=1e-6)


def test_lines_are_simplified_by_metres(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    lines = shapes.route_lines(town.tables, connection=connection, tolerance_m=200).set_index("route_id")
    assert len(lines.geometry["R1"].coords) == 2  # the bend is 79 m deep


def test_lines_as_geojson(town: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    document = shapes.to_geojson(shapes.route_lines(town.tables, connection=connection))
    assert document["type"] == "FeatureCollection"
    first = document["features"][1]
    assert first["properties"]["route_id"] == "R1"
    assert first["properties"]["route_color"] == "1A7F37"
    assert first["geometry"] == {"type": "LineString", "coordinates": [[5.5, 45.0], [5.501, 45.015], [5.5, 45.03]]}


def test_the_busiest_and_the_representative_days(
    town: Reading, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    date, services = view.busiest_day(town.tables, connection=connection, scrap=tmp_path)
    assert (date, services) == (dt.date(2026, 4, 27), frozenset({"WK"}))
    assert view.representative_days(town.tables, connection=connection, scrap=tmp_path) == {
        "weekday": dt.date(2026, 4, 27),
        "saturday": dt.date(2026, 5, 2),
        "sunday": dt.date(2026, 5, 3),
    }


def test_a_calendar_without_an_end_has_its_days_too(
    read_feed: Callable[..., Reading],
    town_files: dict[str, bytes],
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head, *rows = town_files["calendar.txt"].decode().splitlines()
    endless = [",".join([*row.split(",")[:-1], "99991231"]) for row in rows]
    reading = read_feed(calendar="\n".join([head, *endless]) + "\n")
    days, real = [], partridge.read_dates_by_service_ids
    monkeypatch.setattr(partridge, "read_dates_by_service_ids", lambda path: days.append(real(path)) or days[-1])
    found = view.representative_days(reading.tables, connection=connection, scrap=tmp_path)
    assert found["weekday"] == dt.date(2026, 4, 27)
    assert sum(map(len, days[0].values())) <= 1_200  # one by one: of eight thousand years it would take an hour


def test_a_view_holds_what_its_services_use(
    town: Reading, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    feed = view.cut(town.tables, {"WE"}, connection=connection, scrap=tmp_path)
    assert set(feed.trips.trip_id) == {"R1-1000", "R1-2430"}
    assert set(feed.stops.stop_id) == {"S01", "S02", "S03", "S04"}
    assert set(feed.routes.route_id) == {"R1"}
    assert max(feed.stop_times.departure_time) == 91800
    assert set(feed.calendar.service_id) == {"WE"}


def test_a_view_without_trips_or_with_too_many_is_refused(
    town: Reading, connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LookupError, match="none of these services"):
        view.cut(town.tables, {"nobody"}, connection=connection, scrap=tmp_path)
    monkeypatch.setattr(view, "MOST_CALLS", 5)
    with pytest.raises(ValueError, match="holds 6 stop times"):
        view.cut(town.tables, {"WE"}, connection=connection, scrap=tmp_path)


def test_a_feed_without_service_has_no_busiest_day(
    read_feed: Callable[..., Reading], connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    never = "service_id,date,exception_type\nWK,20260501,2\nWE,20260501,2\n"
    reading = read_feed(calendar=None, calendar_dates=never)
    assert reading.findings.counts() == {"no_service_day": 1}
    with pytest.raises(LookupError, match="no trip runs"):
        view.busiest_day(reading.tables, connection=connection, scrap=tmp_path)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["cairns_au.zip", "fr_sncf_2016", "sample_gtfs_feed_npm", "partridge_region-nord-v2"])
def test_real_feeds_are_drawn_and_cut(
    name: str, real_reading: Callable[[str], Reading], connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    tables = real_reading(name).tables
    lines = shapes.route_lines(tables, connection=connection)
    assert len(lines) > 0
    assert not lines.geometry.is_empty.any()
    _, services = view.busiest_day(tables, connection=connection, scrap=tmp_path)
    feed = view.cut(tables, services, connection=connection, scrap=tmp_path)
    assert len(feed.stop_times) > 0
    assert set(feed.stop_times.stop_id) <= set(feed.stops.stop_id)
