"""Extracts: what is in them, to the letter, and what never is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance.periods import Period
from hub.errors import Refused
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.extracts.prepare import prepare, prepare_due
from hub.services.ingest import ingest
from hub.territory.zones import H3
from tests.hub.extracts_town import (
    APRIL,
    BOTH,
    COMBEVAL,
    EVENTS,
    LABO,
    MARCH,
    PARIS,
    PLATEAU,
    PROVIDER,
    SMHC,
    TRIPS,
    agreement,
    at,
    bring,
    commons,
    empty_hub,
    hub_of,
    living,
    objects,
    pseudonym,
    rows_of,
    trip,
    uid,
)
from tests.hub.migrated import records_at
from tests.mds import town as mds_town


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    records = records_at(tmp_path / "records" / "records.sqlite3")
    yield hub_of(records, tmp_path)
    records.close()


def with_terms(back: Back, **terms: Any) -> Back:
    put_in_force(back.front, commons(agreement(SMHC, "smhc", "compliance", **terms)))
    return back


def values(back: Back, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of the only extract of March, as tuples of these columns, sorted."""
    rows = rows_of(back, prepare(back, SMHC, "trips", MARCH))
    return sorted((tuple(row[name] for name in columns) for row in rows), key=str)


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.reasons[0]["code"]


def test_each_field_is_generalised_as_agreed_and_nothing_else_is_there(back: Back) -> None:
    made = prepare(back, SMHC, "trips", MARCH)

    def named(trip_name: str, vehicle: str) -> dict[str, str]:
        return {
            "trip": pseudonym(back, SMHC, "smhc", "trip", trip_name),
            "vehicle": pseudonym(back, SMHC, "smhc", "vehicle", vehicle),
        }

    def row(kind: str, zone: str | None, day: dt.date, hour: int, *measures: int | None) -> dict[str, object]:
        when = {"trip_type": kind, "start_zone": zone, "start_day": day, "start_hour": hour}
        return {**when, "duration_s": measures[0], "distance_m": measures[1]}

    expected = [
        # 20 min 35 s is 21 minutes, 2449 m are 2400.
        named("t1", "red") | row("rider", COMBEVAL, dt.date(2026, 3, 2), 8, 1260, 2400),
        # Four hours are told as three, 41 km as 30.
        named("t2", "red") | row("rider", COMBEVAL, dt.date(2026, 3, 14), 23, 10_800, 30_000),
        # From 01:59 to 03:01 it was two minutes: the clock left an hour out. 550 m are 600.
        named("t3", "green") | row("rider", PLATEAU, dt.date(2026, 3, 29), 1, 120, 600),
        # Of the period in which it ended.
        named("t5", "blue") | row("rider", COMBEVAL, dt.date(2026, 2, 28), 23, 1200, 0),
        named("t6", "blue") | row("maintenance", None, dt.date(2026, 3, 20), 14, 0, None),
    ]
    found = rows_of(back, made)
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert (made.rows, made.recipient, made.agreement, made.agreement_version) == (5, "smhc", SMHC, 1)
    assert list(found[0]) == list(expected[0])


def test_rows_stand_in_an_order_of_the_key_and_not_of_the_vault(back: Back) -> None:
    order = {pseudonym_of: name for name in ("t1", "t2", "t3", "t5", "t6") for pseudonym_of in [name]}
    smhc = [one["trip"] for one in rows_of(back, prepare(back, SMHC, "trips", MARCH))]
    keyed = sorted(order, key=lambda name: pseudonym(back, SMHC, "smhc", "order", name))
    assert smhc == [pseudonym(back, SMHC, "smhc", "trip", name) for name in keyed]


@pytest.mark.parametrize(
    ("grain", "columns", "expected"),
    [
        ("P1D", ["start_day"], {dt.date(2026, 3, 2), dt.date(2026, 3, 14), dt.date(2026, 3, 29)}),
        ("P1D/band", ["start_day", "start_band"], {"am_peak", "evening", "night", "midday"}),
        ("P1M/daytype+band", ["start_month", "start_day_type", "start_band"], {"weekday", "saturday", "sunday"}),
        ("P1M", ["start_month"], {dt.date(2026, 2, 1), dt.date(2026, 3, 1)}),
    ],
)
def test_times_are_truncated_to_the_agreed_step(
    back: Back, grain: str, columns: list[str], expected: set[object]
) -> None:
    with_terms(back, temporal_resolution=grain, fields=["trips.start_time"])
    made = prepare(back, SMHC, "trips", MARCH)
    assert pq.read_schema(back.front.released.path(made.digest)).names == columns
    assert expected <= {value for row in rows_of(back, made) for value in row.values()}


