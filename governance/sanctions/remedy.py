"""A level of the ladder in words, and as an ODRL 2.2 remedy (Information Model, “Remedy property with a Prohibition”).

In ODRL a remedy is a duty that must be fulfilled when a prohibition was infringed. The action is one of this
commons' profile; how much it slows down is a refinement on the action, as all of our thresholds are.
"""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.parties import Sanction
from governance.ruleset import Ladder

NAMES: Mapping[Sanction, Sentence] = {
    Sanction.NOTICE: Sentence("Rappel", "Notice"),
    Sanction.WARNING: Sentence("Avertissement", "Warning"),
    Sanction.MONITORING: Sentence("Surveillance renforcée", "Enhanced monitoring"),
    Sanction.THROTTLE: Sentence("Débit réduit", "Throttled"),
    Sanction.NEGOTIATED_SUSPENDED: Sentence("Niveaux négociés suspendus", "Negotiated tiers suspended"),
    Sanction.ALL_BUT_OPEN_SUSPENDED: Sentence("Tout suspendu sauf l'ouvert", "All but the open tier suspended"),
    Sanction.EXCLUDED: Sentence("Exclusion", "Exclusion"),
}

_ACTIONS: Mapping[Sanction, str] = {
    Sanction.NOTICE: "notice",
    Sanction.WARNING: "warning",
    Sanction.MONITORING: "monitoring",
    Sanction.THROTTLE: "throttle",
    Sanction.NEGOTIATED_SUSPENDED: "suspendNegotiated",
    Sanction.ALL_BUT_OPEN_SUSPENDED: "suspendAllButOpen",
    Sanction.EXCLUDED: "exclude",
}


def remedy_of(sanction: Sanction, ladder: Ladder, *, profile: str) -> Mapping[str, Plain]:
    """The remedy as JSON-LD, to stand in the list `remedy` of a prohibition; `profile` is the prefix of its terms."""
    action = f"{profile}:{_ACTIONS[sanction]}"
    if sanction is not Sanction.THROTTLE:
        return {"@type": "Duty", "action": action}
    return {
        "@type": "Duty",
        "action": [
            {
                "rdf:value": {"@id": action},
                "refinement": [
                    _refinement(f"{profile}:rateDivisor", str(ladder.throttle_divisor), "xsd:integer"),
                    _refinement(f"{profile}:addedDelay", f"PT{ladder.throttle_delay_hours}H", "xsd:duration"),
                ],
            }
        ],
    }


def _refinement(operand: str, value: str, datatype: str) -> Mapping[str, Plain]:
    right: Mapping[str, Plain] = {"@type": datatype, "@value": value}
    return {"@type": "Constraint", "leftOperand": operand, "operator": "eq", "rightOperand": right}
