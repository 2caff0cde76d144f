"""From what happened to a vehicle to the events that its operator reports, along MDS's micromobility state machine.

Each `Step` is one event of one kind of action. Within an action, and from one action to the next, the state after a
step is always a state from which the next one may start (MDS 2.0, modes/micromobility, state machine).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hub.territory.demo.chain import Actions
from hub.territory.demo.draws import Flags, Ints
from hub.territory.demo.plan import Kind

STATES: Final = ("removed", "available", "non_operational", "reserved", "on_trip", "non_contactable", "missing")


@dataclass(frozen=True, slots=True)
class Step:
    """An event of the `kinds` of action: its type, the state after it, when it happens and where.

    `when` names an instant of the action (see `_instants`), `where` is 0 at its beginning, 1 half-way, 2 at its end.
    """

    event: str
    state: str
    when: str
    where: int
    kinds: tuple[Kind, ...]

    @property
    def of_trip(self) -> bool:
        """Whether MDS asks for the trip's id."""
        return self.event in ("trip_start", "trip_end")


_TRIP = (Kind.RIDE, Kind.SHORT, Kind.STAFF)
STEPS: Final = (
    Step("reservation_start", "reserved", "reserved", 0, (Kind.RIDE,)),
    Step("trip_start", "on_trip", "start", 0, _TRIP),
    Step("comms_lost", "non_contactable", "lost", 1, (Kind.RIDE,)),
    Step("comms_restored", "on_trip", "found", 1, (Kind.RIDE,)),
    Step("trip_end", "available", "end", 2, _TRIP),
    Step("battery_low", "non_operational", "low", 2, _TRIP),
    Step("battery_charged", "available", "charged", 2, _TRIP),
    Step("rebalance_pick_up", "removed", "start", 0, (Kind.VAN,)),
    Step("maintenance_pick_up", "removed", "start", 0, (Kind.WORKSHOP,)),
    Step("provider_drop_off", "available", "end", 2, (Kind.VAN, Kind.WORKSHOP, Kind.DEPLOY)),
    Step("comms_lost", "non_contactable", "start", 0, (Kind.SILENCE, Kind.MISSING)),
    Step("comms_restored", "available", "end", 2, (Kind.SILENCE,)),
    Step("not_located", "missing", "half", 1, (Kind.MISSING,)),
    Step("located", "available", "end", 2, (Kind.MISSING,)),
    Step("reservation_start", "reserved", "start", 0, (Kind.CANCEL,)),
    Step("reservation_cancel", "available", "end", 2, (Kind.CANCEL,)),
    Step("maintenance", "non_operational", "start", 0, (Kind.REPAIR,)),
    Step("maintenance", "available", "end", 2, (Kind.REPAIR,)),
    Step("decommissioned", "removed", "end", 2, (Kind.RETIRE,)),
)
_LONG_RIDE_S = 300
_LOST_ONE_IN = 250


@dataclass(frozen=True, slots=True)
class Events:
    """Events by vehicle and time; `step` is a position in `STEPS`, `action` the row of the action they belong to."""

    vehicle: Ints
    at: Ints
    step: Ints
    state: Ints
    lat: Ints
    lng: Ints
    battery: Ints
    action: Ints

    def __len__(self) -> int:
        return len(self.vehicle)


def events_of(actions: Actions) -> Events:
    """All events of the actions."""
    instants = _instants(actions)
    chosen: list[tuple[int, Ints]] = []
    for number, step in enumerate(STEPS):
        mask: Flags = np.isin(actions.kind, step.kinds) & (instants[step.when] != 0)
        chosen.append((number, np.flatnonzero(mask)))
    action = np.concatenate([rows for _, rows in chosen])
    step_number = np.concatenate([np.full(len(rows), number, dtype=np.int64) for number, rows in chosen])
    at = np.concatenate([instants[STEPS[number].when][rows] for number, rows in chosen])
    order = np.lexsort((at, actions.vehicle[action]))
    return _placed(actions, action[order], step_number[order], at[order])


def _placed(actions: Actions, action: Ints, step: Ints, at: Ints) -> Events:
    where = np.array([one.where for one in STEPS])[step]
    lat_from, lat_to = actions.lat_from[action], actions.lat_to[action]
    lng_from, lng_to = actions.lng_from[action], actions.lng_to[action]
    charged = np.array([one.event == "battery_charged" for one in STEPS])[step]
    battery = np.where(where == 2, actions.battery_to[action], actions.battery_from[action])
    return Events(
        vehicle=actions.vehicle[action],
        at=at,
        step=step,
        state=np.array([STATES.index(one.state) for one in STEPS], dtype=np.int64)[step],
        lat=np.choose(where, [lat_from, (lat_from + lat_to) // 2, lat_to]).astype(np.int64),
        lng=np.choose(where, [lng_from, (lng_from + lng_to) // 2, lng_to]).astype(np.int64),
        battery=np.where(charged, 100, battery).astype(np.int64),
        action=action,
    )


def _instants(actions: Actions) -> dict[str, Ints]:
    """The named instants of each action in UTC seconds, 0 where an action has none."""
    lasts = actions.end - actions.start
    loses = (lasts >= _LONG_RIDE_S) & (actions.id_low % _LOST_ONE_IN == 0)
    return {
        "reserved": actions.reserved_at,
        "start": actions.start,
        "lost": np.where(loses, actions.start + lasts // 3, 0),
        "found": np.where(loses, actions.start + lasts * 2 // 3, 0),
        "half": actions.start + lasts // 2,
        "end": actions.end,
        "low": actions.low_at,
        "charged": actions.charged_at,
    }
