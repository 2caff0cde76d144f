"""Cases of several releases: each safe by itself, and what the ledger lets stand beside what is out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from governance.audiences import Audience
from governance.disclosure.attacks.knowledge import Knowledge, Out, span_of
from governance.disclosure.attacks.truth import Truth
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.ledger.admission import audit_jointly
from governance.disclosure.ledger.claims import Claim, Placed, Records
from governance.disclosure.ledger.membership import membership
from governance.disclosure.partition import partition
from governance.disclosure.published import Shape
from governance.obligations import Obligations
from governance.periods import Period
from governance.verdicts import ALLOWED
from tests.governance.disclosure.attacks.market import MEMBERS, Market, about

Off = frozenset[str]
JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
FEBRUARY = Period(dt.date(2026, 2, 1), dt.date(2026, 3, 1))
QUARTER = Period(dt.date(2026, 1, 1), dt.date(2026, 4, 1))
_DAY = {"calendar": "2026-01-15", "edition": "0"}


@dataclass(frozen=True, eq=False)
class Ask:
    """A partition of some of the records: by these hierarchies (dimension → column of the records), of a period, from
    the data as it was in an edition.
    """

    id: str
    by: Mapping[Hierarchy, str]
    period: Period = JANUARY
    edition: int = 0
    audience: Audience = Audience.MEMBERS


def _records(parts: Sequence[Mapping[str, object]]) -> pa.Table:
    """A row for each trip, each on its own vehicle; a part says how many trips."""
    rows = [{**_DAY, **part, "trips": 1} for part in parts for _ in range(int(str(part["trips"])))]
    return pa.Table.from_pylist([{**row, "device": f"v{number}"} for number, row in enumerate(rows)])


def _each(trips: Sequence[int], **where: str) -> list[dict[str, object]]:
    """A part for each holding a, b, c … with these trips."""
    return [{"holding": name, "trips": many, **where} for name, many in zip("abcd", trips, strict=False) if many]


def _asked(table: pa.Table, ask: Ask) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The records that a release is about."""
    days = [dt.date.fromisoformat(one) for one in table["calendar"].to_pylist()]
    states = [int(one) for one in table["edition"].to_pylist()]
    kept = [
        ask.period.from_ <= day < ask.period.to and state <= ask.edition
        for day, state in zip(days, states, strict=True)
    ]
    return np.array(kept, dtype=bool)


def _placed(table: pa.Table, ask: Ask) -> Placed:
    kept = _asked(table, ask)
    renamed = {one.dimension: table[column] for one, column in ask.by.items()}
    asked = pa.table({**renamed, **{name: table[name] for name in ("holding", "device", "trips")}}).filter(
        pa.array(kept)
    )
    market = Market(tuple(ask.by), asked)
    published = partition(market.contributions(), MEMBERS).published(about(Shape.PARTITION))
    cells = [[one.place[name] for name in asked[one.dimension].to_pylist()] for one in ask.by]
    inside = membership(published, np.array(cells, np.int32).T)
    pick = sp.csr_array(
        (np.ones(int(kept.sum()), np.int64), (np.flatnonzero(kept), np.arange(int(kept.sum())))),
        shape=(len(table), int(kept.sum())),
    )
    return Placed(_claim(table.filter(pa.array(kept)), ask), MEMBERS, published, sp.csr_array(pick @ inside))


def _claim(asked: pa.Table, ask: Ask) -> Claim:
    holders = frozenset(asked["holding"].to_pylist())
    cube = "-".join(one.levels[-1] for one in ask.by)
    edition = f"edition-{len(holders)}"
    obligations = Obligations(
        cube, ask.audience, {}, edition=edition, holders=holders, holdings={name: name for name in holders}
    )
    return Claim(
        ask.id,
        cube,
        "trips",
        "+".join(one.levels[-1] for one in ask.by),
        ask.period,
        f"{len(asked)} records",
        obligations,
    )


def _let_out(table: pa.Table, asks: Sequence[Ask], off: Off) -> tuple[Out, ...]:
    """One after the other: each as the ledger lets it out, or all of them where there is no ledger."""
    names = tuple(sorted(set(table["holding"].to_pylist())))
    holding = np.array([names.index(one) for one in table["holding"].to_pylist()], np.int32)
    records = Records(names, holding, np.ones(len(table), np.int64))
    out: list[Placed] = []
    for ask in asks:
        placed = _placed(table, ask)
        if "ledger" not in off:
            admission = audit_jointly(placed, out, records)
            if admission.verdict != ALLOWED:
                continue
            placed = admission.placed
        out.append(placed)
    by_id = {ask.id: ask for ask in asks}
    return tuple(
        Out(one.claim.id, one.published, one.claim.audience, span_of(one.claim.period), by_id[one.claim.id].edition)
        for one in out
    )


