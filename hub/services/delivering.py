"""Delivering: happenings on their way to hooks, tried again for three days, and told only to whoever may know them.

A delivery is claimed before it is sent, so that two workers never send the same one at once; what a worker that died
was sending is sent again when its claim runs out, under the same id. Whether the member may see the feed is asked anew
each time, just before anything leaves.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from hub.errors import FetchError, HubError, NotFound, Refused
from hub.posting import Poster
from hub.records import hooks as hook_records
from hub.records.feed_models import Delivery, Happening, Hook
from hub.records.text import storable
from hub.services import hooks as hook_services
from hub.services import mailing
from hub.services.back import Back
from hub.services.catalogue import must_see
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.hook_targets import MAIL
from hub.services.notices import Notice, notice_of

#: The job that delivers.
JOB: Final = "deliver"
#: When each try comes, in seconds after the one before (Standard Webhooks, "Retry schedule"): 75 hours in all.
SCHEDULE_S: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: A try is put off by up to this share of its delay, so that a thousand that failed together do not come back together.
JITTER: Final = 0.2
#: A hook that nothing reached for as long as this, after a delivery failed all its tries, is told nothing more.
SILENCE: Final = dt.timedelta(days=5)
#: How old a happening may be when its first delivery is made: what was missed for longer is history.
RECENT: Final = dt.timedelta(days=7)
#: How long a claim lasts: longer than any one sending takes.
LEASE: Final = dt.timedelta(minutes=2)
#: How many are sent in one run at most, and for how many seconds: a signature names the instant of the run, and readers
#: refuse one that is older than five minutes.
MOST: Final = 1_000
RUN_S: Final = 60.0
_LONGEST_ERROR: Final = 300
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class _Claimed:
    delivery: Delivery
    hook: Hook
    happening: Happening


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one try: the status, where an answer came, or why none did."""

    status: int | None = None
    error: str = ""
    withheld: bool = False

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver_due(
    back: Back, now: dt.datetime, *, poster: Poster | None = None, jitter: Callable[[], float] = random.random
) -> int:
    """Send everything that is due at `now`; answers with how many tries were made.

    `jitter` draws from [0, 1). A hook that did not take one message is left alone for the rest of the run.
    """
    front = back.front
    send_by = poster or Poster(
        allow_private=back.fetcher.allow_private,
        user_agent=back.fetcher.user_agent,
        resolve=back.fetcher.resolve,
        network=back.fetcher.network,
    )
    with front.records.write() as session:
        _spread(session, now)
    tried, apart, began_s = 0, set[str](), time.monotonic()
    while tried < MOST and time.monotonic() - began_s < RUN_S:
        claimed = _claim(front, now, apart)
        if claimed is None:
            return tried
        outcome = _try(back, send_by, claimed, now)
        _write_down(front, claimed, outcome, now, jitter)
        if not outcome.arrived and not outcome.withheld:
            apart.add(claimed.hook.id)
        tried += not outcome.withheld
    return tried


def _spread(session: Session, now: dt.datetime) -> None:
    """Put what happened on its way to each hook that asked for it."""
    for hook in hook_records.hooks(session, live=True):
        for happening in hook_records.untold(session, hook, since=now - RECENT):
            hook_records.add(session, hook.id, happening.id, at=now)


def _claim(front: Front, now: dt.datetime, apart: set[str]) -> _Claimed | None:
    with front.records.write() as session:
        found = hook_records.claim(session, now=now, lease=LEASE, apart=apart)
        if found is None:
            return None
        return _Claimed(found, session.get_one(Hook, found.hook), session.get_one(Happening, found.happening))


def _try(back: Back, poster: Poster, claimed: _Claimed, now: dt.datetime) -> _Outcome:
    front, hook = back.front, claimed.hook
    if hook.ended_at is not None:
        return _Outcome(error=hook.ended_why)
    if not _may_leave(front, hook.member, claimed.happening.slug):
        return _Outcome(withheld=True)
    notice = notice_of(current_world(front), claimed.happening)
    try:
        return _Outcome(status=_send(back, poster, hook, notice, now))
    except FetchError as fault:
        return _Outcome(error=str(fault))
    except HubError as fault:  # its secret was sealed for another key, the folder of mail is full …
        return _Outcome(error=f"the hub could not send this: {fault}")


def _may_leave(front: Front, member: str, slug: str) -> bool:
    """Decide; of what is not open to everybody the decision is written in the log."""
    if not hook_services.may_be_told(front, current_world(front), member, slug):
        return False
    try:
        must_see(front, slug, hook_services.reading(member))
    except (NotFound, Refused):
        return False
    return True


def _send(back: Back, poster: Poster, hook: Hook, notice: Notice, now: dt.datetime) -> int:
    target, base = back.opener.open(hook.target), back.front.public_url
    if hook.channel == MAIL:
        message = mailing.compose(notice, to=target, sender=back.mail_from, hook=hook.id, base=base)
        mailing.send(back.mail, message)
        return 250  # RFC 5321, 4.2.3: taken
    body = notice.message(base)
    return poster.post(target, body, signed(back.opener.open(hook.secret or b""), notice.id, body, now))


def signed(secret: str, message: str, body: bytes, now: dt.datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    signature = Webhook(secret).sign(message, now.astimezone(dt.UTC), body.decode())
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def _write_down(
    front: Front, claimed: _Claimed, outcome: _Outcome, now: dt.datetime, jitter: Callable[[], float]
) -> None:
    with front.records.write() as session:
        row = session.get_one(Delivery, claimed.delivery.id)
        if (row.state, row.tries) != (hook_records.WAITING, claimed.delivery.tries):
            return  # this claim ran out and another worker has taken it, or the hook was removed meanwhile
        row.at, row.status, row.error = now, outcome.status, _error(outcome)
        hook = session.get_one(Hook, row.hook)
        if outcome.withheld:
            row.state = hook_records.WITHHELD
        elif outcome.arrived:
            row.state = hook_records.DELIVERED
        elif outcome.status == _GONE:
            row.state = hook_records.FAILED
            hook_records.end(session, hook, at=now, why=hook_services.GONE)
        elif row.tries >= len(SCHEDULE_S) or hook.ended_at is not None:
            row.state = hook_records.FAILED
            session.flush()
            _give_up(session, hook, now)
        else:
            row.next_at = now + dt.timedelta(seconds=SCHEDULE_S[row.tries] * (1 + JITTER * jitter()))


def _give_up(session: Session, hook: Hook, now: dt.datetime) -> None:
    since = hook_records.failing_since(session, hook.id)
    if since is not None and now - since >= SILENCE:
        hook_records.end(session, hook, at=now, why=hook_services.SILENT)


def _error(outcome: _Outcome) -> str:
    if outcome.arrived or outcome.withheld:
        return ""
    sentence = outcome.error or f"answered with status {outcome.status}"
    return storable(sentence)[:_LONGEST_ERROR]
