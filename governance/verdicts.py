"""What a single rule answers: `ALLOWED`, or a `Denied` that names its clause, its reason and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.reasons import REASONS


@dataclass(frozen=True, slots=True)
class Allowed:
    """The rule holds."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The rule does not hold.

    `code` is stable and listed in `governance.reasons`; `clause` names the term, floor or step that denied; `values`
    fill the sentences, which are put together only when somebody reads them.
    """

    code: str
    clause: str
    values: tuple[tuple[str, object], ...] = ()

    @property
    def reason(self) -> Sentence:
        """Why, in a sentence."""
        return REASONS[self.code].sentence.filled(clause=self.clause, **dict(self.values))

    @property
    def next_step(self) -> Sentence:
        """What can be done about it."""
        return REASONS[self.code].next_step.filled(clause=self.clause, **dict(self.values))

    def plain(self) -> Plain:
        """As JSON, for an audit record or a problem document."""
        return {
            "clause": self.clause,
            "code": self.code,
            "next_step": self.next_step.plain(),
            "reason": self.reason.plain(),
        }


ALLOWED = Allowed()
Verdict: TypeAlias = Allowed | Denied


def denied(code: str, clause: str, **values: object) -> Denied:
    """A denial with a code of the catalogue, whose sentences `values` will fill.

    Raises:
        KeyError: the code is not in the catalogue.
    """
    if code not in REASONS:
        raise KeyError(code)
    return Denied(code, clause, tuple(values.items()))
