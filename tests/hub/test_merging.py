"""The merged timetable of a territory: made of what is open, read as each is, gone when one closes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feeds.gtfs.archive import content_digest
from hub.errors import NotFound, Refused
from hub.records.models import Release
from hub.services import merging
from hub.services.access import listed, open_release
from hub.services.basins import open_basin
from hub.services.commons import put_in_force
from hub.services.keys import PUBLIC
from hub.services.merging import Remade, merge_due, merge_feeds, merge_territory
from tests.hub.api.hall import Hall, get, web_door
from tests.hub.notice_town import BUS, built, copied, documents, new_version, opened
from tests.hub.test_bad_input import Answer, hub, town, zipped  # noqa: F401 - the fixture `hub`

MINUTE = dt.timedelta(minutes=1)
BASIN = "hautes-combes"
TRAM = "tram-hautes-combes"
OPEN_TRAM = "agreements/open-tram.yaml"


def commons(**changes: str) -> dict[str, str]:
    """The demo's commons with a second open timetable; `changes` are lines of its agreement."""
    files = documents()
    bus = files["datasets.yaml"][: files["datasets.yaml"].index("combecycle:")]
    files["datasets.yaml"] += "\n" + bus[bus.index(BUS) :].replace(BUS, TRAM).replace("etalab-2.0", "ODbL-1.0")
    text = files["agreements/open-bus-hautes-combes.yaml"].replace(BUS, TRAM)
    lines = [
        next((f"{k}: {v}" for k, v in changes.items() if one.startswith(f"{k}:")), one) for one in text.splitlines()
    ]
    return {**files, OPEN_TRAM: "\n".join(lines)}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open")
    with copied(built(tmp_path_factory.mktemp("town")), folder) as made:
        put_in_force(made.front, commons())
        take_in(made, BUS, folder)
        take_in(made, TRAM, folder, routes="route_id,route_short_name,route_type\n1,T1,0\n")
    return folder


@pytest.fixture
def hall(template: Path, tmp_path: Path) -> Iterator[Hall]:
    with copied(template, tmp_path) as made:
        yield made


def take_in(hall: Hall, slug: str, folder: Path, **changes: str) -> None:
    """A version with its archive published."""
    hall.clock.now += MINUTE
    version = new_version(hall, slug, at=hall.clock())
    path = zipped(folder / f"{slug}.zip", town(**changes))
    stored = hall.front.released.put_file(path)
    with hall.front.records.write() as session:
        session.add(
            Release(
                id=stored.digest[:16] + version.digest[:16],
                kind="open",
                subject=slug,
                part="archive",
                version_id=version.id,
                audience="open",
                edition={"version": content_digest(path)},
                digest=stored.digest,
                size=stored.size,
                media_type="application/zip",
                file_name=f"{slug}.zip",
                created_at=hall.clock(),
                agreements=[],
                obligations={},
                facts={},
            )
        )


def remake(hall: Hall, work: Path) -> Remade:
    hall.clock.now += MINUTE
    (done,) = merge_due(hall.front, work)
    return done


