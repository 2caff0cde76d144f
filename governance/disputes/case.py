"""A dispute: who claims what of whom, who mediates, what holds meanwhile, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from governance.bilingual import Sentence
from governance.canonical import Plain


class About(StrEnum):
    """What a dispute is about: the only thing that is published of its subject beside the mediator's summary."""

    DATA_QUALITY = "data_quality"
    USE = "use"
    TERMS = "terms"
    SANCTION = "sanction"
    OTHER = "other"


class Effect(StrEnum):
    """What a decision does. Sanctions and agreements the hub ends by itself; the last two are for who is named."""

    OVERTURN_SANCTION = "overturn_sanction"
    TERMINATE_AGREEMENT = "terminate_agreement"
    SUSPEND_AGREEMENT = "suspend_agreement"
    AMEND_AGREEMENT = "amend_agreement"
    CORRECT_DATA = "correct_data"


#: (state, verb) -> state. Terminal states have no exit.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("", "opened"): "opened",
    ("opened", "drawn"): "drawn",
    ("drawn", "refused"): "opened",
    ("drawn", "accepted"): "mediating",
    ("mediating", "measured"): "mediating",
    ("mediating", "relieved"): "mediating",
    ("mediating", "proposed"): "proposed",
    ("proposed", "proposed"): "proposed",
    ("proposed", "measured"): "proposed",
    ("proposed", "relieved"): "proposed",
    ("proposed", "agreed"): "half_agreed",
    ("proposed", "declined"): "declined",
    ("half_agreed", "agreed"): "settled",
    ("half_agreed", "declined"): "declined",
    ("declined", "agreed"): "declined",
    ("declined", "declined"): "declined",
    ("declined", "proposed"): "proposed",
    ("declined", "measured"): "declined",
    ("declined", "relieved"): "declined",
    ("mediating", "decided"): "decided",
    ("proposed", "decided"): "decided",
    ("half_agreed", "decided"): "decided",
    ("declined", "decided"): "decided",
    **{
        (state, "withdrawn"): "withdrawn"
        for state in ("opened", "drawn", "mediating", "proposed", "half_agreed", "declined")
    },
}
TERMINAL = frozenset({"settled", "decided", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is forbidden while the dispute lasts: a dataset or a cube, to whom, until when."""

    id: str
    subject: str
    recipients: tuple[str, ...]
    from_: dt.datetime
    until: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "from": self.from_.isoformat(),
            "id": self.id,
            "recipients": list(self.recipients),
            "subject": self.subject,
            "until": self.until.isoformat(),
        }


def read_measure(plain: Mapping[str, Any]) -> Measure:
    """Read a measure as `Measure.plain` spells it."""
    from_, until = (dt.datetime.fromisoformat(plain[name]) for name in ("from", "until"))
    return Measure(plain["id"], plain["subject"], tuple(plain["recipients"]), from_, until)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the mediator proposes or imposes: the decision in words, the summary to be published, and the effects.

    `effects` are pairs of what is done and the id of the thing it is done to.
    """

    text: str
    summary: Sentence
    effects: tuple[tuple[Effect, str], ...] = ()

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "effects": [{"thing": thing, "what": what.value} for what, thing in self.effects],
            "summary": self.summary.plain(),
            "text": self.text,
        }


def read_ruling(plain: Mapping[str, Any]) -> Ruling:
    """Read a ruling as `Ruling.plain` spells it."""
    effects = tuple((Effect(one["what"]), str(one["thing"])) for one in plain["effects"])
    return Ruling(plain["text"], Sentence(**plain["summary"]), effects)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute. `draws` are the drawings of lots as they were logged, `refusals` who refused which mediator.

    `agreed` are the parties that agreed to the proposal, `answered` those that agreed to it or declined it.
    """

    id: str
    state: str
    claimant: str
    respondent: str
    about: About
    claim: str
    opened_at: dt.datetime
    draws: tuple[Mapping[str, Any], ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()
    answer_by: dt.datetime | None = None
    mediation_ends: dt.datetime | None = None
    lapses_at: dt.datetime | None = None
    measures: tuple[Measure, ...] = ()
    ruling: Ruling | None = None
    agreed: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    ended_at: dt.datetime | None = None

    @property
    def parties(self) -> tuple[str, str]:
        """The two members."""
        return self.claimant, self.respondent

    @property
    def mediator(self) -> str:
        """On whom the lot fell last; empty before the first drawing and after a refusal."""
        return "" if self.state == "opened" or not self.draws else str(self.draws[-1]["drawn"])

    @property
    def refused(self) -> tuple[str, ...]:
        """The mediators that were refused."""
        return tuple(mediator for _, mediator in self.refusals)

    def open_at(self, at: dt.datetime) -> bool:
        """Whether the dispute still goes on: neither ended nor lapsed."""
        return self.state not in TERMINAL and (self.lapses_at is None or at < self.lapses_at)

    def shown_state(self, at: dt.datetime) -> str:
        """The state with the clock read."""
        return self.state if self.state in TERMINAL or self.open_at(at) else "lapsed"

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "about": self.about.value,
            "agreed": list(self.agreed),
            "answered": list(self.answered),
            "answer_by": _text(self.answer_by),
            "claim": self.claim,
            "claimant": self.claimant,
            "draws": [dict(one) for one in self.draws],
            "ended_at": _text(self.ended_at),
            "id": self.id,
            "lapses_at": _text(self.lapses_at),
            "measures": [one.plain() for one in self.measures],
            "mediation_ends": _text(self.mediation_ends),
            "opened_at": self.opened_at.isoformat(),
            "refusals": [list(one) for one in self.refusals],
            "respondent": self.respondent,
            "ruling": self.ruling.plain() if self.ruling else None,
            "state": self.state,
        }


def read_dispute(plain: Mapping[str, Any]) -> Dispute:
    """Read a dispute as `Dispute.plain` spells it."""
    return Dispute(
        **{name: plain[name] for name in ("id", "state", "claimant", "respondent", "claim")},
        answer_by=_instant(plain["answer_by"]),
        mediation_ends=_instant(plain["mediation_ends"]),
        lapses_at=_instant(plain["lapses_at"]),
        ended_at=_instant(plain["ended_at"]),
        about=About(plain["about"]),
        opened_at=dt.datetime.fromisoformat(plain["opened_at"]),
        draws=tuple(plain["draws"]),
        refusals=tuple((by, mediator) for by, mediator in plain["refusals"]),
        measures=tuple(read_measure(one) for one in plain["measures"]),
        ruling=read_ruling(plain["ruling"]) if plain["ruling"] else None,
        agreed=tuple(plain["agreed"]),
        answered=tuple(plain["answered"]),
    )


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _text(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None
