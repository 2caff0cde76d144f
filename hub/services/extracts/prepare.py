"""Prepare extracts: for each bilateral agreement in force, each period that is over and whose delay has run out.

The same records under the same version are one extract, however often it is asked for. When more records of a period
came in, a corrected extract takes the place of the earlier one. To its recipient the difference of the two tells which
records came late, and nothing of others: these are the records themselves. Nobody else is given either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from governance.bilingual import Sentence
from governance.datasets import Standard
from governance.decide import decide
from governance.decision import Deny
from governance.periods import Period
from governance.verdicts import Denied, denied
from governance.world import World
from hub.errors import Conflict, NotFound, Refused
from hub.records import extracts as extract_records
from hub.records.models import Extract
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.decisions import permitted, refuse
from hub.services.extracts.building import build
from hub.services.extracts.fields import TABLES
from hub.services.extracts.grant import Grant, bilateral, due, grant_of
from hub.services.extracts.inputs import Inputs, inputs
from hub.services.extracts.keeping import keep
from hub.services.extracts.plan import Plan
from hub.services.extracts.pseudonyms import pseudonyms
from hub.services.extracts.rhythm import periods
from hub.services.extracts.sweep import sweep


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one table and period: ``prepared``, ``corrected``, ``unchanged`` or ``waiting``, and why that."""

    agreement: str
    table: str
    period: Period
    outcome: str
    extract: str | None = None
    why: Sentence | None = None


def prepare_due(back: Back, *, agreement: str | None = None) -> list[Told]:
    """Prepare whatever is due, of one agreement or of all, after removing what has ended.

    What cannot be prepared yet waits and is told; since nobody asked for it, it leaves no denial in the log.

    Raises:
        NotFound: no agreement of this id is in force.
        StorageError: the vault lacks a batch, or there is no room.
    """
    sweep(back)
    world, at = current_world(back.front), back.front.clock()
    found = [one for one in bilateral(world, at=at) if agreement in (None, one.id)]
    if agreement is not None and not found:
        raise NotFound(f"no bilateral agreement in force is called {agreement!r}")
    return [told for one in found for grant in due(world, one, at=at) for told in _tried(back, world, grant)]


def prepare(back: Back, agreement: str, table: str, period: Period) -> Extract:
    """Prepare one extract, or answer with the very one that is there.

    Raises:
        NotFound: no agreement of this id is in force.
        Refused: it may not be prepared, or not yet; the denial is written down.
        Conflict: a batch was taken in before its zones were known.
        StorageError: the vault lacks a batch, or there is no room.
    """
    world, at = current_world(back.front), back.front.clock()
    found = next((one for one in world.agreements if one.id == agreement and one.in_force(at)), None)
    if found is None:
        raise NotFound(f"no agreement in force is called {agreement!r}")
    grant = grant_of(world, found, table, period, at=at)
    if grant.refusal is not None:
        refuse(back.front, grant.request, grant.deny(grant.refusal))
    permitted(back.front, grant.request)
    verdict = _in_rhythm(world, grant, at=at) or _ready(back, world, grant)
    if isinstance(verdict, Denied):
        refuse(back.front, grant.request, grant.deny(verdict))
    return _made(back, world, grant, verdict).extract


@dataclass(frozen=True, slots=True)
class _Made:
    extract: Extract
    outcome: str


def _tried(back: Back, world: World, grant: Grant) -> Iterator[Told]:
    refusal = grant.refusal
    if refusal is None:
        decision = decide(grant.request, world)
        refusal = decision.reasons[0].denied if isinstance(decision, Deny) else None
    verdict = refusal or _ready(back, world, grant)
    name = (grant.agreement.key, grant.table, grant.period)
    if isinstance(verdict, Denied):
        yield Told(*name, "waiting", why=verdict.reason)
        return
    try:
        made = _made(back, world, grant, verdict)
    except (Conflict, Refused) as fault:
        yield Told(*name, "waiting", why=Sentence(str(fault), str(fault)))
        return
    yield Told(*name, made.outcome, extract=made.extract.id)


def _in_rhythm(world: World, grant: Grant, *, at: dt.datetime) -> Denied | None:
    plan = _plan(grant)
    if grant.period in periods(grant.agreement, plan.time, at=at, timezone=world.basin.time_zone):
        return None
    return denied("extract.period", "period", period=grant.period, agreement=grant.agreement.key)


def _ready(back: Back, world: World, grant: Grant) -> Inputs | Denied:
    """The batches to read, or why there is nothing to read yet."""
    dataset, period = world.datasets[grant.agreement.dataset], grant.period
    if dataset.standard is not Standard.MDS:
        return denied("extract.table", "fields", table=grant.table)
    found = inputs(back, dataset.id, grant.table, period, local=TABLES[grant.table].local)
    if not found.cover(period):
        return denied("extract.incomplete", "period", dataset=dataset.id, period=period)
    return found if found.paths else denied("extract.nothing", "period", dataset=dataset.id, period=period)


def _made(back: Back, world: World, grant: Grant, read: Inputs) -> _Made:
    there = _there(back, grant)
    if there is not None and there.facts.get("inputs") == read.digest:
        return _Made(there, "unchanged")
    back.progress(f"preparing {grant.agreement.id} {grant.period}", 0, 0)
    keys = pseudonyms(back.signet.folder, grant.agreement.id, grant.request.recipient or "")
    with back.vault.stage() as work:
        built = build(back, _plan(grant), grant.period, read, keys=keys, basin=world.basin.id, work=work)
        if there is not None and there.facts.get("values") == built.values:
            return _Made(_seen_again(back, there, read), "unchanged")
        if not built.rows:
            raise Conflict(f"{grant.agreement.dataset} has no record of {grant.period}")
        made = keep(back, grant, built, read.digest)
    return _Made(made, "corrected" if there is not None else "prepared")


def _there(back: Back, grant: Grant) -> Extract | None:
    """The living extract of this very version."""
    with back.front.records.read() as session:
        row = extract_records.of_period(
            session,
            agreement=grant.agreement.id,
            table=grant.table,
            period_from=grant.period.from_,
            period_to=grant.period.to,
        )
    return row if row is not None and row.agreement_version == grant.agreement.version else None


def _seen_again(back: Back, there: Extract, read: Inputs) -> Extract:
    """The batches were others and the records the same: that need not be found out again."""
    with back.front.records.write() as session:
        row = extract_records.extract(session, there.id)
        row.facts = {**row.facts, "inputs": read.digest}
    return row


def _plan(grant: Grant) -> Plan:
    if grant.plan is None:
        raise Conflict(f"no extract of {grant.table} can be made under {grant.agreement.key}")
    return grant.plan
