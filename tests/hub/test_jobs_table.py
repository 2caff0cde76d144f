from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.records import Records, jobs
from hub.records.models import Job

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def enqueue(records: Records, *names: str, at: dt.datetime = NOON) -> list[int]:
    with records.write() as session:
        added = [jobs.add(session, "ingest", {"feed": name}, at=at) for name in names]
        return [job.id for job in added if job is not None]


def claim(records: Records, worker: str = "w1", *, now: dt.datetime = NOON) -> Job | None:
    with records.write() as session:
        return jobs.claim(session, worker, now=now)


def claimed(records: Records, worker: str = "w1", *, now: dt.datetime = NOON) -> Job:
    job = claim(records, worker, now=now)
    assert job is not None
    return job


def look(records: Records, job_id: int) -> Job:
    with records.read() as session:
        return session.get_one(Job, job_id)


def finish(records: Records, job: Job, *, now: dt.datetime = NOON, error: str = "", again: bool = False) -> Job:
    with records.write() as session:
        jobs.finish(session, job.id, now=now, error=error, again=again)
    return look(records, job.id)


def test_the_same_work_waits_once(records: Records) -> None:
    assert len(enqueue(records, "bus", "bike", "bus")) == 2
    job = claimed(records)
    assert job.payload == {"feed": "bus"}
    assert len(enqueue(records, "bus")) == 1, "what is being done may wait again: the world may have changed since"
    with records.write() as session:
        assert jobs.add(session, "publish", {"feed": "bike"}, at=NOON) is not None, "another kind is other work"


def test_the_oldest_due_job_comes_first(records: Records) -> None:
    enqueue(records, "late", at=NOON + MINUTE)
    enqueue(records, "early", at=NOON - MINUTE)
    enqueue(records, "now")
    assert [claimed(records).payload["feed"] for _ in range(2)] == ["early", "now"]
    assert claim(records) is None
    assert claimed(records, now=NOON + MINUTE).payload == {"feed": "late"}


def test_a_claim_says_who_and_until_when(records: Records) -> None:
    enqueue(records, "bus")
    job = claimed(records, "w1")
    assert (job.state, job.claimed_by, job.lease_until, job.tries) == ("running", "w1", NOON + jobs.LEASE, 1)
    assert claim(records, "w2") is None


@pytest.mark.parametrize("how", ["in turn", "at once"])
def test_each_job_is_claimed_by_one_worker(records: Records, how: str) -> None:
    """In turn: through `Records.write`. At once: plain sessions, which only PostgreSQL's row locks keep apart."""
    if how == "at once" and records.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: there is no other way than in turn")
    threads, work = 8, 40
    enqueue(records, *(f"feed-{number}" for number in range(work)))
    start = threading.Barrier(threads)

    def take(worker: str) -> int | None:
        if how == "in turn":
            job = claim(records, worker)
        else:
            with Session(records.engine, expire_on_commit=False) as session, session.begin():
                job = jobs.claim(session, worker, now=NOON)
        return None if job is None else job.id

    def run(number: int) -> list[int]:
        start.wait()
        return list(iter(lambda: take(f"w{number}"), None))

    with ThreadPoolExecutor(threads) as pool:
        taken = [job_id for ids in pool.map(run, range(threads)) for job_id in ids]
    assert len(taken) == work
    assert len(set(taken)) == work


def test_a_job_of_a_dead_worker_goes_to_another_when_its_lease_ran_out(records: Records) -> None:
    enqueue(records, "bus")
    first = claimed(records, "w1")
    assert claim(records, "w2", now=NOON + jobs.LEASE) is None
    second = claimed(records, "w2", now=NOON + jobs.LEASE + dt.timedelta(microseconds=1))
    assert (second.id, second.claimed_by, second.tries) == (first.id, "w2", 2)


def test_progress_renews_the_lease(records: Records) -> None:
    enqueue(records, "bus")
    job = claimed(records, "w1")
    with records.write() as session:
        jobs.progress(session, job.id, phase="reading", done=5, total=9, now=NOON + 9 * MINUTE, worker="w1")
    kept = look(records, job.id)
    assert (kept.phase, kept.done, kept.total) == ("reading", 5, 9)
    assert claim(records, "w2", now=NOON + 18 * MINUTE) is None
    assert claimed(records, "w2", now=NOON + 20 * MINUTE).id == job.id


