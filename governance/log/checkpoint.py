"""Checkpoints: signed statements of the log's size and root (C2SP tlog-checkpoint v1), and what witnesses put under
them (C2SP tlog-cosignature v1, Ed25519).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.log.note import COSIGNATURE, ED25519, Line, Note, NoteNotUnderstood, holds, line_id, read_note, signed

_HASH_BYTES, _TIME_BYTES = 32, 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin_of(basin: str) -> str:
    """The name of a commons' log, which is also the name of the hub's key under its checkpoints."""
    return f"mobility-commons/{basin}"


def witness_name(origin: str, member: str) -> str:
    """The name of a member's key under checkpoints of a log."""
    return f"{origin}/{member}"


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Note:
    """The checkpoint as a note with the hub's signature."""
    return Note(checkpoint.text(), (signed(checkpoint.text(), checkpoint.origin, key),))


def read_checkpoint(whole: str) -> tuple[Checkpoint, Note]:
    """Read a checkpoint; signatures are the caller's to check.

    Raises:
        NoteNotUnderstood: it has another form, or holds more lines than the three that we know.
    """
    note = read_note(whole)
    lines = note.text.split("\n")
    try:
        origin, size, root = lines[:3]
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error):
        raise NoteNotUnderstood("a checkpoint's lines are origin, size and root") from None
    # Written again it must be the same: one spelling of the size, of the root, and no further line.
    if checkpoint.text() != note.text or not origin or checkpoint.size < 0 or len(checkpoint.root) != _HASH_BYTES:
        raise NoteNotUnderstood("a checkpoint's lines are origin, size and root, in their one spelling")
    return checkpoint, note


def is_signed(note: Note, origin: str, public: bytes) -> bool:
    """Whether the log's own key signed the note."""
    line = note.line_of(origin, ED25519, public)
    return line is not None and holds(public, line.signature, note.text.encode())


def cosign(checkpoint: Checkpoint, member: str, key: Ed25519PrivateKey, *, time_s: int) -> Line:
    """A witness's line. `time_s` is POSIX time: as of then this is the largest tree of the log that it saw."""
    name, public = witness_name(checkpoint.origin, member), key.public_key().public_bytes_raw()
    made = time_s.to_bytes(_TIME_BYTES, "big") + key.sign(_cosigned(checkpoint.text(), time_s))
    return Line(name, line_id(name, COSIGNATURE, public), made)


def cosigned_at(checkpoint: Checkpoint, line: Line, member: str, public: bytes) -> int | None:
    """When the member's key cosigned the checkpoint, in POSIX time; None when this line is no such cosignature."""
    name = witness_name(checkpoint.origin, member)
    if (line.name, line.id) != (name, line_id(name, COSIGNATURE, public)):
        return None
    time_s, signature = int.from_bytes(line.signature[:_TIME_BYTES], "big"), line.signature[_TIME_BYTES:]
    return time_s if holds(public, signature, _cosigned(checkpoint.text(), time_s)) else None


def _cosigned(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
