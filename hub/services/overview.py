"""All feeds that a reader may see, at once: how good each is now, and what is wrong with any of them.

Read in a few requests for all feeds together, for a commons may have thousands. A look at a feed that is not open to
everybody is decided and written down, as any look at it; so it is told only where the reader asks for it: `looked_at`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.findings import Verdict
from hub.records import incidents as incident_records
from hub.records.feed_models import Incident, Score, Standing
from hub.services import catalogue
from hub.services.catalogue import Entry
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.incidents import Told
from hub.services.keys import Actor

#: What is said of a feed is the first of these that any of its checks says.
_WORST = (Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class State:
    """A feed, what is said of it, and its scores (0 to 1000 by kind; none where it cannot be told) of its newest day.

    `verdict` and `day` are None before it was judged; `failing` are the checks that fail.
    """

    entry: Entry
    verdict: Verdict | None
    failing: tuple[str, ...]
    day: dt.date | None
    scores: Mapping[str, int | None]
    open_incidents: int


def visible(front: Front, actor: Actor) -> list[Entry]:
    """The feeds of which this reader may know more than the catalogue says, by slug."""
    found = catalogue.entries(front, current_world(front))
    return [one for one in found if one.is_open or catalogue.may_see(front, one.slug, actor)]


def states(front: Front, actor: Actor) -> list[State]:
    """How good each feed is that this reader may see, by slug; tell a reader only what was `looked_at`."""
    listed = visible(front, actor)
    slugs = [one.slug for one in listed]
    # A local day may have begun that UTC does not know of yet; one that is over by two days is no state of now.
    since = front.clock().date() - dt.timedelta(days=1)
    with front.records.read() as session:
        said = _said(session, slugs)
        scores = _newest_scores(session, slugs, since)
        wrong = _open_incidents(session, slugs)
    return [_state(one, said.get(one.slug, {}), scores.get(one.slug), wrong[one.slug]) for one in listed]


def incidents(front: Front, actor: Actor, *, most: int, after: int = 0) -> list[Told]:
    """Incidents of all feeds that this reader may see, with their notes: those that are open first, then the newest,
    leaving out the first `after`. The looks are decided and written down.
    """
    slugs = [one.slug for one in visible(front, actor)]
    order = (Incident.closed_at.is_not(None), Incident.opened_at.desc(), Incident.id.desc())
    with front.records.read() as session:
        query = select(Incident).where(Incident.slug.in_(slugs)).order_by(*order).offset(after).limit(most)
        found = [Told(one, tuple(incident_records.notes(session, one))) for one in session.scalars(query)]
    looked_at(front, {one.incident.slug for one in found}, actor)
    return found


def looked_at(front: Front, slugs: Iterable[str], actor: Actor) -> None:
    """Decide and write down that a reader looks at these feeds.

    Raises:
        NotFound, Refused: as `catalogue.must_see`.
    """
    for slug in sorted(set(slugs)):
        catalogue.must_see(front, slug, actor)


def _said(session: Session, slugs: list[str]) -> dict[str, dict[str, Verdict]]:
    found: dict[str, dict[str, Verdict]] = {}
    query = select(Standing.slug, Standing.check, Standing.verdict).where(Standing.slug.in_(slugs))
    for slug, check, verdict in session.execute(query.order_by(Standing.check)):
        found.setdefault(slug, {})[check] = Verdict(verdict)
    return found


def _newest_scores(
    session: Session, slugs: list[str], since: dt.date
) -> dict[str, tuple[dt.date, dict[str, int | None]]]:
    found: dict[str, tuple[dt.date, dict[str, int | None]]] = {}
    query = select(Score.slug, Score.day, Score.kind, Score.value).where(Score.slug.in_(slugs), Score.day >= since)
    for slug, day, kind, value in session.execute(query.order_by(Score.day.desc())):
        newest, scores = found.setdefault(slug, (day, {}))
        if newest == day:
            scores[kind] = value
    return found


def _open_incidents(session: Session, slugs: list[str]) -> Counter[str]:
    return Counter(session.scalars(select(Incident.slug).where(Incident.slug.in_(slugs), Incident.closed_at.is_(None))))


def _state(
    entry: Entry, said: Mapping[str, Verdict], newest: tuple[dt.date, Mapping[str, int | None]] | None, wrong: int
) -> State:
    day, scores = newest or (None, {})
    return State(
        entry=entry,
        verdict=next((one for one in _WORST if one in said.values()), None),
        failing=tuple(check for check, verdict in said.items() if verdict is Verdict.FAIL),
        day=day,
        scores=scores,
        open_incidents=wrong,
    )
