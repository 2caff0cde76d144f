"""How fast the one decision point is: on a commons of 60 members and 200 agreements, asked as readers ask."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from importlib import resources
from operator import attrgetter

from benchmarks.row import Row
from governance.agreement import Agreement, State
from governance.ask import Used
from governance.audiences import Audience, Tier
from governance.bilingual import Sentence
from governance.commons_yaml import load
from governance.cubes import Edition
from governance.datasets import Dataset
from governance.decide import decide, decide_without_memory
from governance.decision import Permit
from governance.extract import Extract
from governance.grain import Grain, TimeGrain
from governance.obligations import Obligations
from governance.parties import Holding, Kind, Member, Sanction
from governance.periods import Period
from governance.request import Action, Request
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import parse_term, strictest
from governance.world import World
from hub.services.commons import read_folder

_ROUNDS, _ASKED = 5, 100_000
_NAME = Sentence("Banc", "Bench")
_OPERATORS, _CITIES, _READERS = 20, 10, 29
_FLOWS = "flows-h3_8-month"
_START = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
_GRAIN = Grain("h3_8", TimeGrain("P1D", True, "hour"))
_TERMS = strictest(
    [
        {
            name: parse_term(name, raw)
            for name, raw in {
                "fields": ["trips", "start_zone", "vehicle"],
                "spatial_resolution": "h3_8",
                "temporal_resolution": "P1D/hour",
                "delay": "P7D",
                "quota_per_month": 10_000,
                "rate_per_minute": 120,
                "retention": "P1Y",
            }.items()
        }
    ]
)


def run() -> list[Row]:
    """Permits, denials and both mixed; the same without memory; and the loading of a commons."""
    with resources.as_file(resources.files("hub.territory").joinpath("commons")) as folder:
        files = read_folder(folder)
    world = _commons(load(files))
    asked = _asked(world)
    outcomes = [isinstance(decide(request, world), Permit) for request in asked]
    permits = [request for request, permitted in zip(asked, outcomes, strict=True) if permitted]
    denials = [request for request, permitted in zip(asked, outcomes, strict=True) if not permitted]
    share = f"{100 * len(permits) // len(asked)} % permits, {len({one.timeless for one in asked}):,} kinds of request"
    fresh = asked[:2_000]
    return [
        _row("decide: mixed", asked, world, share),
        _row("decide: permits", permits, world),
        _row("decide: denials", denials, world),
        _row("decide: mixed, each request made anew", asked, world, made_anew=True),
        _cold("decide: for the first time", fresh, world),
        Row("load a commons from YAML", _median(lambda: load(files)), None, f"{len(files)} files"),
    ]


def _commons(demo: World) -> World:
    """The demo's rules and cubes among 60 members, under 200 agreements."""
    kinds = [(Kind.OPERATOR, "operators")] * _OPERATORS + [(Kind.AUTHORITY, "authorities")] * _CITIES
    kinds += [(Kind.REUSER, "users")] * _READERS + [(Kind.SECRETARIAT, "authorities")]
    members = {
        f"m{number}": Member(
            f"m{number}", _NAME, kind, college, f"m{number}", sanction=Sanction(3 * (number % 17 == 0))
        )
        for number, (kind, college) in enumerate(kinds)
    }
    mds = demo.datasets["mds-bolide"]
    datasets = {f"d{number}": replace(mds, id=f"d{number}", holder=f"m{number}") for number in range(_OPERATORS)}
    cubes = {
        f"{_FLOWS}-{part}": replace(
            demo.cubes[_FLOWS],
            id=f"{_FLOWS}-{part}",
            editions=(
                Edition("e", dt.date(2026, 1, 1), tuple(f"d{number}" for number in range(part * 4, part * 4 + 4))),
            ),
        )
        for part in range(_OPERATORS // 4)
    }
    return replace(
        demo,
        members=members,
        holdings={name: Holding(name, _NAME) for name in members},
        datasets=datasets,
        cubes=cubes,
        agreements=tuple(_agreement(number, datasets) for number in range(200)),
    )


def _agreement(number: int, datasets: dict[str, Dataset]) -> Agreement:
    """Ten for each dataset: four for joint statistics, four records for one member each, two that are over."""
    dataset, turn = datasets[f"d{number % _OPERATORS}"], number // _OPERATORS
    bilateral = turn in {4, 5, 6, 7}
    recipient = f"member:m{_OPERATORS + number % (_CITIES + _READERS)}"
    return Agreement(
        id=f"a{number}",
        version=1,
        title=_NAME,
        holder=dataset.holder,
        dataset=dataset.id,
        tier=Tier.BILATERAL if bilateral else Tier.MEMBERS,
        state=State.SUSPENDED if turn == 8 else State.ACTIVE,
        recipient=Recipient(frozenset({recipient if bilateral else "members"})),
        validity=Validity(
            dt.datetime(2026, 1, 1, tzinfo=dt.UTC), _START + dt.timedelta(days=-30 if turn == 9 else 2 + turn % 4)
        ),
        audiences=ForAudience(frozenset({"bilateral"} if bilateral else {"members"} if turn < 2 else {"authority"})),
        purposes=ForPurpose(frozenset({"mobility-planning"})),
        terms=_TERMS,
    )


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What lies ready to be read: the joint releases of each cube and month, and the extracts."""

    requests: Sequence[Request]


def _shelf(world: World) -> _Shelf:
    months = [Period(dt.date(2026, month, 1), dt.date(2026, month + 1, 1)) for month in range(3, 9)]
    found = []
    for cube in world.cubes.values():
        for audience in (Audience.MEMBERS, Audience.AUTHORITY):
            terms = strictest([world.ruleset.floors[audience].terms, _TERMS])
            holdings = {name: world.holding_of(name) for name in cube.editions[0].datasets}
            built = Obligations(cube.id, audience, terms, "e", frozenset(holdings.values()), holdings=holdings)
            read = Request("", Action.READ, cube.id, audience, "stop-siting", _START, applied=built)
            found += [replace(read, period=month) for month in months]
    for one in world.agreements:
        if one.tier is Tier.BILATERAL:
            (name,) = one.recipient.values
            extract = Extract(
                name.removeprefix("member:"), one.id, "trips", frozenset({"vehicle", "start_zone"}), _GRAIN
            )
            built = Obligations(one.dataset, Audience.BILATERAL, dict(_TERMS), extract=extract)
            found.append(
                Request(
                    extract.recipient,
                    Action.READ,
                    one.dataset,
                    Audience.BILATERAL,
                    "stop-siting",
                    _START,
                    period=months[-1],
                    applied=built,
                    recipient=extract.recipient,
                    fields=extract.fields,
                    grain=_GRAIN,
                    table="trips",
                )
            )
    return _Shelf(found)


def _asked(world: World) -> list[Request]:
    """A hundred thousand readings within three days in which agreements end, by a third of the members."""
    pick, shelf = random.Random(7), _shelf(world)  # noqa: S311 - a benchmark is the same each time
    cities = [f"m{number}" for number in range(_OPERATORS, _OPERATORS + _CITIES)]
    readers = [f"m{number}" for number in range(0, 60, 3)]
    asked = []
    for _ in range(_ASKED):
        one = pick.choice(shelf.requests)
        usual = [one.actor] if one.actor else cities if one.audience is Audience.AUTHORITY else readers
        actor = pick.choice(usual if pick.random() < 0.9 else readers)
        at = _START + dt.timedelta(seconds=pick.randrange(3 * 86_400))
        used = Used(pick.randrange(100), pick.randrange(20))
        purpose = "stop-siting" if pick.random() < 0.9 else "research"
        asked.append(replace(one, actor=actor, at=at, used=used, purpose=purpose))
    return asked


def _row(name: str, asked: list[Request], world: World, note: str = "", *, made_anew: bool = False) -> Row:
    """Beside the least that must be done for each: a look into a dictionary, and where an instant lies among a few."""

    def ours() -> None:
        for request in asked:
            decide(request, world)

    def anew() -> None:
        for request in asked:
            decide(Request(*attributes(request)), world)

    attributes = attrgetter(*(field.name for field in fields(Request)))
    book, edges = dict.fromkeys({one.subject for one in asked}, 1), sorted({one.at for one in asked[:8]})

    def floor() -> None:
        for request in asked:
            book.get(request.subject)
            bisect_right(edges, request.at)

    seconds = _median(anew if made_anew else ours)
    each = f"{len(asked) / seconds:,.0f} a second, {seconds / len(asked) * 1e6:.1f} µs each"
    return Row(name, seconds, _median(floor), f"{each}{'; ' * bool(note)}{note}")


def _cold(name: str, asked: list[Request], world: World) -> Row:
    def work() -> None:
        for request in asked:
            decide_without_memory(request, world)

    seconds = _median(work)
    return Row(name, seconds, None, f"{len(asked):,} decisions, {seconds / len(asked) * 1e6:.0f} µs each")


def _median(work: Callable[[], object]) -> float:
    """Median seconds of one core: of the processor's time, so that what else runs on the machine counts for little."""
    rounds = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        work()
        rounds.append(time.process_time() - begun)
    return statistics.median(rounds)
