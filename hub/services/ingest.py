"""Take a feed in: obtain, tell apart, read, check, put in zones, keep, write down. All of it or nothing.

The order matters to whoever pulls the plug: the vault's files are written and synced under their final names before
the row that speaks of them is committed, and the row is the only thing that makes a version exist.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars
from sqlalchemy.orm import Session

from feeds.catalogues.slugs import SLUG_RULE, is_slug
from feeds.errors import FeedError
from feeds.findings import Report, merge, not_told_by
from feeds.reading import Reading
from hub.errors import BadRequest, Conflict, HubError, NotFound, StorageError
from hub.records import feeds as feed_records
from hub.records.models import Feed, Version
from hub.services.back import Back
from hub.services.detect import detect
from hub.services.errands import Errands, errands_of
from hub.services.manifest import FILE as MANIFEST
from hub.services.manifest import Manifest, for_the_records, manifest_of
from hub.services.manifest import read as read_manifest
from hub.services.manifest import write as write_manifest
from hub.services.obtain import Obtained, is_url, obtain, shown_source
from hub.services.prepare import bounds_of, iris, must_speak_for_itself, only_new_records, place_in_zones, territory
from hub.services.standards import STANDARDS, Terms


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of an attempt: the version, whether it is a new one, and the vault's own account of it."""

    version: Version
    is_new: bool
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A feed at the door: which it is, where it came from, when, and the work folder to deal with it."""

    slug: str
    source: str
    now: dt.datetime
    work: Path
    errands: Errands
    #: What the records say of where it came from.
    told: str
    #: What was found otherwise than by looking at the source.
    beside: Report


def ingest(
    back: Back,
    source: str,
    *,
    slug: str,
    standard: str | None = None,
    told: str | None = None,
    beside: Report | None = None,
) -> Ingested:
    """Take `source` (a path or a URL) in as the next version of the feed `slug`.

    `told` is what the records say of where it came from, where that is not `source` itself; `beside` is what was found
    of it otherwise.

    Raises:
        FeedError: the feed is refused; the last good version stays.
        HubError: it could not be fetched or kept.
    """
    if not is_slug(slug):
        raise BadRequest(f"{slug!r} is no slug: {SLUG_RULE}")
    now, told = back.front.clock(), told or shown_source(source)
    try:
        with back.vault.stage() as work, _engine_faults():
            errands = errands_of(back, slug, source, now=now)
            return _take(back, _Arrival(slug, source, now, work, errands, told, beside or Report()), standard)
    except (FeedError, HubError) as fault:
        outcome = "failed"
        if isinstance(fault, FeedError):
            outcome = "refused"
            # What is wrong with the source as a whole is said of the source.
            fault.file = fault.file or told
        with back.front.records.write() as session:
            feed_records.add_attempt(session, slug, at=now, source=told, outcome=outcome, error=str(fault))
        raise


def _take(back: Back, arrival: _Arrival, standard: str | None) -> Ingested:
    back.progress("obtaining", 0, 0)
    came = _obtained(back, arrival)
    if came.unchanged:
        return _unchanged(back, arrival)
    kind = standard or detect(came.path)
    # One at a time: what is new in a batch depends on the batches before it.
    with back.vault.turn_of(arrival.slug):
        return _take_in_turn(back, arrival, came, kind)


def _obtained(back: Back, arrival: _Arrival) -> Obtained:
    try:
        return obtain(arrival.errands, arrival.source, arrival.work, current=lambda: _current_archive(back, arrival))
    finally:
        arrival.errands.write_log(back.front.records)


def _current_archive(back: Back, arrival: _Arrival) -> Path | None:
    with back.front.records.read() as session:
        feed = session.get(Feed, arrival.slug)
        current = session.get(Version, feed.current_id) if feed and feed.current_id else None
    try:
        return back.vault.raw(current.raw_digest) if current else None
    except NotFound:
        return None


def _unchanged(back: Back, arrival: _Arrival) -> Ingested:
    """Its server says that the current version is still its answer: nothing is read."""
    with back.front.records.write() as session:
        current = session.get_one(Version, feed_records.feed(session, arrival.slug).current_id)
        _note(session, arrival, "unchanged", current.id)
    return Ingested(current, is_new=False, manifest=read_manifest(back.vault, arrival.slug, current.digest))


def _take_in_turn(back: Back, arrival: _Arrival, came: Obtained, kind: str) -> Ingested:
    local = came.path
    _must_speak_the_same(back, arrival.slug, kind)
    digest = STANDARDS[kind].digest(local)
    known = _known(back, arrival, digest)
    if known is not None:
        return known
    tables = arrival.work / "tables"
    tables.mkdir()
    reading, report = _judge(back, arrival, kind, local, tables)
    report = merge([Report(findings=came.findings), report, arrival.beside])
    back.progress("keeping", 0, 0)
    raw = back.vault.keep_raw(local, arrival.work)
    account = manifest_of(arrival.slug, kind, digest=digest, raw_digest=raw.digest, reading=reading, report=report)
    write_manifest(account, tables)
    back.vault.keep_tables(arrival.slug, digest, tables)
    if STANDARDS[kind].sensitive:
        reading, report = for_the_records(reading, report)
    with back.front.records.write() as session:
        version = _version(session, arrival, account, reading, report)
        _note(session, arrival, "new", version.id)
    return Ingested(version, is_new=True, manifest=account)


def _version(session: Session, arrival: _Arrival, account: Manifest, reading: Reading, report: Report) -> Version:
    """A new version; or the one that had this very content, whose content was kept no longer and is here again."""
    feed = _feed(session, arrival, account.standard)
    known = feed_records.with_digest(session, arrival.slug, account.digest)
    if known is not None:
        known.raw_digest, feed.current_id = account.raw_digest, known.id
        return known
    return feed_records.add_version(
        session,
        feed,
        digest=account.digest,
        raw_digest=account.raw_digest,
        source=arrival.told,
        at=arrival.now,
        reading=reading,
        report=report,
    )


def _judge(back: Back, arrival: _Arrival, kind: str, local: Path, tables: Path) -> tuple[Reading, Report]:
    how = STANDARDS[kind]
    communes = territory(back.zones)
    terms = Terms(
        at=arrival.now,
        timezone=back.timezone,
        limits=back.limits,
        check_s=back.check_s,
        check_memory=back.check_memory,
        bounds=bounds_of(communes),
    )
    back.progress("reading", 0, 0)
    reading = how.read(local, tables, terms)
    back.progress("checking", 0, 0)
    checked = how.check(local, reading, terms)
    report = merge([not_told_by(checked, reading.findings), checked])
    if how.sensitive:
        must_speak_for_itself(back, arrival.slug, reading)
    reading, late = only_new_records(back, arrival.slug, reading, how.key)
    back.progress("placing in zones", 0, 0)
    place_in_zones(reading, how.points, communes, iris(back.zones))
    return reading, merge([report, late])


@contextmanager
def _engine_faults() -> Iterator[None]:
    # The engines tell a full disk or too little memory in errors of their own.
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException, polars.exceptions.ComputeError) as fault:
        raise StorageError(f"the engine ran out of room: {str(fault).splitlines()[0]}; nothing was changed") from fault


def _must_speak_the_same(back: Back, slug: str, kind: str) -> None:
    with back.front.records.read() as session:
        feed = session.get(Feed, slug)
    if feed is not None and feed.standard != kind:
        raise Conflict(f"feed {slug!r} is a {feed.standard.upper()} feed, and this is {kind.upper()}")


def _known(back: Back, arrival: _Arrival, digest: str) -> Ingested | None:
    with back.front.records.write() as session:
        known = feed_records.with_digest(session, arrival.slug, digest)
        if known is None or not back.vault.beside_tables(arrival.slug, digest, MANIFEST).is_file():
            return None  # or kept no longer than was agreed: it is read again
        _note(session, arrival, "unchanged", known.id)
        feed_records.feed(session, arrival.slug).current_id = known.id
    return Ingested(known, is_new=False, manifest=read_manifest(back.vault, arrival.slug, digest))


def _feed(session: Session, arrival: _Arrival, kind: str) -> Feed:
    feed = session.get(Feed, arrival.slug)
    if feed is None:
        feed = Feed(slug=arrival.slug, standard=kind, created_at=arrival.now)
        session.add(feed)
    # A URL that carries a user, a password or a query may hold a credential; such a one is not written down.
    if is_url(arrival.source) and shown_source(arrival.source) == arrival.source:
        feed.url = arrival.source
    return feed


def _note(session: Session, arrival: _Arrival, outcome: str, version_id: int) -> None:
    arrival.errands.keep(session)
    feed_records.add_attempt(
        session,
        arrival.slug,
        at=arrival.now,
        source=arrival.told,
        outcome=outcome,
        version_id=version_id,
    )
