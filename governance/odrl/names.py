"""Names of the commons as compact IRIs: ``commons:member/bolide``, ``commons:everyone``."""

from __future__ import annotations

from urllib.parse import quote, unquote

from governance.terms.scope import EVERYONE, MEMBERS

PREFIX = "commons:"
_GROUPS = frozenset({EVERYONE, MEMBERS})


def iri(kind: str, *names: str) -> str:
    """The compact IRI of something; ids may hold any character."""
    return PREFIX + "/".join([kind, *(quote(name, safe="") for name in names)])


def party_iri(recipient: str) -> str:
    """The compact IRI of a recipient as terms spell it: ``member:bolide``, ``college:research``, ``everyone``."""
    if recipient in _GROUPS:
        return PREFIX + recipient
    kind, _, name = recipient.partition(":")
    return iri(kind, name)


def parts_of(text: str, kind: str, count: int = 1) -> tuple[str, ...] | None:
    """The names in a compact IRI of a kind; None when it is none, or not spelled as `iri` spells it."""
    found = tuple(unquote(part) for part in text.removeprefix(f"{PREFIX}{kind}/").split("/"))
    return found if len(found) == count and all(found) and iri(kind, *found) == text else None


def party_of(text: str) -> str | None:
    """The recipient that a compact IRI names; None when it names none."""
    if text.removeprefix(PREFIX) in _GROUPS and text.startswith(PREFIX):
        return text.removeprefix(PREFIX)
    for kind in ("member", "college"):
        found = parts_of(text, kind)
        if found is not None:
            return f"{kind}:{found[0]}"
    return None
