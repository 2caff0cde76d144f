"""The right answers to the year's questions, counted from what was made, never from what was written.

Only good records count. Dimensions are those of the statistics: H3 cells of resolution 8, the month, day type and
band of the local clock, the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hub.territory.demo.chain import Actions
from hub.territory.demo.events import Events
from hub.territory.demo.operators import Fleet
from hub.territory.demo.plan import Kind
from hub.territory.demo.truth_dwell import Dwell
from hub.territory.demo.truth_fleet import FleetStates
from hub.territory.demo.truth_flows import Flows

#: What each table means, written out beside it.
MEANING: Mapping[str, str] = {
    "flows": "User trips (rider, 60 s or more) by H3 cell (resolution 8) of start and end; month, day type and band of "
    "the local clock at the start; vehicles are distinct within the row.",
    "trip_ends": "User trips by cell of the end; month, day type and band of the local clock at the end.",
    "dwell": "Vehicle-seconds stood in the cell, from the end of any trip, a drop-off or located, to the next start of "
    "a trip, pick-up or not_located, split over months, day types and bands to the second; stays are counted where "
    "they begin; the stays still open are cut at the end of the year.",
    "fleet": "Vehicle-seconds in each MDS 2.0 state by local day; the last state lasts to the end of the year.",
}


@dataclass(slots=True)
class Truth:
    """Takes in the months, in order, then answers with its tables and counts."""

    flows: Flows
    dwell: Dwell
    states: FleetStates
    counts: dict[str, int]

    @staticmethod
    def of(fleet: Fleet) -> Truth:
        """Nothing counted yet."""
        names = ("user_trips", "rentals_under_a_minute", "staff_trips", "events")
        return Truth(Flows(fleet), Dwell(fleet), FleetStates(fleet), dict.fromkeys(names, 0))

    def take(self, actions: Actions, events: Events) -> None:
        """Count one month."""
        self.counts["user_trips"] += self.flows.take(actions)
        self.counts["rentals_under_a_minute"] += int(np.sum(actions.kind == Kind.SHORT))
        self.counts["staff_trips"] += int(np.sum(actions.kind == Kind.STAFF))
        self.counts["events"] += len(events)
        self.dwell.take(actions)
        self.states.take(events)

    def tables(self) -> dict[str, pa.Table]:
        """The tables by name, after the last month."""
        return {
            "flows": self.flows.flows(),
            "trip_ends": self.flows.ends(),
            "dwell": self.dwell.table(),
            "fleet": self.states.table(),
        }
