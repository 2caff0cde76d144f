"""Belonging to the commons: applied for, admitted by a vote, active once the charter is signed, left after a notice.

A member of the founding documents has no such thing until it leaves or its holding changes. Who was refused, or has
left, may apply again: none of these stages is an end. Exclusion is a sanction and stands elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.choice.candidate import Candidate, read_candidate, read_sentence
from governance.parties import Holding, Member, Status
from governance.parts import Parts


class Stage(StrEnum):
    """Where a membership stands; LEAVING covers the notice and what comes after it."""

    APPLIED = "applied"
    REFUSED = "refused"
    ADMITTED = "admitted"
    ACTIVE = "active"
    LEAVING = "leaving"


#: What can be done, and what becomes of it; None is a member of the founding documents, or nobody yet.
TRANSITIONS: Mapping[tuple[Stage | None, str], Stage] = MappingProxyType(
    {
        (None, "applied"): Stage.APPLIED,
        (None, "leaving"): Stage.LEAVING,
        (None, "declared"): Stage.ACTIVE,
        (None, "regrouped"): Stage.ACTIVE,
        (Stage.APPLIED, "admitted"): Stage.ADMITTED,
        (Stage.APPLIED, "refused"): Stage.REFUSED,
        (Stage.REFUSED, "applied"): Stage.APPLIED,
        (Stage.ADMITTED, "joined"): Stage.ACTIVE,
        (Stage.ADMITTED, "leaving"): Stage.LEAVING,
        (Stage.ACTIVE, "leaving"): Stage.LEAVING,
        (Stage.ACTIVE, "declared"): Stage.ACTIVE,
        (Stage.ACTIVE, "regrouped"): Stage.ACTIVE,
        (Stage.LEAVING, "stayed"): Stage.ACTIVE,
        (Stage.LEAVING, "applied"): Stage.APPLIED,
    }
)


@dataclass(frozen=True, slots=True)
class Regrouping:
    """Another holding for a member; `name` where the holding is new."""

    holding: str
    name: Sentence | None

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"holding": self.holding, "name": self.name.plain() if self.name else None}


@dataclass(frozen=True, slots=True)
class Membership:
    """What was done about one member. `pending` is an application that is being voted on, `candidate` an admitted one.

    `declared` is a change of holding that the member announced, `regrouped` the one that holds. From `leaves_at` on
    the member has left, until it is admitted again.
    """

    id: str
    stage: Stage
    pending: Candidate | None = None
    candidate: Candidate | None = None
    proposal: str = ""
    declared: Regrouping | None = None
    regrouped: Regrouping | None = None
    leaves_at: dt.datetime | None = None

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "candidate": self.candidate.plain() if self.candidate else None,
            "declared": self.declared.plain() if self.declared else None,
            "id": self.id,
            "leaves_at": self.leaves_at.isoformat() if self.leaves_at else None,
            "pending": self.pending.plain() if self.pending else None,
            "proposal": self.proposal,
            "regrouped": self.regrouped.plain() if self.regrouped else None,
            "stage": self.stage.value,
        }


def _read(plain: Mapping[str, Any]) -> Membership:
    leaves = plain["leaves_at"]
    return Membership(
        id=plain["id"],
        stage=Stage(plain["stage"]),
        pending=read_candidate(plain["pending"]) if plain["pending"] else None,
        candidate=read_candidate(plain["candidate"]) if plain["candidate"] else None,
        proposal=plain["proposal"],
        declared=_regrouping(plain["declared"]) if plain["declared"] else None,
        regrouped=_regrouping(plain["regrouped"]) if plain["regrouped"] else None,
        leaves_at=dt.datetime.fromisoformat(leaves) if leaves else None,
    )


def _regrouping(plain: Mapping[str, Any]) -> Regrouping:
    return Regrouping(plain["holding"], read_sentence(plain["name"]) if plain["name"] else None)


def _apply(state: Membership | None, act: Act) -> Membership:
    stage = TRANSITIONS.get((state.stage if state else None, act.what))
    if stage is None or (state is not None and not _in_time(state, act)):
        now = state.stage.value if state else "absent"
        raise act_refused("membership.step", "stage", member=act.thing, what=act.what, stage=now)
    return replace(_DONE[act.what](state or Membership(act.thing, stage), act), stage=stage)


def _in_time(state: Membership, act: Act) -> bool:
    """One may stay until the notice has run out, and apply again only after."""
    gone = state.leaves_at is not None and act.at >= state.leaves_at
    return {"stayed": not gone, "applied": gone or state.stage is not Stage.LEAVING}.get(act.what, True)


def _applied(state: Membership, act: Act) -> Membership:
    body: Mapping[str, Any] = act.body
    return replace(state, pending=read_candidate(body["candidate"]), proposal=body["proposal"])


def _admitted(state: Membership, act: Act) -> Membership:
    return replace(state, candidate=state.pending, pending=None, regrouped=None, declared=None, leaves_at=None)


def _refused(state: Membership, act: Act) -> Membership:
    return replace(state, pending=None)


def _joined(state: Membership, act: Act) -> Membership:
    return state


def _leaving(state: Membership, act: Act) -> Membership:
    return replace(state, leaves_at=dt.datetime.fromisoformat(str(act.body["leaves_at"])))


def _stayed(state: Membership, act: Act) -> Membership:
    return replace(state, leaves_at=None)


def _declared(state: Membership, act: Act) -> Membership:
    return replace(state, declared=_regrouping(act.body))


def _regrouped(state: Membership, act: Act) -> Membership:
    recorded = _regrouping(act.body)
    if state.declared != recorded:
        raise act_refused("membership.not_declared", "declared", member=act.thing, holding=recorded.holding)
    return replace(state, regrouped=recorded, declared=None)


_DONE: Mapping[str, Callable[[Membership, Act], Membership]] = {
    "applied": _applied,
    "admitted": _admitted,
    "refused": _refused,
    "joined": _joined,
    "leaving": _leaving,
    "stayed": _stayed,
    "declared": _declared,
    "regrouped": _regrouped,
}


def _overlay(parts: Parts, states: Sequence[Membership], at: dt.datetime) -> Iterable[dt.datetime]:
    later = []
    for one in states:
        if one.candidate is not None:
            _seat(parts, one, one.candidate)
        if one.id not in parts.members:
            continue
        if one.regrouped is not None:
            _place(parts, one.id, one.regrouped)
        if one.leaves_at is not None and at >= one.leaves_at:
            parts.members[one.id] = replace(parts.members[one.id], status=Status.LEFT)
        elif one.leaves_at is not None:
            later.append(one.leaves_at)
    return later


def _seat(parts: Parts, one: Membership, candidate: Candidate) -> None:
    waiting = one.stage is Stage.ADMITTED
    _known(parts, candidate.holding, candidate.holding_name or candidate.name)
    parts.members[one.id] = Member(
        id=one.id,
        name=candidate.name,
        kind=candidate.kind,
        college=candidate.college,
        holding=candidate.holding,
        status=Status.CANDIDATE if waiting else Status.ACTIVE,
        siren=candidate.siren,
    )


def _place(parts: Parts, member: str, regrouping: Regrouping) -> None:
    _known(parts, regrouping.holding, regrouping.name or parts.members[member].name)
    parts.members[member] = replace(parts.members[member], holding=regrouping.holding)


def _known(parts: Parts, holding: str, name: Sentence) -> None:
    parts.holdings.setdefault(holding, Holding(holding, name))


MEMBERSHIP: Kind[Membership] = Kind("membership", _apply, Membership.plain, _read, _overlay)
