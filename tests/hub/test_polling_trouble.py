"""Polls that meet trouble: what is no good is told so, nothing good is lost to it, and the history knows every poll."""

from __future__ import annotations

import datetime as dt
import errno
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.records import live as live_records
from hub.records import sealing
from hub.records.feed_models import Live
from hub.services import archive, credentials, registry
from hub.services.back import Back
from hub.services.history import read_day, read_history
from hub.services.live_pack import unpack
from hub.services.live_place import packs
from hub.services.polling.due import enqueue_due
from hub.services.polling.poll import poll
from hub.services.registry_entries import Wanted
from tests.hub.polled_town import NOON, SLUG, Operator, asking_hub, at, operator_on_loopback, registered, rows, source


@pytest.fixture
def operator() -> Iterator[Operator]:
    with operator_on_loopback() as said:
        yield said


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    with asking_hub(tmp_path) as made:
        yield made


def live(back: Back) -> Live:
    with back.front.records.read() as session:
        row = live_records.live(session, SLUG)
    assert row is not None
    return row


def left_s(back: Back, name: str, seconds: float) -> float:
    return float(live(back).fresh[name]) - NOON.timestamp() - seconds


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b'{"last_updated": 1, "ttl": 0, "version": "9.9", "data": {"feeds": []}}', "9.9"),
        (b'{"last_updated": 1, "ttl": 0, "version": "2.3", "data": {}}', "lists no file"),
        (b"[1, 2]", "gbfs.json"),
        (b"<html>", "gbfs.json"),
    ],
)
def test_an_answer_that_is_no_system_failed_whatever_its_status(
    back: Back, operator: Operator, answer: bytes, told: str
) -> None:
    registered(back, operator)
    operator.broken["gbfs"] = answer
    poll(back, SLUG)
    (row,) = rows(back)
    assert (row.name, row.outcome, row.status) == ("gbfs", "failed", 200)
    assert told in row.error
    assert source(back).failures == 1


