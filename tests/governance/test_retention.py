"""How long the commons keeps what it received: the shortest that was agreed, and nothing goes that may be evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

import hub.territory
from governance.agreement import Agreement, State
from governance.audiences import Tier
from governance.bilingual import Sentence
from governance.commons_yaml import load
from governance.retention import Limit, held_by, limit
from governance.terms.scope import Recipient, Validity
from governance.terms.use import Retention
from governance.world import Prohibition, World

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
BUS, GLISSE = "bus-hautes-combes", "mds-glisse"
WORLD = load({path.relative_to(COMMONS).as_posix(): path.read_text("utf-8") for path in COMMONS.rglob("*.yaml")})


def keeping_for(one: Agreement, value: str) -> Agreement:
    return replace(one, terms={**one.terms, Retention.name: Retention.parse(value)})


def bus(*agreements: Agreement) -> World:
    others = tuple(one for one in WORLD.agreements if one.dataset != BUS)
    return replace(WORLD, agreements=(*others, *agreements))


[OPEN] = WORLD.by_dataset[BUS]
STUDY = replace(keeping_for(OPEN, "P6M"), id="study", tier=Tier.BILATERAL, recipient=Recipient.parse(["member:smhc"]))


def of_bus(world: World, *, received: dt.datetime = NOW, at: dt.datetime = NOW) -> tuple[str, str] | None:
    found = limit(world, BUS, received=received, at=at)
    return None if found is None else (found.agreement, found.term.value)


def test_the_shortest_that_was_agreed_counts() -> None:
    found = limit(WORLD, GLISSE, received=NOW, at=NOW)
    assert found == Limit("joint-members-glisse@1", Retention("P24M"))
    assert limit(WORLD, "combecycle", received=NOW, at=NOW) is None
    assert limit(WORLD, "no-such-feed", received=NOW, at=NOW) is None
    longer, shorter = keeping_for(STUDY, "P1Y"), replace(keeping_for(STUDY, "P90D"), id="pilot")
    assert of_bus(bus(longer, shorter)) == ("pilot@1", "P90D")


def test_what_is_open_to_everybody_is_limited_by_what_opens_it_alone() -> None:
    assert of_bus(bus(OPEN, STUDY)) is None
    assert of_bus(bus(keeping_for(OPEN, "P1Y"), STUDY)) == (f"{OPEN.key}", "P1Y")
    closed = replace(OPEN, state=State.SUSPENDED)
    assert of_bus(bus(closed, STUDY)) == ("study@1", "P6M")


@pytest.mark.parametrize("state", [State.EXPIRED, State.TERMINATED, State.WITHDRAWN, State.SUSPENDED])
def test_an_agreement_that_ended_counts_for_what_came_while_it_bound(state: State) -> None:
    ended = replace(STUDY, state=state, validity=Validity(NOW - YEAR, NOW - YEAR / 2))
    assert of_bus(bus(ended), received=NOW - YEAR * 0.6) == ("study@1", "P6M")
    assert of_bus(bus(ended), received=NOW - YEAR / 2) is None


@pytest.mark.parametrize(
    "one",
    [
        replace(STUDY, state=State.PROPOSED),
        replace(STUDY, state=State.REJECTED),
        replace(STUDY, unsigned=("smhc",)),
        replace(STUDY, validity=Validity(NOW + YEAR, NOW + 2 * YEAR)),
    ],
    ids=["proposed", "rejected", "unsigned", "to come"],
)
def test_what_never_bound_limits_nothing(one: Agreement) -> None:
    assert of_bus(bus(one)) is None


@pytest.mark.parametrize(
    ("value", "received", "until"),
    [
        ("P1M", "2026-01-31", "2026-02-28"),
        ("P12M", "2026-02-28", "2027-02-28"),
        ("P1Y2M10D", "2026-12-30", "2028-03-09"),
        ("PT36H", "2026-01-31", "2026-02-01"),
    ],
)
def test_the_day_on_which_it_goes(value: str, received: str, until: str) -> None:
    one = Limit("a@1", Retention.parse(value))
    assert one.until(dt.date.fromisoformat(received)) == dt.date.fromisoformat(until)


@pytest.mark.parametrize("value", ["P1D", "P30D", "P1M", "P6M", "P24M", "P3Y"])
@pytest.mark.parametrize("today", ["2026-03-01", "2028-02-29", "2026-11-15"])
def test_days_back_end_where_the_clause_does(value: str, today: str) -> None:
    one, day = Limit("a@1", Retention.parse(value)), dt.date.fromisoformat(today)
    back = one.days(day)
    assert back == 0 or one.until(day - dt.timedelta(days=back)) > day
    assert one.until(day - dt.timedelta(days=back + 1)) <= day


def test_less_than_a_day_keeps_the_day_alone() -> None:
    assert Limit("a@1", Retention.parse("PT6H")).days(NOW.date()) == 0


def test_what_a_prohibition_is_about_is_held_while_it_lasts() -> None:
    cube = next(one for one in WORLD.cubes.values() if GLISSE in one.editions[0].datasets)
    why = Sentence("Incident", "Incident")
    lasting = Validity(NOW, NOW + YEAR)
    for subject in (GLISSE, cube.id):
        measure = Prohibition("dispute-1", subject, frozenset({"members"}), lasting, why)
        world = replace(WORLD, prohibitions=(measure,))
        assert held_by(world, GLISSE, NOW) == measure
        assert held_by(world, BUS, NOW) is None
        assert held_by(world, GLISSE, NOW + YEAR) is None
