"""The meaning of a difference in sentences, in French and in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

#: Of each kind: French (one, several), English (one, several), for what came and what went.
_CAME: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "stops": ("arrêt ajouté", "arrêts ajoutés", "stop added", "stops added"),
    "routes": ("ligne ajoutée", "lignes ajoutées", "route added", "routes added"),
    "trips": ("course ajoutée", "courses ajoutées", "trip added", "trips added"),
}
_WENT: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "stops": ("arrêt supprimé", "arrêts supprimés", "stop removed", "stops removed"),
    "routes": ("ligne supprimée", "lignes supprimées", "route removed", "routes removed"),
    "trips": ("course supprimée", "courses supprimées", "trip removed", "trips removed"),
}
#: Names and fares may still differ: that is in the rows.
_SAME: Final = ("Mêmes arrêts, lignes, courses et jours de service.", "Same stops, routes, trips and service days.")


def sentences(meaning: Mapping[str, Any]) -> dict[str, list[str]]:
    """All that is to be said, by language; one sentence where nothing is."""
    pairs = list(_pairs(meaning)) or [_SAME]
    return {"fr": [fr for fr, _ in pairs], "en": [en for _, en in pairs]}


def _pairs(meaning: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _CAME:
        for words, count in ((_CAME[name], meaning[name]["added"]), (_WENT[name], meaning[name]["removed"])):
            if count:
                several = count > 1
                yield f"{_fr(count)} {words[several]}.", f"{count:,} {words[2 + several]}."
    yield from _moved(meaning)
    yield from _calls(meaning["trips_with_other_calls"])
    yield from _days(meaning["trips_per_route_and_day"])
    yield from _span(meaning["service_span"])


def _moved(meaning: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    found = meaning["stops_moved"]
    if not found["count"]:
        return
    many, first, least = found["count"] > 1, found["stops"][0], meaning["moved_m"]
    name, far = first["stop_name"] or first["stop_id"], first["distance_m"]
    yield (
        f"{_fr(found['count'])} {'arrêts déplacés' if many else 'arrêt déplacé'} d'au moins {_fr(least)} m ; "
        f"le plus loin : {name}, de {_fr(round(far))} m.",
        f"{found['count']:,} {'stops' if many else 'stop'} moved by at least {least:g} m; "
        f"the farthest: {name}, by {round(far):,} m.",
    )


def _calls(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times, stops = found["times"], found["stops"]
    if times:
        yield (
            f"{_fr(times)} {'courses passent' if times > 1 else 'course passe'} à d'autres heures.",
            f"{times:,} {'trips call' if times > 1 else 'trip calls'} at other times.",
        )
    if stops:
        yield (
            f"{_fr(stops)} {'courses desservent' if stops > 1 else 'course dessert'} d'autres arrêts.",
            f"{stops:,} {'trips call' if stops > 1 else 'trip calls'} at other stops.",
        )


def _days(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not found["routes_changed"]:
        return
    many, worst = found["routes_changed"] > 1, found["routes"][0]
    before, after = worst["worst_base"], worst["worst_new"]
    yield (
        f"{_fr(found['routes_changed'])} {'lignes ont' if many else 'ligne a'} un autre nombre de courses certains "
        f"jours ; surtout {worst['route_id']} ({worst['days']} j), le {worst['worst_day']} de {_fr(before)} à "
        f"{_fr(after)}.",
        f"{found['routes_changed']:,} {'routes have' if many else 'route has'} another number of trips on some days; "
        f"most of all {worst['route_id']} ({worst['days']} d), on {worst['worst_day']} from {before:,} to {after:,}.",
    )


def _span(found: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if found is None or found["base"] == found["new"]:
        return
    (fr_base, en_base), (fr_new, en_new) = (_range(found[side]) for side in ("base", "new"))
    yield (
        f"Période de service : {fr_base} auparavant, {fr_new} désormais.",
        f"Service span: {en_base} before, {en_new} now.",
    )


def _range(span: Mapping[str, Any]) -> tuple[str, str]:
    if span["first"] is None:
        return "aucun jour", "no day"
    return f"du {span['first']} au {span['last']}", f"{span['first']} to {span['last']}"


def _fr(number: float) -> str:
    # A narrow no-break space between thousands, a comma before decimals.
    return f"{number:,.15g}".translate({ord(","): "\u202f", ord("."): ","})
