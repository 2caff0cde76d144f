"""The state machines of MDS, as data: which event may lead from which states to which.

One line an event: ``event: from-states > to-states``. ``|`` separates alternatives, ``;`` several such rules of one
event; each from-state of a rule goes with each of its to-states. Sources: MDS 2.0 modes (micromobility, passenger
services, car share, delivery robots: vehicle states and events), MDS 1.2 general information (vehicle states).

What a machine says is a matter of data quality, never of admission: events arrive late and out of order (MDS,
general information: the state before an event is not to be enforced when it comes in).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, TypeAlias

#: event type → the (from, to) pairs that it may make.
Machine: TypeAlias = Mapping[str, frozenset[tuple[str, str]]]

MICROMOBILITY: Final = "micromobility"

_MICROMOBILITY: Final = """
agency_drop_off: removed|non_contactable|missing > available
agency_pick_up: available|non_operational|elsewhere|non_contactable|missing > removed
battery_charged: non_operational > available
battery_low: available > non_operational
changed_geographies: on_trip > on_trip
comms_lost: available|elsewhere|non_operational|on_trip|removed|reserved > non_contactable
comms_restored: non_contactable > available|elsewhere|non_operational|on_trip|removed|reserved
compliance_pick_up: available|non_operational|elsewhere > removed
decommissioned: available|non_operational|elsewhere|non_contactable|missing > removed
located: missing > available|elsewhere|non_operational|on_trip|removed|reserved
maintenance: available > non_operational ; non_operational > available
maintenance_pick_up: available|non_operational|elsewhere > removed
not_located: non_contactable > missing
off_hours: available > non_operational
on_hours: non_operational > available
provider_drop_off: removed|non_contactable|missing > available
rebalance_pick_up: available|non_operational|elsewhere > removed
reservation_cancel: reserved > available
reservation_start: available > reserved
system_resume: non_operational > available
system_suspend: available > non_operational
trip_cancel: on_trip > available
trip_end: on_trip > available
trip_enter_jurisdiction: elsewhere > on_trip
trip_leave_jurisdiction: on_trip > elsewhere
trip_start: available|reserved > on_trip
unspecified: available|elsewhere|non_operational|on_trip|removed|reserved > non_contactable ;
 non_contactable > missing ; non_operational|non_contactable|missing > available ;
 available|non_contactable|missing > non_operational ; non_contactable|missing > elsewhere|on_trip|reserved ;
 non_contactable|missing|non_operational|available|elsewhere > removed
"""

_PASSENGER_SERVICES: Final = """
comms_lost: available|elsewhere|non_operational|on_trip|removed|reserved|stopped > non_contactable
comms_restored: non_contactable > available|elsewhere|non_operational|on_trip|removed|reserved|stopped
decommissioned: non_operational > removed
driver_cancellation: reserved|stopped > available
maintenance: non_operational > non_operational
maintenance_end: non_operational|removed > non_operational
maintenance_pick_up: non_operational > removed
passenger_cancellation: reserved|stopped > available
provider_cancellation: reserved|stopped > available
recommissioned: removed > non_operational
reservation_start: available > reserved
reservation_stop: reserved > stopped
service_end: available > non_operational
service_start: non_operational > available
trip_end: stopped > available
trip_enter_jurisdiction: elsewhere > available|non_operational|on_trip|reserved
trip_leave_jurisdiction: available|non_operational|on_trip|reserved > elsewhere
trip_resume: stopped > on_trip
trip_start: stopped > on_trip
trip_stop: on_trip > stopped
"""

#: Against passenger services: lines here replace theirs, `-` takes one away.
_CAR_SHARE: Final = """
passenger_cancellation: -
customer_cancellation: reserved|stopped > available
maintenance: non_operational > removed
maintenance_end: removed > non_operational
charging_start: stopped > stopped
charging_end: stopped > stopped
fueling_start: stopped > stopped
fueling_end: stopped > stopped
remote_start: stopped > stopped
remote_end: stopped > stopped
"""
_DELIVERY_ROBOTS: Final = """
passenger_cancellation: -
trip_stop: -
customer_cancellation: reserved|stopped > available
trip_pause: on_trip > stopped
order_pick_up: on_trip > stopped
order_drop_off: on_trip > stopped
not_located: non_contactable > missing
located: missing > available|elsewhere|non_operational|on_trip|removed|reserved|stopped
"""

#: MDS 1.2 has one machine for all, and one state for whatever is not known.
_1_2: Final = """
agency_drop_off: removed|unknown > available
agency_pick_up: available|non_operational|elsewhere|unknown > removed
battery_charged: non_operational > available
battery_low: available > non_operational
changed_geographies: on_trip > on_trip
comms_lost: available|elsewhere|non_operational|on_trip|removed|reserved > unknown
comms_restored: unknown > available|elsewhere|non_operational|on_trip|removed|reserved
compliance_pick_up: available|non_operational|elsewhere > removed
decommissioned: available|non_operational|elsewhere|unknown > removed
located: unknown > available|elsewhere|non_operational|on_trip|removed|reserved
maintenance: available > non_operational ; non_operational > available
maintenance_pick_up: available|non_operational|elsewhere > removed
missing: available|elsewhere|non_operational|on_trip|removed|reserved > unknown
off_hours: available > non_operational
on_hours: non_operational > available
provider_drop_off: removed|unknown > available
rebalance_pick_up: available|non_operational|elsewhere > removed
reservation_cancel: reserved > available
reservation_start: available > reserved
system_resume: non_operational > available
system_suspend: available > non_operational
trip_cancel: on_trip > available
trip_end: on_trip > available
trip_enter_jurisdiction: elsewhere > on_trip
trip_leave_jurisdiction: on_trip > elsewhere
trip_start: available|reserved > on_trip
unspecified: available|elsewhere|non_operational|on_trip|removed|reserved > unknown ;
 non_operational|unknown > available ; available|unknown > non_operational ;
 unknown > reserved|on_trip|elsewhere ; unknown|non_operational|available|elsewhere > removed
