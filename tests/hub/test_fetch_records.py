"""What the records know of fetching: conditional questions, forced ones, a row for each, and the last good answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from feeds.errors import FeedError
from hub.bootstrap import back_office
from hub.cli import main
from hub.clock import FixedClock
from hub.errors import FetchError, TooLarge
from hub.records import Records, fetches
from hub.records import feeds as feed_records
from hub.records import held as held_records
from hub.records.feed_models import Fetch, Held, Source
from hub.services import fetch_log
from hub.services.back import Back
from hub.services.errands import LIED
from hub.services.ingest import Ingested, ingest
from hub.settings import Settings
from tests.hub.servers import Page, Server
from tests.hub.test_bad_input import town, zipped
from tests.hub.test_fetch import Detour

NOON = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
BUS = "bus"
BIKES = "bikes"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records at the newest migration, to copy: to migrate takes longer than most tests here."""
    settings = Settings(home=tmp_path_factory.mktemp("migrated"))
    made = back_office(settings)
    made.front.records.upgrade()
    made.front.records.close()
    return settings.records_folder


@pytest.fixture
def back(migrated: Path, tmp_path: Path) -> Iterator[Back]:
    settings = Settings(home=tmp_path / "home", allow_private_addresses=True, full_fetch_days=7)
    shutil.copytree(migrated, settings.records_folder)
    made = back_office(settings)
    clock = FixedClock(NOON)
    fetcher = replace(made.fetcher, sleep=lambda s: None, jitter=lambda: 0.0, most_s=20.0, clock=clock)
    made = replace(made, fetcher=fetcher, front=replace(made.front, clock=clock))
    yield made
    made.front.records.close()


def at(back: Back, days: float) -> Back:
    """The same hub, some days after noon."""
    clock = FixedClock(NOON + days * DAY)
    return replace(back, front=replace(back.front, clock=clock), fetcher=replace(back.fetcher, clock=clock))


def register(back: Back, slug: str, url: str, standard: str) -> None:
    source = Source(slug=slug, standard=standard, url=url, auth={}, registered_at=NOON)
    with back.front.records.write() as session:
        session.add(source)


def rows(back: Back, slug: str) -> list[Fetch]:
    """Oldest first."""
    with back.front.records.read() as session:
        return fetches.fetches(session, slug)[::-1]


def held(back: Back, slug: str) -> dict[str, Held]:
    with back.front.records.read() as session:
        return held_records.held(session, slug)


def outcomes(back: Back, slug: str) -> list[str]:
    with back.front.records.read() as session:
        return [one.outcome for one in feed_records.attempts(session, slug)][::-1]


def timetable(tmp_path: Path, name: str = "Town") -> bytes:
    agency = f"agency_name,agency_url,agency_timezone\n{name},https://town.example,Europe/Paris\n"
    return zipped(tmp_path / "made.zip", town(agency=agency)).read_bytes()


@pytest.fixture
def bus(back: Back, server: Server, tmp_path: Path) -> Callable[..., Ingested]:
    """A registered timetable on the shelf; ingests it some days after noon."""
    server.shelf["/town.zip"] = Page(timetable(tmp_path), '"v1"', headers={"Cache-Control": "max-age=3600"})
    url = server.url("/town.zip")
    register(back, BUS, url, "gtfs")
    return lambda days=0.0: ingest(at(back, days), url, slug=BUS)


