"""The partition of a city's flows: five million trips, cut into safe groups; beside it a plain threshold.

The trips are drawn: zones are real H3 cells around a centre, their weights fall off from it and are skewed, distances
decay as by gravity, four holdings have 45, 30, 15 and 10 % with their own favourite quarters.
"""

from __future__ import annotations

import resource
import sys
import time
from itertools import pairwise

import h3
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.row import Row
from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.independent import audit_partition
from governance.disclosure.partition import Partitioned, choose, partition
from governance.disclosure.published import About, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.steps import Step
from governance.disclosure.usefulness import Usefulness, kept_by_threshold, usefulness

_CENTRE = (45.188, 5.724)
_RINGS = 12
_SHARES = np.array([0.45, 0.30, 0.15, 0.10])
_FLEETS = np.array([6000, 4000, 2000, 1500])
_BANDS = ("night", "am_peak", "midday", "lunch", "pm_peak", "evening")
_PARTS = {"night": "off_peak", "evening": "off_peak", "midday": "day", "lunch": "day"}
_BAND_SHARE = np.array([0.06, 0.2, 0.16, 0.14, 0.26, 0.18])
RULES = Rules(
    min_trips=10, min_vehicles=3, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)
#: Where first, by turns from and to, then when, from coarse to fine.
STEPS = tuple(
    Step(dimension, level)
    for dimension, level in (
        ("origin", "h3_5"), ("destination", "h3_5"), ("origin", "h3_6"), ("destination", "h3_6"),
        ("day_type", "day_type"), ("band", "part"), ("origin", "h3_7"), ("destination", "h3_7"),
        ("month", "quarter"), ("band", "band"), ("origin", "h3_8"), ("destination", "h3_8"), ("month", "month"),
    )
)  # fmt: skip


def hierarchies() -> tuple[Hierarchy, ...]:
    """Origin, destination, band, day type and month."""
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(*_CENTRE, 8), _RINGS))
    chains = [[h3.cell_to_parent(cell, level) for level in (5, 6, 7)] + [cell] for cell in cells]
    levels = ["h3_5", "h3_6", "h3_7", "h3_8"]
    months = [(f"2025-Q{1 + month // 3}", f"2025-{1 + month:02}") for month in range(12)]
    return (
        Hierarchy.of("origin", levels, chains),
        Hierarchy.of("destination", levels, chains),
        Hierarchy.of("band", ["part", "band"], [(_PARTS.get(band, "peak"), band) for band in _BANDS]),
        Hierarchy.flat("day_type", "day_type", ["weekday", "weekend"]),
        Hierarchy.of("month", ["quarter", "month"], months),
    )


def drawn(trips: int, dimensions: tuple[Hierarchy, ...], *, seed: int = 45) -> Contributions:
    """Contributions of this many trips; the town is the same whatever the seed."""
    town, random = np.random.default_rng(44), np.random.default_rng(seed)
    zones = dimensions[0].nodes[-1]
    weight = _weights(zones, town)
    pull = weight[None, :] * np.exp(-_distances(zones) / 1.8)
    holding = random.choice(4, trips, p=_SHARES)
    origin = np.empty(trips, np.int64)
    for one in range(4):
        mine = weight * town.lognormal(0, 0.35, len(zones))
        origin[holding == one] = random.choice(len(zones), int((holding == one).sum()), p=mine / mine.sum())
    destination = _destinations(origin, pull, random)
    band = random.choice(6, trips, p=_BAND_SHARE)
    month = random.choice(12, trips, p=np.array([5, 5, 7, 8, 10, 11, 10, 8, 11, 10, 8, 7]) / 100)
    device = (random.random(trips) * _FLEETS[holding]).astype(np.int64) + holding * 10_000
    bands = np.array([dimensions[2].place[name] for name in _BANDS])
    keys = [origin, destination, bands[band], (random.random(trips) < 0.24).astype(np.int64), month, holding, device]
    return _read(keys, dimensions)


