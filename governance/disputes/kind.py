"""The fold of a dispute, and its provisional measures laid over the world as prohibitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from governance.acts import Act, Kind, act_refused
from governance.bilingual import Sentence
from governance.disputes.case import (
    TERMINAL,
    TRANSITIONS,
    About,
    Dispute,
    read_dispute,
    read_measure,
    read_ruling,
)
from governance.parts import Parts
from governance.terms.scope import Validity
from governance.world import Prohibition

_Done: TypeAlias = Callable[[Dispute, Act], Dispute]

#: What a reader that is refused learns: that there is a measure, not whose dispute it is.
_WHY = Sentence("mesure provisoire dans un différend.", "a provisional measure in a dispute.")


def _apply(dispute: Dispute | None, act: Act) -> Dispute:
    before = dispute.state if dispute else ""
    after = TRANSITIONS.get((before, act.what))
    if after is None:
        raise act_refused("dispute.step", "state", dispute=act.thing, state=before or "–", what=act.what)
    if dispute is None:
        return _opened(act)
    if dispute.lapses_at is not None and act.at >= dispute.lapses_at:
        raise act_refused("dispute.lapsed", "deadline", dispute=dispute.id, at=dispute.lapses_at.isoformat())
    new = replace(_DONE[act.what](dispute, act), state=after)
    return replace(new, ended_at=act.at) if after in TERMINAL else new


def _opened(act: Act) -> Dispute:
    body: Mapping[str, Any] = act.body
    return Dispute(
        id=act.thing,
        state="opened",
        claimant=body["claimant"],
        respondent=body["respondent"],
        about=About(body["about"]),
        claim=body["claim"],
        opened_at=act.at,
        refusals=tuple((by, mediator) for by, mediator in body.get("refusals", ())),
    )


def _drawn(dispute: Dispute, act: Act) -> Dispute:
    body: Mapping[str, Any] = act.body
    answer_by = dt.datetime.fromisoformat(body["answer_by"])
    return replace(dispute, draws=(*dispute.draws, body["draw"]), answer_by=answer_by)


def _refused(dispute: Dispute, act: Act) -> Dispute:
    who = str(act.body["who"])
    if who in dispute.parties and who in {by for by, _ in dispute.refusals}:
        raise act_refused("dispute.refused_once", "mediator", actor=who)
    return replace(dispute, refusals=(*dispute.refusals, (who, dispute.mediator)), answer_by=None)


def _accepted(dispute: Dispute, act: Act) -> Dispute:
    ends, lapses = (dt.datetime.fromisoformat(str(act.body[name])) for name in ("mediation_ends", "lapses_at"))
    return replace(dispute, answer_by=None, mediation_ends=ends, lapses_at=lapses)


def _measured(dispute: Dispute, act: Act) -> Dispute:
    body: Mapping[str, Any] = act.body
    return replace(dispute, measures=(*dispute.measures, read_measure(body["measure"])))


def _relieved(dispute: Dispute, act: Act) -> Dispute:
    kept = tuple(one for one in dispute.measures if one.id != act.body["measure"])
    if len(kept) == len(dispute.measures):
        raise act_refused("dispute.step", "measure", dispute=dispute.id, state=dispute.state, what=act.what)
    return replace(dispute, measures=kept)


def _proposed(dispute: Dispute, act: Act) -> Dispute:
    body: Mapping[str, Any] = act.body
    return replace(dispute, ruling=read_ruling(body["ruling"]), agreed=(), answered=())


def _agreed(dispute: Dispute, act: Act) -> Dispute:
    new = _answered(dispute, act, before=dispute.answered)
    # Once one has declined, the other's consent settles nothing; it is an answer.
    return new if dispute.state == "declined" else replace(new, agreed=(*dispute.agreed, str(act.body["who"])))


def _declined(dispute: Dispute, act: Act) -> Dispute:
    # Until both have agreed, whoever agreed may think better of it; whoever declined has answered for good.
    before = dispute.answered if dispute.state == "declined" else ()
    return replace(_answered(dispute, act, before=before), agreed=())


def _answered(dispute: Dispute, act: Act, *, before: tuple[str, ...]) -> Dispute:
    who = str(act.body["who"])
    if who in before:
        raise act_refused("dispute.step", "state", dispute=dispute.id, state=dispute.state, what=act.what)
    return replace(dispute, answered=tuple(dict.fromkeys((*dispute.answered, who))))


def _decided(dispute: Dispute, act: Act) -> Dispute:
    # One party alone could decline its own friend's proposal, to have it imposed before the other was heard.
    refused = dispute.state == "declined" and set(dispute.parties) <= set(dispute.answered)
    if not refused and (dispute.mediation_ends is None or act.at < dispute.mediation_ends):
        from_ = dispute.mediation_ends.isoformat() if dispute.mediation_ends else "–"
        raise act_refused("dispute.too_early", "deadline", from_=from_)
    body: Mapping[str, Any] = act.body
    return replace(dispute, ruling=read_ruling(body["ruling"]))


def _withdrawn(dispute: Dispute, act: Act) -> Dispute:
    return dispute


_DONE: Mapping[str, _Done] = {
    "drawn": _drawn,
    "refused": _refused,
    "accepted": _accepted,
    "measured": _measured,
    "relieved": _relieved,
    "proposed": _proposed,
    "agreed": _agreed,
    "declined": _declined,
    "decided": _decided,
    "withdrawn": _withdrawn,
}


def _overlay(parts: Parts, disputes: Sequence[Dispute], at: dt.datetime) -> Iterable[dt.datetime]:
    """Each measure of a dispute that goes on is a prohibition; when the dispute ends, so do they."""
    for dispute in disputes:
        if dispute.state in TERMINAL:
            continue
        for one in dispute.measures:
            name = f"{dispute.id}/{one.id}"
            validity = Validity(one.from_, one.until)
            parts.prohibitions[name] = Prohibition(name, one.subject, frozenset(one.recipients), validity, _WHY)
    return ()  # a prohibition is read together with the clock, and a measure ends before its dispute lapses


#: A thing is a dispute; its id is ``dispute-<number>``.
DISPUTE: Kind[Dispute] = Kind("dispute", _apply, Dispute.plain, read_dispute, _overlay)
