"""The log in the records: an entry is appended with its marks and with the tree's nodes that become whole by it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from governance.log.entry import SALT_BYTES, Entry, commitment, leaf, mark
from governance.log.merkle import Nodes, grown
from hub.records.models import Base, LogEntry, LogMark, LogNode, LogText

_PAGE = 1_000
#: How many nodes one query asks for: two variables each, of which SQLite takes 32,766.
_MOST_NODES = 10_000
#: Of a decision's id, in hexadecimal: enough for billions of entries.
ID_DIGITS = 16


def size(session: Session) -> int:
    """How many entries the log has."""
    newest = session.scalar(select(func.max(LogEntry.index)))
    return 0 if newest is None else newest + 1


def append(session: Session, entry: Entry, *, randomness: Callable[[int], bytes] = secrets.token_bytes) -> int:
    """Write an entry at the end of the log; answers with its place, counted from 0.

    Only within `Records.write`: writers come one after the other, so no place and no party's number is given twice.
    """
    index = size(session)
    text, salt = entry.text(), randomness(SALT_BYTES)
    counts = _counts(session, entry.parties)
    marks = [_marked(party, counts.get(party, 0) + 1, index, randomness(SALT_BYTES)) for party in sorted(entry.parties)]
    committed = commitment(salt, text)
    ordered = sorted(made for made, _ in marks)
    searched = {name: getattr(entry, name) for name in ("at", "actor", "action", "subject", "permitted")}
    told = {"index": index, "salt": salt.hex(), "text": text.decode(), "hidden": dict(entry.hidden)}
    grew = grown(index, leaf(committed, ordered), lookup(session, _beside(index)))
    # Some ten rows an entry: plain inserts, for the session need not remember any of them.
    _insert(session, LogEntry, [{"index": index, "commitment": committed, "marks": ordered}])
    _insert(session, LogText, [searched | told])
    _insert(session, LogMark, [row for _, row in marks])
    _insert(session, LogNode, [{"level": level, "place": place, "hash": hashed} for level, place, hashed in grew])
    return index


def decision_id(session: Session, index: int) -> str:
    """A name of an entry that tells nothing of how much is logged: the first 16 digits of its commitment.

    Raises:
        KeyError: the log has no such entry.
    """
    committed = session.scalar(select(LogEntry.commitment).where(LogEntry.index == index))
    if committed is None:
        raise KeyError(index)
    return committed[:ID_DIGITS]


def found(session: Session, name: str) -> int | None:
    """The place of the entry of that `decision_id`; None when there is none."""
    most = name + "f" * (64 - len(name))
    query = select(LogEntry.index).where(LogEntry.commitment >= name, LogEntry.commitment <= most).limit(1)
    return session.scalar(query) if len(name) >= ID_DIGITS else None


def node(session: Session, level: int, place: int) -> bytes:
    """The hash of a kept node.

    Raises:
        KeyError: the tree has no such node yet.
    """
    return nodes(session, [(level, place)])[level, place]


def nodes(session: Session, wanted: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
    """The hashes of kept nodes; in one query, unless there are many thousands.

    Raises:
        KeyError: the tree has one of them not, or not yet.
    """
    names = sorted(set(wanted))
    kept: dict[tuple[int, int], bytes] = {}
    for begin in range(0, len(names), _MOST_NODES):
        kept |= _nodes(session, names[begin : begin + _MOST_NODES])
    if len(kept) != len(names):
        raise KeyError(next(name for name in names if name not in kept))
    return kept


def _nodes(session: Session, names: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    # In the driver's own words: of an IN of pairs SQLite reads the whole table, and to put twenty conditions together
    # takes SQLAlchemy longer than the database needs to answer. CROSS JOIN: SQLite then goes from the pairs to the key.
    pair = "(?, ?)" if session.get_bind().dialect.name == "sqlite" else "(%s, %s)"
    query = (
        f"WITH wanted (level, place) AS (VALUES {', '.join([pair] * len(names))}) "  # noqa: S608 - marks alone
        "SELECT node.level, node.place, node.hash FROM wanted CROSS JOIN log_node AS node "
        "WHERE node.level = wanted.level AND node.place = wanted.place"
    )
    rows = session.connection().exec_driver_sql(query, tuple(number for name in names for number in name))
    return {(level, place): bytes(hashed) for level, place, hashed in rows}


def lookup(session: Session, wanted: Iterable[tuple[int, int]]) -> Nodes:
    """Kept nodes, fetched in one query, as the proofs ask for them.

    Raises:
        KeyError: the tree has one of them not, or not yet.
    """
    kept = nodes(session, wanted)
    return lambda level, place: kept[level, place]


def texts(session: Session, *, after: int = -1) -> Iterator[LogText]:
    """The texts that were not erased, in the order of the log, a page at a time."""
    while True:
        query = select(LogText).where(LogText.index > after).order_by(LogText.index).limit(_PAGE)
        page = list(session.scalars(query))
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].index
        session.expunge_all()


def _beside(index: int) -> list[tuple[int, int]]:
    """The kept nodes that become whole with the leaf `index`: level, place."""
    found, level = [], 0
    while index >> level & 1:
        found.append((level, (index >> level) - 1))
        level += 1
    return found


def _counts(session: Session, parties: Iterable[str]) -> Mapping[str, int]:
    """How many entries each party has; a maximum each, for the index answers that at once and no grouping."""
    names = sorted(parties)
    if not names:
        return {}
    each = [select(func.max(LogMark.number)).where(LogMark.party == name).scalar_subquery() for name in names]
    return dict(zip(names, (count or 0 for count in session.execute(select(*each)).one()), strict=True))


def _marked(party: str, number: int, index: int, salt: bytes) -> tuple[str, dict[str, Any]]:
    return mark(salt, party, number), {"party": party, "number": number, "index": index, "salt": salt.hex()}


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(model.metadata.tables[model.__tablename__]), rows)