def run(trips: int = 5_000_000) -> list[Row]:
    """The first choice, its release and the next year's in its groups; what they show goes to the error stream."""
    dimensions = hierarchies()
    contributions = drawn(trips, dimensions)
    start = time.perf_counter()
    tree = choose(contributions, RULES, steps=STEPS)
    chosen = time.perf_counter()
    release = partition(contributions, RULES, within=tree)
    done = time.perf_counter()
    _say("chosen under doubled rules", usefulness(release, contributions))
    _say("chosen under the true rules", usefulness(partition(contributions, RULES, steps=STEPS), contributions))
    _say("a threshold of 10 trips on base cells", kept_by_threshold(contributions, 10))
    note, audit = _note(release, contributions), _audit(release, contributions)
    contributions = drawn(trips, dimensions, seed=46)
    again = time.perf_counter()
    later = partition(contributions, RULES, within=tree)
    last = time.perf_counter()
    _say("the next year within the first choice", usefulness(later, contributions))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row(f"choosing a partition of {trips:,} trips", chosen - start, None, f"{tree.size:,} groups", peak),
        Row("its release, every group verified", done - chosen, None, note, peak),
        audit,
        Row("the next year's release", last - again, None, _note(later, contributions), peak),
    ]


def _audit(release: Partitioned, contributions: Contributions) -> Row:
    """The same release, judged by the code that shares nothing with what made it."""
    published = release.published(About("flows", Shape.PARTITION, "trips", "trips"))
    start = time.perf_counter()
    found = audit_partition(published, contributions, RULES)
    took_s = time.perf_counter() - start
    note = f"{len(found.breaches)} breaches in {found.attacks:,} attacks on {len(published):,} groups"
    return Row("its independent audit", took_s, None, note)


def _note(release: Partitioned, contributions: Contributions) -> str:
    whole = int(release.cells.total.sum()) == contributions.total
    return f"{len(contributions):,} rows, {len(release):,} groups, totals {'complete' if whole else 'INCOMPLETE'}"


def _weights(zones: tuple[str, ...], random: np.random.Generator) -> npt.NDArray[np.float64]:
    centre = h3.latlng_to_cell(*_CENTRE, 8)
    far = np.array([h3.grid_distance(centre, zone) for zone in zones])
    weight: npt.NDArray[np.float64] = np.exp(-far / 4) * random.lognormal(0, 0.8, len(zones))
    return weight


def _distances(zones: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """In kilometres, roughly: a plane at this latitude will do."""
    lat, lon = np.array([h3.cell_to_latlng(zone) for zone in zones]).T
    y, x = lat * 111.2, lon * 111.2 * np.cos(np.radians(_CENTRE[0]))
    apart: npt.NDArray[np.float64] = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    return apart


def _destinations(
    origin: npt.NDArray[np.int64], pull: npt.NDArray[np.float64], random: np.random.Generator
) -> npt.NDArray[np.int64]:
    found = np.empty_like(origin)
    order = np.argsort(origin, kind="stable")
    ends = np.searchsorted(origin[order], np.arange(len(pull) + 1))
    for zone, (first, last) in enumerate(pairwise(ends.tolist())):
        share = pull[zone] / pull[zone].sum()
        found[order[first:last]] = random.choice(len(pull), last - first, p=share)
    return found


def _read(keys: list[npt.NDArray[np.int64]], dimensions: tuple[Hierarchy, ...]) -> Contributions:
    """One row for each base cell, holding and vehicle, through the reader, as the builder does."""
    sizes = [one.size for one in dimensions] + [4, 60_000]
    packed, trips = np.unique(np.ravel_multi_index(tuple(keys), tuple(sizes)), return_counts=True)
    columns = np.unravel_index(packed, tuple(sizes))
    table = {
        one.dimension: pa.DictionaryArray.from_arrays(column.astype(np.int32), list(one.nodes[-1]))
        for one, column in zip(dimensions, columns, strict=False)
    }
    table["holding"] = pa.DictionaryArray.from_arrays(columns[-2].astype(np.int32), ["a", "b", "c", "d"])
    table["device"] = pa.array(columns[-1].astype(np.int64))
    table["trips"] = pa.array(trips.astype(np.int64))
    counted = {"added": {"min_trips": "trips"}, "distinct": {"min_vehicles": "device"}}
    return read_contributions(pa.table(table), hierarchies=dimensions, measure="trips", **counted)


def _say(what: str, found: Usefulness) -> None:
    pooled = ", ".join(f"{name} {many:.1f}" for name, many in found.pooled.items())
    sys.stderr.write(f"{what}: {found.groups:,} groups; base nodes pooled in the mean: {pooled}\n")
    for grain, trips in sorted(found.shown.items(), key=lambda one: -one[1])[:12]:
        sys.stderr.write(f"  {100 * trips / found.total:5.1f} %  {' × '.join(grain)}\n")
