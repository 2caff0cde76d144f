"""The audit trail: one record for each decision at an exit, denials included, each hash covering the one before.

A record tells who did what under which agreements, and counts. It never holds a result, an address or anything
about a person: the actor is a member.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from governance.canonical import Plain, digest
from governance.decision import Decision, Permit
from governance.request import Request

#: The hash before the first record.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One decision at an exit. `number` counts from 1 without gaps; `previous` is the hash of the record before.

    `agreements` maps datasets to agreement versions (empty on a denial), `reasons` are the codes of a denial,
    `counts` are rows, cells and suppressed cells. Empty texts stand for what does not apply.
    """

    number: int
    at: dt.datetime
    actor: str
    member: str
    action: str
    subject: str
    audience: str
    purpose: str
    permitted: bool
    agreements: Mapping[str, str]
    reasons: tuple[str, ...]
    obligations: str
    request: str
    counts: Mapping[str, int]
    previous: str
    hash: str = field(default="")

    def payload(self) -> Mapping[str, Plain]:
        """Everything but the record's own hash, as JSON."""
        return {
            "action": self.action,
            "actor": self.actor,
            "agreements": dict(self.agreements),
            "at": self.at.astimezone(dt.UTC).isoformat(),
            "audience": self.audience,
            "counts": dict(self.counts),
            "member": self.member,
            "number": self.number,
            "obligations": self.obligations,
            "permitted": self.permitted,
            "previous": self.previous,
            "purpose": self.purpose,
            "reasons": list(self.reasons),
            "request": self.request,
            "subject": self.subject,
        }

    def plain(self) -> Mapping[str, Plain]:
        """The whole record as JSON, to be read again by `read_record`."""
        return {**self.payload(), "hash": self.hash}


@dataclass(frozen=True, slots=True)
class Whole:
    """Every record is there and unchanged; `last` is the hash that covers them all."""

    records: int
    last: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first record at which the chain does not hold, and how."""

    number: int
    reason: str


Chain: TypeAlias = Whole | Broken


def record(
    request: Request,
    decision: Decision,
    *,
    after: AuditRecord | None = None,
    member: str = "",
    counts: Mapping[str, int] | None = None,
) -> AuditRecord:
    """The record of a decision, to be put after the last one. `member` is on whose behalf the actor acted, if other."""
    permit = decision if isinstance(decision, Permit) else None
    unsealed = AuditRecord(
        number=after.number + 1 if after else 1,
        at=request.at,
        actor=request.actor or "public",
        member=member or request.actor or "public",
        action=request.action.value,
        subject=request.subject,
        audience=request.audience.value,
        purpose=request.purpose,
        permitted=permit is not None,
        agreements=permit.grants if permit else {},
        reasons=() if isinstance(decision, Permit) else tuple(one.denied.code for one in decision.reasons),
        obligations=permit.obligations.digest if permit else "",
        request=request.hash(),
        counts=dict(counts or {}),
        previous=after.hash if after else GENESIS,
    )
    return _sealed(unsealed)


def _sealed(unsealed: AuditRecord) -> AuditRecord:
    values = {name: getattr(unsealed, name) for name in AuditRecord.__dataclass_fields__ if name != "hash"}
    return AuditRecord(**values, hash=digest(unsealed.payload()))


def verify_chain(records: Iterable[AuditRecord], *, after: AuditRecord | None = None) -> Chain:
    """Whether records follow one another without gap, change or exchange, from the first or from the one `after`."""
    number, previous = (after.number, after.hash) if after else (0, GENESIS)
    count = 0
    for one in records:
        number += 1
        if one.number != number:
            return Broken(number, f"record {one.number} stands where {number} should")
        if one.previous != previous:
            return Broken(number, "does not continue the record before it")
        if digest(one.payload()) != one.hash:
            return Broken(number, "was changed: its hash does not cover what it says")
        previous = one.hash
        count += 1
    return Whole(count, previous)


def read_record(plain: Mapping[str, object]) -> AuditRecord:
    """Read a record as `AuditRecord.plain` spells it; what it says is checked by `verify_chain` alone.

    Raises:
        KeyError: a part is missing.
        TypeError: a part is of another shape.
        ValueError: the instant is none.
    """
    agreements, counts, reasons = plain["agreements"], plain["counts"], plain["reasons"]
    if not isinstance(agreements, Mapping) or not isinstance(counts, Mapping) or not isinstance(reasons, list | tuple):
        raise TypeError("agreements and counts must be objects, reasons a list")
    names = (
        "actor",
        "member",
        "action",
        "subject",
        "audience",
        "purpose",
        "obligations",
        "request",
        "previous",
        "hash",
    )
    return AuditRecord(
        number=_integer(plain["number"]),
        at=dt.datetime.fromisoformat(str(plain["at"])),
        permitted=plain["permitted"] is True,
        agreements={str(name): str(value) for name, value in agreements.items()},
        reasons=tuple(str(code) for code in reasons),
        counts={str(name): _integer(value) for name, value in counts.items()},
        **{name: str(plain[name]) for name in names},
    )


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value
