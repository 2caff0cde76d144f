"""How many user trips went from where to where, and how many ended where: counted month by month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from hub.territory.demo.chain import Actions
from hub.territory.demo.draws import Ints
from hub.territory.demo.operators import OPERATORS, Fleet
from hub.territory.demo.plan import Kind
from hub.territory.demo.slots import CELLS, SLOTS, cell_of, operator_column, slot_columns, slot_of

#: MDS: "a trip for analysis is a user in control of the vehicle for 60 s or more".
LEAST_S = 60


@dataclass(slots=True)
class Flows:
    """Takes in the actions of each month; a flow belongs to the month in which its trips began."""

    fleet: Fleet
    _flows: list[pa.Table] = field(default_factory=list)
    _ends: Ints = field(default_factory=lambda: np.zeros(len(CELLS) * SLOTS * len(OPERATORS), dtype=np.int64))

    def take(self, actions: Actions) -> int:
        """Count a month's user trips and say how many there are."""
        rides = actions.where((actions.kind == Kind.RIDE) & (actions.end - actions.start >= LEAST_S))
        origin, destination = cell_of(rides.lat_from, rides.lng_from), cell_of(rides.lat_to, rides.lng_to)
        operator = self.fleet.operator[rides.vehicle]
        key = ((origin * len(CELLS) + destination) * SLOTS + slot_of(rides.start)) * len(OPERATORS) + operator
        self._flows.append(_flow_table(key, rides.vehicle, self.fleet.size))
        ends = (destination * SLOTS + slot_of(rides.end)) * len(OPERATORS) + operator
        self._ends += np.bincount(ends, minlength=len(self._ends))
        return len(rides)

    def flows(self) -> pa.Table:
        """Columns origin, destination, month, day_type, band (of the start), operator, trips, vehicles (distinct)."""
        return pa.concat_tables(self._flows)

    def ends(self) -> pa.Table:
        """Columns cell, month, day_type, band (of the end), operator, trips."""
        key = np.flatnonzero(self._ends)
        slot = key // len(OPERATORS) % SLOTS
        return pa.table(
            {
                "cell": CELLS[key // (len(OPERATORS) * SLOTS)],
                **slot_columns(slot),
                "operator": operator_column(key % len(OPERATORS)),
                "trips": self._ends[key],
            }
        )


def _flow_table(key: Ints, vehicle: Ints, fleet_size: int) -> pa.Table:
    pairs, trips_of_pair = np.unique(key * fleet_size + vehicle, return_counts=True)
    keys, first, vehicles = np.unique(pairs // fleet_size, return_index=True, return_counts=True)
    trips = np.add.reduceat(trips_of_pair, first) if len(first) else trips_of_pair
    pair = keys // (SLOTS * len(OPERATORS))
    return pa.table(
        {
            "origin": CELLS[pair // len(CELLS)],
            "destination": CELLS[pair % len(CELLS)],
            **slot_columns(keys // len(OPERATORS) % SLOTS),
            "operator": operator_column(keys % len(OPERATORS)),
            "trips": trips.astype(np.int64),
            "vehicles": vehicles.astype(np.int64),
        }
    )
