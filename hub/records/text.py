"""Text that both databases take: feeds hold what no text column does."""

from __future__ import annotations

from typing import Any

#: PostgreSQL refuses this character in text and in JSONB, SQLite does not.
_NUL = "\x00"
_REPLACEMENT = "\ufffd"


def storable(text: str) -> str:
    """The text with NUL, and what is no Unicode (a lone surrogate), replaced by U+FFFD."""
    return text.replace(_NUL, _REPLACEMENT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Plain facts with storable text, keys included; other values as they are."""
    return {storable(key): storable(value) if isinstance(value, str) else value for key, value in facts.items()}
