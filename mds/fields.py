"""Which fields MDS records have, by version, and under which normalised column they are kept.

The two specifications as data: one line a field, with where it stands in the record, of which kind it is and how
badly it is needed. The columns are those of MDS 2.0 with the unit in their names. What no statistic and no check
asks for (costs, photo addresses, addresses, driver ids) is not taken out of the raw archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from mds import vocabulary as words


class Kind(Enum):
    """What a value must be; see `mds.columns` for how each is judged."""

    UUID = auto()
    UUIDS = auto()
    TIME = auto()
    """Milliseconds since 1970, kept as a timestamp in UTC."""
    COUNT = auto()
    """A whole number, not negative."""
    PERCENT = auto()
    SHARE = auto()
    """0 to 1 (MDS 1.2), kept as a percent."""
    NUMBER = auto()
    LATITUDE = auto()
    LONGITUDE = auto()
    TEXT = auto()
    WORD = auto()
    """One word of a closed list; a list with one word is read too (MDS 2.0: prose and schema disagree)."""
    WORDS = auto()
    JSON = auto()
    """Kept as text."""


class Need(Enum):
    """What happens when a value is missing or bad."""

    REQUIRED = auto()
    """Missing or bad: the record is set aside."""
    DECISIVE = auto()
    """May be missing; bad: the record is set aside, for the answer would change without it."""
    OPTIONAL = auto()
    """Bad: the value is dropped with a finding, the record stays."""


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: where its value stands in the record, its kind, how badly it is needed, its word list."""

    column: str
    path: Path
    kind: Kind
    need: Need = Need.REQUIRED
    words: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As a producer knows it: ``start_location.lat``, ``route.features[0].geometry``."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return text.removeprefix(".")


def _lat_lng(prefix: str, path: Path, need: Need = Need.REQUIRED) -> tuple[Field, Field]:
    return (
        Field(f"{prefix}lat", (*path, "lat"), Kind.LATITUDE, need),
        Field(f"{prefix}lng", (*path, "lng"), Kind.LONGITUDE, need),
    )


def _geojson(prefix: str, path: Path, need: Need = Need.REQUIRED) -> tuple[Field, Field]:
    return (
        Field(f"{prefix}lat", (*path, "geometry", "coordinates", 1), Kind.LATITUDE, need),
        Field(f"{prefix}lng", (*path, "geometry", "coordinates", 0), Kind.LONGITUDE, need),
    )


_WHO: Final = (
    Field("provider_id", ("provider_id",), Kind.UUID),
    Field("device_id", ("device_id",), Kind.UUID),
)
_PUBLISHED: Final = Field("publication_time", ("publication_time",), Kind.TIME, Need.OPTIONAL)

TRIPS_2_0: Final = (
    *_WHO,
    Field("trip_id", ("trip_id",), Kind.UUID),
    Field("journey_id", ("journey_id",), Kind.UUID, Need.OPTIONAL),
    Field("trip_type", ("trip_type",), Kind.WORD, Need.DECISIVE, words.TRIP_TYPES),
    Field("start_time", ("start_time",), Kind.TIME),
    Field("end_time", ("end_time",), Kind.TIME),
    *_lat_lng("start_", ("start_location",)),
    *_lat_lng("end_", ("end_location",)),
    Field("duration_s", ("duration",), Kind.COUNT),
    Field("distance_m", ("distance",), Kind.COUNT),
    Field("parking_category", ("parking_category",), Kind.WORD, Need.OPTIONAL, words.PARKING_CATEGORIES),
    _PUBLISHED,
)
TRIPS_1_2: Final = (
    *_WHO,
    Field("trip_id", ("trip_id",), Kind.UUID),
    Field("start_time", ("start_time",), Kind.TIME),
    Field("end_time", ("end_time",), Kind.TIME),
    *_geojson("start_", ("route", "features", 0)),
    *_geojson("end_", ("route", "features", -1)),
    Field("duration_s", ("trip_duration",), Kind.COUNT),
    Field("distance_m", ("trip_distance",), Kind.COUNT),
    Field("accuracy_m", ("accuracy",), Kind.NUMBER, Need.OPTIONAL),
    _PUBLISHED,
)

