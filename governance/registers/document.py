"""A public document of the commons: sections of bilingual texts and tables, signed by the hub as canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.bilingual import Sentence
from governance.canonical import Plain, digest
from governance.signing import KeyNotUnderstood, public_text, sign, verified

#: In whose name the hub signs.
BY = "hub"
#: What a cell of a table may be.
Cell: TypeAlias = "Sentence | str | int"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: paragraphs, and a table where `columns` are given."""

    id: str
    title: Sentence
    text: tuple[Sentence, ...] = ()
    columns: tuple[Sentence, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "columns": [one.plain() for one in self.columns],
            "id": self.id,
            "rows": [[_cell(cell) for cell in row] for row in self.rows],
            "text": [one.plain() for one in self.text],
            "title": self.title.plain(),
        }


def counted(section: str, title: Sentence, rows: Sequence[tuple[Sentence | str, Cell]], *text: Sentence) -> Section:
    """A section with a table of two columns: what, and how many."""
    columns = (Sentence("Quoi", "What"), Sentence("Nombre", "Number"))
    return Section(section, title, text, columns if rows else (), tuple(rows))


def signed(body: Mapping[str, Plain], key: Ed25519PrivateKey, *, signs: str) -> Mapping[str, Plain]:
    """A document with its digest (SHA-256 of the canonical body) and the hub's signature over that body."""
    return {
        "body": dict(body),
        "by": BY,
        "digest": digest(body),
        "key": public_text(key),
        "signature": sign(key, signs, BY, body),
        "signs": signs,
    }


def fault_of(document: Mapping[str, Any], *, key: str = "") -> str:
    """What is wrong with a signed document; empty when nothing is. `key` is the public key to expect, if known."""
    names = ("body", "by", "digest", "key", "signature", "signs")
    if sorted(document) != sorted(names) or not isinstance(document["body"], Mapping):
        return "this is no signed document: it must have " + ", ".join(names)
    if not all(isinstance(document[name], str) for name in names if name != "body") or document["by"] != BY:
        return "this is no document of a hub"
    if key and document["key"] != key:
        return "it was signed with another key than the one given"
    return _fault_of_signature(document)


def _fault_of_signature(document: Mapping[str, Any]) -> str:
    try:
        made = digest(document["body"])
        good = verified(document["key"], document["signature"], document["signs"], BY, document["body"])
    except KeyNotUnderstood as fault:
        return str(fault)
    except (TypeError, ValueError) as fault:
        return f"its body has no canonical form: {fault}"
    if made != document["digest"]:
        return "its digest is not that of its body"
    return "" if good else "its signature does not cover its body"


def _cell(cell: Cell) -> Plain:
    return cell.plain() if isinstance(cell, Sentence) else cell
