"""The wall clock, the calendar and the computed ids."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mds import calendar, keys, wall_clock

PARIS = ZoneInfo("Europe/Paris")


@settings(derandomize=True, deadline=None)
@given(
    st.lists(st.datetimes(dt.datetime(2018, 1, 1), dt.datetime(2099, 1, 1)) | st.none(), max_size=20),
    st.sampled_from(["Europe/Paris", "UTC", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_law_the_wall_clock_is_pythons(moments: list[dt.datetime | None], name: str) -> None:
    where = ZoneInfo(name)
    array = pa.array(moments, pa.timestamp("us"))
    told = [
        None if one is None else one.replace(tzinfo=dt.UTC).astimezone(where).replace(tzinfo=None) for one in moments
    ]
    assert wall_clock.local(array, where).to_pylist() == [None if one is None else one.replace(fold=0) for one in told]


@settings(derandomize=True, deadline=None)
@given(st.uuids(), st.text(max_size=20))
def test_law_uuid5_is_the_standard_librarys(namespace: uuid.UUID, name: str) -> None:
    assert keys.uuid5(str(namespace), name) == str(uuid.uuid5(namespace, name))


def test_device_keys_tell_devices_and_providers_apart() -> None:
    devices = [str(uuid.UUID(int=number)) for number in range(20_000)]
    one = pa.array([str(uuid.UUID(int=1))] * len(devices))
    two = pa.array([str(uuid.UUID(int=2))] * len(devices))
    first, second = (keys.device_keys(one, pa.array(devices)), keys.device_keys(two, pa.array(devices)))
    assert len(set(first.to_pylist()) | set(second.to_pylist())) == 40_000
    assert first.equals(keys.device_keys(one, pa.array(devices)))
    # A key that changed from version to version would count each vehicle of the batches before twice.
    assert first[5].as_py() == _key(uuid.UUID(int=1), uuid.UUID(int=5))


def _key(*ids: uuid.UUID) -> int:
    """The same with Python's integers: splitmix64's finaliser over the halves of the ids."""
    mask, key = 2**64 - 1, 0
    for half in [half for one in ids for half in (one.int >> 64, one.int & mask)]:
        key = ((key ^ half) + 0x9E3779B97F4A7C15) & mask
        key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & mask
        key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & mask
        key ^= key >> 31
    return key - 2**64 if key >> 63 else key


def test_days_touch_and_slots_fill_them() -> None:
    first, until = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
    days = calendar.days("Europe/Paris", first=first, until=until).to_pylist()
    slots = calendar.slots("Europe/Paris", first=first, until=until).to_pylist()
    assert len(days) == 365
    assert len(slots) == 5 * 365
    for rows in (days, slots):
        assert all(a["to_time"] == b["from_time"] for a, b in itertools.pairwise(rows))
        assert rows[0]["from_time"] == dt.datetime(2025, 12, 31, 23)
        assert rows[-1]["to_time"] == dt.datetime(2026, 12, 31, 23)
    hours = {row["day"]: (row["to_time"] - row["from_time"]).total_seconds() / 3600 for row in days}
    assert {day for day, count in hours.items() if count != 24} == {dt.date(2026, 3, 29), dt.date(2026, 10, 25)}
    assert {row["day_type"] for row in days if row["day"].weekday() < 5} == {"weekday"}


@pytest.mark.parametrize(
    "bands",
    [
        [calendar.Band("a", 0, 7), calendar.Band("b", 6, 12)],
        [calendar.Band("a", 20, 25)],
        [calendar.Band("a", -1, 3)],
    ],
)
def test_bands_may_not_overlap_nor_leave_the_day(bands: list[calendar.Band]) -> None:
    with pytest.raises(ValueError, match="may not overlap and lie between 0 and 24"):
        calendar.bands(bands)
