"""An extract that was built becomes one that can be read: its object, its row and the decision's entry, or nothing.

The row is written first, as one that is being prepared; then, in one turn, the object is put and the row comes alive.
Whoever dies on the way leaves a row that names what has to be cleared away.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.decide import decide
from governance.decision import Decision, Deny, Permit
from hub.durable import sha256_of
from hub.errors import Conflict
from hub.records import extracts as extract_records
from hub.records.extracts import PREPARING
from hub.records.models import Extract
from hub.services.back import Back
from hub.services.commons import world_at
from hub.services.decisions import note, refused
from hub.services.extracts.building import Built
from hub.services.extracts.ended import Why
from hub.services.extracts.grant import Grant
from hub.services.media import PARQUET


def keep(back: Back, grant: Grant, built: Built, inputs: str) -> Extract:
    """Keep what was built, in place of an earlier extract of the same period that says something else.

    It is decided again in the turn that keeps it: a suspension that came while the vault was read holds.

    Raises:
        Conflict: the agreement was amended meanwhile.
        Refused: the decision denied it; that is written down.
    """
    row = _row(grant, built, inputs, at=back.front.clock())
    with back.front.records.write() as session:
        session.add(row)
    with back.front.records.write() as session:
        at = back.front.clock()
        world = world_at(back.front, session, at)
        request = replace(grant.request, at=at)
        decision = decide(request, world)
        kept = _kept(back, session, row, built=built, grant=grant, decision=decision, at=at)
        if kept is None or kept.id == row.id:  # the very extract, that somebody else kept meanwhile, is on record
            note(session, request, decision, world=world, counts={"rows": built.rows} if kept else {})
    if isinstance(decision, Deny):
        raise refused(decision)
    if kept is None:
        raise Conflict(f"{grant.agreement.id} was amended while its extract was prepared")
    return kept


def _kept(
    back: Back, session: Session, row: Extract, *, built: Built, grant: Grant, decision: Decision, at: dt.datetime
) -> Extract | None:
    """The extract that lives now; None where this one may not."""
    row = session.merge(row)
    earlier = current(session, row)
    if not isinstance(decision, Permit) or grant.agreement.key not in decision.grants.values():
        session.delete(row)
        return None
    if earlier is not None and _same(earlier, row):
        session.delete(row)
        return earlier
    _come_alive(back, row, built, decision, at=at)
    if earlier is not None:
        corrected = earlier.agreement_version == row.agreement_version
        extract_records.remove(earlier, at=at, why=(Why.CORRECTED if corrected else Why.AMENDED).value)
        row.facts = {**row.facts, "replaces": earlier.id}
    return row


def _same(one: Extract, other: Extract) -> bool:
    return (one.agreement_version, one.facts["values"]) == (other.agreement_version, other.facts["values"])


def _come_alive(back: Back, row: Extract, built: Built, permit: Permit, *, at: dt.datetime) -> None:
    back.front.released.put_file(built.path)
    row.obligations = dict(permit.obligations.plain())
    row.prepared_at, row.removed_at, row.removed_why = at, None, ""


def current(session: Session, row: Extract) -> Extract | None:
    """The living extract of the same agreement, table and period."""
    return extract_records.of_period(
        session, agreement=row.agreement, table=row.table, period_from=row.period_from, period_to=row.period_to
    )


def clear_unfinished(session: Session) -> None:
    """Remove the rows of whoever died while preparing; their objects go with the abandoned ones, before."""
    for row in session.scalars(select(Extract).where(Extract.removed_why == PREPARING)):
        session.delete(row)


def _row(grant: Grant, built: Built, inputs: str, *, at: dt.datetime) -> Extract:
    agreement, period = grant.agreement, grant.period
    return Extract(
        # Not computed from what it holds: somebody who knows all but one part of that could try that one.
        id=secrets.token_hex(16),
        agreement=agreement.id,
        agreement_version=agreement.version,
        recipient=grant.request.recipient or "",
        dataset=agreement.dataset,
        table=grant.table,
        period_from=period.from_,
        period_to=period.to,
        digest=sha256_of(built.path),
        size=built.path.stat().st_size,
        rows=built.rows,
        media_type=PARQUET,
        file_name=f"{agreement.dataset}-{grant.table}-{period.from_}-{period.to}.parquet",
        prepared_at=at,
        obligations={},
        facts={"inputs": inputs, "values": built.values},
        removed_at=at,
        removed_why=PREPARING,
    )
