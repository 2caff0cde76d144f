"""The hub's own log verifies, and a change of any column of any of its tables is found by its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from governance.log.checkpoint import cosign, read_checkpoint
from governance.signing import new_key, public_text
from hub.clock import FixedClock
from hub.records import Records, connect
from hub.records.models import LogCheckpoint
from hub.released import Released
from hub.services.front import Front
from hub.services.log_check import check
from hub.services.log_checkpoints import sign_log
from hub.services.log_erasure import erase
from hub.services.log_witnesses import accept
from tests.hub.conftest import BOTH
from tests.hub.log_hall import HUB_KEY, NOON, WITNESS, LogHall, copy_of, log_hall


@pytest.fixture(scope="module", params=BOTH)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """Signed, cosigned, with a text erased, and signed again; then closed, to be copied."""
    folder = tmp_path_factory.mktemp("built")
    url = f"sqlite:///{folder / 'records.sqlite3'}"
    records = connect(url if request.param == "sqlite" else request.getfixturevalue("new_postgres_database")())
    records.upgrade()
    made = log_hall(records, folder)
    size = made.sign()
    with records.read() as session:
        checkpoint, _ = read_checkpoint(session.get_one(LogCheckpoint, size).note)
    line = cosign(checkpoint, "trottix", WITNESS, time_s=int(NOON.timestamp()))
    accept(made.front, "trottix", size, str(line))
    erase(made.front, first_decision(made), by="secretariat", why="demande d'effacement")
    made.sign()
    made.ask("smhc", "combecycle")  # not covered by a checkpoint yet
    records.close()
    return records


@pytest.fixture
def hall(built: Records, tmp_path: Path) -> Iterator[LogHall]:
    """A copy of one's own."""
    records, clock = copy_of(built, tmp_path / "records"), FixedClock(NOON)
    yield LogHall(Front(records, Released(tmp_path / "released"), clock), clock)
    records.close()


def first_decision(hall: LogHall) -> int:
    with hall.front.records.read() as session:
        return int(session.scalar(text("SELECT min(\"index\") FROM log_text WHERE action = 'read'")) or 0)


def names(hall: LogHall) -> set[str]:
    return {fault.name for fault in check(hall.front).faults}


def test_a_log_that_nobody_touched_is_whole(hall: LogHall) -> None:
    found = check(hall.front, key=HUB_KEY)
    assert found.faults == ()
    assert found.entries == found.covered + 1
    assert (found.erased, found.checkpoints, found.cosignatures) == (1, 2, 1)
    assert found.acts >= 1


def test_an_empty_log_is_whole(records: Records, tmp_path: Path) -> None:
    found = check(Front(records, Released(tmp_path / "released"), FixedClock(NOON)))
    assert (found.faults, found.entries, found.checkpoints) == ((), 0, 0)


