"""History is tidied: closed when the day is over, forgotten when it is too old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.services import archive, history
from hub.services.back import Back
from hub.services.memory import tidy
from hub.services.realtime import ARCHIVE
from hub.settings import Settings

NIGHT = dt.datetime(2026, 9, 15, 23, 50, tzinfo=dt.UTC)
STATUS = pa.table({"station_id": ["A"], "vehicles_available": pa.array([3], pa.int64())})


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    made = back_office(Settings(home=tmp_path / "home", now=NIGHT, history_days=30))
    made.front.records.upgrade()
    yield made
    made.front.records.close()


def later(back: Back, **by: float) -> Back:
    return replace(back, front=replace(back.front, clock=FixedClock(NIGHT + dt.timedelta(**by))))


def test_a_day_is_closed_an_hour_after_it_ended_and_forgotten_in_the_end(back: Back) -> None:
    history.append_snapshot(back, "bikes", {"station_status": STATUS}, NIGHT)
    archive.append(back, ARCHIVE, "buses", {"vehicle_positions": STATUS}, NIGHT)
    archive.append(back, ARCHIVE, "buses", {"vehicle_positions": STATUS}, NIGHT + dt.timedelta(minutes=5))
    (hour,) = archive.hours(back, ARCHIVE, "buses", NIGHT.date())
    tidy(later(back, minutes=30))
    history.append_snapshot(back, "bikes", {"station_status": STATUS}, NIGHT + dt.timedelta(minutes=1))
    before = sorted(path.name for path in hour.iterdir())
    tidy(later(back, minutes=75))
    with pytest.raises(history.Conflict, match="closed"):
        history.append_snapshot(back, "bikes", {"station_status": STATUS}, NIGHT + dt.timedelta(minutes=2))
    assert sorted(path.name for path in hour.iterdir()) != before
    kept = archive.read(hour, "vehicle_positions")
    assert kept is not None
    assert kept.num_rows == 2
    tidy(later(back, days=40))
    assert archive.days(back, ARCHIVE, "buses") == archive.days(back, history.KIND, "bikes") == []
    rolled = history.read_history(back, "bikes", NIGHT - dt.timedelta(hours=1), NIGHT)
    assert rolled.num_rows == 1, "the hours outlive the polls"
