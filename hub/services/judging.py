"""The hourly judgement of all feeds: standings stepped, incidents opened and closed, the day's scores written.

`now` is given, and the same `now` again changes nothing. Each feed has a transaction of its own, so that a run that
is killed has judged some feeds and not half a feed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feeds.judging.checks import CHECKS
from feeds.judging.raw import Raw
from feeds.judging.standing import ClockWentBack, Standing, step
from hub.errors import Conflict
from hub.records import standings
from hub.services import incidents
from hub.services.back import Progress, silent
from hub.services.brake import brake
from hub.services.front import Front
from hub.services.judging_evidence import Subject, subjects
from hub.services.judging_opinion import Opinion, Stepped, opinion

#: The kind of the job, and the name of the run that the brake knows it by.
JOB: Final = "judge"


@dataclass(slots=True)
class Judged:
    """What a run did. `held` are feeds whose new failures the brake numbered `brake` holds back."""

    feeds: int = 0
    opened: int = 0
    closed: int = 0
    brake: int | None = None
    held: tuple[str, ...] = field(default=())


def judge_all(front: Front, now: dt.datetime, *, timezone: str, progress: Progress = silent) -> Judged:
    """Judge every feed as of `now`; days are those of `timezone`.

    Raises:
        Conflict: feeds were judged at a later instant already.
    """
    zone = ZoneInfo(timezone)
    with front.records.read() as session:
        known = subjects(session)
    opinions = []
    for number, subject in enumerate(known, start=1):
        progress("judging", number, len(known))
        opinions.append(_opinion(front, subject, now, zone))
    done = _held_back(front, opinions, now)
    for number, one in enumerate(opinions, start=1):
        progress("writing down", number, len(opinions))
        _write(front, one, done, braked=one.slug in done.held)
    return done


def _opinion(front: Front, subject: Subject, now: dt.datetime, zone: ZoneInfo) -> Opinion:
    try:
        with front.records.read() as session:
            return opinion(session, subject, now, zone)
    except ClockWentBack as fault:
        raise Conflict(f"{subject.slug}: the clock went back: {fault}") from fault


def _held_back(front: Front, opinions: list[Opinion], now: dt.datetime) -> Judged:
    """Whether so many feeds newly fail that a person must look first: then it may be our own fault."""
    done, failing = Judged(feeds=len(opinions)), [one.slug for one in opinions if one.newly_fails]
    with front.records.write() as session:
        held = brake(session, JOB, failing, len(opinions), at=now)
        if held is not None:
            done.brake, done.held = held.id, tuple(failing)
    return done


def _write(front: Front, one: Opinion, done: Judged, *, braked: bool) -> None:
    with front.records.write() as session:
        for stepped in one.checks:
            # What is held back is left as it was: the next run judges the same evidence anew.
            if not (braked and stepped.newly_fails) and _is_unchanged(session, one.slug, stepped):
                opened, closed = _keep(session, one.slug, stepped)
                done.opened, done.closed = done.opened + opened, done.closed + closed
        for scored in one.scores:
            standings.keep_score(session, one.slug, scored.day, scored.kind, scored.score, until=scored.until)


def _is_unchanged(session: Session, slug: str, stepped: Stepped) -> bool:
    # Somebody else may have judged it meanwhile; what it said counts.
    return standings.standing(session, slug, stepped.check) == stepped.before


def _keep(session: Session, slug: str, stepped: Stepped) -> tuple[int, int]:
    standings.keep(session, slug, stepped.check, stepped.after[-1], stepped.details)
    return incidents.follow(session, slug, stepped.check, stepped.after, stepped.details)


def observe(session: Session, slug: str, seen: Mapping[str, Raw], at: dt.datetime) -> dict[str, Standing]:
    """Step the checks that a poll itself can tell (`feeds.gbfs.over_time`), in the transaction of the poll.

    An instant that lies before one that was judged is passed over: polls may be written down late.
    """
    after: dict[str, Standing] = {}
    for check, raw in seen.items():
        before = standings.standing(session, slug, check)
        if before is not None and at <= before.at:
            after[check] = before
            continue
        after[check] = step(before, raw.verdict, at, CHECKS[check].policy)
        _keep(session, slug, Stepped(check, before, (after[check],), raw.details))
    return after
