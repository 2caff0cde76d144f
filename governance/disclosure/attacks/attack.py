"""What an attack is, and what comes out of one: facts, each about a place, with the interval learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from governance.bilingual import Sentence

if TYPE_CHECKING:
    from governance.disclosure.attacks.atoms import Place
    from governance.disclosure.attacks.knowledge import Knowledge


class Secret(StrEnum):
    """What a fact is about.

    PART: another holding's part of a place. TRIPS: what all others together did there. PRESENCE: how many others are
    there. VEHICLES: how many vehicles made the trips. CHAIN: one traveller's trips, put together. RULE: the exact p.
    GUESS: how well a guess about one traveller does (area under the ROC curve, 0.5 is chance). DOOR: something was
    handed out or accepted that should not have been.
    """

    PART = "part"
    TRIPS = "trips"
    PRESENCE = "presence"
    VEHICLES = "vehicles"
    CHAIN = "chain"
    RULE = "rule"
    GUESS = "guess"
    DOOR = "door"


@dataclass(frozen=True, eq=False, slots=True)
class Fact:
    """`low` and `high` enclose the number that the secret is about (inclusive; `high` None: no limit was found).

    `place` says where, and lets a judge who knows the truth look it up; None where the secret has no place. `whose` is
    a holding, empty where the bound holds for each other one. `how` tells the way in a few words.
    """

    secret: Secret
    place: Place | None
    low: float
    high: float | None
    how: Sentence
    whose: str = ""

    @property
    def exact(self) -> bool:
        """Whether the number is known."""
        return self.high is not None and self.low == self.high

    @property
    def width(self) -> float:
        """How far apart the bounds are beside the upper one: 0 is exact, 1 says nothing but that it is less."""
        if self.high is None:
            return float("inf")
        return (self.high - self.low) / self.high if self.high > 0 else 0.0

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "about": self.secret.value,
            "where": dict(self.place.label()) if self.place is not None else {},
            "whose": self.whose,
            "low": self.low,
            "high": self.high,
            "exact": self.exact,
            "how": self.how.plain(),
        }


@dataclass(frozen=True, eq=False, slots=True)
class Learnt:
    """The facts, and a note: what was tried, what was missing for it, where it was given up. `tried` is False when the
    attacker lacked what the attack needs.
    """

    facts: tuple[Fact, ...]
    note: Sentence
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of the list: its number, its name, what it needs to know, and how it is run."""

    number: int
    title: Sentence
    needs: Sentence
    run: Callable[[Knowledge], Learnt]


def by_number(*attacks: Attack) -> Mapping[int, Attack]:
    """Attacks by their number."""
    return {one.number: one for one in sorted(attacks, key=lambda one: one.number)}


def lacking(needs: Sentence) -> Learnt:
    """The answer of an attack that could not be tried."""
    sentence = Sentence("Non tentée. Il faut : {needs}", "Not tried. It needs: {needs}")
    return Learnt((), Sentence(sentence.fr.format(needs=needs.fr), sentence.en.format(needs=needs.en)), tried=False)
