"""What a cube is made of, from a vault that a person can add up: who adds what to which cell, and trip by trip."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import h3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from feeds.findings import Report
from feeds.reading import Reading
from governance.audiences import Audience
from governance.cube_parts import Finishing, Mechanism, Unit
from governance.cubes import Cube
from governance.disclosure.cells import tally
from governance.disclosure.contributions import Contributions
from governance.disclosure.hierarchy import OUTSIDE
from governance.disclosure.noise import bounded, noise_of
from governance.grain import Grain
from governance.periods import Period
from hub.clock import FixedClock
from hub.errors import Conflict
from hub.fetch import Fetcher
from hub.records import feeds as feed_records
from hub.records.models import Feed
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import current_world, put_in_force
from hub.services.contributions import answered, contributions, records
from hub.services.front import Front
from hub.services.prepare import iris, place_in_zones
from hub.signet import Signet
from hub.territory.demo.geography import communes_geojson
from hub.territory.zones_reading import polygons
from hub.vault import Vault
from tests.hub.joint_town import PROVIDER, commons
from tests.hub.migrated import records_at

NOW = dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC)
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
MONDAY = dt.datetime(2026, 1, 12, 8)
SATURDAY = dt.datetime(2026, 1, 17, 20)

#: Two places of Combeval a kilometre apart, one of Montclar, one that lies in no commune.
GARE, LYCEE, MONTCLAR, AWAY = (45.0712, 5.6085), (45.0792, 5.6027), (45.0368, 5.5250), (45.3, 5.9)
#: Dataset, vehicle, start, places of start and end.
RIDES = [
    ("mds-trottix", 1, MONDAY, GARE, LYCEE),
    ("mds-trottix", 1, MONDAY + dt.timedelta(hours=1), GARE, LYCEE),  # 9 h: midday
    ("mds-trottix", 2, MONDAY, GARE, LYCEE),
    ("mds-velovif", 3, MONDAY, GARE, LYCEE),  # of the same holding as Trottix
    ("mds-bolide", 1, MONDAY, GARE, LYCEE),
    ("mds-bolide", 2, SATURDAY, LYCEE, MONTCLAR),
    ("mds-glisse", 1, SATURDAY, LYCEE, AWAY),
    ("mds-glisse", 2, dt.datetime(2026, 1, 31, 23, 55), GARE, LYCEE),  # ends in February
    ("mds-glisse", 3, dt.datetime(2025, 12, 31, 23, 55), GARE, LYCEE),  # ends in January
]
Ride = tuple[str, int, dt.datetime, tuple[float, float], tuple[float, float]]


def cell(place: tuple[float, float], resolution: int = 8) -> str:
    return str(h3.latlng_to_cell(*place, resolution))


def trip(number: int, ride: Ride) -> dict[str, Any]:
    dataset, vehicle, start, origin, destination = ride
    return {
        "provider_id": PROVIDER[dataset],
        "trip_id": f"{number:08}-0000-4000-8000-000000000000",
        "device_key": 100 * sorted(PROVIDER).index(dataset) + vehicle,
        "trip_type": "rider",
        "duration_s": 600,
        "start_local": start,
        "end_local": start + dt.timedelta(minutes=10),
        "start_lat": origin[0],
        "start_lng": origin[1],
        "end_lat": destination[0],
        "end_lng": destination[1],
    }


#: Read once: the grid that finds zones takes a second to build.
COMMUNES = polygons(
    geopandas.GeoDataFrame.from_features(communes_geojson(), crs=4326), system_id="commune", id_field="id"
)
POINTS = {
    "trips": {"start_": ("start_lat", "start_lng"), "end_": ("end_lat", "end_lng")},
    "events": {"": ("lat", "lng")},
}


def bring(back: Back, slug: str, rows: pa.Table, digest: str, *, table: str = "trips") -> None:
    """A batch, placed in zones as it is at ingest."""
    standard = "gtfs" if table == "stops" else "mds"
    with back.vault.stage() as work:
        (work / "tables").mkdir()
        path = work / "tables" / f"{table}.parquet"
        pq.write_table(rows, path)
        reading = Reading(standard, "2.0", tables={table: path}, rows={table: rows.num_rows})
        place_in_zones(reading, POINTS, COMMUNES, iris(back.zones))
        back.vault.keep_tables(slug, digest, work / "tables")
    with back.front.records.write() as session:
        feed = session.get(Feed, slug) or Feed(slug=slug, standard=standard, created_at=NOW)
        session.add(feed)
        told = replace(reading, tables={}, rows={})
        feed_records.add_version(
            session, feed, digest=digest, raw_digest=digest, source="x", at=NOW, reading=told, report=Report()
        )


def bring_rides(back: Back, rides: Sequence[Ride], parts: int = 1) -> None:
    """The rides of each dataset in so many batches."""
    for name in PROVIDER:
        own = [trip(number, ride) for number, ride in enumerate(rides) if ride[0] == name]
        for part in range(parts):
            rows = own[part::parts]
            if rows:
                digest = f"{sorted(PROVIDER).index(name)}{part}".rjust(64, "0")
                bring(back, name, pa.Table.from_pylist(rows), digest)


def stops(*places: tuple[float, float], kind: int | None = None) -> pa.Table:
    return pa.table(
        {
            "stop_lat": pa.array([lat for lat, _ in places], pa.float64()),
            "stop_lon": pa.array([lon for _, lon in places], pa.float64()),
            "location_type": pa.array([kind] * len(places), pa.int16()),
        }
    )


def an_office(folder: Path, *, zones: bool = True) -> Back:
    records = records_at(folder / "records" / "records.sqlite3")
    front = Front(records, Released(folder / "released"), FixedClock(NOW))
    communes = folder / "communes.geojson"
    communes.write_text(json.dumps(communes_geojson()))
    made = Back(
        front,
        Vault(folder / "vault"),
        Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(folder / "keys"),
        zones=communes if zones else None,
    )
    put_in_force(front, commons())
    return made


@pytest.fixture
def back(tmp_path: Path) -> Back:
    made = an_office(tmp_path)
    bring_rides(made, RIDES)
    return made


def cube_of(back: Back, name: str) -> Cube:
    return current_world(back.front).cubes[name]


def found(back: Back, name: str, period: Period = JANUARY) -> Contributions:
    return contributions(back, current_world(back.front), cube_of(back, name), period)


def rows_of(one: Contributions) -> Counter[tuple[str, ...]]:
    """The measure by the names of cell and holding."""
    told: Counter[tuple[str, ...]] = Counter()
    for cell_, holding, value in zip(one.cell.tolist(), one.holding.tolist(), one.value.tolist(), strict=True):
        names = [place.nodes[-1][index] for place, index in zip(one.hierarchies, cell_, strict=True)]
        told[*names, one.holdings[holding]] += value
    return told


def test_who_adds_what_to_which_flow(back: Back) -> None:
    one = found(back, "flows-h3_8-month")
    gare, lycee = cell(GARE), cell(LYCEE)
    assert rows_of(one) == {
        (gare, lycee, "2026-01", "weekday", "am_peak", "groupe-alizes"): 3,
        (gare, lycee, "2026-01", "weekday", "midday", "groupe-alizes"): 1,
        (gare, lycee, "2026-01", "weekday", "am_peak", "bolide"): 1,
        (lycee, cell(MONTCLAR), "2026-01", "saturday", "evening", "bolide"): 1,
        (lycee, OUTSIDE, "2026-01", "saturday", "evening", "glisse"): 1,
        (gare, lycee, "2026-01", "saturday", "evening", "glisse"): 1,
    }
    assert one.total == 8
    assert one.added["min_trips"].tolist() == one.value.tolist()


def test_a_vehicle_counts_once_in_whatever_is_pooled(back: Back) -> None:
    one = found(back, "flows-h3_8-month")
    whole = tally(one, np.zeros(len(one), np.int64), size=1)
    assert dict(zip(one.holdings, whole.counts["min_vehicles"][0].tolist(), strict=True)) == {
        "bolide": 2,
        "glisse": 2,
        "groupe-alizes": 3,  # Trottix 1 made two trips; Vélovif's is another
    }


def test_vehicles_days_are_told_apart_where_noise_is_to_hide_one(tmp_path: Path) -> None:
    """Trottix 1 rides twice on a Monday and twice a day later: four trips, of which noise of one a day keeps two."""
    tuesday = [("mds-trottix", 1, MONDAY + dt.timedelta(days=1, hours=hour), GARE, LYCEE) for hour in (0, 1)]
    back = an_office(tmp_path)
    bring_rides(back, [*RIDES, *tuesday])
    plain = cube_of(back, "flows-h3_8-month")
    assert set(found(back, plain.id).distinct) == {"min_vehicles"}
    days = Finishing(Mechanism.DISCRETE_GAUSSIAN, sigma=6, unit=Unit.VEHICLE_DAY)
    cube = replace(plain, finishing={Audience.OPEN: days})
    one = contributions(back, current_world(back.front), cube, JANUARY).only("groupe-alizes")
    assert len(np.unique(one.distinct["vehicle_days"])) == 4  # Trottix 1 on two days, Trottix 2, Vélovif's
    assert one.total == 6
    noise = noise_of(days)
    assert noise is not None
    assert bounded(one, (0,) * len(one.hierarchies), noise).sum() == 4
    whole = tally(one, np.zeros(len(one), np.int64), size=1)
    assert whole.counts["min_vehicles"].max() == 3, "a vehicle on two days is one vehicle"


def test_communes_days_without_hours_and_the_edge_of_the_period(back: Back) -> None:
    assert rows_of(found(back, "flows-commune-month")) == {
        ("combeval", "combeval", "2026-01", "weekday", "am_peak", "groupe-alizes"): 3,
        ("combeval", "combeval", "2026-01", "weekday", "midday", "groupe-alizes"): 1,
        ("combeval", "combeval", "2026-01", "weekday", "am_peak", "bolide"): 1,
        ("combeval", "montclar", "2026-01", "saturday", "evening", "bolide"): 1,
        ("combeval", OUTSIDE, "2026-01", "saturday", "evening", "glisse"): 1,
        ("combeval", "combeval", "2026-01", "saturday", "evening", "glisse"): 1,
    }
    # Hot spots are trip ends without hours: one of Glisse's ends on 1 January, another in February.
    assert rows_of(found(back, "hot-spots-h3_8-month")) == {
        (cell(LYCEE), "2026-01", "groupe-alizes"): 4,
        (cell(LYCEE), "2026-01", "bolide"): 1,
        (cell(LYCEE), "2026-01", "glisse"): 1,
        (cell(MONTCLAR), "2026-01", "bolide"): 1,
        (OUTSIDE, "2026-01", "glisse"): 1,
    }
    assert (cell(LYCEE, 9), "2026-01", "bolide") in rows_of(found(back, "hot-spots-h3_9-month"))
    months = found(back, "hot-spots-h3_8-month", Period(dt.date(2026, 1, 1), dt.date(2026, 3, 1)))
    assert rows_of(months)[cell(LYCEE), "2026-02", "glisse"] == 1


@pytest.mark.parametrize("name", ["flows-h3_8-month", "first-last-mile-h3_8-month"])
def test_the_same_data_in_other_batches_and_another_order_is_the_same(back: Back, tmp_path: Path, name: str) -> None:
    (tmp_path / "other").mkdir()
    other = an_office(tmp_path / "other")
    bring_rides(other, RIDES, parts=3)
    bring(back, "bus-hautes-combes", stops(GARE, LYCEE), "a" * 64, table="stops")
    bring(other, "bus-hautes-combes", stops(LYCEE, GARE, GARE), "b" * 64, table="stops")
    one, two = (answered(at, current_world(at.front), cube_of(at, name), JANUARY) for at in (back, other))
    assert one.inputs == two.inputs
    assert rows_of(one.contributions) == rows_of(two.contributions)
    assert np.array_equal(one.contributions.cell, two.contributions.cell)
    late = trip(99, RIDES[0])
    bring(other, "mds-trottix", pa.Table.from_pylist([late]), "c" * 64)
    assert answered(other, current_world(other.front), cube_of(other, name), JANUARY).inputs != one.inputs


# --- records ---------------------------------------------------------------------------------------------------------


def told(back: Back, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = records(back, current_world(back.front), cube_of(back, name), JANUARY).to_pylist()
    return found


def test_each_record_is_one_trip_in_one_cell(back: Back) -> None:
    rows = told(back, "flows-h3_8-month")
    assert len(rows) == 8
    assert rows == sorted(rows, key=lambda row: row["record"])
    gathered = Counter[tuple[str, ...]]()
    cube = cube_of(back, "flows-h3_8-month")
    for row in rows:
        gathered[*(row[name] for name in cube.dimensions), row["holding"]] += row["trips"]
    assert gathered == rows_of(found(back, "flows-h3_8-month"))


def test_a_trip_has_one_key_in_every_cube_of_trips(back: Back) -> None:
    bring(back, "bus-hautes-combes", stops(GARE), "a" * 64, table="stops")
    by_cube = {
        name: {row["record"]: row for row in told(back, name)}
        for name in ("flows-h3_8-month", "flows-commune-month", "trip-ends-h3_8-month", "first-last-mile-h3_8-month")
    }
    flows, ends = by_cube["flows-h3_8-month"], by_cube["trip-ends-h3_8-month"]
    assert flows.keys() == by_cube["flows-commune-month"].keys()
    both = flows.keys() & ends.keys()
    assert len(both) == 7
    assert len(ends) == 8
    assert {flows[one]["destination_zone"] for one in both} == {ends[one]["zone"] for one in both}
    assert by_cube["first-last-mile-h3_8-month"].keys() < flows.keys() | ends.keys()


def test_a_period_in_which_nothing_happened_has_no_records(back: Back) -> None:
    summer = Period(dt.date(2026, 7, 1), dt.date(2026, 8, 1))
    world, cube = current_world(back.front), cube_of(back, "flows-h3_8-month")
    empty = records(back, world, cube, summer)
    assert len(empty) == 0
    assert empty.column_names == records(back, world, cube, JANUARY).column_names
    assert contributions(back, world, cube, summer).total == 0


# --- first and last mile ---------------------------------------------------------------------------------------------


def test_legs_by_the_stops_of_the_newest_open_timetable(back: Back) -> None:
    bring(back, "bus-hautes-combes", stops(MONTCLAR), "a" * 64, table="stops")
    first = answered(back, current_world(back.front), cube_of(back, "first-last-mile-h3_8-month"), JANUARY)
    assert rows_of(first.contributions) == {
        (cell(MONTCLAR), "first_mile", "2026-01", "saturday", "evening", "bolide"): 1,
    }
    bring(back, "bus-hautes-combes", stops(MONTCLAR, LYCEE), "b" * 64, table="stops")
    second = answered(back, current_world(back.front), cube_of(back, "first-last-mile-h3_8-month"), JANUARY)
    assert rows_of(second.contributions) == {
        (cell(LYCEE), "first_mile", "2026-01", "weekday", "am_peak", "groupe-alizes"): 3,
        (cell(LYCEE), "first_mile", "2026-01", "weekday", "midday", "groupe-alizes"): 1,
        (cell(LYCEE), "first_mile", "2026-01", "weekday", "am_peak", "bolide"): 1,
        (cell(LYCEE), "first_mile", "2026-01", "weekday", "night", "glisse"): 1,  # ends at 0:05 on New Year's Day
        (cell(LYCEE), "between_stops", "2026-01", "saturday", "evening", "bolide"): 1,
        (cell(LYCEE), "last_mile", "2026-01", "saturday", "evening", "glisse"): 1,
    }
    assert first.inputs != second.inputs


def test_stops_that_change_nothing_are_another_input_all_the_same(back: Back) -> None:
    bring(back, "bus-hautes-combes", stops(MONTCLAR), "a" * 64, table="stops")
    first = answered(back, current_world(back.front), cube_of(back, "first-last-mile-h3_8-month"), JANUARY)
    bring(back, "bus-hautes-combes", stops(MONTCLAR, (45.02, 5.48)), "b" * 64, table="stops")
    second = answered(back, current_world(back.front), cube_of(back, "first-last-mile-h3_8-month"), JANUARY)
    assert rows_of(first.contributions) == rows_of(second.contributions)
    assert first.inputs != second.inputs


@pytest.mark.parametrize(("kind", "counts"), [(0, True), (2, True), (1, False), (3, False), (4, False)])
def test_only_stops_and_entrances_are_walked_to(back: Back, kind: int, counts: bool) -> None:
    bring(back, "bus-hautes-combes", pa.concat_tables([stops(AWAY), stops(GARE, kind=kind)]), "a" * 64, table="stops")
    legs = {names[0] for names in rows_of(found(back, "first-last-mile-h3_8-month"))}
    assert (cell(GARE) in legs) is counts


def test_a_timetable_of_areas_alone_has_no_stop_near_anything(back: Back) -> None:
    bring(back, "bus-hautes-combes", stops().drop_columns(["location_type"]), "a" * 64, table="stops")
    assert found(back, "first-last-mile-h3_8-month").total == 0


def test_without_an_open_timetable_there_is_no_such_cube(back: Back) -> None:
    with pytest.raises(Conflict, match="no open timetable has brought any"):
        found(back, "first-last-mile-h3_8-month")
    bring(back, "bus-hautes-combes", stops(GARE), "a" * 64, table="stops")
    found(back, "first-last-mile-h3_8-month")
    put_in_force(back.front, {name: text for name, text in commons().items() if "open-bus" not in name})
    with pytest.raises(Conflict, match="no open timetable has brought any"):
        found(back, "first-last-mile-h3_8-month")


# --- parked time and fleet -------------------------------------------------------------------------------------------

#: Vehicle, instant (UTC; Combeval is an hour ahead), state after it, place, and what happened.
EVENTS = [
    # Put there before the month begins, and again at 7 h on the Monday, for an hour and 0.4 s.
    (1, dt.datetime(2025, 12, 31, 12), "available", GARE, "trip_end"),
    (1, dt.datetime(2026, 1, 1, 0), "on_trip", GARE, "trip_start"),
    (1, dt.datetime(2026, 1, 12, 6), "available", LYCEE, "trip_end"),
    (1, dt.datetime(2026, 1, 12, 7, 0, 0, 400_000), "removed", LYCEE, "decommissioned"),
    # Three stays of 0.5 s at one place: together a second and a half.
    *(
        (2, dt.datetime(2026, 1, 12, 6, minute, 0, micro), state, GARE, event)
        for minute in (1, 2, 3)
        for micro, state, event in ((0, "available", "trip_end"), (500_000, "on_trip", "trip_start"))
    ),
    (2, dt.datetime(2026, 1, 12, 7), "removed", GARE, "decommissioned"),
    (2, dt.datetime(2026, 2, 2), "removed", GARE, "decommissioned"),
]


def events() -> pa.Table:
    rows = [
        {
            "provider_id": PROVIDER["mds-bolide"],
            "device_key": vehicle,
            "event_id": f"e{number}",
            "vehicle_state": state,
            "event_types": [happened],
            "timestamp": at,
            "local": at + dt.timedelta(hours=1),
            "lat": place[0],
            "lng": place[1],
            "source_row": number,
        }
        for number, (vehicle, at, state, place, happened) in enumerate(EVENTS)
    ]
    return pa.Table.from_pylist(rows)


def only_bolide(back: Back, name: str) -> Cube:
    cube = cube_of(back, name)
    return replace(cube, editions=(replace(cube.editions[0], datasets=("mds-bolide",)),))


def test_parked_time_in_whole_seconds_and_episodes_where_they_begin(back: Back) -> None:
    bring(back, "mds-bolide", events(), "e" * 64, table="events")
    world, cube = current_world(back.front), only_bolide(back, "dwell-h3_8-month")
    one = contributions(back, world, cube, JANUARY)
    gare, lycee = cell(GARE), cell(LYCEE)
    assert rows_of(one) == {
        (gare, "2026-01", "weekday", "night", "bolide"): 3_600,  # the last hour of the stay that began in December
        (lycee, "2026-01", "weekday", "am_peak", "bolide"): 3_600,
        (gare, "2026-01", "weekday", "am_peak", "bolide"): 2,  # 1.5 s
    }
    begun = {one.hierarchies[3].nodes[-1][c[3]]: n for c, n in zip(one.cell, one.added["min_trips"], strict=True)}
    assert begun["night"] == 0
    assert one.added["min_trips"].sum() == 4
    each = records(back, world, cube, JANUARY).to_pylist()
    assert len({row["record"] for row in each}) == len(each) == 5


def test_a_fleet_whose_feed_broke_off_is_no_fleet_that_stands_still(back: Back) -> None:
    bring(back, "mds-bolide", events().slice(0, len(EVENTS) - 1), "e" * 64, table="events")
    with pytest.raises(Conflict, match="does not cover"):
        contributions(back, current_world(back.front), only_bolide(back, "fleet-day"), JANUARY)
    bring(back, "mds-bolide", events(), "f" * 64, table="events")
    one = contributions(back, current_world(back.front), only_bolide(back, "fleet-day"), JANUARY)
    assert rows_of(one)["2026-01-02", "on_trip", "bolide"] == 86_400
    assert one.added == {}


# --- what is refused -------------------------------------------------------------------------------------------------


def test_without_polygons_the_cells_are_not_known(tmp_path: Path) -> None:
    office = an_office(tmp_path, zones=False)
    bring_rides(office, RIDES)
    with pytest.raises(Conflict, match="set HUB_ZONES"):
        found(office, "flows-h3_8-month")


def test_a_holder_cannot_send_records_in_a_competitors_name(back: Back) -> None:
    stolen = {**trip(50, ("mds-glisse", 9, MONDAY, GARE, LYCEE)), "provider_id": PROVIDER["mds-bolide"]}
    bring(back, "mds-glisse", pa.Table.from_pylist([stolen]), "9" * 64)
    for ask in (contributions, records):
        with pytest.raises(Conflict, match="speaks through two datasets"):
            ask(back, current_world(back.front), cube_of(back, "flows-h3_8-month"), JANUARY)


def test_a_cube_that_is_told_otherwise_is_not_computed(back: Back) -> None:
    cube = replace(cube_of(back, "flows-h3_8-month"), attributes={"origin_zone": "end_zone"})
    with pytest.raises(Conflict, match="registered with attributes"):
        contributions(back, current_world(back.front), cube, JANUARY)


def test_iris_are_found_at_ingest_and_lie_below_their_communes(tmp_path: Path) -> None:
    office = an_office(tmp_path)
    communes = communes_geojson()
    for feature in communes["features"]:
        feature["properties"] = {**feature["properties"], "commune": feature["properties"]["id"]}
        feature["properties"]["id"] += "-1"
    assert office.zones is not None
    office.zones.with_name("iris.geojson").write_text(json.dumps(communes))
    bring_rides(office, RIDES)
    cube = cube_of(office, "flows-commune-month")
    by_iris = replace(cube, grain=Grain("iris", cube.grain.time), levels={})
    one = contributions(office, current_world(office.front), by_iris, JANUARY)
    assert one.hierarchies[0].levels == ("all", "commune", "iris")
    assert rows_of(one)["combeval-1", "montclar-1", "2026-01", "saturday", "evening", "bolide"] == 1


def test_batches_from_before_the_iris_stop_a_cube_of_them(back: Back) -> None:
    communes = communes_geojson()
    for feature in communes["features"]:
        feature["properties"]["commune"] = "one-" + feature["properties"]["id"]
    assert back.zones is not None
    back.zones.with_name("iris.geojson").write_text(json.dumps(communes))
    cube = cube_of(back, "flows-commune-month")
    by_iris = replace(cube, grain=Grain("iris", cube.grain.time), levels={})
    with pytest.raises(Conflict, match="no column end_zone_iris"):
        contributions(back, current_world(back.front), by_iris, JANUARY)
