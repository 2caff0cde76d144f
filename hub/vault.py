"""The vault plane: raw archives, and every table that was read from them, operator-sensitive columns included.

Opened by intake and the cube builder alone. Nothing here is ever served: what may leave is written to the
released plane, after a decision. Layout below the vault's folder::

    raw/<aa>/<digest>.zip|.json|…       the archive as it came; a folder is packed into one deterministic zip
    tables/<feed>/<digest>/<table>.parquet
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.durable import publish_file, publish_folder, sha256_of, staging, storage_errors
from hub.errors import BadRequest, NotFound

#: Zip entries carry this date, so that the same files always give the same archive.
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: Where uploads wait for the worker.
INBOX = "inbox"
#: What may name a folder: no separator, and no name that begins with a dot.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_SUFFIX = re.compile(r"(\.[a-z][a-z0-9]{0,9}){1,2}")


@dataclass(frozen=True, slots=True)
class Raw:
    """An archive in the vault."""

    digest: str
    path: Path


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault of one hub, in one folder that only its owner may enter."""

    root: Path

    @contextmanager
    def stage(self) -> Iterator[Path]:
        """A folder inside the vault for work in progress; gone when the work ends, however it ends."""
        with storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.root.chmod(0o700)
            with staging(self.root) as folder:
                yield folder

    def keep_raw(self, source: Path, staged: Path) -> Raw:
        """Copy a file (or pack a folder) into the vault; `staged` is the work folder to do it in."""
        with storage_errors(self.root):
            work = Path(tempfile.mkdtemp(dir=staged))  # the source may lie in `staged` under any name
            copy = work / "raw"
            if source.is_dir():
                suffix = ".zip"
                _pack(source, copy)
            else:
                suffix = _suffix(source)
                shutil.copyfile(source, copy)
            digest = sha256_of(copy)
            target = self.root / "raw" / digest[:2] / f"{digest}{suffix}"
            publish_file(copy, target)
        return Raw(digest, target)

    @contextmanager
    def turn_of(self, feed: str) -> Iterator[None]:
        """Wait for one's turn to take a feed in; it ends with the process, however that ends."""
        locks = self.root / ".turns"
        with storage_errors(self.root):
            locks.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(locks / _named(feed), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def raw(self, digest: str) -> Path:
        """The archive of that digest.

        Raises:
            NotFound: the vault does not hold it.
        """
        found = next(iter(sorted((self.root / "raw" / digest[:2]).glob(f"{digest}*"))), None)
        if found is None:
            raise NotFound("the archive of this version is not in the vault")
        return found

    def keep_tables(self, feed: str, digest: str, staged: Path) -> dict[str, Path]:
        """Move a finished folder of Parquet tables to its place; answers with the tables by name."""
        with storage_errors(self.root):
            publish_folder(staged, self._tables_folder(feed, digest))
        return self.tables(feed, digest)

    def tables(self, feed: str, digest: str) -> dict[str, Path]:
        """The Parquet tables of one version, by name; empty when the vault does not hold it.

        Raises:
            StorageError: the vault may not be read, which is not the same as holding nothing.
        """
        folder = self._tables_folder(feed, digest)
        try:
            with storage_errors(self.root):
                paths = sorted(folder.iterdir())
        except FileNotFoundError:
            return {}
        return {path.stem: path for path in paths if path.suffix == ".parquet"}

    def forget_tables(self, feed: str, digest: str) -> None:
        """Keep a version's tables no more: all of them are gone at once, and a kill leaves nothing of them by name."""
        folder = self._tables_folder(feed, digest)
        if folder.is_dir():
            with self.stage() as work, storage_errors(self.root):
                folder.rename(work / "forgotten")

    def holds_raw(self, digest: str) -> bool:
        """Whether an archive is here as it came."""
        with storage_errors(self.root):
            return any((self.root / "raw" / digest[:2]).glob(f"{digest}*"))

    def forget_raw(self, digest: str) -> None:
        """Keep an archive no more."""
        with storage_errors(self.root):
            for path in (self.root / "raw" / digest[:2]).glob(f"{digest}*"):
                path.unlink(missing_ok=True)

    def beside_tables(self, feed: str, digest: str, name: str) -> Path:
        """Where a further file of a version lies, beside its tables."""
        return self._tables_folder(feed, digest) / name

    def keep_note(self, folder: str, name: str, content: bytes) -> None:
        """Keep a small file of the hub's own in a folder of the vault, in the place of an older one."""
        target = self._note(folder, name)
        with storage_errors(self.root), staging(self.root) as work:
            (work / "note").write_bytes(content)
            publish_file(work / "note", target)

    def note(self, folder: str, name: str) -> bytes | None:
        """Such a file's content; None where there is none.

        Raises:
            StorageError: the vault may not be read, which is not the same as holding nothing.
        """
        try:
            with storage_errors(self.root):
                return self._note(folder, name).read_bytes()
        except FileNotFoundError:
            return None

    def notes(self, folder: str) -> list[str]:
        """The names of such files in a folder, in order; none where there is no folder."""
        place = self.root.joinpath(*map(_named, folder.split("/")))
        with storage_errors(self.root):
            return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def drop_note(self, folder: str, name: str) -> None:
        """Keep such a file no more."""
        with storage_errors(self.root):
            self._note(folder, name).unlink(missing_ok=True)

    def holds_upload(self, path: Path) -> bool:
        """Whether a path lies in the inbox, where uploads wait: the only place from which a job may take a file."""
        return path.resolve().is_relative_to((self.root / INBOX).resolve())

    def _note(self, folder: str, name: str) -> Path:
        return self.root.joinpath(*map(_named, folder.split("/")), _named(name))

    def _tables_folder(self, feed: str, digest: str) -> Path:
        return self.root / "tables" / _named(feed) / _named(digest)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadRequest(f"{name!r} cannot name a folder: letters, digits, dot, hyphen and underscore only")
    return name


def _suffix(source: Path) -> str:
    # It helps whoever looks into the vault; the name of a file from the web is not to be trusted with more.
    suffix = "".join(source.suffixes[-2:]).lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            # A name that is no UTF-8 (an old archive, unpacked) keeps its file; the bytes it is named by are lost.
            name = os.fsencode(path.relative_to(folder)).decode("utf-8", "replace")
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as into:
                shutil.copyfileobj(file, into, 1 << 20)
