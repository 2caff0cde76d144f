"""How long the vehicles of each operator were in each state on each local day, to the second."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from hub.territory.demo.draws import Ints
from hub.territory.demo.events import STATES, Events
from hub.territory.demo.operators import OPERATORS, Fleet
from hub.territory.demo.slots import operator_column
from hub.territory.demo.year import DATES, DAYS, TO_UTC_S, day_of, midnight_utc_s


class FleetStates:
    """Takes in the events of each month, in order. Before its first event a vehicle is in no state."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._state = np.full(fleet.size, -1, dtype=np.int64)
        self._at = np.zeros(fleet.size, dtype=np.int64)
        shape = (len(OPERATORS), len(STATES), DAYS + 1)
        # A stretch of time counts its days but the last whole, less what precedes it, plus what it has of the last.
        self._whole_days = np.zeros(shape, dtype=np.int64)
        self._parts_s = np.zeros(shape, dtype=np.int64)

    def take(self, events: Events) -> None:
        """Credit each state from its event to the vehicle's next."""
        known = np.flatnonzero(self._state >= 0)
        vehicle = np.concatenate([known, events.vehicle])
        at = np.concatenate([self._at[known], events.at])
        state = np.concatenate([self._state[known], events.state])
        order = np.lexsort((at, vehicle))
        vehicle, at, state = vehicle[order], at[order], state[order]
        again = np.append(vehicle[1:] == vehicle[:-1], False)[: len(vehicle)]
        stretch = np.flatnonzero(again)
        self._credit(vehicle[stretch], state[stretch], at[stretch], at[stretch + 1])
        self._state[vehicle[~again]], self._at[vehicle[~again]] = state[~again], at[~again]

    def table(self) -> pa.Table:
        """Columns date, operator, state, vehicle_s; the last state of each vehicle lasts to the end of the year."""
        left = np.flatnonzero(self._state >= 0)
        self._credit(left, self._state[left], self._at[left], np.full(len(left), TO_UTC_S))
        self._state[:] = -1
        starts = midnight_utc_s(np.arange(DAYS + 1, dtype=np.int64))
        seconds = np.cumsum(self._whole_days, axis=2)[:, :, :DAYS] * np.diff(starts) + self._parts_s[:, :, :DAYS]
        day, operator, state = np.nonzero(seconds.transpose(2, 0, 1))
        return pa.table(
            {
                "date": pa.array([date.isoformat() for date in DATES]).take(pa.array(day)),
                "operator": operator_column(operator),
                "state": pa.array(STATES).take(pa.array(state)),
                "vehicle_s": seconds[operator, state, day],
            }
        )

    def _credit(self, vehicle: Ints, state: Ints, start: Ints, end: Ints) -> None:
        operator = self._fleet.operator[vehicle]
        for moment, sign in ((start, 1), (np.minimum(end, TO_UTC_S), -1)):
            day = day_of(moment)
            np.add.at(self._whole_days, (operator, state, day), sign)
            np.add.at(self._parts_s, (operator, state, day), -sign * (moment - midnight_utc_s(day)))
