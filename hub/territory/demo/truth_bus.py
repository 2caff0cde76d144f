"""What the timetable offers, counted from the company's plan (not from the GTFS that is written from it)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise

import pyarrow as pa

from hub.territory.demo.timetable import Edition, Run, runs, services

MEANING = {
    "bus_stop_day": "By stop and service date: stop_times (every call of a bus, frequencies repeated, last stops "
    "included), departures (last stops of a run left out), first and last departure in seconds of the service day, "
    "over all calls and over departures alone (empty where there is none).",
    "bus_route_day": "By route and service date: trips (frequencies repeated), first departure, last arrival.",
    "bus_segment_hour": "Vehicles by pair of consecutive stops and hour of the service day of the departure from the "
    "first of the two; hours go on beyond 23.",
}


def dates_of(edition: Edition) -> list[dt.date]:
    """All service dates of an edition."""
    return [edition.first + dt.timedelta(days=number) for number in range((edition.last - edition.first).days + 1)]


def tables(edition: Edition) -> dict[str, pa.Table]:
    """The tables of `MEANING`."""
    by_service: dict[str, list[Run]] = defaultdict(list)
    for run in runs(edition):
        by_service[run.service].append(run)
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in MEANING}
    alike: dict[tuple[str, ...], dict[str, list[tuple[object, ...]]]] = {}
    for date in dates_of(edition):
        active = tuple(one.id for one in services(edition) if one.runs_on(date))
        if active not in alike:
            running = [run for service in active for run in by_service[service]]
            alike[active] = {
                "bus_stop_day": _stops(running),
                "bus_route_day": _routes(running),
                "bus_segment_hour": _segments(running),
            }
        for name, some in alike[active].items():
            rows[name] += [(date.isoformat(), *row) for row in some]
    return {name: _table(_COLUMNS[name], rows[name]) for name in MEANING}


_COLUMNS = {
    "bus_stop_day": (
        "date", "stop_id", "stop_times", "departures", "first_call_s", "last_call_s", "first_departure_s",
        "last_departure_s",
    ),
    "bus_route_day": ("date", "route_id", "trips", "first_departure_s", "last_arrival_s"),
    "bus_segment_hour": ("date", "from_stop_id", "to_stop_id", "hour", "vehicles"),
}  # fmt: skip


def _table(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> pa.Table:
    return pa.table({name: [row[number] for row in rows] for number, name in enumerate(columns)})


def _stops(running: list[Run]) -> list[tuple[object, ...]]:
    calls: dict[str, list[int]] = defaultdict(list)
    departures: dict[str, list[int]] = defaultdict(list)
    for run in running:
        last = len(run.times) - 1
        for number, (stop, _, departure) in enumerate(run.times):
            times = [departure + later for later in run.departures()]
            calls[stop] += times
            if number < last:
                departures[stop] += times
    return [
        (
            stop, len(calls[stop]), len(departures[stop]), min(calls[stop]), max(calls[stop]),
            min(departures[stop], default=None), max(departures[stop], default=None),
        )
        for stop in sorted(calls)
    ]  # fmt: skip


def _routes(running: list[Run]) -> list[tuple[object, ...]]:
    by_line: dict[str, list[Run]] = defaultdict(list)
    for run in running:
        by_line[run.line.id].append(run)
    return [
        (
            line,
            sum(len(run.departures()) for run in some),
            min(run.times[0][2] for run in some),
            max(run.times[-1][1] + run.departures()[-1] for run in some),
        )
        for line, some in sorted(by_line.items())
    ]


def _segments(running: list[Run]) -> list[tuple[object, ...]]:
    seen: Counter[tuple[str, str, int]] = Counter()
    for run in running:
        for (before, _, departure), (after, _, _) in pairwise(run.times):
            seen.update((before, after, (departure + later) // 3_600) for later in run.departures())
    return [(*key, count) for key, count in sorted(seen.items())]
