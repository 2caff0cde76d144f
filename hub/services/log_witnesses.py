"""Cosignatures: a member that checked the log puts its line under a checkpoint, and everybody can see it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from governance.acts import act_refused
from governance.log.checkpoint import cosigned_at, read_checkpoint
from governance.log.note import read_line
from governance.log.witness import public_bytes
from governance.member_keys import MEMBER_KEY, MemberKey
from hub.errors import NotFound
from hub.records import checkpoints as checkpoint_records
from hub.records.models import LogCosignature
from hub.services.front import Front
from hub.services.turn import turn

#: How far a witness's clock may be ahead of ours.
AHEAD: Final = dt.timedelta(minutes=5)


def accept(front: Front, member: str, size: int, line: str) -> LogCosignature:
    """Keep a member's cosignature of a checkpoint; the one that was first stays.

    Raises:
        NotFound: there is no checkpoint of this size.
        NoteNotUnderstood: the line is none of a signature.
        Refused: the member may not act, no valid key of its own made the line, or its time is in the future.
    """
    with turn(front) as now:
        found = now.world.members.get(member)
        if found is None or not found.active:
            raise act_refused("actor.inactive", "status", actor=member)
        checkpoint = checkpoint_records.of_size(now.session, size)
        if checkpoint is None:
            raise NotFound(f"there is no checkpoint of {size} entries")
        keys = [key for key in now.all(MEMBER_KEY) if key.member == member and key.revoked_at is None]
        made = _cosigned(checkpoint.note, line, member, keys)
        if made is None:
            raise act_refused("cosignature.refused", "signature", member=member)
        key, time_s = made
        if time_s > (now.at + AHEAD).timestamp():
            raise act_refused("cosignature.time", "time")
        at = dt.datetime.fromtimestamp(time_s, dt.UTC)
        return _kept(now.session, LogCosignature(size=size, witness=member, at=at, key=key.public, line=line))


def _cosigned(note: str, line: str, member: str, keys: list[MemberKey]) -> tuple[MemberKey, int] | None:
    checkpoint, _ = read_checkpoint(note)
    read = read_line(line)
    for key in keys:
        time_s = cosigned_at(checkpoint, read, member, public_bytes(key.public))
        if time_s is not None:
            return key, time_s
    return None


def _kept(session: Session, row: LogCosignature) -> LogCosignature:
    there = session.get(LogCosignature, (row.size, row.witness))
    if there is None:
        session.add(row)
    return there or row
