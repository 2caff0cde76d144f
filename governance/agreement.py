"""An agreement: what a holder grants to a recipient on one dataset, for which purposes, how long and on which terms.

A version never changes. Its state is stored, but read together with the clock at the moment of a decision, so that
an agreement expires without anybody having to do it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from governance.audiences import Tier
from governance.bilingual import Sentence
from governance.canonical import Plain, digest
from governance.negotiation.rgpd import Rgpd
from governance.terms.base import Term
from governance.terms.floors import Named
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import OPTIONAL


class State(StrEnum):
    """Where an agreement stands. Up to AGREED the names are those of the Dataspace Protocol 2025-1."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    VERIFIED = "verified"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    REJECTED = "rejected"


#: States in which an agreement binds the hub while the clock is within its validity. A holder that withdraws stays
#: bound until its notice has run out.
BINDING = frozenset({State.VERIFIED, State.ACTIVE, State.WITHDRAWING})


@dataclass(frozen=True, slots=True)
class Agreement:
    """One immutable version of an agreement. `terms` are the optional clauses, by name.

    `unsigned` are the members whose signature is owed and missing; while there are any, it does not bind.
    """

    id: str
    version: int
    title: Sentence
    holder: str
    dataset: str
    tier: Tier
    state: State
    recipient: Recipient
    validity: Validity
    audiences: ForAudience
    purposes: ForPurpose
    terms: Mapping[str, Term]
    rgpd: Rgpd | None = None
    unsigned: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Id and version as one name."""
        return f"{self.id}@{self.version}"

    @property
    def binding(self) -> bool:
        """Whether the stored state lets the clock decide."""
        return self.state in BINDING and not self.unsigned

    def state_at(self, at: dt.datetime) -> State:
        """The state as it is at an instant: the clock makes VERIFIED active, and ACTIVE expired."""
        if not self.binding:
            return State.ACCEPTED if self.unsigned and self.state in BINDING else self.state
        if at >= self.validity.to:
            return State.WITHDRAWN if self.state is State.WITHDRAWING else State.EXPIRED
        if at < self.validity.from_:
            return State.VERIFIED
        return State.WITHDRAWING if self.state is State.WITHDRAWING else State.ACTIVE

    def in_force(self, at: dt.datetime) -> bool:
        """Whether the agreement binds at an instant."""
        return self.binding and self.validity.from_ <= at < self.validity.to

    @property
    def waives(self) -> frozenset[str]:
        """Audiences that may learn the holder's own volumes."""
        named = self.terms.get(Named.name)
        return named.values if isinstance(named, Named) else frozenset()

    def clauses(self) -> tuple[Term, ...]:
        """Every clause, head first, in the order of the vocabulary."""
        head = (self.recipient, self.validity, self.audiences, self.purposes)
        return head + tuple(self.terms[name] for name in OPTIONAL if name in self.terms)

    def plain(self) -> Mapping[str, Plain]:
        """What the parties agreed on, as JSON. The state is not a part of it: it changes, the text does not."""
        personal: dict[str, Plain] = {"rgpd": self.rgpd.plain()} if self.rgpd is not None else {}
        return {
            **personal,
            "audience": self.audiences.plain(),
            "dataset": self.dataset,
            "holder": self.holder,
            "id": self.id,
            "purpose": self.purposes.plain(),
            "recipient": self.recipient.plain(),
            "terms": {name: term.plain() for name, term in self.terms.items()},
            "tier": self.tier.value,
            "title": self.title.plain(),
            "validity": self.validity.plain(),
            "version": self.version,
        }

    def hash(self) -> str:
        """SHA-256 of the canonical JSON of the version."""
        return digest(self.plain())


def permissiveness(terms: Mapping[str, Term]) -> tuple[float, ...]:
    """A total order on sets of terms: lower is more permissive, and tightening a term never lowers it.

    The waiver comes first, because nothing gives away more. A term that is absent is as permissive as can be.
    """
    others = [name for name in OPTIONAL if name != Named.name]
    waiver = float(terms[Named.name].severity()) if Named.name in terms else float("inf")
    return (waiver, *(float(terms[name].severity()) if name in terms else float("-inf") for name in others))
