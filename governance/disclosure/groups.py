"""What a group of a partition pools, in words short enough for a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from governance.bilingual import Sentence
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import Published

#: How many nodes a description names one by one.
_NAMED = 3


def describe(published: Published, row: int, *, names: Mapping[str, Sentence] | None = None) -> Sentence:
    """What a row pools, in few words: ``3 h3_8 of 871fb46…; am_peak, midday``. A whole dimension is not spoken of.

    `names` has the words for ids and levels (``h3_8``: "mailles H3" / "H3 cells"); without one the id is shown.
    """
    known = names or {}
    parts = [
        _described(hierarchy, int(published.level[row, d]), published.nodes[row][d], known)
        for d, hierarchy in enumerate(published.hierarchies)
    ]
    told = [part for part in parts if part is not None] or [Sentence(fr="ensemble", en="everything")]
    return Sentence(fr=" ; ".join(part.fr for part in told), en="; ".join(part.en for part in told))


def _described(
    hierarchy: Hierarchy, level: int, nodes: Sequence[int], names: Mapping[str, Sentence]
) -> Sentence | None:
    ids = hierarchy.nodes[level]
    if len(nodes) == len(ids):
        return None
    named = [names.get(ids[node], _as_is(ids[node])) for node in nodes]
    if len(nodes) <= _NAMED:
        return Sentence(fr=", ".join(one.fr for one in named), en=", ".join(one.en for one in named))
    above = {int(hierarchy.parents[level][node]) for node in nodes}
    if len(above) == 1 and level > 1:
        parent = hierarchy.nodes[level - 1][above.pop()]
        said, whole = Sentence("{many} {of} de {whole}", "{many} {of} of {whole}"), names.get(parent, _as_is(parent))
    else:
        said, whole = Sentence("{many} {of} sur {whole}", "{many} {of} of {whole}"), _as_is(str(len(ids)))
    of = names.get(hierarchy.levels[level], _as_is(hierarchy.levels[level]))
    return said.filled(many=len(nodes), of=of, whole=whole)


def _as_is(name: str) -> Sentence:
    return Sentence(fr=name, en=name)
