"""Why an agreement cannot be offered, countered, signed, suspended, amended or ended like this."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import Reason, reason

_SHOW = Sentence(
    "Regarder où en est l'accord : hub agreements show {agreement}.",
    "Look at where the agreement stands: hub agreements show {agreement}.",
)
_COUNTER = Sentence("Corriger le texte et le proposer de nouveau.", "Mend the text and offer it again.")

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
    "documents.step": reason(
        "Les documents se chargent ; « {what} » n'existe pas.",
        "Documents are loaded; there is no '{what}'.",
        Sentence("Les charger : hub agreements load.", "Load them: hub agreements load."),
    ),
}
_TURNS = {
    "negotiation.suspended_beside": reason(
        "{other}, sur les mêmes données et pour le même destinataire, est suspendu : {agreement} ne le remplace pas.",
        "{other}, on the same dataset to the same recipient, is suspended: {agreement} does not stand in for it.",
        Sentence("Attendre que la suspension soit levée.", "Wait until the suspension is lifted."),
    ),
    "negotiation.reserved": reason(
        "Les identifiants en « req- » sont ceux des accords issus de demandes ({agreement}).",
        "Ids that begin with 'req-' are those of agreements that come of requests ({agreement}).",
        Sentence("Choisir un autre identifiant.", "Choose another id."),
    ),
    "negotiation.none": reason(
        "Aucun accord ne s'appelle {agreement}.",
        "No agreement is called {agreement}.",
        Sentence("En rédiger un : hub agreements draft.", "Draft one: hub agreements draft."),
    ),
    "negotiation.exists": reason(
        "Un accord s'appelle déjà {agreement}.",
        "An agreement is called {agreement} already.",
        Sentence(
            "Choisir un autre nom, ou proposer un avenant à celui qui existe.",
            "Choose another name, or amend the one that exists.",
        ),
    ),
    "negotiation.step": reason(
        "L'accord {agreement} est dans l'état « {state} » : on ne peut pas le faire ici ({what}).",
        "The agreement {agreement} is in the state '{state}': this cannot be done here ({what}).",
        _SHOW,
    ),
    "negotiation.turn": reason(
        "Dans l'accord {agreement}, ce n'est pas à {actor} d'agir, mais à {turn}.",
        "In the agreement {agreement} it is not {actor}'s turn, but {turn}'s.",
        Sentence("Attendre la réponse de l'autre partie.", "Wait for the other party's answer."),
    ),
    "negotiation.stranger": reason(
        "{actor} n'a pas qualité pour faire cela dans l'accord {agreement}.",
        "{actor} has no standing to do this in the agreement {agreement}.",
        Sentence("S'adresser aux parties ou au secrétariat.", "Write to the parties or to the secretariat."),
    ),
    "negotiation.stale": reason(
        "L'acte parle d'une autre version ({given}…) que la dernière de l'accord {agreement} ({last}…).",
        "The act speaks of another version ({given}…) than the last one of the agreement {agreement} ({last}…).",
        Sentence("Lire la dernière version avant d'agir.", "Read the last version before you act."),
    ),
    "negotiation.signed": reason(
        "{member} a déjà signé cette version de l'accord {agreement}.",
        "{member} has signed this version of the agreement {agreement} already.",
        _SHOW,
    ),
    "negotiation.why_owed": reason(
        "Le motif est dû : l'accord {agreement} garde pourquoi chaque version a changé.",
        "A reason is owed: the agreement {agreement} keeps why it came to this.",
        Sentence("Dire pourquoi : --why.", "Say why: --why."),
    ),
    "negotiation.too_many": reason(
        "L'accord {agreement} a déjà {most} versions.",
        "The agreement {agreement} has {most} versions already.",
        Sentence("Rejeter celui-ci et en rédiger un autre.", "Reject this one and draft another."),
    ),
}
_TEXT = {
    "negotiation.subject": reason(
        "Le champ « {field} » de l'accord {agreement} ne change pas d'une version à l'autre.",
        "The field '{field}' of the agreement {agreement} does not change from one version to the next.",
        Sentence("Rédiger un autre accord pour cela.", "Draft another agreement for that."),
    ),
    "negotiation.holder": reason(
        "{holder} ne détient pas {dataset}, sur quoi porte l'accord {agreement}.",
        "{holder} does not hold {dataset}, which the agreement {agreement} is about.",
        _COUNTER,
    ),
    "negotiation.counterparty": reason(
        "{member} ne peut pas être l'autre partie de l'accord {agreement}.",
        "{member} cannot be the other party of the agreement {agreement}.",
        Sentence(
            "Nommer le destinataire ; s'il y en a plusieurs, l'un d'eux, une autorité ou le secrétariat.",
            "Name the recipient; where there are several one of them, an authority or the secretariat.",
        ),
    ),
    "negotiation.unknown": reason(
        "Dans l'accord {agreement}, le champ « {field} » nomme {name}, que le commun ne connaît pas ici.",
        "In the agreement {agreement} the field '{field}' names {name}, which the commons does not know here.",
        _COUNTER,
    ),
    "negotiation.past": reason(
        "L'accord {agreement} finirait le {to}, qui est passé.",
        "The agreement {agreement} would end on {to}, which is past.",
        _COUNTER,
    ),
    "negotiation.gap": reason(
        "L'avenant de l'accord {agreement} commencerait après la fin de ce qu'il modifie ({ends}).",
        "The amendment of the agreement {agreement} would begin after the end of what it amends ({ends}).",
        Sentence("Le faire commencer plus tôt, ou rédiger un autre accord.", "Begin earlier, or draft another one."),
    ),
    "negotiation.sealed": reason(
        "L'accord {agreement} est de niveau « scellé » : rien ne s'y accorde.",
        "The agreement {agreement} is of the sealed tier: nothing is granted there.",
        _COUNTER,
    ),
    "negotiation.ruleset": reason(
        "L'accord {agreement} nomme un autre règlement que celui en vigueur ({ruleset}).",
        "The agreement {agreement} names another ruleset than the one in force ({ruleset}).",
        Sentence(
            "Relire les règles votées et proposer une version qui les nomme.",
            "Read the voted rules again and offer a version that names them.",
        ),
    ),
    "negotiation.floor": reason(
        "Dans l'accord {agreement}, la clause « {term} » ({given}) est plus souple que le plancher voté pour "
        "« {audience} ».",
        "In the agreement {agreement} the clause '{term}' ({given}) is looser than the voted floor for '{audience}'.",
        Sentence("La rendre au moins aussi stricte, ou l'ôter.", "Make it at least as strict, or leave it out."),
    ),
    "negotiation.no_floors": reason(
        "L'accord {agreement} vise le public « {audience} », pour lequel aucun plancher n'a été voté.",
        "The agreement {agreement} is for the audience '{audience}', for which no floors were voted.",
        Sentence("Viser un autre public, ou proposer des planchers au vote.", "Choose another, or have floors voted."),
    ),
    "negotiation.bilateral": reason(
        "Un accord bilatéral est avec un seul membre, pour une seule finalité, et dit champs, maille et pas de temps, "
        "sans seuils ; {agreement} ne l'est pas : « {term} » ({given}).",
        "A bilateral agreement is with one member, for one purpose, and says fields, zones and time step, without "
        "thresholds; {agreement} does not: '{term}' ({given}).",
        _COUNTER,
    ),
    "negotiation.rgpd": reason(
        "{dataset} contient des données personnelles : l'accord {agreement} doit dire rgpd.",
        "{dataset} holds personal data: the agreement {agreement} must say rgpd.",
        Sentence(
            "Ajouter rgpd : base légale, analyse d'impact, entrée du registre.",
            "Add rgpd: legal basis, impact assessment, entry of the register.",
        ),
    ),
    "negotiation.dpia": reason(
        "L'accord {agreement} livre des enregistrements de {dataset} : une analyse d'impact doit être faite.",
        "The agreement {agreement} hands out records of {dataset}: an impact assessment must have been made.",
        Sentence("La faire, puis écrire dpia: done.", "Make it, then write dpia: done."),
    ),
}
_FORCE = {
    "suspension.code": reason(
        "« {given} » n'est pas un motif de suspension pour ce rôle ({role}), accord {agreement}.",
        "'{given}' is no reason for a suspension in this role ({role}), agreement {agreement}.",
        Sentence(
            "Motifs : holder_decision, incident, breach, sanction, dispute, legal_order, selon le rôle.",
            "Reasons: holder_decision, incident, breach, sanction, dispute, legal_order, depending on the role.",
        ),
    ),
    "suspension.there": reason(
        "{actor} a déjà suspendu l'accord {agreement}.",
        "{actor} has suspended the agreement {agreement} already.",
        Sentence("Revoir cette suspension, ou la lever.", "Review that suspension, or lift it."),
    ),
    "suspension.none": reason(
        "L'accord {agreement} n'a pas de suspension « {key} ».",
        "The agreement {agreement} has no suspension '{key}'.",
        _SHOW,
    ),
}

NEGOTIATION: Mapping[str, Reason] = {**_KEYS, **_TURNS, **_TEXT, **_FORCE}
