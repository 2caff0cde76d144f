"""The voted rules as one versioned value: the floors below which nothing leaves, audience by audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.audiences import Audience
from governance.canonical import Plain, digest
from governance.grain import Grain
from governance.terms.base import Term


@dataclass(frozen=True, slots=True)
class Floors:
    """What holds for one audience, whatever an agreement says; agreements may only be stricter.

    `prior_percent` is q of the rule p* = 100 p / q: how close an open feed lets rivals estimate; None where the
    audience is an outsider. A cube's grain must be no finer than one of `finest`.
    """

    terms: Mapping[str, Term]
    finest: tuple[Grain, ...]
    prior_percent: int | None = None

    def allows(self, grain: Grain) -> bool:
        """Whether a grain is coarse enough."""
        return any(grain.no_finer_than(finest) for finest in self.finest)

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "finest": sorted(str(grain) for grain in self.finest),
            "prior_percent": self.prior_percent,
            "terms": {name: term.plain() for name, term in self.terms.items()},
        }


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One version of the voted rules. An audience without floors gets no joint statistics."""

    id: str
    version: int
    floors: Mapping[Audience, Floors]

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "floors": {audience.value: floors.plain() for audience, floors in self.floors.items()},
            "id": self.id,
            "version": self.version,
        }

    def hash(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest(self.plain())
