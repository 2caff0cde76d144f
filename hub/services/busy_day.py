"""Of an open timetable: which days stand for all, and the map layer of the busiest one. By partridge, from a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas
import orjson

from feeds import statistics
from feeds.gtfs.view import busiest_day, cut, representative_days
from hub.services.back import Back
from hub.services.statistics import DAYS

#: The map layer: the stops that are served on the busiest day, with how often.
LAYER = "busiest-day"


def days_and_layer(
    back: Back, tables: Mapping[str, Path], work: Path
) -> Iterator[tuple[str, bytes | geopandas.GeoDataFrame]]:
    """The document `DAYS` and the layer `LAYER`; nothing of a timetable in which no trip runs.

    The document is ``{"busiest": "2026-09-14", "weekday": …, "saturday": …, "sunday": …}``. A day with more stop times
    than a view may hold (`feeds.gtfs.view.MOST_CALLS`) has no layer.
    """
    scrap = work / "view"
    scrap.mkdir(exist_ok=True)
    with statistics.connect(memory=back.limits.memory, threads=back.limits.threads, spill=work) as connection:
        try:
            day, services = busiest_day(tables, connection=connection, scrap=scrap)
        except LookupError:
            return
        kinds = representative_days(tables, connection=connection, scrap=scrap)
        named = {"busiest": day.isoformat(), **{kind: date.isoformat() for kind, date in sorted(kinds.items())}}
        yield DAYS, orjson.dumps(named, option=orjson.OPT_INDENT_2)
        try:
            view = cut(tables, services, connection=connection, scrap=scrap)
        except (LookupError, ValueError):
            return
    calls = view.stop_times.groupby("stop_id").size().rename("calls").reset_index()
    served = view.stops.merge(calls, on="stop_id").dropna(subset=["stop_lat", "stop_lon"])
    points = geopandas.points_from_xy(served["stop_lon"], served["stop_lat"])
    shown = served[["stop_id", "stop_name", "calls"]].assign(date=day.isoformat())
    yield LAYER, geopandas.GeoDataFrame(shown, geometry=points, crs="EPSG:4326")
