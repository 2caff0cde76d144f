"""Bring a source into the work folder: a path is used where it lies, a URL is fetched, a GBFS system file by file."""

from __future__ import annotations

import re
from pathlib import Path

from feeds.errors import FeedError, NotAFeed
from feeds.gbfs import discover
from hub.errors import BadRequest, FetchError
from hub.fetch import Fetcher, shown

#: Files of a GBFS system are small; a discovery document that names more than this is no system.
_MOST_GBFS_FILES = 40
#: First bytes, and the ending that goes with them.
_ENDINGS = ((b"PK", ".zip"), (b"\x1f\x8b", ".json.gz"), (b"{", ".json"), (b"[", ".json"))
#: A name becomes a file name here, so it may not lead anywhere.
_FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")


def is_url(source: str) -> bool:
    """Whether a source is to be fetched."""
    return source.partition("://")[0].lower() in ("http", "https", "ftp", "file")


def shown_source(source: str) -> str:
    """A source as the records may hold it: no credential of a URL, no folder of this machine."""
    return shown(source) if is_url(source) else Path(source).resolve().name


def obtain(fetcher: Fetcher, source: str, work: Path) -> Path:
    """The local file or folder of a source.

    Raises:
        FetchError: the URL, or one that a GBFS discovery document names, could not be fetched.
        BadRequest: a path that does not exist.
    """
    if not is_url(source):
        path = Path(source)
        if not source or not path.exists():
            raise BadRequest(f"{source or '(empty)'}: there is no such file or folder")
        if not (path.is_file() or path.is_dir()):
            raise BadRequest(f"{source}: neither a file nor a folder")
        return path
    # Under a name of ours: a URL may end in anything.
    folder = work / "source"
    folder.mkdir()
    target = folder / "feed"
    final = fetcher.fetch(source, target)
    with target.open("rb") as file:
        start = file.read(1 << 16)
    if start.lstrip().startswith(b"{") and b'"feeds"' in start:
        return _gbfs_system(fetcher, target, final, folder)
    return named_by_content(target)


def named_by_content(path: Path) -> Path:
    """Give a file that came without a name of its own the ending that its first bytes call for.

    Validators go by the ending, and so does whoever downloads the archive.
    """
    with path.open("rb") as file:
        start = file.read(64).lstrip()
    ending = next((ending for magic, ending in _ENDINGS if start.startswith(magic)), "")
    return path.rename(path.with_name(path.name + ending)) if ending else path


def _gbfs_system(fetcher: Fetcher, document: Path, url: str, work: Path) -> Path:
    # Each URL inside the document passes the same address guard as the document itself did.
    found = discover(document.read_bytes())
    folder = work / "system"
    folder.mkdir()
    document.rename(folder / "gbfs.json")
    # From 3.0 on there is one list; before, each language has its own, and the first one's files are taken.
    files = next(addresses for addresses in found.feeds.values() if addresses)
    if len(files) > _MOST_GBFS_FILES:
        raise NotAFeed(f"names {len(files)} files, more than {_MOST_GBFS_FILES}", file="gbfs.json", field="data.feeds")
    for name, address in files.items():
        if not _FILE_NAME.fullmatch(name):
            raise NotAFeed(f"{name!r} is not the name of a file", file="gbfs.json", field="data.feeds.name")
        if name == "gbfs":
            continue
        try:
            fetcher.fetch(address, folder / f"{name}.json")
        except FetchError as fault:
            raise FeedError(f"named by {shown(url)}: {fault}", file=f"{name}.json") from fault
    return folder
