"""Opening the records: one engine, and the two ways to use it, to read and to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from hub.durable import storage_errors
from hub.errors import StorageError
from hub.records.faults import storage_faults

#: Serialises writers on PostgreSQL (SQLite has one at a time anyway): the log has one next place for all of them.
_WRITER_LOCK = 0x6D6F6269


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one hub."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that reads one consistent state.

        Raises:
            StorageError: the database cannot be reached or read.
        """
        with storage_faults(), Session(self._engine(writes=False), expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits as a whole or not at all.

        Writers come one after the other: an entry of the log has the place after the one before it.

        Raises:
            StorageError: the database cannot be reached or written.
        """
        writer = self._engine(writes=True)
        with storage_faults(), Session(writer, expire_on_commit=False) as session, session.begin():
            _wait_for_turn(session.connection())
            event.listen(session, "after_flush", _remember_flush)
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest migration; does nothing when it is there already.

        Several processes may start at once: the first one migrates, the others wait and find it done.

        Raises:
            StorageError: the database cannot be reached or written.
        """
        config = Config()
        # Alembic's configuration interpolates %.
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        with storage_faults(), self._engine(writes=True).begin() as connection:
            _wait_for_turn(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _engine(self, *, writes: bool) -> Engine:
        if self.engine.dialect.name == "postgresql":
            # A reader's statements share one snapshot; a writer's next statement must see what the writer before it
            # committed while this one waited for its turn, whatever the server's default is.
            return self.engine.execution_options(isolation_level="READ COMMITTED" if writes else "REPEATABLE READ")
        return self.engine.execution_options(hub_writes=writes)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, FileExistsError) as fault:
        raise StorageError(f"{folder}: the records cannot be kept here ({fault.strerror})") from fault


def connect(url: str) -> Records:
    """Open the records at an SQLAlchemy URL. The folder of an SQLite file is made when it is missing."""
    try:
        where = make_url(url)
    except ArgumentError:
        # The URL may hold a password, so it is not repeated.
        raise StorageError(
            "HUB_DATABASE_URL is no SQLAlchemy URL, such as postgresql://user:password@host/name"
        ) from None
    if where.drivername in ("postgresql", "postgres"):  # as other programs write it; psycopg is the driver we install
        where = where.set(drivername="postgresql+psycopg")
    if where.get_backend_name() == "sqlite":
        if where.database:
            folder = Path(where.database).parent
            with storage_errors(folder), _usable(folder):
                # Keys' digests and exact rules lie here: nobody else's business.
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(where, connect_args={"timeout": 30.0})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(where, pool_pre_ping=True)
    return Records(engine)


def flushed(session: Session) -> bool:
    """Whether a session has written what it may yet roll back."""
    return bool(session.info.get("flushed")) or bool(session.new) or bool(session.dirty)


def _remember_flush(session: Session, _: Any) -> None:
    session.info["flushed"] = True


def _wait_for_turn(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE has waited already.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # The driver's own idea of transactions is switched off, so that `_begin_sqlite` decides when one begins and
    # whether it takes the write lock at once (docs.sqlalchemy.org, SQLite, "transactions with pysqlite").
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")  # readers never wait for the writer
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Without it INSERT OR REPLACE removes a row and no trigger hears of it: the audit could be rewritten.
    connection.execute("PRAGMA recursive_triggers = ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hub_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
