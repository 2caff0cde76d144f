"""kill -9 of the worker at moments of a poll: the next one takes it up, and all that a poll leaves is there once."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from hub.durable import sha256_of, sweep
from hub.records import feeds as feed_records
from hub.records import held as held_records
from hub.services.history import read_day
from hub.services.replay import replay
from tests.hub.dying_ingest import Workers, deaths, workers
from tests.hub.dying_polls import (
    BEFORE,
    NEW_NUMBER,
    NOW,
    OLD_NUMBER,
    Operator,
    live_objects,
    must_be_settled,
    no_row_may_lie,
    office,
    operator,
    polled_once,
    polls_in_history,
    seen_of_the_messages,
    seen_of_the_system,
    with_a_job,
)
from tests.hub.live_town import SLUG as SYSTEM
from tests.hub.realtime_hall import BUS, LIVE
from tests.hub.wholeness import must_be_whole

MOMENTS = 10
#: Looks at a hub at an instant; the last worker of `deaths` lived then.
Look = Callable[[Path, dt.datetime], None]


@pytest.fixture(scope="module")
def served() -> Iterator[Operator]:
    with operator() as serving:
        yield serving


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, served: Operator) -> Path:
    return polled_once(tmp_path_factory.mktemp("ready") / "home", served)


@pytest.fixture(scope="module")
def warm(ready: Path) -> Iterator[Workers]:
    with workers(ready) as made:
        yield made


def killed_at_moments(warm: Workers, ready: Path, folder: Path, slug: str, *, between: Look, after: Look) -> None:
    """Let workers die at random moments of the same poll until enough did; `after` looks at what the last one left."""
    home = with_a_job(ready, folder / "undisturbed", slug)
    word, _, many = warm.live(home, NOW.isoformat()).partition(" ")
    assert word == "through"
    after(home, NOW)
    assert int(many) > 2 * MOMENTS, "so few moments prove nothing"
    chance, killed = random.Random(slug), 0
    while killed < MOMENTS:
        home = with_a_job(ready, folder / str(killed), slug)
        died, at = deaths(warm, home, chance.sample(range(int(many)), 2), NOW, between)
        after(home, at)
        killed += died
        shutil.rmtree(home)


def must_be_clean(home: Path, at: dt.datetime, served: Operator, slug: str) -> None:
    """The job is done, the rows say what is, no work folder is left, the log is whole."""
    back = office(home, at)
    must_be_settled(back, slug, at)
    no_row_may_lie(back, served, slug)
    sweep(back.vault.root)
    sweep(back.front.released.root)
    assert not list(home.rglob("*/.staging/*")), "work folders of the dead are gone"
    must_be_whole(back.front)
    assert replay(back.front).differences == ()
    back.front.records.close()


def must_have_versions(home: Path, at: dt.datetime, slug: str, numbers: list[int]) -> None:
    """The versions of a feed, newest first, each whole; the newest is the current one."""
    back = office(home, at)
    with back.front.records.read() as session:
        found = feed_records.versions(session, slug)
        current = feed_records.feed(session, slug).current_id
    assert [one.number for one in found] == numbers
    assert current == found[0].id
    for one in found:
        assert set(one.rows) <= set(back.vault.tables(slug, one.digest))
        assert sha256_of(back.vault.raw(one.raw_digest)) == one.raw_digest
    assert len(list((home / "vault" / "tables" / slug).iterdir())) == len(numbers), "no half of another"
    back.front.records.close()


def test_a_gbfs_poll(warm: Workers, ready: Path, tmp_path: Path, served: Operator) -> None:
    seen = set()

    def between(home: Path, at: dt.datetime) -> None:
        back = office(home, at)
        seen.add(seen_of_the_system(back))
        back.front.records.close()

    def after(home: Path, at: dt.datetime) -> None:
        must_be_clean(home, at, served, SYSTEM)
        must_have_versions(home, at, SYSTEM, [2, 1])
        back = office(home, at)
        assert seen_of_the_system(back) == NEW_NUMBER
        assert len(live_objects(back, SYSTEM)) <= 2
        polls = polls_in_history(back, SYSTEM)
        assert polls[0] == BEFORE
        assert polls[-1] == at
        assert len(polls) == len(set(polls))
        told = read_day(back, SYSTEM, NOW.date())
        bikes = told.filter(pl.col("station_id") == "gare")["vehicles_available"].to_list()
        # Where the last worker came so late that nobody knows what was so between, the same is told again.
        assert (bikes[0], set(bikes[1:])) == (OLD_NUMBER, {NEW_NUMBER}), "the change is remembered"
        back.front.records.close()

    killed_at_moments(warm, ready, tmp_path, SYSTEM, between=between, after=after)
    assert seen == {OLD_NUMBER, NEW_NUMBER}, "some died before readers had the new one, and some after"


def test_a_poll_of_messages(warm: Workers, ready: Path, tmp_path: Path, served: Operator) -> None:
    seen = set()
    was = office(ready, BEFORE)
    old = was.vault.note(f"realtime/{LIVE}", "message.pb")
    was.front.records.close()
    assert old is not None

    def between(home: Path, at: dt.datetime) -> None:
        back = office(home, at)
        seen.add(seen_of_the_messages(back, served, old))
        back.front.records.close()

    def after(home: Path, at: dt.datetime) -> None:
        must_be_clean(home, at, served, LIVE)
        back = office(home, at)
        assert seen_of_the_messages(back, served, old) == NEW_NUMBER
        assert len(live_objects(back, LIVE)) <= 2
        polls = polls_in_history(back, LIVE)
        assert polls[0] == BEFORE
        # A kill between the archive and the note archives a message twice, and never not at all.
        assert 2 <= len(polls) <= 4
        assert len(polls) == len(set(polls))
        back.front.records.close()

    killed_at_moments(warm, ready, tmp_path, LIVE, between=between, after=after)
    assert seen == {OLD_NUMBER, NEW_NUMBER}, "some died before readers had the new one, and some after"


def test_a_poll_of_a_timetable(warm: Workers, ready: Path, tmp_path: Path, served: Operator) -> None:
    seen = set()

    def between(home: Path, at: dt.datetime) -> None:
        back = office(home, at)
        with back.front.records.read() as session:
            versions = feed_records.versions(session, BUS)
            held = held_records.held(session, BUS)[""]
        back.front.records.close()
        seen.add(len(versions))
        assert held.digest == versions[0].raw_digest, "what is no version yet must not be answered by 304"

    def after(home: Path, at: dt.datetime) -> None:
        must_be_clean(home, at, served, BUS)
        must_have_versions(home, at, BUS, [2, 1])

    killed_at_moments(warm, ready, tmp_path, BUS, between=between, after=after)
    assert seen == {1, 2}, "some died before the version was there, and some after"
