"""Who seems to probe: members that were denied again and again within a day are told so, and heard.

Asking for what one may not have, many times, is how protected figures are worked out. From the ruleset's number of
denials in 24 hours on the hub opens a case that proposes a warning: the opened case is the notice to the member, and
the secretariat decides on the warning after the hearing, as on any other step. A member under enhanced monitoring
(level 2 and above) gets half that number. The public is never counted: it has no name here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from governance.acts import HUB
from governance.parties import Kind, Member, Sanction
from governance.ruleset import Ladder
from governance.sanctions.case import Case
from governance.sanctions.guards import MOST_ENTRIES
from hub.records import commons as commons_records
from hub.records import jobs as job_records
from hub.records.models import LogText
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.sanctions import Charge, against, opened
from hub.services.turn import Turn, turn

WINDOW: Final = dt.timedelta(hours=24)
#: The kind of job that a scan is.
JOB: Final = "probing"
#: How the cases are told apart that the hub opens by itself.
ORIGIN: Final = "probing"
#: Denials that say nothing of probing: a quota that is spent, a program that runs on while its member is suspended.
NOT_PROBING: Final = frozenset({"term.spent", "sanction.forbids", "actor.inactive", "prohibition.in_force"})


def threshold(ladder: Ladder, level: Sanction) -> int:
    """How many denials in 24 hours are too many: the ruleset's number, half of it under enhanced monitoring."""
    return ladder.probing_denials if level < Sanction.MONITORING else max(1, ladder.probing_denials // 2)


def enqueue_scan(front: Front) -> bool:
    """Enqueue a scan once there is a commons; answers whether none was waiting."""
    with front.records.write() as session:
        if commons_records.current(session) is None:
            return False
        return job_records.add(session, JOB, {}, at=front.clock()) is not None


def scan(front: Front) -> list[Case]:
    """Open a case for each member that seems to probe; answers with the new cases, by member.

    A denial counts in one case only, and nobody has two such cases open: scanning again at once opens nothing.
    """
    # Looked at first without a turn: a scan that finds nobody, as most do, keeps no writer waiting.
    denied = _often_denied(front)
    if not denied:
        return []
    with turn(front) as now:
        suspects = [now.world.members[name] for name in denied if name in now.world.members]
        found = [_case(now, one) for one in suspects if one.active and one.kind is not Kind.SECRETARIAT]
    return [one for one in found if one is not None]


def _often_denied(front: Front) -> list[str]:
    """Whoever was denied as often within a day as is too often for anybody, by name; all reasons are counted."""
    least = threshold(current_world(front).ruleset.ladder, Sanction.MONITORING)
    query = (
        select(LogText.actor)
        .where(LogText.permitted.is_(False), LogText.at > front.clock() - WINDOW)
        .group_by(LogText.actor)
        .having(func.count() >= least)
        .order_by(LogText.actor)
    )
    with front.records.read() as session:
        return list(session.scalars(query))


def _case(now: Turn, member: Member) -> Case | None:
    earlier = [one for one in against(now, member.id) if one.origin == ORIGIN]
    if any(one.state == "open" for one in earlier):
        return None
    denials = _denials(now, member.id, after=max((place for one in earlier for place in one.entries), default=-1))
    if len(denials) < threshold(now.world.ruleset.ladder, member.sanction):
        return None
    count = len(denials)
    facts = f"{count} demandes refusées en 24 heures. / {count} requests were denied within 24 hours."
    # The newest ones stand for all: what comes after them is new.
    entries = denials[-MOST_ENTRIES:]
    return opened(now, Charge(member.id, facts), facts=facts, entries=entries, by=HUB, origin=ORIGIN)


def _denials(now: Turn, member: str, *, after: int) -> Sequence[int]:
    """The places in the log of the denials of the last 24 hours that count, in order."""
    query = (
        select(LogText.index, LogText.text)
        .where(LogText.actor == member, LogText.permitted.is_(False), LogText.at > now.at - WINDOW)
        .where(LogText.index > after)
        .order_by(LogText.index)
    )
    return [index for index, text in now.session.execute(query) if set(json.loads(text)["reasons"]) - NOT_PROBING]
