"""Messages taken in: judged against their schedule, kept, archived, published as their holder allows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from feeds.errors import NotAFeed, UnusableFeed
from feeds.findings import Verdict
from hub.cli import app as command
from hub.errors import Conflict, FetchError, NotFound, Refused, StorageError
from hub.records import Records, connect
from hub.records import feeds as feed_records
from hub.records import live as live_records
from hub.records.models import Feed, LogText
from hub.services import archive
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.detect import detect
from hub.services.ingest import ingest
from hub.services.keys import PUBLIC, Actor
from hub.services.live import sweep
from hub.services.live_place import packs
from hub.services.publish import publish_version
from hub.services.realtime import ARCHIVE, Desk, last_message, still, take
from hub.services.realtime_pack import unpacked
from hub.services.realtime_reading import Board, Newest
from tests.feeds.realtime_town import AT, NOW, message
from tests.hub.realtime_hall import BUS, LIVE, add_schedule, documents, hall

GOOD = message().SerializeToString()
ITINEO = Actor("itineo", frozenset({"read"}))


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    records = connect(f"sqlite:///{tmp_path / 'records' / 'records.sqlite3'}")
    records.upgrade()
    yield hall(records, tmp_path)
    records.close()


@pytest.fixture
def back_on_both(records: Records, tmp_path: Path) -> Back:
    """On SQLite and on PostgreSQL."""
    return hall(records, tmp_path)


def later(seconds: int) -> tuple[bytes, dt.datetime]:
    """The message so many seconds later."""
    return message(at=NOW + seconds).SerializeToString(), AT + dt.timedelta(seconds=seconds)


def codes(back: Back, content: bytes, at: dt.datetime = AT, **options: str) -> list[str]:
    return [one.code for one in take(back, LIVE, content, at=at, **options).report.findings]


def newest(back: Back, actor: Actor = PUBLIC, slug: str = LIVE) -> Newest:
    """What a process that was started just now lets a reader have."""
    board = Board(back.front)
    return board.for_everybody(slug) or board.for_reader(slug, actor, None)


def decisions(back: Back) -> list[dict[str, object]]:
    with back.front.records.read() as session:
        said = [json.loads(row.text) for row in session.query(LogText).order_by(LogText.index)]
    return [one for one in said if one["type"] == "decision"]


def test_a_message_is_judged_kept_archived_and_published(back_on_both: Back) -> None:
    back = back_on_both
    taken = take(back, LIVE, GOOD, at=AT)

    assert (taken.report.verdict, taken.report.findings, taken.why) == (Verdict.PASS, (), "")
    assert taken.against is not None
    assert (taken.against.slug, taken.against.version) == (BUS, 1)
    assert (taken.is_new, taken.published, taken.rows["stop_time_updates"]) == (True, True, 4)
    assert taken.report.parameters["schedule"] == f"{BUS} version 1"
    served = newest(back).message()
    assert (served.opened.content, served.verdict, served.left_s(AT)) == (GOOD, "pass", 20)
    (hour,) = archive.hours(back, ARCHIVE, LIVE, AT.date())
    calls = archive.read(hour, "stop_time_updates")
    assert isinstance(calls, pa.Table)
    assert calls["stop_id"].to_pylist() == ["A", "B", "C", "D"]
    with back.front.records.read() as session:
        assert session.get(Feed, LIVE) is None  # a message is no version


def test_the_schedule_is_named_or_registered_and_the_newest_counts(back: Back) -> None:
    other = message()
    other.entity[2].alert.informed_entity.add(stop_id="Z")
    content = other.SerializeToString()
    assert codes(back, content) == ["gtfs_rt_unknown_stop"]
    add_schedule(back, "2" * 64)
    content, at = later(30)
    taken = take(back, LIVE, content, at=at)
    assert taken.against is not None
    assert taken.against.version == 2
    with back.front.records.write() as session:
        feed_records.feed(session, BUS).current_id = None
    content, at = later(60)
    assert take(back, LIVE, content, at=at).against is None
    assert take(back, LIVE, content, at=at, schedule="no-such-feed").against is None
    with pytest.raises(Conflict, match="no GTFS Realtime feed"):
        take(back, BUS, GOOD, at=AT)


def test_the_same_message_again_is_archived_once_and_holds_longer(back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    again = take(back, LIVE, GOOD, at=AT + dt.timedelta(seconds=15))

    assert (again.is_new, again.published) == (False, True)
    (hour,) = archive.hours(back, ARCHIVE, LIVE, AT.date())
    polls = archive.read(hour, archive.POLLS)
    assert polls is not None
    assert polls.num_rows == 1
    assert _until(back) == pytest.approx(AT.timestamp() + 35)
    take(back, LIVE, GOOD, at=AT + dt.timedelta(seconds=40), every_s=60)
    assert _until(back) == pytest.approx(AT.timestamp() + 100)
    assert still(back, LIVE, at=AT + dt.timedelta(seconds=90))
    assert _until(back) == pytest.approx(AT.timestamp() + 110)
    assert not still(back, BUS, at=AT)
    assert last_message(back, LIVE) == GOOD
    assert last_message(back, BUS) is None


def _until(back: Back) -> float:
    with back.front.records.read() as session:
        row = live_records.live(session, LIVE)
        assert row is not None
        return float(row.fresh["realtime"])


def test_an_older_message_does_not_replace_a_newer_one(back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    older, _ = later(-30)
    taken = take(back, LIVE, older, at=AT + dt.timedelta(seconds=5))

    assert "gtfs_rt_time_travel" in {one.code for one in taken.report.findings}
    assert (taken.published, taken.why) == (False, "older than the message before, which stays")
    assert newest(back).message().opened.content == GOOD


def test_a_clock_that_ran_ahead_is_no_newest_message_for_ever(back: Back) -> None:
    ahead, _ = later(3600)
    assert "gtfs_rt_timestamp_in_future" in codes(back, ahead)
    content, at = later(30)
    assert take(back, LIVE, content, at=at).published
    assert newest(back).message().opened.content == content


def test_a_bad_answer_leaves_the_last_good_message(back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    for bad in (b"<html>Sign in", GOOD[:-3], b"", b"\x0a\x02\x10\x00"):
        with pytest.raises(NotAFeed):
            take(back, LIVE, bad, at=AT)
    with pytest.raises(UnusableFeed):
        take(back, LIVE, GOOD[: GOOD.index(b"\x12")] + b"\x12\x01\xff", at=AT)
    assert newest(back).message().opened.content == GOOD


def test_a_vehicle_that_jumped_is_known_from_the_message_before_in_any_process(back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    moved = message(at=NOW + 30)
    moved.entity[1].vehicle.position.latitude = 45.09
    for desk in (None, Desk()):
        found = take(back, LIVE, moved.SerializeToString(), at=AT + dt.timedelta(seconds=30), desk=desk)
        assert ("gtfs_rt_vehicle_jumped" in {one.code for one in found.report.findings}) is found.is_new
        back.vault.keep_note(f"realtime/{LIVE}", "message.pb", GOOD)


def test_a_desk_opens_a_schedule_once(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    take(back, LIVE, GOOD, at=AT, desk=desk)
    monkeypatch.setattr(type(back.vault), "tables", lambda *_: pytest.fail("opened again"))
    content, at = later(30)
    assert take(back, LIVE, content, at=at, desk=desk).report.findings == ()


def test_the_permit_is_noted_once_and_again_when_it_changes(back_on_both: Back) -> None:
    back = back_on_both
    for seconds in (0, 30, 60):
        content, at = later(seconds)
        take(back, LIVE, content, at=at)
    assert len(decisions(back)) == 1
    identified = {"tier": "identified", "audience": "[identified]", "recipient": "[members]"}
    put_in_force(back.front, documents(**identified, purpose="[research]"))
    content, at = later(90)
    assert take(back, LIVE, content, at=at).published
    assert len(decisions(back)) == 2
    with pytest.raises(Refused):
        newest(back)
    assert newest(back, ITINEO).grant.purpose == "research"


def test_a_feed_that_is_closed_is_withdrawn_and_not_published_again(back_on_both: Back) -> None:
    back = back_on_both
    take(back, LIVE, GOOD, at=AT)
    put_in_force(back.front, documents(validity="{from: 2025-12-01, to: 2026-01-01}"))
    with pytest.raises(Refused):
        newest(back)
    content, at = later(30)
    taken = take(back, LIVE, content, at=at)

    assert (taken.is_new, taken.published) == (True, False)
    assert taken.why.startswith("kept, not published: ")
    assert [one for one in packs(back.front, LIVE).root.rglob("*") if one.is_file()] == []
    with back.front.records.read() as session:
        assert live_records.live(session, LIVE) is None
    assert not still(back, LIVE, at=at)


def test_the_sweep_leaves_what_is_open_and_withdraws_what_was_closed(back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    assert sweep(back) == []
    assert newest(back).message().opened.content == GOOD
    put_in_force(back.front, documents(validity="{from: 2025-12-01, to: 2026-01-01}"))
    assert sweep(back) == [LIVE]
    assert [one for one in packs(back.front, LIVE).root.rglob("*") if one.is_file()] == []
    assert not decisions(back)[-1]["permitted"]
    assert sweep(back) == []


def test_only_the_message_and_the_one_before_are_kept_for_readers(back: Back) -> None:
    for seconds in range(0, 150, 30):
        content, at = later(seconds)
        take(back, LIVE, content, at=at)
    assert len([one for one in packs(back.front, LIVE).root.rglob("*") if one.is_file()]) == 2


def test_a_reader_who_was_overtaken_gets_the_newer_message(back: Back) -> None:
    take(back, LIVE, GOOD, at=AT)
    with back.front.records.read() as session:
        row = live_records.live(session, LIVE)
        assert row is not None
    for path in packs(back.front, LIVE).root.rglob(row.digest):
        path.unlink()
    with pytest.raises(StorageError, match="not here"):
        newest(back)


def test_who_may_read(back: Back) -> None:
    with pytest.raises(FetchError, match="no good message"):
        newest(back).message()
    for other in (BUS, "nothing-here", "mds-trottix"):
        with pytest.raises(NotFound):
            newest(back, slug=other)
    put_in_force(back.front, documents(live=True, validity="{from: 2025-12-01, to: 2026-01-01}"))
    with pytest.raises(Refused):  # and not: nothing was got
        newest(back)


def test_a_message_may_be_taken_in_as_a_version_too(back: Back, tmp_path: Path) -> None:
    path = tmp_path / "message.pb"
    path.write_bytes(GOOD)
    assert detect(path) == "gtfs-rt"
    done = ingest(back, str(path), slug=LIVE)

    assert (done.version.number, done.version.verdict, done.manifest.standard) == (1, "pass", "gtfs-rt")
    (file,) = publish_version(back, done.version)
    assert (file.part, file.media_type, file.file_name) == (
        "archive",
        "application/x-protobuf",
        f"{LIVE}-archive-v1.pb",
    )
    assert back.front.released.read(file.digest) == GOOD
    assert not ingest(back, str(path), slug=LIVE).is_new


def test_json_and_text_are_told_apart_from_messages(tmp_path: Path) -> None:
    for name, content, words in (
        ("a", b'{"header": {"gtfsRealtimeVersion": "2.0"}}', "written as JSON"),
        ("b", b'header {\n  gtfs_realtime_version: "2.0"\n}', "text form"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotAFeed, match=words):
            detect(path)


def test_the_command(tmp_path: Path) -> None:
    home, file = tmp_path / "hub", tmp_path / "message.pb"
    file.write_bytes(GOOD)
    run = CliRunner()
    environment = {"HUB_HOME": str(home), "HUB_NOW": AT.isoformat()}
    good = run.invoke(command, ["feeds", "realtime", LIVE, str(file), "--json"], env=environment)
    told = json.loads(good.stdout)
    assert (good.exit_code, told["verdict"], told["findings"]) == (0, "pass", [])
    assert (told["new"], told["published"], told["schedule"]) == (True, False, None)
    assert told["why_not"].startswith("kept, not published: no commons is in force")
    bad = message()
    bad.header.gtfs_realtime_version = "9"
    file.write_bytes(bad.SerializeToString())
    shown = run.invoke(command, ["feeds", "realtime", LIVE, str(file), "--lang", "fr"], env=environment)
    assert shown.exit_code == 1
    assert "Une version de GTFS" in " ".join(shown.stdout.split())
    absent = run.invoke(command, ["feeds", "realtime", LIVE, str(tmp_path / "none")], env=environment)
    assert absent.exit_code != 0


def test_an_object_that_was_damaged_is_not_served() -> None:
    for content in (b"", b"GTFSRTLIVE1\n", GOOD):
        with pytest.raises(StorageError, match="damaged"):
            unpacked(content)
