"""Attack 9: trackers. Where any filter is answered that holds enough trips, a small one is the difference of two large.

Everything, less everything but one node, is that node (Denning and others, *The Tracker*, 1979): no threshold helps
where the asker chooses the filter. A hub that answers only with what was registered and released refuses both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from governance.bilingual import Sentence
from governance.disclosure.attacks.attack import Attack, Fact, Learnt, Secret, lacking
from governance.disclosure.attacks.knowledge import Knowledge, Out, Query
from governance.disclosure.hierarchy import Hierarchy

_NEEDS = Sentence("une porte à laquelle poser des questions", "a door at which to ask questions")
_HOW = Sentence("la différence de deux filtres acceptés", "the difference of two filters that were answered")


def _tracked(knowledge: Knowledge) -> Learnt:
    if knowledge.query is None or not knowledge.releases:
        return lacking(_NEEDS)
    out, facts, asked = knowledge.releases[0], [], 0
    for hierarchy in out.published.hierarchies:
        nodes = hierarchy.nodes[-1]
        for node in nodes if len(nodes) > 1 else ():
            asked += 1
            found = _of_one(knowledge.query, out, hierarchy, node)
            if found is not None:
                facts.append(Fact(Secret.DOOR, None, found, found, _HOW, f"{hierarchy.dimension}={node}"))
    note = Sentence(f"{asked} traqueurs, {len(facts)} réponses.", f"{asked} trackers, {len(facts)} answers.")
    return Learnt(tuple(facts), note)


def _of_one(query: Query, out: Out, hierarchy: Hierarchy, node: str) -> int | None:
    """What a node holds, by its complement; None where it is refused, or printed anyway."""
    name = out.attribute(hierarchy.dimension)
    rest = [other for other in hierarchy.nodes[-1] if other != node]
    if _printed(out, {name: rest}) or _printed(out, {name: [node]}):
        return None
    whole, less = query({}), query({name: rest})
    return None if whole is None or less is None else whole - less


def _printed(out: Out, filters: Mapping[str, Sequence[str]]) -> bool:
    """Whether a release has a row for just this filter."""
    return answer_of(out, filters) is not None


def answer_of(out: Out, filters: Mapping[str, Sequence[str]]) -> int | None:
    """The number that a release prints for a filter; None where no shown row is just that."""
    told = out.published
    for row in range(len(told)):
        if told.shown[row] and all(
            _is_asked(
                hierarchy, int(told.level[row, d]), told.nodes[row][d], filters.get(out.attribute(hierarchy.dimension))
            )
            for d, hierarchy in enumerate(told.hierarchies)
        ):
            return int(told.value[row])
    return None


def _is_asked(hierarchy: Hierarchy, level: int, nodes: Sequence[int], wanted: Sequence[str] | None) -> bool:
    base = {hierarchy.nodes[-1][one] for node in nodes for one in hierarchy.below(level, node)}
    return base == set(hierarchy.nodes[-1] if wanted is None else wanted)


ATTACKS = (Attack(9, Sentence("Traqueurs par les paramètres", "Trackers through parameters"), _NEEDS, _tracked),)
