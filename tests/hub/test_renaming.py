"""What a renamed feed takes with it: its life is found at the new name, and nothing else is half of anything."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import JSON, String, Text, select

from feeds.catalogues import Name
from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.errors import Conflict
from hub.records import Records, held, hooks, incidents, live, standings
from hub.records import happenings as happening_records
from hub.records.feed_models import ExternalId, Fetch, Hook, Incident, Score, Source, Standing
from hub.records.models import Attempt, Base, Feed, Job, Release, Version
from hub.released import Released
from hub.services import archive, happenings, history, notices, registry, renamed_files, renaming
from hub.services.back import Back
from hub.services.front import Front
from hub.services.live_place import packs
from hub.services.memory import JOB, tidy
from hub.services.polling import documents, notes
from hub.services.realtime import ARCHIVE, folder_of
from hub.services.registry_entries import Wanted
from hub.settings import Settings

NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
OLD, NEW = "bikes-of-old", "bikes-of-now"
URL = "https://velo.example/gbfs.json"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
#: Where a superseded name is left, each with its reason; `hub.records.succession` says it in sentences.
LEFT = {
    "feed_redirect.old": "the redirect itself",
    "feed.slug": "versions hang on it",
    "version.feed_slug": "permanent addresses",
    "attempt.feed_slug": "they speak of versions",
    "release.subject": "permanent addresses, agreements and the log name it",
    "release.file_name": "as the file was handed out",
    "happening.slug": "messages that were sent under it",
    "happening.facts": "the name that was superseded",
    "happening.key": "the name that was superseded",
    "hook.slugs": "the member's own words, read through the redirect",
    "brake.facts": "what a person was asked",
    "job.payload": "a poll of a name that is fetched no more does nothing",
}


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Front:
    return Front(records, Released(tmp_path / "released"), FixedClock(NOW))


def standing(slug: str, check: str, verdict: str) -> Standing:
    return Standing(
        slug=slug, check=check, verdict=verdict, since=NOW - DAY, latest=verdict, streak=3, streak_since=NOW - DAY,
        at=NOW, facts={"raw": verdict, "streak_s": 60.0, "details": {}},
    )  # fmt: skip


def lived(front: Front, slug: str) -> None:
    """A feed with a row of everything."""
    registry.add(front, slug, Wanted(URL, "gbfs"))
    renaming.identify(front, slug, add=[Name("mdb", f"mdb-{slug}")])
    with front.records.write() as session:
        session.add(Feed(slug=slug, standard="gbfs", created_at=NOW))
        session.flush()
        version = Version(
            feed_slug=slug, number=1, digest="1" * 64, raw_digest="2" * 64, standard_version="3.0", source=URL,
            ingested_at=NOW, verdict="pass", validation_date="2026-11-15", validators={},
            rows={}, set_aside={}, facts={},
        )  # fmt: skip
        session.add(version)
        session.flush()
        session.add(Attempt(feed_slug=slug, at=NOW, source=URL, outcome="new", version_id=version.id))
        session.add(
            Release(
                id=hashlib.sha256(slug.encode()).hexdigest(),
                kind="open",
                subject=slug,
                part="archive",
                version_id=version.id,
                audience="open",
                edition={},
                digest="3" * 64,
                size=1,
                media_type="application/zip",
                file_name=f"{slug}.zip",
                created_at=NOW,
                agreements=[],
                obligations={},
                facts={},
            )
        )
        session.add_all([standing(slug, "reachable", "fail"), standing(slug, "fresh", "pass")])
        session.add(Score(slug=slug, day=NOW.date(), kind="freshness", value=900, details={"over": True}))
        opened = incidents.add(session, slug, "reachable", opened_at=NOW - HOUR, facts={})
        incidents.add_note(session, opened, at=NOW, by="combecycle", text="we know")
        session.add(Fetch(slug=slug, at=NOW, url=URL, outcome="full"))
        held.keep(session, slug, "gbfs", at=NOW, url=URL, digest="4" * 64, size=1)
        live.keep(
            session, slug, digest="5" * 64, size=1, inputs="6" * 64, at=NOW, fresh={}, audience="open", agreements=[]
        )
        happening_records.add(session, slug, notices.UNAVAILABLE, at=NOW, key="incident 1", facts={})
        session.add(
            Hook(
                id=slug[-8:],
                member="cars-combes",
                channel="mail",
                target=b"",
                shown="",
                slugs=[slug],
                kinds=[],
                created_at=NOW - DAY,
            )
        )


def standing_in(front: Front, word: str) -> set[str]:
    """Every column of every table that holds a word."""
    found = set()
    with front.records.read() as session:
        for table in Base.metadata.sorted_tables:
            texts = [one for one in table.columns if isinstance(one.type, String | Text | JSON)]
            for row in session.execute(select(*texts)) if texts else ():
                found |= {
                    f"{table.name}.{one.name}" for one, value in zip(texts, row, strict=True) if word in str(value)
                }
    return found


def rows(front: Front, model: type[Base], slug: str) -> list[Any]:
    with front.records.read() as session:
        return list(session.scalars(select(model).filter_by(slug=slug)))


def test_the_life_of_a_feed_goes_on_under_its_new_name(front: Front) -> None:
    lived(front, OLD)
    assert {"standing.slug", "score.slug", "incident.slug", "fetch.slug", "held.slug", "live.slug"} <= standing_in(
        front, OLD
    )

    renaming.rename(front, OLD, NEW)

    assert standing_in(front, OLD) <= LEFT.keys() | {"external_id.id"}
    assert {one.check: one.verdict for one in rows(front, Standing, NEW)} == {"reachable": "fail", "fresh": "pass"}
    assert [(one.day, one.value) for one in rows(front, Score, NEW)] == [(NOW.date(), 900)]
    [incident] = rows(front, Incident, NEW)
    assert (incident.number, incident.closed_at) == (1, None)
    with front.records.read() as session:
        assert [one.text for one in incidents.notes(session, incident)] == ["we know"]
        assert len(standings.answers(session, NEW, since=NOW - DAY, until=NOW)) == 1
        assert (held.held(session, NEW), live.live(session, NEW)) == ({}, None)
        assert [job.kind for job in session.scalars(select(Job))] == [JOB]
    assert len(rows(front, ExternalId, NEW)) == 1


def test_of_two_that_become_one_the_new_name_s_own_stays(front: Front) -> None:
    lived(front, OLD)
    lived(front, NEW)
    with front.records.write() as session:
        session.get_one(Standing, (NEW, "reachable")).verdict = "pass"
        session.get_one(Score, (NEW, NOW.date(), "freshness")).value = 100
        session.add(Score(slug=OLD, day=NOW.date() - DAY, kind="freshness", value=800, details={"over": True}))
        session.delete(session.get_one(Standing, (NEW, "fresh")))
        incidents.add(session, OLD, "fresh", opened_at=NOW - HOUR, facts={})

    renaming.rename(front, OLD, NEW)

    assert standing_in(front, OLD) <= LEFT.keys() | {"external_id.id", "source.slug"}  # fetched no more, and listed
    assert {one.check: one.verdict for one in rows(front, Standing, NEW)} == {"reachable": "pass", "fresh": "pass"}
    assert {one.day: one.value for one in rows(front, Score, NEW)} == {NOW.date(): 100, NOW.date() - DAY: 800}
    told = {one.number: (one.check, one.closed_at) for one in rows(front, Incident, NEW)}
    # Its own; what its own standing follows now ends; what nobody judged before goes on with its standing.
    assert told == {1: ("reachable", None), 2: ("reachable", NOW), 3: ("fresh", None)}


def test_a_fault_on_the_way_leaves_everything_at_the_old_name(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(front, OLD)
    before = standing_in(front, OLD)

    def fault(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("hub.records.live.withdraw", fault)
    with pytest.raises(RuntimeError, match="killed"):
        renaming.rename(front, OLD, NEW)

    assert (standing_in(front, OLD), standing_in(front, NEW)) == (before, set())
    assert rows(front, Source, OLD)[0].active


def test_whoever_follows_the_old_name_is_told_of_the_new_one_and_nothing_twice(front: Front) -> None:
    lived(front, OLD)
    renaming.rename(front, OLD, "between")
    renaming.rename(front, "between", NEW)
    happenings.watch(front, NOW + HOUR)
    with front.records.write() as session:
        session.scalars(select(Incident)).one().closed_at = NOW + 2 * HOUR
    happenings.watch(front, NOW + 2 * HOUR)

    with front.records.read() as session:
        [hook] = hooks.hooks(session)
        told = [(one.slug, one.kind) for one in hooks.untold(session, hook, since=NOW - DAY)]
    # That it did not answer was told under the old name; that it answers again is told under the new one.
    assert (OLD, notices.UNAVAILABLE) in told
    assert (NEW, notices.UNAVAILABLE) not in told
    assert (NEW, notices.AVAILABLE) in told
    assert (NEW, notices.SUPERSEDED) in told


def test_a_feed_that_brought_operator_data_keeps_its_name(front: Front) -> None:
    registry.add(front, "mds-a", Wanted("https://mds.example/a", "mds"))
    assert renaming.rename(front, "mds-a", "mds-b") == "mds-b"
    with front.records.write() as session:
        session.add(Feed(slug="mds-b", standard="mds", created_at=NOW, current_id=1))
    with pytest.raises(Conflict, match="keeps its name"):
        renaming.rename(front, "mds-b", "mds-c")
    with front.records.read() as session:
        assert registry.where(session, "mds-b") is not None


STATUS = pa.table({"station_id": ["A"], "vehicles_available": pa.array([3], pa.int64())})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a hub with nothing in it, to be copied."""
    home = tmp_path_factory.mktemp("renaming") / "home"
    made = back_office(Settings(home=home, now=NOW))
    made.front.records.upgrade()
    made.front.records.close()
    return home


