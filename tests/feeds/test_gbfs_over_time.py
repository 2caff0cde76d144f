"""GBFS across time: a small system polled for hours, each defect with the answer written beside it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.findings import Kind, Verdict
from feeds.gbfs.documents import Document, document
from feeds.gbfs.loading import open_source, snapshots
from feeds.gbfs.over_time import Memory, Patience, Poll, advance, report, verdicts
from feeds.gbfs.over_time.notices import NOTICES
from feeds.reading import Limits

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
#: 0.01 degrees of latitude are 1,112 m.
NORTH = 0.01


def written(name: str, data: Mapping[str, Any], at: dt.datetime, *, ttl: int = 60, version: str = "2.3") -> Document:
    """One file as a server writes it."""
    body = {"last_updated": int(at.timestamp()), "ttl": ttl, "version": version, "data": data}
    return document(json.dumps(body).encode(), f"{name}.json")


def information(*capacities: int) -> dict[str, Any]:
    """Stations s0, s1 … with their capacities."""
    return {
        "stations": [
            {"station_id": f"s{n}", "name": f"S{n}", "lat": 45.0 + n * NORTH, "lon": 5.0, "capacity": capacity}
            for n, capacity in enumerate(capacities)
        ]
    }


def status(*counts: tuple[int, int], renting: bool = True, **more: Any) -> dict[str, Any]:
    """Stations s0, s1 … with bikes and docks."""
    return {
        "stations": [
            {
                "station_id": f"s{n}",
                "num_bikes_available": bikes,
                "num_docks_available": docks,
                "is_installed": True,
                "is_renting": renting,
                "is_returning": True,
                "last_reported": 1_700_000_000,
                **more,
            }
            for n, (bikes, docks) in enumerate(counts)
        ]
    }


def bikes(places: Mapping[str, float]) -> dict[str, Any]:
    """Free vehicles at these degrees north of 45."""
    return {
        "bikes": [
            {"bike_id": name, "lat": 45.0 + north, "lon": 5.0, "is_reserved": False, "is_disabled": False}
            for name, north in places.items()
        ]
    }


def polled(polls: Iterable[Poll], patience: Patience = Patience()) -> Memory:  # noqa: B008 - frozen
    memory = None
    for poll in polls:
        memory = advance(memory, poll, patience)
    assert memory is not None
    return memory


def codes(memory: Memory, patience: Patience = Patience()) -> dict[str, int]:  # noqa: B008 - frozen
    return {one.code: one.count for one in report(memory, patience).findings}


def of(
    at: dt.datetime, updated: dt.datetime | None = None, *, ttl: int = 60, version: str = "2.3", **data: Any
) -> Poll:
    """A poll of files by their 3.0 name, updated at its own time unless said otherwise."""
    told = {name: written(name, one, updated or at, ttl=ttl, version=version) for name, one in data.items()}
    return Poll.of(told, at)


def breathing(minutes: int) -> dict[str, Any]:
    """Two stations, of which the first changes at each poll."""
    return status((minutes % 7, 10 - minutes % 7), (3, 5))


def test_a_system_that_lives_has_no_findings() -> None:
    memory = polled(of(NOON + n * MINUTE, station_status=breathing(n)) for n in range(240))
    assert codes(memory) == {}
    assert {name: raw.verdict for name, raw in verdicts(memory).items()} == {
        "ids_rotate": Verdict.NOT_APPLICABLE,
        "counts_plausible": Verdict.PASS,
        "moves": Verdict.PASS,
    }


def test_a_time_that_goes_back_is_told_once_with_its_count() -> None:
    offsets = [0, 1, 2, 1, 4, 3, 6]
    memory = polled(
        of(NOON + n * MINUTE, NOON + offset * MINUTE, station_status=breathing(n)) for n, offset in enumerate(offsets)
    )
    assert codes(memory) == {"gbfs_last_updated_back": 2}


def test_a_time_that_stands_still_is_stuck_after_an_hour() -> None:
    polls = [of(NOON + n * MINUTE, NOON, station_status=breathing(0)) for n in range(61)]
    assert "gbfs_last_updated_stuck" not in codes(polled(polls[:60]))
    assert codes(polled(polls)) == {"gbfs_last_updated_stuck": 1}
    assert verdicts(polled(polls))["moves"].verdict is Verdict.FAIL
    day = polled(of(NOON + n * HOUR, NOON, station_status=breathing(0)) for n in range(24))
    assert codes(day) == {
        "gbfs_last_updated_stuck": 1
    }  # its time says that nothing was renewed: that is no second fault


def test_a_ttl_is_kept_until_five_minutes_after() -> None:
    late = [of(NOON + n * MINUTE, NOON + (n - 7) * MINUTE, station_status=breathing(n)) for n in range(12)]
    assert codes(polled(late)) == {"gbfs_ttl_not_kept": 11}  # of the first poll nothing is counted
    kept = [of(NOON + n * MINUTE, NOON + (n - 7) * MINUTE, ttl=120, station_status=breathing(n)) for n in range(12)]
    assert codes(polled(kept)) == {}


def test_content_that_never_changes_while_its_time_does_is_frozen() -> None:
    hours = [
        of(NOON + n * HOUR, station_status=status((3, 5), (4, 4), last_reported=1_700_000_000 + n)) for n in range(13)
    ]
    assert "gbfs_content_frozen" not in codes(polled(hours[:12]))
    memory = polled(hours)
    assert codes(memory)["gbfs_content_frozen"] == 1
    assert verdicts(memory)["moves"].verdict is Verdict.FAIL


def test_a_station_that_never_changes_is_told_after_two_days_of_its_opening() -> None:
    def hours(count: int, shut: range) -> Iterator[Poll]:
        for n in range(count):
            counts = status((n % 7, 10 - n % 7), (3, 5), (8, 0))["stations"]
            counts[1]["is_renting"] = n not in shut
            yield of(NOON + n * HOUR, station_status={"stations": counts})

    memory = polled(hours(49, range(0)))
    (found,) = report(memory).findings
    assert (found.code, found.value, found.count) == ("gbfs_station_never_changes", "s1", 2)
    assert found.kind is Kind.PLAUSIBILITY
    by_night = polled(hours(49, range(10, 20)))
    (found,) = report(by_night).findings
    assert (found.value, found.count) == ("s2", 1)  # ten hours of closing are nobody's
    assert codes(polled(hours(59, range(10, 20))))["gbfs_station_never_changes"] == 2


def test_a_whole_frozen_feed_is_not_told_station_by_station() -> None:
    memory = polled(of(NOON + n * HOUR, station_status=status((3, 5), (4, 4))) for n in range(60))
    assert codes(memory) == {"gbfs_content_frozen": 1}


def test_time_in_which_nobody_watched_is_not_counted() -> None:
    memory = polled(of(NOON + n * 3 * HOUR, station_status=status((3, 5), (4, 4))) for n in range(60))
    assert (memory.watched_s, codes(memory)) == (0, {})
    assert verdicts(memory)["moves"].verdict is Verdict.UNKNOWN


def test_counts_that_stay_above_the_capacity_are_told_after_two_hours() -> None:
    def half_hours(mended: int) -> Iterator[Poll]:
        for n in range(6):
            counts = status((8, 4), (n, 0)) if n != mended else status((8, 2), (n, 0))
            yield of(NOON + n * HOUR / 2, station_information=information(10, 10), station_status=counts)

    assert codes(polled(half_hours(-1))) == {"gbfs_counts_never_add": 1}
    assert codes(polled(half_hours(3))) == {}
    assert verdicts(polled(half_hours(-1)))["counts_plausible"].verdict is Verdict.FAIL


def test_types_that_do_not_add_up_for_hours_are_told() -> None:
    types = {"vehicle_types_available": [{"vehicle_type_id": "bike", "count": 1}]}
    memory = polled(of(NOON + n * HOUR / 2, station_status=status((n + 2, 4), **types)) for n in range(6))
    assert codes(memory) == {"gbfs_types_never_add": 1}


def test_a_fake_station_with_all_the_vehicles_is_told_with_its_number() -> None:
    (found,) = report(polled([of(NOON, station_status=status((11_849, 0), (3, 4)))])).findings
    assert (found.code, found.value, found.kind) == ("gbfs_implausible_vehicle_count", "11849", Kind.PLAUSIBILITY)


def test_a_system_that_halves_at_once_is_told_and_one_that_was_not_watched_is_not() -> None:
    sizes = [40, 41, 19, 40]
    memory = polled(of(NOON + n * MINUTE, station_status=status((size, 60))) for n, size in enumerate(sizes))
    assert codes(memory) == {"gbfs_size_jumps": 2}  # down, and up again
    assert (memory.jumps["station_status"].before, memory.jumps["station_status"].after) == (19, 40)
    slowly = polled(of(NOON + n * 2 * HOUR, station_status=status((size, 60))) for n, size in enumerate(sizes))
    assert codes(slowly) == {}
    assert codes(polled(of(NOON + n * MINUTE, station_status=status((n * 9, 60))) for n in range(3))) == {}


def riding(rotates: bool, trips: int = 30, version: str = "2.3") -> Iterator[Poll]:
    """Bikes that stand, vanish for ten minutes and are found 3 km further, with a new id or with the old one."""
    names = {n: f"bike-{n}" for n in range(trips)}
    yield of(NOON, vehicle_status=bikes({names[n]: n * NORTH for n in names}), version=version)
    for n in range(trips):
        on_the_way = {names[m]: (m + 3 * (m < n)) * NORTH for m in names if m != n}
        yield of(NOON + (10 * n + 5) * MINUTE, vehicle_status=bikes(on_the_way), version=version)
        names[n] = f"new-{n}" if rotates else names[n]
        back = {names[m]: (m + 3 * (m <= n)) * NORTH for m in names}
        yield of(NOON + (10 * n + 10) * MINUTE, vehicle_status=bikes(back), version=version)


def test_ids_that_outlive_a_trip_are_told() -> None:
    memory = polled(riding(rotates=False))
    assert (memory.journeys.kept, memory.journeys.fresh, memory.journeys.teleports) == (30, 0, 0)
    assert codes(memory) == {"gbfs_ids_do_not_rotate": 30}
    assert verdicts(memory)["ids_rotate"].verdict is Verdict.FAIL


def test_ids_that_rotate_pass() -> None:
    memory = polled(riding(rotates=True))
    assert (memory.journeys.kept, memory.journeys.fresh) == (0, 30)
    assert codes(memory) == {}
    assert verdicts(memory)["ids_rotate"].verdict is Verdict.PASS


def test_few_trips_are_no_verdict_and_before_2_0_ids_may_stay() -> None:
    assert verdicts(polled(riding(rotates=False, trips=19)))["ids_rotate"].verdict is Verdict.UNKNOWN
    assert verdicts(polled(riding(rotates=False, version="1.1")))["ids_rotate"].verdict is Verdict.NOT_APPLICABLE


def test_a_vehicle_that_comes_back_where_it_was_made_no_trip() -> None:
    here, nobody = bikes({"a": 0.0, "b": 0.1}), bikes({"b": 0.1})
    memory = polled(of(NOON + n * MINUTE, vehicle_status=here if n % 2 == 0 else nobody) for n in range(9))
    assert (memory.journeys.in_place, memory.journeys.kept, memory.journeys.fresh) == (4, 0, 0)


def test_a_vehicle_faster_than_a_van_teleports() -> None:
    memory = polled(of(NOON + n * MINUTE, vehicle_status=bikes({"a": 0.1 * (n % 2), "b": 0.0})) for n in range(4))
    assert (memory.journeys.teleports, memory.journeys.kept) == (3, 0)  # 11 km in a minute
    assert codes(memory) == {"gbfs_vehicle_teleports": 3}


def test_a_vehicle_at_a_station_is_where_the_station_is() -> None:
    def at_station(station: str) -> dict[str, Any]:
        return {"bikes": [{"bike_id": "a", "station_id": station, "is_reserved": False, "is_disabled": False}]}

    polls = [
        of(NOON + n * 10 * MINUTE, station_information=information(9, 9), vehicle_status=at_station(f"s{n}"))
        for n in range(2)
    ]
    assert polled(polls).journeys.furthest_m == 1_112


def test_what_was_mended_is_forgotten_with_the_window() -> None:
    spoiled = list(riding(rotates=False))
    still = bikes({f"bike-{n}": (n + 3) * NORTH for n in range(30)})
    later = [of(NOON + 6 * HOUR + n * HOUR, vehicle_status=still) for n in range(20)]
    memory = polled([*spoiled, *later])
    assert "gbfs_ids_do_not_rotate" not in codes(memory)
    assert verdicts(memory)["ids_rotate"].verdict is Verdict.UNKNOWN


def test_the_memory_holds_no_id_and_forgets_vehicles_that_left() -> None:
    memory = polled(riding(rotates=True))
    assert "bike-" not in json.dumps(memory.plain())
    assert (len(memory.present), len(memory.gone)) == (30, 30)
    day_after = advance(memory, of(NOON + 48 * HOUR, vehicle_status=bikes({"x": 0.0})))
    assert len(day_after.gone) == 0


def test_a_poll_that_is_not_later_changes_nothing_and_one_without_news_leaves_the_tables() -> None:
    first = polled([of(NOON, station_information=information(9), station_status=status((1, 2)))])
    assert advance(first, of(NOON, station_status=status((5, 5)))) is first
    again = advance(first, of(NOON + MINUTE, NOON, station_status=status((1, 2))))
    assert again.stations is first.stations
    assert again.capacity is first.capacity
    assert again.files["station_status"].unmoved_s == 60


class Unread(dict[str, Any]):
    """Tables that nobody may look at."""

    def get(self, *_: Any) -> Any:
        raise AssertionError("a file that did not change was read")


def test_a_file_whose_bytes_did_not_change_is_not_read_again() -> None:
    first = of(
        NOON, station_information=information(9), station_status=status((1, 2)), vehicle_status=bikes({"a": 0.0})
    )
    memory = polled([first])
    again = replace(first, at=NOON + MINUTE, tables=Unread())
    assert advance(memory, again).watched_s == 60


steps = st.lists(st.tuples(st.integers(1, 90), st.integers(0, 3), st.integers(0, 600)), min_size=1, max_size=12)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(steps, st.integers(0, 2**32))
def test_a_memory_that_was_put_away_goes_on_as_if_it_had_not(told: list[tuple[int, int, int]], seed: int) -> None:
    chance, at = Random(seed), NOON
    memory = restored = None
    for minutes, vehicles, count in told:
        at += minutes * MINUTE
        places = {f"b{n}": chance.random() for n in range(vehicles)}
        poll = of(
            at, station_information=information(9), station_status=status((count, 1)), vehicle_status=bikes(places)
        )
        memory = advance(memory, poll)
        restored = Memory.from_plain(json.loads(json.dumps((advance(restored, poll)).plain())))
        assert restored == memory
    assert memory is not None
    assert report(restored) == report(memory)  # type: ignore[arg-type]


def test_every_code_says_itself_and_its_mending_in_both_languages() -> None:
    for code, notice in NOTICES.items():
        assert code.startswith("gbfs_")
        assert all((notice.en, notice.fr, notice.mend_en, notice.mend_fr))
        assert notice.en != notice.fr
        assert notice.mend_en != notice.mend_fr


@pytest.mark.parametrize(
    "name", ["lamassu_v2", "transitland_baywheels_v2.3", "otp/helsinki", "otp/lillestrombysykkel", "otp/tieroslo"]
)
def test_a_real_system_polled_twice_has_no_false_alarm(shared_data: Path, name: str) -> None:
    opened = open_source(shared_data / "gbfs" / name, Limits())
    (loaded,) = snapshots(opened, Limits())
    first = Poll.from_loaded(loaded)
    memory = polled([first, replace(first, at=first.at + MINUTE)])
    assert len(memory.stations) == len(list(first.rows("station_status")))
    assert set(codes(memory)) <= {"gbfs_implausible_vehicle_count"}
    assert Memory.from_plain(json.loads(json.dumps(memory.plain()))) == memory
