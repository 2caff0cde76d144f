"""Two hundred random markets, protected by the hub's code and judged by the auditor's, which shares none of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.markets import market
from governance.disclosure import suppress
from governance.disclosure.contributions import Contributions
from governance.disclosure.independent import audit_partition, audit_table
from governance.disclosure.partition import partition
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.suppress import protect_table
from tests.governance.disclosure.handmade import RULES

#: Shares of three to six holdings, as skewed as markets are.
SHARES = ((50, 30, 20), (60, 25, 15), (45, 30, 15, 10), (55, 20, 15, 10), (35, 25, 20, 12, 8), (40, 22, 15, 11, 7, 5))
#: Four in five are of 4 zones x 3 bands, the others of 5 or 6 zones.
ZONES = (4, 4, 4, 4, 5, 4, 4, 4, 4, 6)
ABOUT = About("markets", Shape.TABLE, "trips", "trips")
TABLES = 200
BATCH = 25


def of(seed: int) -> Contributions:
    """A market of 12 to 18 cells and a few hundred trips or a few thousand; in some a holding is absent from zones."""
    shares = SHARES[seed % len(SHARES)]
    absent = {len(shares) - 1: 0.5} if seed % 4 == 0 else None
    return market(ZONES[seed % len(ZONES)], 3, 1, shares, trips=400 * (1 + seed % 7), seed=seed, absent=absent)


def protected(made: Contributions, rules: Rules, *, zeros_shown: bool) -> Published:
    return protect_table(made, rules, about=ABOUT, zeros_shown=zeros_shown, workers=1).published


@pytest.mark.parametrize("first", range(0, TABLES, BATCH))
def test_neither_an_insider_nor_a_pair_breaks_any(first: int) -> None:
    """p = 10 %. Pairs are withstood where five holdings are, or everywhere, by turns; insiders and outsiders always."""
    shown = hidden = 0
    for seed in range(first, first + BATCH):
        made = of(seed)
        rules = replace(RULES, coalition=2, everywhere=seed % 2 == 1, min_vehicles=3)
        published = protected(made, rules, zeros_shown=seed % 3 == 0)
        found = audit_table(published, made, rules)
        assert found.safe, (seed, [str(one) for one in found.breaches])
        assert found.least_slack >= 1
        pairs = len(made.holdings) * (len(made.holdings) - 1) // 2
        assert found.attacks == (1 + len(made.holdings) + pairs) * len(published)
        shown += int(published.shown.sum())
        hidden += int((~published.shown).sum())
    # Neither is everything hidden, nor is there nothing to protect.
    assert min(shown, hidden) > 4 * BATCH


def test_their_partitions_are_safe_and_complete() -> None:
    groups = 0
    for seed in range(60):
        made = market(6 + seed % 5, 3, 2, SHARES[seed % len(SHARES)], trips=500 * (1 + seed % 7), seed=seed, sectors=3)
        rules = replace(RULES, coalition=1 + seed % 2, min_vehicles=3)
        published = partition(made, rules).published(replace(ABOUT, shape=Shape.PARTITION))
        found = audit_partition(published, made, rules)
        assert found.safe, (seed, [str(one) for one in found.breaches])
        assert not len(published) or int(published.value.sum()) == made.total
        groups += len(published)
    assert groups > 300


def test_without_the_insider_audit_members_break_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty tables that keep to all primary rules and that no outsider breaks: the auditor must find what members can.

    Four holdings, each absent from some zones.
    """
    monkeypatch.setattr(suppress, "attackers_of", lambda rules, holdings: ((),))
    broken: set[int] = set()
    exact = 0
    for seed in range(40):
        absent = {0: 0.5, 1: 0.4, 2: 0.4, 3: 0.4}
        made = market(4 + seed % 2, 3, 1, (45, 30, 15, 10), trips=150 * (1 + seed % 4), seed=seed, absent=absent)
        published = protected(made, RULES, zeros_shown=seed % 3 == 0)
        assert audit_table(published, made, RULES, attackers=[()]).safe
        found = audit_table(published, made, RULES).breaches
        assert all(len(one.attackers) == 1 for one in found)
        broken |= {seed} if found else set()
        close = [one for one in found if one.rule == "p_percent"]
        exact += sum(one.bound == _part(made, one.key, str(one.holding)) for one in close)
    # Fourteen, and thirteen parts to the unit, when this was written.
    assert len(broken) >= 10
    assert exact >= 5


def _part(made: Contributions, key: str, holding: str) -> int:
    """What a holding has in a key, from the key's own words."""
    inside = made.holding == made.holdings.index(holding)
    for d, word in enumerate(key.split(", ")):
        node = word.partition("=")[2]
        if node != "all":
            inside &= np.array([made.hierarchies[d].nodes[-1][cell] == node for cell in made.cell[:, d]], bool)
    return int(made.value[inside].sum())
