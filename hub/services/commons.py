"""The commons' documents: loaded whole or not at all, and read again as the world that decisions look at."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from governance.acts import HUB, Act
from governance.canonical import Plain
from governance.choice.history import RULES, RULESET, may_tell
from governance.choice.lattice import looser_than_parent
from governance.commons_yaml import load
from governance.documents import DOCUMENTS, DOCUMENTS_ID
from governance.errors import CommonsFileError
from governance.kinds import KINDS, put_together
from governance.loading import asked_otherwise, seated_otherwise, stretched
from governance.negotiation.adopted import changed_by
from governance.negotiation.states import TERMINAL
from governance.negotiation.steps import AGREEMENT
from governance.world import World
from hub.errors import Conflict
from hub.records import commons as commons_records
from hub.records import releases as release_records
from hub.records import things
from hub.records.engine import flushed
from hub.records.models import CommonsEdition
from hub.services.acts import done
from hub.services.front import Front
from hub.services.questions import must_be_answerable


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a folder of YAML files, by path below it.

    Raises:
        CommonsFileError: no such folder, no YAML in it, or a file that is not UTF-8.
    """
    paths = sorted(path for path in folder.rglob("*.y*ml") if path.is_file()) if folder.is_dir() else []
    if not paths:
        raise CommonsFileError("there is no YAML file here", file=str(folder))
    files = {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = path.read_text("utf-8")
        except UnicodeDecodeError as fault:
            line = path.read_bytes()[: fault.start].count(b"\n") + 1
            raise CommonsFileError("this line is not UTF-8", file=name, line=line) from fault
    return files


def put_in_force(front: Front, files: Mapping[str, str]) -> bool:
    """Check the documents as a whole and put them in force; answers whether they differ from those that are.

    Raises:
        CommonsFileError: a document is refused; what was in force stays.
        Conflict: a cube is registered as another question than its statistic answers; or the text of an agreement that
            lives here would be changed or dropped, or its purposes would cover more; or a cube whose numbers are out
            would ask otherwise; or the rules are not those that were voted; or, once the members vote, somebody would
            be seated, dropped or moved.
    """
    world = load(files)
    must_be_answerable(world.cubes)
    with front.records.write() as session:
        at = front.clock()
        _must_leave_agreements_alone(session, world, at)
        _must_tell_voted_rules(session, world)
        before = commons_records.current(session)
        if before is not None:
            _must_seat_nobody_and_stretch_nothing(session, _documents_of(before), world, at)
            _must_ask_as_before(session, _documents_of(before), world)
        concerned = {*world.members, *(world_at(front, session, at).members if before is not None else ())}
        if not commons_records.add(session, files, at=at):
            return False
        changes = _changed(before.files if before else {}, files)
        told = {name: text for name, text in files.items() if name in _TOLD_BY_DIGEST}
        body: dict[str, Plain] = {"digest": commons_records.digest_of(told), "files": changes}
        act = Act(DOCUMENTS.name, DOCUMENTS_ID, "loaded", HUB, at, body)
        done(session, DOCUMENTS, act, parties=concerned)
        return True


#: Files that every member may know by their digest. Rules and agreements hold an exact p: whoever knows the rest of
#: such a file finds it by trying, so only that they changed is told.
_TOLD_BY_DIGEST: Final = frozenset({"commons.yaml", "members.yaml", "datasets.yaml", "cubes.yaml", "purposes.yaml"})


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Plain]:
    """Each file that is new or other than before: its SHA-256 where that may be told; ``dropped`` or ``changed``."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {name: _told(name, after) for name in names}


def _told(name: str, after: Mapping[str, str]) -> str:
    if name not in after:
        return "dropped"
    return hashlib.sha256(after[name].encode()).hexdigest() if name in _TOLD_BY_DIGEST else "changed"


def _must_seat_nobody_and_stretch_nothing(session: Session, before: World, after: World, at: dt.datetime) -> None:
    """What was signed reaches as far as it did; once the members vote, documents seat, drop and move nobody."""
    votes = things.thing(session, RULESET.name, RULES) is not None
    seated = seated_otherwise(before, after) if votes else None
    if seated is not None:
        raise Conflict(
            f"these documents add, drop or change {seated}, and the members vote on that now: leave it as it was "
            "loaded, and use `hub members apply`, `hub members leave` or `hub members regroup`"
        )
    wider = stretched(_granted(session, before, at, documents=votes), before.purposes, after.purposes)
    if wider is not None:
        raise Conflict(
            f"these documents would let agreements in force for {wider[0]} cover {wider[1]} too: leave `broader` as it "
            "was loaded, and have the parties agree on the other purpose"
        )


def _must_ask_as_before(session: Session, before: World, after: World) -> None:
    out = {row.subject for row in release_records.releases(session, kind="cube")}
    otherwise = asked_otherwise(out, before.cubes, after.cubes)
    if otherwise is not None:
        raise Conflict(
            f"these documents change {otherwise}, and numbers of it are out: leave it as it was loaded, and register "
            "the other question under another id"
        )


def _granted(session: Session, before: World, at: dt.datetime, *, documents: bool) -> set[str]:
    """The purposes that agreements name: those that live by acts, and, if asked, those of the documents."""
    states = [AGREEMENT.read(row.state) for row in things.things(session, AGREEMENT.name)]
    living = [one.text for state in states if state.state_at(at) not in TERMINAL for one in state.versions]
    ended = {state.id for state in states}
    told = [one for one in before.agreements if one.id not in ended and one.state not in TERMINAL and documents]
    return {purpose for one in (*living, *told) if at < one.validity.to for purpose in one.purposes.values}


def _must_leave_agreements_alone(session: Session, world: World, at: dt.datetime) -> None:
    states = [AGREEMENT.read(row.state) for row in things.things(session, AGREEMENT.name)]
    for state in states:
        dataset = world.datasets.get(state.versions[0].text.dataset)
        if state.state_at(at) not in TERMINAL and (dataset is None or dataset.holder != state.holder):
            raise Conflict(
                f"the agreement {state.id} is about a dataset that {state.holder} would hold no more: end it"
            )
    edition, living = commons_records.current(session), [state.id for state in states]
    before = _documents_of(edition).agreements if edition is not None else ()
    changed = changed_by(living, before=before, after=world.agreements)
    if changed is not None:
        raise Conflict(
            f"the agreement {changed} lives here by its parties' acts, and these documents change, drop or repeat its "
            f"text: leave it as it was loaded, and amend it with `hub agreements amend {changed} FILE`"
        )


def _must_tell_voted_rules(session: Session, world: World) -> None:
    row = things.thing(session, RULESET.name, RULES)
    history = RULESET.read(row.state) if row is not None else None
    if not may_tell(world.ruleset, history):
        raise Conflict(
            "ruleset.yaml or the colleges' weights tell rules that were never voted, and the members vote on them now: "
            "leave them as they were loaded, and propose the change with `hub votes propose`"
        )
    parent = world.basin.parent
    looser = looser_than_parent(history.current, parent) if history is not None and parent is not None else ()
    if looser:
        raise Conflict(f"what was voted is looser than parent.yaml: {', '.join(looser)}; vote on stricter floors first")


def documents_at(session: Session) -> World:
    """The commons as its documents alone say, without what was done since.

    Raises:
        Conflict: no documents were ever loaded.
    """
    edition = commons_records.current(session)
    if edition is None:
        raise Conflict("no commons is in force yet: load its documents with `hub agreements load FOLDER`")
    return _documents_of(edition)


def current_world(front: Front) -> World:
    """The commons in force at this instant: the documents, and everything that was done since.

    Raises:
        Conflict: no documents were ever loaded.
    """
    with front.records.read() as session:
        return world_at(front, session, front.clock())


def world_at(front: Front, session: Session, at: dt.datetime) -> World:
    """The commons as a session sees it, at an instant.

    It is put together again when an act or new documents came, or when something changes by itself (a notice that runs
    out, a sanction that decays); until then it is the same value, with what it remembers of decisions.

    Raises:
        Conflict: no documents were ever loaded.
    """
    heads = things.heads(session)
    kept = _KEPT.get(front.records.engine)
    if kept is not None and kept.heads == heads and kept.from_ <= at and (kept.until is None or at < kept.until):
        return kept.world
    # What a turn has written and not committed may be rolled back: nobody else's state, and nobody else's world.
    keep = not flushed(session)
    states = _states(front.records.engine, session, keep=keep)
    world, until = put_together(documents_at(session), states, at=at)
    if keep:
        _KEPT[front.records.engine] = _Kept(heads, at, until, world)
    return world


@dataclass(frozen=True, slots=True)
class _Kept:
    """A world, the newest edition and act that it was made of, and the instants [from_, until) at which it holds."""

    heads: tuple[int, int]
    from_: dt.datetime
    until: dt.datetime | None
    world: World


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _State:
    """What a thing's row was read as; it stays while its revision, and its last act's place and digest, stay."""

    head: tuple[int, int, str]
    state: Any


#: From so many on, things are read at once instead of one by one.
_MANY = 8
_READ: WeakKeyDictionary[Engine, dict[tuple[str, str], _State]] = WeakKeyDictionary()


def _states(engine: Engine, session: Session, *, keep: bool) -> dict[str, list[Any]]:
    """The states of all things, of which only those are read that changed since.

    Kept are those of sessions that wrote nothing (`keep`): writers come one after the other, so what a turn itself has
    changed is at a revision that was never kept, and is read from its row.
    """
    known, heads = _READ.get(engine, {}), things.revisions(session)
    same = {head[:2]: known[head[:2]] for head in heads if head[:2] in known and known[head[:2]].head == head[2:]}
    changed = [head[:2] for head in heads if head[:2] not in same]
    rows = things.things(session) if len(changed) > _MANY else (things.thing(session, *name) for name in changed)
    new = {
        (row.kind, row.id): _State((row.revision, row.log_index, row.last_act), KINDS[row.kind].read(row.state))
        for row in rows
        if row is not None and (row.kind, row.id) not in same
    }
    now = {head[:2]: same.get(head[:2]) or new[head[:2]] for head in heads}
    if keep:
        _READ[engine] = now
    states: dict[str, list[Any]] = {}
    for (kind, _), one in now.items():
        states.setdefault(kind, []).append(one.state)
    return states


def _documents_of(edition: CommonsEdition) -> World:
    return _documents(tuple(sorted(edition.files.items())))


# The documents are text and the world is frozen: the same text is always the same world.
@lru_cache(maxsize=8)
def _documents(files: tuple[tuple[str, str], ...]) -> World:
    return load(dict(files))
