"""Follows every vehicle through a month: each action begins where, and not before, the last one ended.

All vehicles take their nth action together, so that the work is done on whole columns; the loop runs as often as the
busiest vehicle has actions.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from hub.territory.demo.draws import Draws, Flags, Ints
from hub.territory.demo.geography import (
    PLACE_ALTITUDE_M,
    PLACE_LAT,
    PLACE_LNG,
    PLACE_SPREAD,
    PLACES,
    straight_m,
)
from hub.territory.demo.gravity import Gravity, context_of
from hub.territory.demo.operators import SPEED_CM_S, Fleet
from hub.territory.demo.plan import Kind, Plan
from hub.territory.demo.year import BAND_OF_HOUR, DAYS, HOUR_S, TO_UTC_S, day_of, hour_of

#: Kinds that leave the vehicle somewhere else, and those that MDS calls trips.
MOVES: Final = np.array([kind <= Kind.WORKSHOP or kind in (Kind.DEPLOY, Kind.RETIRE) for kind in Kind])
TRIPS: Final = np.array([kind in (Kind.RIDE, Kind.SHORT, Kind.STAFF) for kind in Kind])
_REFILLS: Final = np.array([kind in (Kind.VAN, Kind.WORKSHOP, Kind.DEPLOY) for kind in Kind])
_SUPPLIED: Final = np.array([kind in (Kind.STAFF, Kind.VAN, Kind.WORKSHOP, Kind.DEPLOY) for kind in Kind])
#: Where operators put vehicles out in the morning.
_SUPPLY: Final = np.array(
    [{"home": 20, "station": 60, "market": 30}.get(place.kind, 8) for place in PLACES], dtype=np.int64
)
_SHORT_SPREAD = 40
_METRES_PER_PERCENT = 260
_LOW_PERCENT = 18
_NOTICED_S = 45
_REST_S = 90
#: Nothing is taken out of service in the last hours of the year: it could not come back in time.
_QUIET_END_S = 9 * HOUR_S


@dataclass(slots=True)
class Street:
    """Where every vehicle stands, since when it is free, and its charge in percent: what one month hands the next."""

    place: Ints
    lat: Ints
    lng: Ints
    free_at: Ints
    battery: Ints

    @staticmethod
    def empty(vehicles: int, *, since_utc_s: int) -> Street:
        """Before the first vehicle is put out."""
        zero = np.zeros(vehicles, dtype=np.int64)
        return Street(zero.copy(), zero.copy(), zero.copy(), np.full(vehicles, since_utc_s - HOUR_S), zero + 100)


@dataclass(frozen=True, slots=True)
class Actions:
    """What happened, by vehicle and time. Instants in UTC seconds, 0 where there is none; positions in microdegrees.

    `id_high` and `id_low` are 128 random bits; all that is accidental about the action's records comes from them.
    """

    vehicle: Ints
    kind: Ints
    start: Ints
    end: Ints
    lat_from: Ints
    lng_from: Ints
    lat_to: Ints
    lng_to: Ints
    distance_m: Ints
    battery_from: Ints
    battery_to: Ints
    reserved_at: Ints
    low_at: Ints
    charged_at: Ints
    id_high: Ints
    id_low: Ints

    def __len__(self) -> int:
        return len(self.vehicle)

    def where(self, mask: Flags | Ints) -> Actions:
        """The actions chosen by a mask or by positions."""
        return Actions(*(getattr(self, field.name)[mask] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class _Chances:
    """Everything that is left to chance, drawn before the loop, one for each action."""

    destination: Ints
    supply: Ints
    north: Ints
    east: Ints
    detour: Ints
    pause_s: Ints
    reserve_s: Ints
    charge_s: Ints

    @staticmethod
    def drawn(plan: Plan, draws: Draws) -> _Chances:
        count = len(plan.vehicle)
        ride = plan.kind == Kind.RIDE
        return _Chances(
            destination=draws.below(1 << 32, count),
            supply=draws.weighted(_SUPPLY, count),
            north=draws.bell(1_000, count),
            east=draws.bell(1_000, count),
            detour=draws.between(1_150, 1_500, count),
            pause_s=draws.below(90, count),
            reserve_s=np.where(ride & draws.one_in(4, count), draws.between(20, 400, count), 0),
            charge_s=draws.between(HOUR_S, 6 * HOUR_S, count),
        )


def follow(plan: Plan, street: Street, *, fleet: Fleet, gravity: Gravity, draws: Draws) -> Actions:
    """Carry out the plan; `street` is moved on to the end of the month."""
    count = len(plan.vehicle)
    blank = [np.zeros(count, dtype=np.int64) for _ in range(12)]
    ids = draws.words(2 * count).view(np.int64).reshape(2, count)
    walk = _Walk(
        plan=plan,
        street=street,
        chances=_Chances.drawn(plan, draws),
        speed_cm_s=SPEED_CM_S[fleet.operator],
        gravity=gravity,
        actions=Actions(*[plan.vehicle, plan.kind, *blank, *ids]),
    )
    vehicles, first, times = np.unique(plan.vehicle, return_index=True, return_counts=True)
    busiest = np.argsort(-times, kind="stable")
    first, times = first[busiest], times[busiest]
    for nth in range(int(times[0]) if len(vehicles) else 0):
        walk.step(first[: np.searchsorted(-times, -nth, side="left")] + nth)
    return walk.actions


@dataclass(frozen=True, slots=True)
class _Walk:
    """The month's work: each step carries out one action of each vehicle in `rows` (positions in the plan)."""

    plan: Plan
    street: Street
    chances: _Chances
    speed_cm_s: Ints
    gravity: Gravity
    actions: Actions

    def step(self, rows: Ints) -> None:
        """Begin where each vehicle stands, end where it is left, and note both."""
        street, actions = self.street, self.actions
        vehicle, kind = self.plan.vehicle[rows], self.plan.kind[rows]
        reserve_s = self.chances.reserve_s[rows]
        start = np.maximum(self.plan.wanted_utc_s[rows], street.free_at[vehicle] + reserve_s)
        goal = self._goal(rows, start, street.place[vehicle])
        climb_m = PLACE_ALTITUDE_M[goal] - PLACE_ALTITUDE_M[street.place[vehicle]]
        actions.lat_from[rows], actions.lng_from[rows] = street.lat[vehicle], street.lng[vehicle]
        self._park(rows, goal)
        way_m = straight_m(actions.lat_from[rows], actions.lng_from[rows], street.lat[vehicle], street.lng[vehicle])
        distance = np.where(TRIPS[kind], way_m * self.chances.detour[rows] // 1_000 + 3, 0)
        rolls_s = distance * 100 // self.speed_cm_s[vehicle] + np.maximum(climb_m, 0) * 2
        rides = (kind == Kind.RIDE) | (kind == Kind.STAFF)
        lasts = np.where(rides, 60 + rolls_s + self.chances.pause_s[rows], self.plan.span_s[rows])
        actions.start[rows], actions.end[rows], actions.distance_m[rows] = start, start + lasts, distance
        actions.lat_to[rows], actions.lng_to[rows] = street.lat[vehicle], street.lng[vehicle]
        actions.reserved_at[rows] = np.where(reserve_s > 0, start - reserve_s, 0)
        self._charge(rows, climb_m)

    def _goal(self, rows: Ints, start: Ints, origin: Ints) -> Ints:
        """The place each action leads to: by gravity for riders, by supply for the operator, else where it is."""
        kind = self.plan.kind[rows]
        goal = np.where(_SUPPLIED[kind], self.chances.supply[rows], origin)
        ride = np.flatnonzero(kind == Kind.RIDE)
        context = context_of(np.minimum(day_of(start[ride]), DAYS - 1), BAND_OF_HOUR[hour_of(start[ride])])
        goal[ride] = self.gravity.destinations(context, origin[ride], self.chances.destination[rows[ride]])
        return goal

    def _park(self, rows: Ints, goal: Ints) -> None:
        """Leave each vehicle around its goal, a few metres on after a short rental, or where it stands."""
        street, vehicle, kind = self.street, self.plan.vehicle[rows], self.plan.kind[rows]
        near = np.where(kind == Kind.SHORT, _SHORT_SPREAD, PLACE_SPREAD[goal])
        # A degree of longitude is 0.71 of one of latitude here: the same metres take 1.4 times the angle.
        north, east = self.chances.north[rows] * near // 1_000, self.chances.east[rows] * near * 14 // 10_000
        travels = (kind == Kind.RIDE) | _SUPPLIED[kind]
        moves = travels | (kind == Kind.SHORT)
        lat = np.where(travels, PLACE_LAT[goal], street.lat[vehicle]) + np.where(moves, north, 0)
        lng = np.where(travels, PLACE_LNG[goal], street.lng[vehicle]) + np.where(moves, east, 0)
        street.place[vehicle], street.lat[vehicle], street.lng[vehicle] = goal, lat, lng

    def _charge(self, rows: Ints, climb_m: Ints) -> None:
        """Spend charge; take vehicles that run low out of service until they were swapped; say when each is free."""
        street, actions = self.street, self.actions
        vehicle, kind, end = actions.vehicle[rows], actions.kind[rows], actions.end[rows]
        before = street.battery[vehicle]
        spent = (actions.distance_m[rows] + np.maximum(climb_m, 0) * 8) // _METRES_PER_PERCENT + 1
        after = np.where(TRIPS[kind], np.maximum(before - spent, 1), np.where(_REFILLS[kind], 100, before))
        low = TRIPS[kind] & (after < _LOW_PERCENT) & (end < TO_UTC_S - _QUIET_END_S)
        actions.battery_from[rows], actions.battery_to[rows] = before, after
        actions.low_at[rows] = np.where(low, end + _NOTICED_S, 0)
        actions.charged_at[rows] = np.where(low, end + _NOTICED_S + self.chances.charge_s[rows], 0)
        street.battery[vehicle] = np.where(low, 100, after)
        street.free_at[vehicle] = np.maximum(end, actions.charged_at[rows]) + _REST_S
