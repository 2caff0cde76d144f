"""MDS 2.0 Requirements: what an operator is asked to serve, endpoint by endpoint (MDS 2.0, "Requirements").

Fields that MDS itself requires are never listed as required. A field that is *disallowed* must be left out of the
answer even where MDS requires it. An endpoint that is not listed must not be served at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from mds.fields import EVENTS_2_0, TRIPS_2_0, Field
from mds.tables import EVENTS, TRIPS

VERSION: Final = "2.0.0"

#: Inside a location: what tells how somebody rode, not where.
_MOTION: Final = ("altitude", "heading", "speed")


@dataclass(frozen=True, slots=True)
class Listed:
    """A field as Requirements name it. `own`: MDS requires it. `sensitive`: disallowed unless somebody needs it."""

    name: str
    own: bool = False
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of the Provider API, the fields of its records, and how the hub's columns are made of them."""

    name: str
    listed: tuple[Listed, ...]
    columns: Mapping[str, tuple[str, ...]]


def _own(names: str) -> list[Listed]:
    return [Listed(name, own=True) for name in names.split()]


def _free(names: str) -> list[Listed]:
    return [Listed(name) for name in names.split()]


def _sensitive(*names: str) -> list[Listed]:
    return [Listed(name, sensitive=True) for name in names]


