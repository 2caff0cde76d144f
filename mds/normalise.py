"""From the records of one page to rows of the normalised tables, with what was set aside on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from mds import defects, tables, upgrade
from mds.defects import Defect
from mds.fields import Path
from mds.keys import device_keys
from mds.pages import Page
from mds.payloads import PAYLOADS, ROUTE_POINT, VEHICLE_1_2, Payload
from mds.records import Bounds, Columns, Judged, Pluck, judge
from mds.wall_clock import local

#: Records judged at once: enough to make a column worth its while, few enough to bound memory.
CHUNK: Final = 20_000
_ROUTE: Final[Path] = ("route", "features")
_LOCAL: Final = {
    tables.TRIPS: (("start_time", "start_local"), ("end_time", "end_local")),
    tables.EVENTS: (("timestamp", "local"),),
}


@dataclass(frozen=True, slots=True)
class Reject:
    """One record set aside, or (in `Harvest.dropped`) one optional value: `row` is its position in the page, from 1."""

    table: str
    file: str
    row: int
    field: str
    defect: Defect
    value: Any


@dataclass(slots=True)
class Harvest:
    """What a chunk of a page gave: rows by table, records set aside, optional values dropped."""

    rows: dict[str, pa.Table] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    dropped: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Turns pages into rows for one territory: its wall clock and, if known, its bounding box."""

    zone: ZoneInfo
    bounds: Bounds | None = None

    def harvests(self, page: Page) -> Iterator[Harvest]:
        """The page in chunks."""
        records = page.records or []
        for start in range(0, len(records), CHUNK):
            yield _Chunk(self, page, records[start : start + CHUNK], start).harvest()


class _Chunk:
    """One run over some records of a page."""

    def __init__(self, normaliser: Normaliser, page: Page, records: Sequence[Any], start: int) -> None:
        self._normaliser = normaliser
        self._page = page
        self._records = records
        self._start = start
        self._harvest = Harvest()

    def harvest(self) -> Harvest:
        payload = PAYLOADS[self._page.version, self._page.payload]
        judged = self._judge(self._records, payload)
        self._report(judged, payload.table)
        good = judged.good()
        columns = _taken(judged.columns, good)
        if self._page.version == "1.2":
            self._add_1_2(payload.table, columns, good)
        else:
            registered = {"registered": pa.repeat(True, len(good))} if payload.table == tables.VEHICLES else {}
            self._add(payload.table, {**columns, **registered}, good)
        return self._harvest

    def _add_1_2(self, table: str, columns: Columns, good: np.ndarray[Any, Any]) -> None:
        if table == tables.TRIPS:
            self._add_routes(columns, good)
        else:
            columns = (upgrade.events if table == tables.EVENTS else upgrade.status)(columns)
        self._add(table, columns, good)
        self._add_vehicles(columns, good, registered=table == tables.STATUS)

    def _add_routes(self, trips: Columns, good: np.ndarray[Any, Any]) -> None:
        """The points of the good trips' routes, as telemetry."""
        routes = Pluck([self._records[i] for i in good])(_ROUTE)
        points, owners, places = upgrade.route_points(routes)
        judged = self._judge(points, ROUTE_POINT)
        for point, (name, defect, value) in judged.rejects.items():
            whole = f"route.features[{places[point]}].{name}".rstrip(".")
            self._reject(tables.TELEMETRY, int(good[owners[point]]), whole, defect, value)
        kept = judged.good()
        of = owners[kept]
        columns = upgrade.telemetry(_taken(judged.columns, kept), trips, pa.array(of), places[kept].tolist())
        self._add(tables.TELEMETRY, columns, good[of])

    def _add_vehicles(self, columns: Columns, good: np.ndarray[Any, Any], *, registered: bool) -> None:
        """The vehicles that the good records describe, each once."""
        last = dict(zip(columns["device_id"].to_pylist(), good.tolist(), strict=True))
        where = np.array(sorted(last.values()), dtype=np.int64)
        judged = judge([self._records[i] for i in where], VEHICLE_1_2.fields)
        for i, (name, defect, value) in judged.rejects.items():
            found = Reject(tables.VEHICLES, self._page.file, self._row(int(where[i])), name, defect, value)
            (self._harvest.rejects if registered else self._harvest.dropped).append(found)
        kept = judged.good()
        described = upgrade.vehicles(_taken(judged.columns, kept))
        self._add(tables.VEHICLES, {**described, "registered": pa.repeat(registered, len(kept))}, where[kept])

    def _judge(self, records: Sequence[Any], payload: Payload) -> Judged:
        judged = judge(records, payload.fields, payload.judged_within(self._normaliser.bounds))
        if payload.table == tables.TRIPS and self._page.version == "1.2":
            for i, route in enumerate(Pluck(records)(_ROUTE)):
                if type(route) is list and len(route) == 1:
                    judged.rejects.setdefault(i, ("route", defects.SHORT_ROUTE, len(route)))
        return judged

    def _report(self, judged: Judged, table: str) -> None:
        for i, (name, defect, value) in sorted(judged.rejects.items()):
            self._reject(table, i, name, defect, value)
        for i, name, defect, value in judged.dropped:
            if i not in judged.rejects:
                self._harvest.dropped.append(Reject(table, self._page.file, self._row(i), name, defect, value))

    def _reject(self, table: str, position: int, name: str, defect: Defect, value: Any) -> None:
        self._harvest.rejects.append(Reject(table, self._page.file, self._row(position), name, defect, value))

    def _row(self, position: int) -> int:
        return self._start + position + 1

    def _add(self, table: str, columns: Columns, positions: np.ndarray[Any, Any]) -> None:
        count = len(positions)
        full = dict(columns)
        full["device_key"] = device_keys(columns["provider_id"], columns["device_id"])
        for utc, wall in _LOCAL.get(table, ()):
            full[wall] = local(columns[utc], self._normaliser.zone)
        full["mds_version"] = pa.repeat(self._page.version, count)
        full["source_file"] = pa.repeat(self._page.file, count)
        full["source_row"] = pa.array(positions + (self._start + 1), pa.int32())
        schema = tables.SCHEMAS[table]
        arrays = [full[name] if name in full else pa.nulls(count, schema.field(name).type) for name in schema.names]
        self._harvest.rows[table] = pa.table(arrays, schema=schema)


def _taken(columns: Columns, positions: np.ndarray[Any, Any]) -> Columns:
    indices = pa.array(positions, pa.int64())
    return {name: array.take(indices) for name, array in columns.items()}