"""

_TEXTS: Final = {
    ("2.0", MICROMOBILITY): (_MICROMOBILITY,),
    ("2.0", "passenger-services"): (_PASSENGER_SERVICES,),
    ("2.0", "car-share"): (_PASSENGER_SERVICES, _CAR_SHARE),
    ("2.0", "delivery-robots"): (_PASSENGER_SERVICES, _DELIVERY_ROBOTS),
    ("1.2", MICROMOBILITY): (_1_2,),
}
#: The list of events spells these otherwise than the tables of the modes.
_SPELLINGS: Final = {"recommission": "recommissioned", "system_start": "service_start"}
#: The words of 2.0, in which `mds.read` writes, back in those of the 1.2 machine.
_BACK_TO_1_2: Final = {"non_contactable": "unknown", "missing": "unknown"}


@cache
def machine(version: str, mode: str = MICROMOBILITY) -> Machine:
    """The state machine of a mode (``1.2`` has that of micromobility only).

    Raises:
        KeyError: no such version or mode.
    """
    found: dict[str, frozenset[tuple[str, str]]] = {}
    for text in _TEXTS[version, mode]:
        for line in text.replace("\n ", " ").strip().splitlines():
            event, _, rules = line.partition(":")
            if rules.strip() == "-":
                del found[event]
            else:
                found[event] = frozenset(_pairs(rules))
    return found


def _pairs(rules: str) -> Iterable[tuple[str, str]]:
    for rule in rules.split(";"):
        before, _, after = rule.partition(">")
        yield from ((a, b) for a in before.strip().split("|") for b in after.strip().split("|"))


def reachable(machine: Machine, state: str | None, event_types: Iterable[str]) -> frozenset[str]:
    """The states in which a vehicle can be after these events in this order; None: the state before is not known.

    Several event types in one record pass through states in which the vehicle never rests (MDS 2.0, event types).
    """
    now = None if state is None else frozenset({state})
    for event in event_types:
        pairs = machine.get(_SPELLINGS.get(event, event), frozenset())
        now = frozenset(after for before, after in pairs if now is None or before in now)
    return frozenset() if now is None else now


def follows(version: str, mode: str, *, before: str | None, event_types: Iterable[str], after: str) -> bool:
    """Whether the state `after` can follow on `before` through these events; all in the words of MDS 2.0."""
    if version == "1.2":
        before = None if before is None else _BACK_TO_1_2.get(before, before)
        after = _BACK_TO_1_2.get(after, after)
        event_types = ["missing" if event == "not_located" else event for event in event_types]
    return after in reachable(machine(version, mode), before, event_types)
