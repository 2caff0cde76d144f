"""Published material of others, none of it a feed of MDS 1.2 or 2.0: each is refused with the reason, none read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from feeds.errors import FeedError, NotAFeed, UnsupportedVersion
from mds.read import read

pytestmark = pytest.mark.shared_data

REFUSED: dict[str, tuple[type[FeedError], str]] = {
    "mobility-metrics/spuun-trips.json": (UnsupportedVersion, "a bare record and no version, as in MDS 0.x"),
    "mobility-metrics/spuun-changes.json": (UnsupportedVersion, "a bare record and no version, as in MDS 0.x"),
    "mobility-metrics/2019-07-16_Flipr.json": (NotAFeed, "no answer of an MDS provider"),
    "lacuna-compliance/events.json": (UnsupportedVersion, "the answer states no version"),
    "lacuna-compliance/devices.json": (NotAFeed, "no answer of an MDS provider"),
    "lacuna-compliance/cli_data_events.json": (NotAFeed, "an array"),
    "chicago-2019/scooter_trips_od_2019.csv": (NotAFeed, "not JSON"),
    "spec-1.2.0/provider/trips.json": (NotAFeed, "no answer of an MDS provider"),
    "spec-1.2.0/provider": (NotAFeed, "no answer of an MDS provider"),
    "mds-openapi-main": (NotAFeed, "the folder holds no JSON file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_reason(name: str, shared_data: Path, tmp_path: Path) -> None:
    kind, reason = REFUSED[name]
    with pytest.raises(kind, match=reason) as refusal:
        read(shared_data / "mds" / name, tmp_path)
    assert type(refusal.value) is kind
    assert not list(tmp_path.iterdir())


def test_no_file_of_the_material_is_read_or_breaks_the_reader(shared_data: Path, tmp_path: Path) -> None:
    files = [path for path in sorted((shared_data / "mds").rglob("*")) if path.is_file()]
    assert len(files) > 100
    for path in files:
        with pytest.raises(FeedError) as refusal:
            read(path, tmp_path)
        assert path.name in str(refusal.value) or "record" in str(refusal.value)
        assert "\n" not in str(refusal.value)
    shutil.rmtree(tmp_path)
