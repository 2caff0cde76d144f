"""The design's decision told to another engine, Cedar: a world as policies and entities, a request as Cedar's own.

Written from the design and not from the code that it is held against: the rules of the commons are Cedar's text, each
agreement is one more `permit`, instants are microseconds since 1970, purposes a hierarchy of entities. A cube is asked
once for each of its datasets and permitted when all are.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any

import cedarpy

from governance.agreement import Agreement
from governance.audiences import Audience
from governance.grain import Grain, TimeGrain, parse_time_grain
from governance.request import Action, Request
from governance.ruleset import Floors
from governance.world import World

ZONES = ("basin", "commune", "h3_7", "iris", "h3_8", "h3_9")
STEPS = ("P1Y", "P3M", "P1M", "P1W", "P1D")
SLICES = ("day", "band", "hour")
SANCTIONED_FROM = {"members": 4, "authority": 4, "bilateral": 4, "identified": 5, "holder": 5}

#: What holds whatever was agreed (steps 1 to 4, and 7 as far as the stored thing is another one).
RULES = """
forbid (principal, action, resource) unless { principal has active && principal.active
    || principal is Public && action == Action::"read" && context.audience == "open" };
forbid (principal, action, resource) unless { context.purpose has registered };
forbid (principal, action in [Action::"release", Action::"extract"], resource)
    unless { principal has kind && principal.kind == "secretariat" };
forbid (principal, action == Action::"publish_open", resource)
    unless { principal has kind && (principal.kind == "secretariat" || principal == resource.holder) };
forbid (principal, action, resource) when { principal has sanction && principal.sanction >= context.sanctioned_from };
forbid (principal, action == Action::"extract", resource)
    unless { context.recipient has active && context.recipient.active && context.recipient.sanction < 4 };
forbid (principal, action == Action::"read", resource) when { context.audience == "bilateral" }
    unless { principal == context.recipient };
forbid (principal, action, resource) when { context.audience == "bilateral" && context.cube != "" };
forbid (principal, action == Action::"extract", resource) unless { context.audience == "bilateral" };
forbid (principal, action, resource) when { context.audience == "open" || context.audience == "identified" }
    unless { resource.sensitivity == "open" && context.cube == "" };
forbid (principal, action, resource) when { context.audience == "members" || context.audience == "authority" }
    unless { context.cube != "" };
forbid (principal, action, resource) when { context.audience == "holder" }
    unless { action == Action::"read" && principal == resource.holder };
forbid (principal, action, resource) unless { resource.holder.active };
forbid (principal, action == Action::"read", resource) when { context.audience == "authority" }
    unless { principal.kind == "authority" && !context.holdings.contains(principal.holding) };
