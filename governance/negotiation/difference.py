"""The difference between two versions, as sentences that a negotiator reads: which clause, from what to what, and
whether that is stricter or looser by the order of the terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from governance.agreement import Agreement
from governance.audiences import Tier
from governance.bilingual import Sentence
from governance.negotiation.words import label, value_of
from governance.terms.base import Term
from governance.terms.floors import Named
from governance.terms.vocabulary import HEAD, OPTIONAL


class Direction(StrEnum):
    """Which way a change goes. NEITHER: the two cannot be compared, or are equally strict."""

    STRICTER = "stricter"
    LOOSER = "looser"
    NEITHER = "neither"


_SAID: Mapping[Direction, Sentence] = MappingProxyType(
    {
        Direction.STRICTER: Sentence(" (plus strict)", " (stricter)"),
        Direction.LOOSER: Sentence(" (plus souple)", " (looser)"),
        Direction.NEITHER: Sentence("", ""),
    }
)
_CHANGED = Sentence("{label} : de {before} à {after}{direction}", "{label}: from {before} to {after}{direction}")
_NEW = Sentence("nouveau : {label}, {after}{direction}", "new: {label}, {after}{direction}")
_DROPPED = Sentence("supprimé : {label}, {before}{direction}", "dropped: {label}, {before}{direction}")
_TIERS: Mapping[Tier, Sentence] = MappingProxyType(
    {
        Tier.OPEN: Sentence("ouvert", "open"),
        Tier.IDENTIFIED: Sentence("identifié", "identified"),
        Tier.MEMBERS: Sentence("membres", "members"),
        Tier.BILATERAL: Sentence("bilatéral", "bilateral"),
        Tier.SEALED: Sentence("scellé", "sealed"),
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One clause that changed. `before` is None where it is new, `after` where it was dropped."""

    clause: str
    before: Sentence | None
    after: Sentence | None
    direction: Direction

    def sentence(self) -> Sentence:
        """As a negotiator reads it."""
        text = _NEW if self.before is None else _DROPPED if self.after is None else _CHANGED
        return text.filled(
            label=label(self.clause), before=self.before, after=self.after, direction=_SAID[self.direction]
        )


def differences(before: Mapping[str, Term], after: Mapping[str, Term]) -> tuple[Change, ...]:
    """The changes from one set of terms to another, by name, in the order of the vocabulary."""
    order = [*(kind.name for kind in HEAD), *OPTIONAL]
    names = sorted(before.keys() | after.keys(), key=lambda name: (order.index(name) if name in order else 0, name))
    changed = [name for name in names if before.get(name) != after.get(name)]
    return tuple(_change(name, before.get(name), after.get(name)) for name in changed)


def text_differences(before: Agreement, after: Agreement) -> tuple[Change, ...]:
    """The changes from one version of an agreement to another, its head included."""
    heads: tuple[tuple[str, Sentence | None, Sentence | None], ...] = (
        ("title", before.title, after.title),
        ("tier", _TIERS[before.tier], _TIERS[after.tier]),
        ("rgpd", _personal(before), _personal(after)),
    )
    head = [Change(name, old, new, Direction.NEITHER) for name, old, new in heads if old != new]
    return (*head, *differences(_clauses(before), _clauses(after)))


def direction(before: Term | None, after: Term | None) -> Direction:
    """Whether a clause became stricter or looser. A clause more is stricter, but for a waiver, which gives away."""
    if before is None or after is None:
        gives_away = Named.name in {one.name for one in (before, after) if one is not None}
        return Direction.STRICTER if (before is None) is not gives_away else Direction.LOOSER
    if before.severity() == after.severity():
        return Direction.NEITHER
    if after.at_least_as_strict(before):
        return Direction.STRICTER
    return Direction.LOOSER if before.at_least_as_strict(after) else Direction.NEITHER


def _change(name: str, before: Term | None, after: Term | None) -> Change:
    old, new = (value_of(one) if one is not None else None for one in (before, after))
    return Change(name, old, new, direction(before, after))


def _personal(text: Agreement) -> Sentence | None:
    return text.rgpd.sentence() if text.rgpd is not None else None


def _clauses(text: Agreement) -> Mapping[str, Term]:
    return {term.name: term for term in text.clauses()}
