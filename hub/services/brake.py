"""The safety brake: no single run hides or deactivates many feeds at once without a person.

A fault of ours (no network, a wrong rule, half a catalogue) looks like the fault of everybody else. So a run asks
before it acts; where it would touch too many feeds it is held back, and a person lets exactly that through, once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.records import brakes
from hub.records.feed_models import Brake
from hub.services.front import Front

#: More than this share of the feeds, and more than one feed, is too many.
MOST_SHARE: Final = 0.10
WAITING: Final = "waiting"
LET_THROUGH: Final = "let through"
REFUSED: Final = "refused"
#: The run came again and would have done something else: to agree to what it wanted before would be no use.
OVERTAKEN: Final = "overtaken"


def digest_of(run: str, hidden: Sequence[str]) -> str:
    """What a person agrees to: the run and the feeds, whatever their order. SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps([run, sorted(set(hidden))]).encode()).hexdigest()


def too_many(hidden: Sequence[str], of: int) -> bool:
    """Whether a run would touch more feeds than it may by itself."""
    count = len(set(hidden))
    return count > 1 and count > of * MOST_SHARE


def brake(session: Session, run: str, hidden: Sequence[str], of: int, *, at: dt.datetime) -> Brake | None:
    """Ask whether a run may hide or deactivate `hidden` out of `of` feeds; None: it may, and does so now.

    Else the row that holds it back until a person has decided. What was let through goes on once: the next time the
    same is asked again. Needs the session of a writer, and the run's own changes belong to the same transaction.
    """
    if not too_many(hidden, of):
        return None
    known = brakes.newest_of(session, run, digest_of(run, hidden))
    if known is not None and known.state == LET_THROUGH and "used_at" not in known.facts:
        known.facts = {**known.facts, "used_at": at.isoformat()}
        return None
    if known is not None and known.state in (WAITING, REFUSED):
        return known
    for before in brakes.waiting(session, run):
        before.state = OVERTAKEN
    held = Brake(
        at=at,
        run=run,
        digest=digest_of(run, hidden),
        facts={"hidden": sorted(set(hidden)), "of": of},
        state=WAITING,
    )
    session.add(held)
    session.flush()
    return held


def decide(front: Front, number: int, *, allow: bool, by: str) -> Brake:
    """A person's word: let the run do what it wanted, once, or refuse it for good. A refusal may be taken back.

    Raises:
        NotFound: nothing was held back under that number.
        Conflict: it was let through already, or overtaken by another run.
    """
    with front.records.write() as session:
        held = brakes.numbered(session, number)
        if held.state not in (WAITING, REFUSED):
            raise Conflict(f"the run held back under {number} is not waiting: it is {held.state}")
        held.state = LET_THROUGH if allow else REFUSED
        held.decided_at, held.decided_by = front.clock(), by
        return held
