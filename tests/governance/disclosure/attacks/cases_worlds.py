"""Cases that need several worlds or draws: what open feeds tell, travellers, noise, the choice of groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from governance.disclosure.attacks.knowledge import Knowledge, Out
from governance.disclosure.attacks.truth import Truth
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.noise import Noise, noisy
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import Rules
from tests.governance.disclosure.attacks.market import (
    MEMBERS,
    Market,
    about,
    floors,
    market,
    out,
    partitioned,
    raw,
    zones,
)

Off = frozenset[str]
WORLDS = 60


def prior(off: Off) -> tuple[Knowledge, Truth]:
    """60, 30, 10, and GBFS tells each within 50 %: b knows that c has 5 at least, and a 100 - 30 - 5 = 65 at most."""
    parts = [("X", "a", 60, 9), ("X", "b", 30, 9), ("X", "c", 10, 9), *(("Y", name, 40, 8) for name in "abc")]
    one = market((zones("X", "Y"),), parts)
    published = partitioned(one, MEMBERS if "prior" in off else replace(MEMBERS, p_percent=20))
    low, high = (_scaled(one.table, by) for by in (0.5, 1.5))
    return Knowledge((out(published),), own=one.of("b"), least=low, most=high), one.truth(me=("b",))


def _scaled(table: pa.Table, by: float) -> pa.Table:
    """Each holding's figures in each zone times a number, rounded outwards."""
    sums = table.group_by(["zone", "holding"], use_threads=False).aggregate([("trips", "sum")])
    values = sums["trips_sum"].to_numpy() * by
    trips = np.floor(values) if by < 1 else np.ceil(values)
    return sums.select(["zone", "holding"]).append_column("trips", pa.array(trips.astype(np.int64)))


def _sampler(seed: int) -> object:
    """Gaussian noise, rounded: what the tests draw in the place of the operating system's."""
    drawn = np.random.default_rng(seed)

    def sample(values: npt.NDArray[np.int64], sigma: float) -> npt.NDArray[np.int64]:
        return np.asarray(values + np.rint(drawn.normal(0, sigma, len(values))), np.int64)

    return sample


def _noisy(one: Market, rules: Rules, sample: object) -> Published:
    return noisy(one.contributions(), rules, Noise(6000), about=about(Shape.PARTITION), sample=sample)  # type: ignore[arg-type]


def drawn_once(off: Off) -> tuple[Knowledge, Truth]:
    """Six trips in X, beside noise of sigma 6: once, or drawn anew 200 times for whoever asks."""
    parts = [*(("X", name, 2, 2) for name in "abc"), *(("Y", name, 40, 8) for name in "abc")]
    one = market((zones("X", "Y"),), parts)
    sample = _sampler(7)
    stored = _noisy(one, MEMBERS, sample)
    answers = [_noisy(one, MEMBERS, sample) for _ in range(200)] if "once" in off else [stored] * 200
    return Knowledge(tuple(out(answer, id=f"r{number}") for number, answer in enumerate(answers))), one.truth()


def noise(off: Off) -> tuple[Knowledge, Truth]:
    """Whoever knows of everybody else in X reads one more trip off an exact number."""
    drawn, sample = np.random.default_rng(11), _sampler(12)
    found: list[list[Out]] = [[], []]
    rest: list[list[int]] = [[], []]
    one = market((zones("X", "Y"),), [])
    for more in (0, 1):
        for _ in range(3 * WORLDS):
            parts = [*(("X", name, int(drawn.integers(15, 25)), 5) for name in "bc"), ("X", "a", 20 + more, 5)]
            one = market((zones("X", "Y"),), [*parts, *(("Y", name, 40, 8) for name in "abc")])
            published = partitioned(one) if "noise" in off else _noisy(one, MEMBERS, sample)
            found[more].append(out(published))
            rest[more].append(sum(int(part[2]) for part in parts) - more)
    target = pa.table({"zone": ["X"], "trips": [1]})
    return Knowledge(target=target, reference=(found[0], found[1]), rest=(rest[0], rest[1])), one.truth()


#: A traveller is seen twice a month in a place where hardly anybody else is.
SEEN = 2


def traveller(off: Off) -> tuple[Knowledge, Truth]:
    """24 zones, a rare trip in each; whoever knows where somebody goes looks whether that somebody is in the data."""
    drawn = np.random.default_rng(13)
    names = [f"{number:02d}" for number in range(24)]
    hierarchy = Hierarchy.of("zone", ["district", "zone"], [(name[0], name) for name in names])
    found: list[list[Out]] = [[], []]
    one = market((hierarchy,), [])
    usual = _town(hierarchy, drawn, more=0)
    for more in (0, SEEN):
        for _ in range(WORLDS):
            one = _town(hierarchy, drawn, more=more)
            published = raw(one) if "all" in off else partitioned(one, earlier=usual)
            found[bool(more)].append(out(published))
    target = pa.table({"zone": [names[0]], "trips": [SEEN]})
    return Knowledge(target=target, reference=(found[0], found[1])), one.truth()


def _town(hierarchy: Hierarchy, drawn: np.random.Generator, *, more: int) -> Market:
    zones_of = hierarchy.nodes[-1]
    parts = []
    for number, zone in enumerate(zones_of):
        for name in "abc":
            trips = int(drawn.poisson(0.1 if number == 0 else 6)) + (more if number == 0 and name == "a" else 0)
            parts += [(zone, name, trips, min(trips, 6))] if trips else []
    return market((hierarchy,), parts)


def earlier(off: Off) -> tuple[Knowledge, Truth]:
    """In X nine trips, or 24: below and above the threshold. Last month there were twelve."""
    usual = three(4)
    found = [[out(partitioned(three(each), off=off, earlier=usual)) for _ in range(3)] for each in (3, 8)]
    target = pa.table({"zone": ["X"], "trips": [1]})
    return Knowledge(target=target, reference=(found[0], found[1])), usual.truth()


def three(each: int) -> Market:
    """X with `each` trips of three holdings, and Y with the rest of 120."""
    parts = [*(("X", name, each, 3) for name in "abc"), *(("Y", name, 40 - each, 8) for name in "abc")]
    return market((zones("X", "Y"),), parts)


def told_p(off: Off) -> tuple[Knowledge, Truth]:
    """60, 33, 7: just safe. b, who knows that p is 10, reads that a has 67 / 1.1 = 60 at most: exactly what it has."""
    parts = [("X", "a", 60, 9), ("X", "b", 33, 9), ("X", "c", 7, 7), *(("Y", name, 40, 8) for name in "abc")]
    one = market((zones("X", "Y"),), parts)
    knowledge = Knowledge((out(partitioned(one)),), own=one.of("b"), floors=floors())
    return replace(knowledge, told_p=10 if "secret_p" in off else None), one.truth(me=("b",))
