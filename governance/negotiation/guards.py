"""What must be true of the world when an agreement is offered, accepted, verified, suspended: pure, the instant given.

Each raises `ActRefused`, which names the field or clause at fault, or answers with nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from governance.acts import HUB, act_refused
from governance.agreement import Agreement, State
from governance.audiences import Tier
from governance.negotiation.bargaining import sole_member
from governance.negotiation.floors import check_floors
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.personal import check_personal
from governance.negotiation.refusals import stranger
from governance.parties import SUSPENDED_FROM, Kind, Sanction
from governance.terms.scope import EVERYONE, MEMBERS, Territory
from governance.terms.use import NoticeDays, UnderRuleset
from governance.world import World

#: How ids of agreements that come of requests begin.
RESERVED = "req-"


def check_actor(world: World, actor: str, *, protecting: bool = False) -> None:
    """Only an active member acts. Under a sanction that suspends what was negotiated it can protect its data, no more.

    `protecting`: to suspend, to withdraw, to reject.
    """
    if actor == HUB and HUB not in world.members:
        return
    member = world.members.get(actor)
    if member is None:
        raise act_refused("actor.unknown", "member", actor=actor)
    if not member.active:
        raise act_refused("actor.inactive", "status", actor=actor)
    barred_from = Sanction.EXCLUDED if protecting else SUSPENDED_FROM
    if member.sanction >= barred_from:
        raise act_refused("sanction.forbids", "sanction", level=int(member.sanction))


def check_counterparty(text: Agreement, counterparty: str, world: World) -> None:
    """Who may stand on the other side: the one recipient; else a recipient, an authority, or the secretariat."""
    member = world.members.get(counterparty)
    sole = sole_member(text.recipient)
    fits = member is not None and member.active and counterparty != text.holder
    if member is not None and fits:
        is_public = member.kind in {Kind.AUTHORITY, Kind.SECRETARIAT}
        is_recipient = bool(world.names_of(counterparty) & text.recipient.values)
        fits = counterparty == sole if sole is not None else is_public or is_recipient
    if not fits:
        raise act_refused("negotiation.counterparty", "counterparty", agreement=text.id, member=counterparty)


def check_names(text: Agreement, world: World) -> None:
    """Everything that a text names is there, and the holder holds the dataset."""
    dataset = world.datasets.get(text.dataset)
    if dataset is None:
        raise _unknown(text, "dataset", [text.dataset])
    if dataset.holder != text.holder:
        raise act_refused("negotiation.holder", "holder", agreement=text.id, dataset=text.dataset, holder=text.holder)
    territory = text.terms.get(Territory.name)
    places = territory.values if isinstance(territory, Territory) else frozenset()
    unknown = {
        "purpose": [one for one in text.purposes.values if one not in world.purposes],
        "recipient": [one for one in text.recipient.values if not _is_recipient(one, world)],
        "territory": places - dataset.territory,
    }
    for field, names in unknown.items():
        if names:
            raise _unknown(text, field, names)


def _unknown(text: Agreement, field: str, names: Iterable[str]) -> Exception:
    name = min(names)
    return act_refused("negotiation.unknown", field, agreement=text.id, field=field, name=name)


def _is_recipient(name: str, world: World) -> bool:
    kind, _, one = name.partition(":")
    if kind == "member":
        return one in world.members
    return name in {EVERYONE, MEMBERS} or (kind == "college" and one in world.colleges)


def check_text(text: Agreement, world: World, at: dt.datetime) -> None:
    """All that a text must satisfy to be offered, accepted and verified."""
    check_names(text, world)
    if text.validity.to <= at:
        raise act_refused("negotiation.past", "validity", agreement=text.id, to=text.validity.to.isoformat())
    if text.tier is Tier.SEALED:
        raise act_refused("negotiation.sealed", "tier", agreement=text.id)
    named = text.terms.get(UnderRuleset.name)
    if isinstance(named, UnderRuleset) and world.ruleset.hash() not in named.values:
        raise act_refused("negotiation.ruleset", "ruleset", agreement=text.id, ruleset=world.ruleset.hash())
    check_floors(text, world)
    check_personal(text, world)


def check_begins_in_time(state: Negotiation, text: Agreement) -> None:
    """An amendment begins before the end of what it amends, or nothing would be amended."""
    if state.ends_at is not None and text.validity.from_ > state.ends_at:
        raise act_refused("negotiation.gap", "validity", agreement=text.id, ends=state.ends_at.isoformat())


def check_verifiable(state: Negotiation, world: World, at: dt.datetime) -> None:
    """What the hub looks at before a signed version takes effect."""
    check_text(state.last.text, world, at)
    for party in sorted(state.parties):
        check_actor(world, party)


def check_no_way_around(text: Agreement, living: Iterable[Negotiation], at: dt.datetime) -> None:
    """What the hub or an authority suspended does not come back as another agreement on the same to the same.

    Raises:
        ActRefused: names the one that is suspended.
    """
    for other in living:
        held = other.held_at(at)
        same = held is not None and (held.text.dataset, held.text.tier) == (text.dataset, text.tier)
        if other.id == text.id or held is None or not same or not held.text.recipient.values & text.recipient.values:
            continue
        if other.state_at(at) is State.SUSPENDED and any(one.role != "holder" for one in other.suspensions):
            raise act_refused("negotiation.suspended_beside", "suspension", agreement=text.id, other=other.id)


def check_id(text: Agreement, *, of_request: bool) -> None:
    """Ids that begin with ``req-`` are those of agreements that come of requests; nobody else takes one.

    Raises:
        ActRefused: somebody else does.
    """
    if text.id.startswith(RESERVED) and not of_request:
        raise act_refused("negotiation.reserved", "id", agreement=text.id)


def role_of(state: Negotiation, actor: str, world: World) -> str:
    """In which role somebody acts on what holds: holder, hub, authority, counterparty.

    Raises:
        ActRefused: in none.
    """
    if actor == state.holder:
        return "holder"
    member = world.members.get(actor)
    is_hub = actor == HUB and member is None
    if is_hub or (member is not None and member.kind is Kind.SECRETARIAT):
        return "hub"
    if member is not None and member.kind is Kind.AUTHORITY:
        return "authority"
    if actor == state.counterparty:
        return "counterparty"
    raise stranger(state, actor)


def leaves_at(state: Negotiation, world: World, at: dt.datetime) -> dt.datetime:
    """When a holder that withdraws now is free: after the longer of the agreed and the voted notice."""
    held = state.held_at(at)
    term = held.text.terms.get(NoticeDays.name) if held else None
    agreed = term.value if isinstance(term, NoticeDays) else 0
    return at + dt.timedelta(days=max(agreed, world.ruleset.deadlines.withdrawal_notice_days))