EVENTS_2_0: Final = (
    *_WHO,
    Field("event_id", ("event_id",), Kind.UUID),
    Field("vehicle_state", ("vehicle_state",), Kind.WORD, Need.REQUIRED, words.VEHICLE_STATES),
    Field("event_types", ("event_types",), Kind.WORDS, Need.REQUIRED, words.EVENT_TYPES),
    Field("timestamp", ("timestamp",), Kind.TIME),
    *_lat_lng("", ("location",), Need.DECISIVE),
    Field("event_geographies", ("event_geographies",), Kind.UUIDS, Need.OPTIONAL),
    Field("trip_ids", ("trip_ids",), Kind.UUIDS, Need.DECISIVE),
    Field("battery_percent", ("battery_percent",), Kind.PERCENT, Need.OPTIONAL),
    _PUBLISHED,
)
EVENTS_1_2: Final = (
    *_WHO,
    Field("vehicle_state", ("vehicle_state",), Kind.WORD, Need.REQUIRED, words.VEHICLE_STATES_1_2),
    Field("event_types", ("event_types",), Kind.WORDS, Need.REQUIRED, words.EVENT_TYPES_1_2),
    Field("timestamp", ("event_time",), Kind.TIME),
    *_geojson("", ("event_location",), Need.DECISIVE),
    Field("event_geographies", ("event_geographies",), Kind.UUIDS, Need.OPTIONAL),
    Field("trip_id", ("trip_id",), Kind.UUID, Need.DECISIVE),
    Field("battery_percent", ("battery_pct",), Kind.SHARE, Need.OPTIONAL),
    _PUBLISHED,
)

VEHICLES_2_0: Final = (
    *_WHO,
    Field("vehicle_id", ("vehicle_id",), Kind.TEXT),
    Field("vehicle_type", ("vehicle_type",), Kind.WORD, Need.REQUIRED, words.VEHICLE_TYPES),
    Field("propulsion_types", ("propulsion_types",), Kind.WORDS, Need.REQUIRED, words.PROPULSION_TYPES),
    Field("maximum_speed_km_h", ("maximum_speed",), Kind.COUNT, Need.OPTIONAL),
    Field("attributes", ("vehicle_attributes",), Kind.JSON, Need.OPTIONAL),
)
#: Each 1.2 trip, status change and vehicle carries these, so the fleet can be told without `/vehicles`.
VEHICLES_1_2: Final = (
    *_WHO,
    Field("vehicle_id", ("vehicle_id",), Kind.TEXT),
    Field("vehicle_type", ("vehicle_type",), Kind.WORD, Need.REQUIRED, words.VEHICLE_TYPES_1_2),
    Field("propulsion_types", ("propulsion_types",), Kind.WORDS, Need.REQUIRED, words.PROPULSION_TYPES),
)

STATUS_2_0: Final = (
    *_WHO,
    Field("vehicle_state", ("last_event", "vehicle_state"), Kind.WORD, Need.REQUIRED, words.VEHICLE_STATES),
    Field("event_types", ("last_event", "event_types"), Kind.WORDS, Need.REQUIRED, words.EVENT_TYPES),
    Field("timestamp", ("last_event", "timestamp"), Kind.TIME),
    *_lat_lng("", ("last_event", "location"), Need.DECISIVE),
    Field("seen_time", ("last_telemetry", "timestamp"), Kind.TIME, Need.OPTIONAL),
    *_lat_lng("seen_", ("last_telemetry", "location"), Need.DECISIVE),
    Field("battery_percent", ("last_telemetry", "battery_percent"), Kind.PERCENT, Need.OPTIONAL),
)
STATUS_1_2: Final = (
    *_WHO,
    Field("vehicle_state", ("last_vehicle_state",), Kind.WORD, Need.REQUIRED, words.VEHICLE_STATES_1_2),
    Field("event_types", ("last_event_types",), Kind.WORDS, Need.REQUIRED, words.EVENT_TYPES_1_2),
    Field("timestamp", ("last_event_time",), Kind.TIME),
    *_geojson("", ("last_event_location",), Need.DECISIVE),
    Field("seen_time", ("current_location", "properties", "timestamp"), Kind.TIME, Need.OPTIONAL),
    *_geojson("seen_", ("current_location",), Need.DECISIVE),
    Field("battery_percent", ("battery_pct",), Kind.SHARE, Need.OPTIONAL),
)

TELEMETRY_2_0: Final = (
    *_WHO,
    Field("telemetry_id", ("telemetry_id",), Kind.UUID),
    Field("timestamp", ("timestamp",), Kind.TIME),
    Field("trip_ids", ("trip_ids",), Kind.UUIDS, Need.DECISIVE),
    *_lat_lng("", ("location",)),
    Field("speed_m_s", ("location", "speed"), Kind.NUMBER, Need.OPTIONAL),
    Field("horizontal_accuracy_m", ("location", "horizontal_accuracy"), Kind.NUMBER, Need.OPTIONAL),
    Field("location_type", ("location_type",), Kind.WORD, Need.OPTIONAL, words.LOCATION_TYPES),
    Field("battery_percent", ("battery_percent",), Kind.PERCENT, Need.OPTIONAL),
)
#: One point of a 1.2 route, judged by itself once its trip is found good.
ROUTE_POINT_1_2: Final = (
    Field("timestamp", ("properties", "timestamp"), Kind.TIME),
    *_geojson("", ()),
)
