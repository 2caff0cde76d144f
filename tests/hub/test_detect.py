from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from feeds.errors import NotAFeed
from hub.services.detect import detect


def _file(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_feed_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "download", "w") as archive:
        archive.writestr("stops.txt", "stop_id\n")
    assert detect(tmp_path / "download") == "gtfs"
    assert detect(_file(tmp_path / "town" / "stops.txt", b"stop_id\n").parent) == "gtfs"
    assert detect(_file(tmp_path / "bikes" / "gbfs.json", b"{}").parent) == "gbfs"
    assert detect(_file(tmp_path / "snapshots" / "0600" / "gbfs.json", b"{}").parent.parent) == "gbfs"
    assert (
        detect(_file(tmp_path / "d.json", b'{"data": {"en": {"feeds": [{"url": "/gbfs/x"}]}}, "x": "gbfs"}')) == "gbfs"
    )
    assert detect(_file(tmp_path / "page.json", b'{"version": "2.0.0", "trips": []}')) == "mds"
    assert detect(_file(tmp_path / "pages" / "a.json", b'{"version": "1.2.0", "data": {"trips": []}}').parent) == "mds"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<!DOCTYPE html><html>Sign in", "HTML page"),
        (b"", "empty"),
        (b"hello", "none of the formats"),
        (b'{"no": "feed"}', "none of the formats"),
    ],
)
def test_what_is_no_feed_is_named_for_what_it_is(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(NotAFeed, match=sentence) as refusal:
        detect(_file(tmp_path / "x", content))
    assert str(refusal.value).startswith("x: ")


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(NotAFeed, match=r"nowhere\.zip: there is no such file"):
        detect(tmp_path / "nowhere.zip")
