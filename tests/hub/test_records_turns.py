"""Who waits for whom, on both databases: writers take turns, readers never wait and see one state."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from governance.log.entry import Entry
from governance.log.merkle import peaks_of, root_hash
from governance.log.opening import Growing, Openings
from hub.records import Records
from hub.records.log import append, nodes
from hub.records.log_pages import pages
from hub.records.models import Feed

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def a_feed() -> Feed:
    return Feed(slug="bus", standard="gtfs", created_at=NOON)


def count(records: Records, model: type) -> int | None:
    with records.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_writers_take_turns_and_no_entry_of_the_log_is_lost(records: Records) -> None:
    threads, links = 8, 20
    start = threading.Barrier(threads)

    def add(actor: int) -> None:
        start.wait()
        for _ in range(links):
            with records.write() as session:
                parties = frozenset({str(actor), "everybody"})
                append(session, Entry(NOON, str(actor), "read", "x", True, {"type": "decision"}, parties))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, range(threads)))
    tree, counts = Growing(), Openings(pytest.fail)
    with records.read() as session:
        for page in pages(session):
            for one in page:
                openings = [(each.party, each.number, each.salt) for each in one.openings]
                item = {"index": one.index, "commitment": one.commitment, "marks": one.marks, "openings": openings}
                assert one.text is not None
                tree.add(
                    counts.leaf(item | {"salt": one.text.salt, "shut": False, "text": one.text.text}, all_marks=True)
                )
        kept = nodes(session, peaks_of(threads * links))
    assert tree.root() == root_hash(threads * links, lambda level, place: kept[level, place])
    assert counts.counts == {"everybody": threads * links, **{str(actor): links for actor in range(threads)}}


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
