"""Generated worlds and requests: what the laws of decisions are tried on, and what another engine is asked about.

Each world is made from a seed: three operators of two or three holdings, up to six agreements on each of their datasets
with any of the terms that matter, an open feed, sanctions, prohibitions, voted floors, and requests of every kind at
instants beside the boundaries. Drawing each value by itself would take the time that worlds need.
"""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from typing import Any

from governance.agreement import Agreement, State
from governance.ask import Used
from governance.audiences import Audience, Tier
from governance.bilingual import Sentence
from governance.cubes import Cube, Edition
from governance.datasets import Dataset, Sensitivity, Standard
from governance.extract import Extract
from governance.grain import Grain, TimeGrain, parse_time_grain
from governance.obligations import Obligations
from governance.parties import College, Holding, Kind, Member, Sanction, Status
from governance.periods import Period
from governance.purposes import Purpose, PurposeGraph
from governance.request import Action, Request
from governance.ruleset import Floors, Ladder, Ruleset
from governance.terms.base import Term
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import parse_term, strictest
from governance.world import Basin, Prohibition, World

NAME = Sentence("nom", "name")
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
#: When March has ended. Every boundary of a generated world lies a whole number of days from here, except delays.
END = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
DAYS = (0, 1, 2, 7, 8, 10, 60)
#: Instants at and just beside every boundary there is.
INSTANTS = [END + dt.timedelta(days=days, microseconds=micro) for days in DAYS for micro in (-1, 0, 1)]
OPERATORS = ("ada", "bea", "cyd")
FLOORS = {
    "min_trips": 10,
    "min_vehicles": 3,
    "min_users": 5,
    "min_holders": 3,
    "max_share_percent": 85,
    "p_percent": 10,
}


def terms(**raw: Any) -> dict[str, Term]:
    spelled = {name: tuple(value) if isinstance(value, list | tuple) else value for name, value in raw.items()}
    return strictest([{name: a_term(name, value) for name, value in spelled.items()}])


@cache
def a_term(name: str, value: Any) -> Term:
    return parse_term(name, value)


def a_ruleset(pick: random.Random) -> Ruleset:
    grain = Grain("h3_8", TimeGrain("P1M", True, "band"))
    hourly = (Grain("h3_8", TimeGrain("P1D", True, "hour")), Grain("h3_9", TimeGrain("P1D", True)))
    floors = {
        Audience.MEMBERS: Floors(terms(**FLOORS, coalition=1, delay="PT24H"), (grain,), 50),
        Audience.AUTHORITY: Floors(terms(**FLOORS, coalition=0, delay="PT0S"), (grain,)),
    }
    if pick.random() < 0.95:
        floors[Audience.BILATERAL] = Floors(terms(delay=pick.choice(["PT0S", "PT24H"])), hourly)
    ladder = mostly(pick, Ladder(), Ladder(throttle_divisor=2, throttle_delay_hours=48))
    return Ruleset("r", 1, floors, ladder=ladder)


CUBE = Cube(
    id="flows",
    title=NAME,
    formula=NAME,
    statistic="mds.flows",
    family="trips",
    measure="trips",
    unit="trips",
    dimensions=("zone",),
    grain=Grain("h3_8", TimeGrain("P1M")),
    territory=frozenset({"basin"}),
    fields=frozenset({"trips"}),
    counted={"min_trips": "trips", "min_vehicles": None, "min_users": None},
    audiences=frozenset({Audience.MEMBERS, Audience.AUTHORITY}),
    editions=(Edition("e1", dt.date(2026, 1, 1), ("mds-ada", "mds-bea", "mds-cyd")),),
)
PURPOSES = PurposeGraph(
    {
        "planning": Purpose("planning", NAME),
        "siting": Purpose("siting", NAME, frozenset({"planning"})),
        "shelters": Purpose("shelters", NAME, frozenset({"siting", "upkeep"})),
        "upkeep": Purpose("upkeep", NAME),
        "research": Purpose("research", NAME),
    }
)
MEMBERS = {
    "city": (Kind.AUTHORITY, "cities"),
    "app": (Kind.REUSER, "users"),
    "desk": (Kind.SECRETARIAT, "cities"),
    **dict.fromkeys(OPERATORS, (Kind.OPERATOR, "operators")),
}