def test_a_month_of_day_types_and_bands_is_written_out(back: Back) -> None:
    with_terms(back, temporal_resolution="P1M/daytype+band", fields=["trips.start_time"])
    march, february = dt.date(2026, 3, 1), dt.date(2026, 2, 1)
    assert values(back, "start_month", "start_day_type", "start_band") == sorted(
        [
            (march, "weekday", "am_peak"),
            (march, "saturday", "evening"),
            (march, "sunday", "night"),
            (february, "saturday", "evening"),
            (march, "weekday", "midday"),
        ],
        key=str,
    )


def test_weeks_come_a_week_at_a_time(back: Back) -> None:
    with_terms(back, temporal_resolution="P1W", fields=["trips.start_time"], delay="P1D")
    told = {(one.period.from_, one.outcome) for one in prepare_due(back)}
    assert (dt.date(2026, 3, 2), "prepared") in told
    assert {day.weekday() for day, _ in told} == {0}
    (week,) = [one for one in living(back) if one.period_from == dt.date(2026, 3, 2)]
    assert rows_of(back, week) == [{"start_week": dt.date(2026, 3, 2)}]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("commune", [COMBEVAL, COMBEVAL, COMBEVAL, None, PLATEAU]),
        ("h3_7", ["871f9b2d4ffffff"] * 4 + [None]),
        ("h3_8", ["871f9b2d5000000"] * 5),
        ("basin", ["hautes-combes"] * 5),
    ],
)
def test_places_are_told_as_zones_of_the_agreed_system(back: Back, zone: str, expected: list[str | None]) -> None:
    with_terms(back, spatial_resolution=zone, fields=["trips.start_zone"])
    assert [value for (value,) in values(back, "start_zone")] == sorted(expected, key=lambda one: str((one,)))


def test_where_both_ends_are_told_lengths_are_no_finer_than_the_zones(back: Back) -> None:
    fields = ["trips.start_zone", "trips.end_zone", "trips.distance_m", "trips.duration_s"]
    with_terms(back, fields=fields)
    # Communes are 5 km across, 17 minutes on a scooter.
    assert values(back, "distance_m", "duration_s") == sorted(
        [(0, 1020), (30_000, 10_200), (0, 0), (0, 1020), (None, 0)], key=str
    )


def test_events_are_told_with_the_same_pseudonyms_of_vehicles(back: Back) -> None:
    fields = ["vehicle", "state", "types", "zone", "time", "battery_percent"]
    with_terms(back, fields=[*(f"events.{field}" for field in fields), "trips.vehicle"])
    made = prepare(back, SMHC, "events", MARCH)
    red = pseudonym(back, SMHC, "smhc", "vehicle", "red")
    common = {"vehicle": red, "zone": COMBEVAL, "day": dt.date(2026, 3, 2), "hour": 8}
    expected = [
        common | {"state": "on_trip", "types": "trip_start", "battery_percent": 80},
        common | {"state": "available", "types": "battery_charged trip_end", "battery_percent": 90},
    ]
    assert sorted(rows_of(back, made), key=str) == sorted(
        [{name: row[name] for name in rows_of(back, made)[0]} for row in expected], key=str
    )
    assert red in {vehicle for (vehicle,) in values(back, "vehicle")}


def test_two_recipients_have_nothing_to_join_by(back: Back) -> None:
    found = [rows_of(back, prepare(back, agreement_id, "trips", MARCH)) for agreement_id in (SMHC, LABO)]
    mine, theirs = ({row[name] for row in rows for name in ("trip", "vehicle")} for rows in found)
    assert (len(mine), len(theirs)) == (8, 8)
    assert mine & theirs == set()
    assert [row["trip"] for row in found[0]] != [row["trip"] for row in found[1]]


def test_one_recipient_of_two_agreements_cannot_join_them_either(back: Back) -> None:
    second = agreement("second", "smhc", "network-redesign")
    put_in_force(back.front, commons(*BOTH, second))
    one, other = (rows_of(back, prepare(back, name, "trips", MARCH)) for name in (SMHC, "second"))
    assert not {row["vehicle"] for row in one} & {row["vehicle"] for row in other}


