"""Memory: the difference of two timetables against the bare parsing of both, and what a day of a bike system takes.

The timetables are made up: a million stop times in twenty thousand trips, of which one in a hundred is new, one gone
and one runs five minutes later. The bike system has the stations of Bay Wheels where the folder of real feeds is there,
else as many made-up ones, polled once a minute; at each poll one station in twelve has another number of bikes, by day.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv

from benchmarks.row import Row
from feeds.gtfs.diff import Side, Wish, diff
from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.services import archive, history
from hub.services.back import Back
from hub.settings import Settings

TRIPS, STOPS_A_TRIP, STOPS = 20_000, 50, 2_000
SYSTEM: Final = "gbfs/transitland_baywheels_v2.3/station_status.json"
STATIONS = 541
DAY: Final = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def run(trips: int = TRIPS, polls: int = 24 * 60) -> list[Row]:
    """A row for the difference, one for the history."""
    with tempfile.TemporaryDirectory() as scrap:
        folder = Path(scrap)
        return [_difference(folder, trips), _history(folder, polls)]


def _difference(folder: Path, trips: int) -> Row:
    base = _timetable(folder / "base.zip", trips, seed=1)
    new = _timetable(folder / "new.zip", trips, seed=2)
    begun = time.perf_counter()
    rows = sum(_parse(path) for path in (base, new))
    floor_s = time.perf_counter() - begun
    work = folder / "work"
    work.mkdir()
    sides = [Side(path, path.name, DAY) for path in (base, new)]
    begun = time.perf_counter()
    found = diff(sides[0], sides[1], Wish(DAY), into=work)
    took_s = time.perf_counter() - begun
    stats = next(one["stats"] for one in found["file_diffs"] if one["file_name"] == "stop_times.txt")
    counts = ", ".join(f"{stats[f'rows_{what}_count']:,} {what}" for what in ("added", "deleted", "modified"))
    note = f"{rows // 2:,} rows each; {counts}; with meaning"
    return Row("GTFS difference / unzip + pyarrow CSV of both", took_s, floor_s, note)


def _timetable(path: Path, trips: int, *, seed: int) -> Path:
    """A timetable in which trips from 0 on run; seed 2 drops the first hundredth, adds as many, delays as many."""
    share = trips // 100
    first = share if seed > 1 else 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
        bundle.writestr("agency.txt", "agency_name,agency_url,agency_timezone\nX,https://x.example,Europe/Paris\n")
        bundle.writestr("routes.txt", "route_id,route_type\n" + "".join(f"R{n},3\n" for n in range(100)))
        bundle.writestr(
            "stops.txt", "stop_id,stop_lat,stop_lon\n" + "".join(f"S{n},45.{n:04},5.5\n" for n in range(STOPS))
        )
        bundle.writestr("calendar_dates.txt", "service_id,date,exception_type\nD,20260302,1\n")
        numbers = range(first, first + trips)
        bundle.writestr(
            "trips.txt", "route_id,service_id,trip_id\n" + "".join(f"R{n % 100},D,trip-{n}\n" for n in numbers)
        )
        lines = ["trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"]
        for number in numbers:
            later_min = 5 if seed > 1 and number < 2 * share else 0
            lines += _calls(number, later_min)
        bundle.writestr("stop_times.txt", "".join(lines))
    return path


def _calls(number: int, later_min: int) -> list[str]:
    start = 300 + number % 900 + later_min
    times = (f"{(start + n) // 60:02}:{(start + n) % 60:02}:00" for n in range(STOPS_A_TRIP))
    return [f"trip-{number},{at},{at},S{(number * 7 + n) % STOPS},{n}\n" for n, at in enumerate(times)]


def _parse(source: Path) -> int:
    rows = 0
    with zipfile.ZipFile(source) as bundle:
        for name in bundle.namelist():
            rows = pacsv.read_csv(io.BytesIO(bundle.read(name))).num_rows
    return rows


def _history(folder: Path, polls: int) -> Row:
    draw = random.Random(1)  # noqa: S311 - a simulation
    stations = _stations()
    hub = replace(back_office(Settings(home=folder / "hub")), front=_later(folder))
    begun = time.perf_counter()
    for number in range(polls):
        at = DAY + dt.timedelta(days=number / polls)
        _turn_over(stations, draw, share=1 / 12 if at.hour >= 6 else 1 / 100)
        history.append_snapshot(hub, "bikes", {"station_status": _status(stations, at)}, at)
    append_s = time.perf_counter() - begun
    history.compact(hub, "bikes", DAY.date())
    size = _size(hub, history.KIND), _size(hub, history.HOURS)
    each = [bytes_ / len(stations) for bytes_ in size]
    note = (
        f"{len(stations)} stations, {polls} polls; {each[0]:.0f} bytes a station and day, in hours {each[1]:.0f}; "
        f"{1000 * append_s / polls:.1f} ms a poll"
    )
    return Row("GBFS history: a day appended", append_s, None, note)


def _later(folder: Path) -> Any:
    return replace(back_office(Settings(home=folder / "hub")).front, clock=FixedClock(DAY + dt.timedelta(days=2)))


def _stations() -> dict[str, list[int]]:
    """Bikes and docks of each station."""
    data = Path(os.environ.get("HUB_TEST_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data"))
    if not (data / SYSTEM).is_file():
        return {f"station-{number:032}": [10, 10] for number in range(STATIONS)}
    found = orjson.loads((data / SYSTEM).read_bytes())["data"]["stations"]
    return {one["station_id"]: [one["num_bikes_available"], one["num_docks_available"]] for one in found}


def _turn_over(stations: dict[str, list[int]], draw: random.Random, *, share: float) -> None:
    for state in stations.values():
        if draw.random() < share:
            step = draw.choice((-1, 1))
            if min(state[0] + step, state[1] - step) >= 0:
                state[0], state[1] = state[0] + step, state[1] - step


def _status(stations: dict[str, list[int]], at: dt.datetime) -> pa.Table:
    names = list(stations)
    flags = pa.array([True] * len(names))
    return pa.table(
        {
            "station_id": names,
            "vehicles_available": [stations[name][0] for name in names],
            "docks_available": [stations[name][1] for name in names],
            "is_installed": flags,
            "is_renting": flags,
            "is_returning": flags,
            "last_reported": pa.array([at] * len(names), pa.timestamp("us", "UTC")),
        }
    )


def _size(hub: Back, kind: str) -> int:
    folder = archive.day_folder(hub, kind, "bikes", DAY.date())
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
