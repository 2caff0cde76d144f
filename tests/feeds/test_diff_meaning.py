"""What a difference means: a town whose right answers can be counted on one's fingers.

Service W runs Monday to Friday, S on Saturday and Sunday, from Monday 2 to Sunday 15 March 2026; Wednesday 4 runs as a
weekend. Route R1 has two trips on W and one on S; the shuttle F runs each twenty minutes from 6:00 to 7:00 on W.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from feeds.gtfs.diff import Side, Wish, diff

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
CALENDAR = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
WEEKS = CALENDAR + "W,1,1,1,1,1,0,0,20260302,20260315\nS,0,0,0,0,0,1,1,20260302,20260315\n"
TOWN = {
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nA,Gare,45.0,5.5\nB,Mairie,45.01,5.5\nC,Lac,45.02,5.5\n",
    "routes.txt": "route_id,route_type\nR1,3\nF,3\n",
    "trips.txt": "route_id,service_id,trip_id\nR1,W,w1\nR1,W,w2\nR1,S,s1\nF,W,f1\n",
    "calendar.txt": WEEKS,
    "calendar_dates.txt": "service_id,date,exception_type\nW,20260304,2\nS,20260304,1\n",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs\nf1,06:00:00,07:00:00,1200\n",
}


def meaning(*, moved_m: float = 50.0, **changes: str) -> dict[str, Any]:
    new = TOWN | {f"{name}.txt": text for name, text in changes.items()}
    with tempfile.TemporaryDirectory() as scrap:
        sides = [_side(Path(scrap) / f"{name}.zip", files) for name, files in (("a", TOWN), ("b", new))]
        found: dict[str, Any] = diff(sides[0], sides[1], Wish(NOW, moved_m=moved_m), into=Path(scrap))["meaning"]
    return found


def _side(path: Path, files: Mapping[str, str]) -> Side:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return Side(path, path.name, NOW)


def test_nothing_is_said_in_one_sentence() -> None:
    found = meaning(feed_info="feed_publisher_name,feed_version\nCombe,2\n")
    assert found["words"] == {
        "fr": ["Mêmes arrêts, lignes, courses et jours de service."],
        "en": ["Same stops, routes, trips and service days."],
    }
    assert found["service_span"] is None


# One thousandth of a degree of latitude is 111.195 m on a sphere of 6,371,008.8 m; of longitude at 60° it is half.
@pytest.mark.parametrize(
    ("lat", "lon", "told"), [("45.001", "5.5", 111.2), ("45.0004", "5.5", None), ("45.0", "5.501", 78.6)]
)
def test_a_stop_has_moved_from_so_many_metres_on(lat: str, lon: str, told: float | None) -> None:
    found = meaning(stops=TOWN["stops.txt"].replace("A,Gare,45.0,5.5", f"A,Gare,{lat},{lon}"))
    moved = found["stops_moved"]
    assert [one["distance_m"] for one in moved["stops"]] == ([told] if told else [])
    assert moved["count"] == (1 if told else 0)
    if told:
        assert moved["stops"][0] | {"distance_m": 0} == {"stop_id": "A", "stop_name": "Gare", "distance_m": 0}


def test_the_metres_are_the_reader_s_choice() -> None:
    stops = TOWN["stops.txt"].replace("45.0,", "45.0004,")
    assert meaning(stops=stops, moved_m=40)["stops_moved"]["count"] == 1
    assert meaning(stops=stops, moved_m=45)["stops_moved"]["count"] == 0


def test_stops_routes_and_trips_that_came_and_went_are_named_and_counted() -> None:
    found = meaning(
        stops=TOWN["stops.txt"].replace("C,Lac", "D,Port"),
        routes=TOWN["routes.txt"] + "R2,3\n",
        trips=TOWN["trips.txt"].replace("R1,S,s1\n", "") + "R2,W,x1\nR2,W,x2\n",
    )
    assert found["stops"] == {"added": 1, "removed": 1, "added_ids": ["D"], "removed_ids": ["C"]}
    assert found["routes"] == {"added": 1, "removed": 0, "added_ids": ["R2"], "removed_ids": []}
    assert found["trips"] == {"added": 2, "removed": 1, "added_ids": ["x1", "x2"], "removed_ids": ["s1"]}
    assert found["words"]["fr"][:4] == [
        "1 arrêt ajouté.",
        "1 arrêt supprimé.",
        "1 ligne ajoutée.",
        "2 courses ajoutées.",
    ]
    assert found["words"]["en"][2:5] == ["1 route added.", "2 trips added.", "1 trip removed."]


def test_trips_of_each_route_and_day_are_counted_with_their_exceptions() -> None:
    # W runs on nine days: ten weekdays without Wednesday 4.
    found = meaning(trips=TOWN["trips.txt"] + "R1,W,w3\n")["trips_per_route_and_day"]
    assert found == {
        "days_compared": 14,
        "routes_changed": 1,
        "routes": [
            {
                "route_id": "R1",
                "days": 9,
                "trips_base": 18,
                "trips_new": 27,
                "worst_day": "2026-03-02",
                "worst_base": 2,
                "worst_new": 3,
            }
        ],
    }


def test_a_trip_by_frequency_counts_as_often_as_it_leaves() -> None:
    (route,) = meaning(frequencies=TOWN["frequencies.txt"].replace("1200", "900"))["trips_per_route_and_day"]["routes"]
    assert (route["route_id"], route["days"], route["worst_base"], route["worst_new"]) == ("F", 9, 3, 4)


def test_a_holiday_more_is_seen_on_its_day() -> None:
    found = meaning(calendar_dates=TOWN["calendar_dates.txt"] + "W,20260309,2\nS,20260309,1\n")
    routes = {one["route_id"]: one for one in found["trips_per_route_and_day"]["routes"]}
    r1, shuttle = routes["R1"], routes["F"]
    assert (r1["days"], r1["worst_day"], r1["worst_base"], r1["worst_new"]) == (1, "2026-03-09", 2, 1)
    assert (shuttle["days"], shuttle["trips_base"], shuttle["trips_new"]) == (1, 3, 0)
    assert found["words"]["en"] == [
        "2 routes have another number of trips on some days; most of all F (1 d), on 2026-03-09 from 3 to 0."
    ]
    assert found["words"]["fr"] == [
        "2 lignes ont un autre nombre de courses certains jours ; surtout F (1 j), le 2026-03-09 de 3 à 0."
    ]


def test_days_outside_of_both_are_told_by_the_span_alone() -> None:
    found = meaning(calendar=WEEKS.replace("20260315", "20260322"))
    assert found["service_span"] == {
        "base": {"first": "2026-03-02", "last": "2026-03-15"},
        "new": {"first": "2026-03-02", "last": "2026-03-22"},
    }
    assert found["trips_per_route_and_day"] == {"days_compared": 14, "routes_changed": 0, "routes": []}
    assert found["words"]["fr"] == [
        "Période de service : du 2026-03-02 au 2026-03-15 auparavant, du 2026-03-02 au 2026-03-22 désormais."
    ]


def test_a_calendar_that_never_runs_has_no_span() -> None:
    found = meaning(calendar=CALENDAR, calendar_dates="service_id,date,exception_type\n")
    assert found["service_span"]["new"] == {"first": None, "last": None}
    assert found["words"]["en"] == ["Service span: 2026-03-02 to 2026-03-15 before, no day now."]


def test_dates_and_coordinates_that_are_none_are_passed_over() -> None:
    found = meaning(
        stops=TOWN["stops.txt"].replace("45.01", "north").replace("45.02", "nan"),
        calendar=WEEKS + "X,1,1,1,1,1,1,1,soon,20260315\nY,1,1,1,1,1,1,1,20260302,99991231\n",
    )
    assert found["stops_moved"]["count"] == 0
    assert found["trips_per_route_and_day"]["routes_changed"] == 0


def test_a_day_without_any_service_is_seen_between_the_others() -> None:
    # Tuesday 10: neither W nor S runs.
    found = meaning(calendar_dates=TOWN["calendar_dates.txt"] + "W,20260310,2\n")
    days = found["trips_per_route_and_day"]
    assert (days["days_compared"], days["routes_changed"]) == (14, 2)
    assert {(one["route_id"], one["days"], one["worst_day"], one["worst_new"]) for one in days["routes"]} == {
        ("R1", 1, "2026-03-10", 0),
        ("F", 1, "2026-03-10", 0),
    }
    assert found["service_span"]["base"] == found["service_span"]["new"]


def test_a_version_without_service_is_told_by_its_span_alone() -> None:
    found = meaning(calendar=CALENDAR, calendar_dates="service_id,date,exception_type\n")
    assert found["trips_per_route_and_day"]["days_compared"] == 0
    assert found["service_span"]["new"] == {"first": None, "last": None}


@pytest.mark.parametrize(("until", "last"), [("20991231", "2099-12-31"), ("99991231", "2099-12-31")])
def test_a_calendar_that_goes_on_and_on_still_has_its_service(until: str, last: str) -> None:
    found = meaning(calendar=TOWN["calendar.txt"].replace("20260315", until), trips=TOWN["trips.txt"] + "R1,W,w3\n")
    assert found["trips_per_route_and_day"]["routes"][0]["days"] == 9
    assert found["service_span"]["new"]["last"] == last


@pytest.mark.parametrize("bad", [("20260302", "2026-03-02"), ("20260315", "")])
def test_a_calendar_with_a_bad_date_has_no_days(bad: tuple[str, str]) -> None:
    found = meaning(calendar=TOWN["calendar.txt"].replace(*bad))
    assert found["service_span"]["new"] == {"first": "2026-03-04", "last": "2026-03-04"}  # of calendar_dates alone


CALLS = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
W1 = CALLS + "w1,07:00:00,07:00:00,A,1\nw1,07:10:00,07:10:00,B,2\n"
W2 = "w2,24:50:00,24:50:00,A,1\nw2,25:10:00,25:10:00,B,2\n"


@pytest.mark.parametrize(
    ("after", "times", "stops", "said"),
    [
        (W1.replace("07:1", "07:2"), ["w1"], [], "1 trip calls at other times."),
        (W1.replace("B,2", "C,2"), [], ["w1"], "1 trip calls at other stops."),
        (W1.replace("A,1", "B,1").replace("B,2", "A,2"), [], ["w1"], "1 trip calls at other stops."),
        (W1 + "w1,07:20:00,07:20:00,C,3\n", [], ["w1"], "1 trip calls at other stops."),
        (W1.replace("07:10:00,07:10:00", "07:10:00,07:11:00"), ["w1"], [], "1 trip calls at other times."),
        (W1.replace("07:", "7:").replace("B,2", "B,20"), [], [], "Same stops, routes, trips and service days."),
    ],
)
def test_trips_that_call_otherwise_are_told(after: str, times: list[str], stops: list[str], said: str) -> None:
    with tempfile.TemporaryDirectory() as scrap:
        town = [TOWN | {"stop_times.txt": text + W2} for text in (W1, after)]
        sides = [_side(Path(scrap) / f"{name}.zip", files) for name, files in zip("ab", town, strict=True)]
        found = diff(sides[0], sides[1], Wish(NOW), into=Path(scrap))["meaning"]
    assert found["trips_with_other_calls"] == {
        "times": len(times),
        "stops": len(stops),
        "times_ids": times,
        "stops_ids": stops,
    }
    assert found["words"]["en"] == [said]