#: Values of optional terms that an agreement may have; most worlds keep most of them reachable.
CHOICES: dict[str, list[Any]] = {
    "min_trips": [5, 10, 20],
    "p_percent": [10, 15],
    "delay": ["PT24H", "P7D"],
    "fields": [["trips"], ["trips", "dwell_s"], ["dwell_s"]],
    "territory": [["basin"], ["basin"], ["elsewhere"]],
    "spatial_resolution": ["h3_8", "h3_9", "h3_7"],
    "temporal_resolution": ["P1M", "P1D", "P1Y"],
    "named": [["members"], ["authority"], ["members", "authority"]],
    "retention": ["P1Y", "P2Y"],
    "quota_per_month": [1, 5],
    "rate_per_minute": [2, 20],
}
RECORDS = ("vehicle", "start_zone", "distance_m")


def mostly(pick: random.Random, usual: Any, *others: Any) -> Any:
    """The usual value nine times in ten."""
    return usual if pick.random() < 0.9 else pick.choice(others)


def a_validity(pick: random.Random) -> Validity:
    start, length = mostly(pick, -60, -20, 0), mostly(pick, 120, 21, 61, 68)
    return Validity(END + dt.timedelta(days=start), END + dt.timedelta(days=start + length))


def a_state(pick: random.Random) -> State:
    return State(mostly(pick, State.ACTIVE, State.VERIFIED, State.WITHDRAWING, State.SUSPENDED, State.DRAFT))


def joint_agreement(pick: random.Random, operator: str, number: int) -> Agreement:
    own = {name: pick.choice(values) for name, values in CHOICES.items() if pick.random() < 0.15}
    return Agreement(
        id=f"{operator}-{number}",
        version=1,
        title=NAME,
        holder=operator,
        dataset=f"mds-{operator}",
        tier=mostly(pick, Tier.MEMBERS, Tier.BILATERAL, Tier.OPEN, Tier.SEALED),
        state=a_state(pick),
        recipient=Recipient(frozenset(mostly(pick, ["members"], ["college:users"], ["member:city", "member:app"]))),
        validity=a_validity(pick),
        audiences=ForAudience(frozenset(mostly(pick, ["members", "authority"], ["members"], ["authority"]))),
        purposes=ForPurpose(frozenset(mostly(pick, ["planning"], ["siting"], ["planning", "research"]))),
        terms=terms(**own),
    )


def bilateral_agreement(pick: random.Random, operator: str, number: int) -> Agreement:
    own: dict[str, Any] = {
        "fields": mostly(pick, RECORDS, RECORDS[:2], RECORDS[2:]),
        "spatial_resolution": mostly(pick, "h3_9", "h3_7", "h3_8"),
        "temporal_resolution": mostly(pick, "P1D/hour", "P1D", "P1M"),
    }
    own |= {name: pick.choice(CHOICES[name]) for name in ("delay", "quota_per_month", "rate_per_minute", "retention")}
    own = {name: value for name, value in own.items() if pick.random() < 0.97}
    own |= {"min_trips": 10} if pick.random() < 0.03 else {}
    return Agreement(
        id=f"{operator}-records-{number}",
        version=1,
        title=NAME,
        holder=operator,
        dataset=f"mds-{operator}",
        tier=mostly(pick, Tier.BILATERAL, Tier.MEMBERS),
        state=a_state(pick),
        recipient=Recipient(
            frozenset(mostly(pick, ["member:city"], ["member:app"], ["member:city", "member:app"], ["members"]))
        ),
        validity=a_validity(pick),
        audiences=ForAudience(frozenset(mostly(pick, ["bilateral"], ["bilateral", "members"], ["members"]))),
        purposes=ForPurpose(frozenset(mostly(pick, ["planning"], ["siting"], ["planning", "research"]))),
        terms=terms(**own),
    )


