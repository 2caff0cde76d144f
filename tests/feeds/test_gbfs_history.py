"""The past of a system: polls go in as changes, come back as they were, and add up hour by hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.gbfs.history import (
    HOURS,
    SERIES,
    changes,
    hidden,
    hours,
    intervals,
    merged,
    shares,
    standing,
    state_at,
    states,
)

EIGHT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
END = EIGHT + dt.timedelta(hours=3)
GAP = dt.timedelta(minutes=15)
STATIONS = SERIES["stations"]
#: A poll: minutes after eight, and of each station its vehicles and docks.
Poll = tuple[int, dict[str, tuple[int, int | None]]]


def poll(stations: dict[str, tuple[int, int | None]]) -> pl.DataFrame:
    rows = [
        {
            "station_id": name,
            "vehicles_available": vehicles,
            "docks_available": docks,
            "is_renting": True,
            "last_reported": EIGHT,
        }
        for name, (vehicles, docks) in stations.items()
    ]
    schema = pa.schema(
        {
            "station_id": pa.string(),
            "vehicles_available": pa.int64(),
            "docks_available": pa.int64(),
            "is_renting": pa.bool_(),
            "last_reported": pa.timestamp("us", "UTC"),
        }.items()
    )
    return states(STATIONS, pa.Table.from_pylist(rows, schema=schema))


def at(minutes: float) -> dt.datetime:
    return EIGHT + dt.timedelta(minutes=minutes)


def remembered(polls: Sequence[Poll], *, end: dt.datetime = END) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All events, and the intervals that they tell."""
    events = pl.DataFrame(schema=STATIONS.events)
    for minutes, stations in polls:
        known = standing(STATIONS, events)
        events = pl.concat([events, changes(STATIONS, known, poll(stations), at(minutes))])
    instants = pl.Series([at(minutes) for minutes, _ in polls], dtype=pl.Datetime("us", "UTC"))
    return events, intervals(STATIONS, events, instants, end=end, gap=GAP)


MORNING: list[Poll] = [
    (0, {"gare": (5, 5), "lac": (0, 4)}),
    (10, {"gare": (5, 5), "lac": (0, 4)}),
    (20, {"gare": (10, 0), "lac": (0, 4)}),
    (30, {"gare": (10, 0)}),
]


def test_only_what_changed_is_written() -> None:
    events, found = remembered(MORNING)
    told = events.select("at", "station_id", "vehicles_available", "gone").rows()
    assert told == [
        (at(0), "gare", 5, False),
        (at(0), "lac", 0, False),
        (at(20), "gare", 10, False),
        (at(30), "lac", None, True),
    ]
    assert found.select("station_id", "since", "until", "vehicles_available").rows() == [
        ("gare", at(0), at(20), 5),
        ("gare", at(20), at(45), 10),  # the last poll holds for as long as a gap may be
        ("lac", at(0), at(30), 0),
    ]


def test_an_hour_is_told_as_its_minutes_were() -> None:
    _, found = remembered(MORNING)
    told = {row["station_id"]: row for row in shares(hours(found)).to_dicts()}
    gare, lac = told["gare"], told["lac"]
    assert (gare["hour"], gare["observed_s"]) == (EIGHT, 45 * 60)
    assert gare["vehicles_mean"] * 45 == 20 * 5 + 25 * 10
    assert (gare["vehicles_min"], gare["vehicles_max"], gare["docks_min"], gare["docks_max"]) == (5, 10, 0, 5)
    assert (gare["empty_share"], gare["full_share"] * 45, gare["renting_share"]) == (0, 25, 1)
    assert (lac["observed_s"], lac["empty_share"], lac["vehicles_mean"]) == (30 * 60, 1, 0)
    assert gare["installed_share"] == 0  # the poll does not say so