def _truth(table: pa.Table) -> Truth:
    return Truth(table, p_percent=10, max_share_percent=85, min_trips=10, min_vehicles=3, min_holders=3)


COMMUNES = Hierarchy.flat("zone", "commune", ["A", "B"])
CELLS = Hierarchy.flat("zone", "h3_8", ["w", "x", "y", "z"])
#: Cell z sticks out of commune A into B.
TOUCH = frozenset({("A", "x"), ("A", "y"), ("A", "z"), ("B", "z"), ("B", "w")})


def geography(off: Off) -> tuple[Knowledge, Truth]:
    """A has 120 trips, its cells x and y 60 and 52: 8 are in the part of z that lies in A."""
    table = _records(
        [
            *_each((20, 20, 20), **{"zone.commune": "A", "zone.h3_8": "x"}),
            *_each((18, 17, 17), **{"zone.commune": "A", "zone.h3_8": "y"}),
            *_each((4, 2, 2), **{"zone.commune": "A", "zone.h3_8": "z"}),
            *_each((17, 17, 16), **{"zone.commune": "B", "zone.h3_8": "z"}),
            *_each((20, 20, 20), **{"zone.commune": "B", "zone.h3_8": "w"}),
        ]
    )
    asks = [Ask("communes", {COMMUNES: "zone.commune"}), Ask("cells", {CELLS: "zone.h3_8"})]
    return Knowledge(_let_out(table, asks, off), overlaps=TOUCH), _truth(table)


ZONES = Hierarchy.flat("zone", "zone", ["X", "Y"])
BANDS = Hierarchy.flat("band", "band", ["am", "pm"])


def slicing(off: Off) -> tuple[Knowledge, Truth]:
    """X has 134 trips in the quarter, 60 in January and 66 in February: 8 in March."""
    months = {"2026-01-15": ((20, 20, 20), (30, 30, 30)), "2026-02-15": ((22, 22, 22), (30, 30, 30))}
    months["2026-03-15"] = ((4, 2, 2), (30, 30, 30))
    table = _records(
        [
            part
            for day, both in months.items()
            for zone, many in zip("XY", both, strict=True)
            for part in _each(many, zone=zone, calendar=day)
        ]
    )
    asks = [
        Ask("quarter", {ZONES: "zone"}, QUARTER),
        Ask("january", {ZONES: "zone"}),
        Ask("february", {ZONES: "zone"}, FEBRUARY),
    ]
    return Knowledge(_let_out(table, asks, off)), _truth(table)


def revision(off: Off) -> tuple[Knowledge, Truth]:
    """118 trips in X last week, 131 today: the 13 between are one holder's late file."""
    table = _records(
        [*_each((40, 40, 38), zone="X"), *_each((30, 30, 30), zone="Y"), *_each((13,), zone="X", edition="1")]
    )
    asks = [Ask("first", {ZONES: "zone"}), Ask("revised", {ZONES: "zone"}, edition=1)]
    return Knowledge(_let_out(table, asks, off)), _truth(table)


def joining(off: Off) -> tuple[Knowledge, Truth]:
    """Three holdings have 90 trips in X, the four of the new edition 130: the newcomer has 40."""
    table = _records(
        [*_each((30, 30, 30), zone="X"), *_each((30, 30, 30), zone="Y"), *_each((0, 0, 0, 40), zone="X", edition="1")]
    )
    asks = [Ask("three", {ZONES: "zone"}), Ask("four", {ZONES: "zone"}, edition=1)]
    return Knowledge(_let_out(table, asks, off)), _truth(table)


def small_town(off: Off) -> tuple[Knowledge, Truth]:
    """Two zones, two bands, and three open cubes: totals by zone, by band, and by zone in the morning alone."""
    cells = {("X", "am"): (14, 13, 13), ("X", "pm"): (3, 3, 2), ("Y", "am"): (10, 10, 10), ("Y", "pm"): (12, 12, 11)}
    table = _records([part for (zone, band), many in cells.items() for part in _each(many, zone=zone, band=band)])
    both = Hierarchy.flat("band", "band", ["am", "pm"])
    asks = [
        Ask("zones", {ZONES: "zone"}, audience=Audience.OPEN),
        Ask("bands", {BANDS: "band"}, audience=Audience.OPEN),
        Ask("both", {ZONES: "zone", both: "band"}, audience=Audience.OPEN),
    ]
    return Knowledge(_let_out(table, asks, off)), _truth(table)
