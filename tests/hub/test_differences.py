"""Versions of a timetable: kept once whatever comes at once, found by number and day, told apart by what changed."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feeds.findings import Report
from feeds.gtfs.diff import Wish
from feeds.reading import Limits
from hub.clock import FixedClock
from hub.errors import BadRequest, NotFound
from hub.fetch import Fetcher
from hub.records import Records
from hub.records import feeds as feed_records
from hub.records import releases as release_records
from hub.records.models import Version
from hub.released import Released
from hub.services import differences, ingest, publish
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.front import Front
from hub.services.ingest import Ingested
from hub.services.standards import STANDARDS
from hub.signet import Signet
from hub.vault import Vault
from tests.hub.api.hall import get, web_door
from tests.hub.joint_town import commons
from tests.hub.migrated import records_at
from tests.hub.test_bad_input import Answer, hub, town, zipped  # noqa: F401 - `hub` is a fixture

SLUG = "bus-hautes-combes"
#: Half past eleven at night in the basin, on 14 September.
FIRST = dt.datetime(2026, 9, 14, 21, 30, tzinfo=dt.UTC)
MOVED = "stop_id,stop_name,stop_lat,stop_lon\nA,Station,45.061,5.55\nB,School,45.07,5.56\n"
THIRD = MOVED + "C,Pool,45.08,5.57\n"
VERSIONS = ({}, {"stops": MOVED}, {"stops": THIRD})


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the checks say is no matter here."""
    monkeypatch.setitem(STANDARDS, "gtfs", replace(STANDARDS["gtfs"], check=lambda *_: Report()))  # type: ignore[arg-type]


def hub_on(records: Records, folder: Path) -> Back:
    front = Front(records, Released(folder / "released"), FixedClock(FIRST))
    put_in_force(front, commons())
    return Back(
        front=front,
        vault=Vault(folder / "vault"),
        fetcher=Fetcher(most_bytes=1 << 20, most_s=5),
        timezone="Europe/Paris",
        signet=Signet(folder / "keys"),
        limits=Limits(memory=256 << 20, threads=1),
    )


@pytest.fixture
def back(unchecked: None, tmp_path: Path) -> Iterator[Back]:
    records = records_at(tmp_path / "records" / "records.sqlite3")
    yield hub_on(records, tmp_path)
    records.close()


@pytest.fixture
def back_on_both(unchecked: None, records: Records, tmp_path: Path) -> Back:
    return hub_on(records, tmp_path)


def on_day(back: Back, days: float) -> Back:
    return replace(back, front=replace(back.front, clock=FixedClock(FIRST + dt.timedelta(days=days))))


def take(back: Back, tmp_path: Path, number: int) -> Ingested:
    """The version of that number, a day after the one before."""
    source = zipped(tmp_path / f"town-{number}.zip", town(**VERSIONS[number - 1]))
    return ingest.ingest(on_day(back, number - 1), str(source), slug=SLUG)


def wish(back: Back) -> Wish:
    return Wish(back.front.clock())


def moved(found: dict[str, Any]) -> list[str]:
    return [one["stop_id"] for one in found["meaning"]["stops_moved"]["stops"]]


