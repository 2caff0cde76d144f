"""Preparing an extract in a child process that is killed, or runs out of room, on the way.

The child forks; each copy prepares March for the authority and kills itself (SIGKILL) before its n-th step, counted
from when it begins to read the vault, until one gets through. A step is one with the file system or one word to the
database (a statement, a commit, the moment after a commit).
"""

from __future__ import annotations

import dataclasses
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event

import hub.jobs.handlers  # noqa: F401 - all that a worker has loaded: to load it on the way would be hundreds of steps
from hub.errors import HubError
from hub.records import connect
from hub.services.commons import current_world
from hub.services.extracts.prepare import prepare
from tests.hub.extracts_town import MARCH, SMHC, empty_hub

_STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link", "shutil.", "tempfile.")
_MOST = 400


def killed_at_each_step(root: Path) -> Iterator[int]:
    """Prepare in the hub that lies in `root` until a copy gets through; answers after each death with its step."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(_child(root, "steps"), text=True, **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for step in range(_MOST):
            child.stdin.write("go\n")
            child.stdin.flush()
            answer = child.stdout.readline()
            if answer == "through\n":
                return
            assert answer == "killed\n", answer
            yield step
    raise AssertionError("it never got through")


def out_of_room(root: Path, *, file_bytes: int) -> subprocess.CompletedProcess[str]:
    """Prepare in a child that may write files of `file_bytes` at most; it prints the fault."""
    return subprocess.run(_child(root, str(file_bytes)), capture_output=True, text=True, timeout=120, check=False)


def _child(root: Path, how: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "tests.hub.dying_extracts", os.fspath(root), how]


def _work(root: Path, step: int | None) -> None:
    records = connect(f"sqlite:///{root}/records/records.sqlite3")
    back = empty_hub(records, root)
    taken, armed = 0, False

    def count(*_: Any) -> None:
        nonlocal taken
        if armed:
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)
            taken += 1

    def arm(phase: str, _: int, __: int) -> None:
        nonlocal armed
        armed = phase.startswith("preparing")

    sys.addaudithook(lambda name, _: count() if name.startswith(_STEPS) else None)
    for word in ("before_cursor_execute", "commit"):
        event.listen(records.engine, word, count)
    prepare(dataclasses.replace(back, progress=arm), SMHC, "trips", MARCH)


def _each_step(root: Path) -> None:
    records = connect(f"sqlite:///{root}/records/records.sqlite3")
    current_world(empty_hub(records, root).front)  # the copies need not read the documents again
    records.close()
    for step, _ in enumerate(sys.stdin):
        process = os.fork()
        if process == 0:
            _work(root, step)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write("killed\n" if killed else "through\n" if status == 0 else "failed\n")
        sys.stdout.flush()


def main() -> None:
    root, how = sys.argv[1:]
    if how == "steps":
        return _each_step(Path(root))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(how), int(how)))
    try:
        _work(Path(root), None)
    except HubError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")


if __name__ == "__main__":
    main()
