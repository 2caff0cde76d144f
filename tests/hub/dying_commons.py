"""Acting on the commons in a child process that kills itself (SIGKILL) before its n-th word to the database.

`killed_at_each_word` starts one child; for n = 1, 2, … it forks and lets the copy do the work once, until a copy gets
through. A word is a statement, a commit, or the moment just after a commit.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from hub.clock import FixedClock
from hub.errors import StorageError
from hub.records import Records, connect
from hub.released import Released
from hub.services.commons import current_world
from hub.services.front import Front
from tests.hub import commons_works

MOST_WORDS = 400


def killed_at_each_word(work: str, url: str, root: Path, thing: Callable[[], str]) -> Iterator[bool]:
    """Do `work` on a thing in a copy that dies before its first word, then before its second, and so on.

    `thing` names the thing before each try. Answers after each with whether the copy died; the last one got through.
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(_child(work, url, root, "words"), text=True, **pipes) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for word in range(1, MOST_WORDS):
            child.stdin.write(f"{word} {thing()}\n")
            child.stdin.flush()
            answer = child.stdout.readline()
            assert answer in ("killed\n", "through\n"), f"before word {word} of {work}: {answer!r}"
            yield answer == "killed\n"
            if answer == "through\n":
                assert word > 5, "it said so few words that this proves nothing"
                return
    raise AssertionError("it never got through")


def killed_while_acting(work: str, url: str, root: Path, *, after: int) -> list[str]:
    """Let a child act on ``t1``, ``t2``, … without a pause and kill it when it said that `after` are done.

    Answers with the names of those that it said were done.
    """
    said: list[str] = []
    with subprocess.Popen(_child(work, url, root, "on"), text=True, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        while len(said) < after:
            said.append(child.stdout.readline().strip())
        child.kill()
        said += child.stdout.read().split()
    return said


def out_of_room(work: str, url: str, root: Path, *, file_bytes: int) -> subprocess.CompletedProcess[str]:
    """Let a child that may write files of `file_bytes` at most act on and on; it ends with the fault's sentence."""
    child = _child(work, url, root, f"room {file_bytes}")
    return subprocess.run(child, capture_output=True, text=True, timeout=300, check=False)


def _child(work: str, url: str, root: Path, how: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "tests.hub.dying_commons", work, url, os.fspath(root), how]


def _open(url: str, root: Path) -> Front:
    return Front(connect(url), Released(root / "released"), FixedClock(commons_works.NOON))


def _die_before(word: int, records: Records) -> None:
    said = 0

    def count(*_: object) -> None:
        nonlocal said
        said += 1
        if said == word:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(records.engine, "before_cursor_execute", count)
    event.listen(records.engine, "commit", count)
    event.listen(Session, "after_commit", count)


def _words(work: str, url: str, root: Path) -> None:
    warm = _open(url, root)
    current_world(warm)  # the documents are read once, and each copy finds them read
    warm.records.close()
    for line in sys.stdin:
        word, name = line.split()
        process = os.fork()
        if process == 0:
            front = _open(url, root)
            _die_before(int(word), front.records)
            commons_works.WORKS[work].act(front, name)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write("killed\n" if killed else "through\n" if status == 0 else "failed\n")
        sys.stdout.flush()


def _on_and_on(work: str, url: str, root: Path) -> None:
    front = _open(url, root)
    for number in range(1, 100_000):
        commons_works.WORKS[work].prepare(front, f"t{number}")
        commons_works.WORKS[work].act(front, f"t{number}")
        sys.stdout.write(f"t{number}\n")
        sys.stdout.flush()


def main() -> None:
    work, url, place, how = sys.argv[1:]
    root = Path(place)
    with pytest.MonkeyPatch.context() as patch:
        commons_works.know(patch)
        if how == "words":
            _words(work, url, root)
            return
        if how.startswith("room "):
            most = int(how.split()[1])
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            _on_and_on(work, url, root)
        except StorageError as fault:
            sys.stdout.write(f"fault {fault}\n")
            sys.exit(3)


if __name__ == "__main__":
    main()
