"""The year, month by month: a month is made, used and forgotten, so that memory does not grow with the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from hub.territory.demo.chain import Actions, Street, follow
from hub.territory.demo.draws import Draws, Ints, share_out
from hub.territory.demo.gravity import gravity
from hub.territory.demo.operators import Fleet, fleet
from hub.territory.demo.plan import day_weights, month_plan
from hub.territory.demo.year import FROM_UTC_S, MONTH_OF_DAY, MONTH_WEIGHTS, day_of, midnight_utc_s, weather


@dataclass(frozen=True, slots=True)
class Month:
    """All actions that begin in a month of the local calendar, by vehicle and time; `number` 0 is January."""

    number: int
    actions: Actions


@dataclass(frozen=True, slots=True)
class Year:
    """The made year: its fleet, and its months to be gone through once."""

    fleet: Fleet
    months: Iterator[Month]


def year(seed: int, trips: int) -> Year:
    """A year with exactly `trips` user trips of a minute or more."""
    vehicles = fleet(seed, trips)
    return Year(fleet=vehicles, months=_months(seed, trips, vehicles))


def _months(seed: int, trips: int, vehicles: Fleet) -> Iterator[Month]:
    sky, model = weather(seed), gravity()
    asked = MONTH_WEIGHTS * 1_000 + np.bincount(MONTH_OF_DAY, weights=day_weights(sky)).astype(np.int64)
    street = Street.empty(vehicles.size, since_utc_s=FROM_UTC_S)
    carried: Actions | None = None
    for number, rides in enumerate(share_out(trips, asked).tolist()):
        draws = Draws(seed, "month", number)
        plan = month_plan(vehicles, number, rides, weather=sky, draws=draws, free_at=street.free_at)
        made = follow(plan, street, fleet=vehicles, gravity=model, draws=draws)
        if carried is not None:
            made = _joined(carried, made)
        # A ride wanted at 23:59 may begin after midnight: it belongs to the month in which it began.
        later = made.start >= _end_utc_s(number)
        carried = made.where(later)
        yield Month(number=number, actions=made.where(~later))
    if carried is not None and len(carried):
        raise RuntimeError(f"the plan of the last day ran into the next year: {len(carried)} actions")


def _joined(first: Actions, second: Actions) -> Actions:
    both = Actions(
        *(np.concatenate([getattr(first, field.name), getattr(second, field.name)]) for field in fields(Actions))
    )
    return both.where(np.lexsort((both.start, both.vehicle)))


def _end_utc_s(number: int) -> int:
    next_day: Ints = np.array([np.flatnonzero(number == MONTH_OF_DAY)[-1] + 1], dtype=np.int64)
    end = midnight_utc_s(next_day)
    assert int(day_of(end)[0]) == int(next_day[0])  # noqa: S101 - the calendar's own law
    return int(end[0])
