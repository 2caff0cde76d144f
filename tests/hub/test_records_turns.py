"""Who waits for whom, on both databases: writers take turns, readers never wait and see one state."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from hub.records import Records
from hub.records.models import AuditRow, Feed

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def a_feed() -> Feed:
    return Feed(slug="bus", standard="gtfs", created_at=NOON)


def count(records: Records, model: type) -> int | None:
    with records.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_writers_take_turns_and_no_link_of_a_chain_is_lost(records: Records) -> None:
    threads, links = 8, 20
    start = threading.Barrier(threads)

    def append(actor: int) -> None:
        start.wait()
        for _ in range(links):
            with records.write() as session:
                seq = session.scalar(select(func.max(AuditRow.seq))) or 0
                before = session.get(AuditRow, seq)
                session.add(
                    AuditRow(seq=seq + 1, at=NOON, actor=str(actor), action="read", subject="x", allowed=True,
                             payload="", previous=before.hash if before else "", hash=f"{seq + 1:064x}")
                )  # fmt: skip

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(append, range(threads)))
    with records.read() as session:
        chain = list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))
    assert [row.seq for row in chain] == list(range(1, threads * links + 1))
    assert [row.previous for row in chain[1:]] == [row.hash for row in chain[:-1]]
    assert {row.actor for row in chain} == {str(actor) for actor in range(threads)}


def test_a_writer_s_view_begins_when_its_turn_comes(records: Records) -> None:
    # The second writer opens while the first holds the lock; what the first commits it must see.
    waiting = threading.Event()

    def second() -> int | None:
        waiting.set()
        with records.write() as session:
            return session.scalar(select(func.count()).select_from(Feed))

    with ThreadPoolExecutor(1) as pool:
        with records.write() as session:
            session.add(a_feed())
            session.flush()
            answer = pool.submit(second)
            waiting.wait()
        assert answer.result(timeout=30) == 1


def test_readers_go_on_while_somebody_writes(records: Records) -> None:
    with records.write() as session:
        session.add(a_feed())
        session.flush()
        assert count(records, Feed) == 0, "what is not committed is not seen"
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda _: count(records, Feed), range(20), timeout=10)) == [0] * 20
    assert count(records, Feed) == 1


def test_a_reader_sees_one_state_from_its_first_question_to_its_last(records: Records) -> None:
    with records.read() as session:
        assert session.scalar(select(func.count()).select_from(Feed)) == 0
        with records.write() as writer:
            writer.add(a_feed())
        assert session.scalar(select(func.count()).select_from(Feed)) == 0
    assert count(records, Feed) == 1
