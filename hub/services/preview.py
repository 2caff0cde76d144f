"""The preview for negotiators: what proposed terms would let out of a holder's own past data, before anybody signs.

It is the holder's alone. The decision that lets a holder read its own dataset is the door, and every preview is one
entry of the log. No other dataset is opened: who else is there is supposed (`governance.disclosure.preview`). The hub
has no way to hand anything of it to the other party; the holder can, with what `for_the_other` holds: shares only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from governance.agreement import Agreement
from governance.audiences import JOINT, Audience, Tier
from governance.cubes import Cube, Edition
from governance.disclosure.contributions import Contributions
from governance.disclosure.preview.markets import MARKETS, Market
from governance.disclosure.preview.outlook import Outlook, outlooks
from governance.disclosure.preview.proposed import owed, rules_owed
from governance.periods import Period
from governance.request import Action, Request
from governance.verdicts import Denied, denied
from governance.world import World
from hub.errors import NotFound, Refused
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.contributions import contributions
from hub.services.decisions import decided
from hub.services.extracts.fields import TABLES
from hub.services.extracts.inputs import inputs
from hub.services.extracts.plan import Plan, plan_of, tables_of
from hub.services.release import PLANNING
from hub.services.turn import told

#: What is said with every preview: under which assumptions its numbers stand.
ASSUMED: Final = {
    "en": (
        "Reckoned from your own records alone. Who else is there, and that they spread like you, is supposed. Places "
        "where you have no trips are not seen. Other holders' terms can only make it less."
    ),
    "fr": (
        "Calculé sur vos seuls enregistrements. La présence des autres, et leur répartition semblable à la vôtre, sont "
        "supposées. Les lieux où vous n'avez pas de trajets ne sont pas vus. Les conditions des autres détenteurs ne "
        "peuvent que réduire ce qui est montré."
    ),
}


@dataclass(frozen=True, slots=True)
class Records:
    """What a bilateral extract of one table would hold: how many records, which fields, how coarse; or why none."""

    table: str
    plan: Plan | Denied
    records: int

    def plain(self) -> dict[str, Any]:
        """As JSON: counts only, never a record."""
        if isinstance(self.plan, Denied):
            return {"refused": told(self.plan), "table": self.table}
        return {
            "fields": [field.id for field in self.plan.fields],
            "records": self.records,
            "rounded_to": dict(self.plan.bases),
            "table": self.table,
            "time_grain": str(self.plan.time),
            "zone_system": self.plan.zone_system,
        }


@dataclass(frozen=True, eq=False, slots=True)
class Preview:
    """What each audience of the proposed text would see: outlooks, or why nothing. `own` are the holder's rows."""

    text: Agreement
    cube: Cube
    period: Period
    own: Contributions
    views: Mapping[Audience, tuple[Outlook, ...] | Denied]
    extract: tuple[Records, ...]

    def plain(self) -> dict[str, Any]:
        """All of it, for the holder."""
        own = {
            "cells": len({tuple(cell) for cell in self.own.cell.tolist()}),
            "measure": self.cube.measure,
            "total": self.own.total,
            "unit": self.cube.unit,
        }
        return {**self.for_the_other(), "extract": [one.plain() for one in self.extract], "own": own}

    def for_the_other(self) -> dict[str, Any]:
        """What the holder may hand to the other party: how useful it would be, in percent, and no count."""
        return {
            "agreement": self.text.key,
            "assumed": ASSUMED,
            "audiences": {audience.value: _view(view) for audience, view in self.views.items()},
            "cube": self.cube.id,
            "dataset": self.text.dataset,
            "period": {"from": self.period.from_.isoformat(), "to": self.period.to.isoformat()},
            "shape": self.cube.shape.value,
        }


def _view(view: tuple[Outlook, ...] | Denied) -> dict[str, Any]:
    return {"refused": told(view)} if isinstance(view, Denied) else {"outlooks": [one.plain() for one in view]}


def preview(
    back: Back,
    text: Agreement,
    *,
    cube: str,
    period: Period,
    by: str,
    markets: Sequence[Market] = MARKETS,
) -> Preview:
    """Work out a preview of a proposed text, for the holder of its dataset and nobody else.

    Raises:
        Refused: somebody else asks, or there is no record of the holder's in the period.
        NotFound: no such cube.
        Conflict: the dataset has no data for it.
    """
    at = back.front.clock()
    reading = Request(by, Action.READ, text.dataset, Audience.HOLDER, PLANNING, at)
    decided(back.front, reading)
    world = current_world(back.front)
    asked = world.cubes.get(cube)
    if asked is None:
        raise NotFound(f"no cube is called {cube!r}; there are {', '.join(sorted(world.cubes))}")
    own = _own(back, world, asked, text.dataset, period)
    views = {}
    for audience in sorted(JOINT & {Audience(name) for name in text.audiences.values}):
        back.progress(f"previewing {cube} for {audience}", 0, 0)
        views[audience] = _seen(text, asked, audience, own, world=world, period=period, markets=markets)
    return Preview(text, asked, period, own, views, _extract(back, text, period))


def _own(back: Back, world: World, cube: Cube, dataset: str, period: Period) -> Contributions:
    """The holder's contributions: the cube as if its edition were this one dataset, so that no other is opened."""
    alone = replace(cube, editions=(Edition("preview", period.from_, (dataset,)),))
    found = contributions(back, world, alone, period)
    if not len(found):
        none = denied("preview.no_records", "period", dataset=dataset, cube=cube.id, period=str(period))
        raise Refused(none.reason.en, [told(none)])
    return found


def _seen(
    text: Agreement,
    cube: Cube,
    audience: Audience,
    own: Contributions,
    *,
    world: World,
    period: Period,
    markets: Sequence[Market],
) -> tuple[Outlook, ...] | Denied:
    obliged = owed(text, cube, audience, world=world, period=period)
    if isinstance(obliged, Denied):
        return obliged
    return outlooks(own, rules_owed(obliged, cube), cube, audience, markets=markets)


def _extract(back: Back, text: Agreement, period: Period) -> tuple[Records, ...]:
    if text.tier is not Tier.BILATERAL:
        return ()
    found = []
    for table in tables_of(text.terms):
        plan = plan_of(text.terms, table)
        many = 0 if isinstance(plan, Denied) else _counted(back, text.dataset, table, period)
        found.append(Records(table, plan, many))
    return tuple(found)


def _counted(back: Back, dataset: str, table: str, period: Period) -> int:
    """How many records of a table lie in a period; each is in one batch only."""
    local = TABLES[table].local
    first, last = (pa.scalar(day, pa.date32()) for day in (period.from_, period.to))
    total = 0
    for path in inputs(back, dataset, table, period, local=local).paths:
        days = pc.cast(pq.read_table(path, columns=[local])[local], pa.date32(), safe=False)
        inside = pc.and_(pc.greater_equal(days, first), pc.less(days, last))
        total += pc.sum(inside).as_py() or 0
    return total
