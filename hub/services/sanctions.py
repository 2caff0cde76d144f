"""Sanction cases: brought, answered, decided, lifted. What a step changes is laid over the world by its kind."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from governance.acts import HUB, act_refused
from governance.audit import DECISION
from governance.canonical import Plain
from governance.commons_yaml import load
from governance.parties import Sanction
from governance.sanctions import guards
from governance.sanctions.case import Case
from governance.sanctions.kind import ALONE_UP_TO, SANCTION
from governance.sanctions.levels import EMERGENCY, decided_level, months_later
from hub.errors import BadRequest, NotFound
from hub.records import commons as commons_records
from hub.records import log as log_records
from hub.records.models import LogMark, LogText
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.sanction_votes import NO_VOTE, Vote, vote_on
from hub.services.turn import Seen, Turn, all_seen, seen, turn


@dataclass(frozen=True, slots=True)
class Charge:
    """What is held against a member: facts in words, ids of decisions in the log, and the level that is proposed."""

    member: str
    facts: str
    entries: tuple[str, ...] = ()
    level: int = int(Sanction.WARNING)
    emergency: bool = False


def open_case(front: Front, charge: Charge, *, by: str) -> Case:
    """Bring a case. The member has the ruleset's days to answer; an emergency suspends it at once, for a while.

    The same charge by the same member while its case is open is that case.

    Raises:
        Refused: whoever brings it may not, the facts do not concern the member, or it is no emergency.
        BadRequest: no such level.
    """
    if not Sanction.WARNING <= charge.level <= Sanction.EXCLUDED:
        raise BadRequest(f"a case proposes a level from 1 to 6, not {charge.level}")
    with turn(front) as now:
        facts = guards.check_text(charge.facts, name="facts", shortest=guards.SHORTEST_FACTS)
        own = against(now, charge.member)
        entries = _places(now, charge)
        role = _may_open(now, charge, entries, by=by)
        for one in own:
            if (one.state, one.opened_by, one.facts, one.entries) == ("open", by, facts, entries):
                return one
        if charge.emergency:
            level, acts = now.world.members[charge.member].sanction, _asked_by(now, charge.member, entries)
            guards.check_emergency(own, role=role, level=level, entries=entries, own=acts)
        return opened(now, charge, facts=facts, entries=entries, by=by)


def opened(now: Turn, charge: Charge, *, facts: str, entries: Sequence[int], by: str, origin: str = "member") -> Case:
    """Open a case within a turn, every guard passed."""
    deadlines = now.world.ruleset.deadlines
    until = now.at + dt.timedelta(days=deadlines.emergency_days) if charge.emergency else None
    body: dict[str, Plain] = {
        "entries": list(entries),
        "facts": facts,
        "hearing_ends": (now.at + dt.timedelta(days=deadlines.hearing_days)).isoformat(),
        "log_size": log_records.size(now.session),
        "member": charge.member,
        "origin": origin,
        "proposed": int(EMERGENCY) if charge.emergency else charge.level,
        "provisional_until": until.isoformat() if until else None,
    }
    number = len(against(now, charge.member)) + 1
    return now.do(SANCTION, f"{charge.member}-{number}", "opened", by=by, body=body, parties={charge.member})


def state(front: Front, case: str, *, by: str, text: str, revision: int | None = None) -> Case:
    """The member's statement. The last one before the hearing ends counts.

    Raises:
        NotFound, Conflict: no such case; it was acted on since.
        Refused: it is somebody else's case, or the time is over.
    """
    with turn(front) as now:
        said = guards.check_text(text, name="statement")
        found = now.must(SANCTION, case, revision=revision)
        guards.speaker_for(now.world, by, found.member)
        return _do(now, found, "stated", by=by, body={"text": said})


def close(front: Front, case: str, *, by: str, why: str, notice: bool, revision: int | None = None) -> Case:
    """End a case without a step: with a notice that stays on record, or dismissed. Whoever brought it may dismiss it.

    Raises:
        NotFound, Conflict, Refused: as `state`; the secretariat does it (an authority may dismiss an emergency), and
            not on its own holding.
    """
    with turn(front) as now:
        reason = guards.check_text(why, name="why")
        found = now.must(SANCTION, case, revision=revision)
        guards.check_ending(now.world, by, found, notice=notice)
        return _do(now, found, "noticed" if notice else "dismissed", by=by, body={}, why=reason)


def decide(front: Front, case: str, *, by: str, to: int, why: str, vote: str = "", revision: int | None = None) -> Case:
    """Decide on the step to the level `to`. Where two must agree, the first one's call is an endorsement.

    Raises:
        BadRequest: no such level.
        NotFound, Conflict: no such case; it was acted on since.
        Refused: not heard yet, more than one step, not enough deciders, or a decider that is concerned.
    """
    if not Sanction.WARNING <= to <= Sanction.EXCLUDED:
        raise BadRequest(f"a step leads to a level from 1 to 6, not {to}")
    with turn(front) as now:
        reason = guards.check_text(why, name="why")
        found = now.must(SANCTION, case, revision=revision)
        if found.step is not None and found.counts_at(now.at) and (found.step.level, found.step.by) == (to, by):
            return found  # asked twice
        before = decided_level(against(now, found.member), now.at, base=_base(now, found.member))
        role, tally = _decider(now, found, by=by, vote=vote, to=to)
        if _endorses(found, "decided", to, role=role, vote=vote):
            return _endorse(now, found, "decided", to, by=by, role=role, why=reason)
        decay = now.world.ruleset.deadlines.sanction_decay_months
        until = None if to == Sanction.EXCLUDED else months_later(now.at, decay).isoformat()
        body: dict[str, Plain] = {"before": int(before), "level": to, "role": role, "until": until, **tally.plain()}
        return _do(now, found, "decided", by=by, body=body, why=reason)


def lift(front: Front, case: str, *, by: str, why: str, vote: str = "", revision: int | None = None) -> Case:
    """End a step before it decays. It takes the deciders that the step took.

    Raises:
        NotFound, Conflict, Refused: as `decide`.
    """
    with turn(front) as now:
        reason = guards.check_text(why, name="why")
        found = now.must(SANCTION, case, revision=revision)
        to = found.step.level if found.step else 0
        role, tally = _decider(now, found, by=by, vote=vote, to=to)
        if _endorses(found, "lifted", to, role=role, vote=vote):
            return _endorse(now, found, "lifted", to, by=by, role=role, why=reason)
        return _do(now, found, "lifted", by=by, body={"role": role, **tally.plain()}, why=reason)


def overturned(now: Turn, case: str, *, dispute: str) -> Case:
    """Overturn a step by a dispute's decision, within its turn, the dispute's guards passed."""
    return _do(now, now.must(SANCTION, case), "overturned", by=HUB, body={"dispute": dispute})


def seen_by(front: Front, reader: str) -> list[Seen]:
    """The cases that a member may see."""
    member = current_world(front).members.get(reader)
    return [one for one in all_seen(front, SANCTION) if member is not None and guards.is_shown_to(one.state, member)]


def one_seen_by(front: Front, case: str, reader: str) -> Seen:
    """One case that a member may look at.

    Raises:
        NotFound: there is none, or it is not the reader's business; which of the two is not said.
    """
    found = [one for one in seen_by(front, reader) if one.state.id == case]
    if not found:
        raise NotFound(f"no sanction is called {case!r}")
    return found[0]


def listed(front: Front) -> list[Seen]:
    """All cases, for the hub's own machine."""
    return all_seen(front, SANCTION)


