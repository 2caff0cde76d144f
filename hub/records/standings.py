"""Standings and scores as rows, and the requests they are told from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.findings import Verdict
from feeds.judging.scores import Kind
from feeds.judging.scores import Score as Scored
from feeds.judging.spans import Answer
from feeds.judging.standing import Standing as Said
from hub.records import fetches
from hub.records.feed_models import Fetch, Score, Standing
from hub.records.text import storable

#: Outcomes of a request after which the feed was there.
_GOOD: Final = frozenset({fetches.FULL, fetches.NOT_MODIFIED})
#: Scores that are looked at for the newest day that was over: those of twenty days, of which seven are told again.
_NEWEST: Final = 60


def answers(session: Session, slug: str, *, since: dt.datetime, until: dt.datetime) -> list[Answer]:
    """What came of the requests for a feed in [since, until], oldest first."""
    columns = (Fetch.at, Fetch.name, Fetch.outcome, Fetch.digest)
    query = select(*columns).where(Fetch.slug == slug, Fetch.at >= since, Fetch.at <= until).order_by(Fetch.at)
    return [Answer(at, name, outcome in _GOOD, digest) for at, name, outcome, digest in session.execute(query)]


def standing(session: Session, slug: str, check: str) -> Said | None:
    """What is said of one check of a feed; None before it was judged."""
    row = session.get(Standing, (slug, check))
    return None if row is None else said(row)


def standings(session: Session, slug: str) -> list[Standing]:
    """All that is said of a feed, by check."""
    return list(session.scalars(select(Standing).where(Standing.slug == slug).order_by(Standing.check)))


def said(row: Standing) -> Said:
    """The value that a row keeps."""
    return Said(
        verdict=Verdict(row.verdict),
        since=row.since,
        latest=Verdict(row.latest),
        streak=row.streak,
        streak_since=row.streak_since,
        streak_s=float(row.facts["streak_s"]),
        raw=Verdict(row.facts["raw"]),
        at=row.at,
    )


def keep(session: Session, slug: str, check: str, now: Said, details: Mapping[str, Any]) -> None:
    """Write down what is said from now on; `details` are why."""
    session.merge(
        Standing(
            slug=slug,
            check=check,
            verdict=now.verdict.value,
            since=now.since,
            latest=now.latest.value,
            streak=now.streak,
            streak_since=now.streak_since,
            at=now.at,
            facts={"raw": now.raw.value, "streak_s": now.streak_s, "details": _storable(dict(details))},
        )
    )


def keep_score(
    session: Session, slug: str, day: dt.date, kind: Kind, score: Scored, *, until: dt.datetime | None
) -> None:
    """Write down a day's score; `until` is the instant up to which it was told while the day is not over."""
    details = {**score.details, "over": until is None, "until": until.isoformat() if until else None}
    session.merge(Score(slug=slug, day=day, kind=kind.value, value=score.value, details=_storable(details)))


def scores(session: Session, slug: str, *, since: dt.date, until: dt.date) -> list[Score]:
    """A feed's scores of the days [since, until], newest day first."""
    query = select(Score).where(Score.slug == slug, Score.day >= since, Score.day <= until)
    return list(session.scalars(query.order_by(Score.day.desc(), Score.kind)))


def first_day_to_score(session: Session, slug: str) -> dt.date | None:
    """The day after the newest that was over when it was scored, else the oldest one; None before the first score."""
    query = select(Score.day, Score.details).where(Score.slug == slug).order_by(Score.day.desc()).limit(_NEWEST)
    oldest: dt.date | None = None
    for day, details in session.execute(query):
        oldest = day
        if details["over"]:
            return oldest + dt.timedelta(days=1)
    return oldest


def _storable(value: Any) -> Any:
    """Plain values of any depth with texts that both databases take."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value
