"""Cases at the hub's doors: questions, permits that ended, purposes, the log, votes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from governance.audiences import Audience
from governance.commons_yaml import load
from governance.decide import decide_without_memory
from governance.decision import Decision, Permit
from governance.disclosure.attacks.knowledge import Knowledge, Query
from governance.disclosure.attacks.majority import enacted
from governance.disclosure.attacks.tampering import is_whole
from governance.disclosure.attacks.trackers import answer_of
from governance.disclosure.attacks.truth import Truth
from governance.periods import Period
from governance.request import Action, Request
from governance.terms.scope import ForPurpose
from governance.world import World
from tests.governance.disclosure.attacks.market import Market, market, out, partitioned, zones
from tests.governance.log_book import a_book

Off = frozenset[str]
COMMONS = Path(__file__).resolve().parents[4] / "hub" / "territory" / "commons"
LATER = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
YEAR = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
CUBE = "flows-h3_8-month"


@cache
def _town() -> Market:
    parts = [("W", "a", 2, 2), ("X", "b", 3, 3), *(("Y", name, 40, 8) for name in "abc")]
    return market((zones("W", "X", "Y"),), parts)


def parameters(off: Off) -> tuple[Knowledge, Truth]:
    """W has two trips. A door that answers any filter with ten trips or more tells all, and all but W."""
    one = _town()
    published = partitioned(one)
    ask: Query = _any_filter(one) if "parameters" in off else lambda filters: answer_of(out(published), filters)
    return Knowledge((out(published),), query=ask), one.truth()


def _any_filter(one: Market) -> Query:
    def ask(filters: Mapping[str, Sequence[str]]) -> int | None:
        table = one.table
        for name, nodes in filters.items():
            table = table.filter(pc.is_in(table[name], pc.cast(list(nodes), "string")))
        trips = int(pc.sum(table["trips"]).as_py() or 0)
        return trips if trips >= 10 else None

    return ask


@cache
def _world() -> World:
    return load({path.relative_to(COMMONS).as_posix(): path.read_text("utf-8") for path in COMMONS.rglob("*.yaml")})


def _request(world: World) -> Request:
    """What the planning agency reads today: the members' flows of 2026, as they were released."""
    build = Request("secretariat", Action.RELEASE, CUBE, Audience.MEMBERS, "mobility-planning", LATER, YEAR)
    permit = decide_without_memory(build, world)
    assert isinstance(permit, Permit)
    return replace(build, actor="itineo", action=Action.READ, purpose="stop-siting", applied=permit.obligations)


def _knowledge(**more: Any) -> Knowledge:
    world = _world()
    return Knowledge(world=world, at=LATER, requests=(_request(world),), **more)


def each_read(off: Off) -> tuple[Knowledge, Truth]:
    """A permit that is kept is good for ever; one that is asked for anew ends with the agreement."""
    return _knowledge(decide=_remembering() if "each_read" in off else None), _town().truth()


def _remembering() -> Callable[[Request, World], Decision]:
    kept: dict[tuple[object, ...], Decision] = {}

    def decide(request: Request, world: World) -> Decision:
        return kept.setdefault((request.actor, request.subject, request.purpose), decide_without_memory(request, world))

    return decide


def never_mixed(off: Off) -> tuple[Knowledge, Truth]:
    """Bolide's agreement with research is for research, the joint one for planning: together they would be for both."""
    return _knowledge(decide=_mixing if "never_mix" in off else None), _town().truth()


def _mixing(request: Request, world: World) -> Decision:
    """Every agreement of a dataset lends its purposes to the others."""
    lent: dict[str, set[str]] = {}
    for agreement in world.agreements:
        lent.setdefault(agreement.dataset, set()).update(agreement.purposes.values)
    merged = [replace(one, purposes=ForPurpose(frozenset(lent[one.dataset]))) for one in world.agreements]
    every = frozenset().union(*lent.values())
    merged = [replace(one, purposes=ForPurpose(every)) if one.dataset.startswith("mds-") else one for one in merged]
    return decide_without_memory(request, replace(world, agreements=tuple(merged)))


def log(off: Off) -> tuple[Knowledge, Truth]:
    """A member's export, verified, or believed."""
    verify = _believed if "log" in off else is_whole
    return Knowledge(log=a_book().lines("trottix"), verify=verify), _town().truth()


def _believed(lines: Sequence[bytes]) -> bool:
    return bool(lines)


def retroaction(off: Off) -> tuple[Knowledge, Truth]:
    """A majority halves k; a history that forgets the old floors would let it read the past."""
    return _knowledge(majority=_forgetting if "retroaction" in off else None), _town().truth()


def _forgetting(world: World, difference: Mapping[str, Any], at: dt.datetime) -> World:
    later = enacted(world, difference, at)
    return replace(later, ruleset=replace(later.ruleset, superseded=()))
