"""Feeds that come over the wire or as a job: as good as those that come from a path."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.jobs import worker
from hub.records import jobs as job_records
from hub.records import releases as release_records
from hub.records.models import Job
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.ingest import ingest
from hub.services.publish import publish_if_open
from hub.settings import Settings
from tests.hub.joint_town import commons
from tests.hub.test_bad_input import town, zipped

NOW = dt.datetime(2026, 9, 15, 6, tzinfo=dt.UTC)


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    settings = Settings(home=tmp_path / "home", now=NOW, allow_private_addresses=True)
    made = back_office(settings)
    made.front.records.upgrade()
    put_in_force(made.front, commons())
    yield made
    made.front.records.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_timetable_from_a_url_is_judged_and_published_as_one_from_a_path(back: Back, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    source = zipped(tmp_path / "www" / "download", town())
    with served(source.parent) as url:
        done = ingest(back, f"{url}/download", slug="bus-hautes-combes")
    assert done.version.incomplete == ""
    assert done.version.verdict == "pass"
    assert "gtfs-guru" in done.version.validators["programs"]
    assert isinstance(publish_if_open(back, done), list)
    with back.front.records.read() as session:
        archive = release_records.part_of_version(session, done.version.id, "archive", audience="open")
    assert (archive.media_type, archive.file_name) == ("application/zip", "bus-hautes-combes-archive-v1.zip")
    assert back.front.released.read(archive.digest) == source.read_bytes()


def test_what_is_told_of_a_version_holds_no_path_of_the_machine(back: Back, tmp_path: Path) -> None:
    starved = replace(back, check_memory=1)
    done = ingest(starved, str(zipped(tmp_path / "town.zip", town())), slug="bus-hautes-combes")
    assert str(tmp_path) not in done.version.incomplete
    assert "staging" not in done.version.incomplete


def test_a_job_that_outlives_its_lease_is_kept_by_a_beating_heart(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FixedClock(NOW)
    back = replace(back, front=replace(back.front, clock=clock))
    monkeypatch.setattr(worker, "HEARTBEAT_S", 0.01)
    with back.front.records.write() as session:
        job = job_records.add(session, "slow", {}, at=NOW)
    assert job is not None
    renewed = Event()

    def slow(_: Back, __: dict[str, Any]) -> None:
        clock.now = NOW + job_records.LEASE / 2
        while not renewed.is_set():
            with back.front.records.read() as session:
                lease = session.get_one(Job, job.id).lease_until
            if lease is not None and lease > NOW + job_records.LEASE:
                renewed.set()
        clock.now = NOW + job_records.LEASE + dt.timedelta(minutes=1)

    assert worker.run_one(back, "one", {"slow": slow})
    with back.front.records.read() as session:
        assert session.get_one(Job, job.id).state == "done"


def test_how_far_a_job_is_is_written_once_a_second_and_at_each_turn_of_it(back: Back) -> None:
    clock = FixedClock(NOW)
    back = replace(back, front=replace(back.front, clock=clock))
    with back.front.records.write() as session:
        job = job_records.add(session, "long", {}, at=NOW)
    assert job is not None
    seen: list[tuple[str, int]] = []

    def long(office: Back, _: dict[str, Any]) -> None:
        for phase, done, after_s in (
            ("judging", 1, 0.0), ("judging", 2, 0.5), ("judging", 3, 1.0), ("judging", 4, 1.5), ("judging", 9, 1.6),
            ("writing down", 1, 1.7), ("writing down", 2, 1.8),
        ):  # fmt: skip
            clock.now = NOW + dt.timedelta(seconds=after_s)
            office.progress(phase, done, 9)
            with back.front.records.read() as session:
                row = session.get_one(Job, job.id)
                seen.append((row.phase, row.done))

    assert worker.run_one(back, "one", {"long": long})
    assert seen == [
        ("judging", 1), ("judging", 1), ("judging", 3), ("judging", 3), ("judging", 9), ("writing down", 1),
        ("writing down", 1),
    ]  # fmt: skip


def test_a_worker_that_lost_its_job_goes_on_to_the_next(back: Back) -> None:
    clock = FixedClock(NOW)
    back = replace(back, front=replace(back.front, clock=clock))
    with back.front.records.write() as session:
        job = job_records.add(session, "lost", {}, at=NOW)
    assert job is not None

    def lost(_: Back, __: dict[str, Any]) -> None:
        clock.now = NOW + 2 * job_records.LEASE
        with back.front.records.write() as session:
            assert job_records.claim(session, "two", now=clock.now) is not None

    assert worker.run_one(back, "one", {"lost": lost})
    with back.front.records.read() as session:
        assert session.get_one(Job, job.id).claimed_by == "two"


def test_an_upload_is_removed_when_its_job_is_closed_whatever_came_of_it(back: Back, tmp_path: Path) -> None:
    inbox = back.vault.root / "inbox"
    inbox.mkdir(parents=True)
    upload = zipped(inbox / "upload.zip", town())
    payload = {"slug": "bus-hautes-combes", "source": str(upload), "remove": True}
    with back.front.records.write() as session:
        job = job_records.add(session, "broken", payload, at=NOW)
    assert job is not None

    def broken(_: Back, __: dict[str, Any]) -> None:
        raise RuntimeError(f"{upload} could not be understood")

    assert worker.run_one(back, "one", {"broken": broken})
    with back.front.records.read() as session:
        kept = session.get_one(Job, job.id)
        assert kept.state == "failed"
        assert str(tmp_path) not in kept.error
    assert not upload.exists()
