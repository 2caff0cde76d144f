"""What a commons stands on beside its rules: who recognises it, and the charter that its members sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from governance.bilingual import Sentence
from governance.canonical import Plain, digest


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who recognises the commons, on which legal basis, until when (the instant itself is excluded)."""

    by: Sentence
    basis: Sentence
    until: dt.datetime

    def ended(self, at: dt.datetime) -> bool:
        """Whether nobody recognises the commons any more. It is shown; it opens and shuts nothing by itself."""
        return at >= self.until

    def warning(self, at: dt.datetime) -> Sentence | None:
        """What to tell everybody once the mandate has ended."""
        if not self.ended(at):
            return None
        return Sentence(
            f"Le mandat du commun ({self.by.fr}) s'est terminé le {self.until:%Y-%m-%d}.",
            f"The mandate of the commons ({self.by.en}) ended on {self.until:%Y-%m-%d}.",
        )


@dataclass(frozen=True, slots=True)
class Charter:
    """One version of the charter. By `sign_by` members are expected to have signed it; it is not what they sign."""

    version: int
    title: Sentence
    text: Sentence
    sign_by: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """What is signed, as JSON."""
        return {"text": self.text.plain(), "title": self.title.plain(), "version": self.version}

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of what is signed."""
        return digest(self.plain())
