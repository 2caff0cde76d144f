"""Keys of pseudonyms: one for each agreement and recipient, random, in a folder that the web cannot read.

A key never leaves the back office and is in no record. The same vehicle has the same pseudonym in every extract of one
agreement, and another one, by another key, for anybody else. When an agreement has ended for good its key is destroyed:
from then on nobody, the hub included, can say which vehicle a pseudonym stood for.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from governance.canonical import canonical
from hub.durable import publish_once, staging, storage_errors

_KEY_BYTES = 32
#: The block of SHA-256, to which RFC 2104 pads a key.
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The key of HMAC-SHA-256, padded and masked as RFC 2104 does: what the query is handed."""

    inner: bytes
    outer: bytes


def pseudonyms(folder: Path, agreement: str, recipient: str) -> Pseudonyms:
    """The key of one agreement and recipient, made when it is first needed. `folder` is the hub's folder of keys.

    Raises:
        StorageError: the folder cannot be read or written.
    """
    file = _file(folder, agreement, recipient)
    with storage_errors(folder):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _make(file)
        key = file.read_bytes().ljust(_BLOCK, b"\0")
    return Pseudonyms(bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key))


def forget(folder: Path, agreement: str, recipient: str) -> None:
    """Destroy a key for good; does nothing where there is none."""
    with storage_errors(folder):
        _file(folder, agreement, recipient).unlink(missing_ok=True)


def _file(folder: Path, agreement: str, recipient: str) -> Path:
    # A name of any letters becomes a file's; what it is made of is no secret.
    name = hashlib.sha256(canonical({"agreement": agreement, "recipient": recipient})).hexdigest()
    return folder / "pseudonyms" / f"{name}.key"


def _make(file: Path) -> None:
    with staging(file.parent) as work:
        made = work / "key"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(secrets.token_bytes(_KEY_BYTES))
        publish_once(made, file)
