"""Terms that protect: the thresholds of disclosure control, the delay, the waiver and the privacy budget."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Self

from governance.ask import Ask
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.durations import parse_duration, spell_seconds
from governance.errors import TermError
from governance.terms.base import AtLeast, AtMost, Enforcement
from governance.terms.scope import ForAudience
from governance.verdicts import ALLOWED, Verdict, denied


@dataclass(frozen=True, slots=True)
class MinTrips(AtLeast):
    """k: the fewest trips (or parkings) that a published cell shows to each reader, beside the reader's own.

    Where contributors read, what the largest of them added does not count: whoever sends k - 2 trips of its own into
    a cell would else read the two of somebody else. So for vehicles and users.
    """

    name: ClassVar[str] = "min_trips"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Au moins {value} trajets par case, sans compter ceux des contributeurs qui la lisent.",
        "At least {value} trips in a cell, not counting those of the contributors that read it.",
    )


@dataclass(frozen=True, slots=True)
class MinVehicles(AtLeast):
    """The fewest distinct vehicles in a published cell, beside those of the contributors that read it."""

    name: ClassVar[str] = "min_vehicles"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Au moins {value} véhicules par case, sans compter ceux des contributeurs qui la lisent.",
        "At least {value} vehicles in a cell, not counting those of the contributors that read it.",
    )


@dataclass(frozen=True, slots=True)
class MinUsers(AtLeast):
    """The fewest distinct users in a published cell, beside those of the contributors that read it.

    Where an id of users exists (MDS has none).
    """

    name: ClassVar[str] = "min_users"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Au moins {value} usagers par case, sans compter ceux des contributeurs qui la lisent.",
        "At least {value} users in a cell, not counting those of the contributors that read it.",
    )


@dataclass(frozen=True, slots=True)
class MinHolders(AtLeast):
    """N: the fewest holdings whose numbers are not known elsewhere."""

    name: ClassVar[str] = "min_holders"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Au moins {value} groupes contributeurs par case.", "At least {value} contributing holdings in a cell."
    )


@dataclass(frozen=True, slots=True)
class MaxShare(AtMost):
    """The dominance rule (1, share): the largest holding's share of a cell, in percent."""

    low: ClassVar[int] = 1
    high: ClassVar[int | None] = 100
    name: ClassVar[str] = "max_share_percent"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Aucun groupe au-delà de {value} % d'une case.", "No holding above {value} % of a cell."
    )


@dataclass(frozen=True, slots=True)
class PPercent(AtLeast):
    """The p % rule: nobody may bound another's contribution from above closer than this.

    What the number of holdings tells is reckoned with: each of those that must be there has one trip at least.
    """

    name: ClassVar[str] = "p_percent"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Personne n'estime la part d'un autre à moins de {value} % près.",
        "Nobody can estimate another's part closer than {value} %.",
    )


@dataclass(frozen=True, slots=True)
class Prior(AtMost):
    """q: how close rivals estimate a part from open feeds alone, in percent; p is then read as p* = 100 p / q."""

    high: ClassVar[int | None] = 100
    name: ClassVar[str] = "prior_percent"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "On suppose les parts déjà connues à {value} % près par les flux ouverts.",
        "Parts are taken to be known within {value} % from open feeds.",
    )


@dataclass(frozen=True, slots=True)
class Coalition(AtLeast):
    """How many colluding contributors a cell withstands.

    The p % rule withstands them in cells that have at least 2c + 1 holdings, the thresholds on travellers in every
    cell. 0 means that no contributor reads the release (the authority's audience).
    """

    low: ClassVar[int] = 0
    name: ClassVar[str] = "coalition"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Sûr face à {value} contributeur(s) allié(s).", "Safe against {value} contributor(s) acting together."
    )


@dataclass(frozen=True, slots=True)
class Rounding(AtLeast):
    """Published values are multiples of this base."""

    name: ClassVar[str] = "rounding"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence("Valeurs arrondies à {value} près.", "Values rounded to {value}.")


@dataclass(frozen=True, slots=True)
class EpsilonBudget(AtMost):
    """The differential-privacy budget of a year, in thousandths of epsilon."""

    name: ClassVar[str] = "dp_budget_milli_epsilon"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Budget de confidentialité différentielle : {value} millièmes d'epsilon par an.",
        "Differential-privacy budget: {value} thousandths of epsilon a year.",
    )


@dataclass(frozen=True, slots=True)
class Delay(AtLeast):
    """How long after the end of a period nothing of it leaves, in seconds; spelled as an ISO 8601 duration."""

    low: ClassVar[int] = 0
    name: ClassVar[str] = "delay"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Rien avant {value} après la fin de la période.", "Nothing before {value} after the end of the period."
    )

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Read a duration of days or less: a month is not one number of seconds."""
        duration = parse_duration(raw)
        if duration.months:
            raise TermError(f"{cls.name} must be written in days or hours, not {raw!r}")
        return cls(duration.seconds)

    def plain(self) -> Plain:
        """As an ISO 8601 duration."""
        return spell_seconds(self.value)

    def ready(self, period_end: dt.datetime) -> dt.datetime:
        """The first instant at which the period may leave."""
        return period_end + dt.timedelta(seconds=self.value)

    def verify(self, ask: Ask) -> Verdict:
        """Whether the delay has run out; what has no period has no delay to wait for."""
        if ask.ready_from is None or ask.at >= self.ready(ask.ready_from):
            return ALLOWED
        return denied("release.too_soon", self.name, ready=self.ready(ask.ready_from).isoformat())


@dataclass(frozen=True, slots=True)
class Named(ForAudience):
    """A waiver: the holder lets these audiences learn its own volumes. Travellers' thresholds stay.

    It takes effect for a release only when every holding whose data is secret there gave it: of a sum, one part cannot
    be shown without telling of the others, and the coverage would tell where the one that did not waive is absent.
    """

    name: ClassVar[str] = "named"
    enforcement: ClassVar[Enforcement] = Enforcement.FLOOR
    text: ClassVar[Sentence] = Sentence(
        "Le détenteur accepte que ses propres volumes soient connus de : {value}, si tous les autres l'acceptent.",
        "The holder accepts that its own volumes become known to: {value}, if all the others accept it.",
    )

    def verify(self, ask: Ask) -> Verdict:
        """A waiver never denies; that a release needs one is judged by its obligations."""
        return ALLOWED
