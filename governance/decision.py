"""What a decision is: a permit with its obligations and every test it passed, or a denial with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from governance.canonical import Plain
from governance.obligations import Obligations
from governance.verdicts import Denied


class Step(IntEnum):
    """The eight steps of a decision, in order."""

    BOUNDARY = 1
    SANCTION = 2
    REGISTERED = 3
    HOLDERS = 4
    AGREEMENT = 5
    OBLIGATIONS = 6
    STORED_RELEASE = 7
    PERMIT = 8


@dataclass(frozen=True, slots=True)
class Passed:
    """A test that was passed, and the clause behind it; `agreement` where it is one's."""

    step: Step
    clause: str
    dataset: str = ""
    agreement: str = ""

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "agreement": self.agreement,
            "clause": self.clause,
            "dataset": self.dataset,
            "outcome": "passed",
            "step": int(self.step),
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A test that was not passed; `dataset` and `agreement` where it is about one."""

    step: Step
    denied: Denied
    dataset: str = ""
    agreement: str = ""

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "agreement": self.agreement,
            "dataset": self.dataset,
            "denied": self.denied.plain(),
            "step": int(self.step),
        }


@dataclass(frozen=True, slots=True)
class Permit:
    """Yes. `grants` maps each dataset to the one agreement version it rests on."""

    obligations: Obligations
    because: tuple[Passed, ...]
    grants: Mapping[str, str]

    def plain(self) -> Plain:
        """As JSON."""
        return {
            "because": [passed.plain() for passed in self.because],
            "decision": "permit",
            "grants": dict(self.grants),
            "obligations": self.obligations.plain(),
        }


@dataclass(frozen=True, slots=True)
class Deny:
    """No, with at least one reason."""

    reasons: tuple[Refusal, ...]

    def plain(self) -> Plain:
        """As JSON."""
        return {"decision": "deny", "reasons": [reason.plain() for reason in self.reasons]}


Decision: TypeAlias = Permit | Deny
