"""What a database says when it has no room, no right or no time, in one sentence instead of its driver's words.

Anything else that a database complains of is a fault of ours and goes through as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from hub.errors import StorageError

#: Primary result codes of SQLite (sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk does not take or give what it should (is it full?)",
    sqlite3.SQLITE_READONLY: "they may not be written",
    sqlite3.SQLITE_PERM: "they may not be opened",
    sqlite3.SQLITE_CANTOPEN: "they cannot be opened",
    sqlite3.SQLITE_BUSY: "another process has been writing for too long",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is no database",
}
#: Conditions of PostgreSQL, by class or in full (its manual, appendix A).
_POSTGRESQL = {
    "08": "the database cannot be reached",
    "28": "the database does not let us in",
    "3D000": "there is no such database",
    "53": "the database has no room or no connection left",
    "57P": "the database is shutting down or starting",
    "58": "the database's disk does not take or give what it should",
    "25006": "they may not be written",
}


@contextmanager
def storage_faults() -> Iterator[None]:
    """Turn what is no fault of ours into a `StorageError`."""
    try:
        yield
    except DBAPIError as fault:
        sentence = _sentence(fault)
        if sentence is None:
            raise
        raise StorageError(f"the records: {sentence}; nothing was changed") from fault


def _sentence(fault: DBAPIError) -> str | None:
    if isinstance(fault.orig, sqlite3.Error):
        # Errors of the module itself (a wrong number of parameters) have no code.
        return _SQLITE.get(getattr(fault.orig, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(fault.orig, "sqlstate", "") or ("08" if fault.connection_invalidated or _unborn(fault) else "")
    return next((said for prefix, said in _POSTGRESQL.items() if state.startswith(prefix)), None)


def _unborn(fault: DBAPIError) -> bool:
    # Nobody answered, so there is no state: SQLAlchemy then knows of no statement either.
    return fault.statement is None and type(fault.orig).__name__ == "OperationalError"
