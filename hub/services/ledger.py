"""Who gives and who uses: the points of each member's datasets, and the answers that it got."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from governance.datasets import Dataset
from governance.parties import Kind
from governance.registers.ledger import Given, Points, points, use_class
from governance.request import Action
from governance.world import World
from hub.errors import NotFound
from hub.records.models import Feed, LogText, Version
from hub.services.catalogue import tier_of
from hub.services.commons import current_world
from hub.services.front import Front


@dataclass(frozen=True, slots=True)
class Uses:
    """Answers that a member got about a subject: all of them, and how many of these were extracts."""

    answers: int
    extracts: int


@dataclass(frozen=True, slots=True)
class Line:
    """A member in the ledger. `uses` are told to the member itself and the secretariat; the others see `used`."""

    member: str
    points: int
    datasets: tuple[Points, ...]
    used: str
    uses: Mapping[str, Uses] | None


def ledger(front: Front, *, since: dt.datetime, reader: str | None = None) -> list[Line]:
    """The ledger since an instant, by member; `reader` None is the hub's own machine, which sees everything.

    Raises:
        NotFound: the reader is no active member: the ledger is the members'.
    """
    world, now = current_world(front), front.clock()
    asking = world.members.get(reader) if reader is not None else None
    if reader is not None and (asking is None or not asking.active):
        raise NotFound("the ledger is shown to active members")
    with front.records.read() as session:
        given = points(_given(session, world, one, now) for one in world.datasets.values())
        uses = _uses(session, since)
    sees_all = asking is None or asking.kind is Kind.SECRETARIAT
    return [
        _line(member, given, uses.get(member, {}), told=sees_all or member == reader)
        for member in sorted(world.members)
        if world.members[member].active
    ]


def _given(session: Session, world: World, dataset: Dataset, now: dt.datetime) -> Given:
    feed = session.get(Feed, dataset.id)
    version = session.get(Version, feed.current_id) if feed is not None and feed.current_id is not None else None
    return Given(
        dataset=dataset.id,
        holder=dataset.holder,
        standard=dataset.standard,
        tier=tier_of(world, dataset.id, now),
        age_days=max(0, (now - version.ingested_at).days) if version is not None else None,
        verdict=version.verdict if version is not None else "",
        territory=dataset.territory,
    )


def _uses(session: Session, since: dt.datetime) -> dict[str, dict[str, Uses]]:
    # A decision's text is canonical JSON, so this very spelling is in each one that was made for a bilateral reader.
    extracts = func.sum(case((LogText.text.contains('"audience":"bilateral"', autoescape=True), 1), else_=0))
    query = (
        select(LogText.actor, LogText.subject, func.count(), extracts)
        .where(LogText.action == Action.READ.value, LogText.permitted.is_(True), LogText.at >= since)
        .group_by(LogText.actor, LogText.subject)
        .order_by(LogText.actor, LogText.subject)
    )
    found: defaultdict[str, dict[str, Uses]] = defaultdict(dict)
    for actor, subject, answers, taken in session.execute(query):
        found[actor][subject] = Uses(answers, int(taken))
    return found


def _line(member: str, given: list[Points], uses: Mapping[str, Uses], *, told: bool) -> Line:
    own = tuple(one for one in given if one.holder == member)
    total = sum(one.answers for one in uses.values())
    return Line(member, sum(one.points for one in own), own, use_class(total), dict(uses) if told else None)
