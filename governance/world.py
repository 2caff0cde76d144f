"""The whole commons as one frozen value: what a decision may look at, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from governance.agreement import Agreement
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.choice.retroaction import floors_since
from governance.cubes import Cube
from governance.datasets import Dataset
from governance.founding import Charter, Mandate
from governance.parties import College, Holding, Member
from governance.periods import Period
from governance.purposes import PurposeGraph
from governance.ruleset import Floors, Ruleset
from governance.terms.scope import EVERYONE, MEMBERS, Validity

if TYPE_CHECKING:
    from governance.clauses import Clause
    from governance.recall import Recall


@dataclass(frozen=True, slots=True)
class Basin:
    """The territory of the commons; its days are those of `time_zone`.

    `mandate`: who recognises the commons. `parent`: the voted rules of the commons that it is nested in.
    """

    id: str
    name: Sentence
    time_zone: str
    mandate: Mandate | None = None
    charter: Charter | None = None
    parent: Ruleset | None = None


@dataclass(frozen=True, slots=True)
class Prohibition:
    """Something forbidden for a while, whatever the agreements say: an incident, a holder's suspension at once.

    `subject` is a dataset or a cube; `recipients` are names as in `governance.terms.scope.Recipient`.
    """

    id: str
    subject: str
    recipients: frozenset[str]
    validity: Validity
    why: Sentence


@dataclass(frozen=True, slots=True)
class World:
    """Parties, datasets, purposes, cubes, rules and agreements, each by id.

    `memo` keeps what was decided about each kind of request, `clauses` the tests of each agreement for each audience;
    the world is frozen, so neither goes stale.
    """

    basin: Basin
    colleges: Mapping[str, College]
    holdings: Mapping[str, Holding]
    members: Mapping[str, Member]
    datasets: Mapping[str, Dataset]
    purposes: PurposeGraph
    cubes: Mapping[str, Cube]
    ruleset: Ruleset
    agreements: tuple[Agreement, ...] = ()
    prohibitions: tuple[Prohibition, ...] = ()
    earlier_rulesets: frozenset[str] = frozenset()
    by_dataset: Mapping[str, tuple[Agreement, ...]] = field(init=False, repr=False, compare=False)
    rulesets: frozenset[str] = field(init=False, repr=False, compare=False)
    memo: dict[tuple[object, ...], Recall] = field(init=False, repr=False, compare=False)
    clauses: dict[tuple[str, Audience], tuple[Clause, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Agreement]] = {}
        for agreement in sorted(self.agreements, key=lambda one: (one.id, one.version)):
            found.setdefault(agreement.dataset, []).append(agreement)
        object.__setattr__(self, "by_dataset", {name: tuple(items) for name, items in found.items()})
        object.__setattr__(self, "rulesets", self.earlier_rulesets | {self.ruleset.hash()})
        object.__setattr__(self, "memo", {})
        object.__setattr__(self, "clauses", {})

    def names_of(self, actor: str | None) -> frozenset[str]:
        """Under which names somebody may be granted something."""
        member = self.members.get(actor) if actor is not None else None
        if member is None or not member.active:
            return frozenset({EVERYONE})
        return frozenset({EVERYONE, MEMBERS, f"college:{member.college}", f"member:{member.id}"})

    def floors_for(self, audience: Audience, period: Period | None) -> Floors | None:
        """The voted floors of an audience for data of a period: the strictest since it began. None: nothing leaves."""
        began = self.end_of(period.from_) if period is not None else None
        return floors_since(self.ruleset, audience, began)

    def holding_of(self, dataset: str) -> str:
        """The holding behind a dataset's holder."""
        return self.members[self.datasets[dataset].holder].holding

    def end_of(self, day: dt.date) -> dt.datetime:
        """The instant at which the local day `day` begins, which is when a period [.., day) has ended."""
        return dt.datetime.combine(day, dt.time(), ZoneInfo(self.basin.time_zone)).astimezone(dt.UTC)
