"""A GBFS system that is handed in is published like one that is asked, unless the hub asks it itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.clock import FixedClock
from hub.records import Records
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.released import Released
from hub.services import registry
from hub.services.back import Back
from hub.services.front import Front
from hub.services.ingest import ingest
from hub.services.live_pack import unpack
from hub.services.live_place import packs
from hub.services.publish import publish_if_open
from hub.services.registry_entries import Wanted
from tests.hub.live_town import IDENTIFIED, SLUG, move, restated, snapshot, town
from tests.hub.live_town import NOW as MORNING


@pytest.fixture
def back(records: Records, tmp_path: Path) -> Back:
    front = Front(records, Released(tmp_path / "released"), FixedClock(MORNING), public_url="https://hub.test")
    return town(front, tmp_path)


def laid_out(folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in snapshot(number).items():
        place = folder / f"{name}.json"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    return folder


def handed_in(back: Back, source: Path) -> None:
    publish_if_open(back, ingest(back, str(source), slug=SLUG, standard="gbfs"))


def live(back: Back) -> Live | None:
    with back.front.records.read() as session:
        return live_records.live(session, SLUG)


def published(back: Back, file: str) -> Any:
    row = live(back)
    assert row is not None
    return json.loads(b"{" + unpack(packs(back.front, SLUG).read(row.digest)).files[file].tail)


def bikes(back: Back) -> int:
    found = published(back, "3.0/station_status")["data"]["stations"][0]["num_vehicles_available"]
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("named", ["", "gbfs.json"])
def test_what_is_handed_in_is_published(back: Back, tmp_path: Path, named: str) -> None:
    handed_in(back, laid_out(tmp_path / "a", 7) / named)
    assert bikes(back) == 7
    row = live(back)
    assert row is not None
    assert set(row.fresh.values()) == {MORNING.timestamp()}, "nobody knows when the next comes: it is stale at once"
    move(back.front, 60)
    handed_in(back, laid_out(tmp_path / "b", 8) / named)
    assert bikes(back) == 8


def test_of_a_folder_of_snapshots_the_newest_is_published(back: Back, tmp_path: Path) -> None:
    laid_out(tmp_path / "day" / "0800", 3)
    laid_out(tmp_path / "day" / "0900", 4)
    handed_in(back, tmp_path / "day")
    assert bikes(back) == 4


def test_a_lone_document_is_kept_and_nothing_of_it_is_published(back: Back, tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "a", 7)
    index = folder / "gbfs.json"
    index.write_bytes(b"\xef\xbb\xbf" + index.read_bytes())
    handed_in(back, index)
    assert live(back) is None


def test_what_the_hub_asks_itself_is_not_overwritten_by_a_file(back: Back, tmp_path: Path) -> None:
    registry.add(back.front, SLUG, Wanted(url="https://bikes.example/gbfs.json", standard="gbfs"))
    handed_in(back, laid_out(tmp_path / "a", 7))
    assert live(back) is None
    registry.remove(back.front, SLUG)
    handed_in(back, laid_out(tmp_path / "a", 7))
    assert bikes(back) == 7


def test_what_is_not_open_to_everybody_is_published_for_nobody_else(back: Back, tmp_path: Path) -> None:
    restated(back.front, **IDENTIFIED)
    handed_in(back, laid_out(tmp_path / "a", 7))
    row = live(back)
    assert row is None or row.audience == "identified"
    restated(back.front, state="draft")
    handed_in(back, laid_out(tmp_path / "b", 8))
    assert live(back) is None