@pytest.fixture
def back(built: Path, tmp_path: Path) -> Iterator[Back]:
    shutil.copytree(built, tmp_path / "home")
    made = back_office(Settings(home=tmp_path / "home", now=NOW))
    yield made
    made.front.records.close()


def remembered(back: Back) -> None:
    """Two days of history and of messages, and what the next polls would be asked with."""
    for at in (NOW - DAY, NOW):
        history.append_snapshot(back, OLD, {"station_status": STATUS}, at)
        archive.append(back, ARCHIVE, OLD, {"vehicle_positions": STATUS}, at)
    back.vault.keep_note(documents.folder_of(OLD), "gbfs.json", b"{}")
    back.vault.keep_note(folder_of(OLD), "message.pb", b"")
    for name in notes.notes_of(OLD):
        back.vault.keep_note(notes.FACTS, name, b"{}")
    packs(back.front, OLD).put(b"published")


def lies_in(folder: Path, word: str) -> list[str]:
    """Files and folders of a plane whose names hold a word, but for locks."""
    return [str(one) for one in folder.rglob(f"*{word}*") if ".turns" not in one.parts]


def test_the_vault_follows(back: Back) -> None:
    registry.add(back.front, OLD, Wanted(URL, "gbfs"))
    remembered(back)
    renaming.rename(back.front, OLD, NEW)
    before = history.read_history(back, OLD, NOW - 2 * DAY, NOW + HOUR)

    tidy(back)

    assert before.num_rows > 0
    assert history.read_history(back, NEW, NOW - 2 * DAY, NOW + HOUR).equals(before)
    assert archive.days(back, ARCHIVE, NEW) == [(NOW - DAY).date(), NOW.date()]
    left = [one for one in lies_in(back.vault.root, OLD) if not one.endswith((f"live/{OLD}", f"realtime/{OLD}"))]
    assert left == []  # but for two folders with nothing in them
    assert not [one for one in (back.front.released.root / "live" / OLD).rglob("*") if one.is_file()]
    history.append_snapshot(back, NEW, {"station_status": STATUS}, NOW + HOUR)  # the day goes on


