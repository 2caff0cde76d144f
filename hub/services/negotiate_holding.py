"""An agreement that holds: suspend at once, review, resume; withdraw with notice; terminate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.acts import HUB, ActRefused, act_refused
from governance.canonical import Plain
from governance.negotiation.guards import check_actor, leaves_at, role_of
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.refusals import stranger
from governance.negotiation.states import HELD
from governance.negotiation.steps import AGREEMENT
from hub.errors import NotFound
from hub.services.front import Front
from hub.services.negotiate import found, must_be_short
from hub.services.turn import Seen, Turn, seen, turn

#: What a holder says when it says nothing.
NO_REASON_OWED = "holder_decision"


def suspend(
    front: Front,
    agreement: str,
    *,
    by: str,
    code: str = NO_REASON_OWED,
    why: str = "",
    revision: int | None = None,
) -> Seen:
    """Suspend at once, by the holder, the hub or an authority. It binds at the next decision.

    Raises:
        NotFound, Conflict: no such agreement; overtaken.
        Refused: no standing, a reason that is not this role's, or nothing that could be suspended.
    """
    with turn(front) as now:
        state = _found(now, agreement, by=by, why=why, revision=revision, protecting=True)
        role = _suspending_role(state, now, by)
        key = by if role == "authority" else role
        if not any((one.key, one.code, one.why) == (key, code, why) for one in state.suspensions):
            if role != "holder":
                _why_owed(state, why)
            body: dict[str, Plain] = {"code": code, "review_by": _review_by(now), "role": role}
            now.do(AGREEMENT, agreement, "suspended", by=by, body=body, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def review(front: Front, agreement: str, *, by: str, why: str, revision: int | None = None) -> Seen:
    """Look at one's suspension again, and keep it for as long once more. A reason is owed.

    Raises:
        NotFound, Conflict, Refused: see `suspend`; or there is no suspension of this member's.
    """
    with turn(front) as now:
        state = _found(now, agreement, by=by, why=why, revision=revision)
        role = _suspending_role(state, now, by)
        _why_owed(state, why)
        body: dict[str, Plain] = {
            "key": by if role == "authority" else role,
            "review_by": _review_by(now),
            "role": role,
        }
        now.do(AGREEMENT, agreement, "reviewed", by=by, body=body, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def resume(
    front: Front, agreement: str, *, by: str, whose: str | None = None, why: str = "", revision: int | None = None
) -> Seen:
    """Lift a suspension: one's own; or, as a party, an authority's, which both parties lift together.

    `whose` is ``holder``, ``hub`` or an authority's id; else one's own, or the only one there is.

    Raises:
        NotFound, Conflict, Refused: see `suspend`; or it is not this member's to lift.
    """
    with turn(front) as now:
        state = _found(now, agreement, by=by, why=why, revision=revision)
        role = role_of(state, by, now.world)
        own = by if role == "authority" else role
        keys = [one.key for one in state.suspensions]
        usual = own if own in keys or len(keys) != 1 else keys[0]
        body: dict[str, Plain] = {"key": whose or usual, "role": role}
        now.do(AGREEMENT, agreement, "resumed", by=by, body=body, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def withdraw(front: Front, agreement: str, *, by: str, why: str = "", revision: int | None = None) -> Seen:
    """The holder leaves. It stays bound until the longer of the agreed and the voted notice has run out.

    Raises:
        NotFound, Conflict, Refused: see `suspend`; or it is not the holder, or it has withdrawn already.
    """
    with turn(front) as now:
        state = _found(now, agreement, by=by, why=why, revision=revision, protecting=True)
        is_done = state.leaves_at is not None and by == state.holder
        if not is_done:
            body: dict[str, Plain] = {"leaves_at": leaves_at(state, now.world, now.at).isoformat()}
            now.do(AGREEMENT, agreement, "withdrew", by=by, body=body, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def terminate(front: Front, agreement: str, *, by: str, why: str = "", revision: int | None = None) -> Seen:
    """End it at once: a party asks, the other one confirms by the same call; the hub does so alone, with a reason.

    Raises:
        NotFound, Conflict, Refused: see `suspend`; or nothing holds.
    """
    with turn(front) as now:
        state = _found(now, agreement, by=by, why=why, revision=revision)
        held = state.held_at(now.at)
        body: dict[str, Plain] = {"hash": held.hash if held else ""}
        what = "terminated"
        if by not in state.parties:
            if role_of(state, by, now.world) != "hub":
                raise stranger(state, by)
            _why_owed(state, why)
            body["role"] = "hub"
        elif held is None or state.asked != (state.other(by), held.hash):
            what = "asked_to_end"
        now.do(AGREEMENT, agreement, what, by=by, body=body, why=why, parties=state.parties)
    return seen(front, AGREEMENT, agreement)


def end_by_hub(now: Turn, agreement: str, *, why: str, parties: Iterable[str] = ()) -> bool:
    """End an agreement within a turn, in the name of the hub: what holds, else what is being negotiated.

    Answers whether there was anything to end.
    """
    state = _living(now, agreement)
    if state is None:
        return False
    held, concerned = state.held_at(now.at), state.parties | set(parties)
    if held is not None and (state.state_at(now.at), "terminated") in HELD:
        body: dict[str, Plain] = {"hash": held.hash, "role": "hub"}
        now.do(AGREEMENT, agreement, "terminated", by=HUB, body=body, why=why, parties=concerned)
    elif state.pending is not None:
        now.do(AGREEMENT, agreement, "rejected", by=HUB, body={"role": "hub"}, why=why, parties=concerned)
    else:
        return False
    return True


def suspend_by_hub(now: Turn, agreement: str, *, code: str, why: str) -> bool:
    """Suspend an agreement within a turn, in the name of the hub; answers whether it is suspended by it now."""
    state = _living(now, agreement)
    if state is None or (state.state_at(now.at), "suspended") not in HELD or not state.spells:
        return False
    if not any(one.key == "hub" for one in state.suspensions):
        body: dict[str, Plain] = {"code": code, "review_by": _review_by(now), "role": "hub"}
        now.do(AGREEMENT, agreement, "suspended", by=HUB, body=body, why=why, parties=state.parties)
    return True


def _living(now: Turn, agreement: str) -> Negotiation | None:
    """The agreement as a thing, adopted where it only stands in the documents; None where nothing of it lives."""
    try:
        return found(now, agreement, by=HUB)
    except (NotFound, ActRefused):
        return None


def _found(
    now: Turn, agreement: str, *, by: str, why: str, revision: int | None, protecting: bool = False
) -> Negotiation:
    must_be_short(why)
    state = found(now, agreement, by=by, revision=revision)
    check_actor(now.world, by, protecting=protecting)
    return state


def _suspending_role(state: Negotiation, now: Turn, by: str) -> str:
    role = role_of(state, by, now.world)
    if role == "counterparty":
        raise stranger(state, by)
    return role


def _why_owed(state: Negotiation, why: str) -> None:
    if not why.strip():
        raise act_refused("negotiation.why_owed", "why", agreement=state.id)


def _review_by(now: Turn) -> str:
    days = now.world.ruleset.deadlines.suspension_review_days
    return (now.at + dt.timedelta(days=days)).isoformat()
