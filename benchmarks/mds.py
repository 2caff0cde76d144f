"""The OD cube of five million trips against reading just its columns, and the reading of MDS pages."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h3
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.row import Row
from feeds.reading import Limits
from feeds.statistics import compute, connect, load
from mds import calendar
from mds.read import read

TRIPS = 5_000_000
PAGES = 6
PAGE = 50_000
_MEMORY = 1 << 30
_REPEATS = 3
_COLUMNS = ("start_h3_8", "end_h3_8", "start_local", "trip_type", "duration_s", "provider_id", "device_key")
_PROVIDERS = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://hautes-combes.example/providers/{n}")) for n in range(4)]
_FLEET = 2_000


def run() -> list[Row]:
    """Measure in a folder of its own; two rows."""
    with tempfile.TemporaryDirectory(prefix="bench-mds-") as folder:
        return [_cube(Path(folder)), _pages(Path(folder))]


def _cube(folder: Path) -> Row:
    """mds.flows over all trips against the same columns read into Arrow by the same engine."""
    path = folder / "trips.parquet"
    pq.write_table(_trips(), path, compression="zstd", row_group_size=122_880)
    providers = pa.table({"provider_id": _PROVIDERS, "holding": ["alizes", "alizes", "bolide", "glisse"]})
    tables = {"trips": path, "bands": calendar.bands(), "providers": providers}
    zones = {"trips": {"origin_zone": "start_h3_8", "destination_zone": "end_h3_8"}}
    flows = load("mds")["mds.flows"]
    with connect(memory=_MEMORY, spill=folder / "spill") as connection:
        only = f"SELECT {', '.join(_COLUMNS)} FROM read_parquet('{path}')"  # noqa: S608 - the names above
        ours, peer = _in_turns(
            lambda: compute(flows, tables, connection=connection, columns=zones),
            lambda: connection.execute(only).to_arrow_table(),
        )
        cells = compute(flows, tables, connection=connection, columns=zones).num_rows
    note = f"{TRIPS / 1e6:g} M trips into {cells:,} cells; peer: reading the {len(_COLUMNS)} columns"
    return Row("mds.flows (OD cube)", ours, peer, note)


def _pages(folder: Path) -> Row:
    """Reading pages of trips against parsing their JSON alone."""
    source = folder / "pages"
    source.mkdir()
    rng = np.random.default_rng(2)
    for number in range(PAGES):
        (source / f"trips-{number}.json").write_bytes(_page(rng))
    contents = [path.read_bytes() for path in sorted(source.iterdir())]

    def ours() -> object:
        with tempfile.TemporaryDirectory(dir=folder) as into:
            return read(source, Path(into), limits=Limits(memory=_MEMORY), timezone="Europe/Paris")

    ours_s, peer_s = _in_turns(ours, lambda: [len(orjson.loads(page)["trips"]) for page in contents], repeats=1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = PAGES * PAGE / ours_s
    note = f"{PAGES * PAGE:,} trips, {rate:,.0f} a second; peer: orjson alone; peak of the whole run"
    return Row("mds.read (2.0 trips)", ours_s, peer_s, note, peak)


def _in_turns(ours: Callable[[], object], peer: Callable[[], object], repeats: int = _REPEATS) -> tuple[float, float]:
    """Median wall seconds of each, one after the other so that a busy machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for run_one, kept in zip((ours, peer), times, strict=True):
            began = time.perf_counter()
            run_one()
            kept.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def _trips() -> pa.Table:
    """A year of trips of four providers among 169 cells: popular places attract, distance deters (1.5 km)."""
    rng = np.random.default_rng(1)
    names = h3.grid_disk(h3.latlng_to_cell(45.07, 5.55, 8), 7)
    cells = np.array([h3.str_to_int(name) for name in names], dtype=np.int64)
    pairs = rng.choice(len(cells) ** 2, TRIPS, p=_gravity(names).ravel())
    start_us = np.sort(rng.integers(1_767_222_000, 1_798_758_000, TRIPS)) * 1_000_000
    provider = rng.choice(4, TRIPS, p=[0.35, 0.3, 0.2, 0.15])
    device = provider * _FLEET + rng.integers(0, _FLEET, TRIPS)
    keys = rng.integers(-(2**63), 2**63 - 1, 4 * _FLEET)
    kinds = rng.choice(3, TRIPS, p=[0.95, 0.04, 0.01])
    return pa.table(
        {
            "provider_id": _named(provider, _PROVIDERS),
            "device_key": keys[device],
            "trip_type": _named(kinds, ["rider", "rebalance", "maintenance"]),
            "start_local": pa.array(start_us, pa.timestamp("us")),
            "duration_s": rng.integers(20, 3_000, TRIPS).astype(np.int32),
            "start_h3_8": cells[pairs // len(cells)],
            "end_h3_8": cells[pairs % len(cells)],
        }
    )


def _gravity(names: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The share of trips of each pair of cells; cells are about 0.9 km apart."""
    weight = 1 / np.arange(2, len(names) + 2)
    steps = np.array([[h3.grid_distance(a, b) for b in names] for a in names])
    share = weight[:, None] * weight[None, :] * np.exp(-steps * 0.9 / 1.5)
    shares: np.ndarray[Any, np.dtype[np.float64]] = share / share.sum()
    return shares


def _named(codes: np.ndarray[Any, Any], names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(names))


def _page(rng: np.random.Generator) -> bytes:
    starts = np.sort(rng.integers(1_767_222_000_000, 1_798_758_000_000, PAGE)).tolist()
    lasts_s = rng.integers(30, 3_000, PAGE).tolist()
    places = (45.07 + rng.normal(0, 0.02, (PAGE, 4))).round(6).tolist()
    raw = rng.bytes(16 * PAGE)
    trips = [
        {
            "provider_id": _PROVIDERS[0],
            "device_id": str(uuid.UUID(int=number % _FLEET)),
            "trip_id": str(uuid.UUID(bytes=raw[16 * number : 16 * number + 16])),
            "trip_type": "rider",
            "start_time": start,
            "end_time": start + lasts * 1000,
            "start_location": {"lat": place[0], "lng": place[1] - 39.5},
            "end_location": {"lat": place[2], "lng": place[3] - 39.5},
            "duration": lasts,
            "distance": lasts * 4,
        }
        for number, (start, lasts, place) in enumerate(zip(starts, lasts_s, places, strict=True))
    ]
    return orjson.dumps({"version": "2.0.0", "trips": trips})
