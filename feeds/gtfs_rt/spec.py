"""Which tables a message becomes. A line is a column: its name, its type, and where it is in the protocol buffer.

Names, units and meanings are those of https://gtfs.org/documentation/realtime/reference/; an instant is kept as the
seconds since 1970 that the message says, however impossible, and its column ends in ``_s``. Every table begins with
``entity`` (the entity's position in the message, from 1) and ``entity_id``; those of repeated fields have ``place``,
the position in the list. A column of type ``there`` says whether a message is there at all. Licence plates are not
among the columns: they name a vehicle to a passer-by and no statistic needs them. They stay in the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "enum": pa.string(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "there": pa.bool_(),
    "float": pa.float32(),
    "double": pa.float64(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `path` leads from the table's own message to the field."""

    name: str
    type: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `source` leads from a FeedEntity to the message or the list of messages that gives its rows."""

    name: str
    source: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """Its columns in Arrow."""
        own = [(column.name, TYPES[column.type]) for column in self.columns]
        return pa.schema([("entity", pa.int32()), ("entity_id", pa.string()), ("place", pa.int32()), *own])


def _table(name: str, source: str, lines: str) -> Table:
    split = (line.split() for line in lines.splitlines() if line.strip())
    columns = tuple(Column(column, kind, tuple(path.split("."))) for column, kind, path in split)
    return Table(name, tuple(source.split(".")) if source else (), columns)


_TRIP = """
    trip_id text trip.trip_id
    route_id text trip.route_id
    direction_id int trip.direction_id
    start_time text trip.start_time
    start_date text trip.start_date
    trip_relationship enum trip.schedule_relationship
    modified_trip_id text trip.modified_trip.affected_trip_id
    """
_RIDE = f"""
    {_TRIP}
    vehicle_id text vehicle.id
    vehicle_label text vehicle.label
    timestamp_s int timestamp
    """

#: Of a FeedMessage's header, in a table of one row.
HEADER = pa.schema(
    [
        ("version", pa.string()),
        ("incrementality", pa.string()),
        ("timestamp_s", pa.int64()),
        ("feed_version", pa.string()),
        ("entities", pa.int64()),
    ]
)
#: Texts of alerts, one row for each translation.
TEXTS = pa.schema(
    [
        ("entity", pa.int32()),
        ("entity_id", pa.string()),
        ("field", pa.string()),
        ("place", pa.int32()),
        ("language", pa.string()),
        ("text", pa.string()),
    ]
)
TEXT_FIELDS = ("header_text", "description_text", "tts_header_text", "tts_description_text", "url", "cause_detail",
               "effect_detail")  # fmt: skip

TABLES: Mapping[str, Table] = {
    one.name: one
    for one in (
        _table("entities", "", "is_deleted bool is_deleted"),
        _table("trip_updates", "trip_update", f"{_RIDE}\n delay_s int delay"),
        _table("stop_time_updates", "trip_update.stop_time_update", """
            stop_sequence int stop_sequence
            stop_id text stop_id
            relationship enum schedule_relationship
            arrival there arrival
            arrival_delay_s int arrival.delay
            arrival_s int arrival.time
            arrival_uncertainty_s int arrival.uncertainty
            departure there departure
            departure_delay_s int departure.delay
            departure_s int departure.time
            departure_uncertainty_s int departure.uncertainty
            occupancy_status enum departure_occupancy_status
            assigned_stop_id text stop_time_properties.assigned_stop_id
            """),
        _table("vehicle_positions", "vehicle", f"""{_RIDE}
            lat float position.latitude
            lon float position.longitude
            bearing float position.bearing
            odometer_m double position.odometer
            speed_mps float position.speed
            stop_sequence int current_stop_sequence
            stop_id text stop_id
            current_status enum current_status
            congestion_level enum congestion_level
            occupancy_status enum occupancy_status
            occupancy_percentage int occupancy_percentage
            """),
        _table("alerts", "alert", """
            cause enum cause
            effect enum effect
            severity_level enum severity_level
            """),
        _table("alert_periods", "alert.active_period", """
            start_s int start
            end_s int end
            """),
        _table("informed_entities", "alert.informed_entity", f"""
            agency_id text agency_id
            selector_route_id text route_id
            route_type int route_type
            selector_direction_id int direction_id
            stop_id text stop_id
            {_TRIP}
            """),
        _table("new_stops", "stop", "stop_id text stop_id"),
    )
}  # fmt: skip
