"""What a reader may find wrong with a release or its certificate: each by its name, in French and English.

A name is a promise: programs that verify releases look at it, so it is never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from governance.bilingual import Sentence

_CERTIFICATE = {
    "release.other": Sentence(
        "Ce fichier n'est pas celui que le certificat décrit.",
        "This file is not the one that the certificate is about.",
    ),
    "release.said": Sentence(
        "Le certificat ne dit pas du fichier ce qu'il dit de lui-même.",
        "The certificate does not say of the file what the file says of itself.",
    ),
    "certificate.signature": Sentence(
        "Le certificat n'est pas signé par la clé qu'il nomme.",
        "The certificate is not signed by the key that it names.",
    ),
    "key.other": Sentence(
        "La clé de la plateforme n'est pas celle que l'on attendait.", "The hub's key is not the one that was expected."
    ),
}
_STRUCTURE = {
    "rows.overlap": Sentence(
        "Deux lignes qui devraient être disjointes ont une case en commun.",
        "Two rows that should be disjoint have a cell in common.",
    ),
    "rows.missing": Sentence(
        "Des cases ne sont dans aucune ligne, et leur absence parle.",
        "Some cells are in no row, and that they are left out tells of them.",
    ),
    "sum.contradiction": Sentence(
        "Une marge n'est pas la somme de ses parties publiées.", "A margin is not the sum of its published parts."
    ),
    "numbers.impossible": Sentence(
        "Aucune situation ne donne à la fois tous les nombres publiés.",
        "Nothing could be so that gives all the published numbers at once.",
    ),
}
_OWN = {
    "own.commitment": Sentence(
        "Vos contributions ne sont pas celles sur lesquelles la plateforme s'est engagée.",
        "Your contributions are not those that the hub committed itself to.",
    ),
    "own.no_commitment": Sentence(
        "Le certificat ne porte aucun engagement pour ce groupe.",
        "The certificate holds no commitment for this holding.",
    ),
    "own.more": Sentence(
        "Vous avez plus dans cette case que ce qui en est publié.",
        "You have more in this cell than is published of it.",
    ),
    "own.impossible": Sentence(
        "Vos contributions ne peuvent pas faire partie de tous ces nombres à la fois.",
        "Your contributions cannot be a part of all these numbers at once.",
    ),
}
_LEARNT = {
    "others.few": Sentence(
        "En retirant vos contributions, on trouve moins de trajets des autres que le seuil.",
        "Taking your own out leaves fewer trips of the others than the threshold.",
    ),
    "others.holders": Sentence(
        "En retirant vos contributions, il reste moins que ce que les autres groupes annoncés ont au moins.",
        "Taking your own out leaves less than the other holdings that are said to be there have at least.",
    ),
    "others.unproven": Sentence(
        "Le calcul des bornes n'a pas abouti : rien n'est prouvé pour cette case.",
        "The bounds could not be computed: nothing is proven for this cell.",
    ),
}

FAULTS: Mapping[str, Sentence] = MappingProxyType({**_CERTIFICATE, **_STRUCTURE, **_OWN, **_LEARNT})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold: its name in `FAULTS`, where, and what more there is to say in English."""

    name: str
    where: str
    detail: str = ""

    @property
    def sentence(self) -> Sentence:
        """What it means."""
        return FAULTS[self.name]

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.where}: {self.sentence.en} ({self.name}{f': {self.detail}' if self.detail else ''})"
