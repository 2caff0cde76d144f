"""The difference of two kept versions of a timetable or a GBFS system, asked for by hand or published with the newer.

It is made where the archives are: of timetables from the archives as they came, of systems from their tables. The web
serves what was published and makes none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from feeds.errors import FeedError
from feeds.gbfs import read as read_system
from feeds.gbfs.diff import System, system
from feeds.gbfs.diff import diff as diff_systems
from feeds.gtfs.diff import Side, Wish, diff
from hub.errors import BadRequest, NotFound
from hub.records import feeds as feed_records
from hub.records import releases as release_records
from hub.records.models import Feed, Version
from hub.services import manifest
from hub.services.back import Back
from hub.services.catalogue import published_for
from hub.services.commons import current_world
from hub.services.detect import detect

#: The part of a version that says what it changed.
PART: Final = "difference"
CURRENT: Final = "current"
_GTFS, _GBFS = "gtfs", "gbfs"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def between(back: Back, slug: str, base: str, new: str, wish: Wish) -> dict[str, Any]:
    """The difference of two versions of a feed, each named by its number, by a day or as ``current``.

    A day means the version that was kept at the end of that local day.

    Raises:
        NotFound: no such feed or version, or its archive is not kept.
        BadRequest: the feed is no timetable and no GBFS system, or a name means no version.
        FeedError: an archive cannot be opened any more.
    """
    with back.front.records.read() as session:
        feed = feed_records.feed(session, slug)
        versions = [_chosen(back, session, feed, name) for name in (base, new)]
    with back.vault.stage() as work:
        return _difference(back, versions[0], versions[1], wish, work)


def of_archives(back: Back, base: Path, new: Path, wish: Wish) -> dict[str, Any]:
    """The difference of two archives (or folders) that no feed has to know.

    Raises:
        FeedError: one of them cannot be opened as a timetable, or as a folder or ``gbfs.json`` of a system.
    """
    if all(map(_is_system, (base, new))):
        return _of_folders(back, base, new, wish)
    sides = [Side(path, path.name, dt.datetime.fromtimestamp(_changed_at(path), dt.UTC)) for path in (base, new)]
    with back.vault.stage() as work:
        return diff(sides[0], sides[1], wish, into=work, limits=back.limits)


def published(back: Back, version: Version, account: manifest.Manifest, work: Path) -> bytes | None:
    """What a version that is being published changed, as JSON; None where it may not or cannot be told.

    It repeats rows of the version before, so that one must be out for the same readers.
    """
    if account.standard not in (_GTFS, _GBFS) or version.number == 1:
        return None
    world, now = current_world(back.front), back.front.clock()
    audience = published_for(world, version.feed_slug, now).value
    with back.front.records.read() as session:
        try:
            before = feed_records.version(session, version.feed_slug, version.number - 1)
            release_records.part_of_version(session, before.id, "archive", audience=audience)
        except NotFound:
            return None
    folder = work / PART
    folder.mkdir()
    try:
        return orjson.dumps(_difference(back, before, version, Wish(version.ingested_at), folder))
    except (FeedError, NotFound):  # the earlier archive is not kept any more, or larger than what is read today
        return None


def _difference(back: Back, base: Version, new: Version, wish: Wish, work: Path) -> dict[str, Any]:
    accounts = [manifest.read(back.vault, one.feed_slug, one.digest) for one in (base, new)]
    standards = {account.standard for account in accounts}
    if standards == {_GBFS}:
        systems = [system(back.vault.tables(one.feed_slug, one.digest)) for one in (base, new)]
        names = [(_name(back, one), one.ingested_at) for one in (base, new)]
        return _of_systems(systems, names, wish)
    if standards != {_GTFS}:
        told = " and ".join(sorted(one.upper() for one in standards))
        raise BadRequest(f"{new.feed_slug} is {told}; differences are made of GTFS and of GBFS")
    sides = [
        Side(back.vault.raw(account.raw_digest), _name(back, one), one.ingested_at)
        for account, one in zip(accounts, (base, new), strict=True)
    ]
    return diff(sides[0], sides[1], wish, into=work, limits=back.limits)


def _is_system(path: Path) -> bool:
    try:
        return detect(path) == _GBFS
    except FeedError:
        return False


def _of_folders(back: Back, base: Path, new: Path, wish: Wish) -> dict[str, Any]:
    with back.vault.stage() as work:
        systems = []
        for side, path in (("base", base), ("new", new)):
            (work / side).mkdir()
            systems.append(system(read_system(path, work / side, limits=back.limits).tables))
    names = [(path.name, dt.datetime.fromtimestamp(_changed_at(path), dt.UTC)) for path in (base, new)]
    return _of_systems(systems, names, wish)


def _of_systems(systems: Sequence[System], names: Sequence[tuple[str, dt.datetime]], wish: Wish) -> dict[str, Any]:
    called = (names[0], names[1])
    return diff_systems(systems[0], systems[1], now=wish.now, names=called, cap=wish.cap, moved_m=wish.moved_m)


def _name(back: Back, version: Version) -> str:
    return f"{back.front.public_url}/api/v1/feeds/{version.feed_slug}/versions/{version.number}/files/archive"


def _chosen(back: Back, session: Session, feed: Feed, name: str) -> Version:
    if _NUMBER.fullmatch(name):
        return feed_records.version(session, feed.slug, int(name))
    if name == CURRENT:
        found = session.get(Version, feed.current_id or 0)
    else:
        found = _as_of(back, session, feed.slug, _day(name))
    if found is None:
        raise NotFound(f"feed {feed.slug!r} has no good version" + ("" if name == CURRENT else f" of {name}"))
    return found


def _day(name: str) -> dt.date:
    try:
        if _DAY.fullmatch(name):
            return dt.date.fromisoformat(name)
    except ValueError:
        pass
    raise BadRequest(f"{name!r} names no version: a number, a day such as 2026-03-01, or current")


def _as_of(back: Back, session: Session, slug: str, day: dt.date) -> Version | None:
    end = current_world(back.front).end_of(day + dt.timedelta(days=1))
    versions = feed_records.versions(session, slug, most=None)
    return next((one for one in versions if one.ingested_at < end), None)


def _changed_at(path: Path) -> float:
    # Of a path nobody knows when it was obtained; when it was last written comes nearest.
    return path.stat().st_mtime if path.exists() else 0.0