#: What is done, and by which names it is found. `{last}` is the newest decision with a text, `{other}` a hash.
CHANGES = {
    "entry: commitment": ("UPDATE log_entry SET commitment = '{other}' WHERE \"index\" = {last}", "entry.text"),
    "entry: marks": ('UPDATE log_entry SET marks = \'["{other}"]\' WHERE "index" = {last}', "entry.mark"),
    "entry: gone": ('DELETE FROM log_entry WHERE "index" = 3', "entry.missing"),
    "entry: moved": ('UPDATE log_entry SET "index" = 9000 WHERE "index" = {last}', "entry.missing"),
    "text: text": ("UPDATE log_text SET text = replace(text, 'read', 'Read') WHERE \"index\" = {last}", "entry.text"),
    "text: salt": ("UPDATE log_text SET salt = '{other}' WHERE \"index\" = {last}", "entry.text"),
    "text: salt no hash": ("UPDATE log_text SET salt = 'xyz' WHERE \"index\" = {last}", "file.unreadable"),
    "text: at": ("UPDATE log_text SET at = '2020-01-01 00:00:00+00' WHERE \"index\" = {last}", "copy.differs"),
    "text: actor": ("UPDATE log_text SET actor = 'me' WHERE \"index\" = {last}", "copy.differs"),
    "text: action": ("UPDATE log_text SET action = 'me' WHERE \"index\" = {last}", "copy.differs"),
    "text: subject": ("UPDATE log_text SET subject = 'me' WHERE \"index\" = {last}", "copy.differs"),
    "text: permitted": ('UPDATE log_text SET permitted = NOT permitted WHERE "index" = {last}', "copy.differs"),
    "text: hidden": ("UPDATE log_text SET hidden = '{{}}' WHERE \"index\" = {last}", "hidden.differs"),
    "text: gone": ('DELETE FROM log_text WHERE "index" = {last}', "text.missing"),
    "mark: party": ("UPDATE log_mark SET party = 'me' WHERE \"index\" = {last} AND party = 'smhc'", "entry.mark"),
    "mark: number": ('UPDATE log_mark SET number = number + 7 WHERE "index" = {last}', "counter.gap"),
    "mark: index": ('UPDATE log_mark SET "index" = 1 WHERE "index" = {last}', "entry.mark"),
    "mark: salt": ("UPDATE log_mark SET salt = '{other}' WHERE \"index\" = {last}", "entry.mark"),
    "mark: gone": ('DELETE FROM log_mark WHERE "index" = {last}', "entry.mark"),
    "node: hash": ("UPDATE log_node SET hash = :hash WHERE level = 1 AND place = 0", "node.differs"),
    "node: place": ("UPDATE log_node SET place = 9000 WHERE level = 1 AND place = 0", "node.differs"),
    "node: level": ("UPDATE log_node SET level = 40 WHERE level = 1 AND place = 0", "node.differs"),
    "node: gone": ("DELETE FROM log_node WHERE level = 0 AND place = 0", "node.differs"),
    "node: one more": ("INSERT INTO log_node VALUES (41, 0, :hash)", "node.differs"),
    "erasure: at": ("UPDATE log_erasure SET at = '2020-01-01 00:00:00+00'", "copy.differs"),
    "erasure: by": ("UPDATE log_erasure SET by = 'me'", "copy.differs"),
    "erasure: why": ("UPDATE log_erasure SET why = 'me'", "copy.differs"),
    "erasure: index": ('UPDATE log_erasure SET "index" = {last}', "erasure.unexplained"),
    "erasure: gone": ("DELETE FROM log_erasure", "copy.differs"),
    "checkpoint: note": ("UPDATE log_checkpoint SET note = replace(note, 'hautes', 'autres')", "checkpoint.signature"),
    "checkpoint: no note": ("UPDATE log_checkpoint SET note = 'x'", "file.unreadable"),
    "checkpoint: key": ("UPDATE log_checkpoint SET key = substr('{other}', 1, 44)", "checkpoint.signature"),
    "checkpoint: size": ("UPDATE log_checkpoint SET size = size + 1 WHERE size >= {last}", "checkpoint.column"),
    "cosignature: line": ("UPDATE log_cosignature SET line = replace(line, 'tix', 'tax')", "cosignature.invalid"),
    "cosignature: no line": ("UPDATE log_cosignature SET line = 'x'", "cosignature.invalid"),
    "cosignature: witness": ("UPDATE log_cosignature SET witness = 'bolide'", "cosignature.invalid"),
    "cosignature: key": ("UPDATE log_cosignature SET key = substr('{other}', 1, 44)", "cosignature.invalid"),
    "cosignature: at": ("UPDATE log_cosignature SET at = '2020-01-01 00:00:00+00'", "checkpoint.column"),
    "cosignature: size": ("UPDATE log_cosignature SET size = {last}", "cosignature.invalid"),
    "state: revision": ("UPDATE thing SET revision = 77 WHERE kind = 'key'", "state.differs"),
    "state: gone": ("DELETE FROM thing WHERE kind = 'key'", "state.differs"),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_change_of_any_column_is_found_by_its_name(hall: LogHall, how: str) -> None:
    statement, name = CHANGES[how]
    last = len_of(hall) - 1
    hall.without_triggers()
    values = {"hash": b"x" * 32} if ":hash" in statement else {}
    hall.sql(statement.format(last=last, other="0" * 64), **values)
    assert name in names(hall)


def len_of(hall: LogHall) -> int:
    with hall.front.records.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM log_entry")) or 0)


def test_a_tail_that_was_cut_off_whole_is_found_by_the_checkpoint(hall: LogHall) -> None:
    hall.without_triggers()
    for table in ("log_text", "log_mark", "log_erasure", "log_entry"):
        hall.sql(f'DELETE FROM {table} WHERE "index" >= 4')
    hall.sql("DELETE FROM log_node WHERE (place + 1) * (1 << level) > 4")
    assert "entry.missing" in names(hall)


def test_a_tail_that_no_checkpoint_covers_can_be_cut_unseen_but_by_the_state(hall: LogHall) -> None:
    last = len_of(hall) - 1
    hall.without_triggers()
    for table in ("log_text", "log_mark", "log_entry"):
        hall.sql(f'DELETE FROM {table} WHERE "index" = {last}')
    hall.sql("DELETE FROM log_node WHERE (place + 1) * (1 << level) > :last", last=last)
    assert check(hall.front).whole  # which is why checkpoints are five minutes apart at most


def test_two_entries_that_changed_places_are_found(hall: LogHall) -> None:
    hall.without_triggers()
    last = len_of(hall) - 1
    for table in ("log_text", "log_mark", "log_entry"):
        for one, other in ((last, 9000), (last - 2, last), (9000, last - 2)):
            hall.sql(f'UPDATE {table} SET "index" = {other} WHERE "index" = {one}')
    assert {"node.differs", "root.other"} <= names(hall)


def test_an_entry_hidden_from_its_party_is_found(hall: LogHall) -> None:
    # Its mark is taken out of leaf and table, and every later number is moved up: leaf, tree and root are others then.
    hall.without_triggers()
    hall.sql("DELETE FROM log_mark WHERE party = 'trottix' AND number = 2")
    assert {"entry.mark", "counter.gap"} <= names(hall)


def test_a_log_signed_with_another_key_is_found_by_whoever_knows_the_key(hall: LogHall) -> None:
    other = new_key()
    sign_log(hall.front, other)
    assert {fault.name for fault in check(hall.front, key=HUB_KEY).faults} == {"key.other"}
    assert {fault.name for fault in check(hall.front, key=public_text(other)).faults} == {"key.other"}


def test_an_act_that_was_erased_is_found(hall: LogHall) -> None:
    hall.without_triggers()
    with hall.front.records.read() as session:
        act = session.scalar(text("SELECT min(\"index\") FROM log_text WHERE action LIKE '%.%'"))
    hall.sql('DELETE FROM log_text WHERE "index" = :act', act=act)
    assert {"text.missing", "state.differs"} <= names(hall)


def test_what_is_said_of_an_erasure_is_in_the_log(hall: LogHall) -> None:
    with hall.front.records.read() as session:
        said = json.loads(session.scalar(text("SELECT text FROM log_text WHERE action = 'log.erased'")) or "{}")
    assert (said["type"], said["by"], said["why"]) == ("erasure", "secretariat", "demande d'effacement")
    assert said["index"] == first_decision_erased(hall)


def first_decision_erased(hall: LogHall) -> int:
    with hall.front.records.read() as session:
        return int(session.scalar(text('SELECT "index" FROM log_erasure')) or 0)
