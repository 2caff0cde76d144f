"""The history of GBFS in the vault: appended poll by poll, closed day by day, forgotten in time, whole after a kill."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from feeds.gbfs import history as past
from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.errors import BadRequest, Conflict
from hub.services import archive, history
from hub.services.back import Back
from hub.settings import Settings

MONDAY = dt.date(2026, 3, 2)
EIGHT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
TUESDAY = dt.datetime(2026, 3, 3, 4, tzinfo=dt.UTC)
SLUG = "velos-combe"
Stations = dict[str, int]


@pytest.fixture
def back(tmp_path: Path) -> Back:
    return back_office(Settings(home=tmp_path / "home", now=TUESDAY))


def polled(stations: Stations, vehicles: Sequence[str] = ()) -> dict[str, pa.Table]:
    status = [{"station_id": name, "vehicles_available": n, "docks_available": 10 - n} for name, n in stations.items()]
    loose = [{"vehicle_id": name, "lat": 45.0, "lon": 5.0, "is_disabled": False} for name in vehicles]
    known = {"station_status": pa.Table.from_pylist(status, schema=STATUS)}
    return known | ({"vehicles": pa.Table.from_pylist(loose)} if vehicles else {})


STATUS = pa.schema([("station_id", pa.string()), ("vehicles_available", pa.int64()), ("docks_available", pa.int64())])


def at(minutes: float) -> dt.datetime:
    return EIGHT + dt.timedelta(minutes=minutes)


#: Three hours with a station that goes in the gap between two of them, and one that comes.
POLLS: list[tuple[float, Stations]] = [
    (0, {"gare": 4, "lac": 0}),
    (10, {"gare": 4, "lac": 0}),
    (20, {"gare": 6, "lac": 0}),
    (55, {"gare": 6, "lac": 0}),
    (65, {"gare": 6}),
    (75, {"gare": 1, "port": 10}),
    (150, {"gare": 1, "port": 10}),
]


def keep(back: Back, polls: Sequence[tuple[float, Stations]] = POLLS) -> None:
    for minutes, stations in polls:
        assert history.append_snapshot(back, SLUG, polled(stations), at(minutes))


def seen_at(back: Back, minutes: float) -> Stations:
    found = past.state_at(past.SERIES["stations"], history.read_day(back, SLUG, MONDAY), at(minutes))
    return dict(found.select("station_id", "vehicles_available").rows())


def rolled(back: Back) -> list[dict[str, Any]]:
    day = dt.timedelta(days=1)
    rows: list[dict[str, Any]] = history.read_history(back, SLUG, EIGHT - day, EIGHT + day).to_pylist()
    return rows


def test_each_poll_comes_back_as_it_was_before_and_after_its_day_is_closed(back: Back) -> None:
    keep(back)
    before = rolled(back)
    assert [seen_at(back, minutes) for minutes, _ in POLLS] == [stations for _, stations in POLLS]
    assert history.compact(back, SLUG, MONDAY)
    assert [seen_at(back, minutes) for minutes, _ in POLLS] == [stations for _, stations in POLLS]
    assert rolled(back) == before
    assert not history.compact(back, SLUG, MONDAY)


def test_the_first_poll_of_an_hour_says_all_and_the_others_what_changed(back: Back) -> None:
    keep(back)
    told = [
        archive.read(hour, "stations").select(["at", "station_id", "gone"]).to_pylist()  # type: ignore[union-attr]
        for hour in archive.hours(back, "gbfs", SLUG, MONDAY)
    ]
    assert [[(row["at"], row["station_id"], row["gone"]) for row in hour] for hour in told] == [
        [(at(0), "gare", False), (at(0), "lac", False), (at(20), "gare", False)],
        [(at(65), "lac", True), (at(65), "gare", False), (at(75), "gare", False), (at(75), "port", False)],
        [(at(150), "gare", False), (at(150), "port", False)],
    ]


def test_the_hours_add_up(back: Back) -> None:
    keep(back)
    told = {(row["station_id"], row["hour"].hour): row for row in rolled(back)}
    # Seen until 08:35, and again from 08:55: between the two no poll came for longer than a state is believed.
    gare = told["gare", 8]
    assert gare["observed_us"] == (35 + 5) * 60_000_000
    assert gare["vehicle_us"] == (20 * 4 + 15 * 6 + 5 * 6) * 60_000_000
    assert (gare["vehicles_min"], gare["vehicles_max"]) == (4, 6)
    assert told["lac", 8]["empty_us"] == told["lac", 8]["observed_us"]
    assert told["port", 9]["full_us"] == 15 * 60_000_000
    assert ("lac", 10) not in told


def test_hours_of_a_part_of_a_day_are_those_that_begin_in_it(back: Back) -> None:
    keep(back)
    found = history.read_history(back, SLUG, at(60), at(120))
    assert {row["hour"] for row in found.to_pylist()} == {at(60)}
    assert history.read_history(back, "nobody", at(0), at(60)).num_rows == 0


def test_the_same_poll_twice_counts_once(back: Back) -> None:
    keep(back)
    assert not history.append_snapshot(back, SLUG, polled({"gare": 9}), at(20))
    assert seen_at(back, 20) == {"gare": 6, "lac": 0}


def test_a_table_that_was_not_asked_for_leaves_what_is_known(back: Back) -> None:
    history.append_snapshot(back, SLUG, polled({"gare": 4}), at(0))
    history.append_snapshot(back, SLUG, {}, at(5))
    history.append_snapshot(back, SLUG, {}, at(62))
    history.append_snapshot(back, SLUG, polled({"gare": 5}), at(64))
    assert [seen_at(back, minutes) for minutes in (0, 5, 64)] == [{"gare": 4}, {"gare": 4}, {"gare": 5}]


def test_a_day_that_is_not_over_is_not_closed_and_a_closed_one_takes_nothing(back: Back) -> None:
    keep(back)
    same_day = replace(back, front=replace(back.front, clock=FixedClock(at(300))))
    with pytest.raises(BadRequest, match="not over"):
        history.compact(same_day, SLUG, MONDAY)
    history.compact(back, SLUG, MONDAY)
    with pytest.raises(Conflict, match="closed"):
        history.append_snapshot(back, SLUG, polled({"gare": 1}), at(200))


def test_no_id_of_a_vehicle_survives_midnight_and_the_key_is_destroyed(back: Back) -> None:
    late, early = EIGHT.replace(hour=23, minute=59), dt.datetime(2026, 3, 3, 0, 1, tzinfo=dt.UTC)
    history.append_snapshot(back, SLUG, polled({}, ["bike-1", "bike-2"]), late)
    history.append_snapshot(back, SLUG, polled({}, ["bike-1", "bike-2"]), early)
    monday, tuesday = (history.read_day(back, SLUG, day, "vehicles") for day in (MONDAY, early.date()))
    names = [set(found["vehicle_id"].to_list()) for found in (monday, tuesday)]
    assert [len(found) for found in names] == [2, 2]
    assert not names[0] & names[1]
    key = archive.day_folder(back, "gbfs", SLUG, MONDAY) / "key"
    assert key.exists()
    history.compact(back, SLUG, MONDAY)
    assert not key.exists()
    assert set(history.read_day(back, SLUG, MONDAY, "vehicles")["vehicle_id"].to_list()) == names[0]
    kept = [path.read_bytes() for path in (back.vault.root / "history").rglob("*") if path.is_file()]
    assert not any(b"bike-1" in content for content in kept)


def test_what_lies_too_far_back_is_forgotten_and_hours_last_longer(back: Back) -> None:
    keep(back)
    history.compact(back, SLUG, MONDAY)
    day = dt.timedelta(days=1)
    assert history.retain(back, EIGHT + 10 * day, keep_days=10) == []
    assert history.retain(back, EIGHT + 11 * day, keep_days=10) == [f"{SLUG}/2026-03-02"]
    assert archive.days(back, "gbfs", SLUG) == []
    assert len(rolled(back)) == 7
    assert history.retain(back, EIGHT + 11 * day, keep_days=10) == []
    assert history.retain(back, EIGHT + 31 * day, keep_days=10, rollup_days=30) == [f"{SLUG}/2026-03-02"]
    assert rolled(back) == []


def test_a_licence_that_allows_less_wins_over_the_setting(back: Back) -> None:
    keep(back)
    history.compact(back, SLUG, MONDAY)
    gone = history.retain(back, EIGHT + dt.timedelta(days=4), keep_days=400, shortest={SLUG: 3, "other": 1})
    assert gone == [f"{SLUG}/2026-03-02"] * 2
    assert rolled(back) == []


class _Killed(BaseException):
    """As far as a test can die without ending."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make the n-th step that changes the disk the last one that does not happen."""

    def die_at(step: int) -> None:
        left = iter([*range(step), None])

        def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
            def act(*words: Any, **names: Any) -> Any:
                if next(left, None) is None:
                    raise _Killed
                return real(*words, **names)

            return act

        for module in (archive, history):
            monkeypatch.setattr(module, "publish_file", mortal(archive_publish))
        monkeypatch.setattr(history.shutil, "rmtree", mortal(shutil_rmtree))
        monkeypatch.setattr(Path, "unlink", mortal(path_unlink))

    archive_publish, shutil_rmtree, path_unlink = archive.publish_file, shutil.rmtree, Path.unlink
    return die_at


