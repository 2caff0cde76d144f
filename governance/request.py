"""What somebody wants to do, as a value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from governance.ask import Used
from governance.audiences import Audience
from governance.canonical import Plain, digest
from governance.grain import Grain
from governance.obligations import Obligations
from governance.periods import Period


class Action(StrEnum):
    """What can be done at an exit of the hub. Bringing data in needs no decision.

    PUBLISH_OPEN lays out a dataset's own files for the open or the identified tier, RELEASE builds joint statistics,
    EXTRACT prepares records of one dataset for one member; each is done before somebody can READ it.
    """

    PUBLISH_OPEN = "publish_open"
    RELEASE = "release"
    EXTRACT = "extract"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that `actor` (None: the public) wants to do at the instant `at`.

    `subject` is a dataset's id or a cube's. A cube needs a `period`. `parameters` and `holders` are what the
    requester asked for on its own; they must be what the cube has registered. To read a stored release, `applied`
    are the obligations it was built under. `used` None leaves counting quotas to the door.

    An extract (audience ``bilateral``, to be prepared or to be read) says for which one member it is, of which `table`
    and `fields`, and how coarse: `recipient`, `table`, `fields`, `grain` must all be there, and nowhere else.
    `agreement` is the id of the agreement that it is to be prepared under; empty: whichever carries it.
    """

    actor: str | None
    action: Action
    subject: str
    audience: Audience
    purpose: str
    at: dt.datetime
    period: Period | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    holders: frozenset[str] | None = None
    applied: Obligations | None = None
    used: Used | None = None
    recipient: str | None = None
    fields: frozenset[str] | None = None
    grain: Grain | None = None
    table: str = ""
    agreement: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a request needs an instant with a time zone")

    @property
    def timeless(self) -> tuple[object, ...]:
        """Everything but the instant and what was used: two requests with the same stand on the same ground."""
        return (
            self.actor,
            self.action,
            self.subject,
            self.audience,
            self.purpose,
            self.period,
            self.parameters,
            self.holders,
            self.applied.digest if self.applied else None,
            self.recipient,
            self.fields,
            self.grain,
            self.table,
            self.agreement,
        )

    def hash(self) -> str:
        """SHA-256 of the canonical JSON of the request, for the audit."""
        plain: dict[str, Plain] = {
            "action": self.action.value,
            "actor": self.actor,
            "agreement": self.agreement,
            "applied": self.applied.digest if self.applied else None,
            "at": self.at.astimezone(dt.UTC).isoformat(),
            "audience": self.audience.value,
            "fields": sorted(self.fields) if self.fields is not None else None,
            "grain": str(self.grain) if self.grain else None,
            "holders": sorted(self.holders) if self.holders is not None else None,
            "parameters": [list(pair) for pair in self.parameters],
            "period": str(self.period) if self.period else None,
            "purpose": self.purpose,
            "recipient": self.recipient,
            "subject": self.subject,
            "table": self.table,
            "used": [self.used.this_month, self.used.last_minute] if self.used else None,
        }
        return digest(plain)
