"""Writes one operator's feed: a folder of pages, each a whole answer of its Provider API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa

from hub.territory.demo import mds12, mds20
from hub.territory.demo.draws import Ints
from hub.territory.demo.events import STEPS
from hub.territory.demo.operators import OPERATORS, Fleet
from hub.territory.demo.planted import RECIPES_1_2, RECIPES_2_0, Recipe, planted
from hub.territory.demo.records import EventRows, Fleetwords, TripRows, chosen
from hub.territory.demo.slots import MONTHS
from hub.territory.demo.text import page
from hub.territory.demo.year import TO_UTC_S

PAGE_RECORDS: Final = 20_000
_TRIP_END: Final = next(number for number, step in enumerate(STEPS) if step.event == "trip_end")
#: A planted copy of a trip must have room for short rentals within it (see `planted`).
_ROOM_S: Final = 120


@dataclass(slots=True)
class MdsFeed:
    """The feed of the operator with that number, written month by month into `folder`.

    `defects` lists what was planted, with file and row (from 1) of each planted record.
    """

    number: int
    fleet: Fleet
    words: Fleetwords
    folder: Path
    defects: list[dict[str, Any]] = field(default_factory=list)
    _last: EventRows | None = None

    @staticmethod
    def begun(number: int, fleet: Fleet, words: Fleetwords, folder: Path) -> MdsFeed:
        """An empty folder for the feed."""
        folder.mkdir()
        return MdsFeed(number, fleet, words, folder)

    @property
    def last(self) -> EventRows:
        """The last event of each vehicle in the months written so far."""
        assert self._last is not None  # noqa: S101 - asked after the first month
        return self._last

    def write_month(self, month: int, trips: TripRows, events: EventRows) -> None:
        """Write a month's trips and events of all operators: those of this one are picked out."""
        mine = chosen(trips, self.fleet.operator[trips.vehicle] == self.number)
        happened = chosen(events, self.fleet.operator[events.vehicle] == self.number)
        if self.words.operator.is_2_0:
            self._write("trips", month, mds20.trips(mine, self.words), _a_ride(mine))
            self._write(mds20.EVENTS_KEY, month, mds20.events(happened, self.words), _an_end(happened))
            self._write("telemetry", month, mds20.telemetry(mine, self.words), None)
        else:
            self._write("trips", month, mds12.trips(mine, self.words), _a_ride(mine))
            self._write(mds12.EVENTS_KEY, month, mds12.events(happened, self.words), _an_end(happened))
        self._last = _latest(self._last, happened)

    def finish(self) -> None:
        """Write the fleet as it is at the end of the year."""
        last = {int(vehicle): row for row, vehicle in enumerate(self.last.vehicle)}
        ends = {"last_updated": TO_UTC_S * 1_000, "ttl": 0}
        vehicles = self.fleet.of(self.number)
        if not self.words.operator.is_2_0:
            records = [
                mds12.vehicle(self.words, one, chosen(self.last, slice(last[one], last[one] + 1))) for one in vehicles
            ]
            self._put("vehicles.json", {"version": "1.2.0", "data": {"vehicles": records}, **ends})
            return
        self._put(
            "vehicles.json", {"version": "2.0.0", "vehicles": [mds20.vehicle(self.words, one) for one in vehicles]}
        )

    def _write(self, key: str, month: int, records: pa.Array, base: int | None) -> None:
        head, tail = (mds20 if self.words.operator.is_2_0 else mds12).wrapped(key)
        starts = range(0, max(len(records), 1), PAGE_RECORDS)
        for nth, start in enumerate(starts, start=1):
            name = f"{key}-{MONTHS[month]}-{nth:04d}.json"
            some = records.slice(start, PAGE_RECORDS)
            is_last = nth == len(starts)
            extra = (
                self._planted(key, month, records[base].as_py(), name, len(some))
                if is_last and base is not None
                else []
            )
            (self.folder / name).write_bytes(page(head, some, extra, tail))

    def _planted(self, key: str, month: int, good: str, file: str, row: int) -> Sequence[bytes]:
        recipes = RECIPES_2_0 if self.words.operator.is_2_0 else RECIPES_1_2
        found: list[bytes] = []
        for recipe in recipes:
            if (recipe.key, recipe.month) == (key, month):
                records = planted(recipe, orjson.loads(good), self.words.operator.feed)
                at = row + len(found) + 1
                self.defects.append(_defect(recipe, self.words.operator.feed, file, list(range(at, at + len(records)))))
                found.extend(orjson.dumps(record) for record in records)
        return found

    def _put(self, name: str, body: dict[str, Any]) -> None:
        (self.folder / name).write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))


def _defect(recipe: Recipe, feed: str, file: str, rows: list[int]) -> dict[str, Any]:
    return {
        "id": f"{feed}/{recipe.id}",
        "feed": feed,
        "file": file,
        "rows": rows,
        "field": recipe.field,
        "what": recipe.what,
        "expected": recipe.expected,
        "code": recipe.code,
    }


def _a_ride(trips: TripRows) -> int | None:
    """A rider's trip that is long enough to plant copies in."""
    rows = np.flatnonzero(trips.is_rider & (trips.duration_s >= _ROOM_S))
    return int(rows[len(rows) // 2]) if len(rows) else None


def _an_end(events: EventRows) -> int | None:
    """The last trip's end before half the month's events, with a charge that does not ask for the van."""
    rows = np.flatnonzero((events.step == _TRIP_END) & (events.battery >= 50))
    return int(rows[len(rows) // 2]) if len(rows) else None


def _latest(before: EventRows | None, events: EventRows) -> EventRows:
    """The last event of each vehicle, after those of `events`."""
    newest: Ints = len(events) - 1 - np.unique(events.vehicle[::-1], return_index=True)[1]
    rows = chosen(events, newest)
    if before is None:
        return rows
    kept = chosen(before, ~np.isin(before.vehicle, rows.vehicle))
    joined = {
        name: np.concatenate([getattr(kept, name), getattr(rows, name)]) for name in EventRows.__dataclass_fields__
    }
    return EventRows(**joined)


def feeds_of(fleet: Fleet, into: Path) -> tuple[MdsFeed, ...]:
    """The four feeds, ready to be written."""
    device_ids = pa.array(fleet.device_ids, pa.string())
    vehicle_ids = pa.array([fleet.vehicle_id(one) for one in range(fleet.size)], pa.string())
    return tuple(
        MdsFeed.begun(number, fleet, Fleetwords(operator, device_ids, vehicle_ids), into / operator.feed)
        for number, operator in enumerate(OPERATORS)
    )
