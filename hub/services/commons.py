"""The commons' documents: loaded whole or not at all, and read again as the world that decisions look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from governance.commons_yaml import load
from governance.errors import CommonsFileError
from governance.kinds import KINDS, put_together
from governance.world import World
from hub.errors import Conflict
from hub.records import commons as commons_records
from hub.records import things
from hub.records.engine import flushed
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
        Conflict: a cube is registered as another question than its statistic answers.
    """
    must_be_answerable(load(files).cubes)
    with front.records.write() as session:
        return commons_records.add(session, files, at=front.clock())


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
    edition = commons_records.current(session)
    if edition is None:
        raise Conflict("no commons is in force yet: load its documents with `hub agreements load FOLDER`")
    world, until = put_together(_documents(tuple(sorted(edition.files.items()))), _states(session), at=at)
    if not flushed(session):  # what a turn has written and not committed may be rolled back: nobody else's world
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


def _states(session: Session) -> dict[str, list[Any]]:
    states: dict[str, list[Any]] = {}
    for row in things.things(session):
        states.setdefault(row.kind, []).append(KINDS[row.kind].read(row.state))
    return states


# The documents are text and the world is frozen: the same text is always the same world.
@lru_cache(maxsize=8)
def _documents(files: tuple[tuple[str, str], ...]) -> World:
    return load(dict(files))
