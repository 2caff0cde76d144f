"""The fold of a sanction case: which act each state allows, and what it makes of the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from governance.acts import Act, Kind, act_refused
from governance.parties import Sanction
from governance.sanctions.case import TRANSITIONS, Case, Endorsement, Step, instant, read_case
from governance.sanctions.levels import EMERGENCY, overlay

#: Up to this level the secretariat decides alone; above it needs an authority beside it, or a vote.
ALONE_UP_TO = Sanction.MONITORING

_Done: TypeAlias = Callable[[Case, Act], Case]


def _apply(case: Case | None, act: Act) -> Case:
    before = case.state if case else ""
    after = TRANSITIONS.get((before, act.what))
    if after is None:
        raise act_refused("sanction.step", "state", case=act.thing, state=before or "–", what=act.what)
    if case is None:
        return _opened(act)
    return replace(_DONE[act.what](case, act), state=after)


def _opened(act: Act) -> Case:
    body: Mapping[str, Any] = act.body
    return Case(
        id=act.thing,
        state="open",
        opened_by=act.by,
        opened_at=act.at,
        entries=tuple(body["entries"]),
        hearing_ends=dt.datetime.fromisoformat(body["hearing_ends"]),
        provisional_until=instant(body["provisional_until"]),
        **{name: body[name] for name in ("member", "origin", "facts", "log_size", "proposed")},
    )


def _stated(case: Case, act: Act) -> Case:
    if act.at >= case.hearing_ends:
        raise act_refused("sanction.hearing_over", "hearing", case=case.id, ended=case.hearing_ends.isoformat())
    return replace(case, statement=str(act.body["text"]))


def _endorsed(case: Case, act: Act) -> Case:
    body: Mapping[str, Any] = act.body
    return replace(case, endorsed=Endorsement(body["what"], body["level"], body["role"], act.by))


def _ended(case: Case, act: Act) -> Case:
    return replace(case, ended_at=act.at, ended_by=act.by, ended_why=act.why)


def _decided(case: Case, act: Act) -> Case:
    body: Mapping[str, Any] = act.body
    new, before = Sanction(body["level"]), Sanction(body["before"])
    if not case.heard_at(act.at):
        raise act_refused("sanction.heard_first", "hearing", case=case.id, ends=case.hearing_ends.isoformat())
    confirms = new is EMERGENCY and before < EMERGENCY and case.provisional_at(act.at)
    if new != before + 1 and not confirms:
        raise act_refused("sanction.one_step", "level", member=case.member, level=int(new), before=int(before))
    _must_be_decided_by_enough(case, act, new)
    step = Step(int(new), int(new - before), act.at, instant(body["until"]), act.by, body["vote"])
    return replace(case, step=step, endorsed=None)


def _lifted(case: Case, act: Act) -> Case:
    if case.step is None or not case.counts_at(act.at):
        raise act_refused("sanction.step", "state", case=case.id, state="decayed", what=act.what)
    _must_be_decided_by_enough(case, act, Sanction(case.step.level))
    return _ended(case, act)


def _must_be_decided_by_enough(case: Case, act: Act, new: Sanction) -> None:
    """A vote decides up to the level that was voted on. Without one the secretariat decides low levels, and it and an
    authority the others.
    """
    body: Mapping[str, Any] = act.body
    if body["vote"]:
        if body["yes_percent"] < body["needed_percent"]:
            raise act_refused("sanction.vote_short", "vote", yes=body["yes_percent"], needed=body["needed_percent"])
        if body["voted_level"] < new:
            raise act_refused("sanction.vote_lower", "vote", voted=body["voted_level"], level=int(new))
        return
    if new is Sanction.EXCLUDED:
        raise act_refused("sanction.vote_needed", "vote", level=int(new))
    roles = {body["role"]}
    if case.endorsed is not None and (case.endorsed.what, case.endorsed.level) == (act.what, int(new)):
        roles.add(case.endorsed.role)
    if "secretariat" not in roles or (new > ALONE_UP_TO and "authority" not in roles):
        raise act_refused("sanction.two_needed", "level", level=int(new))


_DONE: Mapping[str, _Done] = {
    "stated": _stated,
    "endorsed": _endorsed,
    "noticed": _ended,
    "dismissed": _ended,
    "decided": _decided,
    "lifted": _lifted,
    "overturned": _ended,
}

#: A thing is a case; its id is ``<member>-<number>``.
SANCTION: Kind[Case] = Kind("sanction", _apply, Case.plain, read_case, overlay)
