"""What one agreement grants of one table for one period: the request that is decided, and the plan it is decided on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from governance.agreement import Agreement
from governance.audiences import Audience, Tier
from governance.decision import Deny, Refusal, Step
from governance.periods import Period
from governance.request import Action, Request
from governance.terms.base import Term
from governance.terms.vocabulary import strictest
from governance.verdicts import Denied, denied
from governance.world import World
from hub.services.decisions import SECRETARIAT
from hub.services.extracts.plan import Plan, plan_of, recipient_of, tables_of
from hub.services.extracts.rhythm import periods


@dataclass(frozen=True, slots=True)
class Grant:
    """One extract that may be prepared, if the decision on `request` permits it.

    `refusal` is why none can be made whatever the decision says; `plan` is then None.
    """

    agreement: Agreement
    table: str
    period: Period
    request: Request
    plan: Plan | None
    refusal: Denied | None

    def deny(self, verdict: Denied) -> Deny:
        """A denial of it, before or beside the decision's own tests."""
        return Deny((Refusal(Step.AGREEMENT, verdict, self.agreement.dataset, self.agreement.key),))


def bilateral(world: World, *, at: dt.datetime) -> list[Agreement]:
    """The bilateral agreements that are in force."""
    return [one for one in world.agreements if one.tier is Tier.BILATERAL and one.in_force(at)]


def due(world: World, agreement: Agreement, *, at: dt.datetime) -> Iterator[Grant]:
    """Everything of an agreement whose period has ended. Whether its delay has run out is for the decision to say."""
    terms = terms_of(world, agreement)
    for table in tables_of(terms) or ("",):
        plan = plan_of(terms, table)
        if isinstance(plan, Denied) or recipient_of(agreement) is None:
            # It cannot be prepared for any period: told once, of today.
            today = at.astimezone(ZoneInfo(world.basin.time_zone)).date()
            yield grant_of(world, agreement, table, Period(today, today + dt.timedelta(days=1)), at=at)
            return
        for period in periods(agreement, plan.time, at=at, timezone=world.basin.time_zone):
            yield grant_of(world, agreement, table, period, at=at)


def grant_of(world: World, agreement: Agreement, table: str, period: Period, *, at: dt.datetime) -> Grant:
    """One table and period of an agreement."""
    found = plan_of(terms_of(world, agreement, period), table)
    plan = None if isinstance(found, Denied) else found
    request = Request(
        actor=SECRETARIAT,
        action=Action.EXTRACT,
        subject=agreement.dataset,
        audience=Audience.BILATERAL,
        purpose=min(agreement.purposes.values),
        at=at,
        period=period,
        recipient=recipient_of(agreement),
        fields=plan.ids if plan else None,
        grain=plan.grain if plan else None,
        table=table,
        agreement=agreement.id,
    )
    refusal = found if isinstance(found, Denied) else None
    if recipient_of(agreement) is None:
        refusal = denied("extract.not_bilateral", "recipient", agreement=agreement.key)
    return Grant(agreement, table, period, request, plan, refusal)


def terms_of(world: World, agreement: Agreement, period: Period | None = None) -> Mapping[str, Term]:
    """The agreement's terms under the floors that the members voted for the bilateral tier: the strictest of both."""
    floors = world.floors_for(Audience.BILATERAL, period)
    return strictest([floors.terms if floors else {}, agreement.terms])
