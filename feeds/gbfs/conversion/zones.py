"""``geofencing_zones`` of any version as 3.0 has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from feeds.gbfs.conversion.source import Part, Source
from feeds.gbfs.conversion.texts import with_texts

Record: TypeAlias = dict[str, Any]


def zones(source: Source, part: Part) -> Record:
    """The ``data`` of the file, with the names and rules of 3.0."""
    found = part.data.get("geofencing_zones")
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not isinstance(found, dict):
        return part.data
    others = {tag: _features(one) for tag, one in source.files["geofencing_zones"].items() if tag != source.language}
    zones = [
        _zone(one, {tag: listed[place] for tag, listed in others.items() if place < len(listed)}, source.language)
        for place, one in enumerate(features)
        if isinstance(one, dict)
    ]
    return {
        **part.data,
        "geofencing_zones": {**found, "features": zones},
        "global_rules": _rules(part.data.get("global_rules")),
    }


def _features(part: Part) -> list[Any]:
    found = part.data.get("geofencing_zones")
    features = found.get("features") if isinstance(found, dict) else None
    return features if isinstance(features, list) else []


def _zone(feature: Record, others: Mapping[str, Any], main: str) -> Record:
    # The format gives its zones no id: the same place in the list is the same zone.
    said = {tag: _properties(one) for tag, one in others.items()}
    properties = with_texts(_properties(feature), said, ("name",), main)
    if isinstance(properties.get("rules"), list):
        properties["rules"] = _rules(properties["rules"])
    return {**feature, "properties": properties, "geometry": _several(feature.get("geometry"))}


def _properties(feature: Any) -> Record:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _rules(listed: Any) -> list[Record]:
    return [_rule(rule) for rule in listed if isinstance(rule, dict)] if isinstance(listed, list) else []


def _several(geometry: Any) -> Any:
    """One polygon as the list of polygons that the standard asks for."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        return geometry
    return {**geometry, "type": "MultiPolygon", "coordinates": [geometry.get("coordinates")]}


def _rule(rule: Record) -> Record:
    """2.x says whether rides are allowed; 3.0 says it of their start and of their end."""
    new = {key: value for key, value in rule.items() if key not in ("ride_allowed", "vehicle_type_id")}
    if "vehicle_type_id" in rule:
        new.setdefault("vehicle_type_ids", rule["vehicle_type_id"])
    if "ride_allowed" in rule:
        new.setdefault("ride_start_allowed", rule["ride_allowed"])
        new.setdefault("ride_end_allowed", rule["ride_allowed"])
    return new