forbid (principal, action == Action::"read", resource) when { context.stored_owed } unless { context.stored };
permit (principal, action == Action::"read", resource) when { context.audience == "holder" };
"""
_RULES = cedarpy.PolicySet.from_str(RULES)


def allowed(request: Request, world: World) -> bool:
    """Whether Cedar allows the request."""
    datasets = ["mds-ada", "mds-bea", "mds-cyd"] if request.subject in world.cubes else [request.subject]
    texts = [*_prohibitions(request, world), *_floors(request, world)]
    agreed = [_agreement(one, request, world) for one in world.agreements if one.dataset in datasets]
    texts += [text for text in agreed if " false" not in text]  # such a permit permits nothing: not worth being parsed
    policies = _RULES.with_added_str("\n".join(texts)) if texts else _RULES
    context = _context(request, world)
    asked = [
        {
            "principal": _uid("Member", request.actor) if request.actor else _uid("Public", "public"),
            "action": _uid("Action", request.action.value),
            "resource": _uid("Dataset", dataset),
            "context": context,
        }
        for dataset in datasets
    ]
    answers = cedarpy.is_authorized_batch(asked, policies, _entities(world))
    return all(answer.allowed for answer in answers)


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _ref(kind: str, name: str) -> dict[str, dict[str, str]]:
    return {"__entity": _uid(kind, name)}


def micros(at: dt.datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def _entities(world: World) -> cedarpy.Entities:
    found = []
    for name, member in world.members.items():
        names = (
            ["everyone", "members", f"college:{member.college}", f"member:{name}"] if member.active else ["everyone"]
        )
        facts = {"active": member.active, "kind": member.kind.value, "holding": member.holding}
        found.append(_entity("Member", name, [("Name", one) for one in names], sanction=int(member.sanction), **facts))
    for name, dataset in world.datasets.items():
        found.append(
            _entity("Dataset", name, holder=_ref("Member", dataset.holder), sensitivity=dataset.sensitivity.value)
        )
    purposes = tuple((name, purpose.broader) for name, purpose in world.purposes.purposes.items())
    return _same_for_all(purposes).with_added_json_str(json.dumps(found))


@lru_cache(maxsize=1)
def _same_for_all(purposes: tuple[tuple[str, frozenset[str]], ...]) -> cedarpy.Entities:
    """What is the same in every world: names that something may be granted to, and the purposes."""
    found = [
        _entity("Name", "everyone"),
        _entity("Name", "members"),
        _entity("Name", "all-members", [("Name", "everyone"), ("Name", "members")]),
        _entity("Public", "public", [("Name", "everyone")]),
    ]
    found += [
        _entity("Purpose", name, [("Purpose", one) for one in broader], registered=True) for name, broader in purposes
    ]
    return cedarpy.Entities.from_json_str(json.dumps(found))


def _entity(type_: str, id_: str, parents: list[tuple[str, str]] | None = None, **attrs: Any) -> dict[str, Any]:
    return {"uid": _uid(type_, id_), "attrs": attrs, "parents": [_uid(*parent) for parent in parents or []]}


def _grain(request: Request, world: World) -> Grain | None:
    cube = world.cubes.get(request.subject)
    return cube.grain if cube else request.grain


def _context(request: Request, world: World) -> dict[str, Any]:
    cube, grain, used = world.cubes.get(request.subject), _grain(request, world), request.used
    period = request.period
    first, last = (period.from_, period.to) if period else (dt.date(1970, 1, 1), dt.date(1970, 1, 1))
    fields = cube.fields if cube else request.fields
    return {
        "applied": {name: _number(term.plain()) for name, term in _applied(request).items() if name != "delay"},
        "at": micros(request.at),
        "audience": request.audience.value,
        "begins": micros(dt.datetime.combine(first, dt.time(), dt.UTC)),
        "built_under": _built_under(request),
        "cube": request.subject if cube else "",
        "ends": micros(dt.datetime.combine(last, dt.time(), dt.UTC)),
        "fields": sorted(fields or ()),
        "fine": _fineness(grain) if grain else {},
        "holdings": sorted({world.members[one].holding for one in ("ada", "bea", "cyd")}) if cube else [],
        "minute": used.last_minute if used else -1,
        "month": used.this_month if used else -1,
        "purpose": _ref("Purpose", request.purpose),
        "reader": _reader(request),
        "recipient": _ref("Member", request.recipient or ""),
        "sanctioned_from": SANCTIONED_FROM.get(request.audience.value, 99),
        "slow_by": world.ruleset.ladder.throttle_delay_hours * 3_600_000_000 if _slowed(request, world) else 0,
        "slowed": _slowed(request, world),
        "stored": _is_what_is_asked_for(request),
        "stored_owed": cube is not None or request.audience is Audience.BILATERAL,
        "waived": _waived(request),
    }


def _reader(request: Request) -> dict[str, Any]:
    """In whose hands it comes: the reader's, the one recipient's, or everybody's of the audience it is built for."""
    if request.action is Action.READ:
        return _ref("Member", request.actor) if request.actor else _ref("Public", "public")
    if request.action is Action.EXTRACT:
        return _ref("Member", request.recipient or "")
    return _ref("Public", "public") if request.audience is Audience.OPEN else _ref("Name", "all-members")


