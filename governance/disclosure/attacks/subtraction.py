"""Attacks 1, 4 and 5: nothing but subtraction. A total less its parts; the hidden cells of one line less one's own;
a number less what all brands of one house put into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from governance.bilingual import Sentence
from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.atoms import Arrangement, Place
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.intervals import Insight
from governance.disclosure.attacks.knowledge import Knowledge, Out
from governance.disclosure.attacks.solving import insight
from governance.disclosure.published import Shape

_TABLE = Sentence("un tableau avec marges", "a table with margins")
_OWN = Sentence("un tableau avec marges et vos contributions", "a table with margins and your own contributions")
_HOUSE = Sentence("une diffusion et vos contributions", "a release and your own contributions")
_TOTAL = Sentence("un total moins ses parties", "a total less its parts")
_LINE = Sentence("les cases cachées d'une ligne moins les vôtres", "the hidden cells of one line less your own")
_BRANDS = Sentence("un chiffre moins toutes vos marques", "a figure less all your brands")


@dataclass(frozen=True, slots=True)
class Line:
    """A margin and its parts along one dimension: numbers of rows."""

    margin: int
    parts: tuple[int, ...]


def lines(out: Out) -> Iterator[Line]:
    """Each margin of a table with all its parts, along each dimension."""
    told = out.published
    keys = [
        tuple(zip(told.level[row].tolist(), (one[0] for one in told.nodes[row]), strict=True))
        for row in range(len(told))
    ]
    row_of = {key: row for row, key in enumerate(keys)}
    children = [_children(hierarchy.parents) for hierarchy in told.hierarchies]
    for row, key in enumerate(keys):
        for d, (level, node) in enumerate(key):
            below = children[d].get((level, node), ())
            parts = [row_of.get((*key[:d], (level + 1, child), *key[d + 1 :])) for child in below]
            found = tuple(part for part in parts if part is not None)
            if found and len(found) == len(parts):
                yield Line(row, found)


def _children(parents: tuple[np.ndarray[tuple[int], np.dtype[np.int32]], ...]) -> Mapping[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for level, above in enumerate(parents[1:]):
        for child, parent in enumerate(above.tolist()):
            found.setdefault((level, parent), []).append(child)
    return found


def _tables(knowledge: Knowledge) -> list[Out]:
    return [out for out in knowledge.releases if out.published.about.shape is Shape.TABLE]


def _arranged(knowledge: Knowledge, out: Out) -> Arrangement | None:
    try:
        return arrange(knowledge, [out])
    except NotComparable:
        return None


def _totals(knowledge: Knowledge) -> Learnt:
    """Subtract parts from totals until nothing new is found."""
    if not (tables := _tables(knowledge)):
        return lacking(_TABLE)
    facts: list[Fact] = []
    for out in tables:
        arrangement = _arranged(knowledge, out)
        facts += _subtracted(out, arrangement) if arrangement is not None else []
    many = len(facts)
    return Learnt(tuple(facts), Sentence(f"{many} cases retrouvées.", f"{many} cells were worked out."))


def _subtracted(out: Out, arrangement: Arrangement) -> list[Fact]:
    known = {row: (one.low or 0, one.high) for row, one in enumerate(arrangement.rows) if one.high is not None}
    every, facts, goes_on = list(lines(out)), [], True
    while goes_on:
        goes_on = False
        for line in every:
            found = _missing(line, known)
            if found is not None:
                row, low, high = found
                known[row] = (low, high)
                facts.append(Fact(Secret.TRIPS, arrangement.place(row), low, high, _TOTAL))
                goes_on = True
    return facts


def _missing(line: Line, known: Mapping[int, tuple[int, int | None]]) -> tuple[int, int, int] | None:
    """The one row of a line that is not known, and what the others leave for it."""
    lost = [row for row in (line.margin, *line.parts) if row not in known]
    if len(lost) != 1:
        return None
    lows = sum(known[part][0] for part in line.parts if part in known)
    highs = sum(known[part][1] or 0 for part in line.parts if part in known)
    if lost[0] == line.margin:
        return line.margin, lows, highs
    low, high = known[line.margin]
    return lost[0], max(0, low - highs), max(0, (high or 0) - lows)


def _one_line(knowledge: Knowledge) -> Learnt:
    """In each line with a printed total: what others have in its hidden cells, which bounds each of these."""
    tables = _tables(knowledge)
    if not tables or knowledge.own is None:
        return lacking(_OWN)
    facts: list[Fact] = []
    for out in tables:
        arrangement = _arranged(knowledge, out)
        if arrangement is not None:
            mind = insight(knowledge, arrangement)
            for line in lines(out):
                facts += _hidden_parts(line, arrangement, mind)
    many = len(facts)
    return Learnt(tuple(facts), Sentence(f"{many} bornes trouvées.", f"{many} bounds were found."))


def _hidden_parts(line: Line, arrangement: Arrangement, mind: Insight) -> Iterator[Fact]:
    rows = arrangement.rows
    hidden = [part for part in line.parts if not rows[part].shown]
    if not hidden or rows[line.margin].high is None:
        return
    atoms = np.unique(np.concatenate([arrangement.place(part).atoms for part in hidden]))
    shown = sum(rows[part].low or 0 for part in line.parts if rows[part].shown)
    left = max(0, (rows[line.margin].high or 0) - shown - int(mind.known[atoms].sum()))
    together = Place(arrangement, atoms, {**rows[line.margin].label, "cells": ":c"})
    for place in (together, *(arrangement.place(part) for part in hidden)):
        yield Fact(Secret.PART, place, 0, left, _LINE)


def _subsidiaries(knowledge: Knowledge) -> Learnt:
    """All brands of one house pool what they know; nobody else's house is split by that."""
    if not knowledge.releases or knowledge.own is None:
        return lacking(_HOUSE)
    mine = {knowledge.houses.get(name, name) for name in knowledge.me}
    others = {knowledge.houses.get(name, name) for name in knowledge.holdings} - mine
    facts: list[Fact] = []
    for out in knowledge.releases:
        arrangement = _arranged(replace(knowledge, public=None), out)
        if arrangement is not None:
            mind = insight(knowledge, arrangement)
            facts += [
                Fact(Secret.PART, arrangement.place(int(row)), 0, int(mind.high[row]), _BRANDS)
                for row in arrangement.shown
            ]
    fr = f"Vos {len(knowledge.me)} marques sont d'une seule maison ; il y en a {len(others)} autres."
    en = f"Your {len(knowledge.me)} brands are one house's; there are {len(others)} others."
    return Learnt(tuple(facts), Sentence(fr, en))


ATTACKS = (
    Attack(1, Sentence("Soustraction des totaux", "Subtraction from totals"), _TABLE, _totals),
    Attack(4, Sentence("Cases d'un seul contributeur sur une ligne", "Singletons in one line"), _OWN, _one_line),
    Attack(5, Sentence("Un groupe partagé en deux filiales", "A holding split in two brands"), _HOUSE, _subsidiaries),
)
