"""The demo's timetable: valid GTFS, and a truth that an independent reading of the archive finds again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import gtfs_guru
import pytest

from hub.territory.demo import truth_bus
from hub.territory.demo.broken import write_broken
from hub.territory.demo.gtfs_feed import clock, write_gtfs
from hub.territory.demo.timetable import CURRENT, NEXT, Edition, Run, runs, services

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gtfs(tmp_path_factory.mktemp("bus") / "bus-hautes-combes.zip", CURRENT)


@pytest.fixture(scope="module")
def files(archive: Path) -> dict[str, Rows]:
    with zipfile.ZipFile(archive) as opened:
        return {name: list(csv.DictReader(io.StringIO(opened.read(name).decode()))) for name in opened.namelist()}


@pytest.mark.parametrize("edition", [CURRENT, NEXT], ids=["current", "next"])
def test_the_archive_has_nothing_to_find_fault_with(edition: Edition, tmp_path: Path) -> None:
    path = write_gtfs(tmp_path / "bus.zip", edition)
    result = gtfs_guru.validate(str(path), date=edition.first.isoformat())
    assert [(notice.severity, notice.code) for notice in result.notices] == []


def test_it_has_what_the_demo_wants_to_show(files: dict[str, Rows]) -> None:
    assert max(row["departure_time"] for row in files["stop_times.txt"]) >= "25:30:00"
    assert len(files["frequencies.txt"]) == 4
    assert {row["exception_type"] for row in files["calendar_dates.txt"]} == {"1", "2"}
    assert "foire" not in {row["service_id"] for row in files["calendar.txt"]}
    assert any("Prés" in row["stop_name"] for row in files["stops.txt"])
    assert {row["pickup_type"] for row in files["stop_times.txt"]} == {"0", "2"}


def test_the_timetable_changes_half_way(files: dict[str, Rows]) -> None:
    first = {row["service_id"] for row in files["calendar.txt"] if row["end_date"] < "20260928"}
    second = {row["service_id"] for row in files["calendar.txt"] if row["start_date"] >= "20260928"}
    assert first
    assert second
    assert first | second == {row["service_id"] for row in files["calendar.txt"]}
    assert {one.split("-")[0] for one in first} == {"ete"}


def _seconds(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3_600 + minutes * 60 + seconds


def _active(files: dict[str, Rows], date: dt.date) -> set[str]:
    """Services that run on a day, read from the files as the specification says."""
    day = date.strftime("%Y%m%d")
    active = {
        row["service_id"]
        for row in files["calendar.txt"]
        if row["start_date"] <= day <= row["end_date"] and row[DAYS[date.weekday()]] == "1"
    }
    for row in files["calendar_dates.txt"]:
        if row["date"] == day:
            (active.add if row["exception_type"] == "1" else active.discard)(row["service_id"])
    return active


def test_an_independent_reading_of_the_archive_finds_the_truth(files: dict[str, Rows]) -> None:
    truth = truth_bus.tables(CURRENT)
    calls: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for row in files["stop_times.txt"]:
        calls[row["trip_id"]].append((row["stop_id"], _seconds(row["departure_time"]), int(row["stop_sequence"])))
    moved = {
        row["trip_id"]: range(0, _seconds(row["end_time"]) - _seconds(row["start_time"]), int(row["headway_secs"]))
        for row in files["frequencies.txt"]
    }
    found = {}
    for number in range(42):
        date = CURRENT.first + dt.timedelta(days=number)
        active = _active(files, date)
        seen: dict[str, list[int]] = defaultdict(list)
        leaving: Counter[str] = Counter()
        for trip in files["trips.txt"]:
            if trip["service_id"] in active:
                last = max(sequence for _, _, sequence in calls[trip["trip_id"]])
                for stop, departure, sequence in calls[trip["trip_id"]]:
                    times = [departure + later for later in moved.get(trip["trip_id"], range(1))]
                    seen[stop] += times
                    leaving[stop] += len(times) * (sequence < last)
        for stop, times in seen.items():
            found[date.isoformat(), stop] = (len(times), leaving[stop], min(times), max(times))
    stated = {
        (row["date"], row["stop_id"]): (row["stop_times"], row["departures"], row["first_call_s"], row["last_call_s"])
        for row in truth["bus_stop_day"].to_pylist()
    }
    assert stated == found


def test_the_tables_of_the_truth_agree_with_each_other() -> None:
    truth = truth_bus.tables(CURRENT)
    departures: Counter[str] = Counter()
    for row in truth["bus_stop_day"].to_pylist():
        departures[row["date"]] += row["departures"]
    vehicles: Counter[str] = Counter()
    for row in truth["bus_segment_hour"].to_pylist():
        vehicles[row["date"]] += row["vehicles"]
    assert departures == vehicles
    assert len(departures) == 42


def test_the_saints_day_runs_as_a_sunday() -> None:
    holiday, sunday = dt.date(2026, 9, 21), dt.date(2026, 9, 20)
    on = {date: {one.id for one in services(CURRENT) if one.runs_on(date)} for date in (holiday, sunday)}
    assert on[holiday] == {"ete-dim"}
    assert on[sunday] == {"ete-dim", "ete-pistes"}


def test_a_shuttle_by_frequency_leaves_before_its_end() -> None:
    shuttle: Run = next(run for run in runs(CURRENT) if run.every_s)
    starts = [shuttle.times[0][2] + later for later in shuttle.departures()]
    assert (clock(starts[0]), clock(starts[-1])) == ("09:00:00", "16:40:00")


def test_the_spoilt_archives_show_each_planted_fault(tmp_path: Path) -> None:
    planted = write_broken(tmp_path / "broken", CURRENT)
    found = [one for one in planted if one["expected"] == "finding"]
    assert len(found) == 3
    for one in found:
        result = gtfs_guru.validate(str(tmp_path / one["file"]), date="2026-09-10")
        assert one["code"] in {notice.code for notice in result.notices if notice.severity == "ERROR"}
    assert all((tmp_path / one["file"]).exists() for one in planted)
