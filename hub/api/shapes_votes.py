"""The shapes of the API's answers on rules and votes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from hub.api.shapes import Said, Shape

#: How deep a body may be nested.
DEEPEST: Final = 32
#: The value of one rule: a number, a truth value, a text as an agreement spells it, or grains.
RuleValue = StrictBool | StrictInt | StrictStr | list[StrictStr] | None


class ChangeItem(Shape):
    """One rule that changes."""

    path: str
    effect: str = Field(description="stricter, looser, or procedure: how the members decide.")
    sentence: Said
    before: RuleValue = Field(description="null: it does not hold, or its value is told to members only.")
    after: RuleValue = Field(description="null: it will not hold, or its value is told to members only.")


class SubjectItem(Shape):
    """What a vote is about."""

    kind: str = Field(description="rules, membership or sanction.")
    thing: str = Field(description="The rules, the candidate's id, or the id of the case.")


class ProposalItem(Shape):
    """A proposal in a list."""

    id: str
    subject: SubjectItem
    state: str = Field(description="voting, enacted, rejected, lapsed (nothing was decided) or withdrawn.")
    due: bool = Field(description="Its time has come, and any member may close it.")
    by: str
    why: str
    nature: str | None = Field(description="tightening or loosening, for rules.")
    opened_at: dt.datetime
    closes_at: dt.datetime = Field(description="Ballots are taken before this instant.")
    ended_at: dt.datetime | None
    voters: int
    voted: int


class ProposalList(Shape):
    """Proposals, newest first."""

    proposals: list[ProposalItem]


class NeededItem(Shape):
    """What a proposal needs."""

    quorum_percent: int = Field(description="Of the weight of all who may vote; abstentions count.")
    yes_percent: int | None = Field(description="Of the weight of yes and no; null: more than half.")
    colleges: int = Field(description="In how many colleges yes must outweigh no.")


class CountItem(Shape):
    """Weights in percent, as exact fractions such as `35/2`."""

    entitled: str
    cast: str
    yes: str
    no: str
    abstain: str


class TallyItem(Shape):
    """How a vote ended."""

    outcome: str
    short: list[str] = Field(
        description="What was missing: quorum, majority, colleges, consent, parent, or overtaken by another vote."
    )
    total: CountItem
    colleges: dict[str, CountItem]
    voted: int
    voters: int
    yes_percent: int


class ForMembers(Shape):
    """What members see of a vote beside what everybody does."""

    shares: dict[str, str] = Field(description="Each voter's part of the weights in percent, when the vote opened.")
    ballots: dict[str, str] = Field(description="Your own while the vote runs; all of them afterwards.")
    concerned: list[str] = Field(description="Holders whose consent is owed, as known when the vote opened.")
    consents: dict[str, bool]
    missing: list[str] = Field(description="Holders whose consent was missing in the end.")


class ProposalDoc(ProposalItem):
    """A proposal; `members` is null for others than members."""

    changes: list[ChangeItem]
    needed: NeededItem
    tally: TallyItem | None
    members: ForMembers | None


class Body(Shape):
    """What is sent to be kept: text that every database keeps, so without NUL and halves of surrogate pairs.

    Nothing that is asked for stands more than `DEEPEST` deep in lists and objects.
    """

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, raw: Any) -> Any:
        for text in _texts(raw):
            if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text):
                raise ValueError("text must hold no NUL and no half of a surrogate pair")
        return raw


def _texts(raw: Any) -> Iterator[str]:
    # A stack instead of calls: what is sent may be nested deeper than Python calls.
    waiting = [(raw, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError(f"lists and objects stand more than {DEEPEST} deep in each other")
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            waiting += [(one, depth + 1) for item in value.items() for one in item]
        elif isinstance(value, list):
            waiting += [(one, depth + 1) for one in value]


class ProposalIn(Body):
    """What is proposed: a difference of the rules, or a sanction case; exactly one of them."""

    difference: dict[str, RuleValue] | None = Field(
        default=None, description="New values by path, null to remove a floor.", max_length=100
    )
    case: str | None = Field(default=None, max_length=80)
    why: str = Field(min_length=1, max_length=2000)
    id: str = Field(default="", description="Its name; else one is chosen.", max_length=48)


class BallotIn(Body):
    """A ballot."""

    choice: str = Field(description="yes, no or abstain.", max_length=20)


class ConsentIn(Body):
    """A holder's consent to a loosening, or its refusal."""

    consents: bool


class WithdrawalIn(Body):
    """Taking a proposal back."""

    why: str = Field(default="", max_length=2000)


class RuleItem(Shape):
    """One rule in force that is no floor."""

    path: str
    name: Said
    value: RuleValue


class AudienceFloors(Shape):
    """What holds for one audience, whatever an agreement says."""

    audience: str
    rules: list[Said]
    finest: list[str]


class RulesDoc(Shape):
    """The voted rules in force."""

    id: str
    version: int
    floors: list[AudienceFloors]
    rules: list[RuleItem]
    weights: dict[str, int] = Field(description="Weights of the colleges in percent.")


class RulesVersion(Shape):
    """One version of the rules."""

    version: int
    from_: dt.datetime = Field(alias="from", description="In force from this instant.")
    proposal: str = Field(description="The vote that made it; empty for the founding version.")
    changes: list[ChangeItem] = Field(description="What it changed of the version before.")


class RulesHistory(Shape):
    """Every version since the members first proposed a change, oldest first."""

    versions: list[RulesVersion]
