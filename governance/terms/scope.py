"""Terms that say when an agreement speaks at all: recipient, validity, audience, purpose, territory, fields, grain."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Self

from governance.ask import Ask
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.errors import TermError
from governance.grain import SLICES, STEPS, ZONE_RANK, TimeGrain, parse_time_grain, parse_zone_system
from governance.terms.base import Enforcement, Only, Term
from governance.verdicts import ALLOWED, Verdict, denied

#: Names of recipients that are not members or colleges.
EVERYONE = "everyone"
MEMBERS = "members"


def in_utc(instant: dt.datetime) -> dt.datetime:
    """An instant with a zone, in UTC.

    Raises:
        TermError: in UTC it lies before the year 1 or after the year 9999.
    """
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError:
        raise TermError("an instant lies outside the years 1 to 9999 of UTC") from None


@dataclass(frozen=True, slots=True)
class Recipient(Only):
    """Who may receive: `everyone`, `members`, ``college:<id>`` or ``member:<id>``."""

    name: ClassVar[str] = "recipient"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Destinataire : {value}.", "Recipient: {value}.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether the reader is a recipient; while a release is being built nobody reads yet."""
        if ask.recipients is None or self.values & ask.recipients:
            return ALLOWED
        return denied("term.scope", self.name, asked=", ".join(sorted(ask.recipients)))


@dataclass(frozen=True, slots=True)
class Validity(Term):
    """The instants [from, to) in which an agreement holds; both in UTC."""

    from_: dt.datetime
    to: dt.datetime
    name: ClassVar[str] = "validity"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Valable {value}.", "Valid {value}.")

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read two instants with a zone, the first before the second."""
        if not isinstance(raw, list | tuple) or len(raw) != 2 or not all(isinstance(end, dt.datetime) for end in raw):
            raise TermError("validity must be two instants")
        if any(end.utcoffset() is None for end in raw):
            raise TermError("validity needs a time zone: an instant without one means nothing")
        from_, to = in_utc(raw[0]), in_utc(raw[1])
        if from_ >= to:
            raise TermError("validity must end after it begins")
        return cls(from_, to)

    def plain(self) -> Plain:
        """Both instants in ISO 8601."""
        return [self.from_.isoformat(), self.to.isoformat()]

    def severity(self) -> int:
        """The shorter the stricter, in seconds."""
        return -int((self.to - self.from_).total_seconds())

    def strictest(self, other: Self) -> Self:
        """What both hold; it may be empty."""
        return type(self)(max(self.from_, other.from_), min(self.to, other.to))

    def verify(self, ask: Ask) -> Verdict:
        """Whether the instant lies in [from, to)."""
        return ALLOWED if self.from_ <= ask.at < self.to else denied("term.scope", self.name, asked=ask.at.isoformat())

    def shown(self) -> object:
        """As a half-open interval."""
        return f"[{self.from_:%Y-%m-%dT%H:%MZ}, {self.to:%Y-%m-%dT%H:%MZ})"


@dataclass(frozen=True, slots=True)
class ForAudience(Only):
    """Which audiences a release may be made for; consent to one audience is no consent to another."""

    name: ClassVar[str] = "audience"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Public : {value}.", "Audience: {value}.")

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read a list of audiences."""
        term = super(ForAudience, cls).parse(raw)
        return cls(_audiences(term.values, cls.name))

    def verify(self, ask: Ask) -> Verdict:
        """Whether this very audience is named."""
        return ALLOWED if ask.audience in self.values else denied("term.scope", self.name, asked=ask.audience.value)


def _audiences(values: frozenset[str], name: str) -> frozenset[str]:
    unknown = sorted(values - {audience.value for audience in Audience})
    if unknown:
        raise TermError(f"{name}: unknown audience {unknown[0]!r}")
    return values


@dataclass(frozen=True, slots=True)
class ForPurpose(Only):
    """What the data may be used for; a purpose covers the more special ones below it."""

    name: ClassVar[str] = "purpose"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Finalités : {value}.", "Purposes: {value}.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether a granted purpose covers the one asked for."""
        covered = any(ask.purposes.covers(granted, ask.purpose) for granted in self.values)
        return ALLOWED if covered else denied("term.scope", self.name, asked=ask.purpose)


@dataclass(frozen=True, slots=True)
class Territory(Only):
    """Where the data may be from."""

    name: ClassVar[str] = "territory"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Territoire : {value}.", "Territory: {value}.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether the whole territory asked for is within."""
        outside = ask.territory - self.values
        return denied("term.scope", self.name, asked=", ".join(sorted(outside))) if outside else ALLOWED


@dataclass(frozen=True, slots=True)
class Fields(Only):
    """Which fields or measures may be used; asking for all of them is outside any list."""

    name: ClassVar[str] = "fields"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Champs et mesures : {value}.", "Fields and measures: {value}.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether every field asked for is within."""
        if ask.fields is None:
            return denied("term.scope", self.name, asked="*")
        outside = ask.fields - self.values
        return denied("term.scope", self.name, asked=", ".join(sorted(outside))) if outside else ALLOWED


@dataclass(frozen=True, slots=True)
class SpatialResolution(Term):
    """The finest zone system."""

    value: str
    name: ClassVar[str] = "spatial_resolution"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Maille la plus fine : {value}.", "Finest zones: {value}.")

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read the name of a zone system."""
        return cls(parse_zone_system(raw))

    def plain(self) -> Plain:
        """The zone system's name."""
        return self.value

    def severity(self) -> int:
        """The coarser the stricter."""
        return -ZONE_RANK[self.value]

    def strictest(self, other: Self) -> Self:
        """The coarser."""
        return self if ZONE_RANK[self.value] <= ZONE_RANK[other.value] else other

    def verify(self, ask: Ask) -> Verdict:
        """Whether the zones asked for are no finer; records have no zone system and are finer than any."""
        if ask.zone_system is not None and ZONE_RANK[ask.zone_system] <= ZONE_RANK[self.value]:
            return ALLOWED
        return denied("term.scope", self.name, asked=ask.zone_system or "*")


@dataclass(frozen=True, slots=True)
class TemporalResolution(Term):
    """The finest time grain."""

    value: TimeGrain
    name: ClassVar[str] = "temporal_resolution"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Pas de temps le plus fin : {value}.", "Finest time: {value}.")

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read the spelling of a time grain."""
        return cls(parse_time_grain(raw))

    def plain(self) -> Plain:
        """The spelling of the grain."""
        return str(self.value)

    def severity(self) -> int:
        """The coarser the stricter: step first, then slice, then day type."""
        grain = self.value
        return -(STEPS.index(grain.step) * 100 + SLICES.index(grain.slice) * 10 + grain.day_type)

    def strictest(self, other: Self) -> Self:
        """The finest grain that is no finer than either."""
        return type(self)(self.value.coarsest(other.value))

    def verify(self, ask: Ask) -> Verdict:
        """Whether the time asked for is no finer; records have no time grain and are finer than any."""
        if ask.time_grain is not None and ask.time_grain.no_finer_than(self.value):
            return ALLOWED
        return denied("term.scope", self.name, asked=str(ask.time_grain or "*"))
