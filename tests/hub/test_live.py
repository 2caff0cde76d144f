"""Publishing a GBFS system again: one object a snapshot, one decision a question, one request a ttl."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feeds.errors import UnusableFeed
from feeds.gbfs.conversion import Known
from hub.clock import FixedClock
from hub.errors import Conflict, NotFound, Refused, StorageError
from hub.records import Records, connect
from hub.records import live as live_records
from hub.records.models import LogText
from hub.released import Released
from hub.services import live
from hub.services.back import Back
from hub.services.front import Front
from hub.services.keys import PUBLIC, Actor
from hub.services.live_place import packs
from hub.services.live_shelf import Shelf
from hub.services.live_shown import Shown
from tests.hub.live_town import (
    IDENTIFIED,
    KNOWN,
    NOW,
    SLUG,
    TTL_S,
    Operator,
    move,
    operator,
    put,
    read,
    restated,
    snapshot,
    town,
)


@pytest.fixture
def both(records: Records, tmp_path: Path) -> Back:
    """A hub on each of the two databases, where it matters which."""
    return town(Front(records, Released(tmp_path / "released"), FixedClock(NOW), "https://hub.test"), tmp_path)


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    records = connect(f"sqlite:///{tmp_path / 'records' / 'records.sqlite3'}")
    records.upgrade()
    yield town(Front(records, Released(tmp_path / "released"), FixedClock(NOW), "https://hub.test"), tmp_path)
    records.close()


def shown(shelf: Shelf) -> Shown:
    found = shelf.at_hand(SLUG) or shelf.for_everybody(SLUG)
    assert found is not None
    return found


def body(shelf: Shelf, front: Front, address: str, *, zipped: bool = False) -> Any:
    ready = shown(shelf).file(address, at=front.clock(), gzip=zipped)
    assert ready is not None
    return read(gzip.decompress(ready.body) if zipped else ready.body)


def decisions(front: Front) -> list[dict[str, Any]]:
    with front.records.read() as session:
        said = [json.loads(row.text) for row in session.query(LogText).order_by(LogText.index)]
    return [one for one in said if one["type"] == "decision"]


def objects(front: Front) -> set[str]:
    return {path.name for path in packs(front, SLUG).root.glob("[0-9a-f][0-9a-f]/*")}


def test_what_was_put_is_read_in_both_versions(back: Back) -> None:
    placed = put(back, snapshot(7))
    assert (placed.is_new, placed.missing) == (True, ())
    shelf, front = Shelf(back.front), back.front
    new = body(shelf, front, "3.0/station_status")
    assert new["data"]["stations"][0]["num_vehicles_available"] == 7
    assert body(shelf, front, "2.3/station_status")["data"]["stations"][0]["num_bikes_available"] == 7
    assert body(shelf, front, "3.0/station_status", zipped=True) == new
    feeds = {one["name"]: one["url"] for one in body(shelf, front, "3.0/gbfs")["data"]["feeds"]}
    assert feeds["vehicle_status"] == f"https://hub.test/api/v1/gbfs/{SLUG}/3.0/vehicle_status.json"
    assert body(shelf, front, "2.3/gbfs")["data"]["fr"]["feeds"][0]["name"] == "gbfs"
    assert shown(shelf).file("3.0/free_bike_status", at=NOW, gzip=False) is None


def test_the_ttl_is_what_is_left(back: Back) -> None:
    documents = snapshot()
    ttls = {**dict.fromkeys(documents, 60.0), "station_information": 3600.0}
    live.put(back, SLUG, documents, at=NOW, ttls=ttls, known=KNOWN)
    shelf, front = Shelf(back.front), back.front
    left, tags = [], []
    for _ in range(4):
        ready = shown(shelf).file("3.0/station_status", at=front.clock(), gzip=False)
        assert ready is not None
        assert read(ready.body)["ttl"] == ready.left_s
        left.append(ready.left_s)
        tags.append(ready.tag)
        move(front, 25.5)
    assert left == [60, 34, 9, 0]
    assert len(set(tags)) == 4
    assert len({tag.split("-")[0] for tag in tags}) == 1
    assert body(shelf, front, "3.0/station_information")["ttl"] == 3600 - 102
    # The hub's own files may change whenever any other does.
    assert body(shelf, front, "3.0/gbfs")["ttl"] == 0


def test_the_gzip_stream_is_one_stream_and_the_strong_tags_differ(back: Back) -> None:
    put(back, snapshot())
    found = shown(Shelf(back.front))
    plain, zipped = (found.file("2.3/station_information", at=NOW, gzip=one) for one in (False, True))
    assert plain is not None
    assert zipped is not None
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(zipped.body) == plain.body
    assert (reader.eof, reader.unused_data) == (True, b"")
    assert plain.tag != zipped.tag
    assert plain.stem == zipped.stem


def test_the_same_again_moves_the_ttl_and_writes_no_object(both: Back) -> None:
    first = put(both, snapshot())
    move(both.front, 40)
    again = put(both, snapshot())
    assert (again.digest, again.is_new) == (first.digest, False)
    assert body(Shelf(both.front), both.front, "3.0/station_status")["ttl"] == TTL_S
    assert objects(both.front) == {first.digest}
    assert [(one["action"], one["permitted"]) for one in decisions(both.front)][:1] == [("publish_open", True)]
    assert sum(one["action"] == "publish_open" for one in decisions(both.front)) == 1


def test_objects_that_nobody_follows_any_more_are_removed(back: Back) -> None:
    digests = [put(back, snapshot(number)).digest for number in range(4)]
    assert objects(back.front) == set(digests[2:])


def test_rubbish_takes_the_place_of_nothing(back: Back) -> None:
    digest = put(back, snapshot()).digest
    with pytest.raises(UnusableFeed):
        put(back, {"gbfs": b"{}", "station_status": b"<html>"})
    assert objects(back.front) == {digest}
    assert body(Shelf(back.front), back.front, "3.0/station_status")["ttl"] == TTL_S


def test_a_slower_worker_does_not_undo_what_a_faster_one_did(back: Back) -> None:
    put(back, snapshot(2))
    put(back, snapshot(1), at=NOW - dt.timedelta(seconds=30))
    assert body(Shelf(back.front), back.front, "3.0/station_information")["data"]["stations"][0]["capacity"] == 2


def test_a_reader_has_one_snapshot_or_another_and_never_two(both: Back) -> None:
    put(both, snapshot(0))
    done, seen = threading.Event(), set()

    def write() -> None:
        for number in range(1, 9):
            put(both, snapshot(number))
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not done.is_set() and not writing.done():
            found = Shelf(both.front).for_everybody(SLUG)
            assert found is not None
            numbers = numbers_of(found)
            assert len(numbers) == 1
            seen |= numbers
        writing.result()
    assert numbers_of(shown(Shelf(both.front))) == {8}


def numbers_of(found: Shown) -> set[int]:
    """The number that each of three files in two versions holds."""
    wanted = {
        "3.0/station_status": ("stations", "num_vehicles_available"),
        "3.0/station_information": ("stations", "capacity"),
        "3.0/vehicle_status": ("vehicles", "current_range_meters"),
        "2.3/station_information": ("stations", "capacity"),
        "2.3/free_bike_status": ("bikes", "current_range_meters"),
    }
    numbers = set()
    for address, (key, field) in wanted.items():
        ready = found.file(address, at=NOW, gzip=False)
        assert ready is not None
        numbers.add(json.loads(ready.body)["data"][key][0][field])
    return numbers


def test_the_public_shares_a_decision_for_half_a_second(back: Back) -> None:
    put(back, snapshot())
    shelf, front = Shelf(back.front), back.front
    for _ in range(100):
        body(shelf, front, "3.0/station_status")
    move(front, 0.4)
    body(shelf, front, "2.3/station_status")
    reads = [one for one in decisions(front) if one["action"] == "read"]
    assert [(one["actor"], one["counts"]) for one in reads] == [("public", {"answers_before": 0})]
    move(front, 0.2)
    body(shelf, front, "3.0/station_status")
    reads = [one for one in decisions(front) if one["action"] == "read"]
    assert [one["counts"]["answers_before"] for one in reads] == [0, 101]


def test_what_is_suspended_stops_within_a_second(both: Back) -> None:
    put(both, snapshot())
    shelf, front = Shelf(both.front), both.front
    body(shelf, front, "3.0/station_status")
    restated(front, state="suspended")
    move(front, 0.5)
    assert shelf.at_hand(SLUG) is None
    assert shelf.for_everybody(SLUG) is None
    with pytest.raises(Refused):
        shelf.for_reader(SLUG, PUBLIC, None)
    assert decisions(front)[-1]["permitted"] is False
    with pytest.raises(Refused):
        put(both, snapshot(6))
    with front.records.read() as session:
        assert live_records.live(session, SLUG) is None
    assert objects(front) == set()
    restated(front, state="active")
    put(both, snapshot(6))
    assert body(shelf, front, "3.0/station_information")["data"]["stations"][0]["capacity"] == 6


def test_what_may_not_leave_is_laid_nowhere_and_asked_quietly(back: Back) -> None:
    restated(back.front, state="suspended")
    before = len(decisions(back.front))
    for number in range(3):
        with pytest.raises(Refused):
            put(back, snapshot(number))
    assert objects(back.front) == set()
    assert len(decisions(back.front)) == before  # nothing was there to leave


def test_a_sweep_withdraws_what_closed_while_nobody_asked(back: Back) -> None:
    put(back, snapshot())
    assert live.sweep(back) == []
    restated(back.front, state="suspended")
    assert live.sweep(back) == [SLUG]
    assert objects(back.front) == set()
    assert decisions(back.front)[-1]["action"] == "publish_open"
    assert decisions(back.front)[-1]["permitted"] is False
    assert live.sweep(back) == []


def test_what_the_installation_says_fills_what_the_operator_does_not(back: Back) -> None:
    told = live.known_of(replace(back, contact="flux@hub.test"))
    assert told == Known("flux@hub.test", "Europe/Paris", "en", "https://hub.test/api/v1/gbfs/manifest.json")
    documents = snapshot(version="1.1")
    live.put(replace(back, contact="flux@hub.test"), SLUG, documents, at=NOW, ttls={})
    data = body(Shelf(back.front), back.front, "3.0/system_information")["data"]
    assert (data["feed_contact_email"], data["manifest_url"]) == (told.feed_contact_email, told.manifest_url)


def test_an_identified_system_is_decided_for_each_reader_each_time(back: Back) -> None:
    restated(back.front, **IDENTIFIED)
    put(back, snapshot())
    shelf, front = Shelf(back.front), back.front
    itineo = Actor("itineo", frozenset({"read"}))
    assert shelf.for_everybody(SLUG) is None
    for purpose in (None, "research"):
        ready = shelf.for_reader(SLUG, itineo, purpose).file("3.0/gbfs", at=NOW, gzip=False)
        assert ready is not None
    for actor, asked in ((PUBLIC, None), (itineo, "compliance"), (Actor("itineo"), None)):
        with pytest.raises(Refused):
            shelf.for_reader(SLUG, actor, asked)
    said = [(one["actor"], one["audience"], one["permitted"]) for one in decisions(front) if one["action"] == "read"]
    assert said[:2] == [("itineo", "identified", True)] * 2
    assert [permitted for *_, permitted in said[2:]] == [False] * 3
    shelf.for_reader(SLUG, Actor("combecycle", frozenset({"read"})), None)
    assert decisions(front)[-1]["audience"] == "holder"


def test_what_was_damaged_or_taken_away_is_not_served(back: Back) -> None:
    digest = put(back, snapshot()).digest
    path = packs(back.front, SLUG).path(digest)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StorageError):
        Shelf(back.front).for_everybody(SLUG)
    path.unlink()
    with pytest.raises(StorageError):
        Shelf(back.front).for_everybody(SLUG)


def test_only_gbfs_systems_of_the_commons_are_published(back: Back) -> None:
    for slug, error in (("nowhere", NotFound), ("../combecycle", NotFound), ("bus-hautes-combes", Conflict)):
        with pytest.raises(error):
            live.put(back, slug, snapshot(), at=NOW, ttls={})
        with pytest.raises(NotFound):
            Shelf(back.front).for_everybody(slug)
    with pytest.raises(Conflict):
        live.put(back, "mds-trottix", snapshot(), at=NOW, ttls={})


def test_one_turn_at_a_time_and_the_second_finds_nothing_to_ask(both: Back) -> None:
    names, asked, inside = list(snapshot()), [], threading.Semaphore(1)

    def work(_: int) -> None:
        with live.turn(both, SLUG) as mine:
            assert inside.acquire(blocking=False), "two had the turn at once"
            if stale := mine.stale(names, both.front.clock()):
                asked.append(stale)
                put(both, snapshot())
            inside.release()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert asked == [names]
    with live.turn(both, SLUG) as mine, live.turn(both, "trottix-gbfs") as other:
        assert mine.stale(names, NOW + dt.timedelta(seconds=TTL_S)) == names
        assert other.fresh == {}


def test_a_turn_is_given_back_when_it_fails(both: Back) -> None:
    with pytest.raises(ZeroDivisionError), live.turn(both, SLUG):
        _ = 1 / 0
    with live.turn(both, SLUG) as mine:
        assert mine.slug == SLUG


@pytest.fixture
def asked_operator() -> Iterator[Operator]:
    with operator() as serving:
        serving.documents = snapshot()
        yield serving


def test_fifty_readers_and_four_workers_cost_one_request_a_ttl(both: Back, asked_operator: Operator) -> None:
    """Three ttls: whoever reads, and however often, each file is asked for exactly three times."""
    front, shelf, names = both.front, Shelf(both.front), list(asked_operator.documents)

    def poll(_: int) -> None:
        with live.turn(both, SLUG) as mine:
            stale = mine.stale(names, front.clock())
            if not stale:
                return
            came = {name: fetched(asked_operator, name) for name in stale}
            live.put(both, SLUG, {**snapshot(), **came}, at=front.clock(), ttls=dict.fromkeys(names, TTL_S))

    def look(number: int) -> int:
        found = shelf.at_hand(SLUG) or shelf.for_everybody(SLUG)
        assert found is not None
        ready = found.file(f"{('2.3', '3.0')[number % 2]}/station_status", at=front.clock(), gzip=number % 3 == 0)
        return 0 if ready is None else len(ready.body)

    with ThreadPoolExecutor(12) as pool:
        for ttl in range(3):
            list(pool.map(poll, range(4)))
            sizes = list(pool.map(look, range(50)))
            polls = pool.map(poll, range(4))
            sizes += list(pool.map(look, range(50)))
            list(polls)
            assert all(sizes)
            assert asked_operator.asked == dict.fromkeys(names, ttl + 1)
            move(front, TTL_S)


def fetched(serving: Operator, name: str) -> bytes:
    with urllib.request.urlopen(f"{serving.address}/{name}.json", timeout=10) as answer:
        content: bytes = answer.read()
    return content
