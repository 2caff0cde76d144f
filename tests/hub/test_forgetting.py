"""What is kept no longer than was agreed goes whole: files and rows, and nothing that anything still speaks of."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from governance.terms.scope import Validity
from governance.world import Prohibition
from hub.bootstrap import back_office
from hub.cli import app as command
from hub.clock import FixedClock
from hub.errors import NotFound
from hub.records import Records, held
from hub.records import feeds as feed_records
from hub.records.models import Feed, Release, Version
from hub.released import Released
from hub.services import archive, forgetting, history, retention
from hub.services.access import MERGED
from hub.services.back import Back
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.forgetting import forget
from hub.services.ingest import Ingested, ingest
from hub.services.memory import tidy
from hub.services.publish import publish_version
from hub.settings import Settings
from hub.vault import Vault
from tests.feeds.gbfs_of_each_version import system, written
from tests.hub.live_town import COMMONS

NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
SLUG, MDS = "combecycle", "mds-glisse"
AGREEMENT = "agreements/open-combecycle.yaml"
#: After the half year that the agreement sets.
LATER = NOW + dt.timedelta(days=200)


def documents(value: str = "P6M") -> dict[str, str]:
    files = read_folder(COMMONS)
    files[AGREEMENT] = files[AGREEMENT].replace("terms:\n", f"terms:\n  retention: {value}\n")
    return files


def at(back: Back, now: dt.datetime) -> Back:
    return replace(back, front=replace(back.front, clock=FixedClock(now)))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a hub with its documents, to be copied."""
    home = tmp_path_factory.mktemp("forgetting") / "home"
    made = back_office(Settings(home=home, now=NOW))
    made.front.records.upgrade()
    put_in_force(made.front, documents())
    made.front.records.close()
    return home


@pytest.fixture
def back(built: Path, tmp_path: Path) -> Iterator[Back]:
    shutil.copytree(built, tmp_path / "home")
    made = back_office(Settings(home=tmp_path / "home", now=NOW))
    yield made
    made.front.records.close()


@pytest.fixture
def back_on_both(records: Records, tmp_path: Path) -> Back:
    made = back_office(Settings(home=tmp_path / "home", now=NOW))
    made = replace(made, front=replace(made.front, records=records))
    put_in_force(made.front, documents())
    return made


def taken(back: Back, tmp_path: Path, bikes: int) -> Ingested:
    """A version of the system, published."""
    bodies = system("3.0")
    bodies["station_status"]["data"]["stations"][0]["num_docks_available"] = bikes
    folder = tmp_path / f"system-{bikes}"
    folder.mkdir(exist_ok=True)
    for name, content in written(bodies).items():
        (folder / f"{name}.json").write_bytes(content)
    done = ingest(back, str(folder), slug=SLUG)
    publish_version(back, done.version)
    return done


def made(
    back: Back, number: int, *, slug: str = SLUG, at: dt.datetime = NOW, raw: bytes = b"", shared: str = ""
) -> Version:
    """A version put together by hand: a row, an archive, tables, a published file."""
    digest = hashlib.sha256(f"{slug} {number}".encode()).hexdigest()
    with back.vault.stage() as work:
        (work / "feed.zip").write_bytes(raw or digest.encode())
        kept = back.vault.keep_raw(work / "feed.zip", work)
        (work / "tables").mkdir()
        (work / "tables" / "manifest.json").write_text("{}")
        (work / "tables" / "stations.parquet").write_bytes(b"rows")
        back.vault.keep_tables(slug, digest, work / "tables")
    stored = back.front.released.put(shared.encode() or digest.encode())
    with back.front.records.write() as session:
        feed = session.get(Feed, slug) or Feed(slug=slug, standard="mds" if slug == MDS else "gbfs", created_at=at)
        session.add(feed)
        version = Version(
            feed_slug=slug, number=number, digest=digest, raw_digest=kept.digest, standard_version="3.0", source="x",
            ingested_at=at, verdict="pass", validation_date="2026-11-15", validators={},
            rows={}, set_aside={}, facts={},
        )  # fmt: skip
        session.add(version)
        session.flush()
        feed.current_id = version.id
        feed_records.add_attempt(session, slug, at=at, source="x", outcome="new", version_id=version.id)
        if slug != MDS:
            session.add(release(f"archive of {number}", "open", version.id, stored.digest))
        return version


def release(number: str, kind: str, version_id: int | None, digest: str, **edition: object) -> Release:
    return Release(
        id=hashlib.sha256(number.encode()).hexdigest(), kind=kind, subject=SLUG, part="archive", version_id=version_id,
        audience="open", edition=edition, digest=digest, size=1, media_type="application/zip", file_name="a.zip",
        created_at=NOW, agreements=[], obligations={}, facts={},
    )  # fmt: skip


