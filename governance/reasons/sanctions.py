"""Why a sanction or a dispute cannot take this step."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import ASK_SECRETARIAT, Reason, reason

_LOOK_AGAIN = Sentence("Relire l'état du dossier.", "Look at the state of the case again.")
_BE_HEARD = Sentence(
    "Attendre que le membre se soit exprimé ou que le délai soit passé.",
    "Wait until the member has made its statement or the time for it is over.",
)
_BY_OTHERS = Sentence("Laisser un autre membre agir.", "Leave it to another member.")
_BY_VOTE = Sentence("Soumettre la sanction au vote des membres.", "Put the sanction to a vote of the members.")

_CASES = {
    "case.not_yours": reason(
        "{actor} ne parle pas pour {party}.",
        "{actor} does not speak for {party}.",
        Sentence("Laisser {party} agir.", "Leave it to {party}."),
    ),
    "case.text": reason(
        "Le texte « {name} » doit compter de {shortest} à {longest} caractères lisibles.",
        "The text '{name}' must have {shortest} to {longest} readable characters.",
        Sentence("Écrire ce texte en quelques phrases.", "Write it in a few sentences."),
    ),
}
_SANCTION = {
    "sanction.step": reason(
        "Le dossier {case} est à l'état « {state} » : « {what} » ne s'y fait pas.",
        "The case {case} is in the state '{state}', which does not allow '{what}'.",
        _LOOK_AGAIN,
    ),
    "sanction.heard_first": reason(
        "Le membre n'a pas encore été entendu dans le dossier {case} : il a jusqu'au {ends}.",
        "The member was not heard yet in the case {case}: it has until {ends}.",
        _BE_HEARD,
    ),
    "sanction.hearing_over": reason(
        "Le délai pour s'exprimer dans le dossier {case} a pris fin le {ended}.",
        "The time to make a statement in the case {case} ended at {ended}.",
        Sentence("Ouvrir un différend sur la décision.", "Open a dispute about the decision."),
    ),
    "sanction.one_step": reason(
        "{member} est au niveau {before} : une décision monte d'un degré, pas au niveau {level}.",
        "{member} is on level {before}: a decision goes up by one step, not to level {level}.",
        Sentence("Décider du degré suivant.", "Decide on the next step."),
    ),
    "sanction.two_needed": reason(
        "Le niveau {level} ne se décide pas ainsi : jusqu'au 2, le secrétariat ; de 3 à 5, lui et une autorité.",
        "Level {level} is not decided like this: up to 2 the secretariat does, from 3 to 5 it and an authority.",
        Sentence("Obtenir l'autre accord, ou un vote.", "Get the other's consent, or a vote."),
    ),
    "sanction.vote_needed": reason(
        "Le niveau {level} ne se décide que par un vote des membres.",
        "Level {level} is decided by a vote of the members alone.",
        _BY_VOTE,
    ),
    "sanction.vote_short": reason(
        "Le vote a réuni {yes} % de oui ; il en faut {needed} %.",
        "The vote came to {yes} % of yes; it takes {needed} %.",
        _LOOK_AGAIN,
    ),
    "sanction.vote_other": reason(
        "Le vote {vote} ne porte pas sur ce dossier, ou n'est pas clos.",
        "The vote {vote} is not about this case, or is not closed.",
        _BY_VOTE,
    ),
    "sanction.vote_lower": reason(
        "Le vote portait sur le niveau {voted} ; il ne décide pas du niveau {level}.",
        "The vote was on level {voted}; it does not decide on level {level}.",
        _BY_VOTE,
    ),
    "sanction.concerned": reason(
        "{actor} est du même groupe que {member} et n'agit pas dans ce dossier.",
        "{actor} is of the same holding as {member} and takes no part in this case.",
        _BY_OTHERS,
    ),
    "sanction.may_not_decide": reason(
        "{actor} ne décide pas des sanctions : le secrétariat et les autorités le font.",
        "{actor} does not decide on sanctions: the secretariat and the authorities do.",
        ASK_SECRETARIAT,
    ),
    "sanction.may_not_propose": reason(
        "{actor} n'est concerné par aucune des écritures citées.",
        "{actor} is concerned by none of the log entries that were named.",
        Sentence("Citer une écriture qui porte sur ses propres données.", "Name a log entry about your own datasets."),
    ),
    "sanction.entries": reason(
        "Une écriture citée ne concerne pas {member}, ou il y en a plus de {most}.",
        "An entry that was named does not concern {member}, or there are more than {most}.",
        Sentence("Citer d'autres écritures du journal.", "Name other entries of the log."),
    ),
    "sanction.emergency_role": reason(
        "Seuls le secrétariat et une autorité suspendent en urgence.",
        "Only the secretariat and an authority suspend in an emergency.",
        ASK_SECRETARIAT,
    ),
    "sanction.already": reason(
        "Le membre est déjà au niveau {level} : l'urgence n'y ajoute rien.",
        "The member is on level {level} already: an emergency adds nothing.",
        Sentence("Ouvrir un dossier ordinaire.", "Open an ordinary case."),
    ),
    "sanction.emergency_entries": reason(
        "Une urgence ne cite que des décisions sur ce que le membre lui-même a demandé.",
        "An emergency names nothing but decisions on what the member itself asked for.",
        Sentence("Citer d'autres écritures du journal.", "Name other entries of the log."),
    ),
    "sanction.emergency_unsettled": reason(
        "L'urgence précédente, {case}, n'a été tranchée par personne d'autre que celui qui l'a ouverte.",
        "The emergency before, {case}, was settled by nobody but whoever brought it.",
        Sentence("Décider d'abord de ce dossier.", "Decide on that case first."),
    ),
    "sanction.same_facts": reason(
        "Une urgence ne se renouvelle pas pour les mêmes faits : les écritures citées doivent suivre la {size}e.",
        "An emergency is not renewed on the same facts: the entries named must come after entry {size}.",
        Sentence(
            "Décider après audition, ou citer des faits nouveaux.", "Decide after the hearing, or name new facts."
        ),
    ),
}
_DISPUTE = {
    "dispute.step": reason(
        "Le différend {dispute} est à l'état « {state} » : « {what} » ne s'y fait pas.",
        "The dispute {dispute} is in the state '{state}', which does not allow '{what}'.",
        _LOOK_AGAIN,
    ),
    "dispute.parties": reason(
        "Un différend oppose deux membres de groupes différents.",
        "A dispute is between two members of different holdings.",
        Sentence("Nommer l'autre partie.", "Name the other party."),
    ),
    "dispute.one_at_a_time": reason(
        "Un différend oppose déjà ces deux groupes : {dispute}.",
        "These two holdings have a dispute already: {dispute}.",
        Sentence("Attendre la fin de ce différend.", "Wait for the end of that dispute."),
    ),
    "dispute.no_mediator": reason(
        "Il ne reste aucun médiateur possible dans un troisième collège.",
        "No possible mediator is left in a third college.",
        Sentence("Retirer le différend et s'entendre autrement.", "Withdraw the dispute and settle it otherwise."),
    ),
    "dispute.not_mediator": reason(
        "{actor} n'est pas le médiateur de ce différend.",
        "{actor} is not the mediator of this dispute.",
        _BY_OTHERS,
    ),
    "dispute.refused_once": reason(
        "{actor} a déjà récusé un médiateur ; on n'en récuse qu'un.",
        "{actor} has refused a mediator already; each party may refuse one.",
        Sentence("Attendre sa réponse, ou retirer le différend.", "Wait for its answer, or withdraw the dispute."),
    ),
    "dispute.too_early": reason(
        "Le médiateur n'impose rien avant le {from_}, sauf si les deux parties ont répondu et que l'une a refusé.",
        "The mediator imposes nothing before {from_}, unless both parties answered and one declined.",
        Sentence("Proposer une décision aux parties.", "Propose a decision to the parties."),
    ),
    "dispute.lapsed": reason(
        "Le différend {dispute} s'est éteint le {at}.",
        "The dispute {dispute} lapsed at {at}.",
        Sentence("Ouvrir un nouveau différend.", "Open a new dispute."),
    ),
    "dispute.measure": reason(
        "Cette mesure provisoire ne porte pas sur les parties ({key}).",
        "This provisional measure does not concern the parties ({key}).",
        Sentence(
            "Nommer un jeu d'une des parties, ou un cube pour les seules parties, et une date avant l'extinction.",
            "Name a dataset of a party, or a cube to the parties alone, and a date before the dispute lapses.",
        ),
    ),
    "dispute.effect": reason(
        "Cet effet ne revient pas à ce différend : {thing}.",
        "This effect is not for this dispute to have: {thing}.",
        Sentence(
            "Nommer un accord ou un jeu des parties ; une sanction non votée, face à qui l'a décidée.",
            "Name an agreement or a dataset of the parties; a sanction not voted, against who decided on it.",
        ),
    ),
    "dispute.not_anonymous": reason(
        "Le résumé publié nomme « {name} ».",
        "The summary that will be published names '{name}'.",
        Sentence("Écrire les rôles à la place des noms.", "Write roles instead of names."),
    ),
}

_REGISTER = {
    "register.step": reason(
        "Le registre {register} ne connaît pas « {what} » : il se publie.",
        "The register {register} knows no '{what}': it is published.",
        ASK_SECRETARIAT,
    ),
}

SANCTIONS: Mapping[str, Reason] = {**_CASES, **_SANCTION, **_DISPUTE, **_REGISTER}
