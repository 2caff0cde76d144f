"""What a difference means to somebody who waits at a stop: stops moved, lines and trips that came or went, days.

`days` says which days are compared and how trips are counted, `calls` when a trip is another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import duckdb

from feeds.gtfs.diff.calls import OtherCalls, other_calls
from feeds.gtfs.diff.days import SERVICE, RouteDays, Span, count_trips, route_days, span
from feeds.gtfs.diff.texts import Text
from feeds.gtfs.diff.view import NAMED, view
from feeds.gtfs.diff.words import sentences

Pairs: TypeAlias = Callable[[str], tuple[Text | None, Text | None]]

_ENTITIES: Final[Mapping[str, str]] = {"stops": "stop_id", "routes": "route_id", "trips": "trip_id"}


@dataclass(frozen=True, slots=True)
class Entities:
    """Stops, routes or trips: how many came and went, and the first of each by id."""

    added: int = 0
    removed: int = 0
    added_ids: tuple[str, ...] = ()
    removed_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedStop:
    """A stop that lies elsewhere, by how many metres."""

    stop_id: str
    stop_name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What changed, in numbers. `moved` and `route_days` name the first, the counts are of all."""

    moved_m: float
    entities: Mapping[str, Entities] = field(default_factory=dict)
    moved_stops: int = 0
    moved: tuple[MovedStop, ...] = ()
    calls: OtherCalls = field(default_factory=OtherCalls)
    days_compared: int = 0
    routes_changed: int = 0
    route_days: tuple[RouteDays, ...] = ()
    spans: tuple[Span, Span] | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON, with the sentences that say the same."""
        found: dict[str, Any] = {
            "moved_m": self.moved_m,
            **{name: _plain(self.entities.get(name, Entities())) for name in _ENTITIES},
            "stops_moved": {"count": self.moved_stops, "stops": [_plain(one) for one in self.moved]},
            "trips_with_other_calls": _plain(self.calls),
            "trips_per_route_and_day": {
                "days_compared": self.days_compared,
                "routes_changed": self.routes_changed,
                "routes": [_plain(one) for one in self.route_days],
            },
            "service_span": None
            if self.spans is None
            else dict(zip(("base", "new"), map(_plain, self.spans), strict=True)),
        }
        return {**found, "words": sentences(found)}


def _plain(one: Any) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def meaning_of(connection: duckdb.DuckDBPyConnection, changed: set[str], texts: Pairs, *, moved_m: float) -> Meaning:
    """Work it out from the files that changed; a file that did not is not even read, unless days depend on it."""
    entities = {
        name: _entities(connection, texts(f"{name}.txt"), key)
        for name, key in _ENTITIES.items()
        if f"{name}.txt" in changed
    }
    moved_stops, moved = 0, tuple[MovedStop, ...]()
    if "stops.txt" in changed:
        moved_stops, moved = _moved(connection, texts("stops.txt"), moved_m)
    calls = other_calls(connection, texts("stop_times.txt")) if "stop_times.txt" in changed else OtherCalls()
    if not changed.intersection(SERVICE):
        return Meaning(moved_m, entities, moved_stops, moved, calls)
    for side in (0, 1):
        count_trips(connection, [texts(file)[side] for file in SERVICE], "bn"[side])
    days_compared, routes_changed, named = route_days(connection)
    spans = span(connection, "b"), span(connection, "n")
    return Meaning(moved_m, entities, moved_stops, moved, calls, days_compared, routes_changed, named, spans)


def _entities(connection: duckdb.DuckDBPyConnection, texts: tuple[Text | None, Text | None], key: str) -> Entities:
    for name, text in zip("bn", texts, strict=True):
        view(connection, f"{name}_ids", text, {key: "VARCHAR"})
    found = []
    for here, there in (("n_ids", "b_ids"), ("b_ids", "n_ids")):
        sql = f"SELECT {key} FROM {here} WHERE {key} IS NOT NULL EXCEPT SELECT {key} FROM {there}"  # noqa: S608
        count = connection.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0]  # noqa: S608
        ids = connection.execute(f"{sql} ORDER BY {key} LIMIT {NAMED}").fetchall()
        found.append((count, tuple(one for (one,) in ids)))
    (added, added_ids), (removed, removed_ids) = found
    return Entities(added, removed, added_ids, removed_ids)


# Great-circle distance (haversine) on a sphere of 6,371,008.8 m, the mean radius of the Earth (IUGG).
_MOVED = """
WITH pairs AS (
    SELECT n.stop_id, any_value(n.stop_name) AS stop_name,
        max(2 * 6371008.8 * asin(least(1, sqrt(
            pow(sin(radians(n.stop_lat - b.stop_lat) / 2), 2)
            + cos(radians(b.stop_lat)) * cos(radians(n.stop_lat)) * pow(sin(radians(n.stop_lon - b.stop_lon) / 2), 2)
        )))) AS distance_m
    FROM b_stops b JOIN n_stops n ON n.stop_id = b.stop_id
    WHERE isfinite(b.stop_lat) AND isfinite(b.stop_lon) AND isfinite(n.stop_lat) AND isfinite(n.stop_lon)
    GROUP BY n.stop_id
)
SELECT stop_id, coalesce(stop_name, ''), round(distance_m, 1), count(*) OVER () FROM pairs
WHERE distance_m >= ? ORDER BY distance_m DESC, stop_id LIMIT ?
"""


def _moved(
    connection: duckdb.DuckDBPyConnection, texts: tuple[Text | None, Text | None], moved_m: float
) -> tuple[int, tuple[MovedStop, ...]]:
    columns = {"stop_id": "VARCHAR", "stop_name": "VARCHAR", "stop_lat": "DOUBLE", "stop_lon": "DOUBLE"}
    for name, text in zip("bn", texts, strict=True):
        view(connection, f"{name}_stops", text, columns)
    rows = connection.execute(_MOVED, [moved_m, NAMED]).fetchall()
    return (rows[0][3] if rows else 0), tuple(MovedStop(*row[:3]) for row in rows)
