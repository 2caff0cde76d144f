"""Attacks 2, 3 and 15: solve everything that is out for its bounds, as an outsider, as a member, with open data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Arrangement, Place, atom_place
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.intervals import Insight
from governance.disclosure.attacks.knowledge import Knowledge, Out

#: Places that are solved for; beyond it the attack says that it stopped.
MOST_PLACES = 5_000
SOLVED = Sentence("programmation linéaire sur tout ce qui est publié", "linear programming over all that is out")
_OWN = Sentence("vos propres contributions", "your own contributions")
_RELEASE = Sentence("une diffusion", "a release")
_PRIORS = Sentence(
    "ce que les flux GBFS ouverts laissent estimer de chaque groupe", "what open GBFS feeds tell of each holding"
)


def insight(knowledge: Knowledge, arrangement: Arrangement, *, priors: bool = False) -> Insight:
    """What an attacker knows of an arrangement."""
    tables = [table for table in (knowledge.own, knowledge.public) if table is not None]
    own = {name: sums for table in tables for name, sums in arrangement.sums(table, knowledge.measure).items()}
    public = frozenset(knowledge.public["holding"].to_pylist()) if knowledge.public is not None else frozenset()
    least, most = (
        arrangement.sums(table, knowledge.measure) if priors and table is not None else {}
        for table in (knowledge.least, knowledge.most)
    )
    known = knowledge.me | public
    others = {name: sums for name, sums in least.items() if name not in known}
    upper = {name: sums for name, sums in most.items() if name not in known}
    return Insight(arrangement, own, public, others, upper)


def places(arrangement: Arrangement, *, rows: bool = True) -> Iterator[Place]:
    """The rows, then the atoms that are no row by themselves: each place once."""
    seen: set[bytes] = set()
    for row in range(len(arrangement.rows)) if rows else ():
        place = arrangement.place(row)
        if place.atoms.tobytes() not in seen:
            seen.add(place.atoms.tobytes())
            yield place
    in_some_row = np.flatnonzero(np.diff(arrangement.columns.indptr))
    for atom in in_some_row:
        if np.array([atom], np.int64).tobytes() not in seen:
            yield atom_place(arrangement, int(atom))


def solved(knowledge: Knowledge, outs: Sequence[Out] | None = None, *, priors: bool = False) -> Learnt:
    """Bounds for every published and every hidden row and for every atom."""
    try:
        arrangement = arrange(knowledge, outs)
    except NotComparable as fault:
        return Learnt((), Sentence(f"Abandonnée : {fault}", f"Given up: {fault}"), tried=False)
    mind = insight(knowledge, arrangement, priors=priors)
    facts: list[Fact] = []
    cut = False
    for number, place in enumerate(places(arrangement)):
        if number == MOST_PLACES:
            cut = True
            break
        facts += _facts(mind, place)
    fr, en = (" (arrêtée avant la fin)", " (stopped before the end)") if cut else ("", "")
    whom = len(arrangement.rows)
    return Learnt(tuple(facts), Sentence(f"{whom} lignes résolues{fr}.", f"{whom} rows were solved{en}."))


def _facts(mind: Insight, place: Place) -> list[Fact]:
    low, high = mind.others(place.atoms)
    found = [Fact(Secret.TRIPS, place, low, high, SOLVED)]
    for whose in sorted(mind.least) or [""]:
        part = mind.part(place.atoms, whose)
        found.append(Fact(Secret.PART, place, 0, part, SOLVED, whose))
    return found


def _outsider(knowledge: Knowledge) -> Learnt:
    if not knowledge.releases:
        return lacking(_RELEASE)
    return solved(replace(knowledge, own=None))


def _insider(knowledge: Knowledge) -> Learnt:
    if not knowledge.releases or knowledge.own is None:
        return lacking(_OWN)
    return solved(knowledge)


def _with_priors(knowledge: Knowledge) -> Learnt:
    if not knowledge.releases or knowledge.least is None:
        return lacking(_PRIORS)
    return solved(knowledge, priors=True)


ATTACKS = (
    Attack(2, Sentence("Intervalle d'un tiers", "An outsider's interval"), _RELEASE, _outsider),
    Attack(3, Sentence("Intervalle d'un membre, ou de deux", "A member's interval, or a pair's"), _OWN, _insider),
    Attack(15, Sentence("Flux GBFS comme connaissance préalable", "GBFS as a side channel"), _PRIORS, _with_priors),
)
