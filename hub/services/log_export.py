"""A member's own entries as a file that verifies by itself (`governance.log.export`), written as it is read."""

from __future__ import annotations

from collections.abc import Iterator

from governance.log import export
from governance.log.checkpoint import read_checkpoint
from governance.log.export import line
from governance.log.proofs import inclusion_ranges, nodes_of, proof
from hub.records import checkpoints as checkpoint_records
from hub.records import log as log_records
from hub.records import log_pages
from hub.records.log_pages import Opened
from hub.services.front import Front
from hub.services.log_discretion import discreet
from hub.services.log_proofs import Signed, consistency_path, signed


def exported(
    front: Front, member: str | None, *, after: int = 0, since: int | None = None, reader: str = ""
) -> Iterator[bytes]:
    """The lines of a member's export (None: of every entry, for the secretariat), up to the newest checkpoint.

    `reader`: who takes every entry through the web, where texts among others stay shut (`log_discretion`).
    `after`: only entries after so many of its own. `since`: the size of an earlier checkpoint from which the log is
    shown to go on; if not said, the last one that the member cosigned. What may be refused is refused at once; the
    lines then come page by page.

    Raises:
        Conflict: there is no checkpoint yet.
        BadRequest: there is none of the size `since`.
    """
    with front.records.read() as session:
        newest = signed(session)
        size = newest.row.size
        last = checkpoint_records.last_cosigned(session, member, most=size) if member and since is None else None
        earlier = since if since is not None else last.size if last is not None else size
        before = signed(session, size=earlier) if earlier not in (0, size) else None
        path = consistency_path(session, earlier, size)
    checkpoint, _ = read_checkpoint(newest.note)
    head = [export.header(origin=checkpoint.origin, key=newest.row.key, member=member or "", after=after)]
    head += [export.checkpoint(one.note, one.witnesses) for one in (before, newest) if one is not None]
    head += [export.consistency(earlier, size, path)] if before is not None else []
    return _lines(front, [line(item) for item in head], newest, member=member, after=after, reader=reader)


def _lines(
    front: Front, head: list[bytes], newest: Signed, *, member: str | None, after: int, reader: str
) -> Iterator[bytes]:
    yield from head
    count = 0
    pages = _own_pages(front, member, newest.row.size, after) if member else _all_pages(front, newest.row.size, reader)
    for page in pages:
        yield from page
        count += len(page)
    yield line(export.end(count))


def _own_pages(front: Front, member: str, size: int, after: int) -> Iterator[list[bytes]]:
    # The log only grows, so each page may be a read of its own: no reader holds a state of the database for long.
    while True:
        with front.records.read() as session:
            page = log_pages.own_page(session, member, after=after, size=size, most=log_pages.PAGE)
            ranges = [inclusion_ranges(one.index, size) for one in page]
            kept = log_records.lookup(session, (node for each in ranges for node in nodes_of(each)))
        paths = [proof(each, kept) for each in ranges]
        yield [_entry(one, path) for one, path in zip(page, paths, strict=True)]
        if len(page) < log_pages.PAGE:
            return
        after = page[-1].openings[0].number


def _all_pages(front: Front, size: int, reader: str) -> Iterator[list[bytes]]:
    begin = 0
    while begin < size:
        with front.records.read() as session:
            page = log_pages.page(session, begin=begin, most=min(log_pages.PAGE, size - begin))
        yield [_entry(discreet(one, reader) if reader else one, []) for one in page]
        if not page:
            return
        begin = page[-1].index + 1


def _entry(one: Opened, path: list[bytes]) -> bytes:
    opened = (one.text.salt, one.text.text) if one.text is not None else None
    return line(
        export.entry(
            one.index,
            one.commitment,
            one.marks,
            openings=one.openings,
            opened=opened,
            path=path,
            shut=one.shut,
        )
    )
