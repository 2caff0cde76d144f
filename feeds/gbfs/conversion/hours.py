"""Opening hours: the files ``system_hours`` and ``system_calendar`` of 1.x and 2.x, and the OSM text of 3.0.

Only plain rules go both ways: one set of days of the year, and for each day of the week its intervals. Source:
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

ALWAYS: Final = "24/7"
#: Files that 2.3 has and 3.0 has not: both become the opening hours.
HOURS_FILES: Final = ("system_hours", "system_calendar")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OSM_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK: Final = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)")
_DATE: Final = rf"(?:\d{{4}} )?(?:{'|'.join(_MONTHS)}) \d\d"
_DAY: Final = f"(?:{'|'.join(_OSM_DAYS)})"
_SPAN: Final = r"\d\d:\d\d-\d\d:\d\d"
_RULE: Final = re.compile(rf"(?:({_DATE}-{_DATE}) )?(?:({_DAY}(?:[-,]{_DAY})*) )?({_SPAN}(?:,{_SPAN})*)")
_EDGE: Final = re.compile(rf"(?:(\d{{4}}) )?({'|'.join(_MONTHS)}) (\d\d)")


class NoHours(ValueError):
    """Hours that the other form cannot say."""


def opening_hours(hours: Iterable[Mapping[str, Any]], calendars: Iterable[Mapping[str, Any]]) -> str:
    """The OSM text of rental hours and seasons, for whichever kind of user; without both it is always open.

    Raises:
        NoHours: something in them is no time, day or date.
    """
    try:
        week = _week(hours)
        seasons = list(dict.fromkeys(_season(one) for one in calendars))
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise NoHours(str(error)) from error
    rules = [f"{days} {times}".strip() for days, times in _by_times(week)]
    if rules in ([], ["Mo-Su 00:00-24:00"]) and not seasons:
        return ALWAYS
    rules = rules or ["Mo-Su 00:00-24:00"]
    return "; ".join(f"{season} {rule}".strip() for season in seasons or [""] for rule in rules)


def rental_hours(text: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """An OSM text as rental hours and seasons; both empty when it is always open.

    Raises:
        NoHours: it says more than the two files can.
    """
    if text.strip() == ALWAYS:
        return [], []
    seasons: dict[str, list[tuple[str, str]]] = {}
    for rule in re.split(r"\s*;\s*", text.strip().rstrip(";")):
        found = _RULE.fullmatch(rule)
        if found is None:
            raise NoHours(rule)
        season, days, times = found.groups()
        seasons.setdefault(season or "", []).append((days or "Mo-Su", times))
    weeks = list(seasons.values())
    if any(week != weeks[0] for week in weeks) or ("" in seasons and len(seasons) > 1):
        raise NoHours(text)
    if sum(len(_days(days)) for days, _ in weeks[0]) != len({day for days, _ in weeks[0] for day in _days(days)}):
        raise NoHours(text)  # a later rule overrides an earlier one
    hours = [_rental(days, times) for days, listed in weeks[0] for times in listed.split(",")]
    return hours, [_calendar(season) for season in seasons if season]


def _week(hours: Iterable[Mapping[str, Any]]) -> dict[int, list[str]]:
    week: dict[int, set[str]] = {}
    for one in hours:
        interval = f"{_clock(one['start_time'], ends=False)}-{_clock(one['end_time'], ends=True)}"
        for day in one["days"]:
            if day.lower() not in _DAYS:
                raise NoHours(str(day))
            week.setdefault(_DAYS.index(day.lower()), set()).add(interval)
    return {day: sorted(week[day]) for day in sorted(week)}


def _clock(value: str, *, ends: bool) -> str:
    found = _CLOCK.fullmatch(value)
    if found is None:
        raise NoHours(value)
    hour, minute, second = found.groups()
    # A day has no 24:00:00 in GBFS: its last second stands for it.
    return "24:00" if ends and (hour, minute, second) == ("23", "59", "59") else f"{hour}:{minute}"


def _by_times(week: Mapping[int, list[str]]) -> list[tuple[str, str]]:
    """Days that have the same intervals, together, in the order of their first day."""
    together: dict[str, list[int]] = {}
    for day, times in week.items():
        together.setdefault(",".join(times), []).append(day)
    return [(_ranges(days), times) for times, days in together.items()]


def _ranges(days: list[int]) -> str:
    runs = []
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        listed = [day for _, day in run]
        first, last = _OSM_DAYS[listed[0]], _OSM_DAYS[listed[-1]]
        runs.append(first if len(listed) == 1 else f"{first}-{last}")
    return ",".join(runs)


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _OSM_DAYS.index(first), _OSM_DAYS.index(last or first)
        found += range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)]
    return found


def _rental(days: str, times: str) -> dict[str, Any]:
    start, end = times.split("-")
    if start >= "24:00" or end > "24:00":
        raise NoHours(times)  # past midnight GBFS 2.3 has no hour to write
    return {
        "user_types": ["member", "nonmember"],
        "days": [_DAYS[day] for day in sorted(_days(days))],
        "start_time": f"{start}:00",
        "end_time": "23:59:59" if end == "24:00" else f"{end}:00",
    }


def _season(one: Mapping[str, Any]) -> str:
    return f"{_date(one, 'start')}-{_date(one, 'end')}"


def _date(one: Mapping[str, Any], edge: str) -> str:
    month, day, year = one[f"{edge}_month"], one[f"{edge}_day"], one.get(f"{edge}_year")
    if not (isinstance(month, int) and isinstance(day, int) and 1 <= month <= 12 and 1 <= day <= 31):
        raise NoHours(f"{edge} {month}-{day}")
    if (one.get("start_year") is None) != (one.get("end_year") is None):
        raise NoHours("a year at one end alone")
    written = f"{_MONTHS[month - 1]} {day:02d}"
    return f"{int(year):04d} {written}" if year is not None else written


def _calendar(season: str) -> dict[str, Any]:
    calendar: dict[str, Any] = {}
    for edge, (year, month, day) in zip(("start", "end"), _EDGE.findall(season), strict=True):
        calendar |= {f"{edge}_month": _MONTHS.index(month) + 1, f"{edge}_day": int(day)}
        calendar |= {f"{edge}_year": int(year)} if year else {}
    return calendar
