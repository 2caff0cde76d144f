"""Open a GTFS source, a zip archive or a folder, without trusting it.

A zip's directory is a claim by whoever made it: it is judged before anything is unpacked (`feeds.gtfs.safety`), and
every byte is counted again while it streams. Nothing is ever extracted to a path that the archive names.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from feeds.errors import NotAFeed, UnsafeArchive, UnusableFeed
from feeds.gtfs import safety
from feeds.reading import Limits

#: Files by which a folder is recognised as a feed.
_CORE = frozenset(
    f"{name}.txt" for name in ("agency", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates")
)
#: What operating systems leave in archives: not part of the feed, not worth a word.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Archive:
    """A feed's files by bare name (``stops.txt``), wherever they lie in the source.

    `folder` is the folder inside the source that holds the feed: empty when the files lie where the reference wants
    them. `outside` are files that lie elsewhere in the source and are not read.
    """

    source: Path
    folder: str
    sizes: Mapping[str, int]
    outside: tuple[str, ...]
    _opener: Callable[[str], IO[bytes]]
    _limits: Limits

    def open(self, name: str) -> io.BufferedReader:
        """A counted stream of one file.

        Raises (while reading):
            UnsafeArchive: it grows beyond the limits, whatever the directory claimed.
            NotAFeed: it is damaged.
        """
        return io.BufferedReader(_Counted(self._opener(name), name, self._limits), _CHUNK)


class _Counted(io.RawIOBase):
    """Counts what comes out, and tells damage in our own words."""

    def __init__(self, inner: IO[bytes], name: str, limits: Limits) -> None:
        self._inner, self._name, self._limits, self._seen = inner, name, limits, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        try:
            chunk = self._inner.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError) as damage:
            raise NotAFeed(f"the archive is damaged: {damage}", file=self._name) from damage
        self._seen += len(chunk)
        if self._seen > self._limits.file:
            raise UnsafeArchive(f"more than {self._limits.file} bytes when unpacked", file=self._name)
        view[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._inner.close()
        super().close()


@contextmanager
def open_archive(source: Path, limits: Limits) -> Iterator[Archive]:
    """Open a zip or a folder as a feed; of a folder that holds nothing but one zip, that zip.

    Raises:
        NotAFeed: nothing there, no archive, a damaged one, or one without GTFS tables.
        UnsafeArchive: it must not be unpacked.
        UnusableFeed: it holds several feeds.
    """
    if source.is_dir() and (packed := safety.only_archive(source)) is not None:
        source = packed
    if source.is_dir():
        yield _choose(source, safety.folder_sizes(source, limits), limits, lambda name: (source / name).open("rb"))
        return
    with _open_zip(source, limits) as bundle:
        sizes = safety.zip_sizes(bundle, archived=source.stat().st_size, limits=limits)
        yield _choose(source, sizes, limits, lambda name: _open_entry(bundle, name))


def content_digest(source: Path, *, limits: Limits | None = None) -> str:
    """SHA-256 (hex) over the sorted names and contents of the feed's files; how they were packed does not count.

    Raises:
        FeedError: as `open_archive`.
    """
    digest = hashlib.sha256()
    with open_archive(source, limits or Limits()) as archive:
        for name in sorted(archive.sizes):
            with archive.open(name) as stream:
                inner = hashlib.file_digest(stream, "sha256").hexdigest()
            digest.update(f"{name}\0{inner}\n".encode())
    return digest.hexdigest()


def _open_zip(source: Path, limits: Limits) -> zipfile.ZipFile:
    safety.refuse_what_is_no_zip(source)
    safety.refuse_large_directory(source, limits)
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, EOFError, ValueError, UnicodeDecodeError) as damage:
        raise NotAFeed(f"the zip archive is truncated or damaged: {damage}", file=source.name) from damage
    except NotImplementedError as strange:
        raise NotAFeed(f"a kind of zip archive that is not supported: {strange}", file=source.name) from strange


def _open_entry(bundle: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return bundle.open(name)
    except (zipfile.BadZipFile, EOFError) as damage:
        raise NotAFeed(f"the zip archive is truncated or damaged: {damage}", file=name) from damage
    except NotImplementedError as strange:
        raise NotAFeed(f"packed with a method that is not supported: {strange}", file=name) from strange


def _choose(source: Path, sizes: Mapping[str, int], limits: Limits, opener: Callable[[str], IO[bytes]]) -> Archive:
    """Find the one folder that holds the feed."""
    listed = {name: size for name, size in sizes.items() if not any(litter in name for litter in _LITTER)}
    folder = _feed_folder(source, listed)
    prefix = f"{folder}/" if folder else ""
    inside = {
        name.removeprefix(prefix): size
        for name, size in listed.items()
        if name.startswith(prefix) and "/" not in name.removeprefix(prefix)
    }
    outside = tuple(sorted(name for name in listed if name.removeprefix(prefix) not in inside))
    return Archive(source, folder, inside, outside, lambda name: opener(prefix + name), limits)


def _feed_folder(source: Path, listed: Mapping[str, int]) -> str:
    found: dict[str, int] = {}
    for name in listed:
        path = PurePosixPath(name)
        if path.name in _CORE:
            folder = "" if str(path.parent) == "." else str(path.parent)
            found[folder] = found.get(folder, 0) + 1
    if "" in found:
        return ""
    feeds = sorted(folder for folder, count in found.items() if count > 1)
    if len(feeds) > 1:
        raise UnusableFeed(f"the archive holds {len(feeds)} feeds, give one: {', '.join(feeds)}", file=source.name)
    if feeds:
        return feeds[0]
    nested = [name for name in listed if name.lower().endswith(".zip")]
    if nested:
        raise NotAFeed(f"the archive holds another archive, give that one itself: {nested[0]}", file=source.name)
    raise NotAFeed("there is no GTFS table in it (stops.txt, routes.txt, trips.txt …)", file=source.name)
