"""Polls: each feed at its rhythm, each file once in its ttl, a bad answer changes nothing, a failure waits longer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.jobs.worker import run_one
from hub.records import feeds as feed_records
from hub.records import held as held_records
from hub.records import jobs as job_records
from hub.records import live as live_records
from hub.records import standings
from hub.records.feed_models import Source
from hub.records.models import Attempt, Feed, Job
from hub.services import registry
from hub.services.back import Back
from hub.services.history import read_day
from hub.services.polling import rhythm
from hub.services.polling.due import enqueue_due
from hub.services.polling.poll import poll
from tests.hub.polled_town import (
    NOON,
    SLUG,
    Operator,
    asking_hub,
    at,
    operator_on_loopback,
    registered,
    rows,
    source,
    versions,
)


@pytest.fixture
def operator() -> Iterator[Operator]:
    with operator_on_loopback() as said:
        yield said


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    with asking_hub(tmp_path) as made:
        yield made


def test_a_system_is_asked_by_its_ttls_and_what_came_is_published_remembered_and_taken_in(
    back: Back, operator: Operator
) -> None:
    registered(back, operator)
    poll(back, SLUG)
    assert operator.asked == {"gbfs": 1, **dict.fromkeys(operator.files, 1)}
    assert source(back).due_at == NOON + dt.timedelta(seconds=30)
    assert versions(back) == [1]
    with back.front.records.read() as session:
        first = live_records.live(session, SLUG)
        (attempt,) = session.scalars(select(Attempt))
    assert first is not None
    assert attempt.source == f"{operator.base}/gbfs.json (polled)"
    operator.bikes, operator.said_at = 1, operator.said_at + 30
    poll(at(back, 30), SLUG)
    assert operator.asked == {"gbfs": 1, "system_information": 1, "station_information": 1, "station_status": 2}
    assert versions(back) == [1], "a bicycle that left is no new version"
    with back.front.records.read() as session:
        second = live_records.live(session, SLUG)
    assert second is not None
    assert second.digest != first.digest
    day = read_day(back, SLUG, NOON.date())
    assert day["vehicles_available"].to_list() == [3, 1]
    assert {(row.name, row.outcome) for row in rows(back)} >= {("station_status", "full"), ("gbfs", "full")}


def test_nothing_is_asked_before_its_time(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    poll(at(back, 29), SLUG)
    assert operator.asked["station_status"] == 1


def test_four_workers_at_once_cost_the_operator_one_request(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    late = at(back, 31)
    threads = [threading.Thread(target=poll, args=(late, SLUG)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert operator.asked["station_status"] == 2


def test_what_the_server_says_is_unchanged_is_read_from_what_is_kept(back: Back, operator: Operator) -> None:
    operator.tags = True
    registered(back, operator)
    poll(back, SLUG)
    poll(at(back, 3601), SLUG)
    assert [row.outcome for row in rows(back)] == ["full"] * 4 + ["not_modified"] * 4
    # Without the bytes a 304 would be a hole: they are asked for whole.
    back.vault.drop_note(f"live/{SLUG}", "station_status")
    poll(at(back, 3740), SLUG)
    assert [(row.name, row.outcome) for row in rows(back)][8:] == [("station_status", "full")]


@pytest.mark.parametrize("answer", [b"<html>Sorry</html>", b'{"last_updated": 1, "data": ', b"", b"[]"])
def test_a_bad_answer_leaves_the_good_one_and_the_other_files_go_on(
    back: Back, operator: Operator, answer: bytes
) -> None:
    registered(back, operator)
    poll(back, SLUG)
    operator.broken["station_information"] = answer
    operator.bikes, operator.said_at = 2, operator.said_at + 3600
    poll(at(back, 3601), SLUG)
    kept = back.vault.note(f"live/{SLUG}", "station_information") or b""
    assert b"Gare" in kept
    with back.front.records.read() as session:
        row = held_records.held(session, SLUG)["station_information"]
    assert row.digest == hashlib.sha256(kept).hexdigest(), "what is held is the good answer, not the bad one"
    assert read_day(back, SLUG, NOON.date())["vehicles_available"].to_list() == [3, 2]
    assert source(back).failures == 0
    asked = operator.asked["station_information"]
    poll(at(back, 3640), SLUG)
    assert operator.asked["station_information"] == asked, "what is broken is not asked for at each poll"
    poll(at(back, 3601 + 121), SLUG)
    assert operator.asked["station_information"] > asked


def test_a_system_that_is_gone_is_asked_less_and_less_and_what_is_kept_stays(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    for name in ("gbfs", *operator.files):
        operator.broken[name] = b"<html>"
    waits, now = [], 3601.0
    for _ in range(5):
        poll(at(back, now), SLUG)
        due = source(back).due_at
        assert due is not None
        waits.append((due - NOON).total_seconds() - now)
        now += waits[-1]
    assert source(back).failures == 5
    assert [later > 1.4 * sooner for sooner, later in pairwise(waits)] == [True] * 4
    assert (versions(back), len(back.vault.notes(f"live/{SLUG}"))) == ([1], 4)
    operator.broken.clear()
    poll(at(back, now), SLUG)
    assert source(back).failures == 0


def test_a_system_that_changed_is_a_new_version_and_one_that_did_not_is_judged_each_day(
    back: Back, operator: Operator
) -> None:
    registered(back, operator)
    poll(back, SLUG)
    operator.name = "Combecycle+"
    poll(at(back, 3601), SLUG)
    assert versions(back) == [2, 1]
    operator.said_at += 86_400
    poll(at(back, 3601 + 86_400), SLUG)
    assert versions(back) == [3, 2, 1]


def test_a_system_that_cannot_be_a_version_is_polled_and_published_all_the_same(back: Back, operator: Operator) -> None:
    """Every record of its stations is bad: nothing to be judged whole, and no reason to ask it less often."""
    stations = json.loads(operator.document("station_information"))
    stations["data"]["stations"] = [{"name": "no id"}]
    operator.broken["station_information"] = json.dumps(stations).encode()
    registered(back, operator)
    poll(back, SLUG)
    assert (versions(back), source(back).failures) == ([], 0)
    assert source(back).due_at == NOON + dt.timedelta(seconds=30)
    operator.bikes, operator.said_at = 1, operator.said_at + 30
    poll(at(back, 30), SLUG)
    with back.front.records.read() as session:
        attempts = list(session.scalars(select(Attempt)))
    assert [one.outcome for one in attempts] == ["refused"], "once, and not at each poll"
    assert read_day(back, SLUG, NOON.date())["vehicles_available"].to_list() == [3, 1]


def test_what_successive_polls_show_is_told_with_the_next_version(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    for number in range(1, 5):  # the content stays, and the clock goes back
        operator.said_at -= 60
        poll(at(back, 30 * number), SLUG)
    operator.name = "Combecycle+"
    poll(at(back, 3601), SLUG)
    with back.front.records.read() as session:
        newest = feed_records.version(session, SLUG, 2)
        codes = {one.code for one in newest.findings}
        checks = {one.check for one in standings.standings(session, SLUG)}
    assert "gbfs_last_updated_back" in codes
    assert {"ids_rotate", "counts_plausible", "moves"} <= checks


def test_what_the_system_names_no_more_is_kept_no_more(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    shorter = json.loads(operator.document("gbfs"))
    shorter["data"]["fr"]["feeds"] = shorter["data"]["fr"]["feeds"][:2]
    operator.broken["gbfs"] = json.dumps(shorter).encode()
    poll(at(back, 3601), SLUG)
    assert back.vault.notes(f"live/{SLUG}") == ["gbfs", "station_information", "system_information"]


# --- what is due -----------------------------------------------------------------------------------------------------


def test_what_is_due_becomes_one_job_and_is_run_by_whoever_takes_polls(back: Back, operator: Operator) -> None:
    registered(back, operator)
    assert enqueue_due(back.front) == 1
    assert enqueue_due(back.front) == 0, "not again before that one said when"
    assert not run_one(back, "w", polls=False)
    assert run_one(back, "w", polls=True)
    with back.front.records.read() as session:
        (job,) = session.scalars(select(Job))
    assert (job.kind, job.state, job.error) == (job_records.POLL, "done", "")
    assert enqueue_due(at(back, 29).front) == 0
    assert enqueue_due(at(back, 30).front) == 1


def test_a_poll_whose_worker_died_comes_again(back: Back, operator: Operator) -> None:
    registered(back, operator)
    enqueue_due(back.front)
    with back.front.records.write() as session:
        job_records.claim(session, "dead", now=NOON)
    assert enqueue_due(at(back, 600).front) == 0
    assert run_one(at(back, 601), "w2")
    assert operator.asked["gbfs"] == 1


def test_what_is_not_active_or_was_superseded_is_left_alone(back: Back, operator: Operator) -> None:
    registered(back, operator)
    registry.remove(back.front, SLUG)
    assert enqueue_due(back.front) == 0
    poll(back, SLUG)
    assert not operator.asked


def test_a_feed_that_was_once_taken_in_from_an_address_is_registered(back: Back) -> None:
    with back.front.records.write() as session:
        session.add(Feed(slug="old", standard="gtfs", created_at=NOON, url="https://bus.example/gtfs.zip"))
    assert enqueue_due(back.front) == 1
    with back.front.records.read() as session:
        assert session.get_one(Source, "old").url == "https://bus.example/gtfs.zip"


# --- the rhythm ------------------------------------------------------------------------------------------------------


@settings(deadline=None, derandomize=True)
@given(slug=st.text("abcdefgh-", min_size=1, max_size=12), hours=st.integers(0, 2000))
def test_gtfs_is_asked_once_a_day_within_an_hour(slug: str, hours: int) -> None:
    now = NOON + dt.timedelta(hours=hours)
    wait = rhythm.after_success("gtfs", slug, now) - now
    assert dt.timedelta(days=1) <= wait <= dt.timedelta(days=1, hours=1)


def test_a_thousand_feeds_do_not_come_at_once() -> None:
    minutes = Counter((rhythm.after_success("gtfs", f"feed-{n}", NOON) - NOON).seconds // 60 for n in range(1000))
    assert len(minutes) == 60
    assert max(minutes.values()) < 40


@pytest.mark.parametrize(("every_s", "wait_s"), [(None, 30), (5, 20), (45, 45), (600, 60)])
def test_realtime_is_asked_each_20_to_60_seconds(every_s: int | None, wait_s: int) -> None:
    assert rhythm.after_success("gtfs-rt", "x", NOON, every_s=every_s) == NOON + dt.timedelta(seconds=wait_s)


@pytest.mark.parametrize(("stale_s", "wait_s"), [([0, 60], 10), ([30, 60], 30), ([9999], 3600), ([], 60)])
def test_gbfs_is_asked_when_the_first_file_goes_stale(stale_s: list[int], wait_s: int) -> None:
    stale = [NOON + dt.timedelta(seconds=one) for one in stale_s]
    assert rhythm.after_success("gbfs", "x", NOON, stale_at=stale) == NOON + dt.timedelta(seconds=wait_s)


def test_a_failure_waits_as_long_as_the_server_asked_for() -> None:
    wait = rhythm.after_failure("gbfs", "x", NOON, failures=1, again_s=7200) - NOON
    assert wait == dt.timedelta(hours=2)
    assert rhythm.after_failure("gtfs", "x", NOON, failures=99) - NOON <= dt.timedelta(hours=7.5)
