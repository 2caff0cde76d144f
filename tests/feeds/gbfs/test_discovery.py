"""The discovery document, in the form of each version, and what is none."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from feeds.errors import NotAFeed, UnsupportedVersion
from feeds.gbfs import discover
from tests.feeds.gbfs import town


def document(version: str) -> dict:
    return town.files(version)["gbfs"]


@pytest.mark.parametrize(("version", "language"), [("1.1", "fr"), ("2.3", "fr"), ("3.0", "")])
def test_a_discovery_document_names_its_files(version: str, language: str) -> None:
    found = discover(json.dumps(document(version)).encode())
    assert (found.version, found.ttl_s, found.last_updated) == (version, 60, town.NOON)
    assert found.languages == ((language,) if language else ())
    names = set(town.files(version)) - {"gbfs"}
    assert set(found.feeds[language]) == names
    assert found.feeds[language]["station_status"] == "https://combecycle.example/gbfs/station_status.json"


def test_without_a_version_it_is_1_0() -> None:
    old = {key: value for key, value in document("1.1").items() if key != "version"}
    assert discover(json.dumps(old).encode()).version == "1.0"


BAD = [
    (b"", "gbfs.json: an empty file"),
    (b"<!doctype html>", "gbfs.json: an HTML or XML page, not JSON"),
    (b'{"data": {', "gbfs.json, row 1: not valid JSON"),
    (b"[]", "gbfs.json: a JSON list or value"),
    (b'{"last_updated": 1762250400, "data": {}}', "gbfs.json, field data: a discovery document that lists no file"),
    (
        b'{"last_updated": 1762250400, "data": {"fr": {"feeds": [{"name": "station_status"}]}}}',
        "gbfs.json, row 1, field data.fr.feeds.url: an entry without url",
    ),
    (
        b'{"last_updated": 1762250400, "version": "3.0", "data": {"feeds": ["station_status"]}}',
        "gbfs.json, row 1, field data.feeds: an entry that is no object",
    ),
]


@pytest.mark.parametrize(("content", "line"), BAD)
def test_what_is_no_discovery_document_is_refused_with_its_place(content: bytes, line: str) -> None:
    with pytest.raises(NotAFeed) as refused:
        discover(content)
    assert str(refused.value).startswith(line)


def test_a_version_that_is_not_read_is_named() -> None:
    with pytest.raises(UnsupportedVersion, match=r"version '3\.1-RC3' is not read"):
        discover(json.dumps({**document("3.0"), "version": "3.1-RC3"}).encode())


def test_the_time_is_utc() -> None:
    found = discover(json.dumps({**document("3.0"), "last_updated": "2025-11-04T11:00:00+01:00"}).encode())
    assert found.last_updated == dt.datetime(2025, 11, 4, 10, tzinfo=dt.UTC)
