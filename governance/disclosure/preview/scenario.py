"""A supposed market made of one holder's own records: the others spread like it, and split the rest unevenly.

Nothing of anybody else is looked at. Each record of the holder is there again, for each other holding, as often as the
shares say; a fraction is settled by a draw from the scenario's own seed, so the same records give the same preview.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from governance.disclosure.contributions import Codes, Contributions, Ints
from governance.disclosure.preview.markets import EVENNESS, Market

#: The holder's name in a scenario; the others' are numbers. No real holding is named so.
YOU = "you"
_Shares = npt.NDArray[np.float64]


def supposed(own: Contributions, market: Market, *, random: np.random.Generator) -> Contributions:
    """The contributions of a market, given those of one holder alone.

    How the others split what the holder does not have varies from zone to zone: by the base nodes of the first
    dimension. Their fleets are as large as their shares.
    """
    share = market.shares[0] / 100
    times = _split(market, own.hierarchies[0].size, random=random) * (1 - share) / share
    parts = [_named(own, 0)]
    for number in range(1, len(market.shares)):
        wanted = times[own.cell[:, 0], number - 1]
        copies = np.floor(wanted + random.random(len(own))).astype(np.int64)
        fleet = market.shares[number] / market.shares[0]
        parts.append(_copied(_named(own, number), copies, fleet=fleet))
    names = (YOU, *(f"z-other-{number}" for number in range(1, len(market.shares))))
    return _joined(parts, names)


def _split(market: Market, zones: int, *, random: np.random.Generator) -> _Shares:
    """How the others share what is not the holder's, in each zone: (zones, others)."""
    others = np.asarray(market.shares[1:], np.float64)
    found: _Shares = random.dirichlet(EVENNESS * others / 100, zones)
    gone = random.permutation(zones)[: round(market.absent * zones / 100)]
    found[gone, -1] = 0
    whole = found.sum(axis=1, keepdims=True)
    split: _Shares = np.divide(found, whole, out=np.zeros_like(found), where=whole > 0)
    return split


def _named(own: Contributions, number: int) -> Contributions:
    holding: Codes = np.full(len(own), number, np.int32)
    return Contributions(
        own.hierarchies, own.holdings, own.cell, holding, own.value, dict(own.added), dict(own.distinct)
    )


def _copied(part: Contributions, copies: Ints, *, fleet: float) -> Contributions:
    """Each row as often as `copies` says, on vehicles of a fleet that is `fleet` times the holder's."""
    rows = np.repeat(np.arange(len(part)), copies)
    which = np.arange(len(rows)) - np.repeat(np.cumsum(copies) - copies, copies)
    distinct = {}
    for name, ids in part.distinct.items():
        width = int(ids.max(initial=0)) + 1
        size = max(1, round(fleet * len(np.unique(ids))))
        # The copies of one vehicle are different ones, and a small fleet is shared by all.
        distinct[name] = (which * width + ids[rows]) % size
    return Contributions(
        part.hierarchies,
        part.holdings,
        part.cell[rows],
        part.holding[rows],
        part.value[rows],
        {name: values[rows] for name, values in part.added.items()},
        distinct,
    )


def _joined(parts: list[Contributions], names: tuple[str, ...]) -> Contributions:
    """All parts in the order that contributions have: by cell, holding and ids."""
    first = parts[0]
    cell = np.concatenate([part.cell for part in parts])
    holding = np.concatenate([part.holding for part in parts])
    added = {name: np.concatenate([part.added[name] for part in parts]) for name in first.added}
    distinct = {name: np.concatenate([part.distinct[name] for part in parts]) for name in first.distinct}
    order = np.lexsort((*reversed(tuple(distinct.values())), holding, *reversed(cell.T)))
    return Contributions(
        first.hierarchies,
        names,
        cell[order],
        holding[order],
        np.concatenate([part.value for part in parts])[order],
        {name: values[order] for name, values in added.items()},
        {name: values[order] for name, values in distinct.items()},
    )
