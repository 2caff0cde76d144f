"""Checkpoints: the hub signs how large the log is and which root it has. Only whoever holds the hub's key can."""

from __future__ import annotations

import datetime as dt
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from governance.log.checkpoint import Checkpoint, origin_of, read_checkpoint, sign_checkpoint
from governance.log.merkle import peaks_of, root_hash
from governance.log.proofs import consistency_ranges, is_consistent, nodes_of, proof
from governance.signing import public_text
from hub.errors import StorageError
from hub.records import checkpoints as checkpoint_records
from hub.records import log as log_records
from hub.records.models import LogCheckpoint
from hub.services.back import Back
from hub.services.commons import world_at
from hub.services.front import Front

#: A checkpoint is due after so many entries, or so long after the last one if there are any.
DUE_ENTRIES: Final = 1_000
DUE_AFTER: Final = dt.timedelta(minutes=5)


def checkpoint(back: Back) -> LogCheckpoint | None:
    """Sign the log as it is; answers with the checkpoint of this size, which is there once. None: the log is empty.

    Raises:
        StorageError: the log does not go on from its last checkpoint; it is not signed.
        Conflict: no commons was ever loaded, so the log has no name.
    """
    # The key is read before the turn: the first time it is made and synced.
    return sign_log(back.front, back.signet.key())


def sign_log(front: Front, key: Ed25519PrivateKey) -> LogCheckpoint | None:
    """The same with a key in hand."""
    with front.records.write() as session:
        size, last = log_records.size(session), checkpoint_records.newest(session)
        if size == 0 or (last is not None and last.size == size):
            return last
        made = Checkpoint(_origin(front, session, last), size, _root(session, size, last))
        row = LogCheckpoint(size=size, at=front.clock(), key=public_text(key), note=str(sign_checkpoint(made, key)))
        session.add(row)
    return row


def checkpoint_if_due(back: Back) -> LogCheckpoint | None:
    """Sign the log when it is time to; None when it is not.

    Raises:
        StorageError: the log does not go on from its last checkpoint; it is not signed.
    """
    return checkpoint(back) if is_due(back.front) else None


def is_due(front: Front) -> bool:
    """Whether there are 1000 entries that no checkpoint covers, or any and the last one is five minutes old."""
    with front.records.read() as session:
        size, last = log_records.size(session), checkpoint_records.newest(session)
    if last is None or size <= last.size:
        return last is None and size > 0
    return size - last.size >= DUE_ENTRIES or front.clock() - last.at >= DUE_AFTER


def _origin(front: Front, session: Session, last: LogCheckpoint | None) -> str:
    # A log keeps the name it began with: for a witness another name is another log.
    if last is not None:
        return read_checkpoint(last.note)[0].origin
    return origin_of(world_at(front, session, front.clock()).basin.id)


def _root(session: Session, size: int, last: LogCheckpoint | None) -> bytes:
    ranges = consistency_ranges(last.size, size) if last is not None else []
    try:
        kept = log_records.lookup(session, [*peaks_of(size), *nodes_of(ranges)])
    except KeyError as missing:
        raise StorageError(f"the log lacks node {missing} of its tree; it is not signed") from missing
    root = root_hash(size, kept)
    if last is not None:
        before, _ = read_checkpoint(last.note)
        path = proof(ranges, kept)
        if not is_consistent(before.size, size, path, old_root=before.root, new_root=root):
            raise StorageError(f"the log does not go on from its checkpoint of {before.size} entries; it is not signed")
    return root
