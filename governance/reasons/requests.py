"""Why a request for access cannot take this step, and why ODRL is refused."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import ASK_SECRETARIAT, Reason, reason

_LOOK = Sentence("Regarder la demande : hub requests show.", "Look at the request: hub requests show.")
_SAY_WHY = Sentence("Donner la raison en mots : --why.", "Give the reason in words: --why.")
_MEND_TEXT = Sentence("Corriger le texte de la demande.", "Mend the text of the request.")
_NEGOTIATE = Sentence(
    "Négocier directement un accord avec le détenteur.", "Negotiate an agreement with the holder directly."
)
_SMALLER = Sentence(
    "Approuver au plus ce qui est demandé, ou renvoyer la demande.",
    "Approve at most what is asked, or send the request back.",
)
_MEND_ODRL = Sentence(
    "Corriger cet endroit d'après le profil : hub odrl terms.", "Mend this place after the profile: hub odrl terms."
)

_STEPS = {
    "request.step": reason(
        "La demande {request} est dans l'état « {state} » : elle ne peut pas être « {what} ».",
        "The request {request} is in the state '{state}': it cannot be {what}.",
        _LOOK,
    ),
    "request.not_applicant": reason(
        "Seul {applicant}, qui a fait la demande, peut le faire.",
        "Only {applicant}, who made the request, may do this.",
        _LOOK,
    ),
    "request.not_holder": reason(
        "{actor} ne détient rien de ce qui est demandé.", "{actor} holds nothing of what is asked for.", _LOOK
    ),
    "request.own_holding": reason(
        "{actor} et {applicant} sont du même groupe : on ne décide pas de sa propre demande.",
        "{actor} and {applicant} are of one holding: nobody decides on its own request.",
        _NEGOTIATE,
    ),
    "request.reason_owed": reason(
        "Une raison est due pour « {what} ».", "A reason is owed for this step: {what}.", _SAY_WHY
    ),
    "request.decided": reason(
        "{actor} n'a rien à décider ici : sa part est « {state} ».",
        "{actor} has nothing to decide here: its part is '{state}'.",
        _LOOK,
    ),
    "request.under_decision": reason(
        "Un détenteur a déjà décidé sur ce texte : il ne change plus.",
        "A holder has decided on this text already: it changes no more.",
        Sentence("Refuser, ou approuver en partie.", "Refuse, or approve in part."),
    ),
    "request.nothing_granted": reason(
        "{actor} n'a aucun accès en cours à révoquer ici.", "{actor} has no running access to revoke here.", _LOOK
    ),
    "request.nothing_to_renew": reason(
        "Aucune part en cours ne finit avant le {to}.", "No running part ends before {to}.", _LOOK
    ),
}
_TEXT = {
    "document.step": reason(
        "Le document {document} ne peut pas être « {what} ».",
        "The document {document} cannot be {what}.",
        ASK_SECRETARIAT,
    ),
    "request.period": reason(
        "La période demandée finit le {to}, qui est passé.",
        "The period asked for ends on {to}, which is past.",
        _MEND_TEXT,
    ),
    "request.territory": reason(
        "Aucun des jeux de données demandés ne couvre {territory}.",
        "None of the datasets asked for covers {territory}.",
        _MEND_TEXT,
    ),
    "request.term_owed": reason(
        "Une demande d'enregistrements doit nommer « {clause} ».",
        "A request for records must name '{clause}'.",
        _MEND_TEXT,
    ),
    "request.wider": reason(
        "L'approbation dépasse la demande sur « {clause} » : {asked}.",
        "The approval goes beyond the request in '{clause}': {asked}.",
        _SMALLER,
    ),
}
_ODRL = {
    "odrl.json": reason("Ce n'est pas du JSON : {fault}.", "This is not JSON: {fault}.", _MEND_ODRL),
    "odrl.shape": reason("À {clause} il faut {expected}.", "At {clause} there must be {expected}.", _MEND_ODRL),
    "odrl.key": reason(
        "À {clause} la clé « {key} » n'est pas du profil.",
        "At {clause} the key '{key}' is not of the profile.",
        _MEND_ODRL,
    ),
    "odrl.missing": reason("À {clause} il manque « {key} ».", "At {clause} '{key}' is missing.", _MEND_ODRL),
    "odrl.value": reason(
        "À {clause} la valeur {found} n'est pas celle du profil : {expected}.",
        "At {clause} the value {found} is not the profile's: {expected}.",
        _MEND_ODRL,
    ),
    "odrl.operand": reason(
        "À {clause} l'opérande « {operand} » n'a pas de place ici.",
        "At {clause} the operand '{operand}' has no place.",
        _MEND_ODRL,
    ),
    "odrl.operator": reason(
        "À {clause} « {operand} » se compare par {expected}, pas par {found}.",
        "At {clause} '{operand}' is compared by {expected}, not by {found}.",
        _MEND_ODRL,
    ),
    "odrl.action": reason(
        "À {clause} l'action « {action} » n'est pas du profil.",
        "At {clause} the action '{action}' is not of the profile.",
        _MEND_ODRL,
    ),
    "odrl.twice": reason(
        "À {clause} « {operand} » est dit deux fois.", "At {clause} '{operand}' is said twice.", _MEND_ODRL
    ),
    "odrl.term": reason("À {clause} : {fault}.", "At {clause}: {fault}.", _MEND_ODRL),
    "odrl.hash": reason(
        "Le texte n'est pas celui dont l'empreinte est donnée.",
        "The text is not the one whose digest is given.",
        Sentence("Demander l'export à une partie.", "Ask one of the parties for the export."),
    ),
    "odrl.withheld": reason(
        "Cet export public tait {withheld} : ce n'est pas l'accord.",
        "This public export withholds {withheld}: it is not the agreement.",
        Sentence("Demander l'export entier à une partie.", "Ask one of the parties for the whole export."),
    ),
    "odrl.not_party": reason(
        "{actor} n'est pas partie à l'accord {agreement}.",
        "{actor} is no party to the agreement {agreement}.",
        Sentence("Demander l'export public : --public.", "Ask for the public export: --public."),
    ),
}

REQUESTS: Mapping[str, Reason] = {**_STEPS, **_TEXT, **_ODRL}
