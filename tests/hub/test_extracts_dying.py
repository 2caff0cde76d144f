"""Preparing an extract and dying on the way, running out of room, or being overtaken: nothing half is ever there."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from hub.errors import NotFound
from hub.records import Records, connect
from hub.records.models import Extract, LogText
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.extracts.prepare import prepare
from hub.services.extracts.reading import open_extract
from hub.services.extracts.sweep import sweep
from hub.services.replay import replay
from tests.hub import dying_extracts
from tests.hub.extracts_town import (
    BOTH,
    MARCH,
    SMHC,
    TRIPS,
    bring,
    commons,
    empty_hub,
    hub_of,
    living,
    objects,
    reader,
    rows_of,
    table,
    trip,
)


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    root = tmp_path / "home"
    records = connect(f"sqlite:///{root / 'records' / 'records.sqlite3'}")
    records.upgrade()
    yield hub_of(records, root)
    records.close()


def test_killed_at_any_step_it_is_there_whole_or_not_at_all(back: Back, tmp_path: Path) -> None:
    first = prepare(back, SMHC, "trips", MARCH)
    bring(back, "b", trips=[trip("late", "blue", "2026-03-05T10:00:00", "2026-03-05T10:10:00")])
    deaths = 0
    for _ in dying_extracts.killed_at_each_step(tmp_path / "home"):
        deaths += 1
        (row,) = living(back)
        assert hashlib.sha256(back.front.released.path(row.digest).read_bytes()).hexdigest() == row.digest
        assert len(rows_of(back, row)) == row.rows == (5 if row.id == first.id else 6)
        assert open_extract(back.front, row.id, actor=reader("smhc"), purpose="compliance").release.id == row.id
    assert deaths > 40
    (last,) = living(back)
    sweep(back)
    assert (last.rows, objects(back)) == (6, {last.digest})
    with back.front.records.read() as session:
        assert session.query(Extract).filter_by(removed_why="preparing").count() == 0
    assert replay(back.front).differences == ()


def many_trips(number: int) -> pa.Table:
    """So many trips of as many vehicles that their pseudonyms alone are 32 bytes each."""
    whole = table("trips", [TRIPS[0], TRIPS[-1]]).take(pa.array([0] * number + [1]))
    names = pa.array([f"trip {one}" for one in range(number + 1)])
    for column in ("trip_id", "device_id"):
        whole = whole.set_column(whole.schema.get_field_index(column), column, names)
    return whole


def test_without_room_nothing_is_there(tmp_path: Path) -> None:
    root = tmp_path / "home"
    records = connect(f"sqlite:///{root / 'records' / 'records.sqlite3'}")
    records.upgrade()
    back = empty_hub(records, root)
    put_in_force(back.front, commons(*BOTH))
    bring(back, "a", trips=many_trips(50_000))
    records.close()
    child = dying_extracts.out_of_room(root, file_bytes=1 << 20)
    assert child.stdout.startswith("StorageError: "), child.stderr
    assert "nothing was changed" in child.stdout
    assert living(back) == []
    assert objects(back) == set()
    with back.front.records.read() as session:
        assert session.query(LogText).filter_by(action="extract").count() == 0
    records.close()


def test_two_workers_at_once_prepare_one(records: Records, tmp_path: Path) -> None:
    back = hub_of(records, tmp_path)
    with ThreadPoolExecutor(4) as workers:
        made = {one.id for one in workers.map(lambda _: prepare(back, SMHC, "trips", MARCH), range(4))}
    assert len(made) == 1
    assert [one.id for one in living(back)] == list(made)
    sweep(back)
    assert objects(back) == {living(back)[0].digest}


def test_an_object_that_was_lost_is_told_and_not_served(back: Back) -> None:
    made = prepare(back, SMHC, "trips", MARCH)
    back.front.released.path(made.digest).unlink()
    with pytest.raises(NotFound, match="not kept here"):
        open_extract(back.front, made.id, actor=reader("smhc"), purpose="compliance")


def test_ids_of_the_source_are_joined_as_text_of_any_length(back: Back) -> None:
    odd = [
        TRIPS[0]
        | {"trip_id": "'; DROP TABLE records; --", "device_id": "é" * 500, "end_local": dt.datetime(2026, 3, 3)}
    ]
    bring(back, "b", trips=odd)
    assert len(rows_of(back, prepare(back, SMHC, "trips", MARCH))) == 6
