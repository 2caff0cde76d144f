"""kill -9 of the worker at fifty moments of an ingest: the next one takes the job up, and everything is there once."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from hub.bootstrap import back_office
from hub.durable import sha256_of, sweep
from hub.records import feeds as feed_records
from hub.records import jobs as job_records
from hub.records import releases as release_records
from hub.records.models import Job
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.ingest import ingest
from hub.services.publish import publish_if_open
from hub.services.replay import replay
from hub.settings import Settings
from hub.vault import INBOX
from tests.hub.bargains import WITH_BARGAINS
from tests.hub.dying_ingest import Workers, deaths, workers
from tests.hub.joint_town import commons
from tests.hub.test_bad_input import town, zipped
from tests.hub.wholeness import must_be_whole

SLUG = "bus-hautes-combes"
NOW = dt.datetime(2026, 9, 15, 6, tzinfo=dt.UTC)
MOMENTS = 50


def office(home: Path, now: dt.datetime = NOW) -> Back:
    return back_office(Settings(home=home, now=now))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub that has one version of a timetable, and an upload of the next one waiting."""
    home = tmp_path_factory.mktemp("ready") / "home"
    back = office(home)
    back.front.records.upgrade()
    put_in_force(back.front, commons())
    publish_if_open(back, ingest(back, str(zipped(home / "first.zip", town())), slug=SLUG))
    back.front.records.close()
    return home


@pytest.fixture(scope="module")
def warm(ready: Path) -> Iterator[Workers]:
    with workers(ready) as made:
        yield made


def with_an_upload(ready: Path, home: Path) -> Path:
    """A copy of that hub, with a job for the next version."""
    shutil.copytree(ready, home)
    back = office(home)
    inbox = back.vault.root / INBOX
    inbox.mkdir(parents=True, exist_ok=True)
    stops = str(town()["stops.txt"]).replace("Station", "Central station")
    upload = zipped(inbox / "next.zip", town(stops=stops))
    with back.front.records.write() as session:
        job_records.add(session, "ingest", {"slug": SLUG, "source": str(upload), "remove": True}, at=NOW)
    back.front.records.close()
    return home


def moments_of(warm: Workers, ready: Path, home: Path) -> int:
    """How many moments an undisturbed life has."""
    word, _, many = warm.live(with_an_upload(ready, home), NOW.isoformat()).partition(" ")
    assert word == "through"
    must_be_there_once(home)
    return int(many)


def must_be_there_once(home: Path, at: dt.datetime = NOW) -> None:
    """Two versions and no third, each whole, the newer published, the job closed, nothing left over, the log whole."""
    back = office(home, at)
    with back.front.records.read() as session:
        versions = feed_records.versions(session, SLUG)
        feed = feed_records.feed(session, SLUG)
        (job,) = session.scalars(select(Job))
        parts = {one.id: release_records.releases(session, kind="open", version_id=one.id) for one in versions}
    assert [one.number for one in versions] == [2, 1]
    assert feed.current_id == versions[0].id
    assert (job.state, job.error) == ("done", "")
    names = [sorted(part.part for part in parts[one.id]) for one in versions]
    assert names[0] == sorted([*names[1], "difference"]), "the new version is published like the old one"
    for release in [part for found in parts.values() for part in found]:
        assert sha256_of(back.front.released.path(release.digest)) == release.digest
    for one in versions:
        tables = back.vault.tables(SLUG, one.digest)
        assert {name: pq.read_metadata(path).num_rows for name, path in tables.items() if name in one.rows} == one.rows
        assert sha256_of(back.vault.raw(one.raw_digest)) == one.raw_digest
    assert not list((back.vault.root / INBOX).iterdir())
    assert len(list((home / "vault" / "tables" / SLUG).iterdir())) == 2, "no half of a third"
    sweep(back.vault.root)
    assert not list(home.rglob("*/.staging/*")), "work folders of the dead are gone"
    must_be_whole(back.front, kinds=WITH_BARGAINS)
    assert replay(back.front, kinds=WITH_BARGAINS).differences == ()
    back.front.records.close()


def before_the_next(home: Path, at: dt.datetime, seen: set[int]) -> None:
    """What a reader sees while the worker is dead: one whole version or two; adds how many to `seen`."""
    back = office(home, at)
    with back.front.records.read() as session:
        versions = feed_records.versions(session, SLUG)
        current = feed_records.feed(session, SLUG).current_id
    for one in versions:
        tables = back.vault.tables(SLUG, one.digest)
        assert {name: pq.read_metadata(path).num_rows for name, path in tables.items() if name in one.rows} == one.rows
    assert current == versions[0].id, "the newest good version is the current one"
    back.front.records.close()
    seen.add(len(versions))


def test_killed_at_fifty_moments_nothing_is_lost_doubled_or_half_written(
    warm: Workers, ready: Path, tmp_path: Path
) -> None:
    many = moments_of(warm, ready, tmp_path / "undisturbed")
    assert many > 2 * MOMENTS, "so few moments prove nothing"
    chance, seen, killed = random.Random(20260915), set[int](), 0
    while killed < MOMENTS:
        home = with_an_upload(ready, tmp_path / str(killed))
        died, at = deaths(warm, home, chance.sample(range(many), 2), NOW, partial(before_the_next, seen=seen))
        killed += died
        must_be_there_once(home, at)
        shutil.rmtree(home)
    assert seen == {1, 2}, "some died before the version was there, and some after"
