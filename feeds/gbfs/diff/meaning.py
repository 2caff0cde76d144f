"""What a difference means for whoever rides: numbers, the first stations by name, and the same in two languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from feeds.gbfs.diff.records import System
from feeds.gbfs.places import distance_km

_STATIONS: Final = "station_information"
#: How many stations are named; the counts are of all.
NAMED: Final = 50
#: The kinds of records that come and go. French (one, several, ending of the participle), English (one, several).
KINDS: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "stations": (_STATIONS, "station", "stations", "station", "stations"),
    "vehicle_types": ("vehicle_types", "sorte de véhicule", "sortes de véhicule", "vehicle type", "vehicle types"),
    "pricing_plans": (
        "system_pricing_plans",
        "formule tarifaire",
        "formules tarifaires",
        "pricing plan",
        "pricing plans",
    ),
    "geofencing_zones": (
        *("geofencing_zones", "zone géographique", "zones géographiques"),
        *("geofencing zone", "geofencing zones"),
    ),
    "regions": ("system_regions", "secteur", "secteurs", "region", "regions"),
}
_MASCULINE: Final = frozenset(("regions",))
_SAME: Final = ("Le système est décrit comme avant.", "The system is described as before.")
_VERBS: Final = {
    "added": ("ajouté", "added"),
    "removed": ("supprimé", "removed"),
    "changed": ("modifié", "changed"),
}


def meaning(base: System, new: System, *, moved_m: float) -> dict[str, Any]:
    """Numbers of what came, went and changed; stations that moved by `moved_m` metres, were renamed or resized."""
    kinds = {name: _numbers(base, new, words[0]) for name, words in KINDS.items()}
    before, after = base.get(_STATIONS, {}), new.get(_STATIONS, {})
    both = [(key[0], before[key], after[key]) for key in before if key in after]
    moved = [
        {"station_id": key, "name": told.get("name", ""), "distance_m": far}
        for key, was, told in both
        if (far := _distance_m(was, told)) is not None and far >= moved_m
    ]
    found = {
        "moved_m": moved_m,
        **kinds,
        "stations_moved": _named(sorted(moved, key=lambda one: (-float(one["distance_m"]), str(one["station_id"])))),
        "stations_renamed": _named(_changed(both, "name")),
        "stations_resized": _named(_changed(both, "capacity")),
        "system_fields": _fields(base, new),
    }
    return {**found, "words": _sentences(found)}


def _numbers(base: System, new: System, file: str) -> dict[str, int]:
    before, after = base.get(file, {}), new.get(file, {})
    changed = sum(before[key] != after[key] for key in before.keys() & after.keys())
    return {
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "changed": changed,
    }


def _distance_m(was: Mapping[str, Any], told: Mapping[str, Any]) -> float | None:
    places = [(one.get("lat"), one.get("lon")) for one in (was, told)]
    if any(lat is None or lon is None for lat, lon in places):
        return None
    (lat, lon), (new_lat, new_lon) = places
    return round(1000 * distance_km((float(lat or 0), float(lon or 0)), (float(new_lat or 0), float(new_lon or 0))), 1)


def _changed(both: list[tuple[Any, Any, Any]], field: str) -> list[dict[str, Any]]:
    return [
        {"station_id": key, "base": was.get(field), "new": told.get(field)}
        for key, was, told in both
        if was.get(field) != told.get(field)
    ]


def _named(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(found), "stations": found[:NAMED]}


def _fields(base: System, new: System) -> list[str]:
    """The fields of ``system_information`` that changed; another ``system_id`` is another record, and counts as all."""
    before, after = (side.get("system_information", {}) for side in (base, new))
    if before.keys() != after.keys():
        return ["system_id"]
    pairs = [(before[key], after[key]) for key in before]
    changed = {name for was, told in pairs for name in {*was, *told} if was.get(name) != told.get(name)}
    # A text and its translations are one field of the standard.
    return sorted({name.removesuffix("_texts") for name in changed})


def _sentences(found: Mapping[str, Any]) -> dict[str, list[str]]:
    pairs = list(_pairs(found)) or [_SAME]
    return {"fr": [fr for fr, _ in pairs], "en": [en for _, en in pairs]}


def _pairs(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, words in KINDS.items():
        for verb, (fr, en) in _VERBS.items():
            count = found[name][verb]
            if not count or (name, verb) == ("stations", "changed"):
                continue
            many = count > 1
            ending = ("" if name in _MASCULINE else "e") + ("s" if many else "")
            yield f"{count} {words[1 + many]} {fr}{ending}.", f"{count} {words[3 + many]} {en}."
    yield from _moved(found["stations_moved"], found["moved_m"])
    for key, fr, en in (
        ("stations_renamed", "changé de nom", "renamed"),
        ("stations_resized", "changé de capacité", "of another capacity"),
    ):
        if count := found[key]["count"]:
            many = count > 1
            yield (
                f"{count} {'stations ont' if many else 'station a'} {fr}.",
                f"{count} {'stations' if many else 'station'} {en}.",
            )
    if fields := found["system_fields"]:
        yield (
            f"Changé dans system_information : {', '.join(fields)}.",
            f"Changed in system_information: {', '.join(fields)}.",
        )


def _moved(found: Mapping[str, Any], least_m: float) -> Iterator[tuple[str, str]]:
    if not found["count"]:
        return
    many, first = found["count"] > 1, found["stations"][0]
    name, far = first["name"] or first["station_id"], round(first["distance_m"])
    yield (
        f"{found['count']} {'stations déplacées' if many else 'station déplacée'} d'au moins {least_m:g} m ; "
        f"le plus loin : {name}, de {far} m.",
        f"{found['count']} {'stations' if many else 'station'} moved by at least {least_m:g} m; "
        f"the farthest: {name}, by {far} m.",
    )
