"""One holder's part of a request: what it decided, and what came of that with time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from governance.canonical import Plain
from governance.requests.asked import must_be_spellable, read_terms, read_validity
from governance.terms.base import Term
from governance.terms.scope import Validity


class PartState(StrEnum):
    """Where a part stands at an instant."""

    OPEN = "open"
    REFUSED = "refused"
    #: The deadline ran out: silence refuses.
    SILENT = "silent"
    #: Approved, and the period has not begun.
    GRANTED = "granted"
    ENTITLED = "entitled"
    ENDED = "ended"
    REVOKED = "revoked"
    #: The applicant closed the whole request.
    CLOSED = "closed"


#: An approval that still stands.
LIVE = frozenset({PartState.GRANTED, PartState.ENTITLED})


@dataclass(frozen=True, slots=True)
class Decision:
    """A holder's answer, with the reason that it owes."""

    at: dt.datetime
    approved: bool
    why: str

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"approved": self.approved, "at": self.at.isoformat(), "why": self.why}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a holder approved: all that was asked of it, or less."""

    datasets: frozenset[str]
    terms: Mapping[str, Term]
    validity: Validity

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_grant`."""
        return {
            "datasets": sorted(self.datasets),
            "terms": {name: term.plain() for name, term in self.terms.items()},
            "validity": self.validity.plain(),
        }


@dataclass(frozen=True, slots=True)
class Renewal:
    """The applicant asks for access until `to`; without an answer before `deadline` the old end stays."""

    to: dt.datetime
    deadline: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"deadline": self.deadline.isoformat(), "to": self.to.isoformat()}


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked of one holder. `decisions` are its answers: to the request, then to each renewal."""

    holder: str
    datasets: frozenset[str]
    decisions: tuple[Decision, ...] = ()
    grant: Grant | None = None
    renewal: Renewal | None = None
    revoked: Decision | None = None

    def state_at(self, at: dt.datetime, deadline: dt.datetime) -> PartState:
        """Where the part stands; `deadline` is the request's, and at that very instant silence has refused."""
        if self.revoked is not None:
            return PartState.REVOKED
        if not self.decisions:
            return PartState.OPEN if at < deadline else PartState.SILENT
        if self.grant is None:
            return PartState.REFUSED
        if at >= self.grant.validity.to:
            return PartState.ENDED
        return PartState.GRANTED if at < self.grant.validity.from_ else PartState.ENTITLED

    def awaits_renewal(self, at: dt.datetime) -> bool:
        """Whether the holder may still answer to a renewal."""
        return self.renewal is not None and self.revoked is None and at < self.renewal.deadline

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_part`."""
        return {
            "datasets": sorted(self.datasets),
            "decisions": [one.plain() for one in self.decisions],
            "grant": self.grant.plain() if self.grant else None,
            "holder": self.holder,
            "renewal": self.renewal.plain() if self.renewal else None,
            "revoked": self.revoked.plain() if self.revoked else None,
        }


def read_part(plain: Mapping[str, Any]) -> Part:
    """Read a part as `Part.plain` spells it."""
    grant, renewal, revoked = plain["grant"], plain["renewal"], plain["revoked"]
    return Part(
        holder=plain["holder"],
        datasets=frozenset(plain["datasets"]),
        decisions=tuple(_decision(one) for one in plain["decisions"]),
        grant=read_grant(grant) if grant else None,
        renewal=Renewal(_instant(renewal["to"]), _instant(renewal["deadline"])) if renewal else None,
        revoked=_decision(revoked) if revoked else None,
    )


def read_grant(plain: Mapping[str, Any]) -> Grant:
    """Read a grant as `Grant.plain` spells it.

    Raises:
        TermError: a term or the validity is none.
        KeyError: a part is missing.
    """
    found = Grant(frozenset(plain["datasets"]), read_terms(plain["terms"]), read_validity(plain["validity"]))
    must_be_spellable(found.plain())
    return found


def _decision(plain: Mapping[str, Any]) -> Decision:
    return Decision(_instant(plain["at"]), plain["approved"] is True, plain["why"])


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