def feed_agreement(pick: random.Random, number: int) -> Agreement:
    tier = pick.choice([Tier.OPEN, Tier.OPEN, Tier.IDENTIFIED, Tier.MEMBERS])
    return Agreement(
        id=f"feed-{number}",
        version=1,
        title=NAME,
        holder="ada",
        dataset="gbfs-ada",
        tier=tier,
        state=a_state(pick),
        recipient=Recipient(frozenset(mostly(pick, ["everyone"], ["members"], ["member:app"]))),
        validity=a_validity(pick),
        audiences=ForAudience(frozenset(mostly(pick, ["open", "identified"], ["open"], ["identified"]))),
        purposes=ForPurpose(frozenset(mostly(pick, ["planning", "research", "upkeep"], ["siting"]))),
        terms=terms(rate_per_minute=mostly(pick, 20, 2)),
    )


def a_member(pick: random.Random, name: str, *, shared: bool) -> Member:
    kind, college = MEMBERS[name]
    holding = "one" if shared and name in {"ada", "bea"} else name
    status = Status.LEFT if pick.random() < 0.03 else Status.ACTIVE
    sanction = pick.choice(list(Sanction)) if pick.random() < 0.1 else Sanction.NOTICE
    return Member(name, NAME, kind, college, holding, status, sanction)


def a_prohibition(pick: random.Random) -> Prohibition:
    recipient = pick.choice(["everyone", "members", "college:users", "member:city"])
    validity = Validity(END, END + dt.timedelta(days=8))
    return Prohibition("ban", pick.choice(["flows", "mds-ada", "gbfs-ada"]), frozenset({recipient}), validity, NAME)


def a_dataset(name: str) -> Dataset:
    return Dataset(f"mds-{name}", NAME, name, Standard.MDS, Sensitivity.OPERATOR, "x", frozenset({"basin"}))


FEED = Dataset("gbfs-ada", NAME, "ada", Standard.GBFS, Sensitivity.OPEN, "x", frozenset({"basin"}))


def a_world(seed: int) -> World:
    pick = random.Random(seed)
    shared = pick.random() < 0.5
    agreements = [
        joint_agreement(pick, one, number) for one in OPERATORS for number in range(pick.choice([1, 2, 3, 4]))
    ]
    agreements += [bilateral_agreement(pick, one, number) for one in OPERATORS for number in range(pick.choice([1, 2]))]
    agreements += [feed_agreement(pick, number) for number in range(pick.choice([1, 2, 3]))]
    return World(
        basin=Basin("b", NAME, "UTC"),
        colleges={name: College(name, NAME, 33) for name in ("cities", "users", "operators")},
        holdings={name: Holding(name, NAME) for name in (*MEMBERS, "one")},
        members={name: a_member(pick, name, shared=shared) for name in MEMBERS},
        datasets={**{f"mds-{name}": a_dataset(name) for name in OPERATORS}, FEED.id: FEED},
        purposes=PURPOSES,
        cubes={"flows": CUBE},
        ruleset=a_ruleset(pick),
        agreements=tuple(agreements),
        prohibitions=(a_prohibition(pick),) if pick.random() < 0.1 else (),
    )


def a_request(seed: int, world: World) -> Request:
    """Somebody builds or reads joint statistics, prepares or fetches an extract, or asks for a feed."""
    pick = random.Random(-seed)
    make = pick.choice([build_cube, read_cube, read_cube, prepare_extract, read_extract, read_extract, ask_feed])
    return make(pick, world)


def common(pick: random.Random) -> dict[str, Any]:
    return {
        "purpose": mostly(pick, "siting", "planning", "shelters", "research", "spying"),
        "at": pick.choice(INSTANTS),
    }


