"""Where the files of a system lie: one folder, a ``gbfs.json`` with its files beside it, or an archive of folders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from feeds.errors import NotAFeed
from feeds.gbfs.discovery import Discovery, discovery
from feeds.gbfs.documents import load
from feeds.gbfs.spec import CHECKED_ONLY, DISCOVERY, FILES
from feeds.reading import Limits

#: A language is a key of the discovery document and here the name of a folder: nothing else is followed.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2})?")

_PUBLISHED = frozenset(name for names in FILES.values() for name in names)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a system as they were at one moment, by their 3.0 names; `label` names it in findings.

    `others` are files that are checked only; `missing` are those that the discovery document declares and that do not
    lie beside it.
    """

    label: str
    files: Mapping[str, Path]
    others: Mapping[str, Path]
    declared: Discovery | None = None
    missing: tuple[str, ...] = ()

    def published(self) -> dict[str, Path]:
        """Every file by the name it is published under (``free_bike_status``); one that lies under a name of its
        operator's own by that of 3.0.
        """
        found = {**self.others, **self.files}
        return {path.stem if path.stem in _PUBLISHED else name: path for name, path in found.items()}


def locate(source: Path) -> list[tuple[str, Path]]:
    """The snapshots of a source, as (label, folder or discovery file), in the order of their names.

    A folder that holds GBFS files itself is one snapshot; else each of its folders that does is one.

    Raises:
        NotAFeed: nothing there, or nothing of GBFS.
    """
    if source.is_file():
        return [("", source)]
    if not source.is_dir():
        raise NotAFeed("no such file or folder", file=source.name)
    if _holds_files(source):
        return [("", source)]
    folders = [(inner.name, inner) for inner in sorted(source.iterdir()) if inner.is_dir() and _holds_files(inner)]
    if not folders:
        raise NotAFeed("a folder without gbfs.json, system_information or any other GBFS file", file=source.name)
    return folders


def _holds_files(folder: Path) -> bool:
    names = (DISCOVERY, *(name for names in FILES.values() for name in names))
    return any(_beside(folder, name) for name in names)


def open_snapshot(label: str, place: Path, limits: Limits) -> Snapshot:
    """The files of one snapshot; a discovery document beside them is read, and its links by file name.

    Raises:
        NotAFeed: the discovery document is none.
    """
    folder = place if place.is_dir() else place.parent
    index = _beside(folder, DISCOVERY) if place.is_dir() else place
    declared = discovery(load(index, limits)) if index else None
    files: dict[str, Path] = {}
    missing: list[str] = []
    for name, published in FILES.items():
        found = next(_candidates(folder, published, declared), None)
        if found:
            files[name] = found
        elif declared and set(published) & set(next(iter(declared.feeds.values()))):
            missing.append(name)
    others = {name: path for name in CHECKED_ONLY for path in _existing(_beside(folder, name))}
    if index:
        others[DISCOVERY] = index
    return Snapshot(label, files, others, declared, tuple(missing))


def _candidates(folder: Path, names: tuple[str, ...], declared: Discovery | None) -> Iterator[Path]:
    """Files that may be the one sought: in its language's folder, by plain name, then as the link names it."""
    feeds = declared.feeds if declared else {}
    folders = [folder / language for language in feeds if _LANGUAGE.fullmatch(language)] + [folder]
    for inner in folders:
        for name in names:
            yield from _existing(_beside(inner, name))
    for addresses in feeds.values():
        for name in names:
            linked = PurePosixPath(urlsplit(addresses.get(name, "")).path).name
            if linked.removesuffix(".json") != DISCOVERY:
                yield from _existing(_beside(folder, linked))


def _existing(*paths: Path | None) -> Iterator[Path]:
    return (path for path in paths if path)


def _beside(folder: Path, name: str) -> Path | None:
    """``name`` in a folder, with or without ``.json``."""
    if not name or name in (".", ".."):
        return None
    return next((path for path in (folder / name, folder / f"{name}.json") if path.is_file()), None)