def test_what_did_not_change_is_told_as_unchanged_and_not_read(
    back: Back, bus: Callable[..., Ingested], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bus()
    monkeypatch.setattr("hub.services.ingest.detect", lambda path: pytest.fail("nothing was to be looked at"))
    again = bus(1)
    assert (again.is_new, again.version.id) == (False, first.version.id)
    assert again.manifest == first.manifest
    assert outcomes(back, BUS) == ["new", "unchanged"]
    assert [one.conditional for one in server.asked] == [False, True]
    assert [(one.outcome, one.status, one.bytes > 0) for one in rows(back, BUS)] == [
        ("full", 200, True),
        ("not_modified", 304, False),
    ]


def test_what_is_held_is_written_down(back: Back, bus: Callable[..., Ingested], server: Server) -> None:
    bus()
    content = server.shelf["/town.zip"].content
    (kept,) = held(back, BUS).values()
    assert (kept.name, kept.url, kept.etag, kept.size) == ("", server.url("/town.zip"), '"v1"', len(content))
    assert kept.digest == hashlib.sha256(content).hexdigest()
    assert (kept.asked_at, kept.full_at, kept.fresh_until) == (NOON, NOON, NOON + dt.timedelta(hours=1))
    bus(1)
    (kept,) = held(back, BUS).values()
    assert (kept.asked_at, kept.full_at) == (NOON + DAY, NOON)
    (one, _) = rows(back, BUS)
    assert (one.url, one.etag, one.digest, one.tries, one.error) == (kept.url, '"v1"', kept.digest, 1, "")


def test_a_server_that_lies_with_304_is_found_out_by_the_forced_fetch(
    back: Back, bus: Callable[..., Ingested], server: Server, tmp_path: Path
) -> None:
    bus()
    server.shelf["/town.zip"] = Page(timetable(tmp_path, "City"), '"v1"', lies=True)
    for days in (1, 6.99):
        assert not bus(days).is_new, "the server says that nothing changed"
    found = bus(7)
    assert (found.is_new, found.version.number) == (True, 2)
    assert [one.conditional for one in server.asked] == [False, True, True, False]
    assert rows(back, BUS)[-1].error == LIED
    assert held(back, BUS)[""].etag == ""
    bus(8)
    assert not server.asked[-1].conditional, "its validators are not believed"


def test_after_something_else_was_handed_in_the_feed_is_asked_for_whole(
    back: Back, bus: Callable[..., Ingested], server: Server, tmp_path: Path
) -> None:
    first = bus()
    (tmp_path / "upload.zip").write_bytes(timetable(tmp_path, "City"))
    assert ingest(at(back, 1), str(tmp_path / "upload.zip"), slug=BUS).version.number == 2
    assert bus(2).version.id == first.version.id
    assert [one.conditional for one in server.asked] == [False, False]
    with back.front.records.read() as session:
        assert feed_records.feed(session, BUS).current_id == first.version.id


def test_an_answer_is_held_only_with_the_version_made_of_it(
    back: Back, bus: Callable[..., Ingested], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hub.services.ingest._judge", dies)
        with pytest.raises(KeyboardInterrupt):
            bus()
    assert held(back, BUS) == {}
    assert len(rows(back, BUS)) == 1
    assert bus(1).is_new
    assert [one.conditional for one in server.asked] == [False, False]


#: Path, outcome, status and tries.
BAD = [
    ("/page", "failed", 200, 1),
    ("/nothing", "failed", 200, 1),
    ("/short", "failed", 200, 4),
    ("/breaks?times=9", "failed", None, 4),
    ("/status?code=404", "failed", 404, 1),
    ("/busy?times=99&after=never&code=503", "failed", 503, 4),
    ("/unasked-304", "failed", 304, 1),
    ("/redirect?to=file:///etc/passwd", "refused", None, 1),
    ("/ten-gigabytes", "refused", 200, 1),
]


def test_bad_answers_leave_the_last_good_version_and_are_written_down(
    back: Back, bus: Callable[..., Ingested], server: Server
) -> None:
    first = bus()
    before = held(back, BUS)[""]
    small = replace(back, fetcher=replace(back.fetcher, most_bytes=4 << 20))
    for path, outcome, status, tries in BAD:
        with back.front.records.write() as session:
            session.get_one(Source, BUS).url = server.url(path)
        with pytest.raises(FetchError) as caught:
            ingest(at(small, 1), server.url(path), slug=BUS)
        assert isinstance(caught.value, TooLarge) == (path == "/ten-gigabytes")
        row = rows(back, BUS)[-1]
        assert (row.outcome, row.status, row.tries, row.error) == (outcome, status, tries, str(caught.value)), path
        assert "?" not in row.url
    assert outcomes(back, BUS) == ["new"] + ["failed"] * len(BAD)
    assert held(back, BUS)[""].digest == before.digest
    with back.front.records.read() as session:
        assert feed_records.feed(session, BUS).current_id == first.version.id


def test_an_archive_that_is_a_bomb_leaves_the_last_good_version(
    back: Back, bus: Callable[..., Ingested], server: Server, tmp_path: Path
) -> None:
    first = bus()
    zeros = "stop_id\n" + "0" * (80 << 20)
    server.shelf["/town.zip"] = Page(zipped(tmp_path / "bomb.zip", town(stops=zeros)).read_bytes(), '"v2"')
    with pytest.raises(FeedError):
        bus(1)
    assert held(back, BUS)[""].etag == '"v1"'
    assert outcomes(back, BUS) == ["new", "refused"]
    with back.front.records.read() as session:
        assert feed_records.feed(session, BUS).current_id == first.version.id
    with pytest.raises(FeedError):
        bus(2)
    assert server.asked[-1].headers["if-none-match"] == '"v1"'


def test_an_address_that_is_not_the_registered_one_leaves_no_trace_of_validators(back: Back, server: Server) -> None:
    register(back, BUS, server.url("/registered.zip"), "gtfs")
    with pytest.raises(FetchError):
        ingest(back, server.url("/status?code=404"), slug=BUS)
    assert rows(back, BUS) == []
    assert outcomes(back, BUS) == ["failed"]


# A system of files


def system(server: Server, *, bikes: int = 3, named: dict[str, str] | None = None, host: str = "127.0.0.1") -> str:
    """A small GBFS 2.3 system on the shelf; `named` are further files, or other addresses of the same ones."""
    stamp = {"last_updated": int(NOON.timestamp()), "ttl": 60, "version": "2.3"}
    station = {"station_id": "a", "name": "Station", "lat": 45.06, "lon": 5.55, "capacity": 10}
    status = {"station_id": "a", "num_bikes_available": bikes, "num_docks_available": 10 - bikes, "is_installed": True}
    status |= {"is_renting": True, "is_returning": True, "last_reported": int(NOON.timestamp())}
    files = {
        "system_information": {"system_id": "b", "language": "en", "name": "Bikes", "timezone": "Europe/Paris"},
        "station_information": {"stations": [station]},
        "station_status": {"stations": [status]},
    }
    addresses = {**{name: server.url(f"/{name}.json", host=host) for name in files}, **(named or {})}
    feeds = [{"name": name, "url": url} for name, url in addresses.items()]
    for name, data in {"gbfs": {"en": {"feeds": feeds}}, **files}.items():
        content = json.dumps({**stamp, "data": data}).encode()
        server.shelf[f"/{name}.json"] = Page(content, f'"{hashlib.sha256(content).hexdigest()[:8]}"')
    return server.url("/gbfs.json", host=host)


def test_each_file_of_a_system_is_asked_for_only_if_it_changed(back: Back, server: Server) -> None:
    url = system(server)
    register(back, BIKES, url, "gbfs")
    first = ingest(back, url, slug=BIKES)
    assert not ingest(at(back, 0.1), url, slug=BIKES).is_new
    assert outcomes(back, BIKES) == ["new", "unchanged"]
    assert [one.outcome for one in rows(back, BIKES)] == ["full"] * 4 + ["not_modified"] * 4
    system(server, bikes=4)
    changed = ingest(at(back, 0.2), url, slug=BIKES)
    assert (changed.is_new, changed.version.number) == (True, 2)
    assert {one.name: one.outcome for one in rows(back, BIKES)[8:]} == {
        "gbfs": "not_modified",
        "system_information": "not_modified",
        "station_information": "not_modified",
        "station_status": "full",
    }
    assert changed.manifest.rows["stations"] == first.manifest.rows["stations"] == 1
    with zipfile.ZipFile(back.vault.raw(changed.version.raw_digest)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            name[1:]: page.content for name, page in server.shelf.items()
        }


def test_a_file_that_is_held_no_more_is_asked_for_whole(back: Back, server: Server) -> None:
    url = system(server)
    register(back, BIKES, url, "gbfs")
    first = ingest(back, url, slug=BIKES)
    back.vault.raw(first.version.raw_digest).unlink()
    assert not ingest(at(back, 0.1), url, slug=BIKES).is_new
    assert [one.conditional for one in server.asked] == [False] * 8


def test_a_file_whose_bytes_are_others_than_those_held_is_asked_for_whole(back: Back, server: Server) -> None:
    url = system(server)
    register(back, BIKES, url, "gbfs")
    ingest(back, url, slug=BIKES)
    with back.front.records.write() as session:
        session.get_one(Held, (BIKES, "station_status")).digest = "0" * 64
    ingest(at(back, 0.1), url, slug=BIKES)
    again = {one.path: one.conditional for one in server.asked[4:]}
    assert [path for path, conditional in again.items() if not conditional] == ["/station_status.json"]


def test_a_file_that_lies_inside_is_left_out_and_named_and_the_others_are_taken(back: Back, server: Server) -> None:
    inside = server.url("/feed.zip", host="metadata.example")
    named = {"system_regions": inside, "system_alerts": "file:///etc/passwd"}
    url = system(server, named=named, host="feeds.example")
    register(back, BIKES, url, "gbfs")
    done = ingest(guarded(back), url, slug=BIKES)
    found = {one.file: one for one in done.manifest.findings if one.code == "gbfs_file_not_fetched"}
    assert set(found) == {"system_regions.json", "system_alerts.json"}
    assert inside in found["system_regions.json"].message
    assert "not on the public internet" in found["system_regions.json"].message
    assert "only http and https" in found["system_alerts.json"].message
    assert done.version.verdict == "fail"
    assert done.manifest.rows["stations"] == 1
    assert {one.name: one.outcome for one in rows(back, BIKES) if one.outcome != "full"} == {
        "system_regions": "refused",
        "system_alerts": "refused",
    }


@pytest.mark.parametrize("name", ["station_status", "system_information"])
def test_a_system_whose_needed_file_lies_inside_is_refused_and_the_file_named(
    back: Back, server: Server, name: str
) -> None:
    url = system(server, host="feeds.example")
    register(back, BIKES, url, "gbfs")
    first = ingest(guarded(back), url, slug=BIKES)
    system(server, named={name: server.url("/feed.zip", host="metadata.example")}, host="feeds.example")
    with pytest.raises(FeedError, match=f"{name}.json: .*not on the public internet"):
        ingest(at(guarded(back), 0.1), url, slug=BIKES)
    with back.front.records.read() as session:
        assert feed_records.feed(session, BIKES).current_id == first.version.id


def guarded(back: Back) -> Back:
    """The hub as it is by default: only the public internet is called, on which every address leads to the server."""
    addresses = {"feeds.example": "93.184.215.14", "metadata.example": "169.254.169.254"}
    fetcher = replace(back.fetcher, resolve=lambda host, port: [addresses[host]], network=Detour(), allow_private=False)
    return replace(back, fetcher=fetcher)


# The rows themselves, on both databases


def fetch(days: float, slug: str = BUS, **more: object) -> Fetch:
    return Fetch(slug=slug, at=NOON + days * DAY, url="https://a.example/", outcome="full", **more)


def test_rows_are_listed_newest_first_and_forgotten_when_they_are_old(records: Records) -> None:
    with records.write() as session:
        for days in (0, 2, 1):
            fetches.add(session, fetch(days, error=f"{days}\x00"))
        fetches.add(session, fetch(0, "other"))
    with records.read() as session:
        assert [one.error for one in fetches.fetches(session, BUS)] == ["2\ufffd", "1\ufffd", "0\ufffd"]
        assert [one.error[0] for one in fetches.fetches(session, BUS, since=NOON + DAY, most=1)] == ["2"]
    with records.write() as session:
        assert fetches.prune(session, before=NOON + DAY) == 2
    with records.read() as session:
        assert [one.at for one in session.scalars(select(Fetch).order_by(Fetch.at))] == [NOON + DAY, NOON + 2 * DAY]


def test_what_is_held_is_replaced_confirmed_and_forgotten(records: Records) -> None:
    for number in (1, 2):
        with records.write() as session:
            at = NOON + number * DAY
            held_records.keep(session, BUS, "", at=at, url="u", digest=f"d{number}", size=number, etag=f"e{number}\x00")
    with records.write() as session:
        held_records.still(session, BUS, "", at=NOON + 3 * DAY, fresh_until=NOON + 4 * DAY)
        held_records.still(session, BUS, "never", at=NOON)
    with records.read() as session:
        (row,) = held_records.held(session, BUS).values()
    assert (row.digest, row.size, row.etag) == ("d2", 2, "e2\ufffd")
    assert (row.asked_at, row.full_at, row.fresh_until) == (NOON + 3 * DAY, NOON + 2 * DAY, NOON + 4 * DAY)
    with records.write() as session:
        held_records.forget(session, BUS)
    with records.read() as session:
        assert held_records.held(session, BUS) == {}


def test_the_log_of_requests_is_kept_for_so_many_days(back: Back) -> None:
    with back.front.records.write() as session:
        for days in (-181, -179):
            fetches.add(session, fetch(days))
    assert fetch_log.prune(back) == 1
    assert fetch_log.prune(replace(back, fetch_log_days=178)) == 1
    assert rows(back, BUS) == []


def test_of_operator_data_no_volume_is_written_where_the_web_reads(back: Back, server: Server) -> None:
    trips = (Path(__file__).parent / "nothing.json").name
    server.shelf[f"/{trips}"] = Page(b'{"version":"2.0.0","data":{"trips":[]}}', '"v1"')
    register(back, "mds-x", server.url(f"/{trips}"), "mds")
    with pytest.raises(FeedError):
        ingest(back, server.url(f"/{trips}"), slug="mds-x")
    (row,) = rows(back, "mds-x")
    assert (row.outcome, row.status, row.bytes, row.took_ms) == ("full", 200, 0, 0)


def test_requests_are_listed_on_the_command_line(
    back: Back, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["hub", "feeds", "fetches", BUS, *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        assert leaving.value.code in (None, 0)
        return capsys.readouterr().out

    assert "No request yet" in run()
    assert json.loads(run("--json")) == []
    with back.front.records.write() as session:
        fetches.add(session, fetch(0, status=200, bytes=56, took_ms=12))
        fetches.add(session, fetch(1, error="answered with status 503"))
    assert "answered with status 503" in run()
    newest, oldest = json.loads(run("--json"))
    assert (oldest["bytes"], oldest["took_ms"], oldest["at"]) == (56, 12, "2026-09-15T12:00:00Z")
    assert len(json.loads(run("--json", "--most", "1"))) == 1
    assert newest["outcome"] == "full"


def test_the_settings_reach_the_fetcher(tmp_path: Path) -> None:
    made = back_office(Settings(home=tmp_path, host_requests=1, full_fetch_days=3, fetch_log_days=9))
    assert (made.full_fetch_days, made.fetch_log_days) == (3, 9)
    with made.fetcher.hosts.turn("a", within_s=0), pytest.raises(FetchError), made.fetcher.hosts.turn("a", within_s=0):
        pass