def test_a_vehicle_keeps_its_pseudonym_from_month_to_month(back: Back) -> None:
    march = rows_of(back, prepare(back, SMHC, "trips", MARCH))
    bring(back, "b", trips=[trip("t8", "red", "2026-04-30T10:00:00", "2026-04-30T10:10:00")])
    at(back, dt.datetime(2026, 5, 9, tzinfo=PARIS))
    april = rows_of(back, prepare(back, SMHC, "trips", APRIL))
    red = pseudonym(back, SMHC, "smhc", "vehicle", "red")
    assert red in {row["vehicle"] for row in march} & {row["vehicle"] for row in april}
    assert {row["start_day"] for row in april} == {dt.date(2026, 3, 31), dt.date(2026, 4, 2), dt.date(2026, 4, 30)}


#: Spellings of a coordinate of the town, of one of its ids, or of an exact instant.
RAW = re.compile(r"45\.06\d+|5\.51\d+|5\.53\d+|08:10:37|08:31:12|" + PROVIDER)


def test_no_coordinate_id_or_instant_of_the_source_is_anywhere_in_the_bytes(back: Back) -> None:
    fields = [f"trips.{one}" for one in ("trip", "vehicle", "trip_type", "start_zone", "end_zone", "start_time")]
    fields += ["trips.duration_s", "trips.distance_m", "events.vehicle", "events.state", "events.types", "events.zone"]
    with_terms(back, fields=fields)
    ids = {uid(name) for name in ("t1", "t2", "t3", "t5", "t6", "red", "green", "blue", "e1", "journey of t1")}
    sources = {"trips.json", "curb", *ids, *(one.replace("-", "") for one in ids)}
    floats = {row[name] for row in TRIPS for name in row if name.endswith(("lat", "lng"))}
    exact = {row[name] for row in [*TRIPS, *EVENTS] for name in ("start_local", "end_local", "local") if name in row}
    for name in ("trips", "events"):
        path = back.front.released.path(prepare(back, SMHC, name, MARCH).digest)
        cells = {cell for row in pq.read_table(path).to_pylist() for cell in row.values()}
        assert not {str(cell) for cell in cells} & sources
        assert not cells & (floats | exact)
        assert not RAW.search(" ".join(str(cell) for cell in cells))
        content = path.read_bytes()
        assert not [one for one in sources if one.encode() in content]
        schema = pq.read_schema(path)
        assert schema.metadata is None
        assert not [field for field in schema if pa.types.is_floating(field.type) or pa.types.is_timestamp(field.type)]


def test_the_delay_runs_out_to_the_instant(back: Back) -> None:
    ready = dt.datetime(2026, 4, 8, tzinfo=PARIS)
    at(back, ready - dt.timedelta(microseconds=1))
    with pytest.raises(Refused) as refusal:
        prepare(back, SMHC, "trips", MARCH)
    assert code(refusal) == "release.too_soon"
    assert {one.outcome for one in prepare_due(back, agreement=SMHC) if one.period == MARCH} == {"waiting"}
    assert objects(back) == set()
    at(back, ready)
    assert prepare(back, SMHC, "trips", MARCH).rows == 5


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"fields": ["trips.start_lat"]}, "extract.field_unknown"),
        ({"fields": ["trips.vehicle", "telemetry.lat"]}, "extract.field_unknown"),
        ({"fields": ["vehicle"]}, "extract.field_unknown"),
        ({"fields": ["trips.start_time", "trips.end_time", "trips.duration_s"]}, "extract.together"),
        ({"fields": ["trips.duration_s", "events.time"]}, "extract.together"),
        ({"fields": ["events.state"]}, "extract.table"),
        ({"spatial_resolution": "iris"}, "extract.zones"),
        ({"temporal_resolution": None}, "extract.unstated"),
        ({"recipient": ["college:authorities"]}, "extract.not_bilateral"),
        ({"recipient": ["member:smhc", "member:itineo"]}, "extract.not_bilateral"),
        ({"spatial_resolution": "h3_9"}, "cube.too_fine"),
        ({"purpose": ["compliance", "research"]}, "agreement.term"),
    ],
)
def test_what_no_extract_may_hold_is_refused_and_logged(back: Back, terms: dict[str, Any], reason: str) -> None:
    with_terms(back, **terms)
    with pytest.raises(Refused) as refusal:
        prepare(back, SMHC, "trips", MARCH)
    assert code(refusal) == reason
    assert objects(back) == set()
    assert {one.outcome for one in prepare_due(back)} == {"waiting"} or reason == "extract.table"


