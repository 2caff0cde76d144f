"""What a reason is, and the next steps that several reasons share."""

from __future__ import annotations

from dataclasses import dataclass

from governance.bilingual import Sentence


@dataclass(frozen=True, slots=True)
class Reason:
    """A kind of denial: what it says, and what the one who asked can do about it."""

    sentence: Sentence
    next_step: Sentence


ASK_SECRETARIAT = Sentence("S'adresser au secrétariat.", "Write to the secretariat.")


def reason(fr: str, en: str, next_step: Sentence) -> Reason:
    """A reason from its two sentences."""
    return Reason(Sentence(fr, en), next_step)
