"""What is made of each payload: which table it fills, from which fields, under which rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mds import fields, tables
from mds.fields import Field
from mds.records import Bounds, Rule, has_fix, located_unless, not_before, not_swapped, points


@dataclass(frozen=True, slots=True)
class Payload:
    """The fields and rules of one kind of record, and the table that it fills."""

    table: str
    fields: Sequence[Field]
    rules: tuple[Rule, ...] = ()

    def judged_within(self, bounds: Bounds | None) -> tuple[Rule, ...]:
        """The rules, with those on places: a fix, and (with bounds) no swapped coordinates."""
        prefixes = points(self.fields)
        swapped = tuple(not_swapped(prefix, bounds) for prefix in prefixes) if bounds else ()
        return (*self.rules, *(has_fix(prefix) for prefix in prefixes), *swapped)


_TRIP: Final = (not_before("start_time", "end_time"),)
_EVENT: Final = (located_unless("event_geographies"),)

PAYLOADS: Final = {
    ("1.2", "trips"): Payload(tables.TRIPS, fields.TRIPS_1_2, _TRIP),
    ("1.2", "status_changes"): Payload(tables.EVENTS, fields.EVENTS_1_2, _EVENT),
    ("1.2", "vehicles"): Payload(tables.STATUS, fields.STATUS_1_2),
    ("2.0", "trips"): Payload(tables.TRIPS, fields.TRIPS_2_0, _TRIP),
    ("2.0", "events"): Payload(tables.EVENTS, fields.EVENTS_2_0, _EVENT),
    ("2.0", "vehicles"): Payload(tables.VEHICLES, fields.VEHICLES_2_0),
    ("2.0", "vehicles_status"): Payload(tables.STATUS, fields.STATUS_2_0),
    ("2.0", "telemetry"): Payload(tables.TELEMETRY, fields.TELEMETRY_2_0),
}
#: A vehicle as each 1.2 record describes it.
VEHICLE_1_2: Final = Payload(tables.VEHICLES, fields.VEHICLES_1_2)
ROUTE_POINT: Final = Payload(tables.TELEMETRY, fields.ROUTE_POINT_1_2)