def test_where_no_poll_came_nothing_is_known() -> None:
    _, found = remembered([(0, {"gare": (5, 5)}), (100, {"gare": (5, 5)})])
    assert found.select("since", "until").rows() == [(at(0), at(15)), (at(100), at(115))]
    assert hours(found).select("hour", "observed_us").rows() == [
        (EIGHT, 15 * 60_000_000),
        (at(60), 15 * 60_000_000),
    ]


def test_an_unknown_number_of_docks_is_neither_full_nor_counted() -> None:
    _, found = remembered([(0, {"gare": (5, None)})])
    (told,) = shares(hours(found)).to_dicts()
    assert (told["docks_mean"], told["full_share"], told["docks_min"]) == (None, None, None)
    assert told["vehicles_mean"] == 5


def test_a_station_too_large_to_be_one_is_remembered_and_an_absurd_count_is_unknown() -> None:
    assert poll({"x": (11_849, 0)})["vehicles_available"].to_list() == [11_849]
    assert poll({"x": (2**40, 0)})["vehicles_available"].to_list() == [None]


def test_no_poll_tells_nothing() -> None:
    events = pl.DataFrame(schema=STATIONS.events)
    found = intervals(STATIONS, events, pl.Series([], dtype=pl.Datetime("us", "UTC")), end=END, gap=GAP)
    assert found.height == 0
    assert hours(found).schema == HOURS


counts = st.tuples(st.integers(0, 3), st.none() | st.integers(0, 2))
polls = st.dictionaries(st.sampled_from(["a", "b", "c"]), counts, max_size=3)
series = st.dictionaries(st.integers(0, 170), polls, min_size=1, max_size=12).map(lambda found: sorted(found.items()))


@settings(deadline=None, derandomize=True, max_examples=30)
@given(series)
def test_replaying_the_past_gives_each_poll_back(told: list[Poll]) -> None:
    events, found = remembered(told)
    for minutes, stations in told:
        assert state_at(STATIONS, found, at(minutes)).equals(poll(stations))
    assert standing(STATIONS, events).equals(poll(told[-1][1]))


@settings(deadline=None, derandomize=True, max_examples=30)
@given(series, st.integers(1, 179))
def test_the_roll_up_of_the_parts_is_that_of_the_whole(told: list[Poll], minute: int) -> None:
    _, found = remembered(told)
    knife = pl.lit(at(minute), pl.Datetime("us", "UTC"))
    before = found.filter(pl.col("since") < knife).with_columns(until=pl.min_horizontal("until", knife))
    after = found.filter(pl.col("until") > knife).with_columns(since=pl.max_horizontal("since", knife))
    assert merged([hours(before), hours(after)]).equals(hours(found))
    assert merged([hours(found)]).equals(hours(found))


@settings(deadline=None, derandomize=True, max_examples=15)
@given(series)
def test_a_snapshot_that_is_repeated_whole_changes_no_interval(told: list[Poll]) -> None:
    # As the first poll of each hour does, so that an hour can be read by itself.
    events, found = remembered(told)
    middle = told[len(told) // 2]
    again = changes(STATIONS, pl.DataFrame(schema=STATIONS.schema), poll(middle[1]), at(middle[0]))
    instants = pl.Series([at(minutes) for minutes, _ in told], dtype=pl.Datetime("us", "UTC"))
    assert intervals(STATIONS, pl.concat([events, again]), instants, end=END, gap=GAP).equals(found)


def vehicles(*names: str) -> pl.DataFrame:
    rows = [{"vehicle_id": name, "lat": 45.0, "lon": 5.0} for name in names]
    return states(SERIES["vehicles"], pa.Table.from_pylist(rows))


def test_a_vehicle_is_the_same_all_day_and_another_the_next() -> None:
    one, two = b"1" * 32, b"2" * 32
    monday, later, tuesday = (
        hidden(vehicles("bike-1", "bike-2"), key)["vehicle_id"].to_list() for key in (one, one, two)
    )
    assert monday == later
    assert len(set(monday)) == 2
    assert not set(monday) & set(tuesday)
    assert not {"bike-1", "bike-2"} & {*monday, *tuesday}