def test_a_worker_that_was_given_up_can_neither_renew_nor_close(records: Records) -> None:
    enqueue(records, "bus")
    job = claimed(records, "w1")
    later = NOON + jobs.LEASE + MINUTE
    claimed(records, "w2", now=later)
    with pytest.raises(Conflict), records.write() as session:
        jobs.progress(session, job.id, phase="x", done=1, total=1, now=later, worker="w1")
    with pytest.raises(Conflict), records.write() as session:
        jobs.finish(session, job.id, now=later, worker="w1")
    assert look(records, job.id).claimed_by == "w2"
    with records.write() as session:
        jobs.finish(session, job.id, now=later, worker="w2")
    with pytest.raises(Conflict), records.write() as session:
        jobs.finish(session, job.id, now=later, worker="w2", error="once more")
    assert look(records, job.id).state == "done"


def test_a_job_that_is_done_is_done(records: Records) -> None:
    enqueue(records, "bus")
    job = finish(records, claimed(records), now=NOON + MINUTE)
    assert (job.state, job.finished_at, job.error) == ("done", NOON + MINUTE, "")
    assert (job.claimed_by, job.lease_until) == (None, None)
    assert claim(records, now=NOON + dt.timedelta(days=9)) is None


def test_a_failure_without_another_try_is_the_end(records: Records) -> None:
    enqueue(records, "bus")
    job = finish(records, claimed(records), error="no feed\x00 here")
    assert (job.state, job.error, job.finished_at) == ("failed", "no feed\ufffd here", NOON)
    assert claim(records, now=NOON + dt.timedelta(days=9)) is None


def test_a_failure_is_tried_again_later_and_at_last_no_more(records: Records) -> None:
    enqueue(records, "bus")
    now, pauses = NOON, []
    for _ in range(jobs.TRIES - 1):
        job = finish(records, claimed(records, now=now), now=now, error="busy", again=True)
        assert (job.state, job.error, job.finished_at, job.claimed_by) == ("waiting", "busy", None, None)
        assert claim(records, now=job.run_after - dt.timedelta(microseconds=1)) is None
        pauses.append(job.run_after - now)
        now = job.run_after
    assert pauses == [2 * MINUTE, 4 * MINUTE]
    job = finish(records, claimed(records, now=now), now=now, error="busy", again=True)
    assert (job.state, job.tries, job.finished_at) == ("failed", jobs.TRIES, now)


def test_a_success_after_a_failure_forgets_the_error(records: Records) -> None:
    enqueue(records, "bus")
    job = finish(records, claimed(records), error="busy", again=True)
    job = finish(records, claimed(records, now=job.run_after), now=job.run_after)
    assert (job.state, job.error) == ("done", "")


def test_a_job_that_kills_its_workers_is_closed_and_the_next_one_is_taken(records: Records) -> None:
    enqueue(records, "poison")
    enqueue(records, "bus", at=NOON + MINUTE)
    now = NOON
    for worker in range(jobs.TRIES):
        poison = claimed(records, f"w{worker}", now=now)
        assert poison.payload == {"feed": "poison"}
        now += jobs.LEASE + MINUTE
    assert claimed(records, "w9", now=now).payload == {"feed": "bus"}
    closed = look(records, poison.id)
    assert (closed.state, closed.tries, closed.finished_at, closed.claimed_by) == ("failed", jobs.TRIES, now, None)
    assert "stopped without a word" in closed.error


def test_what_comes_round_is_forgotten_soon_and_what_failed_never(records: Records) -> None:
    for number, (kind, error) in enumerate([("poll", ""), ("poll", "broken"), ("ingest", ""), ("deliver", "")]):
        with records.write() as session:
            jobs.add(session, kind, {"n": number}, at=NOON)
            job = jobs.claim(session, "w", now=NOON)
            assert job is not None
            jobs.finish(session, job.id, now=NOON, error=error)
    for hours, left in [(0.9, 4), (1.1, 2), (30 * 24 + 1, 1)]:
        with records.write() as session:
            jobs.prune(session, now=NOON + dt.timedelta(hours=hours))
            assert len(jobs.jobs(session)) == left


def test_polls_and_other_work_are_taken_apart(records: Records) -> None:
    with records.write() as session:
        jobs.add(session, "poll", {}, at=NOON)
        jobs.add(session, "ingest", {}, at=NOON)
        taken = [jobs.claim(session, "w", now=NOON, polls=polls) for polls in (False, False, True, None)]
    assert [job and job.kind for job in taken] == ["ingest", None, "poll", None]


def test_the_newest_jobs_come_first(records: Records) -> None:
    ids = enqueue(records, "a", "b", "c")
    with records.read() as session:
        assert [job.id for job in jobs.jobs(session, most=2)] == ids[:0:-1]


def test_there_is_no_such_job(records: Records) -> None:
    with pytest.raises(NoResultFound), records.write() as session:
        jobs.finish(session, 99, now=NOON)
