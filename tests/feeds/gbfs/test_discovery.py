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


def test_a_bad_entry_is_left_out_and_the_others_are_taken() -> None:
    body = document("2.3")
    listed = body["data"]["fr"]["feeds"]
    listed[:0] = [{"name": "station_status"}, "system_alerts", {"url": "https://combecycle.example/x.json"}]
    found = discover(json.dumps(body).encode())
    assert found.feeds["fr"]["station_status"] == "https://combecycle.example/gbfs/station_status.json"
    assert set(found.feeds["fr"]) == set(town.files("2.3")) - {"gbfs"}


@pytest.mark.parametrize("version", ["3.1-RC", "3.1-RC2", "3.1-RC3"])
def test_candidates_of_the_next_version_are_read(version: str) -> None:
    assert discover(json.dumps({**document("3.0"), "version": version}).encode()).version == version


def test_a_version_that_is_not_read_is_named() -> None:
    with pytest.raises(UnsupportedVersion, match=r"version '4\.0' is not read"):
        discover(json.dumps({**document("3.0"), "version": "4.0"}).encode())


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [(60, 60), (60.0, 60), ("60", 60), ("a minute", 0), (-1, 0), (True, 0), (None, 0), (1e300, 0), ("9" * 30, 0)],
)
def test_a_ttl_counts_where_it_is_a_number_of_seconds(ttl: object, seconds: int) -> None:
    assert discover(json.dumps({**document("2.3"), "ttl": ttl}).encode()).ttl_s == seconds


def test_the_time_is_utc() -> None:
    found = discover(json.dumps({**document("3.0"), "last_updated": "2025-11-04T11:00:00+01:00"}).encode())
    assert found.last_updated == dt.datetime(2025, 11, 4, 10, tzinfo=dt.UTC)
