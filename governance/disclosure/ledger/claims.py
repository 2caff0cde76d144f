"""What a release is about, as far as the ledger must know, and the records in which several releases meet.

Every published number is a sum over *records* (trips, episodes of parking). A record has one holding and one value, and
lies in some rows of each release. So the finest common refinement of all zone systems, time bands and periods needs no
geometry: records that lie in the same rows everywhere cannot be told apart by anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import scipy.sparse as sp

from governance.cubes import Cube
from governance.disclosure.contributions import Codes, Ints
from governance.disclosure.interlock import ReleaseClaim, claim
from governance.disclosure.published import Published, Shape
from governance.disclosure.rules import Rules
from governance.obligations import Obligations
from governance.periods import Period

#: How the attributes of a record that are instants are named (``start_time``, ``end_time``).
INSTANT = "_time"


@dataclass(frozen=True, slots=True)
class Claim(ReleaseClaim):
    """A release's claim, its shape, and which attribute of a record each dimension is (``start_zone``, ``end_time``).

    `noisy` says that noise was added to its numbers.
    """

    shape: Shape = Shape.PARTITION
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    noisy: bool = False

    @property
    def instants(self) -> frozenset[str]:
        """The instants of a record that place it in the period; empty where it is not said."""
        return frozenset(one for one in self.attributes.values() if one.endswith(INSTANT))


def claim_of(
    cube: Cube,
    *,
    id: str,
    period: Period,
    inputs: str,
    obligations: Obligations,
    published: Published,
    attributes: Mapping[str, str],
) -> Claim:
    """The claim of a release of `cube`."""
    about = claim(cube, id=id, period=period, inputs=inputs, obligations=obligations)
    return Claim(
        about.id,
        about.cube,
        about.family,
        about.grain,
        about.period,
        about.inputs,
        about.obligations,
        shape=published.about.shape,
        attributes=MappingProxyType(dict(attributes)),
        noisy=published.about.noise is not None,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Records:
    """n records of h holdings: `holding` (n,) indexes `holdings`, `value` (n,) is the measure.

    `trips` (n,) is what ``min_trips`` counts where the measure is not that count, `device` (n,) the number of the
    vehicle, where that is known. A holding of -1 marks what could have
    been but was not (a possible place without a record); it has no value.
    """

    holdings: tuple[str, ...]
    holding: Codes
    value: Ints
    trips: Ints | None = None
    device: Ints | None = None

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A release with its records: `rows` (n, r) says which of its r rows each record lies in.

    `rules` are those that its audience's floors and agreements ask for. A row that is suppressed is no equation; nobody
    says what it was suppressed for, so it must not be recovered to the unit. `spared` are rows that the ledger itself
    suppressed: they keep to the rules, and need not be protected.
    """

    claim: Claim
    rules: Rules
    published: Published
    rows: sp.csr_array
    spared: frozenset[int] = frozenset()

    def pooled(self, published: Published, rows: sp.csr_array) -> Placed:
        """The same release with coarser rows."""
        return replace(self, published=published, rows=rows)

    def suppressing(self, keys: Collection[int]) -> Placed:
        """The same table with more of its keys suppressed."""
        hidden = np.isin(np.arange(len(self.published)), list(keys))
        told = self.published.coverage
        published = replace(
            self.published,
            value=np.where(hidden, -1, self.published.value),
            coverage=tuple("" if gone else one for gone, one in zip(hidden.tolist(), told, strict=True)),
        )
        return replace(self, published=published, spared=self.spared | frozenset(keys))

    def sums(self, records: Records) -> Ints:
        """The true sum of each row: (r,)."""
        found: Ints = (self.rows.T @ records.value).astype(np.int64)
        return found
