"""Bring a source into the work folder: a path is used where it lies, a URL is fetched, a GBFS system file by file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from feeds.findings import Finding
from feeds.gbfs.sources import open_snapshot
from feeds.gtfs.safety import only_archive
from feeds.reading import Limits
from hub.errors import BadRequest
from hub.fetch import shown
from hub.services.errands import Errands
from hub.services.obtain_system import DISCOVERY, HeldBytes, System

#: First bytes, and the ending that goes with them.
_ENDINGS = ((b"PK", ".zip"), (b"\x1f\x8b", ".json.gz"), (b"{", ".json"), (b"[", ".json"))


@dataclass(frozen=True, slots=True)
class Obtained:
    """What came: a file or folder, and what is to be said of it.

    With `unchanged` the server said that the current version is still its answer, and there is nothing to read.
    """

    path: Path
    unchanged: bool = False
    findings: tuple[Finding, ...] = ()


def is_url(source: str) -> bool:
    """Whether a source is to be fetched."""
    return source.partition("://")[0].lower() in ("http", "https", "ftp", "file")


def shown_source(source: str) -> str:
    """A source as the records may hold it: no credential of a URL, no folder of this machine."""
    return shown(source) if is_url(source) else Path(source).resolve().name


def obtain(errands: Errands, source: str, work: Path, *, current: Callable[[], Path | None]) -> Obtained:
    """The local file or folder of a source; `current` answers with the archive of the feed's current version.

    Raises:
        FetchError: the URL could not be fetched.
        FeedError: a file that a GBFS discovery document names, and that the feed needs, could not be fetched.
        BadRequest: a path that does not exist.
    """
    if not is_url(source):
        path = Path(source)
        if not source or not path.exists():
            raise BadRequest(f"{source or '(empty)'}: there is no such file or folder")
        if not (path.is_file() or path.is_dir()):
            raise BadRequest(f"{source}: neither a file nor a folder")
        if path.is_dir():
            # People keep an archive in a folder of its own: the archive is the feed, and is kept as it is.
            return Obtained(only_archive(path) or path)
        return Obtained(_system_around(path, work) if _is_discovery(path) else path)
    # Under a name of ours: a URL may end in anything.
    folder = work / "source"
    folder.mkdir()
    target = folder / "feed"
    held = HeldBytes(errands.held, current)
    if errands.standard == "gbfs":
        answer = errands.ask(DISCOVERY, source, target, only_if_changed=held.lay(DISCOVERY, target))
    else:
        answer = errands.ask("", source, target)
        if answer.not_modified:
            return Obtained(target, unchanged=True)
    if not _is_discovery(target):
        return Obtained(named_by_content(target))
    system = System(errands, held, folder / "system")
    system.take(target, answer)
    return Obtained(system.folder, unchanged=system.unchanged, findings=tuple(system.findings))


def _system_around(discovery: Path, work: Path) -> Path:
    """A folder of what lies beside a discovery document and belongs to its system, and of nothing else that does."""
    folder = work / "system"
    folder.mkdir()
    for name, path in open_snapshot("", discovery, Limits()).published().items():
        shutil.copyfile(path, folder / f"{name}.json")
    return folder


def _is_discovery(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(1 << 16)
    return start.lstrip().startswith(b"{") and b'"feeds"' in start


def named_by_content(path: Path) -> Path:
    """Give a file that came without a name of its own the ending that its first bytes call for.

    Validators go by the ending, and so does whoever downloads the archive.
    """
    with path.open("rb") as file:
        start = file.read(64).lstrip()
    ending = next((ending for magic, ending in _ENDINGS if start.startswith(magic)), "")
    return path.rename(path.with_name(path.name + ending)) if ending else path
