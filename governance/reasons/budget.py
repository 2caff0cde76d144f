"""Why noise may not be drawn: the privacy budget."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import Reason, reason

BUDGET: Mapping[str, Reason] = {
    "budget.none": reason(
        "Aucun budget de confidentialité différentielle n'est convenu pour {dataset}.",
        "No differential-privacy budget is agreed for {dataset}.",
        Sentence(
            "Convenir d'un budget annuel, dans le règlement ou dans les accords.",
            "Agree on a yearly budget, in the rules or in the agreements.",
        ),
    ),
    "budget.spent": reason(
        "Le budget de confidentialité de {dataset} pour {year} ne suffit plus : il reste {left} millièmes d'epsilon, "
        "cette publication en coûterait {needed}.",
        "The privacy budget of {dataset} for {year} does not suffice: {left} thousandths of epsilon are left, this "
        "release would cost {needed}.",
        Sentence(
            "Ajouter plus de bruit, publier moins souvent, ou attendre l'année suivante.",
            "Add more noise, release less often, or wait for the next year.",
        ),
    ),
}
