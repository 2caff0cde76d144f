"""Counting ballots: exact fractions, a quorum, a majority of what was expressed, and one in each of enough colleges.

Abstentions count for the quorum and for nothing else. A tie is a no. One more yes never turns a yes into a no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from governance.canonical import Plain
from governance.choice.roll import Roll


class Choice(StrEnum):
    """What a ballot says."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Outcome(StrEnum):
    """How a vote ends."""

    ENACTED = "enacted"
    REJECTED = "rejected"
    LAPSED = "lapsed"


#: What leaves a vote without a decision, rather than with a no.
LAPSES = frozenset({"quorum", "overtaken"})


@dataclass(frozen=True, slots=True)
class Needed:
    """What a proposal needs. `yes_percent` None: more than half of what was expressed; else at least that share."""

    quorum_percent: int
    yes_percent: int | None = None
    colleges: int = 0

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"colleges": self.colleges, "quorum_percent": self.quorum_percent, "yes_percent": self.yes_percent}


def read_needed(plain: Mapping[str, Any]) -> Needed:
    """Read what `Needed.plain` wrote."""
    return Needed(plain["quorum_percent"], plain["yes_percent"], plain["colleges"])


@dataclass(frozen=True, slots=True)
class Count:
    """Weights in percent, of one college or of all: of everybody entitled, and by what the ballots said."""

    entitled: Fraction = Fraction(0)
    yes: Fraction = Fraction(0)
    no: Fraction = Fraction(0)
    abstain: Fraction = Fraction(0)

    @property
    def cast(self) -> Fraction:
        """The weight of all ballots."""
        return self.yes + self.no + self.abstain

    def with_(self, share: Fraction, choice: Choice | None) -> Count:
        """The count with one voter more."""
        weights = {one: share if one is choice else Fraction(0) for one in Choice}
        return Count(
            self.entitled + share,
            self.yes + weights[Choice.YES],
            self.no + weights[Choice.NO],
            self.abstain + weights[Choice.ABSTAIN],
        )

    def plain(self) -> Mapping[str, Plain]:
        """As JSON: fractions as ``35/2``, for a count is exact."""
        names = ("entitled", "yes", "no", "abstain")
        return {"cast": str(self.cast)} | {name: str(getattr(self, name)) for name in names}


@dataclass(frozen=True, slots=True)
class Tally:
    """The result. `short` names what was missing: quorum, majority, colleges; and beside votes, consent of a holder,
    floors as strict as the parent's, or a text that nothing has overtaken.
    """

    total: Count
    colleges: Mapping[str, Count]
    voters: int
    voted: int
    short: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """What came of it; without the quorum, or when what was voted on is no longer so, nothing was decided."""
        if LAPSES & set(self.short):
            return Outcome.LAPSED
        return Outcome.REJECTED if self.short else Outcome.ENACTED

    @property
    def yes_percent(self) -> int:
        """How much of what was expressed said yes, in whole percent, rounded down."""
        expressed = self.total.yes + self.total.no
        return int(self.total.yes * 100 / expressed) if expressed else 0

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "colleges": {name: count.plain() for name, count in sorted(self.colleges.items())},
            "outcome": self.outcome.value,
            "short": list(self.short),
            "total": self.total.plain(),
            "voted": self.voted,
            "voters": self.voters,
            "yes_percent": self.yes_percent,
        }


def tally(roll: Roll, ballots: Mapping[str, Choice], needed: Needed) -> Tally:
    """Count the ballots of those who are on the roll; others are not looked at."""
    total, colleges, shares = Count(), dict[str, Count](), roll.shares()
    for voter in roll.voters:
        share, choice = shares[voter.member], ballots.get(voter.member)
        total = total.with_(share, choice)
        colleges[voter.college] = colleges.get(voter.college, Count()).with_(share, choice)
    voted = len(roll.members & ballots.keys())
    return Tally(total, colleges, len(roll.voters), voted, _short(total, colleges, needed))


def _short(total: Count, colleges: Mapping[str, Count], needed: Needed) -> tuple[str, ...]:
    expressed = total.yes + total.no
    tests = {
        "quorum": total.cast > 0 and total.cast * 100 >= total.entitled * needed.quorum_percent,
        "majority": total.yes > total.no
        if needed.yes_percent is None
        else expressed > 0 and total.yes * 100 >= expressed * needed.yes_percent,
        "colleges": sum(count.yes > count.no for count in colleges.values()) >= needed.colleges,
    }
    return tuple(name for name, passed in tests.items() if not passed)
