"""Doing a piece of work in a child process that is killed, or runs out of room, on the way.

`killed_at_each_step` runs a function of this module again and again, each time in a new process. Python tells an audit
hook of each step that it is about to take with the file system; the first process kills itself (SIGKILL) before the
first step, the next one before the second, and so on, until one gets through.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from hub.durable import publish_folder, staging
from hub.errors import HubError
from hub.released import Released
from hub.vault import Vault

_STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "shutil.", "fcntl.flock", "tempfile.")


def keep_raw(root: Path, source: Path) -> None:
    vault = Vault(root)
    with vault.stage() as work:
        vault.keep_raw(source, work)


def keep_tables(root: Path, source: Path) -> None:
    vault = Vault(root)
    with vault.stage() as work:
        (work / "tables").mkdir()
        for path in sorted(source.iterdir()):
            (work / "tables" / path.name).write_bytes(path.read_bytes())
        vault.keep_tables("bus", "d1", work / "tables")


def put(root: Path, source: Path) -> None:
    Released(root).put(source.read_bytes())


def put_file(root: Path, source: Path) -> None:
    Released(root).put_file(source)


def publish(root: Path, source: Path) -> None:
    with staging(root) as work:
        (work / "new").mkdir()
        for path in sorted(source.iterdir()):
            (work / "new" / path.name).write_bytes(path.read_bytes())
        publish_folder(work / "new", root / "target")


def fetch(root: Path, url: Path) -> None:
    from hub.fetch import Fetcher  # noqa: PLC0415 - here, so that the other children start fast

    address = url.read_text()
    Fetcher(most_bytes=1 << 30, most_s=20, allow_private=True).fetch(address, root / "feed")


def write_records(root: Path, _: Path) -> None:
    from hub.records import connect, jobs  # noqa: PLC0415 - as above

    records = connect(f"sqlite:///{root}/records.sqlite3")
    records.upgrade()
    with records.write() as session:
        jobs.add(session, "fill", {"text": "x" * (64 << 20)}, at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))


def run(
    work: Callable[[Path, Path], None], root: Path, source: Path, *, file_bytes: int = -1, room: str = ""
) -> subprocess.CompletedProcess[str]:
    """Do `work` in a child that may write files of `file_bytes` at most, or has for `root` a disk of size `room`."""
    child = _child(work, root, source, file_bytes)
    if room:
        # A mount in a name space of its own: it is gone with the child.
        mount = f'mount -t tmpfs -o size={room} tmpfs "$0" && exec "$@"'
        child = ["unshare", "--mount", "sh", "-c", mount, os.fspath(root), *child]
    return subprocess.run(child, capture_output=True, text=True, timeout=120, check=False)


def killed_at_each_step(work: Callable[[Path, Path], None], root: Path, source: Path) -> Iterator[int]:
    """Run `work` until it gets through; answers after each death with the number of the step it did not take."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(_child(work, root, source, -1, "steps"), text=True, **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for step in range(500):
            child.stdin.write("go\n")
            child.stdin.flush()
            answer = child.stdout.readline()
            if answer == "through\n":
                return
            assert answer == "killed\n"
            yield step
    raise AssertionError("it never got through")


def _child(
    work: Callable[[Path, Path], None], root: Path, source: Path, file_bytes: int, how: str = "once"
) -> list[str]:
    place = [os.fspath(root), os.fspath(source)]
    return [sys.executable, "-W", "error", "-m", "tests.hub.dying", work.__name__, *place, str(file_bytes), how]


@cache
def can_mount() -> bool:
    """Whether this user may mount a small disk of its own."""
    try:
        trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
        return subprocess.run(trial, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _die_before(step: int) -> None:
    taken = 0

    def hook(event: str, _: tuple[Any, ...]) -> None:
        nonlocal taken
        if event.startswith(_STEPS):
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)
            taken += 1

    sys.addaudithook(hook)


def _each_step(work: Callable[[], None]) -> None:
    for step, _ in enumerate(sys.stdin):
        process = os.fork()
        if process == 0:
            _die_before(step)
            work()
            os._exit(0)
        _, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write("killed\n" if killed else "through\n" if status == 0 else "failed\n")
        sys.stdout.flush()


def main() -> None:
    name, root, source, file_bytes, how = sys.argv[1:]
    work = partial(globals()[name], Path(root), Path(source))
    if int(file_bytes) >= 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(file_bytes), int(file_bytes)))
    if how == "steps":
        return _each_step(work)
    try:
        work()
    except HubError as error:
        left = (f"left {path}\n" for path in sorted(Path(root).rglob("*")) if path.is_file())
        sys.stdout.writelines([f"{type(error).__name__}: {error}\n", *left])
        sys.exit(3)


if __name__ == "__main__":
    main()
