"""Our own rules of what one file says of another and of what is plausible; the standard's schemas know neither.

Each rule is a function of a `View`, a system at one moment, and tells a `Tally` what it found.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from feeds.gbfs.documents import Document
from feeds.gbfs.records import Parsed, Row, records, shown
from feeds.gbfs.spec import Table
from feeds.gbfs.tables import TABLES
from feeds.gbfs.tally import Tally


@dataclass(frozen=True, slots=True)
class Plausible:
    """What is still believed. The defaults are wide: they are to catch what cannot be, not what is rare.

    A station of 500 vehicles would be the largest in Europe; 11,849 at one "station" were seen in a published system.
    `zone_far_km` is about the width of the widest time zone (Kashgar keeps the hours of Shanghai).
    """

    station_vehicles: int = 500
    silent_days: float = 30
    feed_silent_days: float = 2
    ahead_s: float = 300
    far_km: float = 100
    zone_far_km: float = 4_500
    zone_near_km: float = 2_500


@dataclass(frozen=True, slots=True)
class View:
    """A system at one moment: its tables (of each the newest until then), the documents they come from."""

    tables: Mapping[str, Parsed]
    documents: Mapping[str, Document]
    plausible: Plausible
    at: dt.datetime
    timezone: str = ""

    def rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """A table's rows with their records' positions; nothing when the table is not there."""
        parsed = self.tables.get(name)
        yield from zip(parsed.positions, parsed.rows, strict=True) if parsed else ()

    def has(self, *names: str) -> bool:
        """Whether all these tables are there."""
        return all(name in self.tables for name in names)

    def file(self, name: str) -> str:
        """The file that a table comes from."""
        return self.documents[TABLES[name].file].file

    def ids(self, name: str) -> set[str]:
        """The keys in a table's file, those of records set aside included: a reference to one is no dead end."""
        table = TABLES[name]
        (key,) = table.key
        found = records(table, self.documents[table.file].data) or ()
        return {str(record[key]) for _, record in found if isinstance(record, dict) and record.get(key) is not None}


Rule: TypeAlias = Callable[[View, Tally], None]


def duplicates(view: View, tally: Tally) -> None:
    """An id is given once in a file."""
    for name, table in TABLES.items():
        if name in view.tables and not table.nested and table.paths != ((),) and table.key != ("position",):
            _duplicates_of(table, view, tally)


def _duplicates_of(table: Table, view: View, tally: Tally) -> None:
    (key,) = table.key
    fields = next(column.fields for column in table.columns if column.name == key)
    first: dict[Any, Any] = {}
    for position, record in records(table, view.documents[table.file].data) or ():
        value = next((record[name] for name in fields if name in record), None) if isinstance(record, dict) else None
        if not isinstance(value, str | int):
            continue
        if value in first:
            code = "gbfs_repeated_record" if first[value] == record else "gbfs_duplicate_id"
            tally.add(code, file=view.file(table.name), row=position, field=key, value=shown(value))
        first.setdefault(value, record)


def status_and_station(view: View, tally: Tally) -> None:
    """Each status is of a station that is described, and each station has a status."""
    if not view.has("stations", "station_status"):
        return
    described, reported = view.ids("stations"), view.ids("station_status")
    for name, known, code in (
        ("station_status", described, "gbfs_status_without_station"),
        ("stations", reported, "gbfs_station_without_status"),
    ):
        for position, row in view.rows(name):
            if row["station_id"] not in known:
                tally.add(code, file=view.file(name), row=position, field="station_id", value=row["station_id"])


#: Table, column, and the table whose key it names.
REFERENCES = (
    ("stations", "region_id", "regions"),
    ("vehicles", "station_id", "stations"),
    ("vehicles", "vehicle_type_id", "vehicle_types"),
    ("vehicles", "pricing_plan_id", "pricing_plans"),
    ("vehicle_availability", "vehicle_type_id", "vehicle_types"),
    ("vehicle_types", "default_pricing_plan_id", "pricing_plans"),
)


def references(view: View, tally: Tally) -> None:
    """A reference leads to a record. Where the file it points to is not published at all, nothing is said."""
    for name, column, target in REFERENCES:
        if not view.has(name, target):
            continue
        known = view.ids(target)
        for position, row in view.rows(name):
            if row[column] is not None and row[column] not in known:
                tally.add(
                    "gbfs_unknown_reference",
                    f"{column} is not in {view.file(target)}",
                    file=view.file(name),
                    row=position,
                    field=column,
                    value=row[column],
                )


def type_counts(view: View, tally: Tally) -> None:
    """The vehicles of each type add up to the vehicles available, at stations that say both."""
    by_type: Counter[str] = Counter()
    for _, row in view.rows("vehicle_availability"):
        by_type[row["station_id"]] += row["vehicles_available"]
    for position, row in view.rows("station_status"):
        total = by_type.get(row["station_id"])
        if total is not None and total != row["vehicles_available"]:
            tally.add(
                "gbfs_type_counts_differ",
                f"{total} by type, {row['vehicles_available']} available",
                file=view.file("station_status"),
                row=position,
                field="vehicle_types_available",
                value=row["station_id"],
            )


def capacity(view: View, tally: Tally) -> None:
    """Vehicles and docks at a station are not more than its capacity.

    More may be right where vehicles stand beside full docks, so it is a WARNING.
    """
    capacities = {row["station_id"]: row["capacity"] for _, row in view.rows("stations")}
    parts = ("vehicles_available", "vehicles_disabled", "docks_available", "docks_disabled")
    for position, row in view.rows("station_status"):
        limit, total = capacities.get(row["station_id"]), sum(row[part] or 0 for part in parts)
        if limit is not None and total > limit:
            tally.add(
                "gbfs_counts_exceed_capacity",
                f"{total} counted, capacity {limit}",
                file=view.file("station_status"),
                row=position,
                field="capacity",
                value=row["station_id"],
            )


def crowds(view: View, tally: Tally) -> None:
    """No station holds more vehicles than the largest in the world."""
    for position, row in view.rows("station_status"):
        if row["vehicles_available"] > view.plausible.station_vehicles:
            tally.add(
                "gbfs_implausible_vehicle_count",
                f"station {row['station_id']}",
                file=view.file("station_status"),
                row=position,
                field="vehicles_available",
                value=str(row["vehicles_available"]),
            )


#: Rules for each snapshot of an archive.
EACH: tuple[Rule, ...] = (duplicates, status_and_station, references, type_counts, capacity, crowds)