def steps(die_at: Callable[[int], None], work: Callable[[], object], patched: pytest.MonkeyPatch) -> Iterator[int]:
    """Do the work again and again, killed one step later each time; ends when it gets through."""
    for step in range(60):
        with patched.context():
            die_at(step)
            try:
                work()
            except _Killed:
                killed = True
            else:
                killed = False
        patched.undo()
        yield step
        if not killed:
            return
    raise AssertionError("it never got through")


def test_a_kill_at_any_step_of_closing_a_day_loses_and_doubles_nothing(
    back: Back, dying: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(back)
    before = rolled(back)
    count = 0
    for _ in steps(dying, lambda: history.compact(back, SLUG, MONDAY), monkeypatch):
        count += 1
        assert rolled(back) == before
        assert [seen_at(back, minutes) for minutes, _ in POLLS] == [stations for _, stations in POLLS]
    assert count > 6
    folder = archive.day_folder(back, "gbfs", SLUG, MONDAY)
    names = ["polls.parquet", "stations.parquet", "vehicle_types.parquet", "vehicles.parquet"]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_a_kill_at_any_step_of_merging_an_hour_loses_and_doubles_nothing(
    back: Back, dying: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes in range(4):
        archive.append(back, "gtfs-rt", SLUG, {"alerts": pa.table({"id": [f"a{minutes}"]})}, at(minutes))
    (hour,) = archive.hours(back, "gtfs-rt", SLUG, MONDAY)
    count = 0
    for _ in steps(dying, lambda: archive.compact(back, "gtfs-rt", SLUG, MONDAY), monkeypatch):
        count += 1
        assert archive.read(hour, "alerts").to_pylist() == [  # type: ignore[union-attr]
            {"id": f"a{minutes}", "at": at(minutes)} for minutes in range(4)
        ]
        assert archive.read(hour, "polls").num_rows == 4  # type: ignore[union-attr]
    assert count > 5
    assert sorted(path.name for path in hour.iterdir()) == ["alerts.parquet", "polls.parquet"]


def test_an_hour_is_merged_again_when_more_came_and_a_new_column_is_no_trouble(back: Back) -> None:
    archive.append(back, "gtfs-rt", SLUG, {"alerts": pa.table({"id": ["a"]})}, at(0))
    assert archive.compact(back, "gtfs-rt", SLUG, MONDAY) == 1
    assert not archive.append(back, "gtfs-rt", SLUG, {"alerts": pa.table({"id": ["other"]})}, at(0))
    archive.append(back, "gtfs-rt", SLUG, {"alerts": pa.table({"id": ["b"], "cause": ["STRIKE"]})}, at(1))
    archive.append(back, "gtfs-rt", SLUG, {}, at(2))
    (hour,) = archive.hours(back, "gtfs-rt", SLUG, MONDAY)
    expected = [{"id": "a", "at": at(0), "cause": None}, {"id": "b", "at": at(1), "cause": "STRIKE"}]
    assert archive.read(hour, "alerts").to_pylist() == expected  # type: ignore[union-attr]
    assert archive.compact(back, "gtfs-rt", SLUG, MONDAY) == 2
    assert archive.read(hour, "alerts").to_pylist() == expected  # type: ignore[union-attr]
    assert archive.read(hour, "polls").num_rows == 3  # type: ignore[union-attr]
    assert archive.read(hour, "trip_updates") is None


def test_no_name_leads_out_of_the_archive(back: Back) -> None:
    for kind, slug, table in (("..", "x", "t"), ("gbfs", "../x", "t"), ("gbfs", "x", "../t")):
        with pytest.raises(BadRequest, match="cannot name a folder"):
            archive.append(back, kind, slug, {table: pa.table({"id": ["a"]})}, at(0))


def test_days_and_feeds_are_listed(back: Back) -> None:
    assert (archive.slugs(back, "gbfs"), archive.days(back, "gbfs", SLUG)) == ([], [])
    keep(back, POLLS[:1])
    assert (archive.slugs(back, "gbfs"), archive.days(back, "gbfs", SLUG)) == ([SLUG], [MONDAY])
    assert pl.from_arrow(history.read_history(back, SLUG, at(0), at(60))).shape[0] == 2
