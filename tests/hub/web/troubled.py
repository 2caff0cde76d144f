"""The hub of `tests/hub/api/hall.py` after some days: a second version that changed things, trouble, and words said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from feeds.findings import Finding, Kind, Report, Severity, Verdict
from feeds.gtfs.diff import Side, Wish, diff
from feeds.judging.scores import Kind as Scored
from feeds.judging.scores import Score
from feeds.judging.standing import Standing
from hub.records import happenings, incidents, standings
from tests.hub.api.hall import ARCHIVE, NOW, Hall, add_version, publish

BUS = "bus-hautes-combes"
LATER = NOW + dt.timedelta(hours=2)
#: What a feed, a finding and a note say in order to be run.
HOSTILE = '<script>alert("x")</script>'
HOUR = dt.timedelta(hours=1)

_FILES = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Cars,https://cars.example,Europe/Paris\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nR,A,1,3\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "S,1,1,1,1,1,0,0,20261102,20261106\n",
}
_STOPS = "stop_id,stop_name,stop_lat,stop_lon\nGARE,{name},{lat},5.55\nCOL,Col,45.10,5.60\n"
_TRIPS = "route_id,service_id,trip_id\n"


@cache
def difference() -> bytes:
    """A stop with a hostile name has moved by 222 m, and 22 of 30 trips are gone: as JSON."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sides = [_side(folder / "base", lat="45.070", trips=30), _side(folder / "new", lat="45.072", trips=8)]
        work = folder / "work"
        work.mkdir()
        return orjson.dumps(diff(sides[0], sides[1], Wish(LATER), into=work))


def _side(folder: Path, *, lat: str, trips: int) -> Side:
    folder.mkdir()
    files = {
        **_FILES,
        "stops.txt": _STOPS.format(name=HOSTILE.replace('"', ""), lat=lat),
        "trips.txt": _TRIPS + "".join(f"R,S,T{number:02d}\n" for number in range(trips)),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return Side(folder, folder.name, NOW)


def trouble(hall: Hall) -> int:
    """Let all that happen; answers with the number of the bus feed's new version."""
    hall.clock.now = LATER
    version = add_version(hall, BUS, "gtfs", rows={"stops": 2}, report=REPORT, at=LATER)
    publish(hall, "archive", ARCHIVE[::-1], "application/zip", version=version.id)
    publish(hall, "difference", difference(), "application/json", version=version.id)
    with hall.front.records.write() as session:
        for check, said in STANDINGS.items():
            standings.keep(session, BUS, check, said, {"days_covered": 3, "errors": ["foreign_key_violation"]})
        for back, value in enumerate((850, 900, None, 0)):
            day = NOW.date() - dt.timedelta(days=back)
            until = LATER if back == 0 else None
            for kind in (Scored.FRESHNESS, Scored.COMPLIANCE):
                standings.keep_score(session, BUS, day, kind, Score(value, {"down_s": 5400.0}), until=until)
        first = incidents.add(session, BUS, "valid", opened_at=NOW - 30 * HOUR, facts={"details": {}})
        first.closed_at = NOW - 3 * HOUR
        second = incidents.add(session, BUS, "fresh", opened_at=NOW - HOUR, facts={"details": {}})
        incidents.add_note(session, second, at=NOW, by="cars-combes", text=f"We look at it.\n{HOSTILE}")
        incidents.add_note(session, second, at=LATER, by="itineo", text="Still so.")
        happened: Mapping[str, Any] = {"since": "2026-11-14T00:00:00Z", "error": HOSTILE}
        happenings.add(session, BUS, "feed.refused", at=NOW, key="1", facts=happened)
        happenings.add(session, BUS, "version.new", at=LATER, key="2", facts={"version": 2, "verdict": "fail"})
        happenings.add(session, "mds-trottix", "feed.unavailable", at=LATER, key="1", facts={"since": "yesterday"})
    return version.number


REPORT = Report(
    (
        Finding("implausible_speed", Severity.WARNING, "fast", kind=Kind.PLAUSIBILITY, count=2),
        Finding("unknown_column", Severity.INFO, "column", file="stops.txt", field="x"),
        Finding("point_near_origin", Severity.ERROR, "near", "stops.txt", 3, "stop_lat", "0.0", 1),
        Finding("foreign_key_violation", Severity.ERROR, "key", "stop_times.txt", 7, "stop_id", HOSTILE, 4),
    ),
    {"gtfs-guru": "1.0.0"},
    {},
    LATER.date(),
)


def _standing(said: Verdict, latest: Verdict, raw: Verdict, *, streak: int, streak_s: float) -> Standing:
    return Standing(said, NOW - 5 * HOUR, latest, streak, NOW - HOUR, streak_s, raw, NOW)


STANDINGS = {
    # Fails of itself, and is not said to: grace.
    "fresh": _standing(Verdict.PASS, Verdict.FAIL, Verdict.FAIL, streak=1, streak_s=600.0),
    # Passes of itself, and is still said to fail: probation.
    "reachable": _standing(Verdict.FAIL, Verdict.PASS, Verdict.PASS, streak=1, streak_s=300.0),
    "valid": _standing(Verdict.FAIL, Verdict.FAIL, Verdict.UNKNOWN, streak=4, streak_s=7200.0),
    "moves": _standing(Verdict.PASS, Verdict.PASS, Verdict.PASS, streak=9, streak_s=7200.0),
}
