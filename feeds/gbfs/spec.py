"""The GBFS reference as data: versions, files, and the tables that any version is read into.

Names are those of GBFS 3.0 without the ``num_`` prefix, with units (`current_range_m`). A column names the fields
it is taken from, the newest version's first. Source: https://gbfs.org/documentation/reference/ and the JSON Schemas
of MobilityData for 1.0 to 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from feeds.gbfs.values import ARROW_TYPES, TIMESTAMP, Kind

#: Versions that are read. 1.0 had no `version` field (it came with 1.1): files without one are 1.0.
RELEASED = ("1.0", "1.1", "2.0", "2.1", "2.2", "2.3", "3.0")

#: Candidates of the next version, the last one last: read as 3.0, to which they only add.
CANDIDATES = ("3.1-RC", "3.1-RC2", "3.1-RC3")

VERSIONS = (*RELEASED, *CANDIDATES)

DISCOVERY = "gbfs"

#: Names under which a file is published, by the name that 3.0 gives it.
FILES: Mapping[str, tuple[str, ...]] = {
    "system_information": ("system_information",),
    "station_information": ("station_information",),
    "station_status": ("station_status",),
    "vehicle_status": ("vehicle_status", "free_bike_status"),
    "vehicle_types": ("vehicle_types",),
    "system_regions": ("system_regions",),
    "system_pricing_plans": ("system_pricing_plans",),
    "system_alerts": ("system_alerts",),
    "geofencing_zones": ("geofencing_zones",),
}

#: Files that are checked against the standard, but not read into tables.
CHECKED_ONLY = ("gbfs", "gbfs_versions", "manifest", "system_hours", "system_calendar")

#: Files without which the last good version is the better one: one of them unreadable refuses the snapshot.
CORE = ("system_information", "station_information", "station_status", "vehicle_status", "vehicle_types")


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the fields it is read from.

    A record is set aside when a `required` value is missing or bad, and when a `strict` one is there but bad. Any
    other bad value becomes null and is counted: a station with an unreadable capacity is still a station.
    """

    name: str
    kind: Kind
    fields: tuple[str, ...]
    required: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table and where its records lie in a file.

    `paths` are the places of the list inside ``data`` (the first that is there is read; an empty path is ``data``
    itself, as one record). `nested` names a list inside each record: its items are the rows. `series` tables grow
    with each snapshot and carry its time; the others keep, for each key, what the newest snapshot says.
    `either` are groups of columns of which one must be complete.
    """

    name: str
    file: str
    paths: tuple[tuple[str, ...], ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    series: bool = False
    nested: str = ""
    either: tuple[tuple[str, ...], ...] = ()

    def schema(self) -> pa.Schema:
        """The Arrow schema of the table: the same whatever the version."""
        fields = [pa.field(name, TIMESTAMP, nullable=False) for name in times(self)]
        for column in self.columns:
            fields.append(pa.field(column.name, ARROW_TYPES[column.kind]))
            if column.kind is Kind.LOCALIZED:
                fields.append(pa.field(f"{column.name}_texts", pa.string()))
        return pa.schema(fields + [pa.field(name, pa.int64()) for name in offsets(self)])


def times(table: Table) -> tuple[str, ...]:
    """Columns that say when: the snapshot of a series; for the others since and until when the key was seen."""
    return ("snapshot_at",) if table.series else ("seen_from", "seen_to")


def offsets(table: Table) -> tuple[str, ...]:
    """A series carries the system's UTC offset at the snapshot, so that statistics by local hour stay plain SQL."""
    return ("utc_offset_s",) if table.series else ()


def required(name: str, kind: Kind, *others: str) -> Column:
    """A column without which a record is set aside; `others` are the field's names when not the column's."""
    return Column(name, kind, others or (name,), required=True)


def strict(name: str, kind: Kind, *others: str) -> Column:
    """A column that may be missing, but that sets the record aside when it is bad."""
    return Column(name, kind, others or (name,), strict=True)


def optional(name: str, kind: Kind, *others: str) -> Column:
    """A column that is null when missing or bad."""
    return Column(name, kind, others or (name,))
