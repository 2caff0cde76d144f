"""The demo territory as a whole: the same bytes from the same seed, and a truth that its own pages bear out."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import h3
import pytest

from hub.territory.demo import Demo, generate, trip_table

TRIPS = 2_000
PARIS = ZoneInfo("Europe/Paris")
BANDS = (("night", 0, 6), ("am_peak", 6, 9), ("midday", 9, 16), ("pm_peak", 16, 19), ("evening", 19, 24))
#: The micromobility state machine (MDS 2.0), written here again from the specification: event → from, to.
MACHINE = {
    "reservation_start": ({"available"}, {"reserved"}),
    "reservation_cancel": ({"reserved"}, {"available"}),
    "trip_start": ({"available", "reserved"}, {"on_trip"}),
    "trip_end": ({"on_trip"}, {"available"}),
    "battery_low": ({"available"}, {"non_operational"}),
    "battery_charged": ({"non_operational"}, {"available"}),
    "maintenance": ({"available", "non_operational"}, {"non_operational", "available"}),
    "rebalance_pick_up": ({"available", "non_operational", "elsewhere"}, {"removed"}),
    "maintenance_pick_up": ({"available", "non_operational", "elsewhere"}, {"removed"}),
    "decommissioned": ({"available", "non_operational", "elsewhere", "non_contactable", "missing"}, {"removed"}),
    "provider_drop_off": ({"removed", "non_contactable", "missing"}, {"available"}),
    "comms_lost": ({"available", "on_trip", "reserved", "non_operational", "removed"}, {"non_contactable"}),
    "comms_restored": ({"non_contactable"}, {"available", "on_trip", "reserved", "non_operational", "removed"}),
    "not_located": ({"non_contactable"}, {"missing"}),
    "located": ({"missing"}, {"available", "on_trip", "reserved", "non_operational", "removed"}),
}
#: What begins and ends a vehicle's stay at a place.
ARRIVES = ("trip_end", "provider_drop_off", "located")
LEAVES = ("trip_start", "rebalance_pick_up", "maintenance_pick_up", "decommissioned", "not_located", "", "year_end")
Trip = tuple[str, str, str, int, int, tuple[float, float], tuple[float, float]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return generate(tmp_path_factory.mktemp("demo") / "one", seed=1, trips=TRIPS)


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _table(demo: Demo, name: str) -> list[dict[str, str]]:
    with demo.truth_tables[name].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pages(folder: Path, key: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """File, row and record of each record of a payload that was not planted to be bad."""
    planted = {
        (Path(one["file"]).name, row)
        for one in json.loads((folder.parent / "defects.json").read_text("utf-8"))
        if one["feed" if "feed" in one else "id"] == folder.name
        for row in one.get("rows", [])
    }
    for path in sorted(folder.glob(f"{key}-*.json")):
        body = json.loads(path.read_text("utf-8"))
        for row, record in enumerate(body.get("data", body)[key], start=1):
            if (path.name, row) not in planted:
                yield path.name, row, record


def _trips(folder: Path) -> Iterator[Trip]:
    """Trip id, device, trip type, start and end in ms, places as (lat, lng)."""
    for _, _, one in _pages(folder, "trips"):
        if "route" in one:
            points = [point["geometry"]["coordinates"] for point in one["route"]["features"]]
            start, end = points[0][::-1], points[-1][::-1]
        else:
            start, end = ([one[at]["lat"], one[at]["lng"]] for at in ("start_location", "end_location"))
        kind = one.get("trip_type", "rider")
        yield one["trip_id"], one["device_id"], kind, one["start_time"], one["end_time"], tuple(start), tuple(end)


def _events(folder: Path) -> dict[str, list[tuple[int, str, str]]]:
    """By device, in time: ms, event type, state in the words of 2.0."""
    key = "events" if list(folder.glob("events-*")) else "status_changes"
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for _, _, one in _pages(folder, key):
        state = {"unknown": "non_contactable"}.get(one["vehicle_state"], one["vehicle_state"])
        at = one["timestamp"] if "timestamp" in one else one["event_time"]
        found[one["device_id"]].append((at, one["event_types"][0], state))
    return {device: sorted(events) for device, events in found.items()}


def _slot(ms: int) -> tuple[str, str, str]:
    local = dt.datetime.fromtimestamp(ms / 1_000, PARIS)
    kind = {5: "saturday", 6: "sunday"}.get(local.weekday(), "weekday")
    return f"{local:%Y-%m}", kind, next(name for name, start, end in BANDS if start <= local.hour < end)


def _cell(place: tuple[float, float]) -> str:
    return str(h3.str_to_int(h3.latlng_to_cell(*place, 8)))


def test_the_same_seed_gives_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    again = generate(tmp_path / "again", seed=1, trips=TRIPS)
    assert _digests(again.folder) == _digests(demo.folder)


def test_another_seed_gives_another_year(demo: Demo, tmp_path: Path) -> None:
    other = _digests(generate(tmp_path / "other", seed=2, trips=TRIPS).folder)
    mine = _digests(demo.folder)
    moved = [name for name, digest in mine.items() if name.startswith(("mds-", "trottix-gbfs/")) and name in other]
    assert all(mine[name] != other[name] for name in moved if "trips-" in name or "vehicle_status" in name)
    assert mine["bus-hautes-combes.zip"] == other["bus-hautes-combes.zip"]


def test_the_size_is_exactly_what_was_asked_for(demo: Demo) -> None:
    assert demo.facts["user_trips"] == TRIPS
    assert demo.facts["vehicles"] == 62
    user = sum(kind == "rider" and end - start >= 60_000 for _, kind, start, end in _brief(demo))
    assert user == TRIPS
    assert trip_table(1, TRIPS).num_rows == sum(1 for _ in _brief(demo))
    assert trip_table(1, 3_000).num_rows > 3_000


def _brief(demo: Demo) -> Iterator[tuple[str, str, int, int]]:
    for folder in demo.mds.values():
        for trip_id, _, kind, start, end, *_ in _trips(folder):
            yield trip_id, kind, start, end


def test_it_does_not_write_over_what_is_there(demo: Demo) -> None:
    with pytest.raises(FileExistsError):
        generate(demo.folder)


def test_the_flows_of_the_truth_are_those_of_the_pages(demo: Demo) -> None:
    trips: Counter[tuple[str, ...]] = Counter()
    vehicles: dict[tuple[str, ...], set[str]] = defaultdict(set)
    ends: Counter[tuple[str, ...]] = Counter()
    for feed, folder in demo.mds.items():
        for _, device, kind, start, end, origin, destination in _trips(folder):
            if kind == "rider" and end - start >= 60_000:
                key = (_cell(origin), _cell(destination), *_slot(start), feed.removeprefix("mds-"))
                trips[key] += 1
                vehicles[key].add(device)
                ends[(_cell(destination), *_slot(end), feed.removeprefix("mds-"))] += 1
    keys = ("origin", "destination", "month", "day_type", "band", "operator")
    rows = _table(demo, "flows")
    assert {tuple(row[key] for key in keys): int(row["trips"]) for row in rows} == dict(trips)
    assert {tuple(row[key] for key in keys): int(row["vehicles"]) for row in rows} == {
        key: len(devices) for key, devices in vehicles.items()
    }
    at_end = ("cell", *keys[2:])
    assert {tuple(row[key] for key in at_end): int(row["trips"]) for row in _table(demo, "trip_ends")} == dict(ends)


def test_each_vehicle_keeps_to_the_state_machine(demo: Demo) -> None:
    seen: Counter[str] = Counter()
    for folder in demo.mds.values():
        for events in _events(folder).values():
            state = "removed"
            for _, event, after in events:
                before_any, after_any = MACHINE[event]
                assert state in before_any, (folder.name, event, state)
                assert after in after_any
                state = after
                seen[event] += 1
            assert len({at for at, _, _ in events}) == len(events)
    assert set(seen) >= set(MACHINE) - {"not_located", "located", "decommissioned"}


def test_trips_and_events_agree(demo: Demo) -> None:
    for folder in demo.mds.values():
        trips = {(device, start, end) for _, device, _, start, end, *_ in _trips(folder)}
        told = set()
        for device, events in _events(folder).items():
            begun = 0
            for at, event, _ in events:
                if event == "trip_start":
                    begun = at
                elif event == "trip_end":
                    told.add((device, begun, at))
        assert trips == told


def test_no_vehicle_jumps_or_is_in_two_places(demo: Demo) -> None:
    for folder in demo.mds.values():
        by_device: dict[str, list[Trip]] = defaultdict(list)
        for trip in _trips(folder):
            by_device[trip[1]].append(trip)
        vans = {device: [at for at, event, _ in events if event.endswith("drop_off")]
                for device, events in _events(folder).items()}  # fmt: skip
        for device, trips in by_device.items():
            trips.sort(key=lambda trip: trip[3])
            for before, after in pairwise(trips):
                assert after[3] > before[4]
                carried = any(before[4] <= at <= after[3] for at in vans[device])
                assert carried or after[5] == before[6]


def test_dwell_and_fleet_fill_the_year_to_the_second(demo: Demo) -> None:
    end = dt.datetime(2027, 1, 1, tzinfo=PARIS).timestamp() * 1_000
    stood: Counter[str] = Counter()
    in_state: Counter[tuple[str, ...]] = Counter()
    for feed, folder in demo.mds.items():
        operator = feed.removeprefix("mds-")
        for events in _events(folder).values():
            since = None
            for (at, event, state), following in zip(events, [*events[1:], (int(end), "", "")], strict=True):
                if event in ARRIVES:
                    since = at
                if since is not None and following[1] in LEAVES:
                    stood[operator] += (following[0] - since) // 1_000
                    since = None
                for date, seconds in _by_day(at, following[0]):
                    in_state[date, operator, state] += seconds
    dwell: Counter[str] = Counter()
    for row in _table(demo, "dwell"):
        assert int(row["dwell_s"]) >= 0
        dwell[row["operator"]] += int(row["dwell_s"])
    assert dwell == stood
    fleet = {(row["date"], row["operator"], row["state"]): int(row["vehicle_s"]) for row in _table(demo, "fleet")}
    assert fleet == {key: seconds for key, seconds in in_state.items() if seconds}


def _by_day(start_ms: int, end_ms: int) -> Iterator[tuple[str, int]]:
    """The seconds of a stretch of time by local day."""
    now = start_ms // 1_000
    while now < end_ms // 1_000:
        date = dt.datetime.fromtimestamp(now, PARIS).date()
        midnight = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), PARIS).timestamp()
        until = min(int(midnight), end_ms // 1_000)
        yield date.isoformat(), until - now
        now = until


def test_dwell_is_split_over_bands_to_the_second(demo: Demo) -> None:
    """One operator's stays, cut hour by hour the slow way."""
    found: Counter[tuple[str, ...]] = Counter()
    for device_events in _events(demo.mds["mds-velovif"]).values():
        since = None
        closing = [*device_events, (int(dt.datetime(2027, 1, 1, tzinfo=PARIS).timestamp() * 1_000), "year_end", "")]
        for at, event, _ in closing:
            if since is not None and event in LEAVES:
                now = since // 1_000
                while now < at // 1_000:
                    until = min(at // 1_000, (now // 3_600 + 1) * 3_600)
                    found[_slot(now * 1_000)] += until - now
                    now = until
                since = None
            if event in ARRIVES:
                since = at
    stated: Counter[tuple[str, ...]] = Counter()
    for row in _table(demo, "dwell"):
        if row["operator"] == "velovif":
            stated[row["month"], row["day_type"], row["band"]] += int(row["dwell_s"])
    assert +stated == +found


def test_every_planted_defect_is_where_the_list_says(demo: Demo) -> None:
    defects = json.loads(demo.defects.read_text("utf-8"))
    assert len({one["id"] for one in defects}) == len(defects) > 50
    for one in defects:
        if one.get("feed", "").startswith("mds-"):
            body = json.loads((demo.folder / one["feed"] / one["file"]).read_text("utf-8"))
            records = next(iter(value for value in body.get("data", body).values() if isinstance(value, list)))
            assert max(one["rows"]) <= len(records)
    swapped = next(one for one in defects if one["id"] == "mds-bolide/swapped-coordinates")
    body = json.loads((demo.folder / "mds-bolide" / swapped["file"]).read_text("utf-8"))
    assert body["trips"][swapped["rows"][0] - 1]["start_location"]["lat"] < 6


def test_some_good_records_are_late_and_some_trips_do_not_count(demo: Demo) -> None:
    late = short = staff = 0
    for folder in demo.mds.values():
        for _, _, one in _pages(folder, "trips"):
            late += one["publication_time"] - one["end_time"] > 86_400_000
            short += one["end_time"] - one["start_time"] < 60_000
            staff += one.get("trip_type") == "rebalance"
    assert late > 0
    assert (short, staff) == (demo.facts["rentals_under_a_minute"], demo.facts["staff_trips"])
    assert min(short, staff) > 0


def test_the_clock_days_are_lived_through(demo: Demo) -> None:
    instants = trip_table(1, 20_000)["start_time"].cast("int64").to_pylist()
    autumn = dt.datetime(2026, 10, 25, tzinfo=dt.UTC).timestamp()
    hours = Counter(int((at / 1e6 - autumn) // 3_600) for at in instants if 0 <= at / 1e6 - autumn < 7_200)
    assert set(hours) == {0, 1}  # 02:00 local, twice
