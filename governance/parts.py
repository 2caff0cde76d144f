"""A world while it is being put together: the commons' documents, changed by what was done since."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from governance.agreement import Agreement
from governance.cubes import Cube
from governance.datasets import Dataset
from governance.parties import College, Holding, Member
from governance.ruleset import Ruleset
from governance.world import Prohibition, World


@dataclass(slots=True)
class Parts:
    """The parts of a world that acts may change. Agreements are by key (``id@version``)."""

    base: World
    ruleset: Ruleset
    colleges: dict[str, College]
    holdings: dict[str, Holding]
    members: dict[str, Member]
    datasets: dict[str, Dataset]
    cubes: dict[str, Cube]
    agreements: dict[str, Agreement]
    prohibitions: dict[str, Prohibition]
    earlier_rulesets: set[str]

    @classmethod
    def of(cls, base: World) -> Parts:
        """The parts as the documents say."""
        return cls(
            base=base,
            ruleset=base.ruleset,
            colleges=dict(base.colleges),
            holdings=dict(base.holdings),
            members=dict(base.members),
            datasets=dict(base.datasets),
            cubes=dict(base.cubes),
            agreements={one.key: one for one in base.agreements},
            prohibitions={one.id: one for one in base.prohibitions},
            earlier_rulesets=set(base.earlier_rulesets),
        )

    def world(self) -> World:
        """The world that they make; frozen."""
        return dataclasses.replace(
            self.base,
            ruleset=self.ruleset,
            colleges=dict(self.colleges),
            holdings=dict(self.holdings),
            members=dict(self.members),
            datasets=dict(self.datasets),
            cubes=dict(self.cubes),
            agreements=tuple(self.agreements[key] for key in sorted(self.agreements)),
            prohibitions=tuple(self.prohibitions[key] for key in sorted(self.prohibitions)),
            earlier_rulesets=frozenset(self.earlier_rulesets),
        )
