"""A sentence in the two languages of the commons. One rule, one sentence, used by page, API and documentation alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

#: The languages of the commons.
Language: TypeAlias = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same sentence in French and in English; `{name}` marks what `filled` puts in."""

    fr: str
    en: str

    def filled(self, **values: object) -> Sentence:
        """The sentence with its marks replaced; what has a sentence of its own is put in by language."""
        return Sentence(
            fr=self.fr.format(**{name: _in(value, "fr") for name, value in values.items()}),
            en=self.en.format(**{name: _in(value, "en") for name, value in values.items()}),
        )

    def said(self, language: Language) -> str:
        """The sentence in one of the two."""
        return self.fr if language == "fr" else self.en

    def plain(self) -> dict[str, str]:
        """As a JSON object."""
        return {"en": self.en, "fr": self.fr}


@runtime_checkable
class Said(Protocol):
    """Anything that can be put into words in both languages: a term, for instance."""

    def sentence(self) -> Sentence:
        """Its sentence."""


def _in(value: object, language: str) -> object:
    said = value.sentence() if isinstance(value, Said) else value
    return getattr(said, language) if isinstance(said, Sentence) else said
