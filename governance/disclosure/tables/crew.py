"""The attackers of a table, shared out over processes that remember what they have found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Protocol, TypeAlias

from governance.disclosure.linear.attack import Timer
from governance.disclosure.linear.equations import Breach
from governance.disclosure.linear.needs import Flags
from governance.disclosure.linear.structure import structure
from governance.disclosure.tables.watch import Known, Table, Watch

Answer: TypeAlias = tuple[Sequence[Breach], int]


#: Below so many targets of attackers starting processes takes longer than all the work.
SMALL = 3000
_FORGET = "forget"


class Crew(Protocol):
    """Whoever asks all attackers."""

    solved: int

    def breaches(
        self, shown: Flags, timer: Timer, *, given: int | None = None, ignored: Known = frozenset()
    ) -> Sequence[Breach]:
        """What they break, when these sums are published; see `Watch.breaches`."""

    def forget(self) -> None:
        """Let them begin anew, without the worlds that they have found."""

    def close(self) -> None:
        """Send them home."""


class Alone:
    """All attackers in this process."""

    def __init__(self, table: Table, attackers: Sequence[tuple[int, ...]]) -> None:
        self._table = table
        self._watches = [Watch(table, attacker) for attacker in attackers]
        self.solved = 0

    def breaches(
        self, shown: Flags, timer: Timer, *, given: int | None = None, ignored: Known = frozenset()
    ) -> Sequence[Breach]:
        """Who broke something last is asked first."""
        known = structure(self._table.sums.member[shown.nonzero()[0]])
        found: list[Breach] = []
        for watch in list(self._watches):
            found += watch.breaches(shown, known, timer, given=given, ignored=ignored)
            if given is not None and found:
                self._watches.remove(watch)
                self._watches.insert(0, watch)
                break
        self.solved = sum(watch.solved for watch in self._watches)
        return found

    def forget(self) -> None:
        """Begin anew."""
        for watch in self._watches:
            watch.forget()

    def close(self) -> None:
        """Nobody to send home."""


class Shared:
    """The attackers in processes of their own. The answers are those of `Alone`."""

    def __init__(self, table: Table, attackers: Sequence[tuple[int, ...]], *, workers: int) -> None:
        context = get_context("spawn")
        self.solved = 0
        self._solved = [0] * workers
        self._ends: list[Connection] = []
        self._processes = []
        for number in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, table, list(attackers[number::workers])), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def breaches(
        self, shown: Flags, timer: Timer, *, given: int | None = None, ignored: Known = frozenset()
    ) -> Sequence[Breach]:
        """All are asked at once."""
        for end in self._ends:
            end.send((shown, timer, given, ignored))
        found: list[Breach] = []
        for number, end in enumerate(self._ends):
            answer: Answer = end.recv()
            found += answer[0]
            self._solved[number] = answer[1]
        self.solved = sum(self._solved)
        return found

    def forget(self) -> None:
        """Begin anew."""
        for end in self._ends:
            end.send(_FORGET)

    def close(self) -> None:
        """Tell them that it is over, and wait until they are gone."""
        for end, process in zip(self._ends, self._processes, strict=True):
            with suppress(OSError):  # one that has died needs no telling
                end.send(None)
            process.join()
            end.close()


@contextmanager
def crew(table: Table, *, workers: int) -> Iterator[Crew]:
    """All attackers of a table, in this process or in as many as there are workers."""
    small = len(table.sums) * len(table.attackers) < SMALL
    workers = 1 if small else min(workers, len(table.attackers))
    found = Alone(table, table.attackers) if workers <= 1 else Shared(table, table.attackers, workers=workers)
    try:
        yield found
    finally:
        found.close()


def _work(end: Connection, table: Table, attackers: Sequence[tuple[int, ...]]) -> None:
    """Answer until nothing more is asked."""
    own = Alone(table, attackers)
    while (asked := end.recv()) is not None:
        if asked == _FORGET:
            own.forget()
            continue
        shown, timer, given, ignored = asked
        end.send((own.breaches(shown, timer, given=given, ignored=ignored), own.solved))
