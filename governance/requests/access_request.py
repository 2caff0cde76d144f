"""A request for access and its steps.

What is stored are the steps that somebody took. Approval, refusal and end are told by the parts and the clock
(`AccessRequest.state_at`), so that silence refuses and an entitlement ends without anybody having to come by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from governance.canonical import Plain
from governance.requests.asked import Asked, read_asked
from governance.requests.parts import LIVE, Part, PartState, read_part


class State(StrEnum):
    """Where a request stands at an instant."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    APPROVED_IN_PART = "approved_in_part"
    REFUSED = "refused"
    ENDED = "ended"
    REVOKED = "revoked"
    CLOSED = "closed"


#: Nothing leads out of these.
TERMINAL: Final = frozenset({State.REFUSED, State.ENDED, State.REVOKED, State.CLOSED})

#: (state at the instant of the act, verb) → what is stored. SUBMITTED stands for "the parts and the clock say".
STEPS: Final[Mapping[tuple[State | None, str], State]] = MappingProxyType(
    {
        (None, "drafted"): State.DRAFT,
        (State.DRAFT, "drafted"): State.DRAFT,
        (State.DRAFT, "submitted"): State.SUBMITTED,
        (State.DRAFT, "closed"): State.CLOSED,
        (State.SUBMITTED, "returned"): State.RETURNED,
        (State.SUBMITTED, "decided"): State.SUBMITTED,
        (State.SUBMITTED, "revoked"): State.SUBMITTED,
        (State.SUBMITTED, "closed"): State.CLOSED,
        (State.RETURNED, "resubmitted"): State.SUBMITTED,
        (State.RETURNED, "closed"): State.CLOSED,
        (State.APPROVED, "renewed"): State.SUBMITTED,
        (State.APPROVED, "decided"): State.SUBMITTED,
        (State.APPROVED, "revoked"): State.SUBMITTED,
        (State.APPROVED, "closed"): State.CLOSED,
        (State.APPROVED_IN_PART, "renewed"): State.SUBMITTED,
        (State.APPROVED_IN_PART, "decided"): State.SUBMITTED,
        (State.APPROVED_IN_PART, "revoked"): State.SUBMITTED,
        (State.APPROVED_IN_PART, "closed"): State.CLOSED,
    }
)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request. `parts` are by holder, from the first submission on; `deadline` is that of the decisions."""

    id: str
    applicant: str
    asked: Asked
    stored: State
    drafted_at: dt.datetime
    submitted_at: dt.datetime | None = None
    deadline: dt.datetime | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    #: Why it was returned last, and by whom.
    returned_why: str = ""
    returned_by: str = ""
    ended_at: dt.datetime | None = None

    def state_at(self, at: dt.datetime) -> State:
        """Where the request stands at an instant."""
        if self.stored is not State.SUBMITTED or self.deadline is None:
            return self.stored
        states = [part.state_at(at, self.deadline) for part in self.parts.values()]
        if PartState.OPEN in states:
            return State.SUBMITTED
        if any(state in LIVE for state in states):
            return (
                State.APPROVED if all(self._whole(part, at) for part in self.parts.values()) else State.APPROVED_IN_PART
            )
        granted = [state for state in states if state in (PartState.ENDED, PartState.REVOKED)]
        if not granted:
            return State.REFUSED
        return State.REVOKED if set(granted) == {PartState.REVOKED} else State.ENDED

    def _whole(self, part: Part, at: dt.datetime) -> bool:
        """Whether a part is live and was granted as it was asked for (or renewed since)."""
        grant = part.grant
        return (
            grant is not None
            and part.state_at(at, self.deadline or at) in LIVE
            and grant.datasets == part.datasets
            and grant.terms == self.asked.terms
            and grant.validity.from_ == self.asked.validity.from_
            and grant.validity.to >= self.asked.validity.to
        )

    def part_at(self, holder: str, at: dt.datetime) -> PartState:
        """Where a holder's part stands at an instant; closing the request closes what was open or live of it.

        Raises:
            KeyError: nothing is asked of that holder.
        """
        state = self.parts[holder].state_at(at, self.deadline or at)
        return PartState.CLOSED if self.stored is State.CLOSED and state in {*LIVE, PartState.OPEN} else state

    def plain(self) -> Mapping[str, Plain]:
        """As JSON, to be read again by `read_request`."""
        return {
            "applicant": self.applicant,
            "asked": self.asked.plain(),
            "deadline": _spelled(self.deadline),
            "drafted_at": self.drafted_at.isoformat(),
            "ended_at": _spelled(self.ended_at),
            "id": self.id,
            "parts": {holder: self.parts[holder].plain() for holder in sorted(self.parts)},
            "returned_by": self.returned_by,
            "returned_why": self.returned_why,
            "state": self.stored.value,
            "submitted_at": _spelled(self.submitted_at),
        }


def read_request(plain: Mapping[str, Any]) -> AccessRequest:
    """Read a request as `AccessRequest.plain` spells it."""
    return AccessRequest(
        id=plain["id"],
        applicant=plain["applicant"],
        asked=read_asked(plain["asked"]),
        stored=State(plain["state"]),
        drafted_at=dt.datetime.fromisoformat(plain["drafted_at"]),
        submitted_at=_instant(plain["submitted_at"]),
        deadline=_instant(plain["deadline"]),
        parts={holder: read_part(part) for holder, part in plain["parts"].items()},
        returned_why=plain["returned_why"],
        returned_by=plain["returned_by"],
        ended_at=_instant(plain["ended_at"]),
    )


def _spelled(instant: dt.datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
