"""A turn: acts are applied, kept and logged together, once, or not at all; and the state is what the log says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from governance.acts import Act, Kind, NotWritable, act_refused
from governance.log.entry import commitment, leaf, mark
from governance.log.merkle import grown, root_hash
from hub.clock import FixedClock
from hub.errors import Conflict, NotFound, Refused
from hub.records import Records
from hub.records.log import node, size
from hub.records.models import LogEntry, LogMark, LogText
from hub.released import Released
from hub.services.front import Front
from hub.services.replay import replay
from hub.services.turn import seen, turn

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def _apply(state: int | None, act: Act) -> int:
    step = act.body["step"]
    assert isinstance(step, int)
    if step < 0:
        raise act_refused("actor.may_not", "action", actor=act.by, action=act.what)
    return (state or 0) + step


COUNTER: Kind[int] = Kind("counter", _apply, lambda state: {"total": state}, lambda plain: int(plain["total"]))
KINDS: Mapping[str, Kind[Any]] = {"counter": COUNTER}


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Front:
    return Front(records, Released(tmp_path / "released"), FixedClock(NOON))


def add(front: Front, step: int, *, by: str = "smhc", thing: str = "c1") -> int:
    with turn(front) as now:
        return now.do(COUNTER, thing, "added", by=by, body={"step": step}, parties={"bolide"})


def test_acts_are_kept_and_logged_and_the_log_gives_the_state_again(front: Front) -> None:
    assert [add(front, 2), add(front, 5), add(front, 7, thing="c2")] == [2, 7, 7]
    assert (seen(front, COUNTER, "c1").state, seen(front, COUNTER, "c1").revision) == (7, 2)
    told = replay(front, kinds=KINDS)
    assert (told.acts, told.things, told.differences) == (3, 2, ())


def test_the_same_act_twice_in_a_row_is_one(front: Front) -> None:
    assert [add(front, 2), add(front, 2), add(front, 3), add(front, 2)] == [2, 2, 5, 7]
    with front.records.read() as session:
        assert size(session) == 3


def test_a_refused_act_keeps_nothing_of_its_turn(front: Front) -> None:
    add(front, 2)

    def two_acts() -> None:
        with turn(front) as now:
            now.do(COUNTER, "c1", "added", by="smhc", body={"step": 9})
            now.do(COUNTER, "c1", "added", by="bolide", body={"step": -1})

    with pytest.raises(Refused) as refusal:
        two_acts()
    assert refusal.value.reasons[0]["code"] == "actor.may_not"
    assert seen(front, COUNTER, "c1").state == 2
    with front.records.read() as session:
        assert size(session) == 1


def test_who_acts_on_what_it_saw_is_told_when_it_was_overtaken(front: Front) -> None:
    add(front, 2)
    with turn(front) as now:
        assert now.must(COUNTER, "c1", revision=1) == 2
        with pytest.raises(Conflict, match="at revision 1, not 7"):
            now.must(COUNTER, "c1", revision=7)
        with pytest.raises(NotFound, match="no counter is called 'c9'"):
            now.must(COUNTER, "c9")


def test_a_state_that_was_changed_beside_the_log_is_found(front: Front) -> None:
    add(front, 2)
    add(front, 4, thing="c2")
    with front.records.engine.begin() as connection:
        connection.execute(text("UPDATE thing SET state = '{\"total\": 99}' WHERE id = 'c1'"))
        connection.execute(text("DELETE FROM thing WHERE id = 'c2'"))
    assert replay(front, kinds=KINDS).differences == (
        "counter c1: what is kept is not what the log comes to",
        "counter c2: in the log, but not kept",
    )


def test_the_log_holds_commitments_that_open_and_marks_that_count_without_a_gap(front: Front) -> None:
    for step in range(1, 12):
        add(front, step, by="smhc" if step % 2 else "trottix")
    with front.records.read() as session:
        entries = list(session.scalars(select(LogEntry).order_by(LogEntry.index)))
        texts = {row.index: row for row in session.scalars(select(LogText))}
        marks = list(session.scalars(select(LogMark).order_by(LogMark.party, LogMark.number)))
        nodes: dict[tuple[int, int], bytes] = {}

        def known(level: int, place: int) -> bytes:
            return nodes[level, place]

        for place, entry in enumerate(entries):
            assert entry.commitment == commitment(bytes.fromhex(texts[place].salt), texts[place].text.encode())
            mine = [mark(bytes.fromhex(one.salt), one.party, one.number) for one in marks if one.index == place]
            assert entry.marks == sorted(mine)
            whole = leaf(entry.commitment, entry.marks)
            nodes |= {(level, at): made for level, at, made in grown(place, whole, known)}
        assert root_hash(11, lambda level, place: node(session, level, place)) == root_hash(11, known)
    numbers = {party: [one.number for one in marks if one.party == party] for party in ("smhc", "trottix", "bolide")}
    assert numbers == {"smhc": [1, 2, 3, 4, 5, 6], "trottix": [1, 2, 3, 4, 5], "bolide": list(range(1, 12))}
    assert json.loads(texts[0].text)["act"]["what"] == "added"


@pytest.mark.parametrize("why", ["a\x00b", "half of a pair \ud83d", "\x1b[31mred"])
def test_what_not_every_database_keeps_is_no_text_of_an_act(front: Front, why: str) -> None:
    add(front, 1)
    with turn(front) as now, pytest.raises(NotWritable, match="why holds a character"):
        now.do(COUNTER, "c1", "added", by="smhc", body={"step": 2}, why=why)
    with turn(front) as now, pytest.raises(NotWritable, match=r"body\.step holds a number"):
        now.do(COUNTER, "c1", "added", by="smhc", body={"step": 2**60})
    assert seen(front, COUNTER, "c1").state == 1
