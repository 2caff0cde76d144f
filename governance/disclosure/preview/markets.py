"""Markets to reckon with: which shares the holdings may have, and what the primary rules leave of each.

`simulated` draws a market as real ones are (zones of very different weight, shares that vary from place to place), so
that negotiators see before any data is there which markets are hard: with 60/35/5 the p % rule alone hides three
quarters of the trips from competitors; two holdings can show each other nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.bilingual import Sentence
from governance.disclosure.cells import Cells, safe
from governance.disclosure.rules import Rules
from governance.terms.floors import MinTrips

#: How even shares are from place to place: the concentration of the Dirichlet distribution they are drawn from. With 20
#: a holding with half of the whole has between a third and two thirds in nine zones out of ten.
EVENNESS = 20.0


@dataclass(frozen=True, slots=True)
class Market:
    """A supposed market. `shares` are the holdings' in percent, the first one that of the holder who looks.

    `absent` is the part of the zones in which the last holding is not there, in percent.
    """

    id: str
    shares: tuple[int, ...]
    absent: int = 0

    def __post_init__(self) -> None:
        if sum(self.shares) != 100 or min(self.shares) < 1 or not 0 <= self.absent <= 100:
            raise ValueError(f"the shares of market {self.id} must be positive and make 100 %")

    @property
    def sentence(self) -> Sentence:
        """What is supposed, in words."""
        you, others = self.shares[0], " / ".join(str(share) for share in self.shares[1:])
        found = Sentence(
            f"Si vous faisiez {you} % de chaque case et d'autres {others} %, répartis comme vous",
            f"If you were {you} % of each cell and others {others} %, spread like you",
        )
        if not self.absent:
            return found
        return Sentence(
            f"{found.fr}, le dernier étant absent de {self.absent} % des zones",
            f"{found.en}, the last one absent from {self.absent} % of the zones",
        )


#: The usual ones: an even market seen from three seats, one that is hard, one of two.
MARKETS = (
    Market("leader-of-four", (45, 30, 15, 10)),
    Market("second-of-four", (30, 45, 15, 10)),
    Market("third-of-four", (15, 45, 30, 10)),
    Market("half-absent", (45, 30, 15, 10), absent=50),
    Market("skewed", (60, 35, 5)),
    Market("smallest-of-skewed", (5, 60, 35)),
    Market("two", (50, 50)),
)

#: The rules one after the other, as a negotiator meets them: k alone; N and dominance; p; p* with a prior of 50 %.
LADDER: tuple[Rules, ...] = tuple(
    Rules(
        min_trips=10,
        min_vehicles=None,
        min_users=None,
        min_holders=holders,
        max_share_percent=share,
        p_percent=p,
        coalition=1,
    )
    for holders, share, p in ((1, 100, 0), (3, 85, 0), (3, 85, 10), (3, 85, 20))
)


def simulated(
    shares: Sequence[int], *, random: np.random.Generator, trips: int = 200_000, zones: int = 60, bands: int = 6
) -> Cells:
    """A market's cells, zones by bands: zones weigh as Zipf's law has it, bands and shares vary."""
    weight = np.outer(1 / np.arange(1, zones + 1), random.dirichlet(np.full(bands, 3.0))).ravel()
    share = random.dirichlet(EVENNESS * np.asarray(shares) / sum(shares), len(weight))
    chance = weight[:, None] * share
    drawn = random.multinomial(trips, (chance / chance.sum()).ravel()).reshape(chance.shape)
    names = tuple(f"holding-{number}" for number in range(1, len(shares) + 1))
    return Cells(names, drawn, {MinTrips.name: drawn})


def publishable(cells: Cells, rules: Rules) -> float:
    """The share of all trips that lies in cells which the primary rules let out."""
    total = int(cells.total.sum())
    return float(cells.total[safe(cells, rules)].sum() / total) if total else 0.0
