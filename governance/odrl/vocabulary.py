"""The profile, as data: where each term of an agreement stands in an ODRL policy, and how its value is written.

ODRL Information Model 2.2 (W3C Recommendation, 15 February 2018): an agreement has an assigner, an assignee and rules;
a *constraint* of a rule says when, for whom and why it holds (section 2.5), a *refinement* of its action how it is done
(section 2.5.3). So purpose, time, recipient and place of origin are constraints, thresholds and grain refinements,
promises obligations and prohibitions. Operands without a prefix are of the ODRL Common Vocabulary, those with ``mdc:``
of this profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from governance.bilingual import Sentence
from governance.terms import floors, scope, use

#: A profile is told by its IRI, which need not lead anywhere: this one is no domain's.
PROFILE: Final = "urn:uuid:a72785c0-f4e3-41e5-b673-89d4e650aac2"
ODRL_CONTEXT: Final = "http://www.w3.org/ns/odrl.jsonld"
#: Prefixes beside those of the ODRL context; ``commons:`` is the base of the names of one commons.
PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dct": "http://purl.org/dc/terms/",
        "dspace": "https://w3id.org/dspace/2025/1/",
        "mdc": f"{PROFILE}#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
#: Section 2.10: without it a conflict voids the whole policy; here a prohibition wins.
CONFLICT: Final = "prohibit"


class Slot(Enum):
    """Where a term stands."""

    CONSTRAINT = auto()
    REFINEMENT = auto()
    OBLIGATION = auto()
    PROHIBITION = auto()


class Value(Enum):
    """How a value is written."""

    NUMBER = auto()
    WORD = auto()
    WORDS = auto()
    DURATION = auto()
    INSTANT = auto()
    #: Names of the commons: purposes, parties, territories.
    NAMES = auto()
    #: The rule itself says everything.
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """Where one term stands: the action (of the permission it is always ``use``), and the comparison on it.

    `kind` is the kind of names, where the value is some.
    """

    slot: Slot
    operand: str
    operator: str
    value: Value
    action: str = "use"
    kind: str = ""


def _how(operand: str, operator: str, value: Value = Value.NUMBER) -> Place:
    return Place(Slot.REFINEMENT, operand, operator, value)


def _when(operand: str, operator: str, value: Value = Value.NUMBER, *, kind: str = "") -> Place:
    return Place(Slot.CONSTRAINT, operand, operator, value, kind=kind)


#: The head of an agreement; its validity takes two comparisons.
HEAD: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "recipient": _when("recipient", "isAnyOf", Value.NAMES, kind="party"),
        "purpose": _when("purpose", "isAnyOf", Value.NAMES, kind="purpose"),
        "audience": _when("mdc:audience", "isAnyOf", Value.WORDS),
        "from": _when("dateTime", "gteq", Value.INSTANT),
        "to": _when("dateTime", "lt", Value.INSTANT),
    }
)

#: Every optional term. A finer resolution or a wider redistribution is the greater one, as in `governance.terms`.
TERMS: Final[Mapping[str, Place]] = MappingProxyType(
    {
        scope.Territory.name: _when("spatial", "isAnyOf", Value.NAMES, kind="territory"),
        scope.Fields.name: _how("mdc:field", "isAnyOf", Value.WORDS),
        scope.SpatialResolution.name: _how("mdc:spatialResolution", "lteq", Value.WORD),
        scope.TemporalResolution.name: _how("mdc:temporalResolution", "lteq", Value.WORD),
        use.UnderRuleset.name: _when("mdc:ruleset", "isAnyOf", Value.WORDS),
        floors.Delay.name: _how("delayPeriod", "gteq", Value.DURATION),
        floors.MinTrips.name: _how("mdc:trips", "gteq"),
        floors.MinVehicles.name: _how("mdc:vehicles", "gteq"),
        floors.MinUsers.name: _how("mdc:users", "gteq"),
        floors.MinHolders.name: _how("mdc:holders", "gteq"),
        floors.MaxShare.name: _how("mdc:largestSharePercent", "lteq"),
        floors.PPercent.name: _how("mdc:pPercent", "gteq"),
        floors.Prior.name: _how("mdc:priorPercent", "lteq"),
        floors.Coalition.name: _how("mdc:coalition", "gteq"),
        floors.Rounding.name: _how("mdc:roundingBase", "gteq"),
        floors.EpsilonBudget.name: _how("mdc:milliEpsilonPerYear", "lteq"),
        floors.Named.name: _how("mdc:namedTo", "isAnyOf", Value.WORDS),
        use.Quota.name: _when("mdc:answersPerMonth", "lteq"),
        use.Rate.name: _when("mdc:answersPerMinute", "lteq"),
        use.Retention.name: Place(Slot.OBLIGATION, "delayPeriod", "lteq", Value.DURATION, "delete"),
        use.Redistribution.name: Place(Slot.PROHIBITION, "mdc:redistribution", "gt", Value.WORD, "distribute"),
        use.NoticeDays.name: Place(Slot.OBLIGATION, "mdc:noticeDays", "gteq", Value.NUMBER, "inform"),
        use.HostedIn.name: Place(Slot.PROHIBITION, "spatial", "isNoneOf", Value.WORDS, "mdc:host"),
        use.Attribution.name: Place(Slot.OBLIGATION, "", "", Value.NONE, "attribute"),
        use.NoReidentification.name: Place(Slot.PROHIBITION, "", "", Value.NONE, "mdc:reidentify"),
    }
)

#: What each slot is for, as the profile's description tells it.
SLOTS: Final[Mapping[Slot, Sentence]] = MappingProxyType(
    {
        Slot.CONSTRAINT: Sentence(
            "contrainte de la permission : quand, pour qui, pourquoi",
            "constraint of the permission: when, for whom, why",
        ),
        Slot.REFINEMENT: Sentence("affinage de l'action : comment", "refinement of the action: how"),
        Slot.OBLIGATION: Sentence("obligation du destinataire", "obligation of the recipient"),
        Slot.PROHIBITION: Sentence("interdiction faite au destinataire", "prohibition for the recipient"),
    }
)
