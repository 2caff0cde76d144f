"""An agreement as a thing with a life: all its versions, what is being negotiated, what holds, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.agreement import State
from governance.canonical import Plain
from governance.negotiation.version import Version, read_version


@dataclass(frozen=True, slots=True)
class Pending:
    """The last version is being negotiated. `turn` is the party that is to act; empty where both may."""

    state: State
    turn: str


@dataclass(frozen=True, slots=True)
class Spell:
    """From this instant on a version holds, until the next spell begins."""

    version: int
    from_: dt.datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """Who suspended, in which role (holder, hub, authority), why, and by when it is looked at again.

    `lifted_by` are the parties that want an authority's suspension lifted; both of them lift it.
    """

    by: str
    role: str
    code: str
    why: str
    at: dt.datetime
    review_by: dt.datetime
    lifted_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Each has one suspension: the holder, the hub, and every authority."""
        return self.by if self.role == "authority" else self.role


@dataclass(frozen=True, slots=True)
class Negotiation:
    """Everything about one agreement. `versions` are in the order of their numbers.

    `spells` say which version holds when; one version at each instant. `leaves_at` is the end of a holder's notice,
    `asked` the party that asked to end it and the hash of the version it spoke of, `ended` how it was ended by an act.
    `adopted` is true where the first version came with the commons' documents.
    """

    id: str
    holder: str
    counterparty: str
    versions: tuple[Version, ...]
    pending: Pending | None = None
    spells: tuple[Spell, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    leaves_at: dt.datetime | None = None
    asked: tuple[str, str] | None = None
    ended: State | None = None
    adopted: bool = False
    _by_number: Mapping[int, Version] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_number", {one.number: one for one in self.versions})

    @property
    def parties(self) -> frozenset[str]:
        """Holder and counterparty."""
        return frozenset({self.holder, self.counterparty})

    @property
    def last(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    def version(self, number: int) -> Version | None:
        """A version by its number."""
        return self._by_number.get(number)

    def other(self, party: str) -> str:
        """The party that is not this one."""
        return self.counterparty if party == self.holder else self.holder

    def held_at(self, at: dt.datetime) -> Version | None:
        """The version that holds at an instant, or will hold first; None when none was ever verified."""
        if not self.spells:
            return None
        begun = [spell for spell in self.spells if spell.from_ <= at] or self.spells[:1]
        return self._by_number[begun[-1].version]

    @property
    def newest_held(self) -> Version | None:
        """The version of the last spell: what an amendment amends."""
        return self._by_number[self.spells[-1].version] if self.spells else None

    @property
    def ends_at(self) -> dt.datetime | None:
        """When the clock ends what holds; None when nothing does."""
        newest = self.newest_held
        if newest is None:
            return None
        ends = newest.text.validity.to
        return ends if self.leaves_at is None else min(ends, self.leaves_at)

    def state_at(self, at: dt.datetime) -> State:
        """Where the agreement stands at an instant at or after its last act."""
        if self.ended is not None:
            return self.ended
        ends_at = self.ends_at
        if ends_at is None:
            return self.pending.state if self.pending else State.REJECTED
        if at >= ends_at:
            return State.EXPIRED if self.leaves_at is None else State.WITHDRAWN
        if self.suspensions:
            return State.SUSPENDED
        if self.leaves_at is not None:
            return State.WITHDRAWING
        return State.VERIFIED if at < self.spells[0].from_ else State.ACTIVE

    def changes(self) -> tuple[dt.datetime, ...]:
        """The instants at which it changes by itself."""
        return (*(spell.from_ for spell in self.spells), *((self.ends_at,) if self.ends_at else ()))

    def plain(self) -> Mapping[str, Plain]:
        """As JSON."""
        return {
            "adopted": self.adopted,
            "asked": list(self.asked) if self.asked else None,
            "counterparty": self.counterparty,
            "ended": self.ended.value if self.ended else None,
            "holder": self.holder,
            "id": self.id,
            "leaves_at": self.leaves_at.isoformat() if self.leaves_at else None,
            "pending": {"state": self.pending.state.value, "turn": self.pending.turn} if self.pending else None,
            "spells": [{"from": one.from_.isoformat(), "version": one.version} for one in self.spells],
            "suspensions": [_suspension_plain(one) for one in self.suspensions],
            "versions": [one.plain() for one in self.versions],
        }


def _suspension_plain(one: Suspension) -> Mapping[str, Plain]:
    return {
        "at": one.at.isoformat(),
        "by": one.by,
        "code": one.code,
        "lifted_by": list(one.lifted_by),
        "review_by": one.review_by.isoformat(),
        "role": one.role,
        "why": one.why,
    }


def read_negotiation(plain: Mapping[str, Any]) -> Negotiation:
    """Read what `Negotiation.plain` spells."""
    pending, asked, leaves, ended = (plain[name] for name in ("pending", "asked", "leaves_at", "ended"))
    return Negotiation(
        id=plain["id"],
        holder=plain["holder"],
        counterparty=plain["counterparty"],
        versions=tuple(read_version(one) for one in plain["versions"]),
        pending=Pending(State(pending["state"]), pending["turn"]) if pending else None,
        spells=tuple(Spell(one["version"], dt.datetime.fromisoformat(one["from"])) for one in plain["spells"]),
        suspensions=tuple(_read_suspension(one) for one in plain["suspensions"]),
        leaves_at=dt.datetime.fromisoformat(leaves) if leaves else None,
        asked=(asked[0], asked[1]) if asked else None,
        ended=State(ended) if ended else None,
        adopted=plain["adopted"],
    )


def _read_suspension(plain: Mapping[str, Any]) -> Suspension:
    return Suspension(
        by=plain["by"],
        role=plain["role"],
        code=plain["code"],
        why=plain["why"],
        at=dt.datetime.fromisoformat(plain["at"]),
        review_by=dt.datetime.fromisoformat(plain["review_by"]),
        lifted_by=tuple(plain["lifted_by"]),
    )
