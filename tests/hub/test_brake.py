"""The brake: one feed may always go, many need a person, and what a person agreed to goes on once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import FixedClock
from hub.errors import Conflict, NotFound
from hub.records import Records, brakes
from hub.released import Released
from hub.services.brake import MOST_SHARE, brake, decide, digest_of, too_many
from hub.services.front import Front
from tests.hub.migrated import records_at

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
TWO = ["bus", "tram"]


def office(records: Records, folder: Path) -> Front:
    return Front(records, Released(folder / "released"), FixedClock(NOON))


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """A front office on SQLite."""
    records = records_at(tmp_path / "records" / "records.sqlite3")
    yield office(records, tmp_path)
    records.close()


@pytest.fixture
def either(records: Records, tmp_path: Path) -> Front:
    """One on SQLite and one on PostgreSQL."""
    return office(records, tmp_path)


def asked(front: Front, hidden: list[str], of: int, run: str = "import") -> int | None:
    with front.records.write() as session:
        held = brake(session, run, hidden, of, at=NOON)
        return None if held is None else held.id


def states(front: Front) -> list[str]:
    with front.records.read() as session:
        return [one.state for one in reversed(brakes.listed(session))]


@pytest.mark.parametrize(
    ("hidden", "of", "held"), [(0, 0, False), (1, 1, False), (2, 20, False), (2, 19, True), (11, 100, True)]
)
def test_more_than_a_tenth_and_more_than_one_is_too_many(hidden: int, of: int, held: bool) -> None:
    assert too_many([f"feed-{n}" for n in range(hidden)], of) is held


def test_the_same_feed_told_twice_is_one_feed() -> None:
    assert not too_many(["bus", "bus"], 2)


def test_what_was_let_through_goes_on_once(either: Front) -> None:
    front = either
    number = asked(front, TWO, 10)
    assert number is not None
    assert asked(front, ["tram", "bus"], 10) == number  # the same, in another order: no second row
    assert decide(front, number, allow=True, by="secretariat").decided_at == NOON
    assert asked(front, TWO, 10) is None
    again = asked(front, TWO, 10)
    assert again not in (None, number)
    assert states(front) == ["let through", "waiting"]


def test_a_person_agrees_to_these_feeds_and_no_others(front: Front) -> None:
    number = asked(front, TWO, 10)
    assert number is not None
    decide(front, number, allow=True, by="secretariat")
    assert asked(front, [*TWO, "metro"], 10) is not None
    assert asked(front, TWO, 10, run="judge") is not None
    assert asked(front, TWO, 10) is None


def test_a_refusal_holds_until_it_is_taken_back(front: Front) -> None:
    number = asked(front, TWO, 10)
    assert number is not None
    decide(front, number, allow=False, by="secretariat")
    assert asked(front, TWO, 10) == number
    decide(front, number, allow=True, by="secretariat")
    assert asked(front, TWO, 10) is None
    with pytest.raises(Conflict, match="let through"):
        decide(front, number, allow=False, by="secretariat")


def test_a_run_that_wants_something_else_overtakes_what_waits(front: Front) -> None:
    first = asked(front, TWO, 10)
    assert first is not None
    other_run = asked(front, TWO, 10, run="judge")
    assert asked(front, [*TWO, "metro"], 10) not in (None, first, other_run)
    assert states(front) == ["overtaken", "waiting", "waiting"]
    with pytest.raises(Conflict, match="overtaken"):
        decide(front, first, allow=True, by="secretariat")


def test_nothing_is_decided_about_what_is_not_there(front: Front) -> None:
    with pytest.raises(NotFound, match="4711"):
        decide(front, 4711, allow=True, by="secretariat")


def test_a_run_that_is_rolled_back_has_not_used_what_was_let_through(either: Front) -> None:
    front = either
    number = asked(front, TWO, 10)
    assert number is not None
    decide(front, number, allow=True, by="secretariat")

    class PowerCut(Exception):
        pass

    def dies() -> None:
        with front.records.write() as session:
            assert brake(session, "import", TWO, 10, at=NOON) is None
            session.flush()
            raise PowerCut

    with pytest.raises(PowerCut):
        dies()
    assert asked(front, TWO, 10) is None


names = st.lists(st.sampled_from([f"feed-{n}" for n in range(12)]), max_size=14)


@settings(deadline=None, derandomize=True)
@given(names, st.integers(0, 60), st.randoms(use_true_random=False))
def test_never_more_than_a_tenth_goes_by_itself(hidden, of, chance) -> None:  # type: ignore[no-untyped-def]
    if not too_many(hidden, of):
        assert len(set(hidden)) <= max(1, of * MOST_SHARE)
    shuffled = list(hidden)
    chance.shuffle(shuffled)
    assert digest_of("import", shuffled) == digest_of("import", hidden) != digest_of("judge", hidden)