def _applied(request: Request) -> dict[str, Any]:
    return dict(request.applied.terms) if request.applied else {}


def _number(value: Any) -> int:
    assert isinstance(value, int)
    return value


def _fineness(grain: Grain) -> dict[str, Any]:
    return {
        "zone": ZONES.index(grain.zone_system),
        "step": STEPS.index(grain.time.step),
        "slice": SLICES.index(grain.time.slice),
        "day_type": int(grain.time.day_type),
    }


def _slowed(request: Request, world: World) -> bool:
    member = world.members.get(request.actor or "")
    return request.action is Action.READ and member is not None and int(member.sanction) >= 3


def _built_under(request: Request) -> str:
    built = request.applied.extract if request.applied and request.action is Action.READ else None
    return built.agreement if built else request.agreement


def _is_what_is_asked_for(request: Request) -> bool:
    applied = request.applied
    if applied is None or (applied.subject, applied.audience) != (request.subject, request.audience):
        return False
    built = applied.extract
    if request.audience is not Audience.BILATERAL:
        return True
    return built is not None and (built.recipient, built.table, built.fields, built.grain) == (
        request.recipient,
        request.table,
        request.fields,
        request.grain,
    )


def _waived(request: Request) -> list[str]:
    """Holdings whose waiver took effect in the stored release: all of them gave one, or it took none."""
    applied = request.applied
    return sorted(applied.named) if applied and applied.holders <= applied.named else []


def _prohibitions(request: Request, world: World) -> list[str]:
    return [
        f"forbid (principal, action, resource) when {{ (context.cube == {_q(one.subject)} "
        f"|| resource == Dataset::{_q(one.subject)}) && {_among(one.recipients)} "
        f"&& context.at >= {micros(one.validity.from_)} && context.at < {micros(one.validity.to)} }};"
        for one in world.prohibitions
    ]


def _q(text: str) -> str:
    return json.dumps(text)


def _among(names: frozenset[str]) -> str:
    return f"context.reader in [{', '.join(f'Name::{_q(name)}' for name in sorted(names))}]"


def _floors(request: Request, world: World) -> list[str]:
    """What the members voted for the audience; only of joint statistics and of extracts."""
    if request.subject not in world.cubes and request.audience is not Audience.BILATERAL:
        return []
    floors = world.ruleset.floors.get(request.audience)
    if floors is None:
        return ["forbid (principal, action, resource);"]
    rules = [f"({_kept(request, floors)})", f"({_coarse_enough(floors)})"]
    return [f"forbid (principal, action, resource) unless {{ {' && '.join(rules)} }};"]


def _kept(request: Request, floors: Floors) -> str:
    delay_s = floors.terms["delay"].severity()
    return " && ".join([_late_enough(delay_s), *_protects(request, dict(floors.terms))])


def _late_enough(delay_s: int) -> str:
    """Once the delay has run out; a reader under sanction waits some hours longer."""
    return f"context.at >= context.ends + {delay_s * 1_000_000} + context.slow_by"


def _protects(request: Request, terms: dict[str, Any]) -> list[str]:
    """A stored release was built to thresholds that are no looser; what is not built yet will be."""
    if request.applied is None or request.audience is Audience.BILATERAL:
        return []
    tests = []
    for name, term in terms.items():
        if name.startswith(("min_", "p_", "coalition")):
            tests.append(f"context.applied has {name} && context.applied.{name} >= {term.plain()}")
        if name == "max_share_percent":
            tests.append(f"context.applied has {name} && context.applied.{name} <= {term.plain()}")
    return tests


def _coarse_enough(floors: Floors) -> str:
    return " || ".join(f"({_no_finer(one.zone_system, one.time)})" for one in floors.finest) or "false"


def _no_finer(zones: str | None, time: TimeGrain | None) -> str:
    tests = [f"context.fine.zone <= {ZONES.index(zones)}"] if zones else []
    if time:
        tests += [f"context.fine.step <= {STEPS.index(time.step)}", f"context.fine.slice <= {SLICES.index(time.slice)}"]
        tests += [f"context.fine.day_type <= {int(time.day_type)}"]
    return " && ".join(tests)


