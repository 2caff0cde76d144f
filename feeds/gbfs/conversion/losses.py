"""What a conversion could not carry over, changed or had to assume: each told once per file and field, with a count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: What happened, in French and English. A reader of the republished feed is told these sentences.
LOSSES: Final[Mapping[str, tuple[str, str]]] = {
    "value_left_out": (
        "Cette valeur n'est pas permise par la version publiée ; elle est omise.",
        "The published version does not allow this value; it is left out.",
    ),
    "record_left_out": (
        "Un champ obligatoire de la version publiée manque ou est illisible ; l'enregistrement est omis.",
        "A field that the published version requires is missing or unreadable; the record is left out.",
    ),
    "file_left_out": (
        "Un champ obligatoire de la version publiée manque ou est illisible ; le fichier est omis.",
        "A field that the published version requires is missing or unreadable; the file is left out.",
    ),
    "field_unknown": (
        "La version publiée n'a pas ce champ ; il est omis.",
        "The published version has no such field; it is left out.",
    ),
    "file_unknown": (
        "La version publiée n'a pas ce fichier ; il est omis.",
        "The published version has no such file; it is left out.",
    ),
    "assumed": (
        "La source ne le dit pas ; la valeur que le standard suppose est écrite.",
        "The source does not say so; the value that the standard assumes is written.",
    ),
    "taken_from_hub": (
        "La source ne le dit pas ; la valeur vient du catalogue de cette plateforme.",
        "The source does not say so; the value comes from this hub's own settings.",
    ),
    "derived": (
        "La source ne le dit pas ; la valeur est calculée à partir de ses autres fichiers.",
        "The source does not say so; the value is computed from its other files.",
    ),
    "not_known": (
        "La source ne le dit pas et rien ne permet de le calculer ; une liste vide est écrite.",
        "The source does not say so and nothing lets it be computed; an empty list is written.",
    ),
    "made_coarser": (
        "La version publiée ne distingue pas ces cas ; le plus strict, ou le commun, est écrit.",
        "The published version does not tell these cases apart; the stricter, or the common one, is written.",
    ),
    "reference_left_out": (
        "Ce que la référence désigne n'est pas publié ; la référence est omise.",
        "What the reference names is not published; the reference is left out.",
    ),
}


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that the published `version` of a `file` lacks or has otherwise; `field` is dotted, without positions.

    `example` is one of the values, cut; empty where there was none.
    """

    version: str
    file: str
    field: str
    code: str
    count: int = 1
    example: str = ""

    @property
    def sentence_fr(self) -> str:
        """What happened, in French."""
        return LOSSES[self.code][0]

    @property
    def sentence_en(self) -> str:
        """What happened, in English."""
        return LOSSES[self.code][1]

    def plain(self) -> dict[str, str | int]:
        """As JSON, with both sentences."""
        said: dict[str, str | int] = {"version": self.version, "file": self.file, "field": self.field}
        said |= {"code": self.code, "count": self.count, "example": self.example}
        return said | {"sentence_fr": self.sentence_fr, "sentence_en": self.sentence_en}


class Losses:
    """Collects the losses of one conversion to one version."""

    def __init__(self, version: str, before: Iterable[Loss] = ()) -> None:
        self.version = version
        self._found: dict[tuple[str, str, str], Loss] = {(one.file, one.field, one.code): one for one in before}

    def add(self, code: str, file: str, field: str = "", value: Any = None) -> None:
        """Note one more of a kind; the first value is kept as the example."""
        key = (file, field, code)
        found = self._found.get(key)
        if found is None:
            example = "" if value is None or isinstance(value, dict | list) else str(value)[:80]
            self._found[key] = Loss(self.version, file, field, code, 1, example)
        else:
            self._found[key] = Loss(self.version, file, field, code, found.count + 1, found.example)

    def told(self) -> tuple[Loss, ...]:
        """All of them, by file, field and code."""
        ordered = sorted(self._found)
        return tuple(
            Loss(self.version, one.file, one.field, one.code, one.count, one.example)
            for one in (self._found[key] for key in ordered)
        )
