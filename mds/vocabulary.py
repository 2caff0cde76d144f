"""The closed word lists and bounds of MDS, as data (MDS 2.0 data types and modes; MDS 1.2 general information)."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VEHICLE_STATES: Final = _words(
    "removed available non_operational reserved on_trip stopped non_contactable missing elsewhere"
)
VEHICLE_STATES_1_2: Final = _words("removed available non_operational reserved on_trip elsewhere unknown")

#: The union over the four modes. The event list of the specification and its mode tables spell two events
#: differently (recommission / recommissioned, system_start / service_start): all four are read.
EVENT_TYPES: Final = _words("""
    agency_drop_off agency_pick_up battery_charged battery_low changed_geographies charging_start charging_end
    comms_lost comms_restored compliance_pick_up customer_cancellation decommissioned driver_cancellation
    fueling_start fueling_end located maintenance maintenance_pick_up maintenance_end not_located off_hours on_hours
    order_drop_off order_pick_up passenger_cancellation provider_cancellation provider_drop_off rebalance_pick_up
    recommission recommissioned remote_start remote_end reservation_cancel reservation_start reservation_stop
    service_end service_start system_start system_resume system_suspend trip_cancel trip_end
    trip_enter_jurisdiction trip_leave_jurisdiction trip_pause trip_resume trip_start trip_stop unspecified
    """)
EVENT_TYPES_1_2: Final = _words("""
    agency_drop_off agency_pick_up battery_charged battery_low changed_geographies comms_lost comms_restored
    compliance_pick_up decommissioned located maintenance maintenance_pick_up missing off_hours on_hours
    provider_drop_off rebalance_pick_up reservation_cancel reservation_start system_resume system_suspend
    trip_cancel trip_end trip_enter_jurisdiction trip_leave_jurisdiction trip_start unspecified
    """)

#: Events that must name their trip (micromobility; the other modes add to it).
TRIP_EVENTS: Final = ("trip_start", "trip_end", "trip_cancel", "trip_enter_jurisdiction", "trip_leave_jurisdiction")

#: By mode: micromobility; passenger services and car share; delivery robots.
TRIP_TYPES: Final = _words(
    "rider rebalance maintenance private shared reservation empty delivery return advertising mapping roaming"
)

VEHICLE_TYPES: Final = _words("""
    bicycle bus cargo_bicycle car delivery_robot moped motorcycle scooter_standing scooter_seated truck other
    """)
VEHICLE_TYPES_1_2: Final = _words("bicycle cargo_bicycle car scooter moped other")

PROPULSION_TYPES: Final = _words("""
    human electric_assist electric combustion combustion_diesel hybrid hydrogen_fuel_cell plug_in_hybrid
    """)
PARKING_CATEGORIES: Final = _words("corral curb rack other_valid invalid")
LOCATION_TYPES: Final = _words("street sidewalk crosswalk garage bike_lane")

#: How a trip meets public transport, as `mds.first_last_mile_records` calls it: it ends, starts, or both near a stop.
LEGS: Final = ("first_mile", "last_mile", "between_stops")

#: The floor of the schemas' timestamps, 2018-01-01T00:00Z, in milliseconds.
EARLIEST_MS: Final = 1_514_764_800_000
#: 2100-01-01T00:00Z: nothing that was recorded is later.
LATEST_MS: Final = 4_102_444_800_000
#: A present-day time in seconds lies below this; in milliseconds it would be the year 1973.
SECONDS_BELOW: Final = 100_000_000_000
