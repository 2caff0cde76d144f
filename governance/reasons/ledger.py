"""Why a joint release may not stand beside those that are out."""

from __future__ import annotations

from collections.abc import Mapping

from governance.bilingual import Sentence
from governance.reasons.reason import ASK_SECRETARIAT, Reason, reason

_USE_RELEASED = Sentence("Utiliser la publication existante.", "Use the release that exists.")
_NEXT_PERIOD = Sentence(
    "Attendre une période dont rien n'est encore publié.", "Wait for a period of which nothing is out."
)
_COARSER = Sentence(
    "Demander un grain plus grossier, ou le même découpage que la publication existante.",
    "Ask for a coarser grain, or for the same zones and bands as the release that exists.",
)

LEDGER: Mapping[str, Reason] = {
    "ledger.sums": reason(
        "{existing} mesure le même temps de véhicule sans enregistrement commun : on ignore ce que dirait l'écart.",
        "{existing} adds up the same vehicle time without common records: what the difference tells is not known.",
        _USE_RELEASED,
    ),
    "ledger.edition": reason(
        "{existing} réunit d'autres détenteurs, ou d'autres groupes : la différence serait les volumes de l'un d'eux.",
        "{existing} joins other holders, or other groups: the difference would be the volumes of one of them.",
        _NEXT_PERIOD,
    ),
    "ledger.holdings": reason(
        "Les enregistrements comptent {holding} à part, qui n'est pas un groupe de {existing}.",
        "The records count {holding} by itself, which is no holding of {existing}.",
        ASK_SECRETARIAT,
    ),
    "ledger.revision": reason(
        "{existing} vient d'autres données de la même période : la différence serait l'envoi tardif d'un détenteur.",
        "{existing} was built from other data of the same period: the difference would be one holder's late records.",
        _USE_RELEASED,
    ),
    "ledger.rules": reason(
        "{existing} suit d'autres règles : ce qui est montré ici et caché là dirait quelle règle l'a caché.",
        "{existing} follows other rules: what is shown here and hidden there would tell which rule hid it.",
        _USE_RELEASED,
    ),
    "ledger.rounding": reason(
        "{existing} arrondit les mêmes nombres à une autre base : les deux arrondis ensemble les resserrent.",
        "{existing} rounds the same numbers to another base: both roundings together narrow them down.",
        _USE_RELEASED,
    ),
    "ledger.noise": reason(
        "{existing} donne les mêmes nombres avec un bruit tiré une fois : d'autres tirages l'effaceraient en moyenne.",
        "{existing} gives the same numbers with noise drawn once: more draws would average it away.",
        _USE_RELEASED,
    ),
    "ledger.records": reason(
        "{existing} compte un enregistrement deux fois dans une somme : on ne peut pas la comparer à d'autres.",
        "{existing} counts a record twice in one sum: it cannot be set against others.",
        ASK_SECRETARIAT,
    ),
    "ledger.joint": reason(
        "Avec {existing}, même en plus grossier, des chiffres protégés se déduiraient.",
        "Beside {existing}, protected figures could be worked out, even from a coarser release.",
        _COARSER,
    ),
    "ledger.unsolved": reason(
        "Ce que cette publication dirait avec {existing} n'a pu être établi à temps : dans le doute, rien ne paraît.",
        "What this would tell beside {existing} could not be established in time: in doubt it is not published.",
        _COARSER,
    ),
}
