"""One version of an agreement: its text, who wrote it, after which one, when and why, and who signed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from governance.agreement import Agreement
from governance.canonical import Plain
from governance.negotiation.text import read_kept

#: What a signature under an agreement says that it is (see `governance.signing`).
SIGNS = "agreement"


@dataclass(frozen=True, slots=True)
class Signature:
    """A member's Ed25519 signature over the canonical text; `key` is the id of the key whose public half is given."""

    member: str
    key: str
    public: str
    value: str
    at: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "at": self.at.isoformat(),
            "key": self.key,
            "member": self.member,
            "public": self.public,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable text. `parent` is the hash of the version that it answers, empty for the first.

    `offered_at` is when the other party was shown it; None while it is its author's own draft.
    """

    text: Agreement
    parent: str
    author: str
    at: dt.datetime
    why: str
    offered_at: dt.datetime | None = None
    signatures: tuple[Signature, ...] = ()

    @property
    def number(self) -> int:
        """Its number; numbers grow, and none is given twice."""
        return self.text.version

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical text, which is what the next version names as its parent."""
        return self.text.hash()

    @property
    def signers(self) -> frozenset[str]:
        """The members that signed it."""
        return frozenset(one.member for one in self.signatures)

    def shown_to(self, member: str) -> bool:
        """Whether a member may see it: a draft is its author's own."""
        return self.offered_at is not None or member == self.author

    def signed(self, signature: Signature) -> Version:
        """With one signature more."""
        return replace(self, signatures=(*self.signatures, signature))

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "at": self.at.isoformat(),
            "author": self.author,
            "offered_at": self.offered_at.isoformat() if self.offered_at else None,
            "parent": self.parent,
            "signatures": [one.plain() for one in self.signatures],
            "text": self.text.plain(),
            "why": self.why,
        }


def read_version(plain: Mapping[str, Any]) -> Version:
    """Read a version as `Version.plain` spells it."""
    offered = plain["offered_at"]
    return Version(
        text=read_kept(plain["text"]),
        parent=plain["parent"],
        author=plain["author"],
        at=dt.datetime.fromisoformat(plain["at"]),
        why=plain["why"],
        offered_at=dt.datetime.fromisoformat(offered) if offered else None,
        signatures=tuple(_signature(one) for one in plain["signatures"]),
    )


def _signature(plain: Mapping[str, Any]) -> Signature:
    names = ("member", "key", "public", "value")
    return Signature(at=dt.datetime.fromisoformat(plain["at"]), **{name: str(plain[name]) for name in names})
