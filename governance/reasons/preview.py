"""Why a preview has nothing to show for an audience."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import Reason, reason

_TAKE_ANOTHER = Sentence(
    "Regarder un autre cube : hub cubes list.",
    "Look at another cube: hub cubes list.",
)

PREVIEW: Mapping[str, Reason] = {
    "preview.not_for": reason(
        "Le cube {cube} n'est pas fait pour le public « {audience} ».",
        "The cube {cube} is not made for the audience '{audience}'.",
        _TAKE_ANOTHER,
    ),
    "preview.too_fine": reason(
        "Aucun plancher voté pour le public « {audience} » ne permet la maille {grain} du cube {cube}.",
        "No voted floor of the audience '{audience}' allows the grain {grain} of the cube {cube}.",
        _TAKE_ANOTHER,
    ),
    "preview.no_records": reason(
        "Le jeu {dataset} n'a pas d'enregistrement du cube {cube} dans la période {period}.",
        "The dataset {dataset} has no record of the cube {cube} in the period {period}.",
        Sentence("Choisir une période passée dont il y a des données.", "Choose a past period of which there is data."),
    ),
}
