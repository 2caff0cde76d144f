"""The database itself keeps the log insert-only, on both databases: what was written is not changed and does not go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from governance.log.checkpoint import cosign, read_checkpoint
from hub.records import connect
from hub.records.log import decision_id, found, nodes, size
from hub.records.models import Base, LogCheckpoint, LogEntry
from hub.services.commons import current_world
from hub.services.log_erasure import erase
from hub.services.log_witnesses import accept
from hub.services.trail import used
from tests.hub.conftest import BOTH
from tests.hub.log_hall import NOON, WITNESS, LogHall, log_hall

#: Each table, a column of it that is no key, and its keys.
TABLES = {
    "log_entry": ("commitment", ['"index"']),
    "log_text": ("actor", ['"index"']),
    "log_mark": ("salt", ["party", "number"]),
    "log_node": ("hash", ["level", "place"]),
    "log_erasure": ("why", ['"index"']),
    "log_checkpoint": ("note", ["size"]),
    "log_cosignature": ("line", ["size", "witness"]),
}


@pytest.fixture(scope="module", params=BOTH)
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogHall]:
    """A row in each table; every test is refused whatever it tries, so they share it."""
    folder = tmp_path_factory.mktemp("tables")
    url = f"sqlite:///{folder / 'records.sqlite3'}"
    records = connect(url if request.param == "sqlite" else request.getfixturevalue("new_postgres_database")())
    records.upgrade()
    made = log_hall(records, folder)
    size = made.sign()
    with records.read() as session:
        checkpoint, _ = read_checkpoint(session.get_one(LogCheckpoint, size).note)
    accept(made.front, "trottix", size, str(cosign(checkpoint, "trottix", WITNESS, time_s=int(NOON.timestamp()))))
    with records.read() as session:
        index = session.scalar(text("SELECT min(\"index\") FROM log_text WHERE action = 'read'"))
    erase(made.front, int(index or 0), by="secretariat", why="demande")
    yield made
    records.close()


def counted(hall: LogHall) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and one of them."""
    with hall.front.records.read() as session:
        return {
            name: (
                session.scalar(text(f"SELECT count(*) FROM {name}")) or 0,
                str(session.execute(text(f"SELECT * FROM {name} ORDER BY {', '.join(keys)}")).first()),
            )
            for name, (_, keys) in TABLES.items()
        }


def test_every_table_of_the_log_is_meant(hall: LogHall) -> None:
    assert set(TABLES) == {name for name in Base.metadata.tables if name.startswith("log_")}
    assert all(count > 0 for count, _ in counted(hall).values())


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("how", ["update", "update one", "delete", "delete one", "upsert", "own way"])
def test_nothing_is_changed_or_taken_away(hall: LogHall, table: str, how: str) -> None:
    column, keys = TABLES[table]
    columns = ", ".join(f'"{one.name}"' for one in Base.metadata.tables[table].columns)
    some = f"{keys[0]} = (SELECT min({keys[0]}) FROM {table})"
    dialect = hall.front.records.engine.dialect.name
    own = {
        "sqlite": f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}",
        "postgresql": f"TRUNCATE {table} CASCADE",
    }
    upsert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true "
    statements = {
        "update": f"UPDATE {table} SET {column} = {column}",
        "update one": f"UPDATE {table} SET {column} = {column} WHERE {some}",
        "delete": f"DELETE FROM {table}",
        "delete one": f"DELETE FROM {table} WHERE {some}",
        "upsert": upsert + f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {column} = excluded.{column}",
        "own way": own[dialect],
    }
    before = counted(hall)
    with pytest.raises(DBAPIError, match="insert-only"), hall.front.records.write() as session:
        session.execute(text(statements[how]))
    assert counted(hall) == before


def test_other_programs_are_refused_as_well(hall: LogHall) -> None:
    # A connection that asks for nothing that ours asks for (SQLite: no foreign keys, no recursive triggers).
    for table, (column, _) in TABLES.items():
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="insert-only"):
                hall.sql(statement)
    if hall.front.records.engine.dialect.name == "sqlite":
        with pytest.raises(Exception, match="insert-only"):
            hall.sql("INSERT OR REPLACE INTO log_entry SELECT * FROM log_entry")


def test_a_text_that_was_erased_does_not_come_back(hall: LogHall) -> None:
    again = (
        'INSERT INTO log_text SELECT (SELECT max("index") FROM log_erasure), at, actor, action, subject, permitted, '
        "salt, text, hidden FROM log_text LIMIT 1"
    )
    with pytest.raises(DBAPIError, match="insert-only"), hall.front.records.write() as session:
        session.execute(text(again))


def test_a_place_is_given_once(hall: LogHall) -> None:
    refused = DBAPIError if hall.front.records.engine.dialect.name == "sqlite" else IntegrityError
    with pytest.raises(refused), hall.front.records.write() as session:
        session.add(LogEntry(index=0, commitment="0" * 64, marks=[]))


def test_an_entry_is_found_by_its_id_and_by_no_shorter_one(hall: LogHall) -> None:
    with hall.front.records.read() as session:
        ids = [decision_id(session, index) for index in range(size(session))]
        assert [found(session, one) for one in ids] == list(range(size(session)))
        whole = session.scalar(select(LogEntry.commitment).where(LogEntry.index == 2))
        assert found(session, str(whole)) == 2
        assert found(session, ids[0][:8]) is None
        assert found(session, "f" * 16) is None
        with pytest.raises(KeyError):
            decision_id(session, 900)
        with pytest.raises(KeyError):
            nodes(session, [(0, 0), (30, 0)])


def test_what_a_reader_took_is_counted_from_an_index_alone(hall: LogHall) -> None:
    front = hall.front
    hall.ask("trottix", "combecycle")
    with front.records.read() as session:
        taken = used(session, current_world(front), "trottix", "combecycle", at=NOON)
        assert (taken.this_month, taken.last_minute) == (2, 2)
        if front.records.engine.dialect.name == "sqlite":
            plan = "EXPLAIN QUERY PLAN SELECT count(*) FROM log_text WHERE actor = 'a' AND subject = 's' "
            plan += "AND action = 'read' AND permitted IS 1 AND at > '2026'"
            assert "COVERING INDEX ix_log_text_taken" in str(session.execute(text(plan)).all())
