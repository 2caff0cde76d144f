"""How long vehicles stood in each cell: from the end of a trip or a drop-off to the next trip's start or pick-up.

Whatever else happens to a vehicle that stands (reserved, out of service, out of contact) does not end its stay, but
while it is missing nobody knows where it stands: its stay ends with not_located, the next begins with located. A stay
that runs over several slots of time is split between them to the second: its part in a slot is the slot's seconds
before its end less those before its beginning.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from hub.territory.demo.chain import MOVES, Actions
from hub.territory.demo.draws import Ints
from hub.territory.demo.operators import OPERATORS, Fleet
from hub.territory.demo.plan import Kind
from hub.territory.demo.slots import CELLS, SLOTS, cell_of, operator_column, slot_columns, slot_of
from hub.territory.demo.year import FROM_UTC_S, HOUR_S, TO_UTC_S

_HOURS: Final = (TO_UTC_S - FROM_UTC_S) // HOUR_S
_GROUPS: Final = len(CELLS) * len(OPERATORS)


class Dwell:
    """Takes in the actions of each month, in order."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._since = np.full(fleet.size, -1, dtype=np.int64)
        self._cell = np.zeros(fleet.size, dtype=np.int64)
        # Stays that ended less stays that began, by group and UTC hour; what is beyond the whole hours; stays begun.
        self._hours = np.zeros((_GROUPS, _HOURS + 1), dtype=np.int32)
        self._beyond = np.zeros(_GROUPS * SLOTS, dtype=np.int64)
        self._stays = np.zeros(_GROUPS * SLOTS, dtype=np.int64)

    def take(self, actions: Actions) -> None:
        """Count a month's stays, and keep those that are not over."""
        moves = actions.where(MOVES[actions.kind] | (actions.kind == Kind.MISSING))
        # A missing vehicle is declared so half-way between its last sign and its return (see `events`).
        gone = np.where(moves.kind == Kind.MISSING, moves.start + (moves.end - moves.start) // 2, moves.start)
        cell = np.where(moves.kind == Kind.RETIRE, -1, _cell_or_none(moves))
        known = np.flatnonzero(self._since >= 0)
        # What is still standing from last month comes first in the vehicle's line.
        vehicle = np.concatenate([known, moves.vehicle])
        leaves = np.concatenate([np.full(len(known), -1), gone])
        order = np.lexsort((leaves, vehicle))
        vehicle, leaves = vehicle[order], leaves[order]
        arrives = np.concatenate([self._since[known], moves.end])[order]
        where = np.concatenate([self._cell[known], cell])[order]
        again = np.append(vehicle[1:] == vehicle[:-1], False)[: len(vehicle)]
        stays = np.flatnonzero(again & (where >= 0))
        self._count(vehicle[stays], where[stays], arrives[stays], leaves[stays + 1])
        last = ~again
        self._since[vehicle[last]] = np.where(where[last] >= 0, arrives[last], -1)
        self._cell[vehicle[last]] = where[last]

    def table(self) -> pa.Table:
        """Columns cell, month, day_type, band, operator, dwell_s, stays (begun); open stays end with the year."""
        left = np.flatnonzero(self._since >= 0)
        self._count(left, self._cell[left], self._since[left], np.full(len(left), TO_UTC_S))
        self._since[:] = -1
        slot = slot_of(FROM_UTC_S + np.arange(_HOURS, dtype=np.int64) * HOUR_S)
        # One stay more that has ended by hour h adds all the hours before h: sum the counts from the end.
        after = np.cumsum(self._hours[:, ::-1], axis=1)[:, ::-1][:, 1:]
        dwell = np.zeros((_GROUPS, SLOTS), dtype=np.int64)
        for number in range(SLOTS):
            dwell[:, number] = after[:, slot == number].sum(axis=1) * HOUR_S
        total = dwell.ravel() + self._beyond
        key = np.flatnonzero((total != 0) | (self._stays != 0))
        return pa.table(
            {
                "cell": CELLS[key // (SLOTS * len(OPERATORS))],
                **slot_columns(key % SLOTS),
                "operator": operator_column(key // SLOTS % len(OPERATORS)),
                "dwell_s": total[key],
                "stays": self._stays[key],
            }
        )

    def _count(self, vehicle: Ints, cell: Ints, start: Ints, end: Ints) -> None:
        group = cell * len(OPERATORS) + self._fleet.operator[vehicle]
        for moment, sign in ((start, -1), (end, 1)):
            hour = (moment - FROM_UTC_S) // HOUR_S
            np.add.at(self._hours, (group, hour), sign)
            np.add.at(self._beyond, group * SLOTS + slot_of(moment), sign * ((moment - FROM_UTC_S) % HOUR_S))
        np.add.at(self._stays, group * SLOTS + slot_of(start), 1)


def _cell_or_none(moves: Actions) -> Ints:
    there = np.flatnonzero(moves.kind != Kind.RETIRE)
    cell = np.full(len(moves), -1, dtype=np.int64)
    cell[there] = cell_of(moves.lat_to[there], moves.lng_to[there])
    return cell
