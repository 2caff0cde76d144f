"""Attacks 6, 7, 8 and 11: releases set against one another. Two zone systems, two periods, two states of the data, and
everything open about one small town at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.calendar import is_calendar
from governance.disclosure.attacks.knowledge import Knowledge, Out
from governance.disclosure.attacks.solving import solved

_ZONES = Sentence("deux diffusions de zonages différents", "two releases of different zone systems")
_TIMES = Sentence(
    "deux diffusions de périodes différentes, ou révisées", "two releases of different or revised periods"
)
_EDITIONS = Sentence("deux diffusions d'éditions différentes", "two releases of different editions")
_OPEN = Sentence("deux diffusions ouvertes ou plus", "two open releases or more")


def _against(knowledge: Knowledge, differ: Callable[[Out, Out], bool], needs: Sentence) -> Learnt:
    """Solve all releases jointly of which some pair differs in that way."""
    pairs = [pair for pair in combinations(knowledge.releases, 2) if differ(*pair)]
    if not pairs:
        return lacking(needs)
    chosen = [out for out in knowledge.releases if any(out in pair for pair in pairs)]
    return solved(knowledge, chosen)


def _other_zones(one: Out, other: Out) -> bool:
    first, second = _nodes(one), _nodes(other)
    return any(first[name] != second[name] for name in first.keys() & second.keys())


def _nodes(out: Out) -> dict[str, tuple[str, ...]]:
    return {
        out.attribute(hierarchy.dimension): hierarchy.nodes[-1]
        for hierarchy in out.published.hierarchies
        if not is_calendar(hierarchy)
    }


def _other_times(one: Out, other: Out) -> bool:
    return one.span != other.span or one.edition != other.edition or _steps(one) != _steps(other)


def _steps(out: Out) -> list[tuple[str, ...]]:
    return [hierarchy.nodes[-1] for hierarchy in out.published.hierarchies if is_calendar(hierarchy)]


def _geography(knowledge: Knowledge) -> Learnt:
    return _against(knowledge, _other_zones, _ZONES)


def _slicing(knowledge: Knowledge) -> Learnt:
    return _against(knowledge, _other_times, _TIMES)


def _joining(knowledge: Knowledge) -> Learnt:
    """What came with the later edition is one holder's: its bounds are bounds of that holder's part."""
    learnt = _against(knowledge, lambda one, other: one.edition != other.edition, _EDITIONS)
    if not learnt.tried:
        return learnt
    editions = {out.edition for out in knowledge.releases}
    later = {str(edition) for edition in editions - {min(editions)}}
    came = [fact for fact in learnt.facts if fact.place is not None and fact.place.named.get("edition") in later]
    parts = [Fact(Secret.PART, one.place, one.low, one.high, one.how) for one in came if one.secret is Secret.TRIPS]
    return replace(learnt, facts=(*came, *parts))


def _reconstruction(knowledge: Knowledge) -> Learnt:
    """As the public: how much of the town's cells is determined by all open releases together."""
    opened = [out for out in knowledge.releases if out.audience is Audience.OPEN]
    if len(opened) < 2:
        return lacking(_OPEN)
    learnt = solved(replace(knowledge, own=None), opened)
    counts = [fact for fact in learnt.facts if fact.secret is Secret.TRIPS]
    known, many = sum(fact.exact for fact in counts), len(counts)
    fr, en = f"{known} nombres sur {many} sont déterminés.", f"{known} of {many} numbers are determined."
    return replace(learnt, note=Sentence(fr, en)) if learnt.tried else learnt


ATTACKS = (
    Attack(6, Sentence("Différence de deux zonages", "Geographic differencing"), _ZONES, _geography),
    Attack(7, Sentence("Découpage du temps, révisions", "Temporal slicing, revisions"), _TIMES, _slicing),
    Attack(8, Sentence("Un détenteur arrive ou part", "A holder joins or leaves"), _EDITIONS, _joining),
    Attack(11, Sentence("Reconstruction d'une petite ville", "Reconstruction of a small town"), _OPEN, _reconstruction),
)
