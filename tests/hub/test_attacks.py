"""Ways around that were found once: each was walked for real before it was shut."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pyarrow.parquet as pq
import pytest

from governance.commons_yaml import load
from hub.clock import FixedClock
from hub.errors import BadRequest, Conflict, StorageError
from hub.fetch import Fetcher
from hub.jobs.handlers import HANDLERS
from hub.records import feeds as feed_records
from hub.records.models import Feed, Version
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.front import Front
from hub.services.ingest import ingest
from hub.services.publish import publish_version
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.joint_town import commons
from tests.hub.migrated import records_at
from tests.hub.test_bad_input import mds_page

NOW = dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC)
RIVAL = "99999999-9999-5999-8999-999999999999"


@pytest.fixture
def back(tmp_path: Path) -> Back:
    records = records_at(tmp_path / "records" / "records.sqlite3")
    front = Front(records, Released(tmp_path / "released"), FixedClock(NOW))
    made = Back(
        front,
        Vault(tmp_path / "vault"),
        Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(tmp_path / "keys"),
    )
    put_in_force(front, commons())
    return made


def page(path: Path, **changes: Any) -> str:
    """A page of two trips; `changes` go into both of them."""
    body: dict[str, Any] = mds_page()
    for trip in body["trips"]:
        trip.update(changes)
    path.write_text(json.dumps(body))
    return str(path)


def trip_ids(back: Back, slug: str) -> list[str]:
    with back.front.records.read() as session:
        digests = [one.digest for one in feed_records.versions(session, slug)]
    tables = [back.vault.tables(slug, digest)["trips"] for digest in digests]
    return [str(name) for table in tables for name in pq.read_table(table)["trip_id"].to_pylist()]


def test_two_batches_with_the_same_trips_taken_in_at_once_count_them_once(back: Back, tmp_path: Path) -> None:
    first, second = page(tmp_path / "a.json"), page(tmp_path / "b.json", publication_time=1768209000000)
    together = Barrier(2)

    def take(source: str) -> None:
        together.wait()
        ingest(back, source, slug="mds-bolide")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, [first, second]))
    found = trip_ids(back, "mds-bolide")
    assert (len(found), len(set(found))) == (2, 2)


def test_a_feed_cannot_speak_for_a_provider_of_another_feed(back: Back, tmp_path: Path) -> None:
    ingest(back, page(tmp_path / "bolide.json"), slug="mds-bolide")
    with pytest.raises(Conflict, match="another feed speaks for the provider 3333"):
        ingest(back, page(tmp_path / "poison.json", distance=1), slug="mds-glisse")
    assert trip_ids(back, "mds-glisse") == []


def test_a_feed_cannot_begin_to_speak_for_somebody_new(back: Back, tmp_path: Path) -> None:
    ingest(back, page(tmp_path / "bolide.json"), slug="mds-bolide")
    with pytest.raises(Conflict, match="never spoke for the provider 9999"):
        ingest(back, page(tmp_path / "rival.json", provider_id=RIVAL), slug="mds-bolide")
    assert len(trip_ids(back, "mds-bolide")) == 2


def test_a_job_that_names_a_file_of_the_vault_is_not_done(back: Back, tmp_path: Path) -> None:
    done = ingest(back, page(tmp_path / "bolide.json"), slug="mds-bolide")
    raw = back.vault.raw(done.manifest.raw_digest)
    with pytest.raises(BadRequest, match="a URL or an upload"):
        HANDLERS["ingest"](back, {"slug": "combecycle", "source": str(raw), "remove": True})
    sideways = back.vault.root / "inbox" / ".." / raw.relative_to(back.vault.root)
    with pytest.raises(BadRequest, match="a URL or an upload"):
        HANDLERS["ingest"](back, {"slug": "combecycle", "source": str(sideways), "remove": True})
    assert raw.is_file()


def test_operator_data_is_not_published_whatever_the_records_were_made_to_say(back: Back, tmp_path: Path) -> None:
    """A broken-into web can write the records: it opens the dataset, and calls the feed a GBFS feed."""
    done = ingest(back, page(tmp_path / "bolide.json"), slug="mds-bolide")
    with back.front.records.write() as session:
        session.get_one(Feed, "mds-bolide").standard = "gbfs"
    with back.front.records.read() as session:
        version = session.get_one(Version, done.version.id)
    with pytest.raises(Conflict, match="leaves only as joint releases"):
        publish_version(back, version)
    assert not back.front.released.root.exists()


def test_a_version_under_another_name_is_not_published(back: Back, tmp_path: Path) -> None:
    done = ingest(back, page(tmp_path / "bolide.json"), slug="mds-bolide")
    with back.front.records.write() as session:
        session.add(Feed(slug="combecycle", standard="gbfs", created_at=NOW))
        session.flush()
        version = session.get_one(Version, done.version.id)
        version.feed_slug = "combecycle"
    with pytest.raises(StorageError, match="the vault holds no version"):
        publish_version(back, version)


def test_the_demos_cubes_are_the_questions_that_their_statistics_answer(back: Back) -> None:
    assert put_in_force(back.front, commons()) is False
    assert len(load(commons()).cubes) == 10
