"""Registered cubes: the only questions that may be asked of several holders at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.cube_parts import Finishing, Mechanism, Zeros, usual_levels
from governance.disclosure.published import Shape
from governance.grain import Grain
from governance.periods import Period
from governance.terms.base import Term

#: Families of measures that are sums of one another, so that one is a margin of the other. Trip ends per zone are
#: the column totals of the flows. Parked vehicle-seconds over all zones are the fleet's, less those on a trip.
SUMS: Mapping[str, str] = MappingProxyType({"trips": "trips", "dwell": "vehicle_time", "fleet": "vehicle_time"})


@dataclass(frozen=True, slots=True)
class Edition:
    """The datasets a cube joins, from a day on. A holder that joins or leaves makes a new edition."""

    id: str
    from_: dt.date
    datasets: tuple[str, ...]

    def plain(self) -> Plain:
        """As JSON."""
        return {"datasets": list(self.datasets), "from": self.from_.isoformat(), "id": self.id}


@dataclass(frozen=True, slots=True)
class Cube:
    """One registered question.

    `measure` is the protected number, a whole number in `unit`, and `dimensions` the columns of a cell. `counted`
    names the column that each threshold on travellers looks at, None where the data has no such id (MDS has no
    user): nothing is left out by silence. `fields` are the measures that an agreement must grant.

    `levels` are those of each dimension, coarse to fine; a dimension that is not there has the usual ones. `attributes`
    say what each dimension is of a record (``start_zone``, ``end_time``), for cubes that are made of the same trips.
    `steps` are the levels in the order in which a partition is refined, each (dimension, level); empty for the usual
    order. `floors` hold beside the voted ones, by audience: the stricter of both applies.
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
    shape: Shape = Shape.PARTITION
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[tuple[str, str], ...] = ()
    finishing: Mapping[Audience, Finishing] = field(default_factory=dict)
    zeros: Zeros = Zeros.HIDDEN
    floors: Mapping[Audience, Mapping[str, Term]] = field(default_factory=dict)

    def levels_of(self, dimension: str) -> tuple[str, ...]:
        """The levels of a dimension, coarse to fine, without ``all``."""
        return self.levels.get(dimension) or usual_levels(dimension, self.grain.zone_system)

    def finishing_for(self, audience: Audience) -> Finishing:
        """How numbers for an audience are finished: rounded for everybody, as they are for narrower ones."""
        usual = Mechanism.ROUNDED if audience is Audience.OPEN else Mechanism.AS_IS
        return self.finishing.get(audience, Finishing(usual))

    def plain(self) -> Mapping[str, Plain]:
        """As JSON: all that a registered cube says."""
        return {
            "attributes": dict(self.attributes),
            "audiences": sorted(self.audiences),
            "counted": dict(self.counted),
            "dimensions": list(self.dimensions),
            "editions": [edition.plain() for edition in self.editions],
            "family": self.family,
            "fields": sorted(self.fields),
            "finishing": {audience.value: self.finishing_for(audience).plain() for audience in sorted(self.audiences)},
            "floors": {
                audience.value: {name: term.plain() for name, term in terms.items()}
                for audience, terms in sorted(self.floors.items())
            },
            "formula": self.formula.plain(),
            "id": self.id,
            "levels": {dimension: list(self.levels_of(dimension)) for dimension in self.dimensions},
            "measure": self.measure,
            "shape": self.shape.value,
            "statistic": self.statistic,
            "steps": [list(step) for step in self.steps],
            "territory": sorted(self.territory),
            "time_grain": str(self.grain.time),
            "title": self.title.plain(),
            "unit": self.unit,
            "zeros": self.zeros.value,
            "zone_system": self.grain.zone_system,
        }

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