def kept(back: Back, version: Version) -> dict[str, bool]:
    """What of a version is there."""
    with back.front.records.read() as session:
        rows = list(session.scalars(select(Release).where(Release.version_id == version.id)))
    return {
        "row": bool(rows),
        "object": any(is_kept(back.front.released, row.digest) for row in rows),
        "tables": bool(back.vault.tables(version.feed_slug, version.digest)),
        "raw": back.vault.holds_raw(version.raw_digest),
    }


def is_kept(released: Released, digest: str) -> bool:
    try:
        return released.path(digest).is_file()
    except NotFound:
        return False


def objects(back: Back) -> int:
    return sum(1 for one in back.front.released.root.glob("??/*") if one.is_file())


ALL, NOTHING = (
    dict.fromkeys(("row", "object", "tables", "raw"), True),
    dict.fromkeys(("row", "object", "tables", "raw"), False),
)


def test_what_is_over_goes_whole_and_what_is_not_stays_whole(back_on_both: Back) -> None:
    back = back_on_both
    old, new = made(back, 1, at=NOW), made(back, 2, at=LATER - dt.timedelta(days=1))
    with back.front.records.write() as session:
        first = session.scalars(select(Release.id).where(Release.version_id == old.id)).one()
        merged = back.front.released.put(b"both")
        session.add(release("merged", MERGED, None, merged.digest, inputs={SLUG: first}, version="1"))
    assert (forget(back), kept(back, old)) == ({}, ALL)

    assert forget(at(back, LATER)) == {SLUG: 1}

    assert (kept(back, old), kept(back, new)) == (NOTHING, ALL)
    assert objects(back) == 1, "the merged timetable held the old one's rows"
    with back.front.records.read() as session:
        assert [one.number for one in feed_records.versions(session, SLUG)] == [2, 1]
    assert forget(at(back, LATER)) == {}
    assert back.vault.notes(forgetting._FOLDER) == []


def test_it_counts_from_when_it_was_last_said_to_hold(back: Back) -> None:
    version = made(back, 1)
    with back.front.records.write() as session:
        feed_records.add_attempt(session, SLUG, at=LATER, source="x", outcome="unchanged", version_id=version.id)
    assert forget(at(back, LATER)) == {}
    assert forget(at(back, LATER + dt.timedelta(days=190))) == {SLUG: 1}


def test_the_day_before_it_is_all_there(back: Back) -> None:
    version = made(back, 1)
    assert forget(at(back, dt.datetime(2027, 5, 14, 23, 59, tzinfo=dt.UTC))) == {}
    assert kept(back, version) == ALL
    assert forget(at(back, dt.datetime(2027, 5, 15, 0, 0, tzinfo=dt.UTC))) == {SLUG: 1}


def test_what_the_next_version_changed_repeats_what_is_over_and_goes_too(back: Back) -> None:
    made(back, 1)
    following = made(back, 2, at=NOW + dt.timedelta(days=100))
    with back.front.records.write() as session:
        told = release("changed", "open", following.id, back.front.released.put(b"rows of version 1").digest)
        told.part = "difference"
        session.add(told)
    forget(at(back, LATER))
    with back.front.records.read() as session:
        left = {(row.part, row.version_id) for row in session.scalars(select(Release))}
    assert left
    assert not [part for part, _ in left if part == "difference"]
    assert following.id in {version for _, version in left}


def test_files_that_something_else_is_made_of_stay(back: Back) -> None:
    old = made(back, 1, raw=b"same", shared="same")
    new = made(back, 2, raw=b"same", shared="same", at=LATER)
    forget(at(back, LATER))
    assert kept(back, new) == ALL
    assert kept(back, old) == {**NOTHING, "raw": True}


