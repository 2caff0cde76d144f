"""What one file of 3.0 demands of another: vehicle types, pricing plans, the shops of the rental apps, places.

Source: GBFS 3.0, "Required" and "Conditionally required" of each field; the validator's conditional rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from feeds.gbfs.conversion.losses import Losses
from feeds.gbfs.conversion.references import Files, drop_apps, drop_plans, drop_types, records

Record: TypeAlias = dict[str, Any]

#: Before vehicle types every vehicle was a bicycle that its rider moves (GBFS 2.1, vehicle_types).
DEFAULT_TYPE: Final = {"form_factor": "bicycle", "propulsion_type": "human"}
#: Types whose range must be known.
_MOTORS: Final = frozenset(
    {
        *("electric", "electric_assist", "combustion", "combustion_diesel"),
        *("hybrid", "plug_in_hybrid", "hydrogen_fuel_cell"),
    }
)
#: Types whose vehicles must say how far they still go.
_TOLD_RANGE: Final = frozenset({"electric", "electric_assist", "combustion"})


def complete(files: Files, *, prefix: str, knows_types: bool, losses: Losses) -> bool:
    """Make the files of 3.0 hold together, in place; answers whether vehicle types were made that the source lacks."""
    _place_vehicles(files, losses)
    made = not knows_types and _add_default_type(files, prefix, losses)
    _range_types(files, losses)
    _type_vehicles(files, losses)
    _type_stations(files, losses)
    drop_types(files, losses)
    drop_plans(files, losses)
    drop_apps(files, losses)
    return made


def _types(files: Files) -> dict[str, Record]:
    return {one["vehicle_type_id"]: one for one in records(files, "vehicle_types", "vehicle_types")}


def _place_vehicles(files: Files, losses: Losses) -> None:
    """A vehicle is at a place or at a station."""
    kept = []
    for one in records(files, "vehicle_status", "vehicles"):
        if "lat" not in one or "lon" not in one:
            one.pop("lat", None)
            one.pop("lon", None)
            if "station_id" not in one:
                losses.add("record_left_out", "vehicle_status", "vehicles.lat", one["vehicle_id"])
                continue
        kept.append(one)
    _replace(files, "vehicle_status", "vehicles", kept)


def _replace(files: Files, file: str, key: str, records: list[Record]) -> None:
    if file in files:
        files[file][key] = records


def _add_default_type(files: Files, prefix: str, losses: Losses) -> bool:
    if "vehicle_types" in files or not ({"vehicle_status", "station_status"} & files.keys()):
        return False
    name = f"{prefix}bicycle"
    files["vehicle_types"] = {"vehicle_types": [{"vehicle_type_id": name, **DEFAULT_TYPE}]}
    losses.add("assumed", "vehicle_types", "vehicle_types", "bicycle, human")
    return True


def _range_types(files: Files, losses: Losses) -> None:
    """A type with a motor tells its range: the greatest that one of its vehicles tells, where it does not."""
    seen: dict[str, float] = {}
    for one in records(files, "vehicle_status", "vehicles"):
        name, far = one.get("vehicle_type_id"), one.get("current_range_meters")
        if name is not None and far is not None:
            seen[name] = max(far, seen.get(name, 0))
    kept = []
    for one in records(files, "vehicle_types", "vehicle_types"):
        if one["propulsion_type"] in _MOTORS and "max_range_meters" not in one:
            if one["vehicle_type_id"] not in seen:
                losses.add("record_left_out", "vehicle_types", "vehicle_types.max_range_meters", one["vehicle_type_id"])
                continue
            one["max_range_meters"] = seen[one["vehicle_type_id"]]
            losses.add("derived", "vehicle_types", "vehicle_types.max_range_meters", one["vehicle_type_id"])
        kept.append(one)
    _replace(files, "vehicle_types", "vehicle_types", kept)


def _type_vehicles(files: Files, losses: Losses) -> None:
    """Where there are types, each vehicle has one; where there are none, no vehicle names one."""
    types = _types(files)
    kept = [one for one in records(files, "vehicle_status", "vehicles") if _typed(one, types, losses)]
    _replace(files, "vehicle_status", "vehicles", kept)


def _typed(one: Record, types: Mapping[str, Record], losses: Losses) -> bool:
    if not types:
        if one.pop("vehicle_type_id", None) is not None:
            losses.add("reference_left_out", "vehicle_status", "vehicles.vehicle_type_id")
        return True
    if "vehicle_type_id" not in one and len(types) == 1:
        one["vehicle_type_id"] = next(iter(types))
    kind = types.get(one.get("vehicle_type_id", ""))
    if kind is None:
        losses.add("record_left_out", "vehicle_status", "vehicles.vehicle_type_id", one.get("vehicle_type_id"))
        return False
    return kind["propulsion_type"] not in _TOLD_RANGE or _ranged(one, kind, losses)


def _ranged(one: Record, kind: Record, losses: Losses) -> bool:
    if "current_range_meters" in one:
        return True
    if "current_fuel_percent" in one:  # a share from 0 to 1, whatever its name says
        one["current_range_meters"] = round(one["current_fuel_percent"] * kind["max_range_meters"])
        losses.add("derived", "vehicle_status", "vehicles.current_range_meters")
        return True
    losses.add("record_left_out", "vehicle_status", "vehicles.current_range_meters", one["vehicle_id"])
    return False


def _type_stations(files: Files, losses: Losses) -> None:
    """Where there are types, each station tells how many vehicles of each it has."""
    types = _types(files)
    docked: dict[str, Counter[str]] = {}
    for one in records(files, "vehicle_status", "vehicles"):
        if "station_id" in one and "vehicle_type_id" in one and not (one["is_disabled"] or one["is_reserved"]):
            docked.setdefault(one["station_id"], Counter())[one["vehicle_type_id"]] += 1
    for station in records(files, "station_status", "stations"):
        if types and "vehicle_types_available" not in station:
            station["vehicle_types_available"] = _available(station, types, docked, losses)
        told = station.get("vehicle_types_available", [])
        known = [one for one in told if one["vehicle_type_id"] in types]
        if len(known) < len(told):
            losses.add("reference_left_out", "station_status", "stations.vehicle_types_available")
            station["vehicle_types_available"] = known
        if not types:
            station.pop("vehicle_types_available", None)


def _available(
    station: Record, types: Mapping[str, Record], docked: Mapping[str, Counter[str]], losses: Losses
) -> list[Record]:
    total, there = station["num_vehicles_available"], docked.get(station["station_id"], Counter())
    field = "stations.vehicle_types_available"
    if len(types) == 1:
        return [{"vehicle_type_id": next(iter(types)), "count": total}]
    if there.total() == total:
        if total:
            losses.add("derived", "station_status", field)
        return [{"vehicle_type_id": name, "count": count} for name, count in sorted(there.items())]
    losses.add("not_known", "station_status", field, station["station_id"])
    return []
