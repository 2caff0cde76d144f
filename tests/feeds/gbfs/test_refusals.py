"""Files that are no GBFS: the line that says so, and what is refused with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.errors import FeedError, NotAFeed, UnsupportedVersion, UnusableFeed
from feeds.gbfs import read
from feeds.reading import Limits
from tests.feeds.gbfs import town

LIMITS = Limits()

ENVELOPE = '{"last_updated": 1762250400, "ttl": 0, "version": "2.3", "data": '

BAD_FILES = [
    # content, error, what the line says
    (b"", NotAFeed, "station_status.json: an empty file"),
    (b"\n <!DOCTYPE html><html>", NotAFeed, "station_status.json: an HTML or XML page, not JSON"),
    (b'{"data":\n  {"stations": [}', NotAFeed, "station_status.json, row 2: not valid JSON at column 17"),
    (b'{"data": "\xe9t\xe9"}', NotAFeed, "station_status.json, row 1: not UTF-8 (byte 0xe9 at 10)"),
    (b"[1, 2]", NotAFeed, "station_status.json: a JSON list or value, not a GBFS document"),
    (b'{"stations": []}', NotAFeed, "station_status.json, field data: no object 'data'"),
    (b'{"data": {"stations": []}}', NotAFeed, "station_status.json, field last_updated: not a number"),
    (b'{"last_updated": 1762250400000, "data": {}}', NotAFeed, "station_status.json, field last_updated: not a time"),
    (
        ENVELOPE.replace("2.3", "4.0").encode() + b'{"stations": []}}',
        UnsupportedVersion,
        "station_status.json, field version: version '4.0' is not read; read are 1.0, 1.1, 2.0, 2.1, 2.2, 2.3, 3.0",
    ),
    (
        b'{"last_updated": "2025-11-04T10:00:00Z", "data": {"stations": []}}',
        UnsupportedVersion,
        "station_status.json, field version: no version, and the times of 3.0",
    ),
    (ENVELOPE.encode() + b'{"bikes": []}}', NotAFeed, "station_status.json, field data.stations: no list"),
    (
        ENVELOPE.encode() + b'{"stations": [{"station_id": "gare"}]}}',
        UnusableFeed,
        "station_status.json, row 1, field num_vehicles_available: each of its 1 records is bad; the first: is missing",
    ),
]


@pytest.mark.parametrize(("content", "error", "line"), BAD_FILES)
def test_a_core_file_that_is_none_refuses_the_feed(
    tmp_path: Path, content: bytes, error: type[FeedError], line: str
) -> None:
    folder = town.write(tmp_path / "in", town.files("2.3"))
    (folder / "station_status.json").write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(error) as refused:
        read(folder, tmp_path / "out", limits=LIMITS)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_an_optional_file_that_is_none_is_told_and_left_out(tmp_path: Path) -> None:
    folder = town.write(tmp_path / "in", town.files("2.3"))
    (folder / "system_regions.json").write_text("<html>")
    (tmp_path / "out").mkdir()
    reading = read(folder, tmp_path / "out", limits=LIMITS)
    assert (reading.rows["regions"], reading.rows["stations"]) == (0, 4)
    assert [finding.code for finding in reading.findings.findings] == ["gbfs_file_set_aside"]


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    folder = town.write(tmp_path / "in", town.files("2.3"))
    content = (folder / "station_status.json").read_bytes()
    (folder / "station_status.json").write_bytes(b"\xef\xbb\xbf" + content)
    (tmp_path / "out").mkdir()
    assert read(folder, tmp_path / "out", limits=LIMITS).rows["station_status"] == 4


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    folder = town.write(tmp_path / "in", town.files("2.3"))
    (tmp_path / "out").mkdir()
    with pytest.raises(NotAFeed, match="bytes are more than the 100"):
        read(folder, tmp_path / "out", limits=Limits(file=100))


def test_a_place_without_gbfs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for source in (tmp_path / "nowhere", tmp_path / "out"):
        with pytest.raises(NotAFeed):
            read(source, tmp_path / "out", limits=LIMITS)


def test_only_system_information_is_nothing_to_use(tmp_path: Path) -> None:
    folder = town.write(tmp_path / "in", {"system_information": town.files("2.3")["system_information"]})
    (tmp_path / "out").mkdir()
    with pytest.raises(UnusableFeed):
        read(folder, tmp_path / "out", limits=LIMITS)
