"""A town for noise: two communes of two zones, three holdings whose vehicles a person can count; seeded noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from governance.disclosure.contributions import Contributions, Ints, read_contributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.noise import Sampler
from governance.disclosure.published import About, Shape
from governance.disclosure.rules import Rules

ZONES = Hierarchy.of("zone", ["commune", "cell"], [("A", "1"), ("A", "2"), ("B", "3"), ("B", "4")])
BANDS = Hierarchy.flat("band", "band", ["am", "pm"])
ABOUT = About("ends", Shape.PARTITION, "trips", "trips")
RULES = Rules(
    min_trips=10, min_vehicles=5, min_users=None, min_holders=3, max_share_percent=85, p_percent=15, coalition=1
)
Row = tuple[str, str, str, str, int]
#: Zone 1 by itself is x's almost alone; commune A is shared well; B is empty.
TOWN: Sequence[Row] = (
    ("1", "am", "x", "x1", 30),
    ("1", "am", "y", "y1", 1),
    ("2", "am", "y", "y2", 25),
    ("2", "am", "z", "z1", 25),
    ("2", "am", "z", "z2", 1),
)


def town(rows: Sequence[Row] = TOWN, *, measure: str = "trips") -> Contributions:
    names = ("zone", "band", "holding", "device", "trips")
    table = pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    table = table.append_column("seconds", pa.array([row[4] * 600 for row in rows]))
    return read_contributions(
        table,
        hierarchies=(ZONES, BANDS),
        measure=measure,
        added={"min_trips": "trips"},
        distinct={"min_vehicles": "device"},
    )


def weights(sigma: float, *, reach: int) -> npt.NDArray[np.float64]:
    """The discrete Gaussian's probabilities from -reach to reach, from its definition: exp(-n² / 2σ²), normed."""
    found = np.array([math.exp(-(n**2) / (2 * sigma**2)) for n in range(-reach, reach + 1)])
    return found / found.sum()


def seeded(seed: int) -> Sampler:
    """Noise that is the same each time."""
    random = np.random.default_rng(seed)

    def sample(values: Ints, sigma: float) -> Ints:
        reach = int(12 * sigma) + 1
        return values + random.choice(np.arange(-reach, reach + 1), size=len(values), p=weights(sigma, reach=reach))

    return sample


def no_noise(values: Ints, sigma: float) -> Ints:
    assert sigma > 0
    return values
