"""The yearly evaluation: what the members decided, what left, what was refused, and what is not measured.

Counts are of the year [from, to) in the basin's local days, as known at the instant of making. No count lets anybody
work out a holder's volumes: accesses are counted by audience, never by dataset or member, and what was withheld from
joint statistics is not counted at all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from governance.agreement import State
from governance.canonical import Plain
from governance.choice.proposal import Proposal
from governance.disputes.case import Dispute
from governance.negotiation.negotiation import Negotiation
from governance.parties import Sanction
from governance.requests.access_request import AccessRequest
from governance.sanctions.case import Case
from governance.world import World


@dataclass(frozen=True, slots=True)
class Year:
    """What the evaluation is made from. Counters are of the year; states are those at the instant `at`.

    `releases` are by kind and audience, `denials` by reason, `accesses` by audience, `verdicts` of open feeds' current
    versions; `sealed_feeds` have a good version and are not open.
    """

    year: int
    from_: dt.datetime
    to: dt.datetime
    at: dt.datetime
    world: World
    negotiations: Sequence[Negotiation] = ()
    requests: Sequence[AccessRequest] = ()
    proposals: Sequence[Proposal] = ()
    cases: Sequence[Case] = ()
    disputes: Sequence[Dispute] = ()
    releases: Mapping[tuple[str, str], int] = field(default_factory=dict)
    denials: Mapping[str, int] = field(default_factory=dict)
    accesses: Mapping[str, int] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    sealed_feeds: int = 0

    def within(self, at: dt.datetime | None) -> bool:
        """Whether an instant lies in the year."""
        return at is not None and self.from_ <= at < self.to


def members_by_college(year: Year) -> dict[str, int]:
    """Active members, by college; every college is there."""
    counted = Counter(one.college for one in year.world.members.values() if one.active)
    return {college: counted[college] for college in sorted(year.world.colleges)}


def agreements_by_state(year: Year) -> dict[str, int]:
    """Agreements and negotiations by state at the instant of making; a draft is known to its author alone."""
    held = {one.id: one.state_at(year.at).value for one in year.world.agreements}
    held |= {one.id: one.state_at(year.at).value for one in year.negotiations}
    return _sorted(state for state in held.values() if state != State.DRAFT.value)


def days_to_conclude(year: Year) -> list[int]:
    """Whole days from the first draft to the last signature, of agreements that were signed within the year."""
    found = []
    for one in year.negotiations:
        first = one.version(one.spells[0].version) if one.spells else None
        signed = max((signature.at for signature in first.signatures), default=None) if first else None
        if signed is not None and year.within(signed) and not one.adopted:
            found.append((signed - one.versions[0].at).days)
    return sorted(found)


def requests_by_outcome(year: Year) -> dict[str, int]:
    """Requests for access that were submitted within the year, by state at the instant of making."""
    return _sorted(one.state_at(year.at).value for one in year.requests if year.within(one.submitted_at))


def answers_by_outcome(year: Year) -> dict[str, int]:
    """Holders' answers to these requests, silence included: their reasons are in words and stay with the parties."""
    submitted = [one for one in year.requests if year.within(one.submitted_at)]
    return _sorted(one.part_at(holder, year.at).value for one in submitted for holder in one.parts)


def sanctions_by_level(year: Year) -> dict[str, int]:
    """Steps decided within the year, by level; the last ones are the cases that ended without a step."""
    steps = Counter(one.step.level for one in year.cases if one.step is not None and year.within(one.step.from_))
    ends = Counter(one.state for one in year.cases if one.step is None and year.within(one.ended_at))
    levels = {str(int(level)): steps[level] for level in Sanction if steps[level]}
    return {**levels, **dict(sorted(ends.items()))}


def disputes_by_outcome(year: Year) -> dict[str, int]:
    """Disputes opened within the year, by state at the instant of making."""
    return _sorted(one.shown_state(year.at) for one in year.disputes if year.within(one.opened_at))


def votes_by_outcome(year: Year) -> dict[str, int]:
    """Votes that were opened within the year, by outcome."""
    return _sorted(one.stage.value for one in year.proposals if year.within(one.opened_at))


def turnout_percent(year: Year) -> int | None:
    """How many of those who could vote did, over all closed votes of the year, in whole percent; None without votes."""
    tallies = [one.tally for one in year.proposals if one.tally is not None and year.within(one.opened_at)]
    voters = sum(int(one["voters"]) for one in tallies if "voters" in one)
    voted = sum(int(one["voted"]) for one in tallies if "voted" in one)
    return 100 * voted // voters if voters else None


def data(year: Year) -> Mapping[str, Plain]:
    """The figures as JSON, for programs. What is not measured is null."""
    days = days_to_conclude(year)
    return {
        "accesses_by_audience": dict(sorted(year.accesses.items())),
        "agreements_by_state": agreements_by_state(year),
        "answers_by_outcome": answers_by_outcome(year),
        "certificates": None,
        "days_to_conclude": {
            "agreements": len(days),
            "longest": days[-1] if days else None,
            "median": days[len(days) // 2] if days else None,
        },
        "denials_by_reason": dict(sorted(year.denials.items())),
        "disputes_by_outcome": disputes_by_outcome(year),
        "feeds": {"open_by_verdict": dict(sorted(year.verdicts.items())), "sealed": year.sealed_feeds},
        "members_by_college": members_by_college(year),
        "releases": [
            {"audience": audience, "count": count, "kind": kind}
            for (kind, audience), count in sorted(year.releases.items())
        ],
        "requests_by_outcome": requests_by_outcome(year),
        "sanctions_by_level": sanctions_by_level(year),
        "share_suppressed": None,
        "turnout_percent": turnout_percent(year),
        "usefulness_lost": None,
        "votes_by_outcome": votes_by_outcome(year),
    }


def _sorted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
