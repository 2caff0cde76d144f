"""What can be wrong with a log, or with an export of it: each by its name, in French and English.

A name is a promise: programs that watch a log look at it, so it is never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from governance.bilingual import Sentence

_FILE = {
    "file.unreadable": Sentence("Cette ligne n'a pas la forme attendue.", "This line has not the form that it must."),
    "file.cut": Sentence(
        "Le fichier s'arrête avant sa fin, ou continue après elle.", "The file stops before its end, or goes on after."
    ),
}
_CHECKPOINT = {
    "origin.other": Sentence("Le point de contrôle est d'un autre journal.", "The checkpoint is of another log."),
    "key.other": Sentence(
        "La clé de la plateforme n'est pas celle que l'on attendait.", "The hub's key is not the one that was expected."
    ),
    "checkpoint.signature": Sentence(
        "Le point de contrôle n'est pas signé par la plateforme.", "The checkpoint is not signed by the hub."
    ),
    "checkpoint.smaller": Sentence(
        "Le journal est plus court qu'un point de contrôle déjà vu.",
        "The log is shorter than a checkpoint that was seen before.",
    ),
    "checkpoint.missing": Sentence(
        "Aucun point de contrôle ne couvre ces écritures.", "No checkpoint covers these entries."
    ),
    "checkpoint.column": Sentence(
        "Une colonne ne dit pas ce que dit le point de contrôle ou la signature qu'elle accompagne.",
        "A column does not say what the checkpoint or signature beside it says.",
    ),
    "cosignature.invalid": Sentence(
        "Une cosignature n'est pas celle de ce témoin sur ce point de contrôle.",
        "A cosignature is not that witness's under this checkpoint.",
    ),
    "log.forked": Sentence(
        "Deux points de contrôle signés de même taille ont des racines différentes : le journal a bifurqué.",
        "Two signed checkpoints of one size have different roots: the log was forked.",
    ),
    "log.inconsistent": Sentence(
        "Le journal ne prolonge pas celui d'un point de contrôle antérieur.",
        "The log does not go on from that of an earlier checkpoint.",
    ),
    "consistency.missing": Sentence(
        "Il manque la preuve que le journal prolonge celui qui a été vu.",
        "The proof that the log goes on from the one that was seen is missing.",
    ),
    "root.other": Sentence(
        "Les écritures ne donnent pas la racine signée.", "The entries do not come to the root that was signed."
    ),
}
_ENTRY = {
    "entry.order": Sentence("L'écriture n'est pas à sa place.", "The entry does not stand in its place."),
    "entry.missing": Sentence("Une écriture manque au journal.", "An entry is missing from the log."),
    "entry.text": Sentence(
        "Le texte n'est pas celui qui a été inscrit : il n'ouvre pas l'engagement.",
        "The text is not the one that was logged: it does not open the commitment.",
    ),
    "entry.mark": Sentence(
        "Une marque de partie ne s'ouvre pas, ou manque.", "A party's mark does not open, or is missing."
    ),
    "entry.not_in_tree": Sentence(
        "L'écriture n'est pas dans l'arbre dont la racine est signée.",
        "The entry is not in the tree whose root was signed.",
    ),
    "counter.gap": Sentence(
        "Le compte des écritures de cette partie a un trou ou un doublon.",
        "The count of this party's entries has a gap or counts one twice.",
    ),
    "text.missing": Sentence(
        "Le texte manque et aucun effacement ne l'explique.", "The text is missing and no erasure explains it."
    ),
    "erasure.unexplained": Sentence(
        "L'effacement n'est expliqué par aucune écriture du journal.",
        "The erasure is explained by no entry of the log.",
    ),
}
_KEPT = {
    "copy.differs": Sentence(
        "Une colonne de recherche ne dit pas ce que dit le texte.",
        "A column to search by does not say what the text says.",
    ),
    "hidden.differs": Sentence(
        "Une valeur cachée n'ouvre pas l'engagement du texte.", "A hidden value does not open the text's commitment."
    ),
    "node.differs": Sentence(
        "Un nœud gardé de l'arbre n'est pas celui des écritures, ou manque.",
        "A kept node of the tree is not that of the entries, or is missing.",
    ),
    "state.differs": Sentence(
        "L'état gardé n'est pas celui que donne le journal.", "The state that is kept is not what the log comes to."
    ),
}

FAULTS: Mapping[str, Sentence] = MappingProxyType({**_FILE, **_CHECKPOINT, **_ENTRY, **_KEPT})


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
