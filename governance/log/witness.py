"""A witness: a member that keeps what it saw of the log, and cosigns only what goes on from there.

What it keeps is one small file of its own. It needs no connection: a checkpoint and a proof come in as a file, a line
of signature goes out. Whoever shows two witnesses two different logs is found when they compare, or by the next proof.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.canonical import Plain
from governance.errors import CommonsError
from governance.log.checkpoint import Checkpoint, cosign, is_signed, read_checkpoint
from governance.log.faults import Fault
from governance.log.merkle import EMPTY_ROOT
from governance.log.note import Line, NoteNotUnderstood
from governance.log.proofs import is_consistent


class WitnessRefused(CommonsError):
    """A checkpoint that the witness does not cosign; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Witness:
    """What a witness keeps: which log it watches, by which key of the hub, and the largest tree that it saw of it.

    `note` is the checkpoint as it was seen (empty before the first): with another one of the same size it is the proof
    of a fork.
    """

    origin: str
    key: str
    member: str
    size: int = 0
    root: str = EMPTY_ROOT.hex()
    note: str = ""

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "key": self.key,
            "member": self.member,
            "note": self.note,
            "origin": self.origin,
            "root": self.root,
            "size": self.size,
            "type": "witness",
        }


def read_witness(plain: Mapping[str, Any]) -> Witness:
    """Read what `Witness.plain` spells.

    Raises:
        NoteNotUnderstood: it is no such file.
    """
    try:
        names = {name: str(plain[name]) for name in ("origin", "key", "member", "root", "note")}
        found = Witness(**names, size=int(plain["size"]))
        whole = plain["type"] == "witness" and len(bytes.fromhex(found.root)) == 32 and found.size >= 0
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise NoteNotUnderstood("this file is not what a witness keeps")
    return found


def seen(witness: Witness, whole: str, path: Sequence[bytes]) -> Witness:
    """What the witness keeps after a checkpoint, if that goes on from the last one it saw.

    Raises:
        NoteNotUnderstood: it is no checkpoint.
        WitnessRefused: of another log, not signed by its key, smaller, forked, or without a proof that holds.
    """
    checkpoint, note = read_checkpoint(whole)
    where = f"checkpoint {checkpoint.size}"
    if checkpoint.origin != witness.origin:
        raise WitnessRefused(Fault("origin.other", where, f"{checkpoint.origin}, not {witness.origin}"))
    if not is_signed(note, witness.origin, public_bytes(witness.key)):
        raise WitnessRefused(Fault("checkpoint.signature", where))
    if checkpoint.size < witness.size:
        raise WitnessRefused(Fault("checkpoint.smaller", where, f"{witness.size} was seen before"))
    if checkpoint.size == witness.size and checkpoint.root.hex() != witness.root:
        raise WitnessRefused(Fault("log.forked", where, f"the one seen before:\n{witness.note}and this one:\n{whole}"))
    old_root = bytes.fromhex(witness.root)
    if not is_consistent(witness.size, checkpoint.size, path, old_root=old_root, new_root=checkpoint.root):
        raise WitnessRefused(Fault("log.inconsistent", where, f"no proof from {witness.size} to {checkpoint.size}"))
    return replace(witness, size=checkpoint.size, root=checkpoint.root.hex(), note=whole)


def cosigned(witness: Witness, key: Ed25519PrivateKey, *, time_s: int) -> Line:
    """The witness's line under the checkpoint that it saw last. Keep the witness's file before this leaves the house.

    Raises:
        NoteNotUnderstood: it has seen no checkpoint yet.
    """
    checkpoint, _ = read_checkpoint(witness.note)
    return cosign(checkpoint, witness.member, key, time_s=time_s)


def fork(one: str, other: str, key: str) -> tuple[Checkpoint, Checkpoint] | None:
    """Two checkpoints that the same key signed for one size with different roots: the proof that the log was forked.

    None when they prove nothing of the kind.

    Raises:
        NoteNotUnderstood: one of them is no checkpoint.
    """
    (first, note), (second, other_note) = read_checkpoint(one), read_checkpoint(other)
    signed = all(is_signed(each, first.origin, public_bytes(key)) for each in (note, other_note))
    same = (first.origin, first.size) == (second.origin, second.size)
    return (first, second) if signed and same and first.root != second.root else None


def public_bytes(key: str) -> bytes:
    """The 32 bytes of a public key in base64; in any other spelling, none (and no signature holds)."""
    try:
        raw = base64.b64decode(key, validate=True)
    except ValueError:
        return b""
    return raw if base64.b64encode(raw).decode() == key else b""
