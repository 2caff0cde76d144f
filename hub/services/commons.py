"""The commons' documents: loaded whole or not at all, and read again as the world that decisions look at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from governance.commons_yaml import load
from governance.errors import CommonsFileError
from governance.world import World
from hub.errors import Conflict
from hub.records import commons as commons_records
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
    """The commons in force.

    Raises:
        Conflict: none was ever loaded.
    """
    with front.records.read() as session:
        edition = commons_records.current(session)
    if edition is None:
        raise Conflict("no commons is in force yet: load its documents with `hub agreements load FOLDER`")
    return _world(tuple(sorted(edition.files.items())))


# The documents are text and the world is frozen: the same text is always the same world.
@lru_cache(maxsize=8)
def _world(files: tuple[tuple[str, str], ...]) -> World:
    return load(dict(files))
