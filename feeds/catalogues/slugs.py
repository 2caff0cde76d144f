"""Slugs for feeds that others named: small letters, digits and hyphens, the same for the same name each time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

LONGEST = 80
#: What a slug is, to be told to whoever gave another.
SLUG_RULE = "small letters, digits and hyphens, 80 at most, a letter or digit first"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_OTHER = re.compile(r"[^a-z0-9]+")


def is_slug(text: str) -> bool:
    """Whether a text is a slug."""
    return _SLUG.fullmatch(text) is not None


def slug_of(*parts: str) -> str:
    """A slug of the parts that hold any letter or digit, without accents; ``feed`` where none does."""
    plain = unicodedata.normalize("NFKD", "-".join(parts).lower()).encode("ascii", "ignore").decode("ascii")
    return _OTHER.sub("-", plain).strip("-")[:LONGEST].strip("-") or "feed"


def free_slug(wanted: str, taken: Container[str]) -> str:
    """`wanted`, or the first of ``wanted-2``, ``wanted-3`` … that is not taken."""
    if wanted not in taken:
        return wanted
    tails = (f"-{number}" for number in count(2))
    return next(found for tail in tails if (found := wanted[: LONGEST - len(tail)].rstrip("-") + tail) not in taken)