def test_an_unreadable_discovery_document_does_not_replace_the_good_one(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    operator.broken["gbfs"] = b'{"last_updated": 1, "ttl": 0, "version": "2.3", "data": {"fr": {"feeds": []}}}'
    operator.bikes = 1
    poll(at(back, 3601), SLUG)
    assert [row.outcome for row in rows(back) if row.name == "gbfs"] == ["full", "failed"]
    assert operator.asked["station_status"] == 2
    assert source(back).failures == 0
    assert read_day(back, SLUG, NOON.date())["vehicles_available"].to_list() == [3, 1]


def test_a_file_that_could_not_be_had_is_stale_and_says_so(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    assert left_s(back, "station_status", 0) == 30
    operator.broken["station_status"] = b"<html>"
    for name in ("gbfs", "system_information", "station_information"):
        operator.ttl[name] = 40
    poll(at(back, 31), SLUG)
    poll(at(back, 3601), SLUG)
    assert left_s(back, "station_status", 3601) <= 0
    assert left_s(back, "station_information", 3601) == 40
    assert source(back).due_at == NOON + dt.timedelta(seconds=3641)
    poll(at(back, 3641), SLUG)
    assert left_s(back, "station_status", 3641) <= 0, "it is left alone for two minutes, and is no fresher for that"
    assert operator.asked["station_status"] == 3
    poll(at(back, 3722), SLUG)
    assert operator.asked["station_status"] == 4


def test_a_wrong_address_that_is_mended_is_found_before_the_discovery_goes_stale(
    back: Back, operator: Operator
) -> None:
    operator.ttl["gbfs"] = 86_400
    good = json.loads(operator.document("gbfs"))
    good["data"]["fr"]["feeds"][2]["url"] = f"{operator.base}/nowhere.json"
    operator.broken["gbfs"] = json.dumps(good).encode()
    operator.broken["nowhere"] = b"<html>"
    registered(back, operator)
    poll(back, SLUG)
    assert operator.asked["nowhere"] > 0
    del operator.broken["gbfs"]
    operator.asked.clear()
    for seconds in (200, 400, 590, 730):
        poll(at(back, seconds), SLUG)
    assert (operator.asked["gbfs"], operator.asked["station_status"]) == (1, 1)
    operator.asked.clear()
    poll(at(back, 730 + 3_599), SLUG)
    assert operator.asked["gbfs"] == 0
    poll(at(back, 730 + 3_600), SLUG)
    assert operator.asked["gbfs"] == 1, "each hour, whatever it says"


def test_that_nothing_changed_was_seen_too(back: Back, operator: Operator) -> None:
    operator.tags = True
    registered(back, operator)
    for seconds in range(0, 7_200, 300):
        poll(at(back, seconds), SLUG)
    (row,) = read_day(back, SLUG, NOON.date()).select("since", "until").rows()
    assert row == (NOON, NOON + dt.timedelta(seconds=6_900, minutes=15))
    hours = read_history(back, SLUG, NOON, NOON + dt.timedelta(hours=2)).to_pylist()
    assert [one["observed_us"] for one in hours] == [3_600_000_000, 3_600_000_000]


def test_what_a_full_disk_kept_out_of_the_history_is_in_it_after_the_next_poll(
    back: Back, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.tags = True
    registered(back, operator)
    poll(back, SLUG)
    operator.bikes = 1

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(archive, "publish_file", full)
        with pytest.raises(Exception, match="No space left"):
            poll(at(back, 40), SLUG)
    poll(at(back, 80), SLUG)
    poll(at(back, 120), SLUG)
    found = read_day(back, SLUG, NOON.date()).select("vehicles_available", "since").rows()
    assert found == [(3, NOON), (1, NOON + dt.timedelta(seconds=80))]


def test_an_address_that_is_set_while_the_old_one_is_asked_is_asked_at_once(back: Back, operator: Operator) -> None:
    registered(back, operator)
    other = f"{operator.base}/other/gbfs.json"
    was = operator.document

    def document(name: str) -> bytes:
        if name == "station_status":
            registry.change(back.front, SLUG, Wanted(url=other))
        return was(name)

    operator.document = document  # type: ignore[method-assign]
    poll(back, SLUG)
    assert source(back).url == other
    due = source(back).due_at
    assert due is None or due <= NOON


def test_what_a_clock_that_ran_ahead_left_behind_counts_for_nothing(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(at(back, 3 * 86_400), SLUG)
    operator.bikes = 1
    assert enqueue_due(at(back, 60).front) == 1, "it was to be asked in three days"
    poll(at(back, 60), SLUG)
    assert operator.asked["station_status"] == 2
    assert live(back).at == NOON + dt.timedelta(seconds=60)
    assert left_s(back, "station_status", 60) == 30
    due = source(back).due_at
    assert due is not None
    poll(at(back, 61), SLUG)
    assert operator.asked["station_status"] == 2, "and from then on it is the usual rhythm"


def test_a_key_that_the_server_writes_into_its_own_files_does_not_leave(back: Back, operator: Operator) -> None:
    secret = "K3y-of-the-hub-0123456789"
    registered(back, operator)
    with back.front.records.write() as session:
        sealing.tell(session, back.opener.sealer(), at=NOON)
    credentials.put(back.front, SLUG, "query", {"name": "apikey"}, {"value": secret})
    operator.name = f"Combecycle {secret}"
    poll(replace(back, contact="hub@hub.test"), SLUG)
    assert operator.asked["station_status"] == 1
    served = unpack(packs(back.front, SLUG).read(live(back).digest)).files
    assert "Combecycle" in served["3.0/system_information"].tail.decode()
    assert not [name for name, file in served.items() if secret.encode() in file.tail]
    archives = [path for path in back.front.released.root.rglob("*") if zipfile.is_zipfile(path)]
    (archive,) = archives
    with zipfile.ZipFile(archive) as bundle:
        assert "system_information.json" in bundle.namelist()
        assert not [name for name in bundle.namelist() if secret.encode() in bundle.read(name)]


def test_a_server_that_wants_to_be_left_alone_is_whichever_file_it_said_so_for(back: Back, operator: Operator) -> None:
    registered(back, operator)
    poll(back, SLUG)
    operator.later["station_status"] = 900
    poll(at(back, 31), SLUG)
    assert source(back).due_at == NOON + dt.timedelta(seconds=31 + 900)
    assert source(back).failures == 0
