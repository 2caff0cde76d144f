"""One contract for the records, on SQLite and on PostgreSQL: what goes in comes out, whole, one writer at a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from feeds.findings import Finding, Report, Severity
from feeds.reading import Reading
from hub.errors import Conflict, NotFound, StorageError
from hub.records import Records, commons, connect, feeds, keys, releases
from hub.records.models import ApiKey, Attempt, Feed, FindingRow, Release, Version
from hub.records.text import storable

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PARIS = dt.timezone(dt.timedelta(hours=2))
READING = Reading(standard="gtfs", version="1", tables={}, rows={"stops": 12}, facts={"timezone": "Europe/Paris"})
REPORT = Report(validators={"gtfs-guru": "1.0.0"}, validation_date=NOON.date())


def a_feed(slug: str = "bus") -> Feed:
    return Feed(slug=slug, standard="gtfs", created_at=NOON)


def a_release(number: str, **changes: object) -> Release:
    values = {"kind": "open", "subject": "bus", "part": "archive", "audience": "open", "edition": [], "digest": "d"}
    values |= {"size": 1, "media_type": "text/csv", "file_name": "x.csv", "created_at": NOON, "agreements": []}
    return Release(id=number, **values | {"obligations": {}, "facts": {}} | changes)


def add_version(records: Records, digest: str, *, report: Report = REPORT, reading: Reading = READING) -> Version:
    with records.write() as session:
        feed = session.get(Feed, "bus") or a_feed()
        session.add(feed)
        return feeds.add_version(
            session, feed, digest=digest, raw_digest=digest, source="bus.zip", at=NOON, reading=reading, report=report
        )


def count(records: Records, model: type) -> int | None:
    with records.read() as session:
        return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize(
    "instant",
    [
        NOON,
        NOON.replace(microsecond=123456),
        dt.datetime(2026, 3, 29, 2, 30, tzinfo=PARIS),
        dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=dt.timezone(-dt.timedelta(hours=9, minutes=30))),
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(records: Records, instant: dt.datetime) -> None:
    with records.write() as session:
        session.add(Feed(slug="bus", standard="gtfs", created_at=instant))
    with records.read() as session:
        found = feeds.feed(session, "bus").created_at
        assert found == instant
        assert found.tzinfo is dt.UTC
        assert session.scalars(select(Feed.slug).where(Feed.created_at == instant)).all() == ["bus"]


def test_a_naive_instant_is_refused(records: Records) -> None:
    with pytest.raises(StatementError, match="needs its zone"), records.write() as session:
        session.add(Feed(slug="bus", standard="gtfs", created_at=dt.datetime(2026, 3, 1)))
    assert count(records, Feed) == 0


def test_a_version_is_kept_with_its_report_and_becomes_the_current_one(records: Records) -> None:
    finding = Finding("stop_without_name", Severity.WARNING, "no name", "stops.txt", 12, "stop_name", "", 3, "Name it.")
    first = add_version(records, "d1", report=Report(findings=(finding,), incomplete="gave up at 100"))
    second = add_version(records, "d2")
    with records.read() as session:
        assert feeds.feed(session, "bus").current_id == second.id
        assert [version.digest for version in feeds.versions(session, "bus")] == ["d2", "d1"]
        assert [version.digest for version in feeds.versions(session, "bus", before=second.number)] == ["d1"]
        assert [version.digest for version in feeds.versions(session, "bus", most=1)] == ["d2"]
        kept = feeds.version(session, "bus", first.number)
        assert (kept.rows, kept.facts, kept.incomplete) == (
            {"stops": 12},
            {"timezone": "Europe/Paris"},
            "gave up at 100",
        )
        (row,) = kept.findings
        assert (row.code, row.severity, row.file, row.row) == ("stop_without_name", "warning", "stops.txt", 12)
        assert (row.field, row.count, row.mend) == ("stop_name", 3, "Name it.")


def test_what_is_not_there_is_not_found(records: Records) -> None:
    version = add_version(records, "d1")
    with records.write() as session:
        session.add(a_feed("bike"))
    with records.read() as session:
        for ask in (
            lambda: feeds.feed(session, "train"),
            lambda: feeds.version(session, "bus", version.number + 1),
            lambda: feeds.version(session, "bike", version.number),
            lambda: releases.release(session, "none"),
            lambda: releases.part_of_version(session, version.id, "archive", audience="open"),
        ):
            with pytest.raises(NotFound):
                ask()
        assert [feed.slug for feed in feeds.feeds(session)] == ["bike", "bus"]
        assert feeds.with_digest(session, "bike", "d1") is None
        assert keys.key(session, "none") is None
        assert commons.current(session) is None


def test_the_same_content_is_one_version_of_a_feed(records: Records) -> None:
    first = add_version(records, "d1")
    with pytest.raises(Conflict, match="already"):
        add_version(records, "d1")
    columns = {column.name: getattr(first, column.name) for column in Version.__table__.columns if column.name != "id"}
    with pytest.raises(IntegrityError), records.write() as session:
        session.add(Version(**columns))  # past the function that asks first, the database itself refuses
    with records.write() as session:
        session.add(a_feed("bike"))
        session.flush()
        session.add(Version(**columns | {"feed_slug": "bike"}))  # another feed may have it
    assert count(records, Version) == 2


def test_a_version_needs_its_feed(records: Records) -> None:
    with pytest.raises(IntegrityError), records.write() as session:
        feeds.add_version(
            session, a_feed(), digest="d", raw_digest="d", source="", at=NOON, reading=READING, report=REPORT
        )
    assert count(records, Version) == 0


HOSTILE = "a\x00b \udc80 é 🚲 ' \" \\u0000"


def test_text_that_no_database_takes_is_kept_as_near_as_can_be(records: Records) -> None:
    finding = Finding("bad_value", Severity.ERROR, HOSTILE, HOSTILE, 1, HOSTILE, HOSTILE * 100, 1, HOSTILE)
    reading = Reading(standard="gtfs", version="1", tables={}, rows={}, facts={HOSTILE: HOSTILE})
    version = add_version(records, "d1", report=Report(findings=(finding,), incomplete=HOSTILE), reading=reading)
    with records.write() as session:
        feeds.add_attempt(session, "bus", at=NOON, source=HOSTILE, outcome="refused", error=HOSTILE)
    shown = "a\ufffdb \ufffd é 🚲 ' \" \\u0000"
    with records.read() as session:
        kept = feeds.version(session, "bus", version.number)
        assert (kept.facts, kept.incomplete, kept.findings[0].message) == ({shown: shown}, shown, shown)
        assert 400 < len(kept.findings[0].value) <= 500
        assert [attempt.error for attempt in feeds.attempts(session, "bus")] == [shown]


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_can_be_written_and_good_text_is_left_alone(any_text: str) -> None:
    kept = storable(any_text)
    assert "\x00" not in kept.encode().decode()
    assert len(kept) <= len(any_text)
    assert storable(kept) == kept
    if "\x00" not in any_text and any_text.isprintable():
        assert kept == any_text


def test_attempts_come_newest_first(records: Records) -> None:
    with records.write() as session:
        for number in range(3):
            feeds.add_attempt(session, "bus", at=NOON, source="x", outcome="refused", error=str(number))
        feeds.add_attempt(session, "bike", at=NOON, source="x", outcome="refused", error="other")
    with records.read() as session:
        assert [attempt.error for attempt in feeds.attempts(session, "bus", most=2)] == ["2", "1"]


def test_the_newest_edition_is_in_force_and_the_same_documents_are_no_new_one(records: Records) -> None:
    documents = {"members.yaml": "- id: smhc\n", "agreements.yaml": "[]\n"}
    for files, is_new in ((documents, True), (dict(reversed(documents.items())), False), ({"a": "b"}, True)):
        with records.write() as session:
            assert commons.add(session, files, at=NOON) is is_new
    with records.write() as session:
        assert commons.add(session, documents, at=NOON) is True  # a return to an older text is an edition too
    with records.read() as session:
        found = commons.current(session)
        assert found is not None
        assert found.files == documents
        assert found.id == 3


def test_releases_are_found_by_what_they_are_about(records: Records) -> None:
    version = add_version(records, "d1")
    with records.write() as session:
        session.add(a_release("1", version_id=version.id))
        session.add(
            a_release("2", version_id=version.id, part="gtfs.stop_day", created_at=NOON + dt.timedelta(hours=1))
        )
        session.add(a_release("3", kind="cube", subject="mds.flows", part="mds.flows", audience="members"))
    with records.read() as session:
        assert releases.release(session, "3").audience == "members"
        assert releases.part_of_version(session, version.id, "gtfs.stop_day", audience="open").id == "2"
        assert [found.id for found in releases.releases(session, subject="bus")] == ["2", "1"]
        assert [found.id for found in releases.releases(session, kind="cube")] == ["3"]
        assert [found.id for found in releases.releases(session, audiences=["open"])] == ["2", "1"]
        assert releases.releases(session, audiences=[]) == []
        assert [found.id for found in releases.releases(session, version_id=version.id)] == ["2", "1"]


def test_keys_are_found_by_member(records: Records) -> None:
    with records.write() as session:
        for number, member in enumerate(("trottix", "bolide", "trottix")):
            made = NOON + dt.timedelta(minutes=number)
            session.add(ApiKey(id=str(number), member_id=member, secret_sha256="x", scopes=["read"], created_at=made,
                               expires_at=NOON))  # fmt: skip
    with records.read() as session:
        assert [key.id for key in keys.keys(session, "trottix")] == ["0", "2"]
        assert [key.id for key in keys.keys(session)] == ["0", "1", "2"]
        found = keys.key(session, "1")
        assert found is not None
        assert found.scopes == ["read"]


def test_a_write_that_fails_leaves_nothing(records: Records) -> None:
    def fail_halfway(session: Session) -> None:
        session.add(a_feed())
        feeds.add_attempt(session, "bus", at=NOON, source="x", outcome="new")
        session.flush()
        raise KeyError

    with pytest.raises(KeyError), records.write() as session:
        fail_halfway(session)
    assert (count(records, Feed), count(records, Attempt)) == (0, 0)


def test_what_is_only_read_is_never_written(records: Records) -> None:
    with records.read() as session:
        session.add(a_feed())
        session.flush()
    assert count(records, Feed) == 0


def test_what_was_read_may_be_used_after_the_session(records: Records) -> None:
    version = add_version(records, "d1")
    with records.read() as session:
        found = feeds.version(session, "bus", version.number)
    assert found.rows == {"stops": 12}


def test_a_fault_of_ours_goes_through(records: Records) -> None:
    with pytest.raises(Exception, match="no_such_table"), records.read() as session:
        session.execute(text("SELECT * FROM no_such_table"))


def test_records_that_cannot_be_reached_are_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "noise.sqlite3").write_bytes(b"this is no database at all" * 100)
    (tmp_path / "folder.sqlite3").mkdir()
    nowhere = [
        f"sqlite:///{tmp_path}/noise.sqlite3",
        f"sqlite:///{tmp_path}/folder.sqlite3",
        f"postgresql+psycopg://hub:s3cret@/hub?host={tmp_path}",
    ]
    for url in nowhere:
        records = connect(url)
        for use in (records.read, records.write):
            with pytest.raises(StorageError) as caught, use() as session:
                session.execute(select(FindingRow))
            assert "\n" not in str(caught.value)
            assert "s3cret" not in str(caught.value)
        with pytest.raises(StorageError):
            records.upgrade()
        records.close()


def test_versions_are_counted_feed_by_feed(records: Records) -> None:
    """The numbers of an open feed tell nothing of how often a sealed one came."""
    with records.write() as session:
        numbers = []
        for slug, digest in (("bus", "d1"), ("bike", "d2"), ("bike", "d3"), ("bus", "d4")):
            feed = session.get(Feed, slug) or Feed(slug=slug, standard="gtfs", created_at=NOON)
            session.add(feed)
            made = feeds.add_version(
                session,
                feed,
                digest=digest,
                raw_digest=digest,
                source="x",
                at=NOON,
                reading=Reading("gtfs", "schedule", {}, {}),
                report=Report(),
            )
            numbers.append((slug, made.number))
    assert numbers == [("bus", 1), ("bike", 1), ("bike", 2), ("bus", 2)]
