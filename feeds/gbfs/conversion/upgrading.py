"""Files of any version under the names and in the shapes of 3.0. Values are left as they are: `fitting` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from feeds.gbfs.conversion.information import Known, information
from feeds.gbfs.conversion.losses import Losses
from feeds.gbfs.conversion.source import Part, Source
from feeds.gbfs.conversion.texts import Texts
from feeds.gbfs.conversion.texts import records as records_of
from feeds.gbfs.conversion.zones import zones

Record: TypeAlias = dict[str, Any]

#: Where each file of 3.0 keeps its records, and under which other name older versions did.
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "station_information": ("stations",),
    "station_status": ("stations",),
    "vehicle_status": ("vehicles", "bikes"),
    "vehicle_types": ("vehicle_types",),
    "system_regions": ("regions",),
    "system_pricing_plans": ("plans",),
    "system_alerts": ("alerts",),
}
#: Fields by their name before 3.0.
RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "station_information": {},
    "station_status": {"num_bikes_available": "num_vehicles_available", "num_bikes_disabled": "num_vehicles_disabled"},
    "vehicle_status": {"bike_id": "vehicle_id"},
    "vehicle_types": {"eco_label": "eco_labels"},
    "system_regions": {},
    "system_pricing_plans": {},
    "system_alerts": {},
}
#: The two lists of capacities by vehicle type, by the name of the object that 2.x wrote in their place.
CAPACITIES: Final[Mapping[str, str]] = {
    "vehicle_capacity": "vehicle_types_capacity",
    "vehicle_type_capacity": "vehicle_docks_capacity",
}


def upgrade(source: Source, *, slug: str, known: Known, losses: Losses) -> dict[str, Part]:
    """Every file that 3.0 has, by its name; ids are still the system's own."""
    parts: dict[str, Part] = {}
    for name in source.files:
        part = source.main(name)
        if part is None or name in ("system_hours", "system_calendar"):
            continue
        if name == "system_information":
            parts[name] = information(source, part, slug=slug, known=known, losses=losses)
        elif name == "geofencing_zones":
            parts[name] = Part(zones(source, part), part.last_updated, source.names(name))
        elif name in LISTS:
            parts[name] = Part({**_rest(part, name), **_listed(source, part, name, losses)}, *_made(source, name, part))
        else:
            losses.add("file_unknown", name)
    return parts


def _made(source: Source, name: str, part: Part) -> tuple[Any, tuple[str, ...]]:
    return part.last_updated, source.names(name)


def _rest(part: Part, name: str) -> Record:
    return {key: value for key, value in part.data.items() if key not in LISTS[name]}


def _listed(source: Source, part: Part, name: str, losses: Losses) -> Record:
    if not any(isinstance(part.data.get(key), list) for key in LISTS[name]):
        return {}
    texts = Texts(source, name, LISTS[name])
    records = [texts.joined(one) for one in records_of(part, LISTS[name]) if isinstance(one, dict)]
    renamed = RENAMED[name]
    return {LISTS[name][0]: [_shaped(_renamed(one, renamed), name, losses) for one in records]}


def _renamed(record: Record, names: Mapping[str, str]) -> Record:
    if not names:
        return record
    # Where a record has both names, the newer one holds.
    return {names.get(key, key): value for key, value in record.items() if names.get(key) not in record}


def _shaped(record: Record, name: str, losses: Losses) -> Record:
    if name == "station_information":
        return {**{k: v for k, v in record.items() if k not in CAPACITIES}, **_capacities(record)}
    if name == "vehicle_types" and record.get("form_factor") == "scooter":
        losses.add("assumed", name, "form_factor", "scooter")  # 2.3 deprecates the word: standing was what it meant
        return {**record, "form_factor": "scooter_standing"}
    if name == "system_pricing_plans" and isinstance(record.get("price"), str):
        return {**record, "price": _figure(record["price"])}
    if name == "vehicle_status" and (record.get("lat") is None or record.get("lon") is None):
        return {key: value for key, value in record.items() if key not in ("lat", "lon")}
    return record


def _capacities(record: Record) -> Record:
    """Objects ``{type: count}`` as lists of types and counts."""
    return {
        new: [{"vehicle_type_ids": [name], "count": count} for name, count in record[old].items()]
        for old, new in CAPACITIES.items()
        if isinstance(record.get(old), dict) and new not in record
    }


def _figure(value: str) -> Any:
    try:
        return float(value)
    except ValueError:
        return value
