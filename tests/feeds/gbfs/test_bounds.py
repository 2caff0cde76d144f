"""Files that are made to harm their reader are refused before they are parsed, or before anybody walks them."""

from __future__ import annotations

import json
import zlib

import orjson
import pytest

from feeds.errors import NotAFeed
from feeds.gbfs import bounds
from feeds.gbfs.documents import document, parse


def said(data: bytes) -> bytes:
    return b'{"last_updated": 1, "ttl": 60, "version": "2.3", "data": ' + data + b"}"


@pytest.mark.parametrize(
    ("unit", "most", "kind"), [(b"{},", "MOST_OBJECTS", "objects"), (b"[],", "MOST_LISTS", "lists")]
)
def test_a_file_of_more_objects_than_any_has_is_refused_unparsed(
    monkeypatch: pytest.MonkeyPatch, unit: bytes, most: str, kind: str
) -> None:
    content = said(b'{"stations": [' + unit * (getattr(bounds, most) + 1) + b"1]}")
    assert len(zlib.compress(content, 9)) < 20_000
    monkeypatch.setattr(orjson, "loads", lambda _: pytest.fail("it was parsed"))
    with pytest.raises(NotAFeed, match=f"{kind}, more than the .* that a file may hold") as refusal:
        parse(content, "station_status.json")
    assert refusal.value.file == "station_status.json"


def test_a_file_of_as_many_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_OBJECTS", 3)
    assert document(said(b'{"stations": [{}]}'), "station_status.json").data == {"stations": [{}]}
    with pytest.raises(NotAFeed, match="4 objects, more than the 3"):
        document(said(b'{"stations": [{}, {}]}'), "station_status.json")


@pytest.mark.parametrize("levels", [bounds.DEEPEST + 1, 300, 1_000])
@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_file_that_is_too_deep_is_refused(opens: bytes, closes: bytes, levels: int) -> None:
    with pytest.raises(NotAFeed, match="more than 100 levels"):
        parse(opens * levels + b"1" + closes * levels, "geofencing_zones.json")


def test_a_file_that_is_deep_and_no_deeper_is_read() -> None:
    levels = bounds.DEEPEST
    assert json.dumps(parse(b"[" * levels + b"]" * levels, "x.json")) == "[" * levels + "]" * levels
