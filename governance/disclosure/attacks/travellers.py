"""Attacks 14 and 16: one person's trips put together from flows, and one vehicle that made a figure by itself.

14: where one trip alone comes into a zone, and in the following slot one trip alone leaves it, the two are taken for
one person's way (Xu et al., *Trajectory Recovery From Ash*, 2017, of which this is the case that leaves no doubt).
16: open GBFS feeds show how many vehicles stood somewhere; a figure that so few can have made is theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Place
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.knowledge import Knowledge, Out

#: Words for slots of a day in their order; others are taken in the order of their names.
_SLOTS = ("night", "am_peak", "midday", "pm_peak", "evening")
_FLOWS = Sentence("des flux d'origine à destination par tranche", "flows from origin to destination by slot")
_SEEN = Sentence("combien de véhicules les flux ouverts ont montrés", "how many vehicles open feeds showed")
_CHAIN = Sentence("un seul arrive, puis un seul repart", "one alone arrives, then one alone leaves")
_FEW = Sentence("plus de trajets que de véhicules vus", "only so few vehicles were seen there")


def _trajectories(knowledge: Knowledge) -> Learnt:
    flows = [out for out in knowledge.releases if _ends(out) is not None]
    if not flows:
        return lacking(_FLOWS)
    facts = [fact for out in flows for fact in _chains(knowledge, out)]
    return Learnt(tuple(facts), Sentence(f"{len(facts)} chaînes.", f"{len(facts)} chains."))


def _ends(out: Out) -> tuple[int, int, int] | None:
    """The dimensions of origin, destination and slot; None where the release has no such three."""
    names = [out.attribute(one.dimension) for one in out.published.hierarchies]
    origin = next((d for d, name in enumerate(names) if name.startswith("origin")), None)
    destination = next((d for d, name in enumerate(names) if name.startswith("destination")), None)
    slot = next((d for d, name in enumerate(names) if name in {"band", "hour", "slot"}), None)
    return (origin, destination, slot) if origin is not None and destination is not None and slot is not None else None


def _chains(knowledge: Knowledge, out: Out) -> Iterator[Fact]:
    ends = _ends(out)
    if ends is None:
        return
    try:
        arrangement = arrange(knowledge, [out])
    except NotComparable:
        return
    arriving, leaving, slots = _single(out, ends)
    for before, after in pairwise(slots):
        for zone in {zone for zone, slot in arriving if slot == before}:
            first, then = arriving[zone, before], leaving.get((zone, after), [])
            if [value for _, value in first] == [1] and [value for _, value in then] == [1]:
                rows = [first[0][0], then[0][0]]
                atoms = np.unique(np.concatenate([arrangement.place(row).atoms for row in rows]))
                named = {"first": _way(out, rows[0], ends), "then": _way(out, rows[1], ends)}
                yield Fact(Secret.CHAIN, Place(arrangement, atoms, named), 1, 1, _CHAIN)


_Ends = defaultdict[tuple[str, str], list[tuple[int, int]]]


def _single(out: Out, ends: tuple[int, int, int]) -> tuple[_Ends, _Ends, list[str]]:
    """Rows about one origin, one destination and one slot: by where they end and by where they begin."""
    arriving: _Ends = defaultdict(list)
    leaving: _Ends = defaultdict(list)
    told = out.published
    for row in range(len(told)):
        single = all(len(told.nodes[row][d]) == 1 and told.level[row, d] == told.hierarchies[d].base for d in ends)
        if single and int(told.value[row]) > 0:
            origin, destination, slot = (told.hierarchies[d].nodes[-1][told.nodes[row][d][0]] for d in ends)
            arriving[destination, slot].append((row, int(told.value[row])))
            leaving[origin, slot].append((row, int(told.value[row])))
    names = told.hierarchies[ends[2]].nodes[-1]
    order = sorted(names, key=lambda name: (_SLOTS.index(name) if name in _SLOTS else len(_SLOTS), name))
    return arriving, leaving, order


def _way(out: Out, row: int, ends: tuple[int, int, int]) -> str:
    told = out.published
    origin, destination, slot = (told.hierarchies[d].nodes[-1][told.nodes[row][d][0]] for d in ends)
    return f"{origin} → {destination}, {slot}"


def _vehicles(knowledge: Knowledge) -> Learnt:
    if not knowledge.releases or knowledge.seen is None:
        return lacking(_SEEN)
    facts: list[Fact] = []
    for out in knowledge.releases:
        try:
            arrangement = arrange(knowledge, [out])
        except NotComparable:
            continue
        seen = sum(arrangement.sums(knowledge.seen, "vehicles").values())
        for row in arrangement.shown:
            place = arrangement.place(int(row))
            most = int(np.asarray(seen)[place.atoms].sum())
            facts.append(Fact(Secret.VEHICLES, place, min(1, most), most, _FEW))
    return Learnt(tuple(facts), Sentence(f"{len(facts)} chiffres comparés.", f"{len(facts)} figures were compared."))


ATTACKS = (
    Attack(14, Sentence("Trajectoires retrouvées", "Trajectory recovery"), _FLOWS, _trajectories),
    Attack(16, Sentence("Beaucoup de trajets d'un véhicule", "Many trips of one vehicle"), _SEEN, _vehicles),
)
