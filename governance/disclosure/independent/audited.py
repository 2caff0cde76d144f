"""What the auditor answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from governance.errors import CommonsError


class NotAudited(CommonsError):
    """A release that this audit says nothing about: another shape, noisy numbers, other dimensions."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that does not hold; for the builder's eyes only, for it tells about the secret.

    `attackers` are the holdings that read and collude (none: an outsider), `holding` is whose part is known too well
    (None: the travellers', or the release's own). `bound` is what the attackers know (not a number: nothing could be
    proven), `needed` what would be far enough.
    """

    rule: str
    key: str
    attackers: tuple[str, ...] = ()
    holding: str | None = None
    bound: float | None = None
    needed: float | None = None

    def __str__(self) -> str:
        """One line."""
        if self.bound is None:
            return f"{self.rule}: {self.key}"
        who = " and ".join(self.attackers) or "an outsider"
        whose = f" of {self.holding}" if self.holding is not None else ""
        return f"{self.rule}: {self.key}{whose}: {who} is left {self.bound:g} where {self.needed:g} is needed"


@dataclass(frozen=True, slots=True)
class Audited:
    """`attacks` is how many times a set of attackers was set upon a key: it depends on the form of the release only.

    `least_slack` is the least, over all that was demanded, of what is known to be possible over what is needed; 1 or
    more in a safe release. It is a lower bound, and for the builder's eyes only.
    """

    attacks: int
    least_slack: float
    breaches: tuple[Breach, ...]

    @property
    def safe(self) -> bool:
        """Whether everything holds."""
        return not self.breaches


def audited(attacks: int, slacks: Iterable[float], breaches: Iterable[Breach]) -> Audited:
    """The answer, its breaches in one order."""
    ordered = sorted(breaches, key=lambda one: (one.rule, one.key, one.attackers))
    return Audited(attacks, min(slacks, default=inf), tuple(ordered))
