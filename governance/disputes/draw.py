"""Drawing a mediator by lot, so that anybody can draw again and no party could foresee it.

The seed is SHA-256 of the canonical JSON of ``{"dispute", "root", "round", "size"}``. `root` is the root of the log
(RFC 6962) over its first `size` entries, in hexadecimal. The size is fixed by rule, not by choice: the log's length
once its last entry is the act that calls for a mediator (the opening, or a refusal). That entry holds a fresh random
salt, so no party can foresee the root when it chooses its moment; a checkpoint of that size or a later one, with a
consistency proof, shows it to everybody. The number that the 64 hexadecimal digits spell, modulo how many candidates
there are, is the place in their sorted list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.canonical import Plain, digest
from governance.parties import SUSPENDED_FROM, Kind
from governance.world import World


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawing of lots and everything it takes to draw again. `round` counts from 1."""

    dispute: str
    size: int
    root: str
    round: int
    candidates: tuple[str, ...]

    @property
    def seed(self) -> str:
        """The seed, 64 hexadecimal digits."""
        return digest({"dispute": self.dispute, "root": self.root, "round": self.round, "size": self.size})

    @property
    def drawn(self) -> str:
        """The member on whom the lot fell."""
        return self.candidates[int(self.seed, 16) % len(self.candidates)]

    def plain(self) -> dict[str, Plain]:
        """As JSON."""
        return {
            "candidates": list(self.candidates),
            "dispute": self.dispute,
            "drawn": self.drawn,
            "root": self.root,
            "round": self.round,
            "seed": self.seed,
            "size": self.size,
        }


def candidates(world: World, parties: Iterable[str], *, refused: Iterable[str] = ()) -> tuple[str, ...]:
    """The members on whom the lot may fall, sorted by id."""
    known = [world.members[party] for party in parties if party in world.members]
    colleges, holdings = {one.college for one in known}, {one.holding for one in known}
    out = set(refused)
    return tuple(
        sorted(
            one.id
            for one in world.members.values()
            if one.active
            and one.kind is not Kind.SECRETARIAT
            and one.sanction < SUSPENDED_FROM
            and one.college not in colleges
            and one.holding not in holdings
            and one.id not in out
        )
    )
