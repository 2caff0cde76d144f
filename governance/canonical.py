"""One spelling for one value: JSON in the canonical form of RFC 8785, and its SHA-256.

Hashes are compared between members who use other programs, so the spelling may not depend on ours. We stay inside
the part of RFC 8785 that needs no rules on floating point: texts, integers, true, false, null, lists, objects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from governance.errors import CommonsError

Plain: TypeAlias = "str | int | bool | Sequence[Plain] | Mapping[str, Plain] | None"

#: RFC 8785 section 3.2.2.3 spells numbers as ECMAScript does: beyond 2^53 two programs may disagree.
LARGEST_INTEGER = 2**53 - 1
#: How deep lists and objects may stand in each other; no document of the commons comes near.
DEEPEST = 64


class NotCanonical(CommonsError, ValueError):
    """A value that has no spelling that every program keeps: too large a number, half a character, nested too deep."""


def _ordered(value: Plain, depth: int = 0) -> object:
    if depth > DEEPEST:
        raise NotCanonical(f"lists and objects stand more than {DEEPEST} deep in each other")
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            # The number is not repeated: Python spells out no integer of more than 4300 digits.
            raise NotCanonical("a number is beyond the integers that every JSON reader keeps exactly (2^53 - 1)")
        return value
    if isinstance(value, Mapping):
        # RFC 8785 section 3.2.3 orders names by UTF-16 code units, not by code points.
        return {
            name: _ordered(value[name], depth + 1) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))
        }
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_ordered(item, depth + 1) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form here (write numbers as integers in a named unit)")


def canonical(value: Plain) -> bytes:
    """The canonical JSON of a value, in UTF-8.

    Raises:
        TypeError: a float, a date or another type without one spelling.
        NotCanonical: an integer beyond 2^53 - 1, half of a surrogate pair, or nesting without end; a ValueError too.
    """
    try:
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half of a surrogate pair") from None


def digest(value: Plain) -> str:
    """SHA-256 of the canonical JSON of a value, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()
