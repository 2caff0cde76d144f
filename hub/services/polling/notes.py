"""What a poll leaves for the next one beside the documents: small notes in the vault, one of each kind a system."""

from __future__ import annotations

from typing import Final

FACTS: Final = "live-facts"


def facts_of(slug: str) -> str:
    """The note on what was taken in as a version, and when."""
    return f"{slug}.json"


def memory_of(slug: str) -> str:
    """The note on what is watched across polls."""
    return f"{slug}.memory.json"


def remembered_of(slug: str) -> str:
    """The note on what the history knows already."""
    return f"{slug}.remembered"


def notes_of(slug: str) -> tuple[str, ...]:
    """All of them, by their names in `FACTS`."""
    return facts_of(slug), memory_of(slug), remembered_of(slug)
