"""The published objects that a process which answers readers has in memory, each read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from hub.errors import NotFound, StorageError
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.services.front import Front
from hub.services.live_place import packs

P = TypeVar("P")


class Objects(Generic[P]):
    """The newest object of each feed. `unpack` makes of its bytes what readers are answered from."""

    def __init__(self, front: Front, unpack: Callable[[bytes], P]) -> None:
        self._front, self._unpack = front, unpack
        self._opened: dict[str, tuple[str, P]] = {}

    def newest(self, slug: str) -> tuple[Live, P] | None:
        """What is published of a feed, and its row; None where nothing is.

        Raises:
            StorageError: its object is gone or damaged; it is not served.
        """
        for _ in range(2):
            row = self._row(slug)
            try:
                return self._with_row(row)
            except NotFound:
                continue  # two newer ones came since the row was read, or it was withdrawn: the next look tells
        raise StorageError(f"what is published of {slug} is not here; it is not served")

    def _with_row(self, row: Live | None) -> tuple[Live, P] | None:
        if row is None:
            return None
        known = self._opened.get(row.slug)
        if known is None or known[0] != row.digest:
            known = (row.digest, self._unpack(packs(self._front, row.slug).read(row.digest)))
            self._opened[row.slug] = known
        return row, known[1]

    def _row(self, slug: str) -> Live | None:
        with self._front.records.read() as session:
            row = live_records.live(session, slug)
        if row is None:
            self._opened.pop(slug, None)
        return row
