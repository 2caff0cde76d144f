"""Build a joint release: the one way by which numbers of several holders leave the vault.

Decide, compute contributions by cell and holding, keep only the cells that pass the primary rules, make sure that
nothing can be subtracted, keep the result, write release and audit record in one transaction. The requester chooses
a registered cube, an audience and a period; never the holders, the grain or a filter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from governance.audiences import Audience
from governance.decision import Deny, Permit, Refusal, Step
from governance.disclosure.interlock import ReleaseClaim, claim, may_stand_beside
from governance.disclosure.protect import Protected, protect
from governance.disclosure.rules import rules_of
from governance.obligations import read_obligations
from governance.periods import Period
from governance.request import Action, Request
from governance.verdicts import Denied
from hub.errors import BadRequest, NotFound
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.contributions import contributions
from hub.services.decisions import decided_again, note, permitted, refuse
from hub.services.parts import PARQUET
from hub.services.publish import SECRETARIAT

#: What joint statistics are for, unless the caller says otherwise.
PLANNING = "mobility-planning"


@dataclass(frozen=True, slots=True)
class ReleaseAsk:
    """Which release to build."""

    cube: str
    audience: Audience
    period: Period
    purpose: str = PLANNING

    @classmethod
    def of(cls, cube: str, audience: str, from_: dt.date, to: dt.date, purpose: str = PLANNING) -> ReleaseAsk:
        """From the words of a command or a job.

        Raises:
            BadRequest: an unknown audience, or a period that ends before it begins.
        """
        if audience not in list(Audience):
            raise BadRequest(f"no audience is called {audience!r}; there are {', '.join(Audience)}")
        try:
            return cls(cube, Audience(audience), Period(from_, to), purpose)
        except ValueError as fault:
            raise BadRequest(str(fault)) from fault

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> ReleaseAsk:
        """From a job's payload, as `payload` makes it."""
        first, last = (dt.date.fromisoformat(payload[name]) for name in ("from", "to"))
        return cls.of(payload["cube"], payload["audience"], first, last, payload.get("purpose", PLANNING))

    def payload(self) -> dict[str, str]:
        """As a job's payload: dates in ISO 8601."""
        return {
            "cube": self.cube,
            "audience": self.audience.value,
            "from": self.period.from_.isoformat(),
            "to": self.period.to.isoformat(),
            "purpose": self.purpose,
        }


def release(back: Back, ask: ReleaseAsk) -> Release:
    """Build the release, or answer with the very one that exists already.

    Raises:
        NotFound: no such cube.
        Refused: an agreement is missing or does not allow it, or what is out already forbids it.
    """
    world = current_world(back.front)
    cube = world.cubes.get(ask.cube)
    if cube is None:
        raise NotFound(f"no cube is called {ask.cube!r}; there are {', '.join(sorted(world.cubes))}")
    request = Request(
        actor=SECRETARIAT,
        action=Action.RELEASE,
        subject=ask.cube,
        audience=ask.audience,
        purpose=ask.purpose,
        at=back.front.clock(),
        period=ask.period,
    )
    permit = permitted(back.front, request)
    back.progress(f"computing {cube.id}", 0, 0)
    found = contributions(back, world, cube, ask.period)
    built = claim(cube, id="", period=ask.period, inputs=_digest(found), obligations=permit.obligations)
    back.progress(f"protecting {cube.id}", 0, 0)
    safe = protect(found, cube=cube, rules=rules_of(permit.obligations, cube))
    return _keep(back, request, permit, built, safe)


def _keep(back: Back, request: Request, permit: Permit, built: ReleaseClaim, safe: Protected) -> Release:
    content = _parquet(safe.table)
    row = _row(built, content, request, permit)
    with back.front.records.write() as session:
        world, decision = decided_again(back.front, session, request, permit)
        if isinstance(decision, Permit):
            same = _same(session, row)
            if same is not None:
                note(session, request, permit, world=world)
                return same
            # Asked within the writing transaction: no other release can come between the question and the row.
            verdict = may_stand_beside(built, _claims(session))
            if isinstance(verdict, Denied):
                decision = Deny((Refusal(Step.STORED_RELEASE, verdict),))
            else:
                row.digest = back.front.released.put(content).digest
                session.add(row)
                # How many cells were withheld is told to nobody, not even in what the entry only commits to.
                note(session, request, permit, world=world, counts={"cells": safe.published})
    if isinstance(decision, Deny):
        refuse(back.front, request, decision)
    return row


def _same(session: Session, row: Release) -> Release | None:
    """The release that answers this very question already, by the same rules from the same contributions."""
    wanted = (row.audience, row.period_from, row.period_to, row.edition, row.obligations)
    for one in release_records.releases(session, subject=row.subject, kind="cube"):
        if (one.audience, one.period_from, one.period_to, one.edition, one.obligations) == wanted:
            return one
    return None


def _claims(session: Session) -> list[ReleaseClaim]:
    """What every joint release that was ever published is about."""
    return [
        ReleaseClaim(
            id=f"{row.subject} for {row.audience}, {row.period_from} to {row.period_to}",
            cube=row.subject,
            family=row.edition["family"],
            grain=row.edition["grain"],
            period=Period(row.period_from, row.period_to),
            inputs=row.edition["inputs"],
            obligations=read_obligations(row.obligations),
        )
        for row in release_records.releases(session, kind="cube")
        if row.period_from is not None and row.period_to is not None
    ]


def _row(built: ReleaseClaim, content: bytes, request: Request, permit: Permit) -> Release:
    return Release(
        # Not computed from what it holds: an id that is would let somebody who knows all parts but one try that one.
        id=secrets.token_hex(16),
        kind="cube",
        subject=built.cube,
        part=built.cube,
        audience=built.audience.value,
        period_from=built.period.from_,
        period_to=built.period.to,
        edition={
            "id": permit.obligations.edition,
            "family": built.family,
            "grain": built.grain,
            "inputs": built.inputs,
        },
        size=len(content),
        media_type=PARQUET,
        file_name=f"{built.cube}-{built.audience}-{built.period.from_}-{built.period.to}.parquet",
        created_at=request.at,
        agreements=sorted(permit.grants.values()),
        obligations=dict(permit.obligations.plain()),
        facts={},
    )


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _digest(table: pa.Table) -> str:
    """SHA-256 over a table's values in order: the same contributions, whatever batches brought them."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks(), max_chunksize=1 << 20)
    return hashlib.sha256(sink.getbuffer()).hexdigest()
