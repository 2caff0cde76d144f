"""Terms on what happens at the door and afterwards: quota, rate, and the recipient's promises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from governance.ask import Ask
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.durations import parse_duration
from governance.errors import TermError
from governance.terms.base import AtLeast, AtMost, Duty, Enforcement, Only, Term
from governance.verdicts import ALLOWED, Verdict, denied


@dataclass(frozen=True, slots=True)
class Quota(AtMost):
    """Answers in a calendar month."""

    name: ClassVar[str] = "quota_per_month"
    enforcement: ClassVar[Enforcement] = Enforcement.DOOR
    text: ClassVar[Sentence] = Sentence("Au plus {value} réponses par mois.", "At most {value} answers a month.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether one more answer fits; the door counts."""
        if ask.used is None or ask.used.this_month < self.value:
            return ALLOWED
        return denied("term.spent", self.name, asked=ask.used.this_month)


@dataclass(frozen=True, slots=True)
class Rate(AtMost):
    """Answers in a minute."""

    name: ClassVar[str] = "rate_per_minute"
    enforcement: ClassVar[Enforcement] = Enforcement.DOOR
    text: ClassVar[Sentence] = Sentence("Au plus {value} réponses par minute.", "At most {value} answers a minute.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether one more answer fits; the door counts."""
        if ask.used is None or ask.used.last_minute < self.value:
            return ALLOWED
        return denied("term.spent", self.name, asked=ask.used.last_minute)


@dataclass(frozen=True, slots=True)
class Retention(Term):
    """How long the recipient keeps what it got, as an ISO 8601 duration; shorter is stricter."""

    value: str
    name: ClassVar[str] = "retention"
    enforcement: ClassVar[Enforcement] = Enforcement.PROMISE
    text: ClassVar[Sentence] = Sentence(
        "Le destinataire supprime après {value}.", "The recipient deletes after {value}."
    )

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read an ISO 8601 duration."""
        parse_duration(raw)
        return cls(str(raw))

    def plain(self) -> Plain:
        """The duration as it was agreed."""
        return self.value

    def severity(self) -> int:
        """The shorter the stricter, in seconds with mean months."""
        return -parse_duration(self.value).nominal_s

    def strictest(self, other: Self) -> Self:
        """The shorter; of two spellings of one length, always the same one."""
        return min(self, other, key=lambda term: (parse_duration(term.value).nominal_s, term.value))


#: From strict to loose: to whom the recipient may pass things on.
REDISTRIBUTION = ("none", "derived", "members", "public")


@dataclass(frozen=True, slots=True)
class Redistribution(Term):
    """To whom the recipient may pass on what it got."""

    value: str
    name: ClassVar[str] = "redistribution"
    enforcement: ClassVar[Enforcement] = Enforcement.PROMISE
    text: ClassVar[Sentence] = Sentence("Rediffusion : {value}.", "Redistribution: {value}.")

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read one of none, derived, members, public."""
        if not isinstance(raw, str) or raw not in REDISTRIBUTION:
            raise TermError(f"{cls.name} must be one of {', '.join(REDISTRIBUTION)}, not {raw!r}")
        return cls(raw)

    def plain(self) -> Plain:
        """The word."""
        return self.value

    def severity(self) -> int:
        """The narrower the stricter."""
        return -REDISTRIBUTION.index(self.value)

    def strictest(self, other: Self) -> Self:
        """The narrower."""
        return min(self, other, key=lambda term: REDISTRIBUTION.index(term.value))


@dataclass(frozen=True, slots=True)
class NoticeDays(AtLeast):
    """How long before the recipient changes its use it must say so, in days."""

    name: ClassVar[str] = "notice_days"
    enforcement: ClassVar[Enforcement] = Enforcement.PROMISE
    text: ClassVar[Sentence] = Sentence("Préavis de {value} jours.", "Notice of {value} days.")


@dataclass(frozen=True, slots=True)
class HostedIn(Only):
    """Countries in which the recipient may keep the data (ISO 3166-1 alpha-2)."""

    name: ClassVar[str] = "hosting"
    enforcement: ClassVar[Enforcement] = Enforcement.PROMISE
    text: ClassVar[Sentence] = Sentence("Hébergement : {value}.", "Hosted in: {value}.")

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read a list of country codes."""
        term = super(HostedIn, cls).parse(raw)
        wrong = sorted(code for code in term.values if not re.fullmatch(r"[A-Z]{2}", code))
        if wrong:
            raise TermError(f"{cls.name}: {wrong[0]!r} is not a country code of two capital letters")
        return term


@dataclass(frozen=True, slots=True)
class Attribution(Duty):
    """The recipient names the source."""

    name: ClassVar[str] = "attribution"
    enforcement: ClassVar[Enforcement] = Enforcement.PROMISE
    text: ClassVar[Sentence] = Sentence("La source est citée.", "The source is named.")


@dataclass(frozen=True, slots=True)
class NoReidentification(Duty):
    """The recipient does not try to find out whose data it is."""

    name: ClassVar[str] = "no_reidentification"
    enforcement: ClassVar[Enforcement] = Enforcement.PROMISE
    text: ClassVar[Sentence] = Sentence("Aucune tentative de réidentification.", "No attempt to re-identify.")


@dataclass(frozen=True, slots=True)
class UnderRuleset(Only):
    """The voted rules the parties had before them when they agreed (SHA-256 of the ruleset).

    A ruleset that was tightened since applies anyway: obligations are the strictest of both. What this term refuses
    is an agreement that speaks of rules this commons never had.
    """

    name: ClassVar[str] = "ruleset"
    enforcement: ClassVar[Enforcement] = Enforcement.SCOPE
    text: ClassVar[Sentence] = Sentence("Conclu sous le règlement {value}.", "Agreed under the ruleset {value}.")

    def verify(self, ask: Ask) -> Verdict:
        """Whether the commons has, or had, one of these rulesets."""
        if self.values & ask.rulesets:
            return ALLOWED
        return denied("term.scope", self.name, asked=", ".join(sorted(ask.rulesets)))
