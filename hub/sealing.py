"""Credentials at rest: anybody in the hub may seal one, only who holds the hub's key opens it again.

A libsodium sealed box (X25519, XSalsa20-Poly1305; https://doc.libsodium.org/public-key_cryptography/sealed_boxes): the
web door takes a webhook's secret from a member and cannot read it back, nor any that was kept before. The private half
is ``HUB_SEALING_KEY``, or a file beside the hub's signing key.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field

import nacl.exceptions
from nacl.public import PrivateKey, PublicKey, SealedBox

from hub.errors import BadRequest, StorageError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals texts for whoever has the private half of `public` (base64)."""

    public: str

    def seal(self, text: str) -> bytes:
        """The sealed form of a text; the same text gives another form each time."""
        sealed: bytes = SealedBox(PublicKey(b64decode(self.public))).encrypt(text.encode())
        return sealed


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens what was sealed, with the private half: 32 bytes."""

    key: bytes = field(repr=False)

    def open(self, sealed: bytes) -> str:
        """The text.

        Raises:
            StorageError: it was sealed for another key, or changed since.
        """
        try:
            opened: bytes = SealedBox(PrivateKey(self.key)).decrypt(sealed)
        except nacl.exceptions.CryptoError as fault:
            raise StorageError("a credential was sealed for another key than this hub's: set it anew") from fault
        return opened.decode()

    def sealer(self) -> Sealer:
        """Who seals for this key."""
        return Sealer(b64encode(bytes(PrivateKey(self.key).public_key)).decode("ascii"))


def read_key(text: str) -> bytes:
    """A private key as the settings spell it.

    Raises:
        BadRequest: not 32 bytes in base64.
    """
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadRequest(f"HUB_SEALING_KEY is {KEY_BYTES} bytes in base64 (`openssl rand -base64 {KEY_BYTES}`)")
    return key
