"""What a proposal may change: every path of the voted rules, with its bounds, its name, and which way protects.

Whatever says *how the members decide* or how hard a sanction bites changes by two thirds, in either direction: a
narrow majority may not raise the bar for those who come after it. The exceptions are numbers that protect somebody in
a procedure: more time to vote or to be heard, a shorter emergency, a shorter suspension without review.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from governance.audiences import Audience
from governance.bilingual import Sentence

#: Bounds of a college's weight: those of a SCIC (law 47-1775 of 10 September 1947, article 19 octies).
LEAST_WEIGHT, MOST_WEIGHT = 10, 50


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of the rules. `protects`: +1 when more of it clearly protects, -1 when less does, else 0."""

    path: str
    low: int
    high: int
    label: Sentence
    protects: int = 0


_NUMBERS = (
    Number("voting.quorum_percent", 1, 100, Sentence("quorum, en % des poids", "quorum, % of the weights")),
    Number(
        "voting.loosening_percent",
        51,
        100,
        Sentence("majorité pour assouplir, en %", "majority that loosens, %"),
    ),
    Number(
        "voting.colleges_needed",
        1,
        10,
        Sentence("collèges qui doivent approuver un assouplissement", "colleges that must approve a loosening"),
    ),
    Number("voting.ballot_days", 1, 365, Sentence("jours de scrutin", "days to vote"), +1),
    Number("deadlines.request_days", 1, 365, Sentence("jours pour répondre à une demande", "days to answer a request")),
    Number(
        "deadlines.suspension_review_days",
        1,
        365,
        Sentence("jours avant le réexamen d'une suspension", "days to the review of a suspension"),
        -1,
    ),
    Number("deadlines.hearing_days", 1, 365, Sentence("jours pour être entendu", "days to be heard"), +1),
    Number("deadlines.emergency_days", 1, 365, Sentence("jours d'une mesure d'urgence", "days of an emergency"), -1),
    Number(
        "deadlines.sanction_decay_months",
        1,
        120,
        Sentence("mois avant qu'une sanction s'efface", "months until a sanction decays"),
    ),
    Number("deadlines.mediation_days", 1, 365, Sentence("jours de médiation", "days of mediation")),
    Number(
        "deadlines.withdrawal_notice_days",
        1,
        365,
        Sentence("jours de préavis d'un retrait", "days of notice of a withdrawal"),
    ),
    Number(
        "ladder.throttle_divisor",
        1,
        1000,
        Sentence("division du débit d'un membre freiné", "divisor of a throttled member's rate"),
    ),
    Number(
        "ladder.throttle_delay_hours",
        0,
        8760,
        Sentence("heures de délai d'un membre freiné", "hours of delay of a throttled member"),
    ),
    Number("ladder.exclusion_percent", 51, 100, Sentence("majorité pour exclure, en %", "majority that excludes, %")),
    Number(
        "ladder.probing_denials",
        1,
        1_000_000,
        Sentence("refus en 24 h qui signalent un sondage", "denials in 24 h that look like probing"),
    ),
)

#: Every number of the rules, by path.
NUMBERS: Mapping[str, Number] = MappingProxyType({number.path: number for number in _NUMBERS})

SIGNATURES = "signatures_required"
SIGNATURES_LABEL = Sentence("accords à signer par les deux parties", "agreements must be signed by both parties")

#: An audience as sentences about its floors name it.
AUDIENCES: Mapping[Audience, Sentence] = MappingProxyType(
    {
        Audience.OPEN: Sentence("Public ouvert", "Open audience"),
        Audience.IDENTIFIED: Sentence("Public identifié", "Identified audience"),
        Audience.MEMBERS: Sentence("Membres", "Members"),
        Audience.AUTHORITY: Sentence("Autorités", "Authorities"),
        Audience.BILATERAL: Sentence("Accords bilatéraux", "Bilateral grants"),
        Audience.HOLDER: Sentence("Détenteur", "Holder"),
    }
)
