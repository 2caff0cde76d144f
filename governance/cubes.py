"""Registered cubes: the only questions that may be asked of several holders at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.grain import Grain
from governance.periods import Period

#: Families of measures that are sums of one another, so that one is a margin of the other. Trip ends per zone are
#: the column totals of the flows. Parked vehicle-seconds over all zones are the fleet's, less those on a trip.
SUMS: Mapping[str, str] = MappingProxyType({"trips": "trips", "dwell": "vehicle_time", "fleet": "vehicle_time"})


@dataclass(frozen=True, slots=True)
class Edition:
    """The datasets a cube joins, from a day on. A holder that joins or leaves makes a new edition."""

    id: str
    from_: dt.date
    datasets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cube:
    """One registered question.

    `measure` is the protected number, a whole number in `unit`, and `dimensions` the columns of a cell. `counted`
    names the column that each threshold on travellers looks at, None where the data has no such id (MDS has no
    user): nothing is left out by silence. `fields` are the measures that an agreement must grant.
    """

    id: str
    title: Sentence
    formula: Sentence
    statistic: str
    family: str
    measure: str
    unit: str
    dimensions: tuple[str, ...]
    grain: Grain
    territory: frozenset[str]
    fields: frozenset[str]
    counted: Mapping[str, str | None]
    audiences: frozenset[Audience]
    editions: tuple[Edition, ...]

    def parameters(self) -> Mapping[str, str]:
        """Everything that could be asked otherwise; a request that names another value is refused."""
        return {
            "dimensions": ",".join(self.dimensions),
            "measure": self.measure,
            "time_grain": str(self.grain.time),
            "zone_system": self.grain.zone_system,
        }

    def edition(self, period: Period) -> Edition | None:
        """The one edition in which the whole period lies; None when it begins before all or straddles two."""
        begun = [edition for edition in self.editions if edition.from_ <= period.from_]
        inside = [edition for edition in self.editions if period.from_ < edition.from_ < period.to]
        return max(begun, key=lambda edition: edition.from_) if begun and not inside else None


def sums_family(family: str) -> str:
    """The group of families that are sums of one another; an unknown family is a group of its own."""
    return SUMS.get(family, family)
