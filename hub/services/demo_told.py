"""What the demo tells of each of its steps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened: the step, whether it did as it should, and a sentence."""

    step: str
    good: bool
    sentence: str
