"""Rules for what the newest files say alone: how old it is, and where it lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from feeds.gbfs.across import Rule, View
from feeds.gbfs.places import distance_km, middle, swapped
from feeds.gbfs.tally import Tally
from feeds.time_zones import Place, place_of_zone


def staleness(view: View, tally: Tally) -> None:
    """Stations report, and files are renewed; none of it after the moment of the check."""
    oldest = view.at - dt.timedelta(days=view.plausible.silent_days)
    latest = view.at + dt.timedelta(seconds=view.plausible.ahead_s)
    for name in ("station_status", "vehicles"):
        for position, row in view.rows(name):
            reported = row["last_reported"]
            code = _age(reported, oldest, latest) if reported else ""
            if code:
                tally.add(code, file=view.file(name), row=position, field="last_reported", value=reported.isoformat())
    for document in view.documents.values():
        if document.last_updated > latest:
            value = document.last_updated.isoformat()
            tally.add("gbfs_report_in_future", file=document.file, field="last_updated", value=value)


def _age(reported: dt.datetime, oldest: dt.datetime, latest: dt.datetime) -> str:
    if reported < oldest:
        return "gbfs_stale_report"
    return "gbfs_report_in_future" if reported > latest else ""


def feed_age(view: View, tally: Tally) -> None:
    """The newest of all files is recent."""
    newest = max(view.documents.values(), key=lambda document: document.last_updated)
    if newest.last_updated < view.at - dt.timedelta(days=view.plausible.feed_silent_days):
        value = newest.last_updated.isoformat()
        tally.add("gbfs_stale_feed", file=newest.file, field="last_updated", value=value)


def places(view: View, tally: Tally) -> None:
    """Stations and vehicles lie together, and in the part of the world of their time zone."""
    found = [(name, position, place) for name in ("stations", "vehicles") for position, place in _places(view, name)]
    on_land = [place for _, _, place in found if place != (0.0, 0.0)]
    for name, position, place in found:
        if place == (0.0, 0.0):
            tally.add("gbfs_null_island", file=view.file(name), row=position, field="lat")
    if not on_land:
        return
    centre = middle(on_land)
    for name, position, place in found:
        code = _astray(place, centre, view.plausible.far_km) if place != (0.0, 0.0) else ""
        if code:
            detail = f"{distance_km(place, centre):,.0f} km from the middle of the system"
            tally.add(code, detail, file=view.file(name), row=position, field="lat", value=f"{place[0]}, {place[1]}")
    _whole_system(view, centre, tally)


def _places(view: View, name: str) -> Iterator[tuple[int, Place]]:
    for position, row in view.rows(name):
        if row["lat"] is not None and row["lon"] is not None:
            yield position, (row["lat"], row["lon"])


def _astray(place: Place, centre: Place, far_km: float) -> str:
    if distance_km(place, centre) <= far_km:
        return ""
    other = swapped(place)
    return "gbfs_coordinates_swapped" if other and distance_km(other, centre) <= far_km else "gbfs_far_away"


def _whole_system(view: View, centre: Place, tally: Tally) -> None:
    """A system far from the chief place of its time zone; when near to it once swapped, its every place is swapped."""
    home, other, limits = place_of_zone(view.timezone), swapped(centre), view.plausible
    away_km = distance_km(centre, home) if home else 0.0
    if home is None or away_km <= limits.zone_near_km:
        return
    near = other is not None and distance_km(other, home) <= limits.zone_near_km
    if not near and away_km <= limits.zone_far_km:
        return
    tally.add(
        "gbfs_coordinates_swapped" if near else "gbfs_far_away",
        f"the whole system lies {away_km:,.0f} km from {view.timezone}",
        file=view.file("stations" if view.has("stations") else "vehicles"),
        field="lat, lon",
        value=f"{centre[0]:.4f}, {centre[1]:.4f}",
    )


#: Rules for the newest files alone.
NEWEST: tuple[Rule, ...] = (staleness, feed_age, places)
