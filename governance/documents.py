"""Which documents of the commons were in force when: each loading is an act, so that the log knows them by digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.acts import Act, Kind, act_refused
from governance.canonical import Plain

#: The only thing of its kind.
DOCUMENTS_ID = "documents"


@dataclass(frozen=True, slots=True)
class Documents:
    """The edition in force: SHA-256 of the files that hold no exact p, when it was loaded, how many there were."""

    digest: str
    loaded_at: dt.datetime
    edition: int

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"digest": self.digest, "edition": self.edition, "loaded_at": self.loaded_at.isoformat()}


def _read(plain: Mapping[str, Any]) -> Documents:
    return Documents(plain["digest"], dt.datetime.fromisoformat(plain["loaded_at"]), plain["edition"])


def _apply(state: Documents | None, act: Act) -> Documents:
    if act.what != "loaded":
        raise act_refused("documents.step", "documents", what=act.what)
    return Documents(str(act.body["digest"]), act.at, state.edition + 1 if state else 1)


DOCUMENTS: Kind[Documents] = Kind("documents", _apply, Documents.plain, _read)
