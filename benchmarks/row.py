"""One line of the benchmark's table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: ours and the peer's (or the floor's) median wall seconds in the same run."""

    name: str
    ours_s: float
    peer_s: float | None
    note: str = ""
    peak_mib: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's: below 1 we are faster."""
        return None if self.peer_s is None else self.ours_s / self.peer_s
