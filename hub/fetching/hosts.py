"""How many requests at once one host gets from this process, whichever threads they come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from weakref import WeakValueDictionary

from hub.errors import TooSlow


class Hosts:
    """Hands out turns, `most` at once for each host. One for a process."""

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._lock = Lock()
        # Weak: a server that redirects to ever new names leaves nothing behind.
        self._turns: WeakValueDictionary[str, BoundedSemaphore] = WeakValueDictionary()

    @contextmanager
    def turn(self, host: str, *, within_s: float) -> Iterator[None]:
        """Wait for a turn with a host, and hold it.

        Raises:
            TooSlow: none came within so many seconds.
        """
        turns = self._of(host.lower())
        if not turns.acquire(timeout=within_s):
            raise TooSlow(f"{host}: other requests to this host took all of the time")
        try:
            yield
        finally:
            turns.release()

    def _of(self, host: str) -> BoundedSemaphore:
        with self._lock:
            return self._turns.setdefault(host, BoundedSemaphore(self._most))
