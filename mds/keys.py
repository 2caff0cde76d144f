"""Ids that are computed, not read: the same input gives the same id in every batch and on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

_Words: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"


def uuid5(namespace: str, name: str) -> str:
    """The name-based UUID of RFC 9562 (version 5) as text; `uuid.uuid5` does the same at half the speed."""
    digest = bytearray(hashlib.sha1(bytes.fromhex(namespace.replace("-", "")) + name.encode()).digest()[:16])  # noqa: S324 - the RFC asks for SHA-1
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def device_keys(provider_ids: pa.Array, device_ids: pa.Array) -> pa.Array:
    """A 64-bit key for each (provider, device), so that counting distinct vehicles compares integers, not texts.

    Ids are UUID texts in small letters. Among a million devices the chance that any two share a key is 3·10⁻⁸.
    """
    key = np.zeros(len(device_ids), dtype=np.uint64)
    for words in (_halves(provider_ids), _halves(device_ids)):
        key = _mix(_mix(key ^ words[:, 0]) ^ words[:, 1])
    return pa.array(key.view(np.int64))


def _halves(uuids: pa.Array) -> _Words:
    """Each UUID as two unsigned 64-bit words."""
    texts: Sequence[str] = uuids.to_pylist()
    raw = bytes.fromhex("".join(texts).replace("-", ""))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _mix(word: _Words) -> _Words:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): each input bit moves half of the output's."""
    word = word + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))
