"""The hub's own signing key: a file in a folder that the web cannot read, made when it is first needed."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.signing import new_key, private_pem, public_text, read_private
from hub.durable import publish_once, staging, storage_errors

_FILE = "hub.pem"


@dataclass(frozen=True, slots=True)
class Signet:
    """The key in `folder`; whoever holds it speaks for the hub."""

    folder: Path

    def key(self) -> Ed25519PrivateKey:
        """The private key.

        Raises:
            StorageError: the folder cannot be read or written.
            KeyNotUnderstood: the file is no key.
        """
        file = self.folder / _FILE
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not file.exists():
                _make(self.folder, file)
            return read_private(file.read_text("utf-8"))

    def secret(self, name: str) -> bytes:
        """32 bytes that only the hub knows, one for each use, made when they are first needed.

        Raises:
            StorageError: the folder cannot be read or written.
        """
        file = self.folder / f"{name}.key"
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not file.exists():
                _keep(self.folder, file, secrets.token_bytes(32))
            return file.read_bytes()

    def public(self) -> str:
        """The public key, in base64: what members compare with the one they were told."""
        return public_text(self.key())


def _make(folder: Path, file: Path) -> None:
    _keep(folder, file, private_pem(new_key()).encode())


def _keep(folder: Path, file: Path, content: bytes) -> None:
    with staging(folder) as work:
        made = work / file.name
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
        publish_once(made, file)
