"""Reading agreements with their history: all of it for the parties, without exact p and hashes for the secretariat.

Everybody else reads the agreements in force (`hub.api.commons`). A draft is its author's own until it is proposed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.acts import Act, read_act
from governance.agreement import Agreement
from governance.bilingual import Sentence
from governance.negotiation.difference import Change, text_differences
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.next_steps import next_steps
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.version import Version
from governance.parties import Kind, Member
from governance.verdicts import denied
from hub.errors import NotFound, Refused
from hub.records import things
from hub.records.models import LogText
from hub.services.commons import current_world, documents_at, world_at
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.publicity import KEPT
from hub.services.turn import told

#: Acts that carry a text which the other party has not been shown.
_WRITING: Final = frozenset({"drafted", "revised", "amended"})


@dataclass(frozen=True, slots=True)
class Look:
    """An agreement as one reader sees it. `versions` are those it may see, `acts` what was done, oldest first.

    `is_whole`: the reader is a party, and sees exact p, texts and hashes.
    """

    state: Negotiation
    revision: int
    at: dt.datetime
    versions: tuple[Version, ...]
    acts: tuple[Act, ...]
    missing: tuple[Sentence, ...]
    is_whole: bool

    def version(self, number: int | None = None) -> Version:
        """A version by number, else the newest.

        Raises:
            NotFound: there is none, or it is not shown.
        """
        fitting = [one for one in self.versions if number in {None, one.number}]
        if not fitting:
            raise NotFound(f"the agreement {self.state.id} has no version {number}")
        return fitting[-1]

    def changes(self, before: int | None = None, after: int | None = None) -> tuple[Change, ...]:
        """The difference of two versions; of the newest and the one that it answers, unless they are named.

        Raises:
            NotFound: a version is not there.
        """
        new = self.version(after)
        parents = [one for one in self.versions if one.hash == new.parent] or [new]
        old = self.version(before) if before is not None else parents[-1]
        changes = text_differences(old.text, new.text)
        return changes if self.is_whole else tuple(one for one in changes if one.clause not in KEPT)


def look(front: Front, agreement: str, *, actor: Actor) -> Look:
    """An agreement with its history, for a party or the secretariat.

    Raises:
        Refused: without a key that may read.
        NotFound: no such agreement that lives here, or it is not this member's to see.
    """
    member = _reader(front, actor)
    with front.records.read() as session:
        row = things.thing(session, AGREEMENT.name, agreement)
        state = AGREEMENT.read(row.state) if row is not None else None
        is_party = state is not None and member.id in state.parties
        if row is None or state is None or not (is_party or member.kind is Kind.SECRETARIAT):
            raise NotFound(f"no agreement of yours is called {agreement!r}")
        shown = tuple(one for one in state.versions if one.shown_to(member.id))
        if not shown:
            raise NotFound(f"no agreement of yours is called {agreement!r}")
        return _look(front, session, state, row.revision, shown=shown, is_whole=is_party)


def look_after(front: Front, agreement: str, *, by: str) -> Look:
    """An agreement as a member sees it that has just acted on it.

    An authority acts on agreements of others, whose versions and history are not for it: it sees where it stands.
    """
    with front.records.read() as session:
        row = things.thing(session, AGREEMENT.name, agreement)
        if row is None:
            raise NotFound(f"no agreement called {agreement!r} lives here by acts")
        state, member = AGREEMENT.read(row.state), world_at(front, session, front.clock()).members.get(by)
        is_party = by in state.parties
        may_read = is_party or (member is not None and member.kind is Kind.SECRETARIAT)
        shown = tuple(one for one in state.versions if one.shown_to(by)) if may_read else ()
        return _look(front, session, state, row.revision, shown=shown, is_whole=is_party, acts=may_read)


def look_here(front: Front, agreement: str) -> Look:
    """An agreement with its history, for whoever runs the hub's own machine.

    Raises:
        NotFound: no such agreement that lives here by acts.
        Conflict: no documents were ever loaded.
    """
    with front.records.read() as session:
        row = things.thing(session, AGREEMENT.name, agreement)
        if row is None:
            raise NotFound(f"no agreement called {agreement!r} lives here by acts")
        state = AGREEMENT.read(row.state)
        return _look(front, session, state, row.revision, shown=state.versions, is_whole=True)


def text_of(front: Front, agreement: str, *, version: int | None = None) -> Agreement:
    """The text to export and to sign: a version by its number, else the newest that was offered.

    Raises:
        NotFound: no such agreement or version.
        Conflict: no documents were ever loaded.
    """
    with front.records.read() as session:
        row = things.thing(session, AGREEMENT.name, agreement)
        if row is None:
            texts = [one for one in documents_at(session).agreements if one.id == agreement]
        else:
            texts = [one.text for one in AGREEMENT.read(row.state).versions if one.offered_at is not None]
    fitting = [one for one in texts if version in {None, one.version}]
    if not fitting:
        raise NotFound(f"no agreement {agreement!r} has {'a version' if version is None else f'the version {version}'}")
    return max(fitting, key=lambda one: one.version)


def own(front: Front, *, actor: Actor) -> list[Look]:
    """The agreements that live here and that a member is a party of (the secretariat: all), without their acts.

    Raises:
        Refused: without a key that may read.
    """
    member = _reader(front, actor)
    found = []
    with front.records.read() as session:
        for row in things.things(session, AGREEMENT.name):
            state = AGREEMENT.read(row.state)
            is_party = member.id in state.parties
            shown = tuple(one for one in state.versions if one.shown_to(member.id))
            if shown and (is_party or member.kind is Kind.SECRETARIAT):
                found.append(_look(front, session, state, row.revision, shown=shown, is_whole=is_party, acts=False))
    return found


def _reader(front: Front, actor: Actor) -> Member:
    """The active member whose key may read, or act."""
    member = current_world(front).members.get(actor.member_id or "")
    if member is not None and member.active and actor.scopes & {"read", "govern"}:
        return member
    if member is None:
        verdict = denied("actor.anonymous", "member")
    elif not member.active:
        verdict = denied("actor.inactive", "status", actor=member.id)
    else:
        verdict = denied("actor.scope", "scope", scope="read")
    raise Refused(verdict.reason.en, [told(verdict)])


def _look(
    front: Front,
    session: Session,
    state: Negotiation,
    revision: int,
    *,
    shown: tuple[Version, ...],
    is_whole: bool,
    acts: bool = True,
) -> Look:
    at = front.clock()
    world = world_at(front, session, at)
    done = _acts(session, state, shown) if acts else ()
    missing = next_steps(state, world, at) if shown else ()
    return Look(state, revision, at, shown, tuple(done), missing, is_whole)


def _acts(session: Session, state: Negotiation, shown: tuple[Version, ...]) -> Iterable[Act]:
    numbers = {one.number for one in shown}
    prefix = f"{AGREEMENT.name}."
    query = select(LogText).where(LogText.subject == state.id, LogText.action.startswith(prefix, autoescape=True))
    for row in session.scalars(query.order_by(LogText.index)):
        act = read_act(json.loads(row.text)["act"])
        text = act.body.get("text")
        number = text.get("version") if isinstance(text, Mapping) else None
        if act.what not in _WRITING or number in numbers:
            yield act
