"""Migration 0002: the foundation's chained audit becomes the first entries of the log, in its order.

Frozen with the migration: it knows the two schemas as they were, and of the project only what the log's form is fixed
by (RFC 6962, RFC 8785). What a record said becomes an entry's text; its hashes and digests, which cover the exact p of
signed agreements, are kept beside it as hidden values, so that the old chain can be made again by whoever may see them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.dialects import postgresql

from governance.canonical import canonical
from governance.log.entry import commitment, leaf, mark
from governance.log.merkle import grown
from hub.errors import StorageError

_PAGE = 1_000
_INSTANT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AUDIT = sa.table("audit", *(sa.column(name) for name in ("seq", "actor", "action", "subject", "allowed", "payload")))
_EDITION = sa.table("commons_edition", sa.column("id"), sa.column("loaded_at", _INSTANT), sa.column("files", _JSON))
_ENTRY = sa.table("log_entry", sa.column("index"), sa.column("commitment"), sa.column("marks", _JSON))
_MARK = sa.table("log_mark", *(sa.column(name) for name in ("party", "number", "index", "salt")))
_NODE = sa.table("log_node", *(sa.column(name) for name in ("level", "place", "hash")))
_TEXT = sa.table(
    "log_text",
    *(sa.column(name) for name in ("index", "actor", "action", "subject", "permitted", "salt", "text")),
    sa.column("at", _INSTANT),
    sa.column("hidden", _JSON),
)
#: What is kept hidden of a record, and the names under which the text commits to it.
_HIDDEN = ("obligations", "request", "hash")
_GENESIS = "0" * 64


def audit_into_log(connection: sa.Connection) -> None:
    """Move every record of the table ``audit`` into the log.

    Raises:
        StorageError: the chain is broken, or not every record arrived; the migration stops and changes nothing.
    """
    editions = _editions(connection)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("entry", "text", "mark", "node")}
    counts: dict[str, int] = {}
    frontier: dict[tuple[int, int], bytes] = {}
    index = -1
    for index, record in enumerate(_records(connection)):
        known = _in_force(editions, dt.datetime.fromisoformat(record["at"]))
        for name, made in _moved(index, record, known, counts, frontier):
            rows[name].append(made)
        if len(rows["entry"]) == _PAGE:
            _write(connection, rows)
    _write(connection, rows)
    arrived = connection.scalar(sa.select(sa.func.count()).select_from(_ENTRY))
    if arrived != connection.scalar(sa.select(sa.func.count()).select_from(_AUDIT)) or arrived != index + 1:
        raise StorageError("not every record of the audit arrived in the log; nothing was changed")


def _records(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """The records in order, the chain checked link by link."""
    number, previous = 0, _GENESIS
    while page := connection.execute(
        sa.select(_AUDIT).where(_AUDIT.c.seq > number).order_by(_AUDIT.c.seq).limit(_PAGE)
    ).all():
        for row in page:
            record = json.loads(row.payload)
            number += 1
            if (fault := _fault(row, record, number, previous)) is not None:
                raise StorageError(
                    f"the audit is broken at record {number}: {fault}. It is not moved into the log, and nothing was "
                    "changed: compare it with a backup first"
                )
            previous = record["hash"]
            yield record


def _fault(row: Any, record: Mapping[str, Any], number: int, previous: str) -> str | None:
    copies = (row.seq, row.actor, row.action, row.subject, bool(row.allowed))
    told = tuple(record[name] for name in ("number", "actor", "action", "subject", "permitted"))
    if row.seq != number:
        return "it is missing"
    if copies != told:
        return "its columns are not what it says"
    if record["previous"] != previous:
        return "it does not continue the record before it"
    payload = {name: value for name, value in record.items() if name != "hash"}
    if hashlib.sha256(canonical(payload)).hexdigest() != record["hash"]:
        return "its hash does not cover what it says"
    return None


def _moved(
    index: int,
    record: Mapping[str, Any],
    files: Mapping[str, str],
    counts: dict[str, int],
    frontier: dict[tuple[int, int], bytes],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of one entry, by table."""
    hidden = {name: {"salt": secrets.token_hex(32), "value": record[name]} for name in _HIDDEN}
    committed = {name: commitment(bytes.fromhex(one["salt"]), one["value"].encode()) for name, one in hidden.items()}
    holders = _holders(files, record["subject"])
    told = ("action", "actor", "agreements", "at", "audience", "counts", "member", "permitted", "purpose", "reasons")
    body = {name: record[name] for name in told} | {
        "commitments": {name: committed[name] for name in ("obligations", "request")},
        "datasets": sorted(holders),
        "foundation": {"hash": committed["hash"], "number": record["number"]},
        "period": None,
        "recipient": None,
        "subject": record["subject"],
        "table": "",
        "type": "decision",
    }
    text, salt = canonical(body), secrets.token_bytes(32)
    concerned = {*holders.values(), *({record["actor"], record["member"]} & _members(files))}
    opened = [(party, counts.get(party, 0) + 1, secrets.token_bytes(32)) for party in sorted(concerned)]
    counts |= {party: number for party, number, _ in opened}
    marks = sorted(mark(own, party, number) for party, number, own in opened)
    yield "entry", {"index": index, "commitment": (made := commitment(salt, text)), "marks": marks}
    for party, number, own in opened:
        yield "mark", {"party": party, "number": number, "index": index, "salt": own.hex()}
    yield (
        "text",
        {
            "index": index,
            "at": dt.datetime.fromisoformat(record["at"]),
            "actor": record["actor"],
            "action": record["action"],
            "subject": record["subject"],
            "permitted": record["permitted"],
            "salt": salt.hex(),
            "text": text.decode(),
            "hidden": hidden,
        },
    )
    whole = list(grown(index, leaf(made, marks), lambda level, place: frontier.pop((level, place))))
    yield from (("node", {"level": level, "place": place, "hash": hashed}) for level, place, hashed in whole)
    level, place, hashed = whole[-1]  # only the largest whole subtree is ever asked for again
    frontier[level, place] = hashed