def test_versions_are_named_by_number_by_day_and_as_the_current_one(back: Back, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        take(back, tmp_path, number)
    whole = differences.between(back, SLUG, "1", "3", wish(back))
    assert moved(whole) == ["A"]
    assert whole["meaning"]["stops"]["added_ids"] == ["C"]
    assert whole["metadata"]["base_feed"] == {
        "source": f"http://127.0.0.1:8000/api/v1/feeds/{SLUG}/versions/1/files/archive",
        "downloaded_at": "2026-09-14T21:30:00Z",
    }
    # The first came before midnight in the basin, the second one day later.
    assert differences.between(back, SLUG, "2026-09-14", "current", wish(back)) == whole
    assert moved(differences.between(back, SLUG, "2026-09-15", "2026-09-16", wish(back))) == []
    assert differences.between(back, SLUG, "2", "2", wish(back))["file_diffs"] == []


def test_what_names_no_version_is_said(back: Back, tmp_path: Path) -> None:
    take(back, tmp_path, 1)
    for name, fault in (("4", NotFound), ("2026-09-13", NotFound), ("soon", BadRequest), ("2026-02-30", BadRequest)):
        with pytest.raises(fault, match=name):
            differences.between(back, SLUG, "1", name, wish(back))


def parts_of(back: Back, version: Version) -> set[str]:
    with back.front.records.read() as session:
        return {one.part for one in release_records.releases(session, version_id=version.id)}


def test_a_published_version_says_what_it_changed_and_nothing_that_was_not_out(back: Back, tmp_path: Path) -> None:
    done = [take(back, tmp_path, number).version for number in (1, 2, 3)]
    for version in done[1:]:  # the first is not published: its rows are nobody's
        publish.publish_version(back, version)
    assert "archive" in parts_of(back, done[1])
    assert differences.PART not in parts_of(back, done[1])
    app = web_door(back.front)
    answer = get(app, f"/api/v1/feeds/{SLUG}/versions/2/diff/3")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["meaning"]["words"]["fr"] == ["1 arrêt ajouté."]
    assert get(app, f"/api/v1/feeds/{SLUG}/versions/3/files/difference").content == answer.content
    for path in ("1/diff/2", "1/diff/3", "3/diff/3", "3/diff/2", "3/diff/4"):
        assert get(app, f"/api/v1/feeds/{SLUG}/versions/{path}").status_code == 404


def test_a_sealed_feed_tells_no_difference_and_not_even_that_there_is_none(back: Back) -> None:
    app = web_door(back.front)
    answers = [get(app, f"/api/v1/feeds/mds-trottix/versions/{one}/diff/{one + 1}") for one in (1, 50)]
    assert {answer.status_code for answer in answers} == {403}


def test_packing_again_is_no_new_version(back: Back, tmp_path: Path) -> None:
    take(back, tmp_path, 1)
    again = zipped(tmp_path / "again.zip", dict(reversed(list(town().items()))))
    done = ingest.ingest(on_day(back, 5), str(again), slug=SLUG)
    assert (done.is_new, done.version.number) == (False, 1)


def test_of_two_that_bring_the_same_at_once_one_makes_the_version(back_on_both: Back, tmp_path: Path) -> None:
    sources = [zipped(tmp_path / f"{name}.zip", town()) for name in ("one", "two", "three")]
    together = threading.Barrier(len(sources))

    def bring(source: Path) -> Ingested:
        together.wait()
        return ingest.ingest(back_on_both, str(source), slug=SLUG)

    with ThreadPoolExecutor(len(sources)) as pool:
        done = list(pool.map(bring, sources))
    assert sorted(one.is_new for one in done) == [False, False, True]
    with back_on_both.front.records.read() as session:
        assert [one.number for one in feed_records.versions(session, SLUG)] == [1]
        outcomes = sorted(one.outcome for one in feed_records.attempts(session, SLUG))
    assert outcomes == ["new", "unchanged", "unchanged"]


def test_files_are_there_before_the_row_that_speaks_of_them(
    back_on_both: Back, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    write = feed_records.add_version

    def look(session: Any, feed: Any, **told: Any) -> Any:
        tables = back_on_both.vault.tables(SLUG, told["digest"])
        seen.append("stops" in tables and back_on_both.vault.raw(told["raw_digest"]).is_file())
        if len(seen) == 1:
            raise KeyboardInterrupt  # the plug is pulled
        return write(session, feed, **told)

    monkeypatch.setattr(feed_records, "add_version", look)
    with pytest.raises(KeyboardInterrupt):
        take(back_on_both, tmp_path, 1)
    with back_on_both.front.records.read() as session:
        assert feed_records.versions(session, SLUG) == []
    done = take(back_on_both, tmp_path, 1)
    assert (seen, done.is_new, done.version.number) == ([True, True], True, 1)


def test_the_command_tells_it_in_words_and_as_a_document(unchecked: None, hub: Any, tmp_path: Path) -> None:  # noqa: F811
    sources = [zipped(tmp_path / f"{n}.zip", town(**VERSIONS[n])) for n in (0, 1)]
    for source in sources:
        hub("ingest", str(source), "--feed", SLUG)
    said: Answer = hub("feeds", "diff", SLUG, "1", "current", "--lang", "fr")
    assert said.code == 0
    assert "1 arrêt déplacé d'au moins 50 m ; le plus loin : Station, de 111 m." in said.out
    assert "stops.txt" in said.out
    same: Answer = hub("feeds", "diff", str(sources[0]), str(sources[0]), "--lang", "en")
    assert same.out.splitlines() == ["Same stops, routes, trips and service days.", "No row of any file differs."]
    document = json.loads(hub("feeds", "diff", *map(str, sources), "--json", "--all", "--moved", "200").out)
    assert (document["metadata"]["row_changes_cap_per_file"], moved(document)) == (None, [])
    assert [one["file_name"] for one in document["file_diffs"]] == ["stops.txt"]
    assert hub("feeds", "diff", "nowhere.zip", "either.zip").code == 2
    assert hub("feeds", "diff", SLUG, "1", "9").code == 2


def test_the_command_of_history_says_what_it_means_that_there_is_none(hub: Any) -> None:  # noqa: F811
    said: Answer = hub("feeds", "history", "velos", "--from", "2026-03-01", "--to", "2026-03-02")
    assert (said.code, said.out.startswith("Nothing was observed")) == (0, True)
    assert (
        json.loads(hub("feeds", "history", "velos", "--from", "2026-03-01", "--to", "2026-03-02", "--json").out) == []
    )
