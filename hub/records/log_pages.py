"""Reading the log page by page: everything that shows that an entry is what was logged. A page is a short read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.log.export import Opening
from hub.records.models import LogEntry, LogMark, LogNode, LogText

PAGE = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry with what opens it. `text` None: erased, or lost, or `shut` to a reader whom it does not concern."""

    index: int
    commitment: str
    marks: list[str]
    openings: tuple[Opening, ...]
    text: LogText | None
    shut: bool = False


def own_page(session: Session, member: str, *, after: int, size: int, most: int = PAGE) -> list[Opened]:
    """The next of a member's entries in the first `size` of the log, by its own count."""
    query = select(LogMark, LogEntry, LogText).join(LogEntry, LogEntry.index == LogMark.index)
    query = query.join(LogText, LogText.index == LogMark.index, isouter=True)
    query = query.where(LogMark.party == member, LogMark.number > after, LogMark.index < size)
    rows = session.execute(query.order_by(LogMark.number).limit(most)).all()
    return [_opened(entry, text, [mark]) for mark, entry, text in rows]


def newest_page(session: Session, member: str | None, *, before: int | None, most: int) -> list[Opened]:
    """The newest entries, a member's or (None) all, newest first, before a place in the log."""
    query = select(LogEntry, LogText).join(LogText, LogText.index == LogEntry.index, isouter=True)
    if member is not None:
        query = query.join(LogMark, (LogMark.index == LogEntry.index) & (LogMark.party == member))
    if before is not None:
        query = query.where(LogEntry.index < before)
    rows = session.execute(query.order_by(LogEntry.index.desc()).limit(most)).all()
    marks = _marks(session, [entry.index for entry, _ in rows])
    mine = [(entry, text, marks.get(entry.index, [])) for entry, text in rows]
    return [_opened(entry, text, [one for one in of if member in (None, one.party)]) for entry, text, of in mine]


def page(session: Session, *, begin: int, most: int = PAGE) -> list[Opened]:
    """The entries of the log from a place on."""
    query = select(LogEntry, LogText).join(LogText, LogText.index == LogEntry.index, isouter=True)
    rows = session.execute(query.where(LogEntry.index >= begin).order_by(LogEntry.index).limit(most)).all()
    marks = _marks(session, [entry.index for entry, _ in rows])
    return [_opened(entry, text, marks.get(entry.index, [])) for entry, text in rows]


def pages(session: Session) -> Iterator[list[Opened]]:
    """The whole log as one session sees it, in its order."""
    begin = 0
    while found := page(session, begin=begin):
        yield found
        begin = found[-1].index + 1
        session.expunge_all()


def whole_nodes(session: Session, *, begin: int, end: int) -> Mapping[tuple[int, int], bytes]:
    """The kept nodes that become whole with the leaves from `begin` up to `end`."""
    kept: dict[tuple[int, int], bytes] = {}
    for level in range(end.bit_length()):
        places = (LogNode.place >= begin >> level, LogNode.place < end >> level)
        query = select(LogNode.place, LogNode.hash).where(LogNode.level == level, *places)
        kept |= {(level, place): bytes(hashed) for place, hashed in session.execute(query)}
    return kept


def _marks(session: Session, indexes: list[int]) -> dict[int, list[LogMark]]:
    found: dict[int, list[LogMark]] = {}
    query = select(LogMark).where(LogMark.index.in_(indexes)).order_by(LogMark.party, LogMark.number)
    for mark in session.scalars(query):
        found.setdefault(mark.index, []).append(mark)
    return found


def _opened(entry: LogEntry, text: LogText | None, marks: list[LogMark]) -> Opened:
    openings = tuple(Opening(one.party, one.number, one.salt) for one in marks)
    return Opened(entry.index, entry.commitment, list(entry.marks), openings, text)
