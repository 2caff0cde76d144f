"""Signed notes (C2SP signed-note v1): a text, an empty line, and one line for each signature under it.

A signature line names the key by its name and by four bytes that depend on name, kind and key. Lines of keys that the
reader does not know are passed over, so a note can carry the hub's signature and those of witnesses.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.errors import CommonsError

#: Kinds of signature (C2SP signed-note, "Signature types"): over the text, and timestamped by a witness.
ED25519, COSIGNATURE = 0x01, 0x04
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_ID_BYTES = 4
#: A note is a handful of short lines; whatever is larger is none, and is not read.
LARGEST = 64 << 10


class NoteNotUnderstood(CommonsError):
    """A text that is no signed note, or no checkpoint."""


@dataclass(frozen=True, slots=True)
class Line:
    """A signature under a note: the key's name, its four bytes, and the signature's bytes."""

    name: str
    id: bytes
    signature: bytes

    def __str__(self) -> str:
        """As it stands under the note, without the end of the line."""
        return f"— {self.name} {base64.b64encode(self.id + self.signature).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a line's end, and the signatures under it, verified or not."""

    text: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        """The whole note."""
        return self.text + "\n" + "".join(f"{line}\n" for line in self.lines)

    def line_of(self, name: str, kind: int, public: bytes) -> Line | None:
        """The line that claims to be of a key; None when there is none."""
        wanted = (name, line_id(name, kind, public))
        return next((line for line in self.lines if (line.name, line.id) == wanted), None)


def read_note(whole: str) -> Note:
    """Read a note; its signatures are the caller's to check.

    Raises:
        NoteNotUnderstood: it has another form.
    """
    text, empty, signatures = whole.rpartition("\n\n")
    if not empty or not signatures.endswith("\n") or len(whole) > LARGEST:
        raise NoteNotUnderstood("a signed note is a text, an empty line, and lines of signatures")
    if any(ord(sign) < 0x20 and sign != "\n" for sign in whole):
        raise NoteNotUnderstood("a signed note holds no control characters")
    return Note(text + "\n", tuple(read_line(line) for line in signatures[:-1].split("\n")))


def read_line(text: str) -> Line:
    """Read one line of a signature.

    Raises:
        NoteNotUnderstood: it has another form.
    """
    found = _LINE.fullmatch(text)
    try:
        raw = base64.b64decode(found[2], validate=True) if found else b""
    except binascii.Error:
        raw = b""
    # Base64 has several spellings of the same bytes: only the one that we write is taken.
    if found is None or len(raw) <= _ID_BYTES or base64.b64encode(raw).decode() != found[2]:
        raise NoteNotUnderstood("a line of a signature is an em dash, a key's name and base64")
    return Line(found[1], raw[:_ID_BYTES], raw[_ID_BYTES:])


def line_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that name a key in a note, from its 32 bytes."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:_ID_BYTES]


def signed(text: str, name: str, key: Ed25519PrivateKey) -> Line:
    """Sign a note's text (kind 0x01)."""
    public = key.public_key().public_bytes_raw()
    return Line(name, line_id(name, ED25519, public), key.sign(text.encode()))


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is that key's over the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
