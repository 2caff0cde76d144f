"""Writing so that a kill or a full disk leaves the old state or the new one, never half of either."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.errors import StorageError

#: No room left: a full disk, a quota, a file beyond what the file system or the process may hold, a read-only disk.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM})


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A private folder on the same file system as `root`; what is left in it at the end is removed.

    What a killed process left behind is removed when the next one comes: a living one holds a lock on its folder.
    """
    with storage_errors(root):
        (root / ".staging").mkdir(parents=True, exist_ok=True)
        sweep(root)
        # Shared: a sweep cannot come between the making of the folder and its lock.
        with _locked(root / ".staging", fcntl.LOCK_SH):
            folder = Path(tempfile.mkdtemp(dir=root / ".staging"))
            lock = _lock(folder, fcntl.LOCK_SH)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def sweep(root: Path) -> list[str]:
    """Remove the work folders whose process is no more; answers with their names. `staging` does it by itself."""
    area = root / ".staging"
    if not area.is_dir():
        return []
    with _locked(area, fcntl.LOCK_EX):
        return [path.name for path in sorted(area.iterdir()) if _abandoned(path)]


def _abandoned(folder: Path) -> bool:
    try:
        lock = _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError):  # at work, or just done
        return False
    try:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
    return True


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    lock = _lock(folder, how)
    try:
        yield
    finally:
        os.close(lock)


def _lock(folder: Path, how: int) -> int:
    # flock is given back by the kernel when the process ends, killed or not.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
    except OSError:
        os.close(handle)
        raise
    return handle


@contextmanager
def storage_errors(where: Path) -> Iterator[None]:
    """Turn *no room*, and *no right* to something in the folder `where`, into one sentence; let the rest through."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _NO_ROOM or (fault.errno in _NO_RIGHT and _lies_in(fault.filename, where)):
            raise StorageError(f"{where.name or where}: {os.strerror(fault.errno)}; nothing was changed") from fault
        raise


def _lies_in(name: object, where: Path) -> bool:
    # Somebody else's file that may not be read is no trouble of ours. Calls on an open file name none.
    if not isinstance(name, str | bytes | os.PathLike):
        return True
    path, folder = Path(os.fsdecode(name)).absolute(), where.absolute()
    return path.is_relative_to(folder) or folder.is_relative_to(path)


def sync_tree(folder: Path) -> None:
    """Force a folder's files, and the folder itself, to the disk."""
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def publish_folder(staged: Path, target: Path) -> None:
    """Put a finished folder in its place by one rename.

    A folder that is already there was put by a run that did not live to write its row: the new one replaces it. The
    old one is moved out of the way whole, so that a kill never leaves a part of it under the name.
    """
    sync_tree(staged)
    _make_folder(target.parent)
    if target.exists():
        aside = Path(tempfile.mkdtemp(dir=staged.parent, prefix="replaced-"))
        target.rename(aside / "old")
        staged.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        staged.rename(target)
    _sync(target.parent)


def publish_file(staged: Path, target: Path) -> None:
    """Put a finished file in its place by one rename."""
    _sync(staged)
    _make_folder(target.parent)
    staged.replace(target)
    _sync(target.parent)


def publish_once(staged: Path, target: Path) -> None:
    """Move a file to its name unless one is there: of two that come at once, both go on with that of the first."""
    _sync(staged)
    with suppress(FileExistsError):
        target.hardlink_to(staged)
    _sync(target.parent)


def _make_folder(folder: Path) -> None:
    # A new folder is itself an entry of the one above it, which a power cut forgets unless that one is synced too.
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