def a_count(pick: random.Random) -> Used | None:
    return pick.choice([None, Used(), Used(), Used(pick.choice([0, 1, 4, 5]), pick.choice([0, 1, 2, 9, 19]))])


def build_cube(pick: random.Random, world: World) -> Request:
    audience = pick.choice([Audience.MEMBERS, Audience.AUTHORITY])
    return Request("desk", Action.RELEASE, "flows", audience, period=MARCH, **common(pick))


def read_cube(pick: random.Random, world: World) -> Request:
    """A release that was built to one of several sets of rules."""
    audience = pick.choice([Audience.MEMBERS, Audience.AUTHORITY])
    stricter = {"min_trips": pick.choice([10, 20, 20]), "p_percent": pick.choice([10, 15, 15])}
    applied = Obligations(
        subject="flows",
        audience=audience,
        terms=terms(**{**FLOORS, **stricter}, coalition=1, delay="PT24H"),
        edition="e1",
        holders=frozenset(world.holding_of(f"mds-{name}") for name in OPERATORS),
        named=mostly(pick, frozenset(), frozenset({"cyd"}), frozenset({"ada", "bea", "cyd", "one"})),
        holdings={f"mds-{name}": world.holding_of(f"mds-{name}") for name in OPERATORS},
    )
    usual = "city" if audience is Audience.AUTHORITY else pick.choice(["city", "app", "ada"])
    actor = mostly(pick, usual, "nobody", "bea")
    used = a_count(pick)
    return Request(actor, Action.READ, "flows", audience, period=MARCH, applied=applied, used=used, **common(pick))


def an_extract(pick: random.Random, operator: str) -> Extract:
    return Extract(
        recipient=mostly(pick, "city", "app", "ada"),
        agreement=mostly(pick, f"{operator}-records-0", f"{operator}-records-1", "other"),
        table="trips",
        fields=frozenset(mostly(pick, RECORDS[:2], RECORDS, RECORDS[2:], ["route"])),
        grain=Grain(
            mostly(pick, "h3_8", "h3_7", "h3_9"), parse_time_grain(mostly(pick, "P1D", "P1D/hour", "P1M", "P1M/band"))
        ),
    )


def prepare_extract(pick: random.Random, world: World) -> Request:
    operator = pick.choice(OPERATORS)
    one = an_extract(pick, operator)
    return Request(
        mostly(pick, "desk", operator),
        Action.EXTRACT,
        f"mds-{operator}",
        Audience.BILATERAL,
        period=MARCH,
        recipient=one.recipient,
        fields=one.fields,
        grain=one.grain,
        table=one.table,
        agreement=pick.choice(["", one.agreement]),
        **common(pick),
    )


def read_extract(pick: random.Random, world: World) -> Request:
    operator = pick.choice(OPERATORS)
    one = an_extract(pick, operator)
    applied = Obligations(
        subject=f"mds-{operator}", audience=Audience.BILATERAL, terms=terms(delay="PT24H"), extract=one
    )
    return Request(
        mostly(pick, one.recipient, "city", "app", operator, None),
        Action.READ,
        f"mds-{operator}",
        Audience.BILATERAL,
        period=MARCH,
        recipient=one.recipient,
        fields=mostly(pick, one.fields, frozenset(RECORDS)),
        grain=one.grain,
        table=one.table,
        applied=mostly(pick, applied, None),
        used=a_count(pick),
        **common(pick),
    )


def ask_feed(pick: random.Random, world: World) -> Request:
    audience = pick.choice([Audience.OPEN, Audience.IDENTIFIED, Audience.HOLDER])
    action = mostly(pick, Action.READ, Action.PUBLISH_OPEN)
    actor = mostly(pick, pick.choice(["app", "ada", "desk"]), None, "nobody")
    subject = mostly(pick, "gbfs-ada", "mds-ada")
    return Request(actor, action, subject, audience, used=a_count(pick), **common(pick))