def test_nothing_goes_while_a_prohibition_lasts(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    version = made(back, 1)
    history.append_snapshot(back, SLUG, {"station_status": STATUS}, NOW)
    world = current_world(back.front)
    measure = Prohibition(
        "dispute-1", SLUG, frozenset({"members"}), Validity(NOW, LATER + dt.timedelta(days=3)), world.basin.name
    )
    for name in ("retention", "forgetting"):
        monkeypatch.setattr(f"hub.services.{name}.world_or_none", lambda _: replace(world, prohibitions=(measure,)))

    tidy(at(back, LATER))

    assert kept(back, version) == ALL
    assert archive.days(back, history.KIND, SLUG) == [NOW.date()]
    with back.front.records.read() as session:
        [told] = retention.of_versions(at(back, LATER).front, session, SLUG).values()
    assert (told.until, "dispute-1" in told.why.en, "dispute-1" in told.why.fr) == (None, True, True)
    tidy(at(back, LATER + dt.timedelta(days=4)))
    assert kept(back, version) == NOTHING
    assert archive.days(back, history.KIND, SLUG) == []


def test_of_operator_data_the_files_go_and_the_records_stay(back: Back) -> None:
    batch = made(back, 1, slug=MDS)
    past = NOW + dt.timedelta(days=740)
    assert forget(at(back, past)) == {MDS: 1}
    assert kept(back, batch) == {**NOTHING, "tables": True}
    assert forget(at(back, past)) == {}


#: Each step of forgetting: what does it.
STEPS: tuple[tuple[Any, str], ...] = (
    (Vault, "keep_note"),
    (forgetting, "_forget_rows"),
    (Released, "forget"),
    (Vault, "forget_tables"),
    (Vault, "forget_raw"),
    (Vault, "drop_note"),
)


def test_a_kill_at_any_step_leaves_no_row_without_its_file(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    new = made(back, 1, at=LATER)
    for number, ((owner, name), after) in enumerate(product(STEPS, (False, True)), start=2):
        old = made(back, number)
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, dying(getattr(owner, name) if after else None))
            with pytest.raises(RuntimeError, match="killed"):
                forget(at(back, LATER))

        assert kept(back, old)["row"] == kept(back, old)["object"], name
        assert kept(back, new) == ALL
        forget(at(back, LATER))
        assert (kept(back, old), kept(back, new), objects(back)) == (NOTHING, ALL, 1), name
        assert back.vault.notes(forgetting._FOLDER) == []


def dying(step: Callable[..., object] | None = None) -> Callable[..., None]:
    """A step that is killed before it begins, or when it is done."""

    def died(*given: object) -> None:
        if step is not None:
            step(*given)
        raise RuntimeError("killed")

    return died


def test_content_that_comes_again_is_kept_anew(back: Back, tmp_path: Path) -> None:
    first = taken(back, tmp_path, 3)
    with back.front.records.write() as session:
        held.keep(session, SLUG, "gbfs", at=NOW, url="https://velo.example", digest="1" * 64, size=1)
    forget(at(back, LATER))
    assert kept(back, first.version) == NOTHING, "the current version, too: nobody said that it still holds"
    with back.front.records.read() as session:
        assert held.held(session, SLUG) == {}, "else a 304 would be about nothing"

    again = taken(at(back, LATER), tmp_path, 3)

    assert (again.version.id, again.is_new) == (first.version.id, True)
    assert kept(back, again.version) == ALL
    assert forget(at(back, LATER)) == {}
    same = taken(at(back, LATER), tmp_path, 3)
    assert not same.is_new


def test_what_came_again_after_a_kill_is_not_taken_for_what_was_to_go(
    back: Back, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = taken(back, tmp_path, 3)

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "_forget_rows", dying())
        with pytest.raises(RuntimeError, match="killed"):
            forget(at(back, LATER))
    taken(at(back, LATER), tmp_path, 3)
    assert back.vault.notes(forgetting._FOLDER)
    forget(at(back, LATER))
    assert kept(back, first.version) == ALL


STATUS = pa.table({"station_id": ["A"], "vehicles_available": pa.array([3], pa.int64())})


def test_polls_are_forgotten_as_the_agreement_says(back: Back) -> None:
    put_in_force(back.front, documents("P10D"))
    for slug in (SLUG, "trottix-gbfs"):
        history.append_snapshot(back, slug, {"station_status": STATUS}, NOW)

    tidy(at(back, NOW + dt.timedelta(days=9)))
    assert archive.days(back, history.HOURS, SLUG) == [NOW.date()]
    tidy(at(back, NOW + dt.timedelta(days=10)))

    assert archive.days(back, history.KIND, SLUG) == archive.days(back, history.HOURS, SLUG) == []
    assert archive.days(back, history.KIND, "trottix-gbfs") == [NOW.date()]


SAID = {"fr": "fixe une conservation de P6M", "en": "sets a retention of P6M"}


def test_a_person_sees_until_when_and_why(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    made(back, 1)
    monkeypatch.setenv("HUB_NOW", NOW.isoformat())
    home = str(back.vault.root.parent)

    def shown(*options: str) -> str:
        answer = CliRunner().invoke(command, ["feeds", "show", SLUG, "--home", home, *options])
        assert answer.exit_code == 0, answer.output
        return answer.output

    [row] = json.loads(shown("--json"))
    assert row["kept_until"] == "2027-05-15"
    assert "open-combecycle@1" in row["kept_because"]
    for language, said in SAID.items():
        monkeypatch.setenv("LC_ALL", language)
        assert said in " ".join(shown().split())
