"""The schema on both databases: migrations, and what the database itself refuses."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

import hub.records.migrations as migrations_package
from governance.log.entry import Entry
from hub.records import Records, connect
from hub.records.log import append, size
from hub.records.models import Base

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def tables(records: Records) -> set[str]:
    return set(inspect(records.engine).get_table_names())


def entry(actor: str = "trottix") -> Entry:
    return Entry(NOON, actor, "read", "mds.flows", True, {"type": "decision"}, frozenset({actor}))


def test_an_upgrade_makes_every_table_and_a_second_one_does_nothing(empty_records: Records) -> None:
    assert tables(empty_records) == set()
    empty_records.upgrade()
    made = tables(empty_records)
    assert made == set(Base.metadata.tables) | {"alembic_version"}
    with empty_records.write() as session:
        append(session, entry())
    empty_records.upgrade()
    assert tables(empty_records) == made
    with empty_records.read() as session:
        assert size(session) == 1


def test_the_migrations_make_what_the_models_say(records: Records) -> None:
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_models_and_the_migrations_name_the_same_constraints(records: Records) -> None:
    found = inspect(records.engine)
    for name, table in Base.metadata.tables.items():
        assert found.get_pk_constraint(name)["name"] == table.primary_key.name
        named = {key["name"] for key in found.get_foreign_keys(name)}
        assert named == {key.name for key in table.foreign_key_constraints}


def test_a_downgrade_leaves_nothing_and_an_upgrade_comes_back(records: Records) -> None:
    config = Config()
    config.set_main_option("script_location", next(iter(migrations_package.__path__)))
    with records.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables(records) == {"alembic_version"}
    records.upgrade()
    assert tables(records) == set(Base.metadata.tables) | {"alembic_version"}


def test_an_upgrade_that_dies_on_the_way_leaves_nothing(empty_records: Records) -> None:
    class PowerCut(Exception):
        pass

    def cut(_: Connection, __: object, statement: str, *___: object) -> None:
        if "CREATE TRIGGER" in statement:
            raise PowerCut

    event.listen(empty_records.engine, "before_cursor_execute", cut)
    with pytest.raises(PowerCut):
        empty_records.upgrade()
    event.remove(empty_records.engine, "before_cursor_execute", cut)
    assert tables(empty_records) == set()
    empty_records.upgrade()
    assert "log_entry" in tables(empty_records)


def test_processes_that_start_together_upgrade_once(empty_records: Records) -> None:
    # `hub serve` starts web, intake and worker at the same moment on a home that may be new.
    code = "import sys; from hub.records import connect; records = connect(sys.argv[1]); print(flush=True); "
    code += "sys.stdin.readline(); records.upgrade(); records.close()"
    url = empty_records.engine.url.render_as_string(hide_password=False)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    together = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", code, url], text=True, **pipes) for _ in range(4)
    ]
    for child in together:
        child.stdout.readline()  # it is ready
    for child in together:
        child.stdin.write("\n")
        child.stdin.flush()
    errors = [child.communicate(timeout=60)[1] for child in together]
    assert errors == [""] * 4
    assert [child.returncode for child in together] == [0] * 4
    assert "log_entry" in tables(empty_records)


def test_the_wal_is_on_and_foreign_keys_are_kept(records: Records) -> None:
    if records.engine.dialect.name == "sqlite":
        with records.read() as session:
            assert session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert session.scalar(text("PRAGMA foreign_keys")) == 1
            assert session.scalar(text("PRAGMA synchronous")) == 2
    with pytest.raises(IntegrityError), records.write() as session:
        session.execute(text("INSERT INTO attempt (feed_slug, at, source, outcome, error, version_id) "
                             "VALUES ('x', '2026-03-01', '', 'new', '', 99)"))  # fmt: skip


def test_another_programs_way_to_name_postgresql_finds_our_driver() -> None:
    for url in ("postgresql://u:p@localhost/hub", "postgres://u:p@localhost/hub"):
        records = connect(url)
        assert records.engine.driver == "psycopg"
        records.close()
    assert create_engine("sqlite://").driver == "pysqlite"
