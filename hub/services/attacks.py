"""What an attacker may take in hand: releases through the one door or as files, its own records, public priors.

Nothing here reads the vault, and nothing is asked that a member could not ask. What would change the commons (an
agreement that ends, a vote) is tried on a copy of its state in memory; each release that is read is decided and logged
as any reading is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa

from governance.audiences import Audience
from governance.decide import decide
from governance.decision import Permit
from governance.disclosure.attacks.attack import Learnt
from governance.disclosure.attacks.ground import NotComparable
from governance.disclosure.attacks.knowledge import Floors, Knowledge, Out, Query, span_of
from governance.disclosure.attacks.register import ATTACKS
from governance.disclosure.published import read_published
from governance.request import Action, Request
from governance.terms.base import AtLeast, AtMost
from governance.terms.floors import MaxShare, MinHolders, MinTrips, MinVehicles
from governance.world import World
from hub.errors import BadRequest, NotFound
from hub.records.models import Release
from hub.services.access import applied_to, open_release, period_of
from hub.services.attack_arms import HOLDING, Arms, armed
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.keys import PUBLIC, Actor


def from_files(paths: Sequence[Path], arms: Arms) -> Knowledge:
    """What is known from files alone: no hub is needed.

    Raises:
        BadRequest: a file cannot be read as what it is given for.
        NotARelease: a file is no release.
    """
    outs = tuple(Out(path.stem, read_published(path), size=path.stat().st_size) for path in paths)
    return armed(Knowledge(releases=outs), arms)


def from_hub(front: Front, words: Sequence[str], arms: Arms) -> Knowledge:
    """What is known from releases by id (or files), and from the commons' public registers.

    Raises:
        NotFound: no such release.
        Refused: the reader may not read it; the denial is logged.
        BadRequest, NotARelease: see `from_files`.
    """
    actor = Actor(arms.member, frozenset({"read"})) if arms.member else PUBLIC
    world, requests, releases = current_world(front), [], []
    if arms.member is not None and arms.member not in world.members:
        raise NotFound(f"no member is called {arms.member!r}")
    outs: list[Out] = []
    for word in words:
        if Path(word).is_file():
            outs.append(Out(Path(word).stem, read_published(Path(word)), size=Path(word).stat().st_size))
            continue
        opened = open_release(front, word, actor=actor, purpose=arms.purpose)
        releases.append(opened.release)
        outs.append(_out(opened.release, opened.path))
        requests.append(_request(opened.release, arms.member, opened.purpose, at=front.clock()))
    knowledge = Knowledge(
        releases=_editions(outs, releases),
        holdings=_holdings(world, releases),
        floors=_floors(world, outs),
        world=world,
        at=front.clock(),
        requests=tuple(requests),
        query=_query(world, requests[0]) if requests else None,
    )
    return armed(knowledge, arms)


def run(knowledge: Knowledge, numbers: Iterable[int] | None = None) -> dict[int, Learnt]:
    """Run attacks by number (all, if none is named); where two pool what they know, as each alone too.

    Raises:
        BadRequest: no attack has that number, or a table lacks a column that the releases ask for.
    """
    wanted = sorted(ATTACKS if numbers is None else set(numbers))
    if unknown := set(wanted) - set(ATTACKS):
        raise BadRequest(f"no attack has the number {min(unknown)}; there are 1 to {max(ATTACKS)}")
    try:
        return {number: _as_each(knowledge, number) for number in wanted}
    except NotComparable as fault:
        raise BadRequest(str(fault)) from fault


def _as_each(knowledge: Knowledge, number: int) -> Learnt:
    found = [ATTACKS[number].run(one) for one in _attackers(knowledge)]
    whole = found[-1]
    return replace(whole, facts=tuple(fact for one in found for fact in one.facts))


def _attackers(knowledge: Knowledge) -> list[Knowledge]:
    """Each holding of the own contributions alone, then all of them together."""
    if knowledge.own is None or len(knowledge.me) < 2:
        return [knowledge]
    alone = combinations(sorted(knowledge.me), 1)
    tables = [knowledge.own.filter(pa.compute.is_in(knowledge.own[HOLDING], pa.array(names))) for names in alone]
    return [*(replace(knowledge, own=table) for table in tables), knowledge]


def _out(release: Release, path: Path) -> Out:
    period = period_of(release)
    return Out(
        release.id,
        read_published(path),
        Audience(release.audience),
        span_of(period) if period is not None else None,
        size=release.size,
    )


def _editions(outs: Sequence[Out], releases: Sequence[Release]) -> tuple[Out, ...]:
    """Number the states of the data: of one cube and period the later release joins what came in between."""
    states: dict[tuple[Any, ...], list[str]] = {}
    for release in sorted(releases, key=lambda one: one.created_at):
        inputs = str(release.edition.get("inputs", ""))
        known = states.setdefault((release.subject, release.period_from, release.period_to), [])
        known += [inputs] if inputs not in known else []
    by_id = {release.id: release for release in releases}

    def numbered(out: Out) -> Out:
        if (release := by_id.get(out.id)) is None:
            return out
        known = states[release.subject, release.period_from, release.period_to]
        return replace(out, edition=known.index(str(release.edition.get("inputs", ""))))

    return tuple(numbered(out) for out in outs)


def _request(release: Release, member: str | None, purpose: str, *, at: dt.datetime) -> Request:
    return Request(
        actor=member,
        action=Action.READ,
        subject=release.subject,
        audience=Audience(release.audience),
        purpose=purpose,
        at=at,
        period=period_of(release),
        applied=applied_to(release),
    )


def _query(world: World, request: Request) -> Query:
    """The door for questions, as the decision sees it: a filter is a parameter that the cube has not registered.

    What it lets through would be answered, with whatever number: 0 stands for it here.
    """

    def ask(filters: Mapping[str, Sequence[str]]) -> int | None:
        parameters = tuple((name, ",".join(nodes)) for name, nodes in sorted(filters.items()))
        return 0 if isinstance(decide(replace(request, parameters=parameters), world), Permit) else None

    return ask


def _holdings(world: World, releases: Sequence[Release]) -> tuple[str, ...]:
    """Whose data the cubes join: the register says it to everybody."""
    cubes = [world.cubes[one.subject] for one in releases if one.subject in world.cubes]
    datasets = {name for cube in cubes for edition in cube.editions for name in edition.datasets}
    return tuple(sorted({world.holding_of(name) for name in datasets if name in world.datasets}))


def _floors(world: World, outs: Sequence[Out]) -> Floors:
    """The voted floors of the releases' narrowest audience; p is in none of them for an attacker."""
    audiences = [out.audience for out in outs if out.audience in world.ruleset.floors]
    if not audiences:
        return Floors()
    terms = world.ruleset.floors[audiences[-1]].terms

    def number(name: str, otherwise: int) -> int:
        term = terms.get(name)
        return term.value if isinstance(term, AtLeast | AtMost) else otherwise

    return Floors(
        number(MinTrips.name, 0), number(MinVehicles.name, 0), number(MinHolders.name, 0), number(MaxShare.name, 100)
    )
