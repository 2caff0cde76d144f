"""How good a feed is, for whoever may see it: what is said of each check, and the scores of each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from hub.records import standings as rows
from hub.records.feed_models import Score, Standing
from hub.services.catalogue import must_see
from hub.services.front import Front
from hub.services.keys import Actor


@dataclass(frozen=True, slots=True)
class Day:
    """The scores of one day by their kind."""

    day: dt.date
    scores: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Quality:
    """What is said of a feed now, and its newest days, newest first."""

    standings: tuple[Standing, ...]
    days: tuple[Day, ...]


def seen(front: Front, slug: str, actor: Actor, *, days: int) -> Quality:
    """The quality of a feed over its newest `days`.

    Raises:
        NotFound, Refused: as `catalogue.must_see`.
    """
    must_see(front, slug, actor)
    return of_feed(front, slug, days=days)


def of_feed(front: Front, slug: str, *, days: int) -> Quality:
    """As `seen`, for whoever is trusted: on the hub's own machine."""
    # A local day may have begun that UTC does not know of yet.
    last = front.clock().date() + dt.timedelta(days=1)
    with front.records.read() as session:
        found = rows.scores(session, slug, since=last - dt.timedelta(days=days), until=last)
        return Quality(tuple(rows.standings(session, slug)), tuple(_days(found)[:days]))


def _days(scores: Iterable[Score]) -> list[Day]:
    by_day = groupby(scores, key=lambda one: one.day)
    return [Day(day, {one.kind: one for one in same}) for day, same in by_day]
