"""Ed25519 signatures (RFC 8032) of members and of the hub over the canonical JSON (RFC 8785) of what they sign.

What is signed always says what it is (`signs`) and who signs: a signature under an agreement can never be passed off
as one under a ballot, nor as somebody else's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from governance.canonical import Plain, canonical
from governance.errors import CommonsError


class KeyNotUnderstood(CommonsError):
    """A key or a passphrase that opens nothing."""


def new_key() -> Ed25519PrivateKey:
    """A new private key from the system's randomness."""
    return Ed25519PrivateKey.generate()


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half: 32 bytes in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def key_id(public: str) -> str:
    """The first 16 hexadecimal digits of SHA-256 of a public key.

    Raises:
        KeyNotUnderstood: it is no public key.
    """
    return hashlib.sha256(_public(public).public_bytes_raw()).hexdigest()[:16]


def statement(signs: str, by: str, body: Mapping[str, Plain]) -> bytes:
    """The bytes that a signature covers."""
    return canonical({"body": dict(body), "by": by, "signs": signs})


def sign(key: Ed25519PrivateKey, signs: str, by: str, body: Mapping[str, Plain]) -> str:
    """Sign; the signature is 64 bytes in base64."""
    return base64.b64encode(key.sign(statement(signs, by, body))).decode()


def verified(public: str, signature: str, signs: str, by: str, body: Mapping[str, Plain]) -> bool:
    """Whether the signature was made by that key over this very statement."""
    try:
        _public(public).verify(base64.b64decode(signature, validate=True), statement(signs, by, body))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def private_pem(key: Ed25519PrivateKey, passphrase: str = "") -> str:
    """The private key as PKCS #8 in PEM, encrypted when there is a passphrase."""
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def read_private(pem: str, passphrase: str = "") -> Ed25519PrivateKey:
    """Read what `private_pem` wrote.

    Raises:
        KeyNotUnderstood: it is no such key, or the passphrase is wrong.
    """
    try:
        key = load_pem_private_key(pem.encode(), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError) as fault:
        raise KeyNotUnderstood("this is no private key, or its passphrase is another one") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyNotUnderstood("this private key is not of the kind Ed25519")
    return key


def _public(text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as fault:
        raise KeyNotUnderstood("a public key is 32 bytes in base64") from fault
