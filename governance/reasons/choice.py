"""Why a proposal, a ballot, an admission or a signature of the charter is refused."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import ASK_SECRETARIAT, Reason, reason

_SEE_RULES = Sentence("Regarder les règles : hub rules show.", "Look at the rules: hub rules show.")
_SEE_PROPOSAL = Sentence(
    "Regarder la proposition : hub votes show {proposal}.", "Look at the proposal: hub votes show {proposal}."
)
_SEE_PROPOSALS = Sentence("Regarder les propositions : hub votes list.", "Look at the proposals: hub votes list.")
_SEE_MEMBERS = Sentence("Regarder les membres : hub members list.", "Look at the members: hub members list.")
_SEE_CHARTER = Sentence("Regarder la charte : hub charter show.", "Look at the charter: hub charter show.")
_MEND_APPLICATION = Sentence("Corriger la candidature et la déposer de nouveau.", "Mend the application and try again.")
_MEND_PROPOSAL = Sentence("Corriger la proposition et la déposer de nouveau.", "Mend the proposal and try again.")

_RULES = {
    "rules.path": reason(
        "« {path} » n'est pas une règle que l'on peut changer.", "'{path}' is no rule that can be changed.", _SEE_RULES
    ),
    "rules.value": reason(
        "La règle {path} ne peut pas valoir {value} : il faut {expected}.",
        "The rule {path} cannot be {value}: it takes {expected}.",
        _MEND_PROPOSAL,
    ),
    "rules.owed": reason(
        "Le public « {audience} » ne peut pas se passer du plancher {path}.",
        "The audience '{audience}' cannot do without the floor {path}.",
        Sentence(
            "Garder ce plancher, ou retirer tous ceux de ce public.", "Keep this floor, or remove all of the audience."
        ),
    ),
    "rules.weights": reason(
        "Les collèges pèseraient {total} % ensemble, et non 100.",
        "The colleges would weigh {total} percent together, not 100.",
        Sentence(
            "Changer les poids de plusieurs collèges à la fois.", "Change the weights of several colleges at once."
        ),
    ),
    "rules.empty": reason("La proposition ne change rien.", "The proposal changes nothing.", _MEND_PROPOSAL),
    "rules.no_change": reason(
        "La règle {path} a déjà cette valeur.", "The rule {path} has this value already.", _SEE_RULES
    ),
    "rules.parent": reason(
        "Plus souple que le règlement du commun parent : {paths}.",
        "Looser than the rules of the parent commons: {paths}.",
        Sentence("Proposer des planchers au moins aussi stricts.", "Propose floors that are at least as strict."),
    ),
    "rules.step": reason(
        "Le règlement ne peut pas être « {what} » ici.", "The rules cannot be '{what}' here.", _SEE_RULES
    ),
}
_VOTES = {
    "choice.sanctioned": reason(
        "{member} n'a pas de voix sous une sanction de niveau {level}.",
        "{member} has no vote under a sanction of level {level}.",
        Sentence("Demander à être entendu.", "Ask for a hearing."),
    ),
    "choice.secretariat": reason(
        "Seul le secrétariat peut le faire, pas {member}.",
        "Only the secretariat may do this, not {member}.",
        ASK_SECRETARIAT,
    ),
    "proposal.step": reason(
        "La proposition {proposal} est à l'étape « {stage} » : elle ne peut pas être « {what} ».",
        "The proposal {proposal} is at the stage '{stage}': it cannot be '{what}'.",
        _SEE_PROPOSAL,
    ),
    "proposal.why": reason(
        "Une proposition doit dire pourquoi.",
        "A proposal has to say why.",
        Sentence("Ajouter la raison : --why.", "Add the reason: --why."),
    ),
    "proposal.id": reason(
        "« {proposal} » ne peut pas nommer une proposition : lettres minuscules, chiffres et tirets.",
        "'{proposal}' cannot name a proposal: small letters, digits and hyphens.",
        _SEE_PROPOSALS,
    ),
    "proposal.alike": reason(
        "La même proposition est déjà au vote : {proposal}.",
        "The same proposal is being voted on already: {proposal}.",
        _SEE_PROPOSAL,
    ),
    "proposal.not_yours": reason(
        "La proposition {proposal} est celle de {by}, qui seul peut la retirer.",
        "The proposal {proposal} is {by}'s, who alone can withdraw it.",
        _SEE_PROPOSAL,
    ),
    "proposal.running": reason(
        "Le scrutin de {proposal} court jusqu'au {until} ; {missing} votant(s) ou détenteur(s) n'ont pas répondu.",
        "The vote on {proposal} runs until {until}; {missing} voter(s) or holder(s) have not answered.",
        Sentence("Attendre la fin du scrutin.", "Wait for the end of the vote."),
    ),
    "ballot.late": reason(
        "Le scrutin de {proposal} s'est terminé le {until}.", "The vote on {proposal} ended at {until}.", _SEE_PROPOSAL
    ),
    "ballot.not_entitled": reason(
        "{member} n'est pas sur la liste des votants de {proposal}.",
        "{member} is not on the roll of voters of {proposal}.",
        _SEE_PROPOSAL,
    ),
    "ballot.choice": reason(
        "Un bulletin dit yes, no ou abstain, pas « {choice} ».",
        "A ballot says yes, no or abstain, not '{choice}'.",
        _SEE_PROPOSALS,
    ),
    "consent.no_holder": reason(
        "{member} ne détient aucun jeu de données : son consentement n'est pas demandé.",
        "{member} holds no dataset: its consent is not asked.",
        Sentence("Voter, si l'on est sur la liste.", "Vote, if you are on the roll."),
    ),
    "consent.not_owed": reason(
        "La proposition {proposal} n'assouplit aucun plancher : aucun consentement n'est dû.",
        "The proposal {proposal} loosens no floor: no consent is owed.",
        _SEE_PROPOSAL,
    ),
}
_MEMBERS = {
    "membership.step": reason(
        "L'adhésion de {member} est à l'étape « {stage} » : elle ne peut pas être « {what} ».",
        "The membership of {member} is at the stage '{stage}': it cannot be '{what}'.",
        _SEE_MEMBERS,
    ),
    "membership.id": reason(
        "« {id} » ne peut pas être un identifiant : lettres minuscules, chiffres et tirets, et aucun nom réservé.",
        "'{id}' cannot be an id: small letters, digits and hyphens, and no reserved name.",
        _MEND_APPLICATION,
    ),
    "membership.name": reason(
        "Un nom s'écrit en français et en anglais, en {most} caractères au plus.",
        "A name is given in French and in English, in {most} characters at most.",
        _MEND_APPLICATION,
    ),
    "membership.known": reason("{member} est déjà membre.", "{member} is a member already.", _SEE_MEMBERS),
    "membership.excluded": reason(
        "{member} a été exclu du commun.", "{member} was excluded from the commons.", ASK_SECRETARIAT
    ),
    "membership.secretariat": reason(
        "Le secrétariat est désigné par les documents du commun, pas par une candidature.",
        "The secretariat is named by the commons' documents, not by an application.",
        ASK_SECRETARIAT,
    ),
    "membership.college": reason(
        "Collège inconnu : {college} (connus : {known}).",
        "Unknown college: {college} (known: {known}).",
        _MEND_APPLICATION,
    ),
    "membership.holding": reason(
        "Le groupe {holding} : un nouveau groupe a besoin d'un nom, un groupe connu garde le sien.",
        "The holding {holding}: a new one needs a name, a known one keeps its own.",
        _MEND_APPLICATION,
    ),
    "membership.siren": reason(
        "{siren} n'est pas un SIREN : neuf chiffres, dont le dernier contrôle les autres.",
        "{siren} is no SIREN: nine digits, the last of which checks the others.",
        _MEND_APPLICATION,
    ),
    "membership.siren_taken": reason(
        "Le SIREN {siren} est celui de {member}.", "The SIREN {siren} is that of {member}.", _MEND_APPLICATION
    ),
    "membership.not_yours": reason(
        "{by} ne peut pas le faire pour {member}.", "{by} cannot do this for {member}.", ASK_SECRETARIAT
    ),
    "membership.not_declared": reason(
        "{member} n'a pas annoncé son passage au groupe {holding} ainsi nommé.",
        "{member} has not declared its change to the holding {holding} under this name.",
        Sentence("Demander à {member} de l'annoncer.", "Ask {member} to declare it."),
    ),
    "membership.same_holding": reason(
        "{member} est déjà du groupe {holding}.", "{member} belongs to the holding {holding} already.", _SEE_MEMBERS
    ),
}
_CHARTER = {
    "charter.none": reason(
        "Ce commun n'a pas de charte à signer.", "This commons has no charter to sign.", ASK_SECRETARIAT
    ),
    "charter.step": reason(
        "La charte ne peut pas être « {what} » pour {member}.",
        "The charter cannot be '{what}' for {member}.",
        _SEE_CHARTER,
    ),
    "charter.signed": reason(
        "{member} a déjà signé la version {version} de la charte.",
        "{member} has signed version {version} of the charter already.",
        _SEE_CHARTER,
    ),
    "charter.stranger": reason(
        "{member} n'est ni membre ni candidat admis.",
        "{member} is neither a member nor an admitted candidate.",
        _SEE_MEMBERS,
    ),
}

CHOICE: Mapping[str, Reason] = {**_RULES, **_VOTES, **_MEMBERS, **_CHARTER}
