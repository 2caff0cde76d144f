"""The released plane: open files and protected releases, addressed by their content. What the web reads.

An object is written once and never changed, so its digest is its strong ETag. Layout: ``<aa>/<sha256>``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from hub.durable import publish_file, sha256_of, staging, storage_errors
from hub.errors import NotFound, StorageError


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the released plane: SHA-256 in hexadecimal and size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Released:
    """The released plane of one hub, in one folder."""

    root: Path

    def put(self, content: bytes) -> Stored:
        """Keep an object; the same content twice is one object."""
        stored = Stored(hashlib.sha256(content).hexdigest(), len(content))
        with storage_errors(self.root):
            if not self._holds(stored):
                with staging(self.root) as folder:
                    (folder / "object").write_bytes(content)
                    publish_file(folder / "object", self._place(stored.digest))
        return stored

    def put_file(self, source: Path) -> Stored:
        """Keep a file's content, streamed."""
        with storage_errors(self.root), staging(self.root) as folder:
            copy = folder / "object"
            _copy(source, copy)
            stored = Stored(sha256_of(copy), copy.stat().st_size)
            if not self._holds(stored):
                publish_file(copy, self._place(stored.digest))
        return stored

    def forget(self, digest: str) -> None:
        """Keep an object no more; whoever calls this has seen that no release names it."""
        with storage_errors(self.root):
            self._place(digest).unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        """Where an object lies.

        Raises:
            NotFound: there is no such object (or `digest` is no digest).
        """
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound("this is not the digest of a release")
        target = self._place(digest)
        if not target.is_file():
            raise NotFound("this release is not kept here")
        return target

    def read(self, digest: str) -> bytes:
        """An object's content, verified against its digest.

        Raises:
            StorageError: the object was damaged on the disk.
        """
        content = self.path(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise StorageError("this release was damaged on the disk; it is not served")
        return content

    def _holds(self, stored: Stored) -> bool:
        # One that was damaged on the disk is not held: it is written again.
        target = self._place(stored.digest)
        return target.is_file() and target.stat().st_size == stored.size and sha256_of(target) == stored.digest

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as file, target.open("wb") as into:
        while chunk := file.read(1 << 20):
            into.write(chunk)
