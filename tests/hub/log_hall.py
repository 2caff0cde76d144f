"""A hub with the demo's commons, and a log with decisions, an act, and an erasure in it."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

import hub.territory
from governance.audiences import Audience
from governance.request import Action, Request
from governance.signing import public_text
from hub.clock import FixedClock
from hub.errors import Refused
from hub.records import Records, connect
from hub.released import Released
from hub.services.commons import put_in_force, read_folder
from hub.services.decisions import decided
from hub.services.front import Front
from hub.services.log_checkpoints import sign_log
from hub.services.signing import register

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
COMMONS = Path(hub.territory.__path__[0]) / "commons"
HUB = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
HUB_KEY = public_text(HUB)


@dataclass(slots=True)
class LogHall:
    """The hub, and what a test does to it."""

    front: Front
    clock: FixedClock

    def ask(self, actor: str | None, subject: str) -> str:
        """Somebody asks for something; answers with the decision's id, empty for a denial."""
        at, audience = self.clock(), Audience.OPEN
        try:
            return decided(self.front, Request(actor, Action.READ, subject, audience, "open-reuse", at)).id
        except Refused:
            return ""

    def sign(self) -> int:
        """Sign the log; answers with the checkpoint's size."""
        row = sign_log(self.front, HUB)
        return row.size if row is not None else 0

    def sql(self, statement: str, **values: Any) -> None:
        """Change the database beside the hub, without what the hub asks of its own connections."""
        engine = self.front.records.engine
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(str(engine.url.database))) as connection, connection:
                connection.execute(statement, values)
            return
        with engine.begin() as connection:
            connection.execute(text(statement), values)

    def without_triggers(self) -> None:
        """What somebody with all rights on the database can do."""
        engine = self.front.records.engine
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                found = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
                off = [f"DROP TRIGGER {name}" for name in found]
            else:
                found = connection.scalars(text("SELECT tablename FROM pg_tables WHERE starts_with(tablename, 'log_')"))
                off = [f"ALTER TABLE {name} DISABLE TRIGGER ALL" for name in found]
        for statement in off:
            self.sql(statement)


def copy_of(records: Records, folder: Path) -> Records:
    """The same records in a database of their own; those that are copied must be closed."""
    url = records.engine.url
    if records.engine.dialect.name == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(url.database), folder / "records.sqlite3")
        return connect(f"sqlite:///{folder / 'records.sqlite3'}")
    name = f"copy_{secrets.token_hex(6)}"
    admin = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {url.database}")  # type: ignore[arg-type]
    return connect(url.set(database=name).render_as_string(hide_password=False))


def log_hall(records: Records, folder: Path) -> LogHall:
    """A hub with a few entries: documents loaded, a key registered, four decisions (two of them denials)."""
    clock = FixedClock(NOON)
    made = LogHall(Front(records, Released(folder / "released"), clock), clock)
    put_in_force(made.front, read_folder(COMMONS))
    register(made.front, "trottix", public_text(WITNESS), by="trottix")
    made.ask("bolide", "trottix-gbfs")
    made.ask(None, "mds-trottix")
    made.ask("trottix", "combecycle")
    made.ask("trottix", "mds-bolide")
    return made
