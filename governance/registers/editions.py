"""The register's and the evaluation's editions as things: which documents were published for a year, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain


@dataclass(frozen=True, slots=True)
class Edition:
    """One publication. `files` are the digests of the stored objects, by name: ``json``, ``fr``, ``en``."""

    at: dt.datetime
    digest: str
    files: Mapping[str, str]

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"at": self.at.isoformat(), "digest": self.digest, "files": dict(self.files)}


@dataclass(frozen=True, slots=True)
class Published:
    """Every edition of one document, oldest first. The id is ``rgpd-<year>`` or ``evaluation-<year>``."""

    id: str
    editions: tuple[Edition, ...]

    @property
    def newest(self) -> Edition:
        """The edition that counts."""
        return self.editions[-1]

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"editions": [one.plain() for one in self.editions], "id": self.id}


def _read(plain: Mapping[str, Any]) -> Published:
    editions = [Edition(dt.datetime.fromisoformat(one["at"]), one["digest"], one["files"]) for one in plain["editions"]]
    return Published(plain["id"], tuple(editions))


def _apply(state: Published | None, act: Act) -> Published:
    if act.what != "published":
        raise act_refused("register.step", "state", register=act.thing, what=act.what)
    body: Mapping[str, Any] = act.body
    new = Edition(act.at, body["digest"], body["files"])
    return Published(act.thing, (*(state.editions if state else ()), new))


REGISTER: Kind[Published] = Kind("register", _apply, Published.plain, _read)
