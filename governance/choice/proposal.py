"""A proposal: opened with what it would change, voted on until an instant, closed with a count, then done or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain
from governance.choice.roll import Roll, read_roll
from governance.choice.tally import Choice, Needed, read_needed


class Subject(StrEnum):
    """What a proposal is about."""

    RULES = "rules"
    MEMBERSHIP = "membership"
    SANCTION = "sanction"


class Stage(StrEnum):
    """Where a proposal stands."""

    VOTING = "voting"
    CLOSED = "closed"
    ENACTED = "enacted"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


#: What can be done to a proposal, and what becomes of it. Stages without a row have no exit.
TRANSITIONS: Mapping[tuple[Stage | None, str], Stage] = MappingProxyType(
    {
        (None, "opened"): Stage.VOTING,
        (Stage.VOTING, "balloted"): Stage.VOTING,
        (Stage.VOTING, "consented"): Stage.VOTING,
        (Stage.VOTING, "withdrawn"): Stage.WITHDRAWN,
        (Stage.VOTING, "closed"): Stage.CLOSED,
        (Stage.CLOSED, "enacted"): Stage.ENACTED,
        (Stage.CLOSED, "rejected"): Stage.REJECTED,
        (Stage.CLOSED, "lapsed"): Stage.LAPSED,
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it stands. Ballots may be cast and changed in [opened_at, closes_at).

    `thing` is what it is about: the rules, a member's id, a sanction case's id. `text` is what it would do to the
    rules: ``difference``, its ``changes`` one by one, ``nature`` and ``loosened`` (audiences); else it is empty.
    `concerned` are the holders whose consent is owed, as far as known when it opened; `consents` is what holders said.
    `tally` is there once it was closed.
    """

    id: str
    stage: Stage
    subject: Subject
    thing: str
    by: str
    why: str
    text: Mapping[str, Any]
    roll: Roll
    needed: Needed
    concerned: tuple[str, ...]
    opened_at: dt.datetime
    closes_at: dt.datetime
    ballots: Mapping[str, Choice] = field(default_factory=dict)
    consents: Mapping[str, bool] = field(default_factory=dict)
    tally: Mapping[str, Any] | None = None
    ended_at: dt.datetime | None = None

    @property
    def open(self) -> bool:
        """Whether nothing was decided yet."""
        return self.stage is Stage.VOTING

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "ballots": {member: choice.value for member, choice in sorted(self.ballots.items())},
            "by": self.by,
            "closes_at": self.closes_at.isoformat(),
            "concerned": list(self.concerned),
            "consents": dict(sorted(self.consents.items())),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "id": self.id,
            "needed": self.needed.plain(),
            "opened_at": self.opened_at.isoformat(),
            "roll": self.roll.plain(),
            "state": self.stage.value,
            "subject": {"kind": self.subject.value, "thing": self.thing},
            "tally": self.tally,
            "text": dict(self.text),
            "why": self.why,
        }


def _read(plain: Mapping[str, Any]) -> Proposal:
    ended = plain["ended_at"]
    return Proposal(
        id=plain["id"],
        stage=Stage(plain["state"]),
        subject=Subject(plain["subject"]["kind"]),
        thing=plain["subject"]["thing"],
        by=plain["by"],
        why=plain["why"],
        text=plain["text"],
        roll=read_roll(plain["roll"]),
        needed=read_needed(plain["needed"]),
        concerned=tuple(plain["concerned"]),
        opened_at=dt.datetime.fromisoformat(plain["opened_at"]),
        closes_at=dt.datetime.fromisoformat(plain["closes_at"]),
        ballots={member: Choice(choice) for member, choice in plain["ballots"].items()},
        consents=plain["consents"],
        tally=plain["tally"],
        ended_at=dt.datetime.fromisoformat(ended) if ended else None,
    )


def _apply(state: Proposal | None, act: Act) -> Proposal:
    stage = TRANSITIONS.get((state.stage if state else None, act.what))
    if stage is None:
        now = state.stage.value if state else "absent"
        raise act_refused("proposal.step", "stage", proposal=act.thing, what=act.what, stage=now)
    if state is None:
        return _opened(act)
    return replace(_DONE[act.what](state, act), stage=stage)


def _opened(act: Act) -> Proposal:
    body: Mapping[str, Any] = act.body
    if not act.why.strip():
        raise act_refused("proposal.why", "why")
    return Proposal(
        id=act.thing,
        stage=Stage.VOTING,
        subject=Subject(body["subject"]["kind"]),
        thing=body["subject"]["thing"],
        by=act.by,
        why=act.why,
        text=body["text"],
        roll=read_roll(body["roll"]),
        needed=read_needed(body["needed"]),
        concerned=tuple(body["concerned"]),
        opened_at=act.at,
        closes_at=dt.datetime.fromisoformat(body["closes_at"]),
    )


def _balloted(state: Proposal, act: Act) -> Proposal:
    _in_time(state, act)
    if act.by not in state.roll.members:
        raise act_refused("ballot.not_entitled", "roll", member=act.by, proposal=state.id)
    return replace(state, ballots={**state.ballots, act.by: _choice(act.body.get("choice"))})


def _choice(raw: object) -> Choice:
    if raw not in {choice.value for choice in Choice}:
        raise act_refused("ballot.choice", "choice", choice=str(raw)[:40])
    return Choice(str(raw))


def _consented(state: Proposal, act: Act) -> Proposal:
    _in_time(state, act)
    return replace(state, consents={**state.consents, act.by: act.body["consents"] is True})


def _withdrawn(state: Proposal, act: Act) -> Proposal:
    _in_time(state, act)
    if act.by != state.by:
        raise act_refused("proposal.not_yours", "by", proposal=state.id, by=state.by)
    return replace(state, ended_at=act.at)


def _in_time(state: Proposal, act: Act) -> None:
    if act.at >= state.closes_at:
        raise act_refused("ballot.late", "closes_at", proposal=state.id, until=state.closes_at.isoformat())


def _closed(state: Proposal, act: Act) -> Proposal:
    tally = act.body["tally"]
    return replace(state, tally=tally if isinstance(tally, Mapping) else {}, ended_at=act.at)


def _ended(state: Proposal, act: Act) -> Proposal:
    if state.tally is None or state.tally["outcome"] != act.what:
        raise act_refused("proposal.step", "outcome", proposal=act.thing, what=act.what, stage=state.stage.value)
    return state


_DONE: Mapping[str, Callable[[Proposal, Act], Proposal]] = {
    "balloted": _balloted,
    "consented": _consented,
    "withdrawn": _withdrawn,
    "closed": _closed,
    "enacted": _ended,
    "rejected": _ended,
    "lapsed": _ended,
}

PROPOSAL: Kind[Proposal] = Kind("proposal", _apply, Proposal.plain, _read)
