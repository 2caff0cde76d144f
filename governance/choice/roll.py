"""Who votes, and with which weight.

Each active member has one ballot. A college's weight is shared in equal parts by the holdings in it, and a holding's
part in equal parts by its members there: a group that founds subsidiaries in a college gains no vote. Who votes in
which college was settled when it was admitted, so no bound is needed across colleges.

The secretariat does not vote: it runs the hub for the members, as their trusted third party. A member under a sanction
of level 5 or more does not vote either. Who is concerned itself by an admission or an exclusion, or whose holding is,
does not decide on it. The roll is drawn up when the vote opens; whoever has no vote any more when it closes is left
out, and nobody comes in or changes its holding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from governance.canonical import Plain
from governance.parties import Kind, Member, Sanction
from governance.world import World

#: From this level on a member has no vote; its data stays its own, so its consent is still asked.
VOTELESS_FROM = Sanction.ALL_BUT_OPEN_SUSPENDED


@dataclass(frozen=True, slots=True)
class Voter:
    """A member with a ballot."""

    member: str
    college: str
    holding: str


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody who may vote, in the order of the names, and the colleges' weights in percent."""

    weights: Mapping[str, int]
    voters: tuple[Voter, ...]

    @property
    def members(self) -> frozenset[str]:
        """Who may cast a ballot."""
        return frozenset(voter.member for voter in self.voters)

    def shares(self) -> dict[str, Fraction]:
        """Each voter's part of the weights, in percent; those of a college come to its weight."""
        holdings: dict[str, set[str]] = {}
        for voter in self.voters:
            holdings.setdefault(voter.college, set()).add(voter.holding)
        within = Counter((voter.college, voter.holding) for voter in self.voters)
        return {
            voter.member: Fraction(
                self.weights.get(voter.college, 0),
                len(holdings[voter.college]) * within[voter.college, voter.holding],
            )
            for voter in self.voters
        }

    def still(self, now: Roll) -> Roll:
        """The voters that have a vote now too; those left share their college's weight.

        Colleges and holdings stay those of the opening: nobody shifts weights by a merger while ballots are cast.
        """
        return replace(self, voters=tuple(one for one in self.voters if one.member in now.members))

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_roll`."""
        return {
            "voters": [[voter.member, voter.college, voter.holding] for voter in self.voters],
            "weights": dict(self.weights),
        }


def read_roll(plain: Mapping[str, Any]) -> Roll:
    """Read a roll as `Roll.plain` spells it."""
    return Roll(dict(plain["weights"]), tuple(Voter(*one) for one in plain["voters"]))


def draw_up(world: World, *, without: str = "") -> Roll:
    """Everybody who may vote now, but for the members of the holding `without`."""
    voters = [
        Voter(member.id, member.college, member.holding)
        for member in world.members.values()
        if may_vote(member) and member.holding != without
    ]
    weights = {college.id: college.weight_percent for college in world.colleges.values()}
    return Roll(weights, tuple(sorted(voters, key=lambda voter: voter.member)))


def may_vote(member: Member) -> bool:
    """Whether a member has a vote at all."""
    return member.active and member.kind is not Kind.SECRETARIAT and member.sanction < VOTELESS_FROM
