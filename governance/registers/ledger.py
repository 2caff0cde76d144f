"""The ledger of contributions: what each member gives, as points from 0 to 100 for each dataset that it shares.

::

    points = freshness × quality × coverage     each in percent, rounded down to whole points

- *freshness*: how old the newest good version is, against the rhythm that its standard is expected to keep: within it
  100 %, within twice, four times and eight times 75, 50 and 25 %, older 0 %.
- *quality*: the verdict of the checks: pass 100 %, not applicable 75 %, unknown 50 %, fail 25 % (it was usable, else it
  would have been refused).
- *coverage*: how much of the basin's territory the dataset covers.

A dataset that no agreement in force shares gives nothing, and nothing is told of how fresh or good it is: not even that
there is a version. Points tell classes only: neither how many records a sealed
dataset holds nor the day on which they came in. They buy nothing: what is open stays open to whoever gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from governance.audiences import Tier
from governance.datasets import Standard

#: Days within which a new version of a feed is expected.
RHYTHM_DAYS: Mapping[Standard, int] = {Standard.GTFS: 30, Standard.GTFS_RT: 1, Standard.GBFS: 1, Standard.MDS: 7}
#: (multiple of the rhythm, percent), fresh to old.
FRESHNESS: tuple[tuple[int, int], ...] = ((1, 100), (2, 75), (4, 50), (8, 25))
QUALITY: Mapping[str, int] = {"pass": 100, "not_applicable": 75, "unknown": 50, "fail": 25}
#: From how many answers on a member's use is told in a higher class.
USE_CLASSES: tuple[tuple[int, str], ...] = ((100, "100+"), (10, "10-99"), (1, "1-9"))


@dataclass(frozen=True, slots=True)
class Given:
    """A dataset as it stands in the records. `age_days` None: no good version yet; `verdict` is that of the checks."""

    dataset: str
    holder: str
    standard: Standard
    tier: Tier
    age_days: int | None
    verdict: str
    territory: frozenset[str]


@dataclass(frozen=True, slots=True)
class Points:
    """What a dataset counts, in percent each, and its points from 0 to 100."""

    dataset: str
    holder: str
    tier: Tier
    freshness: int
    quality: int
    coverage: int

    @property
    def points(self) -> int:
        """The product, in whole points."""
        return self.freshness * self.quality * self.coverage // 10_000


def freshness(standard: Standard, age_days: int | None) -> int:
    """How fresh a version of that age is, in percent."""
    if age_days is None:
        return 0
    rhythm = RHYTHM_DAYS[standard]
    return next((percent for times, percent in FRESHNESS if age_days <= times * rhythm), 0)


def points(given: Iterable[Given]) -> list[Points]:
    """The points of every dataset, by id. The basin's territory is what all datasets cover together."""
    found = sorted(given, key=lambda one: one.dataset)
    basin = frozenset[str]().union(*(one.territory for one in found))
    return [_points(one, basin) for one in found]


def _points(given: Given, basin: frozenset[str]) -> Points:
    told = given.tier is not Tier.SEALED and given.age_days is not None
    return Points(
        dataset=given.dataset,
        holder=given.holder,
        tier=given.tier,
        freshness=freshness(given.standard, given.age_days) if told else 0,
        quality=QUALITY.get(given.verdict, 0) if told else 0,
        coverage=100 * len(given.territory) // len(basin) if basin else 0,
    )


def use_class(answers: int) -> str:
    """How much somebody used, told to the others: ``0``, ``1-9``, ``10-99``, ``100+`` answers."""
    return next((name for least, name in USE_CLASSES if answers >= least), "0")
