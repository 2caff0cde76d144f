"""Our stop statistics against `gtfs_kit.compute_stop_stats`, number by number, on the busiest day of real feeds.

Two of our definitions differ on purpose, and are put back here to compare: a call without times is placed between its
neighbours (gtfs-kit leaves it out of times and headways), and a trip of frequencies.txt runs once at each start
(gtfs-kit counts the template once). What then still differs is listed with its reason, as it is for readers in
docs/reference/stop-statistics.md.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import gtfs_kit
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from feeds.gtfs import stats
from feeds.reading import Reading

#: Feeds and the stops of which gtfs-kit says otherwise, with the reason.
FEEDS: dict[str, dict[str, str]] = {
    "cairns_au.zip": {},
    "caltrain_us.zip": {},
    "fr_libourne_2024": {},
    "berlin_extract_de.zip": {},
    "trimet_2routes_us.zip": {},
    "nyc_mta_subway.zip": {},
    "nyc_mta_bus_bk.zip": {},
    "fr_sncf_2016": {},
    "fortaleza_br.zip": {},
    "porto_alegre_trensurb_br.zip": {},
    "google_sample.zip": {},
    "sample_gtfs_feed_npm": {},
    "partridge_amazon-2017-08-06": {"2558190": "six records repeat trip_id and stop_sequence; we set them aside"},
}

pytestmark = pytest.mark.shared_data


@pytest.mark.parametrize("name", FEEDS)
def test_each_number_is_that_of_gtfs_kit(
    name: str, real_reading: Callable[[str], Reading], shared_data: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    tables = dict(real_reading(name).tables)
    date = busiest(tables, connection)
    plain = {**tables, "runs": without_frequencies(tables)}
    ours = stats.stop_day(plain, connection=connection, date=date, interpolate=False).to_pylist()
    theirs = gtfs_kit_answers(shared_data / "gtfs" / name, date)
    assert len(ours) > 0
    assert {record["stop_id"] for record in ours} == set(theirs)
    different = {record["stop_id"] for record in ours if not same(record, theirs[record["stop_id"]])}
    assert different == set(FEEDS[name])


def test_the_feeds_compared_hold_what_makes_a_difference(real_reading: Callable[[str], Reading]) -> None:
    """Else the comparison would prove little: untimed calls, frequencies, doubled records are really there."""
    untimed = pq.read_table(real_reading("cairns_au.zip").tables["stop_times"], columns=["interpolated"])
    assert pc.sum(untimed["interpolated"]).as_py() == 65
    assert real_reading("google_sample.zip").rows["frequencies"] == 11
    assert real_reading("partridge_amazon-2017-08-06").set_aside["stop_times"] == 6


def busiest(tables: dict[str, Any], connection: duckdb.DuckDBPyConnection) -> dt.date:
    connection.execute("CREATE OR REPLACE TEMP TABLE used AS SELECT service_key, count(*) AS runs "
                       "FROM read_parquet($1) GROUP BY 1", [str(tables["runs"])])  # fmt: skip
    sql = """SELECT d.date FROM read_parquet($1) d JOIN read_parquet($2) p ON p.pattern = d.pattern
        JOIN used u ON u.service_key = p.service_key GROUP BY d.date ORDER BY sum(u.runs) DESC, d.date LIMIT 1"""
    found = connection.execute(sql, [str(tables["service_patterns"]), str(tables["pattern_services"])]).fetchone()
    assert found is not None
    return found[0]


def without_frequencies(tables: dict[str, Any]) -> pa.Table:
    """Each trip once, at its own times."""
    runs = pq.read_table(tables["runs"]).drop_columns("shift_s").group_by(
        ["trip_key", "route_key", "service_key", "direction_id"]).aggregate([])  # fmt: skip
    return runs.append_column("shift_s", pa.array([0] * runs.num_rows, pa.int32()))


def gtfs_kit_answers(source: Path, date: dt.date) -> dict[str, tuple[Any, ...]]:
    feed = gtfs_kit.read_feed(source, dist_units="km")
    found = gtfs_kit.compute_stop_stats(feed, [date.strftime("%Y%m%d")])
    columns = ["num_trips", "num_routes", "start_time", "end_time", "mean_headway", "max_headway"]
    return {stop_id: tuple(record) for stop_id, *record in found[["stop_id", *columns]].itertuples(index=False)}


def same(ours: dict[str, Any], theirs: tuple[Any, ...]) -> bool:
    trips, routes, start, end, mean_min, max_min = theirs
    return (
        ours["departures"] == trips
        and ours["routes"] == routes
        and ours["first_s"] == seconds(start)
        and ours["last_s"] == seconds(end)
        and close(ours["headway_mean_s"], mean_min)
        and close(ours["headway_max_s"], max_min)
    )


def seconds(text: Any) -> int | None:
    if text is None or pd.isna(text):
        return None
    hours, minutes, rest = str(text).split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def close(ours_s: float | None, theirs_min: float) -> bool:
    if ours_s is None or pd.isna(theirs_min):
        return ours_s is None and bool(pd.isna(theirs_min))
    return math.isclose(ours_s, float(theirs_min) * 60, rel_tol=1e-9, abs_tol=1e-6)
