"""Files of 3.0 under the names and in the shapes of 2.3. What 2.3 has no place for is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from feeds.gbfs.conversion.hours import NoHours, rental_hours
from feeds.gbfs.conversion.losses import Losses
from feeds.gbfs.conversion.upgrading import CAPACITIES, LISTS, RENAMED

Record: TypeAlias = dict[str, Any]

#: Fields that came with 3.0 and say nothing that 2.3 has a place for.
_ONLY_NEW: Final[Mapping[str, frozenset[str]]] = {
    "system_information": frozenset(
        {"termination_date", "manifest_url", "attribution_organization_name", "attribution_url"}
    ),
    "station_information": frozenset({"station_opening_hours"}),
    "vehicle_types": frozenset({"description"}),
}
#: Where the text of a licence of the SPDX list is read.
_SPDX: Final = "https://spdx.org/licenses/{}.html"
#: Files whose name 2.3 has otherwise.
OLD_NAMES: Final[Mapping[str, str]] = {"vehicle_status": "free_bike_status"}


def downgrade(name: str, data: Record, *, language: str, losses: Losses) -> Record:
    """One file of 3.0, as 2.3 shapes it, for one language; texts are chosen when it is fitted."""
    if name == "system_information":
        return _information(data, language, losses)
    if name == "geofencing_zones":
        return _zones(data, losses)
    key, *others = LISTS[name]
    old = {new: before for before, new in RENAMED[name].items()}
    records = [_shaped({old.get(k, k): v for k, v in one.items()}, name, losses) for one in data[key]]
    return {**data, key: records} if not others else {**_without(data, key), others[0]: records}


def hours_files(opening_hours: str, losses: Losses) -> dict[str, Record]:
    """``system_hours`` and ``system_calendar``, those that are needed: without them a system is always open."""
    try:
        hours, calendars = rental_hours(opening_hours)
    except NoHours:
        losses.add("value_left_out", "system_information", "opening_hours", opening_hours)
        return {}
    found = {"system_hours": {"rental_hours": hours}, "system_calendar": {"calendars": calendars}}
    return {name: data for name, data in found.items() if next(iter(data.values()))}


def _without(record: Record, *names: str) -> Record:
    return {key: value for key, value in record.items() if key not in names}


def _kept(record: Record, name: str, losses: Losses, *, within: str = "") -> Record:
    dropped = _ONLY_NEW.get(name, frozenset()) & record.keys()
    for field in sorted(dropped):
        losses.add("field_unknown", name, f"{within}{field}", record[field])
    return _without(record, *dropped) if dropped else record


def _information(data: Record, language: str, losses: Losses) -> Record:
    kept = _without(_kept(data, "system_information", losses), "languages", "opening_hours", "license_id")
    if "license_id" in data and "license_url" not in data:
        kept["license_url"] = _SPDX.format(data["license_id"])
    return {**kept, "language": language}


def _shaped(record: Record, name: str, losses: Losses) -> Record:
    if name == "vehicle_types":
        return _kept(record, name, losses, within="vehicle_types.")
    if name != "station_information":
        return record
    new = _without(_kept(record, name, losses, within="stations."), *CAPACITIES.values())
    for old, listed in CAPACITIES.items():
        if listed in record:
            new[old] = _by_type(record[listed], listed, losses)
    return new


def _by_type(listed: list[Record], name: str, losses: Losses) -> dict[str, int]:
    """Counts by type: what several types share is the share of none."""
    found: dict[str, int] = {}
    for one in listed:
        if len(one["vehicle_type_ids"]) == 1:
            kind = one["vehicle_type_ids"][0]
            found[kind] = found.get(kind, 0) + one["count"]
        else:
            losses.add("value_left_out", "station_information", f"stations.{name}")
    return found


def _zones(data: Record, losses: Losses) -> Record:
    if data.get("global_rules"):
        losses.add("field_unknown", "geofencing_zones", "global_rules")
    features = [
        {**one, "properties": _properties(one["properties"], losses)} for one in data["geofencing_zones"]["features"]
    ]
    return {**_without(data, "global_rules"), "geofencing_zones": {**data["geofencing_zones"], "features": features}}


def _properties(properties: Record, losses: Losses) -> Record:
    if "rules" not in properties:
        return properties
    return {**properties, "rules": [_rule(rule, losses) for rule in properties["rules"]]}


def _rule(rule: Record, losses: Losses) -> Record:
    """One word for the start and the end of rides: allowed only where both are."""
    if rule["ride_start_allowed"] != rule["ride_end_allowed"]:
        losses.add("made_coarser", "geofencing_zones", "rules.ride_allowed")
    old = _without(rule, "ride_start_allowed", "ride_end_allowed", "vehicle_type_ids")
    if "vehicle_type_ids" in rule:
        old["vehicle_type_id"] = rule["vehicle_type_ids"]
    return {**old, "ride_allowed": rule["ride_start_allowed"] and rule["ride_end_allowed"]}
