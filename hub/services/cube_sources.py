"""What a cube is computed from: the batches of its edition in the vault, the calendar, the stops. All of it guarded.

Whose a record is follows from the dataset that brought it, and a provider may speak through one dataset only: otherwise
a holder could send records in a competitor's name and make them its cover.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import mds.calendar
from feeds import statistics
from feeds.statistics import Statistic
from governance.cubes import Cube
from governance.periods import Period
from governance.world import World
from hub.errors import Conflict, StorageError
from hub.records import feeds as feed_records
from hub.services.back import Back
from hub.services.open_stops import digest_of, open_stops
from hub.services.questions import must_ask_the_same, records_of

#: A fleet in use tells of itself at least this often.
_SILENCE = dt.timedelta(days=3)
#: Further names for the columns of places, by the zone system of the cube.
_ZONES: Final = {
    "trips": {"origin_zone": "start_{zone}", "destination_zone": "end_{zone}", "zone": "end_{zone}"},
    "events": {"zone": "{zone}"},
}
_COLUMN: Final = {"commune": "zone_commune", "iris": "zone_iris", "h3_7": "h3_7", "h3_8": "h3_8", "h3_9": "h3_9"}
#: Batches of a dataset, each with its tables by name.
Batches = Mapping[str, list[dict[str, Path]]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A cube's records, ready to be asked for: their statistic, with its tables bound in `connection`.

    `beside` are the digests of what was computed with besides the datasets' own records, by name (``stops``).
    """

    statistic: Statistic
    connection: duckdb.DuckDBPyConnection
    parameters: Mapping[str, Any]
    beside: Mapping[str, str]

    def asked(self, around: str) -> duckdb.DuckDBPyConnection:
        """Run a text around the records (``{}``); its rows wait in the connection."""
        return statistics.asked(self.statistic, connection=self.connection, around=around, **self.parameters)


@contextmanager
def opened(back: Back, world: World, cube: Cube, period: Period) -> Iterator[Opened]:
    """The records of a cube for a period, after all that could be wrong with them was looked at.

    Raises:
        Conflict: a dataset of the edition has no data or does not cover the period, a provider speaks through two
            datasets, the cube is registered as another question than its statistic answers, or no open timetable has
            brought the stops that it needs.
        StorageError: the vault lacks a batch.
    """
    statistic = records_of(cube.statistic)
    must_ask_the_same(statistic, cube)
    edition = cube.edition(period)
    if edition is None:
        raise Conflict(f"no edition of {cube.id} covers {period}")
    batches = {name: _batches(back, name) for name in edition.datasets}
    columns = _columns(statistic, cube)
    sources = _sources(statistic, batches, columns)
    made = {**_calendar(statistic, world, period), **_stops(back, world, statistic)}
    with (
        back.vault.stage() as spill,
        statistics.connect(memory=back.limits.memory, threads=back.limits.threads, spill=spill) as connection,
    ):
        providers = _providers(connection, world, batches)
        _must_cover(connection, statistic, batches, period)
        statistics.bind(connection, {**sources, **made, "providers": providers}, statistic.tables, columns)
        beside = {"stops": digest_of(made["stops"])} if "stops" in made else {}
        yield Opened(statistic, connection, _period(statistic, period), beside)


def _batches(back: Back, dataset: str) -> list[dict[str, Path]]:
    with back.front.records.read() as session:
        versions = feed_records.versions(session, dataset, most=None)
    if not versions:
        raise Conflict(f"{dataset} has brought no data yet")
    found = [back.vault.tables(dataset, version.digest) for version in reversed(versions)]
    if not all(found):
        # A sum over what happens to be left would be a wrong number, and a second release of the period later.
        raise StorageError(f"the vault lacks a batch of {dataset} that the records know of")
    return found


def _sources(
    statistic: Statistic, batches: Batches, columns: Mapping[str, Mapping[str, str]]
) -> dict[str, statistics.Source]:
    gathered: dict[str, list[Path]] = defaultdict(list)
    for tables in (one for found in batches.values() for one in found):
        for name in _ZONES.keys() & set(statistic.tables):
            if name in tables:
                _must_have(tables[name], columns.get(name, {}).values())
                gathered[name].append(tables[name])
    return {name: sorted(paths) for name, paths in gathered.items()}


def _must_have(path: Path, columns: Iterable[str]) -> None:
    # A batch that was placed in no zone of this system would count as trips from nowhere.
    lacking = sorted(set(columns) - set(pq.read_schema(path).names))
    if lacking:
        raise Conflict(f"a batch was taken in before its zones were known (no column {lacking[0]}): take it in again")


def _providers(connection: duckdb.DuckDBPyConnection, world: World, batches: Batches) -> pa.Table:
    speaks: dict[str, str] = {}
    for dataset, found in batches.items():
        paths = [path for tables in found for name, path in tables.items() if name in _ZONES]
        rows = connection.execute(
            "SELECT DISTINCT provider_id FROM read_parquet(?, union_by_name = true)", [[str(path) for path in paths]]
        ).fetchall()
        for (provider,) in rows:
            if speaks.setdefault(provider, dataset) != dataset:
                raise Conflict(f"provider {provider} speaks through two datasets: {speaks[provider]} and {dataset}")
    return pa.table(
        {"provider_id": list(speaks), "holding": [world.holding_of(name) for name in speaks.values()]},
        schema=pa.schema([("provider_id", pa.string()), ("holding", pa.string())]),
    )


def _must_cover(connection: duckdb.DuckDBPyConnection, statistic: Statistic, batches: Batches, period: Period) -> None:
    # What a vehicle's last event left it in lasts to the end of the period: of a feed that broke off, or whose last
    # batches are still to come, that would be a fleet that stands still.
    if "events" not in statistic.tables:
        return
    for dataset, found in batches.items():
        paths = [str(tables["events"]) for tables in found if "events" in tables]
        row = connection.execute("SELECT max(local) FROM read_parquet(?, union_by_name = true)", [paths]).fetchone()
        last: dt.datetime | None = row[0] if row else None
        if last is None or last.date() + _SILENCE < period.to:
            until = last.date().isoformat() if last else "never"
            raise Conflict(f"{dataset} does not cover {period}: its last event is of {until}")


def _calendar(statistic: Statistic, world: World, period: Period) -> dict[str, pa.Table]:
    where = world.basin.time_zone
    made: dict[str, Callable[[], pa.Table]] = {
        "bands": mds.calendar.bands,
        "days": lambda: mds.calendar.days(where, first=period.from_, until=period.to),
        "slots": lambda: mds.calendar.slots(where, first=period.from_, until=period.to),
    }
    return {name: make() for name, make in made.items() if name in statistic.tables}


def _stops(back: Back, world: World, statistic: Statistic) -> dict[str, pa.Table]:
    return {"stops": open_stops(back, world)} if "stops" in statistic.tables else {}


def _columns(statistic: Statistic, cube: Cube) -> dict[str, dict[str, str]]:
    zone = _COLUMN.get(cube.grain.zone_system)
    if zone is None:
        return {}
    tables = _ZONES.keys() & set(statistic.tables)
    return {name: {alias: column.format(zone=zone) for alias, column in _ZONES[name].items()} for name in tables}


def _period(statistic: Statistic, period: Period) -> dict[str, Any]:
    given = {"period_from": period.from_, "period_to": period.to}
    return {name: value for name, value in given.items() if name in statistic.parameters}
