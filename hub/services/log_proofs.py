"""Proofs from the log as it is kept: that an entry is in it, and that it goes on from an earlier checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from governance.acts import act_refused
from governance.log.proofs import Range, consistency_ranges, inclusion_ranges, nodes_of, proof
from governance.parties import Kind, Member
from hub.errors import BadRequest, Conflict, NotFound, StorageError
from hub.records import checkpoints as checkpoint_records
from hub.records import log as log_records
from hub.records.models import LogCheckpoint, LogEntry, LogMark
from hub.services.front import Front
from hub.services.turn import refused_act


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint with its witnesses' lines and their public keys, and the hub's key that signed it."""

    row: LogCheckpoint
    note: str
    witnesses: dict[str, str]


@dataclass(frozen=True, slots=True)
class Included:
    """Where an entry stands, its leaf's parts, and the proof that it is under the checkpoint."""

    index: int
    commitment: str
    marks: list[str]
    path: list[bytes]
    checkpoint: Signed


@dataclass(frozen=True, slots=True)
class GoesOn:
    """The proof that the checkpoint's tree begins with that of `old` leaves."""

    old: int
    path: list[bytes]
    checkpoint: Signed


def newest_checkpoint(front: Front) -> Signed:
    """The newest checkpoint with everything under it.

    Raises:
        Conflict: there is none yet.
    """
    with front.records.read() as session:
        return signed(session)


def inclusion(front: Front, member: Member | None, entry: str) -> Included:
    """The proof for an entry, named by its place or by its id, that concerns the member.

    None, or the secretariat: any entry.

    Raises:
        NotFound: no such entry.
        Refused: it concerns others.
        Conflict: no checkpoint covers it yet.
    """
    with front.records.read() as session:
        row = _own(session, member, entry)
        under = signed(session)
        size = under.row.size
        if row.index >= size:
            raise Conflict(f"entry {row.index} is newer than the last checkpoint ({size} entries): ask again later")
        path = _path(session, inclusion_ranges(row.index, size))
    return Included(row.index, row.commitment, list(row.marks), path, under)


def consistency(front: Front, old: int, *, new: int | None = None) -> GoesOn:
    """The proof that a checkpoint (the newest, if not said) goes on from the tree of `old` leaves.

    Raises:
        BadRequest: there is no such checkpoint, or the old tree is larger.
        Conflict: there is no checkpoint yet.
    """
    with front.records.read() as session:
        under = signed(session, size=new)
        return GoesOn(old, consistency_path(session, old, under.row.size), under)


def consistency_path(session: Session, old: int, new: int) -> list[bytes]:
    """The hashes of the proof.

    Raises:
        BadRequest: the old tree is the larger one.
    """
    if not 0 <= old <= new:
        raise BadRequest(f"the checkpoint has {new} entries: it does not go on from {old}")
    return _path(session, consistency_ranges(old, new))


def signed(session: Session, *, size: int | None = None) -> Signed:
    """A checkpoint with everything under it; the newest if no size is given.

    Raises:
        Conflict: there is none yet.
        BadRequest: there is none of this size.
    """
    row = checkpoint_records.newest(session) if size is None else checkpoint_records.of_size(session, size)
    if row is None and size is None:
        raise Conflict("the log has no checkpoint yet: the worker makes one, or `hub audit checkpoint`")
    if row is None:
        raise BadRequest(f"there is no checkpoint of {size} entries")
    note, witnesses = checkpoint_records.with_witnesses(session, row)
    return Signed(row, note, dict(witnesses))


def _path(session: Session, ranges: Iterable[Range]) -> list[bytes]:
    wanted = list(ranges)
    try:
        kept = log_records.lookup(session, nodes_of(wanted))
    except KeyError as missing:
        raise StorageError(f"the log lacks node {missing} of its tree: `hub audit verify` tells more") from missing
    return proof(wanted, kept)


def place_of(session: Session, entry: str) -> int:
    """The place of an entry that is named by its place or by its id (16 digits of its commitment).

    Raises:
        NotFound: no such entry.
    """
    is_id = len(entry) >= log_records.ID_DIGITS
    index = log_records.found(session, entry.lower()) if is_id else int(entry) if entry.isdecimal() else None
    if index is None:
        raise NotFound(f"the log has no entry {entry!r}")
    return index


def _own(session: Session, member: Member | None, entry: str) -> LogEntry:
    row = session.get(LogEntry, place_of(session, entry))
    if row is None:
        raise NotFound(f"the log has no entry {entry!r}")
    if member is None or member.kind is Kind.SECRETARIAT:
        return row
    if session.query(LogMark).filter_by(party=member.id, index=row.index).first() is None:
        raise refused_act(act_refused("log.not_concerned", "party", entry=entry, member=member.id))
    return row
