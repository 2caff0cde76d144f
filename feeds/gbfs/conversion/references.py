"""References of one file of 3.0 to another that must lead somewhere: types, pricing plans, shops of the rental apps."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from feeds.gbfs.conversion.losses import Losses

Record: TypeAlias = dict[str, Any]
Files: TypeAlias = dict[str, Record]

#: What stations count by vehicle type, beside the vehicles that stand there.
_COUNTS: Final = (
    ("station_information", "vehicle_types_capacity"),
    ("station_information", "vehicle_docks_capacity"),
    ("station_status", "vehicle_docks_available"),
)


def records(files: Files, file: str, key: str) -> list[Record]:
    """The records of a file; none where there is no such file."""
    found: list[Record] = files.get(file, {}).get(key, [])
    return found


def drop_types(files: Files, losses: Losses) -> None:
    """No count and no rule is of a vehicle type that is not published; a system without the file has them as it had."""
    if "vehicle_types" not in files:
        return
    types = {one["vehicle_type_id"] for one in records(files, "vehicle_types", "vehicle_types")}
    for file, field in _COUNTS:
        for station in records(files, file, "stations"):
            if field in station:
                known = _of_known(station.pop(field), types, losses, file, f"stations.{field}")
                if known:
                    station[field] = known
    data = files.get("geofencing_zones")
    if data is not None:
        zones = [one["properties"] for one in data["geofencing_zones"]["features"] if "rules" in one["properties"]]
        for ruled, field in ((data, "global_rules"), *((zone, "rules") for zone in zones)):
            ruled[field] = _of_known(ruled[field], types, losses, "geofencing_zones", field)


def _of_known(listed: list[Record], types: set[str], losses: Losses, *place: str) -> list[Record]:
    """Counts or rules without the types that are unknown; with its last type goes what was said of it."""
    kept = []
    for one in listed:
        named = one.get("vehicle_type_ids")
        known = [name for name in named or () if name in types]
        if named and len(known) < len(named):
            file, field = place
            losses.add("reference_left_out", file, f"{field}.vehicle_type_ids")
        if known or not named:  # a rule that names none is for all
            kept.append({**one, "vehicle_type_ids": known} if named else one)
    return kept


def drop_plans(files: Files, losses: Losses) -> None:
    """No record names a pricing plan that is not published."""
    plans = {one["plan_id"] for one in records(files, "system_pricing_plans", "plans")}
    for one in records(files, "vehicle_types", "vehicle_types"):
        if "default_pricing_plan_id" in one and one["default_pricing_plan_id"] not in plans:
            del one["default_pricing_plan_id"]
            losses.add("reference_left_out", "vehicle_types", "vehicle_types.default_pricing_plan_id")
        if "pricing_plan_ids" in one:
            known = [name for name in one["pricing_plan_ids"] if name in plans]
            if len(known) < len(one["pricing_plan_ids"]):
                losses.add("reference_left_out", "vehicle_types", "vehicle_types.pricing_plan_ids")
            one["pricing_plan_ids"] = known
    for one in records(files, "vehicle_status", "vehicles"):
        if "pricing_plan_id" in one and one["pricing_plan_id"] not in plans:
            del one["pricing_plan_id"]
            losses.add("reference_left_out", "vehicle_status", "vehicles.pricing_plan_id")


def drop_apps(files: Files, losses: Losses) -> None:
    """An address into an app needs the app's shop in ``system_information``, which nobody can guess."""
    apps = files.get("system_information", {}).get("rental_apps", {})
    for platform in ("android", "ios"):
        if "store_uri" in apps.get(platform, {}):
            continue
        for file, key in (("station_information", "stations"), ("vehicle_status", "vehicles")):
            for one in records(files, file, key):
                if platform in one.get("rental_uris", {}):
                    del one["rental_uris"][platform]
                    losses.add("reference_left_out", file, f"{key}.rental_uris.{platform}")
