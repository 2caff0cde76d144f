"""Why an agreement cannot be offered, countered, signed, suspended, amended or ended like this."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import Reason, reason

_KEYS = {
    "key.step": reason(
        "La clé {key} ne peut pas être « {what} » ici.",
        "The key {key} cannot be {what} here.",
        Sentence("Regarder les clés du membre : hub keys list.", "Look at the member's keys: hub keys list."),
    ),
    "signature.invalid": reason(
        "Cette signature n'a été faite par aucune clé valable de {member} sur ce texte.",
        "This signature was made by no valid key of {member} over this text.",
        Sentence(
            "Signer la dernière version avec une clé enregistrée.", "Sign the last version with a registered key."
        ),
    ),
}

NEGOTIATION: Mapping[str, Reason] = {**_KEYS}