@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-01", "2026-03-15"), ("2026-03-02", "2026-04-02"), ("2026-02-01", "2026-04-01")]
)
def test_only_whole_periods_of_the_rhythm_are_prepared(back: Back, first: str, last: str) -> None:
    with pytest.raises(Refused) as refusal:
        prepare(back, SMHC, "trips", Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last)))
    assert code(refusal) == "extract.period"


def test_records_from_before_the_agreement_are_not_opened(back: Back) -> None:
    put_in_force(
        back.front,
        commons(
            agreement(
                SMHC,
                "smhc",
                "compliance",
                validity={"from": dt.datetime(2026, 3, 1, 0, 1, tzinfo=PARIS), "to": dt.date(2027, 1, 1)},
            )
        ),
    )
    with pytest.raises(Refused) as refusal:
        prepare(back, SMHC, "trips", MARCH)
    assert code(refusal) == "bilateral.too_early"
    assert prepare_due(back) == []


def test_a_feed_that_broke_off_is_waited_for(back: Back) -> None:
    put_in_force(back.front, commons(agreement(SMHC, "smhc", "compliance", holder="glisse", dataset="mds-glisse")))
    for digest, day in (("", ""), ("b", "2026-03-28")):
        if digest:
            bring(back, digest, "mds-glisse", trips=[trip(day, "red", f"{day}T08:00:00", f"{day}T08:10:00")])
        with pytest.raises(Refused) as refusal:
            prepare(back, SMHC, "trips", MARCH)
        assert code(refusal) == "extract.incomplete"
    bring(back, "c", "mds-glisse", trips=[trip("x", "red", "2026-03-29T08:00:00", "2026-03-29T08:10:00")])
    assert prepare(back, SMHC, "trips", MARCH).rows == 2


def test_from_the_operators_own_pages_to_the_extract(tmp_path: Path) -> None:
    """Through the door by which records come in: the town's Monday, and one ride at the end of the month."""
    last = mds_town.Ride(
        "end",
        "red",
        mds_town.ms("08:00", "2026-03-30"),
        mds_town.ms("08:10", "2026-03-30"),
        (45.05, 5.51),
        (45.06, 5.52),
        900,
    )
    day = dataclasses.replace(mds_town.MONDAY, rides=(*mds_town.MONDAY.rides, last))
    records = records_at(tmp_path / "records.sqlite3")
    back = empty_hub(records, tmp_path)
    pages = mds_town.write(tmp_path / "pages", mds_town.pages_2_0(day))
    ingest(back, str(pages), slug="mds-glisse")
    fields = [f"trips.{one}" for one in ("trip", "vehicle", "start_zone", "end_zone", "start_time")]
    terms = {"spatial_resolution": "h3_8", "temporal_resolution": "P1D/band"}
    glisse = agreement(SMHC, "smhc", "compliance", fields=fields, holder="glisse", dataset="mds-glisse", **terms)
    put_in_force(back.front, commons(glisse))
    made = prepare(back, SMHC, "trips", MARCH)
    found = sorted((row["start_day"].day, row["start_band"]) for row in rows_of(back, made))
    assert found == [(2, "am_peak")] * 3 + [(2, "evening"), (2, "pm_peak"), (30, "am_peak")]
    cells = {cell for row in rows_of(back, made) for cell in row.values()}
    assert len({row["vehicle"] for row in rows_of(back, made)}) == 3
    raw = {mds_town.uid(one) for one in ("red", "green", "blue", "r1", "r2", "g1", "b1", "b2", "end")}
    content = back.front.released.path(made.digest).read_bytes()
    assert not [one for one in raw | {mds_town.PROVIDER} if one in cells or one.encode() in content]
    assert all(isinstance(cell, str | dt.date) for cell in cells)
    # The twelve places are about a cell apart: each zone is one that the point lies in, spelled as H3 does.
    expected = {h3_text(*mds_town.PLACES[place]) for place in ("A1", "A2", "B1", "C4")}
    assert expected <= {row[name] for row in rows_of(back, made) for name in ("start_zone", "end_zone")}
    records.close()


def h3_text(lat: float, lng: float) -> str:
    (cell,) = H3(8).zones(np.array([lat]), np.array([lng])).to_pylist()
    return f"{cell:x}"
