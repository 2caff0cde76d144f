"""Sources that are refused as a whole: one line that names the file, the row and the field where there is one."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from feeds.errors import FeedError, NotAFeed, UnsafeArchive, UnsupportedVersion, UnusableFeed
from feeds.reading import Limits
from mds.read import read
from tests.mds import town


def _json(body: Any) -> bytes:
    return orjson.dumps(body)


TRIP = town.trip_2_0(town.MONDAY.rides[0])
CASES = {
    "nothing": (b"", NotAFeed, "page.json: the file is empty"),
    "blank": (b" \n ", NotAFeed, "page.json: the file is empty"),
    "html": (b"<!doctype html><html>", NotAFeed, "page.json, row 1: an HTML or XML page, not JSON"),
    "zip": (b"PK\x03\x04...", NotAFeed, "page.json: a zip archive; unpack it and give the folder of pages"),
    "csv": (b"year,trips\n2019,3\n", NotAFeed, "page.json, row 1: not JSON: "),
    "cut off": (
        _json({"version": "2.0.0", "trips": [TRIP]})[:-20],
        NotAFeed,
        "page.json, row 1: not JSON: ",
    ),
    "broken in line 2": (b'{"version": "2.0.0",\n "trips": [}', NotAFeed, "page.json, row 2: not JSON: "),
    "array": (_json([TRIP]), NotAFeed, "page.json: an array; an answer of an MDS provider is an object with a version"),
    "number": (b"3", NotAFeed, "page.json: a single value; an answer"),
    "another object": (_json({"type": "FeatureCollection"}), NotAFeed, "page.json: no answer of an MDS provider"),
    "an error": (_json({"error": "bad_token"}), NotAFeed, "page.json: the provider answered with an error: bad_token"),
    "no array": (_json({"version": "2.0.0", "trips": {}}), NotAFeed, "page.json, field trips: not an array of records"),
    "no version": (
        _json({"trips": [TRIP]}),
        UnsupportedVersion,
        "page.json, field version: the answer states no version; MDS 1.2 and 2.0 are read",
    ),
    "a bare record": (_json({"trip_id": "x"}), UnsupportedVersion, "page.json: a bare record and no version"),
    **{
        version: (
            _json({"version": version, "data": {"trips": [TRIP]}}),
            UnsupportedVersion,
            f"page.json, field version: MDS {version}; MDS 1.2 and 2.0 are read",
        )
        for version in ("0.3.0", "1.0.0", "1.1.1", "2.1.0", "3.0.0", "1.20.0", "two")
    },
    "version as number": (
        _json({"version": 2.0, "trips": []}),
        UnsupportedVersion,
        "page.json, field version: MDS 2.0",
    ),
    "2.0 wrapped as 1.2": (
        _json({"version": "2.0.0", "data": {"trips": []}}),
        UnsupportedVersion,
        "page.json, field version: says MDS 2.0.0 but wraps its records in data",
    ),
    "1.2 not wrapped": (
        _json({"version": "1.2.0", "trips": []}),
        UnsupportedVersion,
        "page.json, field version: says MDS 1.2.0 but does not wrap",
    ),
    "2.0 with status changes": (
        _json({"version": "2.0.0", "status_changes": []}),
        UnsupportedVersion,
        "page.json, field version: says MDS 2.0 but holds status_changes",
    ),
    "empty": (_json({"version": "2.0.0", "trips": []}), UnusableFeed, "no record in 1 page(s)"),
    "only stops": (_json({"version": "2.0.0", "stops": [1]}), UnusableFeed, "no record in 1 page(s)"),
    "all bad": (
        _json({"version": "2.0.0", "trips": [{**TRIP, "start_time": 1772434200}]}),
        UnusableFeed,
        "page.json, row 1, field start_time: no usable record, 1 set aside; the first: a time in seconds",
    ),
}


@pytest.mark.parametrize(("content", "kind", "text"), CASES.values(), ids=CASES)
def test_refused_in_one_line(content: bytes, kind: type[FeedError], text: str, tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(kind) as refusal:
        read(tmp_path / "page.json", tmp_path / "out")
    assert type(refusal.value) is kind
    assert str(refusal.value).startswith(text)
    assert "\n" not in str(refusal.value)
    assert not any(path.is_dir() for path in (tmp_path / "out").iterdir()), "no working files are left"


def test_no_such_path_and_no_page_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(NotAFeed, match="nowhere: no such file or folder"):
        read(tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(NotAFeed, match="out: the folder holds no JSON file"):
        read(tmp_path / "out", tmp_path / "out")


def test_two_versions_in_one_folder(tmp_path: Path) -> None:
    pages = {"a.json": town.pages_1_2(town.MONDAY)["trips.json"], "b.json": town.pages_2_0(town.MONDAY)["trips.json"]}
    (tmp_path / "out").mkdir()
    with pytest.raises(UnsupportedVersion, match=r"^b\.json, field version: MDS 2\.0 beside MDS 1\.2 \(a\.json\)"):
        read(town.write(tmp_path / "pages", pages), tmp_path / "out")


def test_one_broken_page_refuses_the_feed(tmp_path: Path) -> None:
    source = town.write(tmp_path / "pages", town.pages_2_0(town.MONDAY))
    (source / "sub").mkdir()
    (source / "sub" / "x.json").write_text("<html>")
    (tmp_path / "out").mkdir()
    with pytest.raises(NotAFeed, match=r"^sub/x\.json, row 1: an HTML"):
        read(source, tmp_path / "out")


def test_a_line_of_many_is_named(tmp_path: Path) -> None:
    page = orjson.dumps(town.pages_2_0(town.MONDAY)["trips.json"])
    (tmp_path / "x.ndjson").write_bytes(page + b'\n{"version": "2.0.0", "trips": [')
    (tmp_path / "out").mkdir()
    with pytest.raises(NotAFeed, match=r"^x\.ndjson, row 2: not JSON"):
        read(tmp_path / "x.ndjson", tmp_path / "out")


def test_a_page_too_large_for_the_memory(tmp_path: Path) -> None:
    (tmp_path / "big.json").write_bytes(b" " * 2_000_000)
    (tmp_path / "out").mkdir()
    with pytest.raises(UnusableFeed, match=r"^big\.json: a page of 2 MiB or more; 1 MiB is the most"):
        read(tmp_path / "big.json", tmp_path / "out", limits=Limits(memory=8 << 20))
    (tmp_path / "big.json.gz").write_bytes(gzip.compress(b" " * 2_000_000))
    with pytest.raises(UnusableFeed, match=r"^big\.json\.gz: a page of 2 MiB"):
        read(tmp_path / "big.json.gz", tmp_path / "out", limits=Limits(memory=8 << 20, ratio_from=1 << 30))


def test_a_packed_bomb_and_a_cut_off_pack(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    bomb = gzip.compress(b" " * 20_000_000)
    (tmp_path / "bomb.json.gz").write_bytes(bomb)
    with pytest.raises(UnsafeArchive, match=r"^bomb\.json\.gz: expands to more than 200 times its size"):
        read(tmp_path / "bomb.json.gz", tmp_path / "out", limits=Limits(ratio_from=1 << 20))
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"{}" * 1000)[:-12])
    with pytest.raises(NotAFeed, match=r"^cut\.json\.gz: not a whole gzip file"):
        read(tmp_path / "cut.json.gz", tmp_path / "out")
    (tmp_path / "no.json.gz").write_bytes(b"{}")
    with pytest.raises(NotAFeed, match=r"^no\.json\.gz: not a whole gzip file"):
        read(tmp_path / "no.json.gz", tmp_path / "out")


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such time zone: 'Europe/Nowhere'"):
        read(tmp_path, tmp_path, timezone="Europe/Nowhere")
