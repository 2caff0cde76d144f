"""Negotiating an agreement: draft, propose, counter in turn, accept, reject, amend.

Each takes the acting member, may take the revision that it saw, and answers with the new state and its revision.
Agreements that came with the documents are adopted as things when somebody first acts on them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from governance.acts import HUB, ActRefused, act_refused
from governance.agreement import Agreement
from governance.audiences import Tier
from governance.canonical import Plain
from governance.negotiation.guards import (
    check_actor,
    check_begins_in_time,
    check_counterparty,
    check_id,
    check_names,
    check_text,
    role_of,
)
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.overlay import usual_counterparty
from governance.negotiation.states import TERMINAL, WORDS
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.version import Version
from governance.parties import Kind
from governance.terms.use import UnderRuleset
from governance.terms.vocabulary import strictest
from hub.errors import BadRequest, Conflict, NotFound
from hub.services.commons import documents_at
from hub.services.extracts.plan import unpreparable
from hub.services.front import Front
from hub.services.turn import Seen, Turn, seen, turn

#: The log keeps reasons for ever.
LONGEST_WHY = 2_000


def draft(front: Front, text: Agreement, *, by: str, why: str, counterparty: str | None = None) -> Seen:
    """Write a first version, or another one in the place of one's own draft. The other party does not see it yet.

    `counterparty` is needed where the recipient is not one member; else the secretariat stands for the commons.

    Raises:
        Refused: not the holder nor the counterparty; a name that the commons does not know; the id is taken.
    """
    must_be_short(why)
    with turn(front) as now:
        write_draft(now, text, by=by, why=why, counterparty=counterparty)
    return seen(front, AGREEMENT, text.id)


def write_draft(
    now: Turn, text: Agreement, *, by: str, why: str, counterparty: str | None = None, of_request: bool = False
) -> None:
    """`draft`, within a turn.

    Raises:
        ActRefused: see `draft`.
    """
    check_actor(now.world, by)
    check_names(text, now.world)
    state = now.get(AGREEMENT, text.id)
    check_id(text, of_request=of_request or state is not None)
    if state is None and any(one.id == text.id for one in documents_at(now.session).agreements):
        raise act_refused("negotiation.exists", "agreement", agreement=text.id)
    if state is None:
        other = counterparty or usual_counterparty(text.recipient, now.world.members) or ""
        check_counterparty(text, other, now.world)
        body: dict[str, Plain] = {"counterparty": other, "holder": text.holder}
        body["text"] = _numbered(text, now, number=1).plain()
        now.do(AGREEMENT, text.id, "drafted", by=by, body=body, why=why)
    elif not _is_draft_of(state, by) or counterparty not in {None, state.counterparty}:
        raise act_refused("negotiation.exists", "agreement", agreement=text.id)
    else:
        _write(now, state, text, "revised", by=by, why=why)


def amend(front: Front, agreement: str, text: Agreement, *, by: str, why: str, revision: int | None = None) -> Seen:
    """Draft what shall hold instead of what holds; until it takes over, the old version stays in force.

    Raises:
        NotFound, Conflict, Refused: no such agreement; overtaken; it is not in force, or amended already.
    """
    must_be_short(why)
    with turn(front) as now:
        state = found(now, agreement, by=by, revision=revision)
        check_actor(now.world, by)
        check_names(text, now.world)
        _write(now, state, text, "revised" if _is_draft_of(state, by) else "amended", by=by, why=why)
    return seen(front, AGREEMENT, agreement)


def propose(front: Front, agreement: str, *, by: str, why: str = "", revision: int | None = None) -> Seen:
    """Show one's draft to the other party, whose turn it then is.

    Raises:
        NotFound, Conflict, Refused: see `amend`; or a term is looser than a voted floor, or an entry is missing.
    """
    must_be_short(why)
    with turn(front) as now:
        state = found(now, agreement, by=by, revision=revision)
        check_actor(now.world, by)
        _check_offer(now, state, state.last.text)
        now.do(AGREEMENT, state.id, "proposed", by=by, body={"hash": state.last.hash}, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def counter(front: Front, agreement: str, text: Agreement, *, by: str, why: str, revision: int | None = None) -> Seen:
    """Answer the last version with one's own. Strictly in turn.

    Raises:
        NotFound, Conflict, Refused: see `propose`; or it is the other party's turn.
    """
    must_be_short(why)
    with turn(front) as now:
        state = found(now, agreement, by=by, revision=revision)
        check_actor(now.world, by)
        if not _repeats(state, text, by=by, why=why):
            _check_offer(now, state, text)
        _write(now, state, text, "countered", by=by, why=why)
    return seen(front, AGREEMENT, agreement)


def accept(
    front: Front, agreement: str, version_hash: str, *, by: str, why: str = "", revision: int | None = None
) -> Seen:
    """Take the last version as it is; `version_hash` is the hash of the version that was read.

    Raises:
        NotFound, Conflict, Refused: see `propose`; or the hash is another version's, or it is the other party's turn.
    """
    must_be_short(why)
    with turn(front) as now:
        state = found(now, agreement, by=by, revision=revision)
        check_actor(now.world, by)
        _check_offer(now, state, state.last.text)
        now.do(AGREEMENT, state.id, "accepted", by=by, body={"hash": version_hash}, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def reject(front: Front, agreement: str, *, by: str, why: str = "", revision: int | None = None) -> Seen:
    """End what is being negotiated; a version that holds goes on. By a party, or by the secretariat.

    Raises:
        NotFound, Conflict, Refused: nothing is being negotiated, or the member has no standing.
    """
    must_be_short(why)
    with turn(front) as now:
        state = found(now, agreement, by=by, revision=revision)
        check_actor(now.world, by, protecting=True)
        body: dict[str, Plain] = {} if by in state.parties else {"role": role_of(state, by, now.world)}
        parties = state.parties if state.last.offered_at else ()
        now.do(AGREEMENT, state.id, "rejected", by=by, body=body, why=why, parties=parties)
    return seen(front, AGREEMENT, agreement)


def found(now: Turn, agreement: str, *, by: str, revision: int | None = None) -> Negotiation:
    """The agreement as a thing; one that only stands in the documents is adopted.

    Raises:
        NotFound: no such agreement, or only somebody else's draft.
        Conflict: overtaken since `revision`.
    """
    state = now.get(AGREEMENT, agreement)
    if state is None:
        if revision not in {None, 0}:
            raise Conflict(f"agreement {agreement} is at revision 0, not {revision}: look at it again")
        return _adopt(now, agreement)
    if not _may_know(now, state, by):
        raise NotFound(f"no agreement is called {agreement!r}")
    return now.must(AGREEMENT, agreement, revision=revision)


def _may_know(now: Turn, state: Negotiation, by: str) -> bool:
    """A draft is its author's, what is negotiated is the parties' and the secretariat's; what holds is known to all."""
    member = now.world.members.get(by)
    is_inside = by in state.parties or (member is not None and member.kind is Kind.SECRETARIAT)
    return by == HUB or bool(state.spells) or (is_inside and any(one.shown_to(by) for one in state.versions))


