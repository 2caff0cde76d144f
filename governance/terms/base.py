"""What a term is, and the four shapes that most terms have.

A term is a small frozen value with an order: `a.strictest(b)` is the meet of two, and merging the terms of several
holders is the strictest of each. `verify` answers for one request. Scope and floors are enforced by the decision,
the door counts quotas, and promises bind the recipient: the hub shows them apart, for it cannot see them kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self

from governance.ask import Ask
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.errors import TermError
from governance.verdicts import ALLOWED, Verdict, denied


class Enforcement(StrEnum):
    """Who keeps a term, and where."""

    SCOPE = "scope"
    FLOOR = "floor"
    DOOR = "door"
    PROMISE = "promise"


class Term(ABC):
    """One clause of an agreement."""

    __slots__ = ()
    name: ClassVar[str]
    enforcement: ClassVar[Enforcement]
    text: ClassVar[Sentence]

    @classmethod
    @abstractmethod
    def parse(cls, raw: object) -> Self:
        """Read the term's value as a file spells it. Raises `TermError` for anything else."""

    @abstractmethod
    def plain(self) -> Plain:
        """The value as a file spells it."""

    @abstractmethod
    def strictest(self, other: Self) -> Self:
        """The loosest term that is at least as strict as both."""

    def at_least_as_strict(self, other: Self) -> bool:
        """Whether whatever this term allows, the other allows too."""
        return self.strictest(other) == self

    def verify(self, ask: Ask) -> Verdict:
        """Whether the request keeps to the term. Floors compare with the rules of the stored release."""
        if self.enforcement is not Enforcement.FLOOR or ask.applied is None:
            return ALLOWED
        held = ask.applied.get(self.name)
        if isinstance(held, type(self)) and held.at_least_as_strict(self):
            return ALLOWED
        return denied("release.unmet", self.name)

    @abstractmethod
    def severity(self) -> int:
        """How strict the term is, as a number: a stricter term never has a lower one. For ordering whole agreements."""

    def sentence(self) -> Sentence:
        """The clause as people read it."""
        return self.text.filled(value=self.shown())

    def shown(self) -> object:
        """What the sentence shows as the value."""
        return self.plain()

    @property
    def promised(self) -> bool:
        """Whether the hub can only show the term, not enforce it."""
        return self.enforcement is Enforcement.PROMISE


def integer(raw: object, *, name: str, low: int, high: int | None = None) -> int:
    """A whole number within bounds. Raises `TermError`."""
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < low or (high is not None and raw > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise TermError(f"{name} must be a whole number {bounds}, not {raw!r}")
    return raw


@dataclass(frozen=True, slots=True)
class AtLeast(Term):
    """A number that may not be undercut: higher is stricter."""

    value: int
    low: ClassVar[int] = 1
    high: ClassVar[int | None] = None

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read a whole number within the term's bounds."""
        return cls(integer(raw, name=cls.name, low=cls.low, high=cls.high))

    def plain(self) -> Plain:
        """The number."""
        return self.value

    def severity(self) -> int:
        """The number itself."""
        return self.value

    def strictest(self, other: Self) -> Self:
        """The higher."""
        return self if self.value >= other.value else other


@dataclass(frozen=True, slots=True)
class AtMost(Term):
    """A number that may not be exceeded: lower is stricter."""

    value: int
    low: ClassVar[int] = 1
    high: ClassVar[int | None] = None

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read a whole number within the term's bounds."""
        return cls(integer(raw, name=cls.name, low=cls.low, high=cls.high))

    def plain(self) -> Plain:
        """The number."""
        return self.value

    def severity(self) -> int:
        """The number, the lower the stricter."""
        return -self.value

    def strictest(self, other: Self) -> Self:
        """The lower."""
        return self if self.value <= other.value else other


@dataclass(frozen=True, slots=True)
class Only(Term):
    """A set outside which nothing is allowed: smaller is stricter."""

    values: frozenset[str]

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read a list of texts, each once; one text alone is not a list."""
        if not isinstance(raw, list | tuple) or not raw or not all(isinstance(item, str) and item for item in raw):
            raise TermError(f"{cls.name} must be a list of names, not {raw!r}")
        if len(set(raw)) != len(raw):
            raise TermError(f"{cls.name} names something twice: {', '.join(raw)}")
        return cls(frozenset(raw))

    def plain(self) -> Plain:
        """The names in order."""
        return sorted(self.values)

    def severity(self) -> int:
        """How much is left out: the fewer names the stricter."""
        return -len(self.values)

    def strictest(self, other: Self) -> Self:
        """What both allow."""
        return type(self)(self.values & other.values)

    def shown(self) -> object:
        """The names in order, separated by commas."""
        return ", ".join(sorted(self.values))


@dataclass(frozen=True, slots=True)
class Duty(Term):
    """Something the recipient must do or leave; a duty that is there is stricter than none."""

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read ``true``; a duty that does not hold is left out, never written ``false``."""
        if raw is not True:
            raise TermError(f"{cls.name} is a duty: write true or leave it out, not {raw!r}")
        return cls()

    def plain(self) -> Plain:
        """Always true."""
        return True

    def severity(self) -> int:
        """One: the duty is there."""
        return 1

    def strictest(self, other: Self) -> Self:
        """The duty itself."""
        return other
