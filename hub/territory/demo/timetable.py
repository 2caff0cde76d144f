"""Who runs when: services, the days they run on, and every run of every line, as the bus company plans it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from hub.territory.demo.bus_lines import LINES, RHYTHMS, STOP_BY_ID, Line
from hub.territory.demo.geography import EAST_M, MICRO, NORTH_M
from hub.territory.demo.year import SCHOOL_BREAKS

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DWELL_S: Final = 60
#: Pupils of the basin have Wednesdays off.
_SCHOOL_DAYS: Final = (0, 1, 3, 4)


@dataclass(frozen=True, slots=True)
class Edition:
    """One published timetable: its period in two halves, its odd days, the stops that it leaves out.

    `sundays` run as on a Sunday whatever their weekday; `fairs` have extra buses late on the valley line.
    """

    version: str
    first: dt.date
    change: dt.date
    last: dt.date
    halves: tuple[str, str]
    sundays: tuple[dt.date, ...] = ()
    fairs: tuple[dt.date, ...] = ()
    left_out: tuple[str, ...] = ()


CURRENT: Final = Edition(
    version="2026-rentree-1",
    first=dt.date(2026, 9, 7),
    change=dt.date(2026, 9, 28),
    last=dt.date(2026, 10, 18),
    halves=("ete", "automne"),
    # The patron saint's day, a Monday on which the basin does not work.
    sundays=(dt.date(2026, 9, 21),),
    fairs=(dt.date(2026, 9, 19), dt.date(2026, 10, 10)),
)
NEXT: Final = Edition(
    version="2026-hiver-1",
    first=dt.date(2026, 10, 19),
    change=dt.date(2026, 11, 9),
    last=dt.date(2026, 11, 29),
    halves=("toussaint", "hiver"),
    sundays=(dt.date(2026, 11, 11),),
    fairs=(dt.date(2026, 11, 21),),
    left_out=("aubin-ferme",),
)


@dataclass(frozen=True, slots=True)
class Service:
    """A set of days: weekdays (0 = Monday) within [first, last], with days added and removed."""

    id: str
    weekdays: tuple[int, ...]
    first: dt.date
    last: dt.date
    added: tuple[dt.date, ...] = ()
    removed: tuple[dt.date, ...] = ()

    def runs_on(self, date: dt.date) -> bool:
        """Whether it runs on that service day."""
        regular = self.first <= date <= self.last and date.weekday() in self.weekdays
        return date in self.added or (regular and date not in self.removed)


@dataclass(frozen=True, slots=True)
class Run:
    """A trip. `times` are (stop, arrival, departure) in seconds of the service day.

    With `every_s` it is repeated from its first departure until `until_s`, excluded (frequencies.txt).
    """

    id: str
    line: Line
    outward: bool
    service: str
    times: tuple[tuple[str, int, int], ...]
    every_s: int = 0
    until_s: int = 0

    def departures(self) -> range:
        """The seconds by which its times are moved: 0 alone, or once for each repetition."""
        return range(0, self.until_s - self.times[0][2], self.every_s) if self.every_s else range(1)


def services(edition: Edition) -> tuple[Service, ...]:
    """All services of an edition, half by half."""
    found: list[Service] = []
    ends = (edition.change - dt.timedelta(days=1), edition.last)
    for half, first, last in zip(edition.halves, (edition.first, edition.change), ends, strict=True):
        odd = tuple(day for day in edition.sundays if first <= day <= last)
        found += [
            Service(f"{half}-sem", (0, 1, 2, 3, 4), first, last, removed=odd),
            Service(f"{half}-sam", (5,), first, last),
            Service(f"{half}-dim", (6,), first, last, added=odd),
            Service(f"{half}-scolaire", _SCHOOL_DAYS, first, last, removed=_no_school(first, last, odd)),
            Service(f"{half}-pistes", (5, 6), first, last),
        ]
    return (*found, Service("foire", (), edition.first, edition.last, added=edition.fairs))


def _no_school(first: dt.date, last: dt.date, odd: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
    """School days of the week within [first, last] on which there is none."""
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(
        day
        for day in days
        if day.weekday() in _SCHOOL_DAYS and (day in odd or any(start <= day < end for start, end in SCHOOL_BREAKS))
    )


@cache
def runs(edition: Edition) -> tuple[Run, ...]:
    """All runs of an edition."""
    return tuple(_regular(edition)) + tuple(_special(edition))


def _regular(edition: Edition) -> Iterator[Run]:
    for line in LINES:
        for day, rhythms in RHYTHMS.get(line.id, {}).items():
            for half, rhythm in zip(edition.halves, rhythms, strict=True):
                starts = [start for first, to, every in rhythm for start in range(first, to, every)]
                for outward in (True, False):
                    stops = stops_of(edition, line, outward)
                    # The way back leaves seven minutes later, so that both do not meet at every terminus at once.
                    later = 0 if outward else 7
                    for number, start in enumerate(starts, start=1):
                        run_id = f"{line.id}-{half}-{day}-{_way(outward)}-{number:03d}"
                        times = calls(stops, (start + later) * _MINUTE_S, line.speed_m_s)
                        yield Run(run_id, line, outward, f"{half}-{day}", times)


def _special(edition: Edition) -> Iterator[Run]:
    """The school line, the shuttle that is repeated (frequencies), and the late buses of the fair."""
    school, shuttle, valley = (next(line for line in LINES if line.id == one) for one in ("S1", "N1", "L1"))
    for half in edition.halves:
        for outward, when, start_s in ((True, "matin", 7 * _HOUR_S), (False, "soir", 17 * _HOUR_S)):
            times = calls(stops_of(edition, school, outward), start_s, school.speed_m_s)
            yield Run(f"S1-{half}-{when}", school, outward, f"{half}-scolaire", times)
        for outward, start_s in ((True, 9 * _HOUR_S), (False, 9 * _HOUR_S + 10 * _MINUTE_S)):
            times = calls(stops_of(edition, shuttle, outward), start_s, shuttle.speed_m_s)
            run_id = f"N1-{half}-{_way(outward)}"
            yield Run(run_id, shuttle, outward, f"{half}-pistes", times, every_s=1_200, until_s=17 * _HOUR_S)
    for number, start in enumerate((1_440, 1_480, 1_530), start=1):
        times = calls(stops_of(edition, valley, True), start * _MINUTE_S, valley.speed_m_s)
        yield Run(f"L1-foire-{number}", valley, True, "foire", times)


def _way(outward: bool) -> str:
    """The letter of a direction: aller, retour."""
    return "a" if outward else "r"


def calls(stops: tuple[str, ...], start_s: int, speed_m_s: float) -> tuple[tuple[str, int, int], ...]:
    """The calls of a bus that leaves its first stop at `start_s`: it waits a minute at the station, elsewhere not."""
    now, times = start_s, [(stops[0], start_s, start_s)]
    for before, stop in pairwise(stops):
        way_s = leg_m(before, stop) / speed_m_s
        now += max(1, -int(-way_s // _MINUTE_S)) * _MINUTE_S
        waits = _DWELL_S if STOP_BY_ID[stop].parent and stop != stops[-1] else 0
        times.append((stop, now, now + waits))
        now += waits
    return tuple(times)


def stops_of(edition: Edition, line: Line, outward: bool) -> tuple[str, ...]:
    """The line's stops in the direction of travel."""
    stops = tuple(stop for stop in line.stops if stop not in edition.left_out)
    return stops if outward else stops[::-1]


