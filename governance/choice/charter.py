"""Signatures of the charter: which version each member signed. One thing a member, under the member's id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain
from governance.founding import Charter

#: What a signature under the charter says that it signs.
SIGNS = "charter"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of one version. `key` is the id of the key that made it, `digest` that of the text."""

    version: int
    digest: str
    key: str
    signature: str
    at: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "at": self.at.isoformat(),
            "digest": self.digest,
            "key": self.key,
            "signature": self.signature,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class Signatures:
    """A member's signatures, oldest first."""

    member: str
    signatures: tuple[Signature, ...]

    def of(self, charter: Charter) -> Signature | None:
        """The signature of a charter, by its text."""
        return next((one for one in self.signatures if one.digest == charter.digest()), None)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"member": self.member, "signatures": [one.plain() for one in self.signatures]}


def _read(plain: Mapping[str, Any]) -> Signatures:
    return Signatures(
        plain["member"],
        tuple(
            Signature(**{**one, "at": dt.datetime.fromisoformat(one["at"])})  # the names of `Signature.plain`
            for one in plain["signatures"]
        ),
    )


def _apply(state: Signatures | None, act: Act) -> Signatures:
    body: Mapping[str, Any] = act.body
    before = state.signatures if state else ()
    if act.what != "signed" or act.by != act.thing:
        raise act_refused("charter.step", "charter", member=act.thing, what=act.what)
    if any(one.digest == body["digest"] for one in before):
        raise act_refused("charter.signed", "charter", member=act.thing, version=body["version"])
    made = Signature(body["version"], body["digest"], body["key"], body["signature"], act.at)
    return Signatures(act.thing, (*before, made))


CHARTER: Kind[Signatures] = Kind("charter", _apply, Signatures.plain, _read)


def statement(basin: str, charter: Charter) -> dict[str, Plain]:
    """What a member signs: this version, of this commons."""
    return {"basin": basin, "digest": charter.digest(), "version": charter.version}
