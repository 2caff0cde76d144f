"""The timetable written as a GTFS Schedule archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from hub.territory.demo.bus_lines import LINES, STATION, STOP_BY_ID, STOPS, Line
from hub.territory.demo.timetable import Edition, Run, leg_m, runs, services, shape, stops_of
from hub.territory.demo.write import csv_text, zip_file
from hub.territory.demo.year import TIMEZONE

AGENCY_ID: Final = "cars-combes"
_AGENCY: Final = (
    AGENCY_ID,
    "Cars des Combes",
    "https://cars-combes.example/",
    TIMEZONE,
    "fr",
    "+33 4 00 00 00 00",
    "contact@cars-combes.example",
)
_PUBLISHER: Final = ("Syndicat des mobilités des Hautes-Combes", "https://smhc.example/", "fr")
_CONTACT: Final = "donnees@smhc.example"
_COLUMNS: Final = {
    "agency.txt": "agency_id agency_name agency_url agency_timezone agency_lang agency_phone agency_email",
    "stops.txt": "stop_id stop_name stop_lat stop_lon location_type parent_station platform_code wheelchair_boarding",
    "routes.txt": "route_id agency_id route_short_name route_long_name route_desc route_type route_color "
    "route_text_color",
    "trips.txt": "route_id service_id trip_id trip_headsign direction_id shape_id wheelchair_accessible",
    "stop_times.txt": "trip_id arrival_time departure_time stop_id stop_sequence pickup_type drop_off_type "
    "shape_dist_traveled timepoint",
    "shapes.txt": "shape_id shape_pt_lat shape_pt_lon shape_pt_sequence shape_dist_traveled",
    "calendar.txt": "service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date",
    "calendar_dates.txt": "service_id date exception_type",
    "frequencies.txt": "trip_id start_time end_time headway_secs exact_times",
    "feed_info.txt": "feed_publisher_name feed_publisher_url feed_lang feed_start_date feed_end_date feed_version "
    "feed_contact_email",
}
_BUS: Final = 3
_PHONE: Final = 2


def write_gtfs(path: Path, edition: Edition) -> Path:
    """Write an edition of the timetable."""
    return zip_file(path, gtfs_members(edition))


def gtfs_members(edition: Edition) -> dict[str, str]:
    """The files of the archive by name."""
    planned = runs(edition)
    rows: dict[str, Iterable[Sequence[object]]] = {
        "agency.txt": [list(_AGENCY)],
        "stops.txt": _stops(edition),
        "routes.txt": _routes(),
        "trips.txt": [_trip(one) for one in planned],
        "stop_times.txt": [row for one in planned for row in _stop_times(one)],
        "shapes.txt": _shapes(edition),
        "calendar.txt": _calendar(edition),
        "calendar_dates.txt": _calendar_dates(edition),
        "frequencies.txt": [
            [one.id, clock(one.times[0][2]), clock(one.until_s), one.every_s, 1] for one in planned if one.every_s
        ],
        "feed_info.txt": [[*_PUBLISHER, _day(edition.first), _day(edition.last), edition.version, _CONTACT]],
    }
    return {name: csv_text(_COLUMNS[name].split(), some) for name, some in rows.items()}


def clock(seconds: int) -> str:
    """Seconds of the service day as GTFS writes them; hours go on beyond 24."""
    return f"{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _day(date: dt.date) -> str:
    return date.strftime("%Y%m%d")


def _stops(edition: Edition) -> list[list[object]]:
    station: list[object] = [STATION.id, STATION.name, STATION.lat, STATION.lng, 1, "", "", 1]
    return [station] + [
        [stop.id, stop.name, stop.lat, stop.lng, 0, stop.parent, stop.platform, 1]
        for stop in STOPS
        if stop.id not in edition.left_out
    ]


def _routes() -> list[list[object]]:
    return [
        [line.id, AGENCY_ID, line.short_name, line.long_name, line.description, _BUS, line.color, line.text_color]
        for line in LINES
    ]


def _trip(run: Run) -> list[object]:
    headsign = STOP_BY_ID[run.times[-1][0]].name
    return [run.line.id, run.service, run.id, headsign, int(not run.outward), _shape_id(run.line, run.outward), 1]


def _shape_id(line: Line, outward: bool) -> str:
    return f"{line.id}-{'a' if outward else 'r'}"


def _stop_times(run: Run) -> Iterator[list[object]]:
    way_m = 0
    for sequence, (stop, arrival, departure) in enumerate(run.times):
        if sequence:
            way_m += leg_m(run.times[sequence - 1][0], stop)
        # Outlying stops of a line on demand are the first of the way out and the last of the way back.
        from_start = sequence if run.outward else len(run.times) - 1 - sequence
        how = _PHONE if from_start < run.line.on_demand_until else 0
        yield [run.id, clock(arrival), clock(departure), stop, sequence, how, how, way_m, 1]


def _shapes(edition: Edition) -> Iterator[list[object]]:
    for line in LINES:
        for outward in (True, False):
            for sequence, (lat, lng, way_m) in enumerate(shape(stops_of(edition, line, outward))):
                yield [_shape_id(line, outward), lat, lng, sequence, way_m]


def _calendar(edition: Edition) -> list[list[object]]:
    return [
        [one.id, *(int(day in one.weekdays) for day in range(7)), _day(one.first), _day(one.last)]
        for one in services(edition)
        if one.weekdays
    ]


def _calendar_dates(edition: Edition) -> list[list[object]]:
    return [
        [one.id, _day(date), kind]
        for one in services(edition)
        for kind, dates in ((1, one.added), (2, one.removed))
        for date in dates
    ]
