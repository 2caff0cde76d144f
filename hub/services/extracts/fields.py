"""What may ever be asked of operators' records, field by field, and how each is generalised. Anything else is refused.

An agreement names fields as ``table.field``. Coordinates, routes, telemetry, plates and the ids of the source are no
fields, so no agreement can grant them; MDS has no id of users. Names and meanings of the sources are those of MDS 2.0
(Trips, Events), as `mds.tables` keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from governance.bilingual import Sentence


class How(StrEnum):
    """How a value of the source becomes one of an extract."""

    PSEUDONYM = "pseudonym"
    ZONE = "zone"
    TIME = "time"
    ROUNDED = "rounded"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `source` is the column it comes from; of a zone the prefix of the columns that ingest placed.

    Of a pseudonym, `kind` is what it stands for: vehicles and trips have names of their own. Numbers are rounded to
    `base` and those above `most` are told as `most`: a single very long trip would be known by its length.
    """

    table: str
    name: str
    how: How
    source: str
    text: Sentence
    unit: str = ""
    kind: str = ""
    base: int = 1
    most: int = 0

    @property
    def id(self) -> str:
        """As agreements name it: ``trips.start_zone``."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of which extracts are made: its own key, and the local time that says in which period a record is.

    A trip is of the period in which it ended: what an extract holds is never younger than the end of its period, from
    which the delay counts.
    """

    key: str
    local: str


TABLES: Mapping[str, Table] = MappingProxyType(
    {"trips": Table(key="trip_id", local="end_local"), "events": Table(key="event_id", local="local")}
)

_TRIP = Sentence("Trajet, sous pseudonyme", "Trip, under a pseudonym")
_VEHICLE = Sentence("Véhicule, sous pseudonyme", "Vehicle, under a pseudonym")

_FIELDS = (
    Field("trips", "trip", How.PSEUDONYM, "trip_id", _TRIP, kind="trip"),
    Field("trips", "vehicle", How.PSEUDONYM, "device_id", _VEHICLE, kind="vehicle"),
    Field("trips", "trip_type", How.WORD, "trip_type", Sentence("Nature du trajet", "Kind of trip")),
    Field("trips", "start_zone", How.ZONE, "start_", Sentence("Zone de départ", "Zone of the start")),
    Field("trips", "end_zone", How.ZONE, "end_", Sentence("Zone d'arrivée", "Zone of the end")),
    Field("trips", "start_time", How.TIME, "start_local", Sentence("Moment du départ", "Time of the start")),
    Field("trips", "end_time", How.TIME, "end_local", Sentence("Moment de l'arrivée", "Time of the end")),
    Field(
        "trips",
        "duration_s",
        How.ROUNDED,
        "duration_s",
        Sentence("Durée, arrondie", "Duration, rounded"),
        unit="s",
        base=60,
        most=10_800,
    ),
    Field(
        "trips",
        "distance_m",
        How.ROUNDED,
        "distance_m",
        Sentence("Distance, arrondie", "Distance, rounded"),
        unit="m",
        base=100,
        most=30_000,
    ),
    Field("events", "vehicle", How.PSEUDONYM, "device_id", _VEHICLE, kind="vehicle"),
    Field("events", "state", How.WORD, "vehicle_state", Sentence("État du véhicule", "State of the vehicle")),
    Field("events", "types", How.WORD, "event_types", Sentence("Nature de l'événement", "Kinds of event")),
    Field("events", "zone", How.ZONE, "", Sentence("Zone", "Zone")),
    Field("events", "time", How.TIME, "local", Sentence("Moment", "Time")),
    Field(
        "events",
        "battery_percent",
        How.ROUNDED,
        "battery_percent",
        Sentence("Charge de la batterie, arrondie", "Battery charge, rounded"),
        unit="%",
        base=10,
        most=100,
    ),
)

#: Every field that there is, by its id, in the order in which an extract shows them.
FIELDS: Mapping[str, Field] = MappingProxyType({field.id: field for field in _FIELDS})

#: Fields that one agreement never grants together, because they would tell the minute: with both hours of a trip that
#: passes a full hour, its length says when it began. Events tell when each trip of a vehicle began and ended.
NEVER_TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"trips.start_time", "trips.end_time", "trips.duration_s"}),
    frozenset({"trips.duration_s", "events.time"}),
)

#: Which column holds the zones of each system, without the prefix of the place; `basin` is the whole territory.
ZONE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {"commune": "zone_commune", "h3_7": "h3_7", "h3_8": "h3_8", "h3_9": "h3_9"}
)
BASIN = "basin"

#: How far across a zone is, in metres (the diameter of a mean one, rounded up). Where both ends of a trip are told,
#: its length is told no finer: a trip of 100 m from one commune to the next would lie on the border.
ACROSS_M: Mapping[str, int] = MappingProxyType(
    {"commune": 5_000, "h3_7": 3_000, "h3_8": 1_200, "h3_9": 500, BASIN: 100}
)
#: The same in seconds at 5 m/s, a scooter's mean speed, in whole minutes.
ACROSS_S: Mapping[str, int] = MappingProxyType({zone: -(-metres // 300) * 60 for zone, metres in ACROSS_M.items()})
#: Any of these sets tells where a trip began and where it ended.
BOTH_ENDS: tuple[frozenset[str], ...] = (
    frozenset({"trips.start_zone", "trips.end_zone"}),
    frozenset({"events.zone"}),
)
