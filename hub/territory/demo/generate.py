"""Makes the whole demo territory: feeds, communes, planted defects, and the truth beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson
import pyarrow as pa

from hub.territory.demo import truth as truth_mds
from hub.territory.demo import truth_bus
from hub.territory.demo.broken import write_broken
from hub.territory.demo.docked import write_docked
from hub.territory.demo.events import events_of
from hub.territory.demo.floating import MONTH as FLOATING_MONTH
from hub.territory.demo.floating import OPERATOR as FLOATING_OPERATOR
from hub.territory.demo.floating import write_floating
from hub.territory.demo.geography import communes_geojson
from hub.territory.demo.gtfs_feed import write_gtfs
from hub.territory.demo.mds_feed import MdsFeed, feeds_of
from hub.territory.demo.months import Year, year
from hub.territory.demo.operators import OPERATORS
from hub.territory.demo.records import EventRows, event_rows, trip_rows
from hub.territory.demo.timetable import CURRENT, NEXT
from hub.territory.demo.truth import Truth
from hub.territory.demo.write import csv_file, json_file
from hub.territory.demo.year import TIMEZONE, YEAR

#: Told what is being made, how many parts are done, and how many there are.
Progress: TypeAlias = Callable[[str, int, int], None]

_MEANING: Final = {
    **truth_mds.MEANING,
    **truth_bus.MEANING,
    "combecycle_stations": "By station: seconds renting (observed), not renting (closed), empty while renting, "
    "returning, full while returning; bike_s is bicycles times seconds while renting. A snapshot holds until the next.",
    "trottix_snapshots": "Vehicles listed in each snapshot, and how many of them reserved or disabled.",
}


@dataclass(frozen=True, slots=True)
class Demo:
    """Where everything is, and what is in it."""

    folder: Path
    bus: Path
    bus_next: Path
    combecycle: Path
    trottix_gbfs: Path
    mds: Mapping[str, Path]
    communes: Path
    broken: Path
    defects: Path
    truth: Path
    truth_tables: Mapping[str, Path]
    facts: Mapping[str, Any]

    @classmethod
    def at(cls, folder: Path) -> Demo:
        """The demo territory that was made in `folder`.

        Raises:
            FileNotFoundError: there is none, or it was not finished.
        """
        truth = orjson.loads((folder / "truth.json").read_bytes())
        return cls(
            folder=folder,
            bus=folder / "bus-hautes-combes.zip",
            bus_next=folder / "bus-hautes-combes-next.zip",
            combecycle=folder / "combecycle",
            trottix_gbfs=folder / "trottix-gbfs",
            mds={one.feed: folder / one.feed for one in OPERATORS},
            communes=folder / "communes.geojson",
            broken=folder / "broken",
            defects=folder / "defects.json",
            truth=folder / "truth.json",
            truth_tables={name: folder / table["file"] for name, table in sorted(truth["tables"].items())},
            facts=truth["facts"],
        )

    @property
    def feeds(self) -> Mapping[str, Path]:
        """The source of each dataset by slug."""
        return {
            "bus-hautes-combes": self.bus,
            "combecycle": self.combecycle,
            "trottix-gbfs": self.trottix_gbfs,
            **self.mds,
        }


@dataclass(slots=True)
class _Made:
    """What was gathered on the way."""

    tables: dict[str, pa.Table]
    defects: list[dict[str, Any]]
    facts: dict[str, Any]


def generate(into: Path, *, seed: int = 1, trips: int = 20_000, progress: Progress | None = None) -> Demo:
    """Make the demo territory in the empty or absent folder `into`: the same seed and size give the same bytes.

    `trips` is the number of user trips of a minute or more in the year; everything else follows from it.

    Raises:
        FileExistsError: `into` holds something already.
        ValueError: `trips` is below 1,000, where months would be left without a trip of each operator.
    """
    if trips < 1_000:
        raise ValueError("the demo territory needs 1000 trips or more")
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        raise FileExistsError(f"not empty: {into}")
    say = progress or _silent
    made = _Made({}, [], {"seed": seed, "year": YEAR, "timezone": TIMEZONE})
    say("bus", 0, 1)
    write_gtfs(into / "bus-hautes-combes.zip", CURRENT)
    write_gtfs(into / "bus-hautes-combes-next.zip", NEXT)
    made.tables.update(truth_bus.tables(CURRENT))
    say("bicycles", 0, 1)
    made.tables["combecycle_stations"], planted = write_docked(into / "combecycle", seed)
    made.defects.extend(planted)
    _write_mds(into, year(seed, trips), seed=seed, say=say, made=made)
    made.defects.extend(write_broken(into / "broken", CURRENT))
    json_file(into / "communes.geojson", communes_geojson())
    return _finished(into, made)


def _silent(stage: str, done: int, of: int) -> None:
    """Say nothing."""


def _write_mds(into: Path, made_year: Year, *, seed: int, say: Progress, made: _Made) -> None:
    truth = Truth.of(made_year.fleet)
    feeds = feeds_of(made_year.fleet, into)
    for month in made_year.months:
        say("trips", month.number, 12)
        happened = events_of(month.actions)
        truth.take(month.actions, happened)
        events = event_rows(happened, month.actions)
        if month.number == FLOATING_MONTH:
            _write_floating(into, feeds[FLOATING_OPERATOR], events, seed=seed, made=made)
        trips = trip_rows(month.actions)
        for feed in feeds:
            feed.write_month(month.number, trips, events)
    say("trips", 12, 12)
    for feed in feeds:
        feed.finish()
        made.defects.extend(feed.defects)
    made.tables.update(truth.tables())
    made.facts.update(truth.counts, vehicles=made_year.fleet.size)


def _write_floating(into: Path, feed: MdsFeed, events: EventRows, *, seed: int, made: _Made) -> None:
    made.tables["trottix_snapshots"], planted = write_floating(
        into / "trottix-gbfs", feed.last, events, fleet=feed.fleet, seed=seed
    )
    made.defects.extend(planted)


def _finished(into: Path, made: _Made) -> Demo:
    (into / "truth").mkdir()
    for name, table in sorted(made.tables.items()):
        csv_file(into / "truth" / f"{name}.csv", table)
    made.facts["operators"] = {
        one.id: {"provider_id": one.provider_id, "holding": one.holding, "mds": one.mds_version} for one in OPERATORS
    }
    truth = {
        "facts": made.facts,
        "tables": {
            name: {"file": f"truth/{name}.csv", "rows": made.tables[name].num_rows, "meaning": _MEANING[name]}
            for name in sorted(made.tables)
        },
    }
    json_file(into / "defects.json", made.defects)
    json_file(into / "truth.json", truth)
    return Demo.at(into)