def _write(connection: sa.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    tables = {"entry": _ENTRY, "text": _TEXT, "mark": _MARK, "node": _NODE}
    for name, table in tables.items():
        if rows[name]:
            connection.execute(sa.insert(table), rows[name])
        rows[name] = []


def _editions(connection: sa.Connection) -> list[tuple[dt.datetime, Mapping[str, str]]]:
    """The commons' documents as they were loaded, oldest first."""
    found = connection.execute(sa.select(_EDITION).order_by(_EDITION.c.id)).all()
    return [
        (row.loaded_at if row.loaded_at.tzinfo else row.loaded_at.replace(tzinfo=dt.UTC), row.files) for row in found
    ]


def _in_force(editions: Iterable[tuple[dt.datetime, Mapping[str, str]]], at: dt.datetime) -> Mapping[str, str]:
    """The documents that were in force at an instant; the first ones for what is older."""
    loaded = list(editions)
    earlier = [files for loaded_at, files in loaded if loaded_at <= at]
    return earlier[-1] if earlier else loaded[0][1] if loaded else {}


def _holders(files: Mapping[str, str], subject: str) -> dict[str, str]:
    """The datasets that a subject joins, with their holders."""
    datasets, cubes = _document(files, "datasets"), _document(files, "cubes")
    joined = {name for edition in cubes.get(subject, {}).get("editions", ()) for name in edition["datasets"]}
    return {name: datasets[name]["holder"] for name in joined or {subject} if name in datasets}


def _members(files: Mapping[str, str]) -> set[str]:
    return set(_document(files, "members").get("members", ()))


def _document(files: Mapping[str, str], name: str) -> dict[str, Any]:
    text = next((text for path, text in files.items() if path in (f"{name}.yaml", f"{name}.yml")), "")
    return _read(text)


@lru_cache(maxsize=8)
def _read(text: str) -> dict[str, Any]:
    return yaml.safe_load(text) or {}
