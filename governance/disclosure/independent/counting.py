"""What each holding adds to each row of a release, counted anew with Polars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from governance.disclosure.contributions import Contributions, Ints


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """`values` is (r, h), what each of h holdings adds to each of r rows; `counts` likewise by name of threshold."""

    holdings: tuple[str, ...]
    values: Ints
    counts: Mapping[str, Ints]


def counted(contributions: Contributions, layers: Sequence[Ints], rows: int) -> Counted:
    """Count by row and holding. A layer says in which row (-1: in none) each contribution lies."""
    shape = (rows, len(contributions.holdings))
    values = np.zeros(shape, np.int64)
    counts = {name: np.zeros(shape, np.int64) for name in (*contributions.added, *contributions.distinct)}
    for row in layers:
        found = _counted(contributions, row)
        place = (found["row"].to_numpy(), found["holding"].to_numpy())
        values[place] += found["value"].to_numpy()
        for name, many in counts.items():
            many[place] += found[f"counted {name}"].to_numpy().astype(np.int64)
    return Counted(contributions.holdings, values, counts)


def _counted(contributions: Contributions, row: Ints) -> pl.DataFrame:
    columns = {f"counted {name}": numbers for name, numbers in contributions.added.items()}
    columns |= {f"counted {name}": ids for name, ids in contributions.distinct.items()}
    frame = pl.DataFrame({"row": row, "holding": contributions.holding, "value": contributions.value, **columns})
    sums = [pl.col("value").sum()] + [pl.col(f"counted {name}").sum() for name in contributions.added]
    ids = [pl.col(f"counted {name}").n_unique() for name in contributions.distinct]
    return frame.filter(pl.col("row") >= 0).group_by("row", "holding").agg(*sums, *ids)
