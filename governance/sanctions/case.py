"""A sanction case: what is held against a member, what it said, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.canonical import Plain
from governance.parties import Sanction

#: (state, verb) -> state. Terminal states have no exit; decay is no state but a matter of the clock.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("", "opened"): "open",
    ("open", "stated"): "open",
    ("open", "endorsed"): "open",
    ("open", "noticed"): "noticed",
    ("open", "dismissed"): "dismissed",
    ("open", "decided"): "in_force",
    ("in_force", "endorsed"): "in_force",
    ("in_force", "lifted"): "lifted",
    ("in_force", "overturned"): "overturned",
}
#: The origin of a case for which the hub counted denials.
PROBING = "probing"
#: Ends of a case.
TERMINAL = frozenset({"noticed", "dismissed", "lifted", "overturned"})


@dataclass(frozen=True, slots=True)
class Endorsement:
    """One of two deciders said yes. `what` is the verb it endorses, `role` secretariat or authority."""

    what: str
    level: int
    role: str
    by: str

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {"by": self.by, "level": self.level, "role": self.role, "what": self.what}


@dataclass(frozen=True, slots=True)
class Step:
    """A decided step: to which level, by how many levels, and the instants [from, until) in which it counts."""

    level: int
    rise: int
    from_: dt.datetime
    until: dt.datetime | None
    by: str
    vote: str = ""

    def counts_at(self, at: dt.datetime) -> bool:
        """Whether the step has not decayed yet."""
        return self.from_ <= at and (self.until is None or at < self.until)

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "by": self.by,
            "from": self.from_.isoformat(),
            "level": self.level,
            "rise": self.rise,
            "until": self.until.isoformat() if self.until else None,
            "vote": self.vote,
        }


@dataclass(frozen=True, slots=True)
class Case:
    """A case against `member`. `entries` are places in the log; `log_size` is how long the log was at the opening.

    `origin` is ``member`` when somebody brought it, ``probing`` when the hub counted denials.
    """

    id: str
    state: str
    member: str
    opened_by: str
    opened_at: dt.datetime
    origin: str
    facts: str
    entries: tuple[int, ...]
    log_size: int
    proposed: int
    hearing_ends: dt.datetime
    provisional_until: dt.datetime | None = None
    statement: str = ""
    endorsed: Endorsement | None = None
    step: Step | None = None
    ended_at: dt.datetime | None = None
    ended_by: str = ""
    ended_why: str = ""

    def heard_at(self, at: dt.datetime) -> bool:
        """Whether the member was heard: it made its statement, or the days it had for it are over."""
        return bool(self.statement) or at >= self.hearing_ends

    def provisional_at(self, at: dt.datetime) -> bool:
        """Whether an emergency suspends the member at this instant."""
        return self.state == "open" and self.provisional_until is not None and at < self.provisional_until

    @property
    def settled(self) -> bool:
        """Whether deciders looked at it: a step was decided, or another than who brought it ended it."""
        return self.step is not None or (self.state in TERMINAL and self.ended_by != self.opened_by)

    def counts_at(self, at: dt.datetime) -> bool:
        """Whether a decided step of the case counts at this instant."""
        return self.state == "in_force" and self.step is not None and self.step.counts_at(at)

    def shown_state(self, at: dt.datetime) -> str:
        """The state with the clock read: hearing, heard, provisional, in_force, decayed, or one of the ends."""
        if self.state == "open":
            return "provisional" if self.provisional_at(at) else "heard" if self.heard_at(at) else "hearing"
        return "decayed" if self.state == "in_force" and not self.counts_at(at) else self.state

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "ended_at": _text(self.ended_at),
            "ended_by": self.ended_by,
            "ended_why": self.ended_why,
            "endorsed": self.endorsed.plain() if self.endorsed else None,
            "entries": list(self.entries),
            "facts": self.facts,
            "hearing_ends": self.hearing_ends.isoformat(),
            "id": self.id,
            "log_size": self.log_size,
            "member": self.member,
            "opened_at": self.opened_at.isoformat(),
            "opened_by": self.opened_by,
            "origin": self.origin,
            "proposed": self.proposed,
            "provisional_until": _text(self.provisional_until),
            "state": self.state,
            "statement": self.statement,
            "step": self.step.plain() if self.step else None,
        }


def read_case(plain: Mapping[str, Any]) -> Case:
    """Read a case as `Case.plain` spells it."""
    step, endorsed = plain["step"], plain["endorsed"]
    texts = ("id", "state", "member", "opened_by", "origin", "facts", "statement", "ended_by", "ended_why")
    return Case(
        **{name: plain[name] for name in (*texts, "log_size", "proposed")},
        entries=tuple(plain["entries"]),
        endorsed=Endorsement(**endorsed) if endorsed else None,
        ended_at=instant(plain["ended_at"]),
        hearing_ends=dt.datetime.fromisoformat(plain["hearing_ends"]),
        opened_at=dt.datetime.fromisoformat(plain["opened_at"]),
        provisional_until=instant(plain["provisional_until"]),
        step=_read_step(step) if step else None,
    )


def _read_step(plain: Mapping[str, Any]) -> Step:
    return Step(
        level=int(Sanction(plain["level"])),
        rise=plain["rise"],
        from_=dt.datetime.fromisoformat(plain["from"]),
        until=instant(plain["until"]),
        by=plain["by"],
        vote=plain["vote"],
    )


def instant(text: str | None) -> dt.datetime | None:
    """An instant as it stands in a state; None where there is none."""
    return dt.datetime.fromisoformat(text) if text else None


def _text(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None
