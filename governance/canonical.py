"""One spelling for one value: JSON in the canonical form of RFC 8785, and its SHA-256.

Hashes are compared between members who use other programs, so the spelling may not depend on ours. We stay inside
the part of RFC 8785 that needs no rules on floating point: texts, integers, true, false, null, lists, objects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = "str | int | bool | Sequence[Plain] | Mapping[str, Plain] | None"

#: RFC 8785 section 3.2.2.3 spells numbers as ECMAScript does: beyond 2^53 two programs may disagree.
LARGEST_INTEGER = 2**53 - 1


def _ordered(value: Plain) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError(f"{value} is beyond the integers that every JSON reader keeps exactly")
        return value
    if isinstance(value, Mapping):
        # RFC 8785 section 3.2.3 orders names by UTF-16 code units, not by code points.
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_ordered(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form here (write numbers as integers in a named unit)")


def canonical(value: Plain) -> bytes:
    """The canonical JSON of a value, in UTF-8.

    Raises:
        TypeError: a float, a date or another type without one spelling.
        ValueError: an integer beyond 2^53 - 1.
    """
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest(value: Plain) -> str:
    """SHA-256 of the canonical JSON of a value, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()
