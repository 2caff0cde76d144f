"""The voted rules as one versioned value: floors, voting, the ladder of sanctions, deadlines.

Floors are what holds for each audience whatever an agreement says. Everything else says how the members decide, and
how long they have. Whoever wants another rule proposes another version of the whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from governance.audiences import Audience
from governance.canonical import Plain, digest
from governance.grain import Grain
from governance.terms.base import Term


@dataclass(frozen=True, slots=True)
class Floors:
    """What holds for one audience, whatever an agreement says; agreements may only be stricter.

    `prior_percent` is q of the rule p* = 100 p / q: how close an open feed lets rivals estimate; None where the
    audience is an outsider. A cube's grain must be no finer than one of `finest`; so must an extract's. For extracts
    `terms` is the delay alone: thresholds on travellers mean nothing for single records.
    """

    terms: Mapping[str, Term]
    finest: tuple[Grain, ...]
    prior_percent: int | None = None

    def allows(self, grain: Grain) -> bool:
        """Whether a grain is coarse enough."""
        return any(grain.no_finer_than(finest) for finest in self.finest)

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "finest": sorted(str(grain) for grain in self.finest),
            "prior_percent": self.prior_percent,
            "terms": {name: term.plain() for name, term in self.terms.items()},
        }


class _Numbers:
    """Whole numbers by name, and their JSON."""

    __slots__ = ()

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Voting(_Numbers):
    """How the members decide. Percentages are of the colleges' weights; a college's weight is shared by its voters.

    A proposal needs the quorum, and more than half of the weight that was cast; one that loosens a floor needs
    `loosening_percent` of it, a majority in `colleges_needed` colleges, and the consent of each holder concerned.
    """

    quorum_percent: int = 50
    loosening_percent: int = 67
    colleges_needed: int = 2
    ballot_days: int = 14


@dataclass(frozen=True, slots=True)
class Deadlines(_Numbers):
    """How long things may take."""

    request_days: int = 30
    suspension_review_days: int = 30
    hearing_days: int = 10
    emergency_days: int = 15
    sanction_decay_months: int = 12
    mediation_days: int = 30
    withdrawal_notice_days: int = 30


@dataclass(frozen=True, slots=True)
class Ladder(_Numbers):
    """The sanctions that slow somebody down: by how much. The levels themselves are `governance.parties.Sanction`."""

    throttle_divisor: int = 10
    throttle_delay_hours: int = 24
    exclusion_percent: int = 67
    #: Denials in 24 hours from which a member is warned that it seems to probe.
    probing_denials: int = 20


@dataclass(frozen=True, slots=True)
class Superseded:
    """Floors that were in force until an instant. Data of a period that had begun by then keeps them."""

    floors: Mapping[Audience, Floors]
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One version of the voted rules. An audience without floors gets nothing that was negotiated.

    `signatures_required`: agreements beyond the open tier bind only when both parties have signed them; without it
    those that came with the founding documents bind as they stand there. `weights` are the colleges', in percent.
    `superseded` are the floors of the versions before, oldest first; they are history, not a part of the version.
    """

    id: str
    version: int
    floors: Mapping[Audience, Floors]
    voting: Voting = Voting()
    deadlines: Deadlines = Deadlines()
    ladder: Ladder = Ladder()
    signatures_required: bool = False
    weights: Mapping[str, int] = field(default_factory=dict)
    superseded: tuple[Superseded, ...] = field(default=(), compare=False)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "deadlines": self.deadlines.plain(),
            "floors": {audience.value: floors.plain() for audience, floors in self.floors.items()},
            "id": self.id,
            "ladder": self.ladder.plain(),
            "signatures_required": self.signatures_required,
            "version": self.version,
            "voting": self.voting.plain(),
            "weights": dict(self.weights),
        }

    def hash(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest(self.plain())
