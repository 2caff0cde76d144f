"""A worker that takes a feed in and kills itself (SIGKILL) at the n-th moment of it, in a copy of a warm process.

A moment is a step with the file system that Python tells of, a statement or a commit to the records, or the instant
after a commit. One child loads everything once and is forked for each life of a worker.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import event
from sqlalchemy.orm import Session

from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.jobs.worker import run_one
from hub.records import Records
from hub.records import jobs as job_records
from hub.services.commons import current_world
from hub.settings import Settings
from tests.hub.dying import _STEPS

#: Never reached: the worker gets through and says how many moments there were.
NEVER = 1 << 30
#: When the job of a dead worker may be taken up.
AGAIN = job_records.LEASE + dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Workers:
    """The warm process."""

    asks: IO[str]
    answers: IO[str]

    def live(self, home: Path, now: str, moment: int = NEVER) -> str:
        """One life of a worker that runs one job at an instant: ``killed``, or ``through`` and how many moments."""
        self.asks.write(f"{moment} {now} {home}\n")
        self.asks.flush()
        return self.answers.readline().strip()


@contextmanager
def workers(like: Path) -> Iterator[Workers]:
    """Start the warm process, for copies of the hub in the folder `like`."""
    command = [sys.executable, "-W", "error", "-m", "tests.hub.dying_ingest", str(like)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "HUB_ALLOW_PRIVATE_ADDRESSES": "true"}  # the operators of tests are on loopback
    with subprocess.Popen(command, text=True, env=environment, **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        yield Workers(child.stdin, child.stdout)
        child.stdin.close()


def deaths(
    warm: Workers, home: Path, moments: Sequence[int], at: dt.datetime, between: Callable[[Path, dt.datetime], None]
) -> tuple[int, dt.datetime]:
    """Workers that take the same job up one after the other, each killed at its moment; then one that is left alone.

    `between` looks at the hub after each death. Answers with how many were killed and when the last one lived: a worker
    that finds most done by those before it may get through before its moment. Two that die and one that does not cost
    less than twice one of each, and are as many as a job has tries.
    """
    killed = 0
    for moment in moments:
        word = warm.live(home, at.isoformat(), moment)
        if word != "killed":
            assert word.startswith("through"), moment
            return killed, at
        killed += 1
        # Nobody else may take the job before its lease is over; then whoever comes next does.
        at += AGAIN
        between(home, at)
    assert warm.live(home, at.isoformat()).startswith("through"), moments
    return killed, at


class _Moments:
    """Counts them, and dies at one."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.seen = 0

    def one(self, *_: object) -> None:
        if self.seen == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1

    def listen(self, records: Records) -> None:
        sys.addaudithook(lambda name, _: self.one() if name.startswith(_STEPS) else None)
        event.listen(records.engine, "before_cursor_execute", self.one)
        event.listen(records.engine, "commit", self.one)
        event.listen(Session, "after_commit", self.one)


def _live(moment: int, now: str, home: str) -> None:
    settings = Settings(home=Path(home), now=now)  # type: ignore[arg-type] # pydantic reads the text
    back = back_office(settings)
    assert isinstance(back.front.clock, FixedClock)
    moments = _Moments(moment)
    moments.listen(back.front.records)
    run_one(back, f"worker-{os.getpid()}")
    moments.fatal = NEVER
    sys.stdout.write(f"through {moments.seen}\n")
    sys.stdout.flush()


def main() -> None:
    warm = back_office(Settings(home=Path(sys.argv[1]))).front
    current_world(warm)  # the documents are read once, and each life finds them read
    warm.records.close()
    for line in sys.stdin:
        moment, now, home = line.rstrip("\n").split(" ", 2)
        process = os.fork()
        if process == 0:
            _live(int(moment), now, home)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if status:
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            sys.stdout.write("killed\n" if killed else "failed\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