TIERS = {"open": "open", "identified": "identified", "members": "members", "authority": "members"}


def _agreement(one: Agreement, request: Request, world: World) -> str:
    """One agreement as a permit: every clause of it that a machine can look at."""
    clauses = {name: term.plain() for name, term in one.terms.items()}
    bilateral = request.audience is Audience.BILATERAL
    tests = [
        str(one.tier.value == TIERS.get(request.audience.value, request.audience.value)).lower(),
        str(one.state.value in ("verified", "active", "withdrawing")).lower(),
        f"context.at >= {micros(one.validity.from_)} && context.at < {micros(one.validity.to)}",
        f"{json.dumps(sorted(one.audiences.values))}.contains(context.audience)",
        f"context.purpose in [{', '.join(f'Purpose::{_q(name)}' for name in sorted(one.purposes.values))}]",
        *(_for_one(one, clauses) if bilateral else _for_whom(one, request)),
        *_covers(clauses),
        *(_protects(request, dict(one.terms)) if request.period else []),
        *([_late_enough(one.terms["delay"].severity())] if "delay" in clauses and request.period else []),
        *_counts(clauses, world),
        *_waives(one, request, world),
    ]
    return f"permit (principal, action, resource == Dataset::{_q(one.dataset)}) when {{ {' && '.join(tests)} }};"


def _for_whom(one: Agreement, request: Request) -> list[str]:
    """While something for members is being built, nobody reads yet."""
    builds = request.action is not Action.READ and request.audience is not Audience.OPEN
    return [] if builds else [_among(one.recipient.values)]


def _for_one(one: Agreement, clauses: dict[str, Any]) -> list[str]:
    """Records go to exactly one member for exactly one purpose, under clauses that say what and how coarse."""
    names = sorted(one.recipient.values)
    alone = len(names) == 1 and names[0].startswith("member:") and len(one.purposes.values) == 1
    owed = {"fields", "spatial_resolution", "temporal_resolution"} <= set(clauses)
    meant = not any(name.startswith(("min_", "max_", "p_")) for name in clauses)
    if not (alone and owed and meant):
        return ["false"]
    recipient = names[0].removeprefix("member:")
    return [
        f"context.recipient == Member::{_q(recipient)}",
        f"context.begins >= {micros(one.validity.from_)}",
        f'["", {_q(one.id)}].contains(context.built_under)',
    ]


def _covers(clauses: dict[str, Any]) -> list[str]:
    tests = []
    if "fields" in clauses:
        tests.append(f"{json.dumps(clauses['fields'])}.containsAll(context.fields) && context.fields != []")
    if "territory" in clauses:
        tests.append(f'{json.dumps(clauses["territory"])}.contains("basin")')
    zones, time = clauses.get("spatial_resolution"), clauses.get("temporal_resolution")
    if zones or time:
        tests.append(f"context.fine has zone && {_no_finer(zones, parse_time_grain(time) if time else None)}")
    return tests


def _counts(clauses: dict[str, Any], world: World) -> list[str]:
    """Quota and rate; a reader under sanction has a part of the rate."""
    tests = [f"context.month < {clauses['quota_per_month']}"] if "quota_per_month" in clauses else []
    if "rate_per_minute" in clauses:
        rate = clauses["rate_per_minute"]
        slow = max(1, rate // world.ruleset.ladder.throttle_divisor)
        tests.append(f"(if context.slowed then context.minute < {slow} else context.minute < {rate})")
    return tests


def _waives(one: Agreement, request: Request, world: World) -> list[str]:
    """A release in which a holding's waiver took effect needs that waiver still."""
    named = one.terms.get("named")
    if named is not None and request.audience.value in json.dumps(named.plain()):
        return []
    holding = world.members[one.holder].holding
    return [f"!context.waived.contains({_q(holding)})"]
