"""What each vehicle is wanted for in a month, and when; where it then is, the chain decides (see `chain`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from hub.territory.demo.draws import Draws, Flags, Ints
from hub.territory.demo.operators import IS_2_0, OPERATORS, SHARES, Fleet
from hub.territory.demo.year import (
    DATES,
    DAY_S,
    DAYS,
    FIRST_DAY,
    HABIT_OF_DAY,
    HOUR_S,
    MONTH_OF_DAY,
    Weather,
    day_of,
    utc_s,
)


class Kind(IntEnum):
    """What happens to a vehicle. The first three are trips in MDS."""

    RIDE = 0
    SHORT = 1
    STAFF = 2
    VAN = 3
    WORKSHOP = 4
    SILENCE = 5
    MISSING = 6
    CANCEL = 7
    REPAIR = 8
    DEPLOY = 9
    RETIRE = 10


#: Trips by the hour of the local clock, for each habit: working day, Saturday, Sunday and public holiday.
HOURS: Final = np.array(
    [
        [3, 1, 1, 1, 1, 4, 16, 62, 70, 30, 24, 26, 44, 40, 30, 32, 52, 82, 76, 48, 32, 22, 16, 8],
        [10, 7, 4, 2, 1, 2, 6, 14, 24, 36, 46, 50, 46, 44, 50, 54, 56, 56, 52, 44, 36, 32, 28, 20],
        [12, 9, 5, 3, 1, 1, 3, 7, 14, 26, 38, 42, 36, 40, 50, 54, 50, 44, 36, 28, 22, 16, 10, 6],
    ],
    dtype=np.int64,
)
_EARLY: Final = np.array([0, 0, 0, 0, 6, 8, 4] + [0] * 17, dtype=np.int64)
_HABIT_WEIGHT: Final = np.array([100, 85, 60], dtype=np.int64)
#: Beside every hundred rides.
_PER_HUNDRED: Final = {
    Kind.SHORT: 3.0,
    Kind.STAFF: 1.5,
    Kind.VAN: 4.0,
    Kind.SILENCE: 1.0,
    Kind.CANCEL: 2.0,
    Kind.REPAIR: 0.5,
}
#: On the nights when the clock changes the town keeps its feast: rides at 01, 02 and 03 that test the odd hours.
_CLOCK_DAYS: Final = tuple(number for number, date in enumerate(DATES) if date.isoformat()[5:] in ("03-29", "10-25"))
_LAST_HOUR = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """Wanted actions of a month, by vehicle and time; `span_s` is how long it lasts where no ride decides that."""

    vehicle: Ints
    kind: Ints
    wanted_utc_s: Ints
    span_s: Ints


def day_weights(weather: Weather) -> Ints:
    """How many trips each day asks for, relative to the others."""
    return _HABIT_WEIGHT[HABIT_OF_DAY] * weather.riding


def month_plan(fleet: Fleet, month: int, rides: int, *, weather: Weather, draws: Draws, free_at: Ints) -> Plan:
    """The plan of one month (0 = January) with exactly `rides` user trips of a minute or more.

    `free_at` is the instant from which each vehicle can be used, after what the last month left it with.
    """
    days = np.flatnonzero(month == MONTH_OF_DAY)
    away, here = _absences(fleet, days, draws)
    here &= day_of(free_at)[:, None] < days[None, :]
    here[fleet.first[:-1]] = True
    weights = day_weights(weather)[days]
    parts = [away, _comings_and_goings(fleet, days)]
    spread = _Spread(days=days, weights=weights, here=here, fleet=fleet, draws=draws)
    parts.append(spread.over(Kind.RIDE, rides))
    parts.extend(spread.over(kind, round(rides * share / 100)) for kind, share in _PER_HUNDRED.items())
    vehicle = np.concatenate([part.vehicle for part in parts])
    wanted = np.concatenate([part.wanted_utc_s for part in parts])
    order = np.lexsort((wanted, vehicle))
    return Plan(
        vehicle=vehicle[order],
        kind=np.concatenate([part.kind for part in parts])[order],
        wanted_utc_s=wanted[order],
        span_s=np.concatenate([part.span_s for part in parts])[order],
    )


def _absences(fleet: Fleet, days: Ints, draws: Draws) -> tuple[Plan, Flags]:
    """Vehicles away for days (workshop, out of contact, missing), and which vehicle is on the street on which day."""
    count = fleet.size
    here = (fleet.deployed_day[:, None] <= days[None, :]) & (fleet.retired_day[:, None] > days[None, :])
    lot = draws.below(720, count)
    start = days[0] + draws.below(len(days) - 5, count)
    length = draws.between(1, 3, count)
    seconds = draws.below(2 * HOUR_S, count)
    kind = np.select([lot < 80, lot < 104, lot < 113], [Kind.WORKSHOP, Kind.SILENCE, Kind.MISSING], -1)
    kind = np.where((kind == Kind.MISSING) & (IS_2_0[fleet.operator] == 0), Kind.SILENCE, kind)
    kind = np.where(here.all(axis=1) & (fleet.deployed_day < days[0]), kind, -1)
    kind[fleet.first[:-1]] = -1
    gone = np.flatnonzero(kind >= 0)
    is_away = (days[None, :] >= start[:, None]) & (days[None, :] <= (start + length)[:, None]) & (kind >= 0)[:, None]
    wall = (start[gone] + FIRST_DAY) * DAY_S + 5 * HOUR_S + seconds[gone]
    plan = Plan(gone, kind[gone].astype(np.int64), _utc(wall), length[gone] * DAY_S + seconds[gone] // 2)
    return plan, here & ~is_away


def _comings_and_goings(fleet: Fleet, days: Ints) -> Plan:
    """Vehicles put on the street at the start of their first day and taken off at the end of their last."""
    come = np.flatnonzero((fleet.deployed_day >= days[0]) & (fleet.deployed_day <= days[-1]))
    last_day = fleet.retired_day - 1
    go = np.flatnonzero((last_day >= days[0]) & (last_day <= days[-1]) & (fleet.retired_day < DAYS))
    wall = np.concatenate(
        [(fleet.deployed_day[come] + FIRST_DAY) * DAY_S, (last_day[go] + FIRST_DAY) * DAY_S + DAY_S - 1]
    )
    kind = np.repeat(np.array([Kind.DEPLOY, Kind.RETIRE], dtype=np.int64), [len(come), len(go)])
    return Plan(np.concatenate([come, go]).astype(np.int64), kind, _utc(wall), np.zeros(len(wall), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Spread:
    """Spreads actions over the days, hours, operators and vehicles of a month."""

    days: Ints
    weights: Ints
    here: Flags
    fleet: Fleet
    draws: Draws

    def over(self, kind: Kind, count: int) -> Plan:
        shares = SHARES * IS_2_0 if kind is Kind.STAFF else SHARES
        operator = self.draws.weighted(shares, count)
        nth = self.draws.weighted(self.weights, count)
        day = self.days[nth]
        hour = self._hours(kind, day)
        wall = (day + FIRST_DAY) * DAY_S + hour * HOUR_S + self.draws.below(HOUR_S, count)
        wanted = utc_s(wall, second_fold=self.draws.one_in(2, count))
        span = self.draws.between(*_SPAN_S[kind], count)
        return Plan(self._vehicles(operator, nth), np.full(count, kind, dtype=np.int64), wanted, span)

    def _hours(self, kind: Kind, day: Ints) -> Ints:
        chance = self.draws.below(1 << 32, len(day))
        table = np.broadcast_to(_EARLY, HOURS.shape) if kind in (Kind.VAN, Kind.STAFF) else HOURS
        steps = np.cumsum(table, axis=1)[HABIT_OF_DAY[day]]
        hour = (steps <= ((chance * steps[:, -1]) >> 32)[:, None]).sum(axis=1)
        feast = np.isin(day, _CLOCK_DAYS) & self.draws.one_in(3, len(day))
        hour = np.where(feast, 1 + self.draws.below(3, len(day)), hour)
        # Nothing may run over the year's end, where the data of the demo stops.
        return np.where(day == DAYS - 1, np.minimum(hour, _LAST_HOUR), hour).astype(np.int64)

    def _vehicles(self, operator: Ints, nth: Ints) -> Ints:
        """One of the vehicles that the operator has on the street on the month's nth day."""
        day_there, vehicle_there = np.nonzero(self.here.T)
        key_there = day_there * len(OPERATORS) + self.fleet.operator[vehicle_there]
        key = nth * len(OPERATORS) + operator
        start = np.searchsorted(key_there, key, side="left")
        count = np.searchsorted(key_there, key, side="right") - start
        chosen: Ints = vehicle_there[start + self.draws.below(count, len(key))]
        return chosen


#: How long each kind lasts in seconds, from and to; trips last as long as their way.
_SPAN_S: Final = {
    Kind.RIDE: (0, 0),
    Kind.SHORT: (8, 59),
    Kind.STAFF: (0, 0),
    Kind.VAN: (900, 3_600),
    Kind.SILENCE: (300, 5_400),
    Kind.CANCEL: (60, 600),
    Kind.REPAIR: (600, 7_200),
}


def _utc(wall: Ints) -> Ints:
    return utc_s(wall, second_fold=np.zeros(len(wall), dtype=np.bool_))