def test_a_day_that_both_names_have_stays_where_it_is(back: Back) -> None:
    registry.add(back.front, OLD, Wanted(URL, "gbfs"))
    remembered(back)
    renaming.rename(back.front, OLD, NEW)
    archive.append(back, ARCHIVE, NEW, {"vehicle_positions": STATUS}, NOW)

    renamed_files.follow(back)

    assert archive.days(back, ARCHIVE, OLD) == [NOW.date()]
    assert archive.days(back, ARCHIVE, NEW) == [(NOW - DAY).date(), NOW.date()]


def test_a_kill_between_two_days_leaves_each_under_one_name(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.add(back.front, OLD, Wanted(URL, "gbfs"))
    remembered(back)
    renaming.rename(back.front, OLD, NEW)
    moved, rename = [], Path.rename

    def dying(self: Path, target: Path) -> Path:
        if self.parent.name == OLD:
            if moved:
                raise RuntimeError("killed")
            moved.append(self)
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", dying)
        with pytest.raises(RuntimeError, match="killed"):
            renamed_files.follow(back)
    days = [archive.days(back, history.KIND, slug) for slug in (OLD, NEW)]
    assert sorted(day for found in days for day in found) == [(NOW - DAY).date(), NOW.date()]
    assert all(days)

    renamed_files.follow(back)
    assert archive.days(back, history.KIND, NEW) == [(NOW - DAY).date(), NOW.date()]
