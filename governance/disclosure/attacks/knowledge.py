"""What an attacker has in hand: released files, its own contributions, and what anybody can read elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from governance.audiences import Audience
from governance.disclosure.published import Published
from governance.periods import Period

if TYPE_CHECKING:
    from governance.decision import Decision
    from governance.request import Request
    from governance.world import World


@dataclass(frozen=True, eq=False, slots=True)
class Out:
    """A release that is out, and what its readers know of it.

    `span` is the time it is about (from, to); None: unknown, taken to be the same as the others'. `edition` counts
    the states of the data behind it: a release of edition 1 joins all that one of edition 0 does, and something that
    came later (a late file, a holder that joined). `attributes` says which attribute of a record a dimension is, where
    two cubes call it differently (a trip end's zone is a flow's destination). `size` is that of the file in bytes.
    """

    id: str
    published: Published
    audience: Audience = Audience.OPEN
    span: tuple[dt.datetime, dt.datetime] | None = None
    edition: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)
    size: int | None = None

    def attribute(self, dimension: str) -> str:
        """The attribute that a dimension is of a record."""
        return self.attributes.get(dimension, dimension)


def span_of(period: Period) -> tuple[dt.datetime, dt.datetime]:
    """The local days of a period, as instants without a zone."""
    return dt.datetime.combine(period.from_, dt.time()), dt.datetime.combine(period.to, dt.time())


class Query(Protocol):
    """The door for questions: a value or None for each filter (attribute → nodes) that is asked."""

    def __call__(self, filters: Mapping[str, Sequence[str]], /) -> int | None:
        """The number of trips that fall under all filters, if it is answered."""


@dataclass(frozen=True, slots=True)
class Floors:
    """The voted floors as everybody may read them; never the exact p."""

    min_trips: int = 0
    min_vehicles: int = 0
    min_holders: int = 0
    max_share_percent: int = 100


@dataclass(frozen=True, eq=False, slots=True)
class Knowledge:
    """Everything that one attacker may use. What it does not have stays empty; the attack then says so.

    Tables have a column for each attribute and ``holding`` and the measure, a row for each cell: `own` are the
    attacker's own contributions (of two holdings where a pair pools what it knows), `public` the exact figures of
    holdings that publish them, `least` and `most` what open GBFS feeds let anybody estimate of each holding's figures,
    `seen` the number of ``vehicles`` that open feeds showed in a cell at most, `target` the cells through which one
    traveller is known to pass. `holdings` are those of the edition, `houses` the parent of each (the public register).
    `past` are earlier releases of the same cube. `reference` are worlds of the attacker's own making, without and with
    the traveller, each put through the public pipeline; `rest` is what a strong adversary knows of everybody else in
    each of these worlds, as far as it stands in the traveller's numbers. `told_p` is what it was told of p, `told_k` of
    k where it knows that nothing else hides a cell (elsewhere a hidden cell may be as large as any).

    Of the commons: `query` is the door for questions; `world` the commons at the instant `at` as its documents say it,
    `requests` what the attacker may read today; `decide` is the hub's decision point and `majority` what a vote makes
    of the world, both as they are unless a test says otherwise; `log` are the lines of a log's export and `verify` is
    how it is verified.
    """

    releases: tuple[Out, ...] = ()
    measure: str = "trips"
    own: pa.Table | None = None
    public: pa.Table | None = None
    least: pa.Table | None = None
    most: pa.Table | None = None
    seen: pa.Table | None = None
    target: pa.Table | None = None
    holdings: tuple[str, ...] = ()
    houses: Mapping[str, str] = field(default_factory=dict)
    overlaps: frozenset[tuple[str, str]] = frozenset()
    floors: Floors = field(default_factory=Floors)
    told_p: int | None = None
    told_k: int | None = None
    past: tuple[Out, ...] = ()
    reference: tuple[Sequence[Out], Sequence[Out]] | None = None
    rest: tuple[Sequence[int], Sequence[int]] | None = None
    query: Query | None = None
    world: World | None = None
    at: dt.datetime | None = None
    requests: tuple[Request, ...] = ()
    decide: Callable[[Request, World], Decision] | None = None
    majority: Callable[[World, Mapping[str, Any], dt.datetime], World] | None = None
    log: Sequence[bytes] | None = None
    verify: Callable[[Sequence[bytes]], bool] | None = None

    @property
    def me(self) -> frozenset[str]:
        """The holdings whose figures the attacker has because they are its own."""
        return frozenset(self.own["holding"].to_pylist()) if self.own is not None else frozenset()
