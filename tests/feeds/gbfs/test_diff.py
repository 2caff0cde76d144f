"""What changed of a system: the laws, the shape, and what it means."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.gbfs import read
from feeds.gbfs.diff import System, apply, diff, system
from feeds.reading import Limits
from tests.feeds.gbfs.town import NOON, STATIONS, files, write

_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Gare", "Mairie", "École"]),
        "lat": st.floats(45, 46),
        "lon": st.floats(5, 6),
        "capacity": st.integers(0, 9),
        "rental_methods": st.lists(st.sampled_from(["key", "phone"]), max_size=2),
    },
)
_KEYS = st.sampled_from("abcd").map(lambda key: (key,))
SYSTEMS = st.fixed_dictionaries(
    {},
    optional={
        "station_information": st.dictionaries(_KEYS, _FIELDS),
        "vehicle_types": st.dictionaries(_KEYS, _FIELDS),
        "geofencing_zones": st.dictionaries(st.integers(0, 3).map(lambda key: (key,)), _FIELDS),
    },
)


def difference(base: System, new: System, *, cap: int | None = None) -> dict[str, Any]:
    later = NOON + dt.timedelta(days=1)
    return diff(base, new, now=later, names=(("a", NOON), ("b", later)), cap=cap)


def town(folder: Path, version: str = "2.3", **changes: Any) -> System:
    """The little system, read from its files."""
    source = write(folder / "files", files(version, **changes))
    (folder / "tables").mkdir()
    return system(read(source, folder / "tables", limits=Limits()).tables)


@given(SYSTEMS)
@settings(max_examples=30, deadline=None)
def test_nothing_differs_from_itself(one: System) -> None:
    found = difference(one, one)
    assert (found["file_diffs"], found["summary"]["total_changes"]) == ([], 0)
    assert found["meaning"]["words"]["en"] == ["The system is described as before."]


@given(SYSTEMS, SYSTEMS)
@settings(max_examples=60, deadline=None)
def test_whoever_has_the_older_one_and_the_difference_has_the_newer_one(base: System, new: System) -> None:
    assert apply(difference(base, new), base) == new


def test_what_is_said_is_what_happened(tmp_path: Path) -> None:
    gare, mairie, college, piscine = STATIONS
    changed = (
        {**gare, "lat": 45.071},  # 111 m to the north
        {**mairie, "name": "Hôtel de ville"},
        {**college, "capacity": 12},
        {"station_id": "lac", "name": "Lac", "lat": 45.06, "lon": 5.57, "capacity": 8},
    )
    found = difference(town(tmp_path / "a"), town(tmp_path / "b", "3.0", stations=changed))
    (entry,) = found["file_diffs"]
    assert entry["file_name"] == "station_information"
    assert entry["stats"] == {
        "total_rows_base": 4, "total_rows_new": 4,
        "rows_added_count": 1, "rows_deleted_count": 1, "rows_modified_count": 3,
    }  # fmt: skip
    rows = entry["row_changes"]
    assert [one["identifier"] for one in rows["deleted"]] == [{"station_id": piscine["station_id"]}]
    told = {one["identifier"]["station_id"]: one["field_changes"] for one in rows["modified"]}
    assert told["college"] == [{"field": "capacity", "base_value": 10, "new_value": 12}]
    meaning = found["meaning"]
    assert meaning["stations_moved"] == {
        "count": 1, "stations": [{"station_id": "gare", "name": "Gare", "distance_m": pytest.approx(111.2, abs=0.1)}]
    }  # fmt: skip
    assert meaning["stations_renamed"]["stations"] == [
        {"station_id": "mairie", "base": "Mairie", "new": "Hôtel de ville"}
    ]
    assert meaning["words"]["fr"] == [
        "1 station ajoutée.",
        "1 station supprimée.",
        "1 station déplacée d'au moins 50 m ; le plus loin : Gare, de 111 m.",
        "1 station a changé de nom.",
        "1 station a changé de capacité.",
    ]


def test_another_version_of_the_standard_and_other_counts_are_no_difference(tmp_path: Path) -> None:
    status = [{"station_id": "gare", "vehicles": 1, "docks": 18}]
    later = NOON + dt.timedelta(hours=1)
    found = difference(town(tmp_path / "a", "2.3"), town(tmp_path / "b", "2.2", status=status, bikes=(), at=later))
    assert found["file_diffs"] == []


def test_fields_of_the_system_are_named_and_a_cap_is_told(tmp_path: Path) -> None:
    base = town(tmp_path / "a")
    (key, record), *_ = base["system_information"].items()
    new = {**base, "system_information": {key: {**record, "name": "Autre", "url": "https://a.example"}}}
    found = difference(base, {**new, "station_information": {}}, cap=1)
    assert found["meaning"]["system_fields"] == ["name", "url"]
    entries = {one["file_name"]: one for one in found["file_diffs"]}
    assert entries["station_information"]["truncated"] == {"is_truncated": True, "omitted_count": 3}
    assert found["summary"]["total_changes"] == 5
    with pytest.raises(ValueError, match="only some"):
        apply(found, base)
