"""What is hard to believe: one town has every oddity, another has everything that only looks like one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pytest

from feeds.findings import Finding, Kind, Severity
from feeds.gtfs import check as checks
from feeds.gtfs.plausible import SPEEDS_KMH, THRESHOLDS
from feeds.gtfs.read import read
from feeds.reading import Reading

from .conftest import TOWN
from .test_check import IN_SERVICE

ReadFeed = Callable[..., Reading]


def implausible(reading: Reading) -> dict[str, Finding]:
    report = checks.check_tables(reading.tables, validation_date=IN_SERVICE)
    found = {one.code: one for one in report.findings if one.kind is Kind.PLAUSIBILITY}
    assert all(one.severity is not Severity.ERROR and one.mend for one in found.values())
    return found


def changed(name: str, *swaps: tuple[str, str]) -> str:
    text = TOWN[name]
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return text


def again(trip: str, name: str) -> str:
    """The calls of a trip under another name."""
    lines = [line for line in TOWN["stop_times.txt"].splitlines() if line.startswith(trip)]
    return "".join(line.replace(trip, name) + "\n" for line in lines)


def lines_each(**minutes: list[int]) -> tuple[str, str]:
    """Trips and calls of a further service for some routes, departures in minutes of the day."""
    trips, calls = [], []
    for route, departures in minutes.items():
        for n, at in enumerate(departures):
            trips.append(f"{route},WK,Q{route}{n},1,")
            calls += [
                f"Q{route}{n},{m // 60:02d}:{m % 60:02d}:00,{m // 60:02d}:{m % 60:02d}:00,S0{stop},{stop},"
                for stop, m in ((5, at), (6, at + 5))
            ]
    return "\n".join(trips) + "\n", "\n".join(calls) + "\n"


def odd_town() -> dict[str, str]:
    """Every oddity once or twice."""
    trips, calls = lines_each(R2=[minute for minute in range(360, 720, 10) if not 540 < minute < 600])
    times = changed(
        "stop_times.txt",
        ("25:30:00,25:30:00", "24:30:20,24:30:20"),  # 3.3 km in 20 s
        ("U-0900,09:20:00,09:20:00,S03", "U-0900,09:00:30,09:00:30,S03"),  # 3.3 km in 30 s over an untimed stop
        ("R1-0700,07:05:00,07:05:00", "R1-0700,07:05:30,07:05:30"),  # 1.1 km in the same second
        ("R1-0700,07:10:00,07:10:00", "R1-0700,07:05:30,07:05:30"),
        ("R2-0800,08:30:00,08:30:00", "R2-0800,08:20:00,08:20:00"),  # 2.2 km in the same minute
    )
    return {
        "routes.txt": changed("routes.txt", ("R1,V,1,Gare - Hôpital,3", "R1,V,1,Gare - Hôpital,704")),
        "stops.txt": TOWN["stops.txt"] + "S99,Loin,48.04,5.5\n",
        "calendar.txt": changed("calendar.txt", ("20260427,20260510", "20260427,20260607")),
        "calendar_dates.txt": "service_id,date,exception_type\nWK,20260512,2\n",
        "trips.txt": TOWN["trips.txt"] + "R1,WK,R1-AGAIN,0,line1\n" + trips,
        "stop_times.txt": times + again("R1-0830", "R1-AGAIN") + calls,
    }


def ordinary_town() -> dict[str, str]:
    """What only looks odd."""
    trips, calls = lines_each(
        R1=[*range(360, 540, 10), *range(960, 1140, 10)],  # two rush hours are two services
        F=[*range(360, 660, 10), 680, 720, 780],  # evenings thin out
        U=[*range(360, 440, 10), *range(520, 600, 10)],  # too few departures for a habit
    )
    times = changed(
        "stop_times.txt",
        ("25:30:00,25:30:00", "24:31:00,24:31:00"),  # 200 km/h, or 100 where the minute hides another one
        ("R1-0700,07:05:00,07:05:00", "R1-0700,07:00:00,07:00:00"),  # 1.1 km in the same minute
        ("R2-0800,08:30:00,08:30:00", "R2-0800,08:20:30,08:20:30"),  # 267 km/h: a train
    )
    return {
        "routes.txt": changed("routes.txt", ("R2,V,2,Tour du lac,3", "R2,V,2,Tour du lac,2")),
        # The first of May runs as a Sunday.
        "calendar.txt": changed("calendar.txt", ("20260427,20260510", "20260427,20260607")),
        "trips.txt": TOWN["trips.txt"] + "F,WK,F-AGAIN,0,\n" + trips,
        "stop_times.txt": times + again("F-0500", "F-AGAIN") + calls,
        "frequencies.txt": TOWN["frequencies.txt"] + "F-AGAIN,20:00:00,21:00:00,1200\n",
    }


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Finding]:
    folder, into = tmp_path_factory.mktemp("odd"), tmp_path_factory.mktemp("tables")
    for name, text in {**TOWN, **odd_town()}.items():
        (folder / name).write_text(text, "utf-8")
    return implausible(read(folder, into))


def test_the_town_is_plausible(town: Reading) -> None:
    report = checks.check_tables(town.tables, validation_date=IN_SERVICE)
    assert report.findings == ()
    assert report.validators == {"feeds.gtfs": "1"}
    assert report.parameters["feeds.gtfs.hole_times"] == "3"


def test_what_only_looks_odd_is_not_told(read_feed: ReadFeed) -> None:
    assert implausible(read_feed(**ordinary_town())) == {}


def test_trips_that_go_faster_than_a_bus_can(odd: Mapping[str, Finding]) -> None:
    found = odd["implausible_speed"]
    assert (found.value, found.row, found.count) == ("R1, R1-2430: 3.3 km in 20 s", 22, 2)


def test_a_long_way_in_no_time(odd: Mapping[str, Finding]) -> None:
    found = odd["implausible_zero_time"]
    assert (found.value, found.row, found.count) == ("R1-0700: 1.1 km in no time", 3, 2)


def test_a_hole_in_a_frequent_service(odd: Mapping[str, Finding]) -> None:
    found = odd["implausible_headway_hole"]
    assert (found.value, found.count) == ("R2: 60 min until 10:00, else 10 min", 1)


def test_a_stop_far_from_all_others(odd: Mapping[str, Finding]) -> None:
    found = odd["implausible_lonely_stop"]
    assert (found.value, found.row, found.count) == ("S99: 48.04, 5.5", 14, 1)


def test_a_weekday_with_hardly_a_trip(odd: Mapping[str, Finding]) -> None:
    found = odd["implausible_service_drop"]
    # 12 runs of the town, the trip that is there twice, and 31 of the frequent service.
    assert (found.value, found.count) == ("2026-05-12: 0 runs, else 44", 1)


def test_the_same_trip_twice(odd: Mapping[str, Finding]) -> None:
    found = odd["implausible_duplicated_trip"]
    assert (found.value, found.count) == ("R1-AGAIN is R1-0830", 1)


def test_all_stops_at_one_point(read_feed: ReadFeed) -> None:
    rows = [f"S{n:02d},Arrêt {n},45.0,5.5" for n in range(1, 13)]
    found = implausible(read_feed(stops="\n".join(["stop_id,stop_name,stop_lat,stop_lon", *rows]) + "\n"))
    assert {code: one.value for code, one in found.items()} == {"implausible_one_point": "45.0, 5.5"}


@pytest.mark.parametrize(
    ("first", "last", "days", "told"),
    [
        ("20991230", "20991231", 2, None),
        ("20991230", "99991231", 2, "2099-12-30 to 9999-12-31"),
        ("00010101", "19700103", 3, "0001-01-01 to 1970-01-03"),
    ],
)
def test_a_calendar_without_an_end_counts_the_years_that_can_be_meant(
    first: str, last: str, days: int, told: str | None, read_feed: ReadFeed
) -> None:
    week = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    reading = read_feed(calendar=f"{week}WK,1,1,1,1,1,1,1,{first},{last}\n", calendar_dates=None)
    assert reading.rows["service_days"] == days
    found = implausible(reading).get("implausible_endless_calendar")
    assert (found and found.value) == told


def test_a_long_distance_network_is_not_lonely(read_feed: ReadFeed) -> None:
    rows = [f"S{n:02d},Ville {n},{45 + n},5.5" for n in range(1, 13)]
    reading = read_feed(stops="\n".join(["stop_id,stop_name,stop_lat,stop_lon", *rows]) + "\n")
    assert "implausible_lonely_stop" not in implausible(reading)


def test_the_thresholds_are_one_table_with_reasons() -> None:
    names = [one.name for one in THRESHOLDS]
    assert len(names) == len(set(names))
    assert all(one.why and one.unit and one.value > 0 and math.isfinite(one.value) for one in THRESHOLDS)
    assert all(kmh >= 60 and why for _, kmh, why in SPEEDS_KMH)


@pytest.mark.shared_data
def test_real_feeds_give_what_is_wrong_with_them(real_reading: Callable[[str], Reading]) -> None:
    sncf = implausible(real_reading("fr_sncf_2016"))
    assert {code: one.count for code, one in sncf.items()} == {
        "implausible_speed": 21,  # the station of Port-Bou lies 88 km from the one before it
        "implausible_duplicated_trip": 6,
    }
    # Buses in Norway: the stop Erstad lies 22 km from its neighbours, and they pass it within the minute.
    nord = implausible(real_reading("partridge_region-nord-v2"))
    assert {code: one.count for code, one in nord.items()} == {
        "implausible_speed": 12,
        "implausible_zero_time": 439,
        "implausible_duplicated_trip": 1,
    }
    assert implausible(real_reading("fr_libourne_2024")) == {}
