"""Why a text of the log is not erased, a proof not given, or a cosignature not taken."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import ASK_SECRETARIAT, Reason, reason

LOG: Mapping[str, Reason] = {
    "log.not_secretariat": reason(
        "Seul le secrétariat efface un texte du journal ; {member} ne l'est pas.",
        "Only the secretariat erases a text of the log, which {member} is not.",
        ASK_SECRETARIAT,
    ),
    "log.not_erasable": reason(
        "L'écriture {index} n'est pas une décision : l'état du commun en dépend et elle ne s'efface pas.",
        "Entry {index} is no decision: the state of the commons depends on it, and it is not erased.",
        Sentence("Corriger par un nouvel acte.", "Mend it by another act."),
    ),
    "log.no_why": reason(
        "On n'efface pas sans dire pourquoi.",
        "Nothing is erased without a reason.",
        Sentence("Donner la raison (--why).", "Give the reason (--why)."),
    ),
    "log.not_concerned": reason(
        "L'écriture {entry} ne concerne pas {member}.",
        "Entry {entry} does not concern {member}.",
        Sentence("Lire ses propres écritures : hub audit list.", "Read your own entries: hub audit list."),
    ),
    "cosignature.refused": reason(
        "Cette ligne n'est pas une cosignature du point de contrôle par une clé valable de {member}.",
        "This line is no cosignature of the checkpoint by a valid key of {member}.",
        Sentence(
            "Cosigner ce point de contrôle avec une clé enregistrée.", "Cosign this checkpoint with a registered key."
        ),
    ),
    "cosignature.time": reason(
        "L'heure de cette cosignature est dans l'avenir.",
        "The time of this cosignature lies in the future.",
        Sentence("Mettre l'horloge du témoin à l'heure.", "Set the witness's clock right."),
    ),
}
