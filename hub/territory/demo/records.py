"""Rows of an operator's month, ready to be written in either version of MDS."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa

from hub.territory.demo.chain import TRIPS, Actions
from hub.territory.demo.draws import Flags, Ints
from hub.territory.demo.events import Events
from hub.territory.demo.operators import Operator
from hub.territory.demo.plan import Kind
from hub.territory.demo.text import uuids
from hub.territory.demo.year import DAY_S

#: One record in two hundred is published days late; one trip in twenty has its way recorded.
_LATE_ONE_IN: Final = 200
_TRACED_ONE_IN: Final = 20
_UNLOCK_CENTS: Final = 100
_MINUTE_CENTS: Final = 20

RowsT = TypeVar("RowsT", "TripRows", "EventRows")


@dataclass(frozen=True)
class Fleetwords:
    """What an operator's records say of it and its vehicles; the columns are indexed by vehicle of the whole fleet."""

    operator: Operator
    device_ids: pa.Array
    vehicle_ids: pa.Array


@dataclass(frozen=True)
class TripRows:
    """Trips by end time. `kind` tells riders' trips (RIDE, SHORT) from the staff's (STAFF)."""

    vehicle: Ints
    kind: Ints
    start: Ints
    end: Ints
    lat_from: Ints
    lng_from: Ints
    lat_to: Ints
    lng_to: Ints
    distance_m: Ints
    id_high: Ints
    id_low: Ints

    def __len__(self) -> int:
        return len(self.vehicle)

    @property
    def duration_s(self) -> Ints:
        """Seconds from start to end."""
        return self.end - self.start

    @cached_property
    def ids(self) -> pa.Array:
        """trip_id."""
        return uuids(self.id_high, self.id_low)

    @property
    def published(self) -> Ints:
        """When the record became readable: within minutes, or days later."""
        return self.end + _lag_s(self.id_low)

    @property
    def is_rider(self) -> Flags:
        """Trips of users."""
        return np.not_equal(self.kind, Kind.STAFF)

    @property
    def traced(self) -> Flags:
        """Trips with a point on their way."""
        return np.equal(self.id_high % _TRACED_ONE_IN, 0)

    @property
    def cost_cents(self) -> Ints:
        """Price: a fixed part and every minute begun; the staff pays nothing."""
        return np.where(self.is_rider, _UNLOCK_CENTS + _MINUTE_CENTS * -(-self.duration_s // 60), 0).astype(np.int64)


@dataclass(frozen=True)
class EventRows:
    """Events by time, with the bits of the action that they belong to."""

    vehicle: Ints
    at: Ints
    step: Ints
    state: Ints
    lat: Ints
    lng: Ints
    battery: Ints
    id_high: Ints
    id_low: Ints

    def __len__(self) -> int:
        return len(self.vehicle)

    @property
    def published(self) -> Ints:
        """When the record became readable."""
        return self.at + _lag_s(self.id_low)


def _lag_s(bits: Ints) -> Ints:
    """30 to 300 s, or 2 to 20 days for one record in two hundred."""
    late = bits % _LATE_ONE_IN == 1
    return np.where(late, 2 * DAY_S + (bits >> 8) % (18 * DAY_S), 30 + (bits >> 8) % 271).astype(np.int64)


def trip_rows(actions: Actions) -> TripRows:
    """The trips among the actions, by end time."""
    rows = np.flatnonzero(TRIPS[actions.kind])
    rows = rows[np.lexsort((actions.vehicle[rows], actions.end[rows]))]
    return TripRows(**{field.name: getattr(actions, field.name)[rows] for field in fields(TripRows)})


def event_rows(events: Events, actions: Actions) -> EventRows:
    """The events by time."""
    order = np.lexsort((events.vehicle, events.at))
    columns = {
        name: getattr(events, name)[order] for name in ("vehicle", "at", "step", "state", "lat", "lng", "battery")
    }
    action = events.action[order]
    return EventRows(**columns, id_high=actions.id_high[action], id_low=actions.id_low[action])


def chosen(rows: RowsT, where: Flags | Ints | slice) -> RowsT:
    """Some of the rows."""
    return type(rows)(**{field.name: getattr(rows, field.name)[where] for field in fields(rows)})
