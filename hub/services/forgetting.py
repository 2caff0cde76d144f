"""Let go of what is kept no longer than was agreed (`hub.services.retention`): rows first, files after, and both.

What is to go is noted in the vault before the first row goes, and the note goes last: a kill on the way leaves content
that no row leads to, and the next run takes up the note. Of a version the row stays, with its number, verdict and
findings: it says that there was one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from governance.datasets import Standard
from hub.records import held as held_records
from hub.records.models import Feed, Release, Version
from hub.services.access import MERGED
from hub.services.back import Back
from hub.services.catalogue import DIFFERENCE
from hub.services.registry_entries import world_or_none
from hub.services.retention import over

log = logging.getLogger(__name__)

_FOLDER: Final = "forgetting"


@dataclass(frozen=True, slots=True)
class _Going:
    """What of one feed is on its way out: digests of tables, of archives as they came, of released objects."""

    tables: tuple[str, ...]
    raw: tuple[str, ...]
    released: tuple[str, ...]


def forget(back: Back) -> dict[str, int]:
    """Remove the content of every version that is over; answers with how many, by feed. Done again, it changes nothing.

    Of operator data the files go as they came, and the records stay: a joint number is audited over the records of all
    that went out before. Nothing of a feed goes while a prohibition about it lasts.
    """
    world = world_or_none(back.front)
    if world is None:
        return {}
    for name in back.vault.notes(_FOLDER):
        _finish(back, name.removesuffix(".json"))
    done = {slug: _forget(back, slug, sealed=one.standard is Standard.MDS) for slug, one in world.datasets.items()}
    return {slug: count for slug, count in sorted(done.items()) if count}


def _forget(back: Back, slug: str, *, sealed: bool) -> int:
    front = back.front
    # In the feed's turn: what comes again meanwhile is read after it, and kept anew.
    with back.vault.turn_of(slug):
        with front.records.read() as session:
            gone = [one for one in over(front, session, slug, front.clock()) if _is_there(back, session, one, sealed)]
            if not gone:
                return 0
            going = _going(session, gone, sealed=sealed)
        back.vault.keep_note(_FOLDER, f"{slug}.json", json.dumps(asdict(going)).encode())
        if not sealed:
            with front.records.write() as session:
                _forget_rows(session, slug, {one.id for one in gone})
        _finish_in_turn(back, slug)
    log.info("%s: the content of %d versions is kept no longer", slug, len(gone))
    return len(gone)


def _is_there(back: Back, session: Session, version: Version, sealed: bool) -> bool:
    """Whether anything of a version is left that is to go."""
    if sealed:
        return back.vault.holds_raw(version.raw_digest)
    rows = select(func.count()).select_from(Release).where(Release.version_id == version.id)
    return bool(back.vault.tables(version.feed_slug, version.digest) or session.scalar(rows))


def _going(session: Session, gone: Collection[Version], *, sealed: bool) -> _Going:
    ids = {one.id for one in gone}
    # Two versions may be of one archive: it goes with the last of them.
    raw = {one.raw_digest for one in gone}
    others = select(Version.raw_digest).where(Version.raw_digest.in_(raw), Version.id.not_in(ids))
    raw -= set(session.scalars(others))
    if sealed:
        return _Going((), tuple(sorted(raw)), ())
    released = sorted({row.digest for row in _rows(session, ids)})
    return _Going(tuple(sorted(one.digest for one in gone)), tuple(sorted(raw)), tuple(released))


def _rows(session: Session, ids: Collection[int]) -> list[Release]:
    """The releases of some versions, what the next version changed of them (it repeats their rows), and the merged
    timetables that were made of them.
    """
    own = list(session.scalars(select(Release).where(Release.version_id.in_(ids))))
    inputs = {row.id for row in own}
    merged = session.scalars(select(Release).where(Release.kind == MERGED))
    gone, following = aliased(Version), aliased(Version)
    is_next = (following.feed_slug == gone.feed_slug) & (following.number == gone.number + 1)
    next_ones = select(following.id).join(gone, is_next).where(gone.id.in_(ids))
    differences = select(Release).where(
        Release.part == DIFFERENCE, Release.version_id.in_(next_ones), Release.version_id.not_in(ids)
    )
    return [
        *own,
        *session.scalars(differences),
        *(row for row in merged if inputs & set(row.edition["inputs"].values())),
    ]


def _forget_rows(session: Session, slug: str, ids: Collection[int]) -> None:
    named = [row.id for row in _rows(session, ids)]
    session.execute(delete(Release).where(Release.id.in_(named)))
    feed = session.get(Feed, slug)
    if feed is not None and feed.current_id in ids:
        held_records.forget(session, slug)  # else the answer "it is still what you have" would be about nothing


def _finish(back: Back, slug: str) -> None:
    with back.vault.turn_of(slug):
        _finish_in_turn(back, slug)


def _finish_in_turn(back: Back, slug: str) -> None:
    """Remove the files of a note, and then the note; but nothing that a row speaks of again, or still."""
    content = back.vault.note(_FOLDER, f"{slug}.json")
    if content is None:
        return
    going = _Going(**{name: tuple(digests) for name, digests in json.loads(content).items()})
    # A writer's session: nobody writes a row about a file between the look and its end.
    with back.front.records.write() as session:
        gone = over(back.front, session, slug, back.front.clock())
        named = set(session.scalars(select(Release.digest).where(Release.digest.in_(going.released))))
        ids = {one.id for one in gone}
        spoken_of = Version.raw_digest.in_(going.raw) & Version.id.not_in(ids)
        kept = set(session.scalars(select(Version.raw_digest).where(spoken_of)))
        for digest in set(going.released) - named:
            back.front.released.forget(digest)
        for digest in {one.digest for one in gone} & set(going.tables):
            back.vault.forget_tables(slug, digest)
        for digest in set(going.raw) - kept:
            back.vault.forget_raw(digest)
    back.vault.drop_note(_FOLDER, f"{slug}.json")
