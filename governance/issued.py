"""Documents that the hub issues again whenever what they say has changed: their versions are numbered without a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain


@dataclass(frozen=True, slots=True)
class Issued:
    """The newest version of a document: its number from 1, what it says (a digest), and since when."""

    id: str
    version: int
    digest: str
    since: dt.datetime

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"digest": self.digest, "id": self.id, "since": self.since.isoformat(), "version": self.version}


def _read(plain: Mapping[str, Any]) -> Issued:
    return Issued(plain["id"], plain["version"], plain["digest"], dt.datetime.fromisoformat(plain["since"]))


def _apply(state: Issued | None, act: Act) -> Issued:
    if act.what != "issued":
        raise act_refused("document.step", "state", document=act.thing, what=act.what)
    return Issued(act.thing, state.version + 1 if state else 1, str(act.body["digest"]), act.at)


#: The thing's id is the document's.
ISSUED: Kind[Issued] = Kind("document", _apply, Issued.plain, _read)
