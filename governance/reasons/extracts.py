"""Why an extract cannot be prepared or read."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import Reason, reason

_AMEND = Sentence("Demander un avenant de l'accord aux deux parties.", "Ask both parties to amend the agreement.")
_WAIT = Sentence("Attendre : l'extrait se prépare de lui-même.", "Wait: the extract is prepared by itself.")

_TERMS = {
    "extract.unstated": reason(
        "L'accord ne dit pas « {clause} » ; sans elle aucun extrait ne se prépare.",
        "The agreement does not state '{clause}'; without it no extract is prepared.",
        _AMEND,
    ),
    "extract.table": reason(
        "L'accord ne nomme aucun champ de la table « {table} ».",
        "The agreement names no field of the table '{table}'.",
        _AMEND,
    ),
    "extract.field_unknown": reason(
        "« {field} » n'est pas un champ qui puisse sortir ; il y a {known}.",
        "'{field}' is no field that may leave; there are {known}.",
        _AMEND,
    ),
    "extract.together": reason(
        "Ces champs, ensemble, diraient l'instant exact : {fields}.",
        "Together these fields would tell the exact instant: {fields}.",
        _AMEND,
    ),
    "extract.zones": reason(
        "Les enregistrements ne sont pas rattachés aux zones « {zone_system} ».",
        "Records are not placed in the zones '{zone_system}'.",
        _AMEND,
    ),
    "extract.not_bilateral": reason(
        "L'accord {agreement} n'est pas bilatéral avec un seul membre nommé.",
        "The agreement {agreement} is not bilateral with one named member.",
        _AMEND,
    ),
}
_TIME = {
    "extract.period": reason(
        "La période {period} n'est pas une de celles de l'accord {agreement} qui sont achevées.",
        "The period {period} is none of those of the agreement {agreement} that have ended.",
        _WAIT,
    ),
    "extract.incomplete": reason(
        "{dataset} ne couvre pas encore toute la période {period}.",
        "{dataset} does not cover the whole period {period} yet.",
        _WAIT,
    ),
    "extract.nothing": reason(
        "{dataset} n'a aucun enregistrement de la période {period}.",
        "{dataset} has no record of the period {period}.",
        _WAIT,
    ),
}
_ENDED = {
    "extract.removed": reason(
        "Cet extrait a été retiré : {why}",
        "This extract was removed: {why}",
        Sentence("Regarder la liste des extraits.", "Look at the list of extracts."),
    ),
    "extract.ended": reason(
        "Cet extrait relève de {agreement}, qui n'est plus la version en vigueur.",
        "This extract belongs to {agreement}, which is no longer the version in force.",
        Sentence("Attendre celui de la version en vigueur.", "Wait for the one of the version in force."),
    ),
}

EXTRACTS: Mapping[str, Reason] = {**_TERMS, **_TIME, **_ENDED}
