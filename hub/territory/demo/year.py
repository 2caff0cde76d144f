"""The calendar of the demo: the year 2026 in Europe/Paris, its holidays, its weather, its two changes of clock.

Times are whole seconds. `utc_s` counts from the Unix epoch; `wall_s` is the local clock's reading counted the same
way, so that day, month and hour of the clock are plain divisions.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from hub.territory.demo.draws import Draws, Flags, Ints

YEAR: Final = 2026
TIMEZONE: Final = "Europe/Paris"
HOUR_S: Final = 3_600
DAY_S: Final = 86_400

_EPOCH = dt.date(1970, 1, 1)
FIRST_DAY: Final = (dt.date(YEAR, 1, 1) - _EPOCH).days
DAYS: Final = 365

#: Directive 2000/84/EC: clocks change at 01:00 UTC on the last Sundays of March and October.
SPRING_UTC_S: Final = (dt.date(YEAR, 3, 29) - _EPOCH).days * DAY_S + HOUR_S
AUTUMN_UTC_S: Final = (dt.date(YEAR, 10, 25) - _EPOCH).days * DAY_S + HOUR_S
#: The period of the year's data, [from, to): local midnights, both in winter time.
FROM_UTC_S: Final = FIRST_DAY * DAY_S - HOUR_S
TO_UTC_S: Final = (FIRST_DAY + DAYS) * DAY_S - HOUR_S

#: French public holidays of 2026 (Code du travail, L3133-1; Easter Sunday is 5 April).
HOLIDAYS: Final = tuple(
    dt.date(YEAR, month, day)
    for month, day in [(1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
)
#: Winter, spring, summer, autumn and Christmas school holidays of zone A, as [from, to) days.
SCHOOL_BREAKS: Final = (
    (dt.date(2026, 1, 1), dt.date(2026, 1, 5)),
    (dt.date(2026, 2, 7), dt.date(2026, 2, 23)),
    (dt.date(2026, 4, 4), dt.date(2026, 4, 20)),
    (dt.date(2026, 7, 4), dt.date(2026, 9, 1)),
    (dt.date(2026, 10, 17), dt.date(2026, 11, 2)),
    (dt.date(2026, 12, 19), dt.date(2027, 1, 1)),
)
DAY_TYPES: Final = ("weekday", "saturday", "sunday")
#: Hours of the local clock, [from, to).
BANDS: Final = (("night", 0, 6), ("am_peak", 6, 9), ("midday", 9, 16), ("pm_peak", 16, 19), ("evening", 19, 24))
BAND_OF_HOUR: Final = np.array([number for number, (_, start, end) in enumerate(BANDS) for _ in range(start, end)])
#: Trips of each month, in parts of a thousand: most in summer, when visitors come.
MONTH_WEIGHTS: Final = np.array([62, 66, 74, 82, 90, 100, 108, 104, 98, 84, 70, 62], dtype=np.int64)


def offset_s(utc_s: Ints) -> Ints:
    """Seconds that the local clock is ahead of UTC."""
    return np.where((utc_s >= SPRING_UTC_S) & (utc_s < AUTUMN_UTC_S), 2 * HOUR_S, HOUR_S).astype(np.int64)


def wall_s(utc_s: Ints) -> Ints:
    """What the local clock shows."""
    return utc_s + offset_s(utc_s)


def utc_s(wall: Ints, *, second_fold: Flags) -> Ints:
    """The instant at which the local clock shows `wall`.

    An hour that comes twice is taken the second time where `second_fold`; one that is skipped shows an hour later.
    """
    summer, winter = wall - 2 * HOUR_S, wall - HOUR_S
    summer_holds, winter_holds = offset_s(summer) == 2 * HOUR_S, offset_s(winter) == HOUR_S
    return np.where(summer_holds & ~(winter_holds & second_fold), summer, winter).astype(np.int64)


def _dates() -> tuple[dt.date, ...]:
    return tuple(_EPOCH + dt.timedelta(days=FIRST_DAY + number) for number in range(DAYS))


DATES: Final = _dates()
MONTH_OF_DAY: Final = np.array([date.month - 1 for date in DATES], dtype=np.int64)
#: 0 Monday to Friday, 1 Saturday, 2 Sunday; a public holiday counts by its weekday.
DAY_TYPE_OF_DAY: Final = np.array([max(0, date.weekday() - 4) for date in DATES], dtype=np.int64)
#: How people behave: as the day type, but as on a Sunday on public holidays.
HABIT_OF_DAY: Final = np.array(
    [2 if date in HOLIDAYS else kind for date, kind in zip(DATES, DAY_TYPE_OF_DAY, strict=True)], dtype=np.int64
)
NO_SCHOOL: Final = np.array(
    [any(start <= date < end for start, end in SCHOOL_BREAKS) for date in DATES], dtype=np.bool_
)


def day_of(utc: Ints) -> Ints:
    """The local day, 0 for 1 January."""
    return wall_s(utc) // DAY_S - FIRST_DAY


def hour_of(utc: Ints) -> Ints:
    """The hour of the local clock, 0 to 23."""
    return (wall_s(utc) % DAY_S) // HOUR_S


def midnight_utc_s(day: Ints) -> Ints:
    """The instant at which local day `day` begins."""
    wall = (day + FIRST_DAY) * DAY_S
    return utc_s(wall, second_fold=np.zeros(wall.shape, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class Weather:
    """The year's weather by day: `sky` 0 dry, 1 rain, 2 snow; `riding` is what remains of the trips, in percent."""

    sky: Ints
    riding: Ints


def weather(seed: int) -> Weather:
    """A year of weather: wet days come in spells, and turn to snow from December to March one time in three."""
    draws = Draws(seed, "weather")
    turns, colds = draws.below(100, DAYS), draws.below(100, DAYS)
    sky = np.zeros(DAYS, dtype=np.int64)
    wet = False
    for day in range(DAYS):
        wet = bool(turns[day] < (55 if wet else 20))
        cold = MONTH_OF_DAY[day] in (0, 1, 2, 11) and colds[day] < 33
        sky[day] = (2 if cold else 1) if wet else 0
    return Weather(sky=sky, riding=np.array([100, 60, 30], dtype=np.int64)[sky])
