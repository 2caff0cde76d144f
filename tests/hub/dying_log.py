"""Signing the log in a child process that kills itself (SIGKILL) before its n-th step with files or the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event

from hub.clock import FixedClock
from hub.fetch import Fetcher
from hub.records import connect
from hub.released import Released
from hub.services.back import Back
from hub.services.front import Front
from hub.services.log_checkpoints import checkpoint
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.log_hall import NOON

_STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect")


def opened(root: Path) -> Back:
    """The back office of the hub in a folder."""
    front = Front(connect(f"sqlite:///{root / 'records.sqlite3'}"), Released(root / "released"), FixedClock(NOON))
    fetcher = Fetcher(most_bytes=1, most_s=1.0)
    return Back(front, Vault(root / "vault"), fetcher, timezone="Europe/Paris", signet=Signet(root / "keys"))


def killed_at_each_step(root: Path) -> Iterator[int]:
    """Sign again and again, each time in a copy that dies one step later, until one gets through."""
    child = [sys.executable, "-W", "error", "-m", "tests.hub.dying_log", str(root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(child, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for step in range(200):
            process.stdin.write("go\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if answer == "through\n":
                return
            assert answer == "killed\n", answer
            yield step
    raise AssertionError("it never got through")


def _die_before(step: int, back: Back) -> None:
    taken = 0

    def count(*_: Any) -> None:
        nonlocal taken
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)
        taken += 1

    engine = back.front.records.engine
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    sys.addaudithook(lambda name, _: count() if name.startswith(_STEPS) else None)


def main() -> None:
    for step, _ in enumerate(sys.stdin):
        process = os.fork()
        if process == 0:
            back = opened(Path(sys.argv[1]))
            _die_before(step, back)
            checkpoint(back)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write("killed\n" if killed else "through\n" if status == 0 else "failed\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