@cache
def leg_m(before: str, after: str) -> int:
    """Metres on the road between two stops: the road of `shape`, rounded to whole metres leg by leg."""
    points = road(before, after)
    return sum(_metres(one, two) for one, two in pairwise(points))


def road(before: str, after: str) -> tuple[tuple[float, float], ...]:
    """Points of the road between two stops, as (lat, lng): it bends a little to one side and back.

    The same road is used both ways.
    """
    swap = before > after
    one, two = (STOP_BY_ID[after], STOP_BY_ID[before]) if swap else (STOP_BY_ID[before], STOP_BY_ID[after])
    north, east = two.lat - one.lat, two.lng - one.lng
    bends = ((0.0, 0.0), (0.3, 0.06), (0.7, -0.05), (1.0, 0.0))
    points = [
        (round(one.lat + north * along - east * aside, 6), round(one.lng + east * along + north * aside, 6))
        for along, aside in bends
    ]
    return tuple(reversed(points)) if swap else tuple(points)


def _metres(one: tuple[float, float], two: tuple[float, float]) -> int:
    north, east = (two[0] - one[0]) * MICRO * NORTH_M, (two[1] - one[1]) * MICRO * EAST_M
    return round(math.hypot(north, east))


def shape(stops: tuple[str, ...]) -> list[tuple[float, float, int]]:
    """The way along stops as (lat, lng, metres from the start)."""
    points = [(*road(stops[0], stops[1])[0], 0)]
    for before, after in pairwise(stops):
        for place in road(before, after)[1:]:
            points.append((*place, points[-1][2] + _metres(points[-1][:2], place)))
    return points
