"""The log in the records: an entry is appended with its marks and with the tree's nodes that become whole by it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.log.entry import Entry, commitment, leaf, mark
from governance.log.merkle import grown
from hub.records.models import LogEntry, LogMark, LogNode, LogText

SALT_BYTES = 32
_PAGE = 1_000


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
    marks = [_marked(session, party, index, randomness(SALT_BYTES)) for party in sorted(entry.parties)]
    committed = commitment(salt, text)
    ordered = sorted(made for made, _ in marks)
    session.add(LogEntry(index=index, commitment=committed, marks=ordered))
    session.flush()
    session.add_all(row for _, row in marks)
    session.add(
        LogText(
            index=index,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            permitted=entry.permitted,
            salt=salt.hex(),
            text=text.decode(),
            hidden=dict(entry.hidden),
        )
    )
    session.add_all(
        LogNode(level=level, place=place, hash=hashed)
        for level, place, hashed in grown(
            index, leaf(committed, ordered), lambda level, place: node(session, level, place)
        )
    )
    session.flush()
    return index


def node(session: Session, level: int, place: int) -> bytes:
    """The hash of a kept node.

    Raises:
        KeyError: the tree has no such node yet.
    """
    found = session.scalar(select(LogNode.hash).where(LogNode.level == level, LogNode.place == place))
    if found is None:
        raise KeyError((level, place))
    return found


def _marked(session: Session, party: str, index: int, salt: bytes) -> tuple[str, LogMark]:
    last = session.scalar(select(func.max(LogMark.number)).where(LogMark.party == party))
    number = (last or 0) + 1
    return mark(salt, party, number), LogMark(party=party, number=number, index=index, salt=salt.hex())


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
