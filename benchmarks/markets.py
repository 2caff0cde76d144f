"""Skewed markets as real ones are: a few zones and hours hold most trips, one holding leads, and leads unevenly.

Tables of contributions for benchmarks and tests: the same seed gives the same market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from governance.disclosure.contributions import Contributions, read_contributions
from governance.disclosure.hierarchy import Hierarchy

#: Trips that one vehicle makes in the period, about.
_TRIPS_PER_VEHICLE = 40
DAY_TYPES = ("saturday", "sunday", "weekday")


def market(
    zones: int,
    bands: int,
    day_types: int,
    shares: Sequence[float],
    *,
    trips: int,
    seed: int,
    absent: Mapping[int, float] | None = None,
    sectors: int = 0,
    month: int = 0,
) -> Contributions:
    """The contributions of a market: a row for each cell, holding and vehicle.

    `shares` are the holdings' shares of all trips, `absent` the share of zones in which a holding (by number) does not
    operate. With `sectors` the zones lie in that many (sector → zone), else below their whole. One day type is none.
    Another `month` of the same seed has other trips in the same market.
    """
    hierarchies = hierarchies_of(zones, bands, day_types, sectors=sectors)
    table = records(zones, bands, day_types, shares, trips=trips, seed=seed, absent=absent, month=month)
    return read_contributions(
        table,
        hierarchies=hierarchies,
        measure="trips",
        added={"min_trips": "trips"},
        distinct={"min_vehicles": "device"},
    )


def hierarchies_of(zones: int, bands: int, day_types: int, *, sectors: int = 0) -> tuple[Hierarchy, ...]:
    """The dimensions ``zone``, ``band`` and, with more than one, ``day_type``."""
    names = [_zone(index) for index in range(zones)]
    placed = [(f"s{index % sectors:02}", name) for index, name in enumerate(names)] if sectors else []
    zone = Hierarchy.of("zone", ("sector", "zone"), placed) if sectors else Hierarchy.flat("zone", "zone", names)
    found = [zone, Hierarchy.flat("band", "band", [_band(index) for index in range(bands)])]
    if day_types > 1:
        found.append(Hierarchy.flat("day_type", "day_type", DAY_TYPES[:day_types]))
    return tuple(found)


def records(
    zones: int,
    bands: int,
    day_types: int,
    shares: Sequence[float],
    *,
    trips: int,
    seed: int,
    absent: Mapping[int, float] | None = None,
    month: int = 0,
) -> pa.Table:
    """The same as a table: ``zone``, ``band``, ``day_type``, ``holding``, ``device``, ``trips``."""
    random = np.random.default_rng(seed)
    weight = _cells(zones, bands, day_types, random)
    lean = _shares(zones, shares, absent or {}, random)
    share = weight[:, None] * lean[np.arange(len(weight)) // (bands * day_types)]
    share /= share.sum()
    random = np.random.default_rng([seed, month]) if month else random
    drawn = random.multinomial(trips, share.ravel()).reshape(share.shape)
    cell, holding = np.nonzero(drawn)
    each = np.repeat(np.arange(len(cell)), drawn[cell, holding])
    fleet = np.maximum(1, np.ceil(np.asarray(shares) * trips / _TRIPS_PER_VEHICLE)).astype(int)
    vehicle = np.floor(random.random(len(each)) * fleet[holding[each]]).astype(int)
    pairs, many = np.unique(np.column_stack([each, vehicle]), axis=0, return_counts=True)
    return _table(cell[pairs[:, 0]], holding[pairs[:, 0]], pairs[:, 1], many, bands=bands, day_types=day_types)


def _cells(zones: int, bands: int, day_types: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """The weight of each cell: Zipf over zones, uneven bands, each cell shaken."""
    zone = random.permutation(1 / np.arange(1, zones + 1))
    band = random.dirichlet(np.full(bands, 3.0))
    day = random.dirichlet(np.full(day_types, 5.0))
    shaken = random.gamma(4, 0.25, (zones, bands, day_types))
    weight: npt.NDArray[np.float64] = (zone[:, None, None] * band[None, :, None] * day * shaken).ravel()
    return weight


def _shares(
    zones: int, shares: Sequence[float], absent: Mapping[int, float], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Each zone's shares: (zones, holdings)."""
    lean = random.dirichlet(30 * np.asarray(shares), zones)
    for holding, part in absent.items():
        lean[random.permutation(zones)[: round(part * zones)], holding] = 0
    return lean


def _table(
    cell: npt.NDArray[np.intp],
    holding: npt.NDArray[np.intp],
    vehicle: npt.NDArray[np.intp],
    many: npt.NDArray[np.intp],
    *,
    bands: int,
    day_types: int,
) -> pa.Table:
    zone, rest = np.divmod(cell, bands * day_types)
    band, day = np.divmod(rest, day_types)
    return pa.table(
        {
            "zone": [_zone(index) for index in zone],
            "band": [_band(index) for index in band],
            "day_type": [DAY_TYPES[index] for index in day],
            "holding": [f"holding-{index + 1}" for index in holding],
            "device": [f"{owner + 1}-{index:05}" for owner, index in zip(holding, vehicle, strict=True)],
            "trips": many,
        }
    )


def _zone(index: int) -> str:
    return f"z{index + 1:03}"


def _band(index: int) -> str:
    return f"b{index + 1}"
