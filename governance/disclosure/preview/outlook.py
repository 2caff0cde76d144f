"""What an audience would see in each supposed market, in numbers and in words: the whole of a preview.

A first release is reckoned: its partition is chosen under reinforced rules, as the hub does where nothing is out yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from governance.audiences import WITH_INSIDERS, Audience
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.cube_parts import Zeros
from governance.cubes import Cube
from governance.disclosure.contributions import Contributions
from governance.disclosure.grid import coarsenings, first_that_keeps
from governance.disclosure.hierarchy import ALL
from governance.disclosure.noise import MOST_KEYS, noise_of
from governance.disclosure.partition import choose, partition
from governance.disclosure.preview.markets import MARKETS, Market
from governance.disclosure.preview.measures import (
    Flags,
    Share,
    Told,
    shares,
    told_by_grid,
    told_by_partition,
    told_by_table,
)
from governance.disclosure.preview.scenario import YOU, supposed
from governance.disclosure.published import About, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.steps import Step
from governance.disclosure.suppress import protect_table

#: A cube is called useful where it tells so much of the trips, in percent.
USEFUL = 80
#: How long a table with margins is searched for in one market; then a coarser one is taken.
TABLE_S = 30.0
#: Where the draws of every scenario begin.
_SEED = 5


@dataclass(frozen=True, eq=False, slots=True)
class Outlook:
    """What an audience would see of the holder's own records in one market.

    `waived`: every holding there would let this audience know its volumes. `told` is for the holder's own map.
    """

    audience: Audience
    market: Market
    waived: bool
    shares: tuple[Share, ...]
    told: Told

    @property
    def nothing(self) -> bool:
        """Whether not even one sum could be shown."""
        return not any(one.trips_percent for one in self.shares)

    @property
    def useful(self) -> Share | None:
        """The finest grain at which the release would still be useful; None when there is none."""
        fitting = [one for one in self.shares if one.trips_percent >= USEFUL]
        return fitting[-1] if fitting else None

    def sentence(self) -> Sentence:
        """The same in words, without a number of anybody."""
        if self.nothing:
            return _nothing(self.audience, self.market)
        if self.useful is None:
            return _LITTLE.filled(least=USEFUL)
        if set(self.useful.levels.values()) == {ALL}:
            return _WHOLE
        levels = ", ".join(f"{dimension} {level}" for dimension, level in self.useful.levels.items())
        return _USEFUL.filled(percent=self.useful.trips_percent, levels=levels)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON: shares only. It holds no count, so it may be shown to the other party, if the holder wants that."""
        return {
            "audience": self.audience.value,
            "market": self.market.id,
            "market_shares": list(self.market.shares),
            "sentence": self.sentence().plain(),
            "shares": [one.plain() for one in self.shares],
            "supposed": self.market.sentence.plain(),
            "waived": self.waived,
        }


def outlooks(
    own: Contributions, rules: Rules, cube: Cube, audience: Audience, *, markets: Sequence[Market] = MARKETS
) -> tuple[Outlook, ...]:
    """What would be seen of one holder's contributions: for each market, and for authorities with all waivers too."""
    found = []
    for market in markets:
        data = supposed(own, market, random=np.random.default_rng([_SEED, *market.shares, market.absent]))
        rows: Flags = data.holding == data.holdings.index(YOU)
        for waived in (False, True) if audience not in WITH_INSIDERS else (False,):
            kept = replace(rules, named=frozenset(data.holdings) if waived else frozenset(), known=frozenset())
            told = _told(data, kept, cube, audience, rows)
            found.append(Outlook(audience, market, waived, shares(told, data.where(rows)), told))
    return tuple(found)


def _told(data: Contributions, rules: Rules, cube: Cube, audience: Audience, rows: Flags) -> Told:
    if noise_of(cube.finishing_for(audience)) is not None:
        grid = first_that_keeps(data, rules, coarsenings(data.hierarchies), most=MOST_KEYS)
        return told_by_grid(data.hierarchies, grid, int(rows.sum()))
    if cube.shape is Shape.TABLE:
        about = About(cube.id, cube.shape, cube.measure, cube.unit)
        shown = cube.zeros is Zeros.SHOWN
        made = protect_table(data, rules, about=about, zeros_shown=shown, budget_s=TABLE_S, workers=1)
        return told_by_table(made.published, data, rows)
    steps = [Step(dimension, level) for dimension, level in cube.steps] or None
    tree = choose(data, rules, steps=steps)
    return told_by_partition(partition(data, rules, within=tree), rows)


_LITTLE = Sentence(
    "Des sommes seulement : à aucune maille, {least} % de vos trajets ne seraient montrés.",
    "Some sums only: at no grain would {least} % of your trips be told.",
)
_WHOLE = Sentence(
    "Seule la somme de tout le territoire et de tous les moments serait montrée.",
    "Only the sum of the whole territory and of all hours would be told.",
)
_USEFUL = Sentence(
    "Le plus fin qui reste utile : {levels} ; {percent} % de vos trajets y seraient montrés.",
    "The finest that stays useful: {levels}; {percent} % of your trips would be told there.",
)
_TWO = Sentence(
    "À deux, chacun retranche sa part : rien de commun ne peut être montré aux contributeurs eux-mêmes. "
    "Restent le public des autorités, si chacun lève sa protection, ou davantage de contributeurs.",
    "With two, each subtracts itself: nothing joint can be shown to the contributors themselves. What is left are the "
    "authorities, if each waives its protection, or more contributors.",
)
_WAIVE = Sentence(
    "Rien sans levée de protection : si tous les contributeurs la donnent, l'autorité a son tableau.",
    "Nothing without waivers: if all contributors give theirs, the authority gets its table.",
)
_DOMINATED = Sentence(
    "Même la somme de tout trahirait un groupe à un autre : rien ne peut être montré à ce public.",
    "Even the sum of everything would betray one holding to another: nothing can be shown to this audience.",
)


def _nothing(audience: Audience, market: Market) -> Sentence:
    if audience not in WITH_INSIDERS:
        return _WAIVE
    return _TWO if len(market.shares) == 2 else _DOMINATED
