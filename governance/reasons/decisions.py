"""Why a decision or the interlock of releases says no."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import ASK_SECRETARIAT, Reason, reason

_ASK_HOLDER = Sentence(
    "Proposer un accord au détenteur {holder}, ou demander son avenant.",
    "Propose an agreement to the holder {holder}, or ask to amend the one that exists.",
)
_USE_REGISTERED = Sentence(
    "Demander un cube enregistré, avec ses propres paramètres.", "Ask for a registered cube with its own parameters."
)
_USE_RELEASED = Sentence(
    "Utiliser la publication existante, ou demander une autre période.",
    "Use the release that exists, or ask for another period.",
)
_REBUILD = Sentence(
    "Attendre la prochaine publication, construite selon les règles en vigueur.",
    "Wait for the next release, which is built to the rules in force.",
)


_BOUNDARY = {
    "actor.unknown": reason("Membre inconnu : {actor}.", "Unknown member: {actor}.", ASK_SECRETARIAT),
    "actor.anonymous": reason(
        "Seul ce qui est ouvert se lit sans être membre.",
        "Only what is open may be read by others than members.",
        Sentence("Utiliser une clé de membre.", "Use a member's key."),
    ),
    "actor.scope": reason(
        "Cette clé n'a pas la portée « {scope} ».",
        "This key has not the scope '{scope}'.",
        Sentence("Demander une clé de cette portée au secrétariat.", "Ask the secretariat for a key of this scope."),
    ),
    "actor.inactive": reason(
        "Le membre {actor} n'est pas actif.", "The member {actor} is not active.", ASK_SECRETARIAT
    ),
    "actor.may_not": reason(
        "{actor} ne peut pas faire « {action} ».",
        "{actor} may not do '{action}'.",
        Sentence("Demander au secrétariat de le faire.", "Ask the secretariat to do it."),
    ),
    "actor.not_in_audience": reason(
        "{actor} ne fait pas partie du public « {audience} » ici.",
        "{actor} is not of the audience '{audience}' here.",
        Sentence("Demander la publication d'un autre public.", "Ask for the release of another audience."),
    ),
    "sanction.forbids": reason(
        "La sanction de niveau {level} suspend cet accès.",
        "A sanction of level {level} suspends this access.",
        Sentence("Demander à être entendu.", "Ask for a hearing."),
    ),
    "prohibition.in_force": reason(
        "Interdiction {prohibition} en vigueur : {why}",
        "Prohibition {prohibition} is in force: {why}",
        ASK_SECRETARIAT,
    ),
}
_SUBJECT = {
    "dataset.unknown": reason("Jeu de données inconnu : {subject}.", "Unknown dataset: {subject}.", ASK_SECRETARIAT),
    "dataset.sensitive": reason(
        "{subject} n'est pas un jeu de données ouvert.", "{subject} is not an open dataset.", _USE_REGISTERED
    ),
    "dataset.sealed": reason(
        "{subject} est scellé pour ce public : ses enregistrements ne sortent pas.",
        "{subject} is sealed for this audience: its records do not leave.",
        _USE_REGISTERED,
    ),
    "dataset.holder_inactive": reason(
        "Le détenteur {holder} de {subject} n'est plus un membre actif.",
        "The holder {holder} of {subject} is no longer an active member.",
        ASK_SECRETARIAT,
    ),
    "cube.unknown": reason("Cube non enregistré : {subject}.", "Not a registered cube: {subject}.", _USE_REGISTERED),
    "cube.parameters": reason(
        "Le cube ne s'interroge pas avec {parameter} = {value}.",
        "The cube cannot be asked with {parameter} = {value}.",
        _USE_REGISTERED,
    ),
    "cube.audience": reason(
        "Le cube n'est pas enregistré pour le public « {audience} ».",
        "The cube is not registered for the audience '{audience}'.",
        _USE_REGISTERED,
    ),
    "cube.too_fine": reason(
        "Le grain {grain} est plus fin que celui que les règles votées permettent pour « {audience} ».",
        "The grain {grain} is finer than the voted rules allow for '{audience}'.",
        _USE_REGISTERED,
    ),
    "cube.period": reason(
        "La période {period} ne suit pas le pas {step} du cube.",
        "The period {period} does not follow the cube's step {step}.",
        _USE_REGISTERED,
    ),
    "cube.edition": reason(
        "Aucune édition du cube ne couvre toute la période {period}.",
        "No edition of the cube covers the whole period {period}.",
        Sentence("Demander une période d'une seule édition.", "Ask for a period of one edition."),
    ),
    "cube.holders_chosen": reason(
        "Les détenteurs sont ceux de l'édition du cube ; ils ne se choisissent pas.",
        "The holders are those of the cube's edition; they cannot be chosen.",
        _USE_REGISTERED,
    ),
    "cube.mixed_public": reason(
        "Le groupe {holding} a des données publiques et secrètes dans ce cube : on ne peut pas les séparer.",
        "The holding {holding} has public and secret data in this cube: they cannot be told apart.",
        ASK_SECRETARIAT,
    ),
}
_AGREEMENT = {
    "agreement.none": reason(
        "Aucun accord ne couvre {dataset} : il est scellé.", "No agreement covers {dataset}: it is sealed.", _ASK_HOLDER
    ),
    "agreement.state": reason(
        "L'accord {agreement} est dans l'état « {state} ».",
        "The agreement {agreement} is in the state '{state}'.",
        _ASK_HOLDER,
    ),
    "agreement.unsigned": reason(
        "L'accord {agreement} ne lie personne : il manque la signature de {missing}.",
        "The agreement {agreement} binds nobody: the signature of {missing} is missing.",
        Sentence(
            "Le faire signer par ses parties : hub agreements sign.",
            "Have its parties sign it: hub agreements sign.",
        ),
    ),
    "agreement.validity": reason(
        "L'accord {agreement} vaut {validity}.", "The agreement {agreement} is valid {validity}.", _ASK_HOLDER
    ),
    "agreement.tier": reason(
        "L'accord {agreement} est de niveau « {tier} ».", "The agreement {agreement} is of tier '{tier}'.", _ASK_HOLDER
    ),
    "agreement.term": reason(
        "L'accord {agreement} sur {dataset} ne le permet pas : {term}",
        "The agreement {agreement} on {dataset} does not allow it: {term}",
        _ASK_HOLDER,
    ),
    "purpose.unknown": reason(
        "Finalité inconnue : {purpose}.",
        "Unknown purpose: {purpose}.",
        Sentence("Choisir une finalité du registre.", "Choose a purpose of the register."),
    ),
    "release.unmet": reason(
        "La publication stockée ne satisfait pas l'obligation « {clause} ».",
        "The stored release does not meet the obligation '{clause}'.",
        _REBUILD,
    ),
    "release.too_soon": reason(
        "Trop tôt : le délai court jusqu'au {ready}.",
        "Too soon: the delay runs until {ready}.",
        Sentence("Redemander après cette date.", "Ask again after that date."),
    ),
    "release.overtaken": reason(
        "Les accords ou les règles ont changé pendant le calcul.",
        "Agreements or rules changed while it was computed.",
        Sentence("Demander à nouveau la publication.", "Ask for the release again."),
    ),
    "release.step": reason(
        "La publication {release} ne peut pas être « {what} » : elle est publiée une fois et ne change plus.",
        "The release {release} cannot be {what}: it is published once and does not change.",
        _REBUILD,
    ),
    "release.unproven": reason(
        "Un audit indépendant n'a pas pu prouver que la publication protège ses contributeurs : rien n'est publié.",
        "An independent audit could not prove that the release protects its contributors: nothing is published.",
        Sentence(
            "Demander un grain plus grossier ou une période plus longue.", "Ask for a coarser grain or a longer period."
        ),
    ),
    "release.nothing": reason(
        "Rien de {cube} ne peut être montré à ce public sur cette période, même d'un seul tenant.",
        "Nothing of {cube} can be shown to this audience for this period, not even as one sum.",
        Sentence(
            "Voir « hub cubes preview » : plus de contributeurs, une dérogation de chacun, un autre public.",
            "See 'hub cubes preview': more contributors, a waiver by each of them, another audience.",
        ),
    ),
    "release.not_stated": reason(
        "On ne sait pas selon quelles règles la publication a été construite.",
        "It is not known to which rules the release was built.",
        _REBUILD,
    ),
}
_BILATERAL = {
    "bilateral.not_an_extract": reason(
        "Seul un extrait bilatéral précise « {clause} ».",
        "Only a bilateral extract names '{clause}'.",
        _USE_REGISTERED,
    ),
    "bilateral.no_recipient": reason(
        "Un extrait est préparé pour un seul membre, et l'on ne dit pas lequel.",
        "An extract is prepared for one member, and it is not said for which.",
        Sentence("Nommer le membre destinataire.", "Name the member that receives it."),
    ),
    "bilateral.not_described": reason(
        "La demande d'extrait ne précise pas « {clause} ».",
        "The request for an extract does not say '{clause}'.",
        Sentence(
            "Nommer la table, les champs, la maille et le pas de temps.",
            "Name the table, the fields, the zones and the time step.",
        ),
    ),
    "bilateral.no_floors": reason(
        "Les membres n'ont voté aucun plancher pour le niveau bilatéral : rien n'en sort.",
        "The members have voted no floors for the bilateral tier: nothing leaves by it.",
        Sentence("Proposer ces planchers au vote.", "Propose these floors to the vote."),
    ),
    "bilateral.owed": reason(
        "L'accord bilatéral {agreement} ne dit rien de « {clause} », et le silence n'autorise rien.",
        "The bilateral agreement {agreement} does not state '{clause}', and silence allows nothing.",
        _ASK_HOLDER,
    ),
    "bilateral.unkept": reason(
        "L'accord bilatéral {agreement} pose « {clause} », qui n'a pas de sens pour des enregistrements isolés.",
        "The bilateral agreement {agreement} asks for '{clause}', which means nothing for single records.",
        _ASK_HOLDER,
    ),
    "bilateral.too_early": reason(
        "L'accord bilatéral {agreement} ne porte que sur les enregistrements à partir du {begins}.",
        "The bilateral agreement {agreement} is about records from {begins} on.",
        _ASK_HOLDER,
    ),
    "bilateral.other_agreement": reason(
        "L'extrait relève de l'accord {under}, non de {agreement}.",
        "The extract belongs to the agreement {under}, not to {agreement}.",
        Sentence("Attendre l'extrait préparé sous l'autre accord.", "Wait for the extract of the other agreement."),
    ),
}
_TERM = {
    "term.scope": reason(
        "Hors du champ de la clause « {clause} » : {asked}.",
        "Outside the clause '{clause}': {asked}.",
        Sentence("Rester dans le champ de l'accord, ou demander un avenant.", "Stay within it, or ask to amend it."),
    ),
    "term.spent": reason(
        "La clause « {clause} » est épuisée : {asked}.",
        "The clause '{clause}' is used up: {asked}.",
        Sentence("Attendre la période suivante.", "Wait for the next period."),
    ),
}
_INTERLOCK = {
    "interlock.overlap": reason(
        "{existing} est déjà publié sur une partie de cette période : leur différence dévoilerait des cases protégées.",
        "{existing} is already out for part of this period: the difference of the two would give away protected cells.",
        _USE_RELEASED,
    ),
    "interlock.edition": reason(
        "{existing} réunit d'autres détenteurs, ou d'autres groupes : la différence serait les volumes de l'un d'eux.",
        "{existing} joins other holders, or other groups: the difference would be the volumes of one of them.",
        _USE_RELEASED,
    ),
    "interlock.revision": reason(
        "{existing} vient d'autres données de la même période : la différence serait l'envoi tardif d'un détenteur.",
        "{existing} was built from other data of the same period: the difference would be one holder's late records.",
        _USE_RELEASED,
    ),
    "interlock.rules": reason(
        "{existing} suit d'autres règles : une case montrée ici et cachée là dirait quelle règle l'a cachée.",
        "{existing} follows other rules: a cell shown here and hidden there would tell which rule hid it.",
        _USE_RELEASED,
    ),
}

DECISIONS: Mapping[str, Reason] = {
    **_BOUNDARY,
    **_SUBJECT,
    **_AGREEMENT,
    **_BILATERAL,
    **_TERM,
    **_INTERLOCK,
}
