"""References of one file of 3.0 to another that must lead somewhere: pricing plans, the shops of the rental apps."""

from __future__ import annotations

from typing import Any, TypeAlias

from feeds.gbfs.conversion.losses import Losses

Record: TypeAlias = dict[str, Any]
Files: TypeAlias = dict[str, Record]


def records(files: Files, file: str, key: str) -> list[Record]:
    """The records of a file; none where there is no such file."""
    found: list[Record] = files.get(file, {}).get(key, [])
    return found


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