def _adopt(now: Turn, agreement: str) -> Negotiation:
    """Make an agreement of the documents a thing, as it stands there: the version that binds, else the newest."""
    versions = [one for one in documents_at(now.session).agreements if one.id == agreement]
    if not versions:
        raise NotFound(f"no agreement is called {agreement!r}")
    text = max(versions, key=lambda one: (one.in_force(now.at), one.binding, one.version))
    world = now.world
    other = usual_counterparty(text.recipient, world.members) or ""
    stands = text.state_at(now.at)
    if stands in TERMINAL:
        raise act_refused("negotiation.step", "state", agreement=agreement, state=WORDS[stands], what="adopted")
    if other in {"", text.holder}:
        raise act_refused("negotiation.counterparty", "counterparty", agreement=agreement, member=other)
    review_by = now.at + dt.timedelta(days=world.ruleset.deadlines.suspension_review_days)
    body: dict[str, Plain] = {
        "counterparty": other,
        "holder": text.holder,
        "review_by": review_by.isoformat(),
        "state": text.state.value,
        "text": text.plain(),
    }
    return now.do(
        AGREEMENT,
        agreement,
        "adopted",
        by=HUB,
        body=body,
        why="It stands in the documents of the commons.",
        parties={text.holder, other},
    )


def _write(now: Turn, state: Negotiation, text: Agreement, what: str, *, by: str, why: str) -> None:
    """One version more; the one that was just written, written again, is none."""
    if _repeats(state, text, by=by, why=why):
        return
    parent = state.newest_held if what == "amended" else state.last
    body: dict[str, Plain] = {
        "parent": parent.hash if parent else "",
        "text": _numbered(text, now, number=_next_number(now, state)).plain(),
    }
    now.do(AGREEMENT, state.id, what, by=by, body=body, why=why, parties=state.parties if what == "countered" else ())


def _repeats(state: Negotiation, text: Agreement, *, by: str, why: str) -> bool:
    last = state.last
    written = _without_ruleset(replace(last.text, version=text.version), like=text)
    return state.pending is not None and (last.author, last.why) == (by, why) and written.plain() == text.plain()


def _without_ruleset(written: Agreement, *, like: Agreement) -> Agreement:
    """Less the clause that the hub put in, where the text that was handed in did not have it."""
    if UnderRuleset.name in like.terms:
        return written
    return replace(written, terms={name: one for name, one in written.terms.items() if name != UnderRuleset.name})


def _numbered(text: Agreement, now: Turn, *, number: int) -> Agreement:
    """The text under its number, naming the ruleset in force where it names none."""
    rules = {UnderRuleset.name: UnderRuleset(frozenset({now.world.ruleset.hash()}))}
    terms = text.terms if UnderRuleset.name in text.terms else strictest([text.terms, rules])
    return replace(text, version=number, terms=terms)


def _next_number(now: Turn, state: Negotiation) -> int:
    """After every number that was given, in the documents too."""
    loaded = [one.version for one in documents_at(now.session).agreements if one.id == state.id]
    return max([*loaded, *(one.number for one in state.versions)]) + 1


def _check_offer(now: Turn, state: Negotiation, text: Agreement) -> None:
    world = now.world
    check_text(text, world, now.at)
    check_counterparty(text, state.counterparty, world)
    check_begins_in_time(state, text)
    unmade = unpreparable(text.terms) if text.tier is Tier.BILATERAL else None
    if unmade is not None:  # nobody signs what the hub could never prepare
        raise ActRefused(unmade)


def _is_draft_of(state: Negotiation, by: str) -> bool:
    return state.pending is not None and _is_hidden(state.last) and state.last.author == by


def _is_hidden(version: Version) -> bool:
    return version.offered_at is None


def must_be_short(why: str) -> None:
    """Refuse a reason that is a document.

    Raises:
        BadRequest: it is too long.
    """
    if len(why) > LONGEST_WHY:
        raise BadRequest(f"a reason has {LONGEST_WHY} characters at most")