def shown(front: Front, case: str) -> Seen:
    """One case, for the hub's own machine.

    Raises:
        NotFound: no such case.
    """
    return seen(front, SANCTION, case)


def against(now: Turn, member: str) -> list[Case]:
    """Every case against a member, by id."""
    return [one for one in now.all(SANCTION) if one.member == member]


def _may_open(now: Turn, charge: Charge, entries: Sequence[int], *, by: str) -> str:
    return guards.check_opening(
        now.world,
        by,
        accused=charge.member,
        entries=entries,
        shared=_concerning(now, charge.member, entries),
        mine=_concerning(now, by, entries),
    )


def _places(now: Turn, charge: Charge) -> tuple[int, ...]:
    """Where the decisions stand in the log; one that is not there is told like one that is about somebody else."""
    found = {log_records.found(now.session, name) for name in charge.entries}
    if None in found:
        raise act_refused("sanction.entries", "entries", member=charge.member, most=guards.MOST_ENTRIES)
    return tuple(sorted(place for place in found if place is not None))


def _concerning(now: Turn, party: str, entries: Sequence[int]) -> list[int]:
    """Those of the entries that carry a mark of the member's."""
    query = select(LogMark.index).where(LogMark.party == party, LogMark.index.in_(entries))
    return list(now.session.scalars(query))


def _asked_by(now: Turn, member: str, entries: Sequence[int]) -> list[int]:
    """Those of the entries that are decisions on something that the member itself asked for."""
    query = select(LogText.index, LogText.text).where(LogText.actor == member, LogText.index.in_(entries))
    return [place for place, text in now.session.execute(query) if json.loads(text)["type"] == DECISION]


def _base(now: Turn, member: str) -> int:
    """The level that the founding documents say, to which the decided steps are added."""
    edition = commons_records.current(now.session)
    documents = load(edition.files).members if edition is not None else {}
    return int(documents[member].sanction) if member in documents else 0


def _decider(now: Turn, case: Case, *, by: str, vote: str, to: int) -> tuple[str, Vote]:
    if not vote:
        return guards.check_decider(now.world, by, accused=case.member), NO_VOTE
    guards.active_member(now.world, by)  # a vote decides; whoever carries it out only reads the result
    return "vote", vote_on(now, vote, case, to=to)


def _endorses(case: Case, what: str, to: int, *, role: str, vote: str) -> bool:
    """Whether this is the first of the two consents that a high level takes."""
    if vote or not ALONE_UP_TO < to < Sanction.EXCLUDED:
        return False
    first = case.endorsed
    return first is None or (first.what, first.level) != (what, to) or first.role == role


def _endorse(now: Turn, case: Case, what: str, to: int, *, by: str, role: str, why: str) -> Case:
    return _do(now, case, "endorsed", by=by, body={"level": to, "role": role, "what": what}, why=why)


def _do(now: Turn, case: Case, what: str, *, by: str, body: Mapping[str, Plain], why: str = "") -> Case:
    return now.do(SANCTION, case.id, what, by=by, body=body, why=why, parties={case.member, case.opened_by} - {HUB})
