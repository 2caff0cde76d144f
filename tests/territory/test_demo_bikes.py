"""The demo's two GBFS systems: valid, and as full or empty as the truth says."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from gbfs_validator import GBFS
from gbfs_validator.fetch import FetchError

from hub.territory.demo import floating
from hub.territory.demo.docked import STATIONS, write_docked
from hub.territory.demo.events import events_of
from hub.territory.demo.months import year
from hub.territory.demo.records import EventRows, chosen, event_rows


class FolderFetcher:
    """Answers every URL of a feed from the snapshot's folder; nothing goes out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_json(self, url: str) -> object:
        path = self.folder / url.rsplit("/", 1)[-1]
        if not path.exists():
            raise FetchError(url, "no such file in the snapshot")
        return json.loads(path.read_text("utf-8"))


def _errors(folder: Path, **kind: bool) -> list[Any]:
    report = GBFS("https://demo.example/gbfs.json", fetcher=FolderFetcher(folder), **kind).validation()
    return [entry for entry in report["files"] if entry["hasErrors"]]


def _data(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text("utf-8"))["data"]


@pytest.fixture(scope="module")
def docked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pa.Table]:
    folder = tmp_path_factory.mktemp("docked") / "combecycle"
    truth, planted = write_docked(folder, seed=1)
    assert len(planted) == 2
    return folder, truth


@pytest.fixture(scope="module")
def floated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pa.Table, EventRows]:
    """The archive, its truth, and all events up to the end of its month."""
    made = year(1, 3_000)
    past: list[EventRows] = []
    for month in made.months:
        rows = event_rows(events_of(month.actions), month.actions)
        if month.number == floating.MONTH:
            break
        past.append(rows)
    before = past[-1]
    for older in reversed(past[:-1]):
        missing = {int(one) for one in older.vehicle} - {int(one) for one in before.vehicle}
        extra = chosen(older, np.isin(older.vehicle, sorted(missing)))
        before = _both(extra, before)
    folder = tmp_path_factory.mktemp("floating") / "trottix-gbfs"
    truth, planted = floating.write_floating(folder, before, rows, fleet=made.fleet, seed=1)
    assert len(planted) == 2
    return folder, truth, _both(before, rows)


def _both(one: EventRows, two: EventRows) -> EventRows:
    names = EventRows.__dataclass_fields__
    return EventRows(**{name: np.concatenate([getattr(one, name), getattr(two, name)]) for name in names})


def test_docked_snapshots_are_valid(docked: tuple[Path, pa.Table]) -> None:
    folders = sorted(docked[0].iterdir())
    assert len(folders) == 193
    assert folders[0].name == "20260914T0000Z"
    for folder in folders[::64]:
        assert _errors(folder, docked=True) == []


def test_docked_truth_is_what_the_snapshots_show(docked: tuple[Path, pa.Table]) -> None:
    folder, truth = docked
    empty: dict[str, int] = defaultdict(int)
    full: dict[str, int] = defaultdict(int)
    closed: dict[str, int] = defaultdict(int)
    for snapshot in sorted(folder.iterdir())[:-1]:
        for row in _data(snapshot, "station_status")["stations"]:
            closed[row["station_id"]] += 900 * (not row["is_renting"])
            empty[row["station_id"]] += 900 * (row["is_renting"] and row["num_bikes_available"] == 0)
            full[row["station_id"]] += 900 * (row["is_returning"] and row["num_docks_available"] == 0)
    for row in truth.to_pylist():
        station = row["station_id"]
        assert (row["empty_s"], row["full_s"], row["closed_s"]) == (empty[station], full[station], closed[station])
        assert row["observed_s"] + row["closed_s"] == 192 * 900
        assert 0 <= row["share_empty"] <= 1
        assert 0 <= row["share_full"] <= 1
    assert sum(truth["empty_s"].to_pylist()) > 0
    assert sum(truth["full_s"].to_pylist()) > 0


def test_docks_and_bicycles_add_up_in_every_station_of_the_truth(docked: tuple[Path, pa.Table]) -> None:
    capacity = {station.id: station.capacity for station in STATIONS}
    for snapshot in docked[0].iterdir():
        for row in _data(snapshot, "station_status")["stations"]:
            if row["station_id"] in capacity:
                parts = row["num_bikes_available"] + row["num_bikes_disabled"] + row["num_docks_available"]
                assert parts == capacity[row["station_id"]]
                assert min(row["num_bikes_available"], row["num_docks_available"]) >= 0


def test_no_bicycle_appears_from_nowhere(docked: tuple[Path, pa.Table]) -> None:
    known = {station.id for station in STATIONS}
    total = sum(station.bikes for station in STATIONS)
    for snapshot in docked[0].iterdir():
        stations = _data(snapshot, "station_status")["stations"]
        here = sum(row["num_bikes_available"] for row in stations if row["station_id"] in known)
        assert total - 30 <= here <= total


def test_floating_snapshots_are_valid(floated: tuple[Path, pa.Table, EventRows]) -> None:
    folders = sorted(floated[0].iterdir())
    assert len(folders) == 97
    for folder in folders[::48]:
        assert _errors(folder, freefloating=True) == []


def test_floating_snapshots_show_the_vehicles_of_the_mds_feed(floated: tuple[Path, pa.Table, EventRows]) -> None:
    folder, truth, events = floated
    made = year(1, 3_000)
    for row in truth.to_pylist()[::24]:
        name = row["snapshot_at"].replace("-", "").replace(":", "")[:13] + "Z"
        vehicles = _data(folder / name, "vehicle_status")["vehicles"][:-2]
        assert len(vehicles) == row["vehicles"] > 0
        now = _data_instant(row["snapshot_at"])
        standing = set()
        for vehicle in made.fleet.of(floating.OPERATOR):
            past = [nth for nth in range(len(events)) if events.vehicle[nth] == vehicle and events.at[nth] <= now]
            last = max(past, key=lambda nth: int(events.at[nth]), default=None)
            if last is not None and events.state[last] in (1, 2, 3):
                standing.add((int(events.lat[last]), int(events.lng[last])))
        assert {(round(one["lat"] * 1e6), round(one["lon"] * 1e6)) for one in vehicles} == standing


def _data_instant(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


def test_ids_change_when_a_vehicle_has_moved(floated: tuple[Path, pa.Table, EventRows]) -> None:
    places: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for snapshot in floated[0].iterdir():
        vehicles = _data(snapshot, "vehicle_status")["vehicles"]
        assert len({one["vehicle_id"] for one in vehicles}) == len(vehicles)
        for one in vehicles:
            places[one["vehicle_id"]].add((one["lat"], one["lon"]))
    assert max(len(seen) for seen in places.values()) <= 2  # once more only where a van moved it
    assert sum(len(seen) == 1 for seen in places.values()) > 0.9 * len(places)