def _read(fields: Iterable[Field], more: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Which fields a column comes from: as it is read, or derived."""
    return MappingProxyType({**{one.column: (".".join(map(str, one.path)),) for one in fields}, **more})


_START, _END, _PLACE = ("start_location",), ("end_location",), ("location",)

#: By normalised table (`mds.tables`): the endpoints that anything is computed from. Vehicles and telemetry are not.
#: Costs and fares tell of the operator's business and of a rider's means; accessibility of a rider's health (RGPD,
#: article 9); a parking photograph and a ticket can show or name a person. What the hub cannot read a record without is
#: never sensitive here.
ENDPOINTS: Final[Mapping[str, Endpoint]] = MappingProxyType(
    {
        TRIPS: Endpoint(
            "trips",
            (
                *_own(
                    "provider_id device_id trip_id start_time end_time start_location end_location duration distance"
                ),
                *_free("data_provider_id trip_type publication_time parking_category currency"),
                *_sensitive("accessibility_attributes", "actual_cost", "fare_attributes", "journey_attributes"),
                *_sensitive("journey_id", "parking_verification_url", "standard_cost", "trip_attributes"),
                *_sensitive(*(f"{end}_location.{name}" for end in ("end", "start") for name in _MOTION)),
            ),
            _read(
                TRIPS_2_0,
                {
                    "device_key": ("device_id",),
                    "start_local": ("start_time",),
                    "end_local": ("end_time",),
                    "origin_zone": _START,
                    "destination_zone": _END,
                    "zone": _END,
                },
            ),
        ),
        EVENTS: Endpoint(
            "events/historical",
            (
                *_own("provider_id device_id event_id vehicle_state event_types timestamp location"),
                # Asking for event_geographies takes the location away (Geography-Driven Events).
                *_free("data_provider_id publication_time event_geographies trip_ids stop_id"),
                *_sensitive("associated_ticket", "battery_percent", "fuel_percent"),
                *_sensitive(*(f"location.{name}" for name in _MOTION)),
            ),
            _read(EVENTS_2_0, {"device_key": ("device_id",), "local": ("timestamp",), "zone": _PLACE}),
        ),
    }
)

_TRIP_COUNTS: Final = frozenset({"provider_id", "device_key", "trip_type", "duration_s"})
_FLOWS: Final = _TRIP_COUNTS | {"start_local", "origin_zone", "destination_zone"}
_TRIP_ENDS: Final = _TRIP_COUNTS | {"end_local", "zone"}
_FLEET: Final = frozenset({"provider_id", "device_key", "timestamp", "event_id", "vehicle_state"})
_DWELL: Final = _FLEET | {"zone", "event_types"}
#: Which columns each statistic over several holders reads, by table (`mds/sql`).
INPUTS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = MappingProxyType(
    {
        "mds.flows": {TRIPS: _FLOWS},
        "mds.flow_records": {TRIPS: _FLOWS | {"trip_id"}},
        "mds.trip_ends": {TRIPS: _TRIP_ENDS},
        "mds.trip_end_records": {TRIPS: _TRIP_ENDS | {"trip_id"}},
        "mds.first_last_mile_records": {
            TRIPS: _FLOWS | {"trip_id", "end_local", "start_lat", "start_lng", "end_lat", "end_lng"}
        },
        "mds.dwell": {EVENTS: _DWELL},
        "mds.dwell_records": {EVENTS: _DWELL},
        "mds.fleet": {EVENTS: _FLEET},
        "mds.fleet_records": {EVENTS: _FLEET},
    }
)
#: Columns that say where a record stood in the file that brought it: no field of MDS.
OURS: Final = frozenset({"source_row", "source_file", "mds_version"})


@dataclass(frozen=True, slots=True)
class Program:
    """What is asked for one dataset: instants of validity [from, to), provider ids, purposes, columns by table."""

    description: str
    website: str
    document: str
    use_cases: str
    provider_ids: tuple[str, ...]
    from_: dt.datetime
    to: dt.datetime
    purposes: frozenset[str]
    columns: Mapping[str, frozenset[str]]


def fields_of(table: str, columns: Iterable[str]) -> frozenset[str]:
    """The MDS fields that columns of a normalised table are made of, places as whole locations.

    Raises:
        KeyError: no such table or column.
    """
    sources = ENDPOINTS[table].columns
    found = {name for column in columns if column not in OURS for name in sources[column]}
    return frozenset(name.removesuffix(".lat").removesuffix(".lng") for name in found)


def endpoint(table: str, columns: Iterable[str]) -> Mapping[str, Any]:
    """An entry of ``required_endpoints``: what is needed beyond MDS's own, and what must be left out.

    Raises:
        KeyError: no such table or column.
    """
    one, needed = ENDPOINTS[table], fields_of(table, columns)
    required = sorted(field.name for field in one.listed if field.name in needed and not field.own)
    disallowed = sorted(field.name for field in one.listed if field.sensitive and field.name not in needed)
    lists = {"required_fields": required, "disallowed_fields": disallowed}
    return {"endpoint_name": one.name, **{name: found for name, found in lists.items() if found}}


def program(one: Program) -> Mapping[str, Any]:
    """An entry of ``programs``; instants in milliseconds.

    Raises:
        KeyError: a table or column that no endpoint has.
    """
    endpoints = [endpoint(table, one.columns[table]) for table in sorted(one.columns)]
    return {
        "description": one.description,
        "program_website_url": one.website,
        "program_document_url": one.document,
        "provider_ids": sorted(one.provider_ids),
        "start_date": _milliseconds(one.from_),
        "end_date": _milliseconds(one.to),
        "required_data_specs": [
            {
                "data_spec_name": "MDS",
                "version": VERSION,
                "mode_id": "micromobility",
                "required_apis": [{"api_name": "provider", "required_endpoints": endpoints}],
                "use_cases": [{"external_url": one.use_cases, "ids": sorted(one.purposes)}],
            }
        ],
    }


@dataclass(frozen=True, slots=True)
class Metadata:
    """Of one edition of the document: `version` grows by one with each change, which was made at `changed_at`."""

    version: int
    changed_at: dt.datetime
    agency_id: str
    agency_name: str
    time_zone: str
    website: str
    url: str


def document(metadata: Metadata, programs: Iterable[Program]) -> Mapping[str, Any]:
    """The whole document.

    Raises:
        KeyError: a table or column that no endpoint has.
    """
    return {
        "metadata": {
            "mds_release": VERSION,
            "file_version": metadata.version,
            "last_updated": _milliseconds(metadata.changed_at),
            "max_update_interval": "P1D",
            "agency_id": metadata.agency_id,
            "agency_name": metadata.agency_name,
            "agency_timezone": metadata.time_zone,
            "agency_language": "fr-FR",
            "agency_currency": "EUR",
            "agency_website_url": metadata.website,
            "url": metadata.url,
        },
        "programs": [program(one) for one in programs],
    }


def _milliseconds(at: dt.datetime) -> int:
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
