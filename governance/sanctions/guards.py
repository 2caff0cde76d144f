"""Who may take a step in a sanction case: what the world says of whoever acts, and of the facts that are named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from unicodedata import category

from governance.acts import act_refused
from governance.parties import Kind, Member
from governance.sanctions.case import Case
from governance.sanctions.levels import EMERGENCY
from governance.world import World

#: Whoever brings a case says what happened; a word is no fact.
SHORTEST_FACTS = 20
LONGEST_TEXT = 4_000
MOST_ENTRIES = 100


def active_member(world: World, by: str) -> Member:
    """Whoever acts, if it is an active member."""
    member = world.members.get(by)
    if member is None:
        raise act_refused("actor.unknown", "member", actor=by)
    if not member.active:
        raise act_refused("actor.inactive", "status", actor=by)
    return member


def speaker_for(world: World, by: str, party: str) -> Member:
    """Whoever speaks for a party: the member itself, or the secretariat for one that may not act any more."""
    speaker = active_member(world, by)
    known = world.members.get(party)
    silent = known is None or not known.active
    if by == party or (silent and speaker.kind is Kind.SECRETARIAT):
        return speaker
    raise act_refused("case.not_yours", "member", actor=by, party=party)


def is_shown_to(case: Case, reader: Member) -> bool:
    """Whether somebody may see a case: secretariat and authorities each, others their own and those they brought."""
    if not reader.active:
        return False
    return reader.kind in {Kind.SECRETARIAT, Kind.AUTHORITY} or reader.id in {case.member, case.opened_by}


def known_accused(world: World, member: str) -> Member:
    """The member that a case is about."""
    found = world.members.get(member)
    if found is None:
        raise act_refused("actor.unknown", "member", actor=member)
    return found


def role_of(world: World, by: str, *, accused: str) -> str:
    """In which role somebody acts on a case: ``secretariat``, ``authority`` or ``member``; never on its own holding."""
    member = active_member(world, by)
    if member.holding == known_accused(world, accused).holding:
        raise act_refused("sanction.concerned", "holding", actor=by, member=accused)
    return {Kind.SECRETARIAT: "secretariat", Kind.AUTHORITY: "authority"}.get(member.kind, "member")


def check_decider(world: World, by: str, *, accused: str) -> str:
    """The role of a decider: secretariat or authority."""
    role = role_of(world, by, accused=accused)
    if role == "member":
        raise act_refused("sanction.may_not_decide", "role", actor=by)
    return role


def check_secretariat(world: World, by: str, *, accused: str) -> None:
    """That the secretariat acts, and not on itself."""
    if role_of(world, by, accused=accused) != "secretariat":
        raise act_refused("sanction.may_not_decide", "role", actor=by)


def check_text(text: str, *, name: str, shortest: int = 1) -> str:
    """A text that somebody gives: not empty, not endless, without characters that are none (Unicode Cc, Cs)."""
    kept = text.strip()
    strange = any(category(one) in ("Cc", "Cs") and one not in "\n\r\t" for one in kept)
    if strange or not shortest <= len(kept) <= LONGEST_TEXT:
        raise act_refused("case.text", name, name=name, shortest=shortest, longest=LONGEST_TEXT)
    return kept


def check_opening(
    world: World, by: str, *, accused: str, entries: Sequence[int], shared: Iterable[int], mine: Iterable[int]
) -> str:
    """That somebody may bring a case; answers with its role.

    Every entry must concern the accused (`shared` are those that do). A member that is neither secretariat nor
    authority brings what concerns itself too: `mine` are the entries that do.
    """
    role = role_of(world, by, accused=accused)
    if len(entries) > MOST_ENTRIES or set(entries) - set(shared):
        raise act_refused("sanction.entries", "entries", member=accused, most=MOST_ENTRIES)
    if role == "member" and not set(entries) & set(mine):
        raise act_refused("sanction.may_not_propose", "entries", actor=by)
    return role


def check_emergency(
    cases: Iterable[Case], *, role: str, level: int, entries: Sequence[int], own: Iterable[int]
) -> None:
    """That an emergency is one: brought by secretariat or authority, not in force already, and not the same again.

    `own` are those of the entries that are decisions on what the accused asked for: acts of others, such as the last
    opening, are no facts about it. Facts are the same unless each was logged after the last emergency was opened; and
    there is no second emergency before the deciders looked at the first.
    """
    if role == "member":
        raise act_refused("sanction.emergency_role", "role")
    if level >= EMERGENCY:
        raise act_refused("sanction.already", "level", level=level)
    if set(entries) - set(own):
        raise act_refused("sanction.emergency_entries", "entries")
    emergencies = [one for one in cases if one.provisional_until is not None]
    # The log was `log_size` long before the opening: that is the opening's own place, which is no new fact either.
    earlier = max((one.log_size for one in emergencies), default=None)
    if earlier is not None and (not entries or min(entries) <= earlier):
        raise act_refused("sanction.same_facts", "entries", size=earlier + 1)
    for one in emergencies:
        if not one.settled:
            raise act_refused("sanction.emergency_unsettled", "state", case=one.id)


def aim_of(case: Case) -> str:
    """What a vote on a case as it stands is for: ``decide`` on the step, or ``lift`` it once there is one."""
    return "decide" if case.step is None else "lift"


def check_votable(case: Case, at: dt.datetime) -> None:
    """That there is something to vote on: a case that is open, or a step that counts still."""
    if case.state != "open" and not case.counts_at(at):
        raise act_refused("sanction.step", "state", case=case.id, state=case.shown_state(at), what="vote")


def check_ending(world: World, by: str, case: Case, *, notice: bool) -> None:
    """That somebody may end a case without a step: whoever brought it, without a notice; else the secretariat.

    An authority may end an emergency too: one that the secretariat brought needs somebody else to look at it.
    """
    active_member(world, by)
    if not notice and by == case.opened_by:
        return
    if case.provisional_until is not None and not notice:
        check_decider(world, by, accused=case.member)
    else:
        check_secretariat(world, by, accused=case.member)
