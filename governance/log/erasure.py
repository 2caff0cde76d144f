"""Erasing a text of the log (RGPD, article 17): who may, which texts, and the entry that says it was done.

The leaf stays, with its commitment and its marks, so that every proof still holds; text and salt go, and without them
the commitment tells nothing. Acts stay: the state of the commons is made from them, and they name no natural person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.acts import act_refused
from governance.canonical import Plain
from governance.log.entry import Entry
from governance.parties import Kind
from governance.world import World

#: The `type` of its text, and its action.
ERASURE, ERASED = "erasure", "log.erased"


def check_erasable(index: int, kind: str, *, by: str, why: str, world: World) -> None:
    """Whether `by` may erase the entry of that type.

    Raises:
        ActRefused: it may not, or this text is none that is ever erased.
    """
    member = world.members.get(by)
    if member is None or not member.active or member.kind is not Kind.SECRETARIAT:
        raise act_refused("log.not_secretariat", "by", member=by)
    if not why.strip():
        raise act_refused("log.no_why", "why")
    if kind != "decision":
        raise act_refused("log.not_erasable", "type", index=index)


def erasure(index: int, committed: str, *, by: str, why: str, parties: Iterable[str], at: dt.datetime) -> Entry:
    """The entry that says that the text of entry `index` was erased; it concerns the same parties as that one."""
    body: dict[str, Plain] = {
        "at": at.astimezone(dt.UTC).isoformat(),
        "by": by,
        "commitment": committed,
        "index": index,
        "type": ERASURE,
        "why": why,
    }
    return Entry(
        at=at,
        actor=by,
        action=ERASED,
        subject=str(index),
        permitted=True,
        body=body,
        parties=frozenset({by, *parties}),
    )