def routes(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("routes.txt").decode()
    return [row["route_id"] for row in csv.DictReader(io.StringIO(text))]


def decisions(hall: Hall) -> int:
    with hall.front.records.read() as session:
        return session.connection().exec_driver_sql("SELECT count(*) FROM log_entry").scalar_one()


def test_everybody_reads_all_open_timetables_as_one(hall: Hall, tmp_path: Path) -> None:
    app = web_door(hall.front)
    address = f"/api/v1/basins/{BASIN}/gtfs.zip"
    assert get(app, address).status_code == 404
    assert remake(hall, tmp_path).is_new
    before = decisions(hall)
    whole = get(app, address)
    assert decisions(hall) == before + 2, "one decision for each feed in it"
    assert routes(whole.content) == [f"{BUS}:1", f"{TRAM}:1"]
    assert whole.headers["Commons-Licence"] == "ODbL-1.0, etalab-2.0"
    assert whole.headers["Cache-Control"] == "public, max-age=60"
    assert "Commons-Decision" not in whole.headers
    assert get(app, address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = get(app, address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, whole.content[:4])
    for wrong in ("nowhere", "x" * 100):
        assert get(app, f"/api/v1/basins/{wrong}/gtfs.zip").status_code in (404, 422)


def test_it_is_made_anew_only_when_something_in_it_changed(hall: Hall, tmp_path: Path) -> None:
    first = remake(hall, tmp_path)
    assert not remake(hall, tmp_path).is_new
    take_in(hall, BUS, tmp_path, routes="route_id,route_short_name,route_type\n1,9,3\n")
    second = remake(hall, tmp_path)
    assert second.is_new
    assert first.release is not None
    assert second.release is not None
    assert first.release.edition["version"] != second.release.edition["version"]
    assert open_basin(hall.front, BASIN, actor=PUBLIC).release.id == second.release.id


def test_when_one_closes_the_merge_is_shut_and_made_without_it(hall: Hall, tmp_path: Path) -> None:
    app = web_door(hall.front)
    address = f"/api/v1/basins/{BASIN}/gtfs.zip"
    old = remake(hall, tmp_path).release
    assert old is not None
    put_in_force(hall.front, commons(state="suspended"))
    shut = get(app, address, headers={"If-None-Match": f'"{old.digest}"'})
    assert (shut.status_code, shut.json()["reasons"][0]["dataset"]) == (403, TRAM)
    assert remake(hall, tmp_path).is_new
    assert routes(get(app, address).content) == [f"{BUS}:1"]
    put_in_force(hall.front, documents(state="suspended"))
    done = remake(hall, tmp_path)
    assert (done.release, done.why) == (None, "no open GTFS feed of this territory is published")
    assert get(app, address).status_code == 403


def test_no_other_door_gives_it(hall: Hall, tmp_path: Path) -> None:
    made = remake(hall, tmp_path).release
    assert made is not None
    assert made.id not in {one.id for one in listed(hall.front, PUBLIC)}
    with pytest.raises(Refused):
        open_release(hall.front, made.id, actor=PUBLIC)
    app = web_door(hall.front)
    for path in (f"/api/v1/releases/{made.id}", f"/api/v1/releases/{made.id}/data"):
        answer = get(app, path)
        assert answer.status_code in (403, 404), path
        assert made.digest not in answer.text
    assert made.id not in get(app, "/api/v1/releases").text


def test_what_closes_while_it_is_made_lets_nothing_out(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = merging.merge

    def slow(*args: object, **options: object) -> object:
        done = whole(*args, **options)  # type: ignore[arg-type]
        put_in_force(hall.front, commons(state="suspended"))
        return done

    monkeypatch.setattr(merging, "merge", slow)
    with pytest.raises(Refused):
        merge_territory(hall.front, BASIN, tmp_path)
    put_in_force(hall.front, commons())
    told = remake(hall, tmp_path)
    assert (told.territory, told.release) == (BASIN, None), "the territories after it are made all the same"
    assert told.why
    with hall.front.records.read() as session:
        assert session.query(Release).filter_by(kind="merged").count() == 0


def test_time_zones_that_differ_are_told_and_stop_nobody(hall: Hall, tmp_path: Path) -> None:
    agency = "agency_name,agency_url,agency_timezone\nTown,https://town.example,Europe/Lisbon\n"
    take_in(hall, TRAM, tmp_path, agency=agency)
    done = remake(hall, tmp_path)
    assert done.release is None
    assert "Europe/Lisbon: tram-hautes-combes" in done.why


def test_only_what_everybody_reads_is_merged_by_name(hall: Hall, tmp_path: Path) -> None:
    done = merge_feeds(hall.front, [TRAM, BUS, TRAM], tmp_path / "merged.zip")
    assert list(done.inputs) == [BUS, TRAM]
    put_in_force(hall.front, commons(state="suspended"))
    with pytest.raises(Refused):
        merge_feeds(hall.front, [TRAM, BUS], tmp_path / "merged.zip")
    with pytest.raises(NotFound):
        merge_feeds(hall.front, ["no-such-feed"], tmp_path / "merged.zip")


def test_the_command_writes_a_file_or_publishes(hub: Callable[..., Answer], tmp_path: Path) -> None:  # noqa: F811
    assert hub("feeds", "merge").code == 2
    assert hub("feeds", "merge", BUS, "--publish").code == 2
    out = tmp_path / "out.zip"
    assert hub("feeds", "merge", BUS, "--out", str(out)).code == 2
    with opened(tmp_path / "home") as made:
        take_in(made, BUS, tmp_path, notes="a,b\n1,2\n")
    told = json.loads(hub("feeds", "merge", BUS, "--out", str(out), "--json").out)
    assert (told["rows"]["stops"], told["service"]) == (2, {"from": "20260907", "to": "20261018"})
    assert [note["file"] for note in told["notes"]] == [f"{BUS}/notes.txt"]
    assert routes(out.read_bytes()) == [f"{BUS}:1"]
    assert not list(tmp_path.glob(".staging/*"))
    (row,) = json.loads(hub("feeds", "merge", "--publish", "--json").out)
    assert (row["territory"], row["state"], row["feeds"]) == (BASIN, "made", [BUS])
    assert "unchanged" in hub("feeds", "merge", "--publish").out
    assert hub("feeds", "merge", "mds-trottix", "--out", str(out)).code == 1
