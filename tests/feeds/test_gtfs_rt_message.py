"""Reading a message: typed tables, what is set aside, what is refused and with which words."""

from __future__ import annotations

import gzip
import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from google.protobuf.json_format import MessageToJson
from google.protobuf.text_format import MessageToString
from google.transit.gtfs_realtime_pb2 import FeedEntity, FeedMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import FeedError, NotAFeed, UnusableFeed
from feeds.gtfs_rt import looks_like, parse, read
from feeds.gtfs_rt.check import reading_findings
from feeds.gtfs_rt.message import MessageLimits
from feeds.gtfs_rt.spec import TABLES
from feeds.gtfs_rt.wire import parts
from tests.feeds.realtime_town import NOW, message

GOOD = message().SerializeToString()


def packed(entity: bytes, number: int = 2) -> bytes:
    """An entity as a field of the message."""
    assert len(entity) < 1 << 14
    size = bytes([len(entity) & 0x7F | 0x80, len(entity) >> 7])
    return bytes([number << 3 | 2]) + size + entity


def test_a_message_becomes_typed_tables() -> None:
    read_ = parse(GOOD)
    tables = {name: table.to_pylist() for name, table in read_.tables.items()}

    assert tables["header"] == [
        {"version": "2.0", "incrementality": "FULL_DATASET", "timestamp_s": NOW, "feed_version": None, "entities": 3}
    ]
    assert [row["entity_id"] for row in tables["entities"]] == ["update", "vehicle", "alert"]
    update = tables["trip_updates"][0]
    assert (update["trip_id"], update["start_date"], update["trip_relationship"]) == ("T1", "20260914", "SCHEDULED")
    calls = tables["stop_time_updates"]
    assert [(row["entity"], row["place"], row["stop_sequence"], row["stop_id"]) for row in calls] == [
        (1, 1, 1, "A"), (1, 2, 2, "B"), (1, 3, 3, "C"), (1, 4, 4, "D"),
    ]  # fmt: skip
    assert calls[0]["arrival"] is True
    assert calls[0]["arrival_s"] == NOW - 180
    assert calls[0]["arrival_delay_s"] is None  # absent is not zero
    vehicle = tables["vehicle_positions"][0]
    assert (vehicle["vehicle_id"], vehicle["bearing"], vehicle["speed_mps"]) == ("bus-7", 90.0, 12.0)
    assert vehicle["lat"] == pytest.approx(45.0003)
    assert vehicle["congestion_level"] is None
    assert tables["informed_entities"][0]["selector_route_id"] == "R1"
    assert tables["alert_periods"][0]["end_s"] is None
    assert tables["alert_texts"][0]["text"] == "Travaux au col"
    assert reading_findings(read_) == ()


def test_a_zero_that_is_said_is_kept() -> None:
    made = message()
    made.entity[0].trip_update.stop_time_update[0].arrival.delay = 0
    assert parse(made.SerializeToString()).tables["stop_time_updates"]["arrival_delay_s"][0].as_py() == 0


def test_a_damaged_entity_is_set_aside_and_the_others_stay() -> None:
    damaged = packed(b"\x0a\x02x1\x1a\x7f")  # a trip update that announces 127 bytes and has none
    nameless = packed(FeedEntity(alert={}).SerializePartialToString())
    empty = packed(FeedEntity(id="nothing").SerializeToString())
    read_ = parse(GOOD + damaged + nameless + empty)

    assert [one.entity for one in read_.set_aside] == [4, 5, 6]
    assert f"byte {len(GOOD)} cannot be decoded" in read_.set_aside[0].reason
    assert (read_.set_aside[1].field, read_.set_aside[2].reason.endswith("says nothing")) == ("id", True)
    assert read_.tables["entities"].num_rows == 3
    (found,) = reading_findings(read_)
    assert (found.code, found.count, found.row) == ("gtfs_rt_entity_set_aside", 3, 4)


def test_a_number_that_no_column_holds_is_set_aside_alone() -> None:
    made = message()
    made.entity[1].vehicle.timestamp = 2**64 - 1
    made.header.timestamp = 2**63
    read_ = parse(made.SerializeToString())

    assert read_.timestamp_s is None
    assert read_.tables["vehicle_positions"]["timestamp_s"].to_pylist() == [None]
    assert {(one.entity, one.field, one.value) for one in read_.set_aside} == {
        (0, "header.timestamp", str(2**63)), (2, "vehicle.timestamp", str(2**64 - 1)),
    }  # fmt: skip
    assert [one.code for one in reading_findings(read_)] == ["gtfs_rt_value_set_aside"]


def test_text_that_is_no_utf8_is_replaced_and_told() -> None:
    read_ = parse(GOOD.replace(b"Travaux au col", b"Travaux \xe0\xe0 col"))

    assert read_.tables["alert_texts"]["text"].to_pylist() == ["Travaux \ufffd\ufffd col"]
    (found,) = reading_findings(read_)
    assert (found.code, found.field) == ("gtfs_rt_text_not_utf8", "alert.text")


def test_extensions_are_counted() -> None:
    extension = b"\xc2\x3e\x02hi"  # field 1000, two bytes
    read_ = parse(GOOD + packed(FeedEntity(id="x", vehicle={}).SerializeToString() + extension) + packed(b"", 9))

    assert dict(read_.unknown) == {"entity.1000": 1, "9": 1}
    assert {one.code for one in reading_findings(read_)} == {"gtfs_rt_unknown_fields"}


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("message.pb", GOOD)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in", "HTML page"),
        (b"<?xml version='1.0'?><Siri/>", "XML"),
        (MessageToJson(message()).encode(), "written as JSON"),
        (MessageToJson(message(), preserving_proto_field_name=True).encode(), "written as JSON"),
        (b'{"error": "no token"}', "this is JSON"),
        (MessageToString(message()).encode(), "text form"),
        (gzip.compress(GOOD), "gzip"),
        (_zip(), "zip archive"),
        (GOOD[:-7], "cut short: the field at byte"),
        (GOOD[: len(next(parts(GOOD)).content) + 2] + b"\x12", "cut short"),
        (b"hello, this is no message at all", "protocol buffer|cut short"),
        (packed(FeedEntity(id="a", alert={}).SerializeToString()), "no header"),
        (b"\x0a\x02\x10\x00", "names no version"),
        (b"\x00\x00", "number 0"),
    ],
)
def test_what_is_no_message_is_refused_with_what_it_is(content: bytes, sentence: str) -> None:
    with pytest.raises(NotAFeed, match=sentence):
        parse(content)


def test_limits() -> None:
    with pytest.raises(NotAFeed, match="more than the 10"):
        parse(GOOD, limits=MessageLimits(bytes=10))
    with pytest.raises(NotAFeed, match="more than 2 entities"):
        parse(GOOD, limits=MessageLimits(entities=2))
    with pytest.raises(NotAFeed, match="more than 5 records"):
        parse(GOOD, limits=MessageLimits(rows=5))
    assert len(parse(GOOD, limits=MessageLimits(entity_bytes=100)).set_aside) == 1


def test_a_message_is_known_by_its_first_bytes() -> None:
    assert looks_like(GOOD)
    assert looks_like(GOOD + b"x" * 100_000)
    for other in (b"", b"PK\x03\x04", b"{}", b"\n\n{}", b"hello", b"\x0a\x03\x0a\x01x"):
        assert not looks_like(other)
    assert not looks_like(b"\n{" + b" " * 200)  # a line feed, then a brace: no header of 123 bytes


def test_a_file_is_written_as_parquet(tmp_path: Path) -> None:
    source, into = tmp_path / "message.pb", tmp_path / "tables"
    into.mkdir()
    source.write_bytes(GOOD + packed(b"\xff"))
    reading = read(source, into)

    assert set(reading.tables) == {"header", "alert_texts", "rejects", *TABLES}
    assert reading.rows["stop_time_updates"] == 4 == pq.read_metadata(reading.tables["stop_time_updates"]).num_rows
    assert (reading.standard, reading.version, reading.set_aside) == ("gtfs-rt", "2.0", {"entities": 1})
    assert reading.facts["timestamp"] == str(NOW)


def test_a_file_of_which_nothing_can_be_used_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "message.pb"
    source.write_bytes(bytes(GOOD[: GOOD.index(b"\x12")]) + packed(b"\xff"))
    with pytest.raises(UnusableFeed, match="no usable entity"):
        read(source, tmp_path)
    with pytest.raises(NotAFeed, match="one file"):
        read(tmp_path, tmp_path)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(max_size=60), st.integers(0, len(GOOD)), st.integers(0, 20))
def test_whatever_comes_is_read_or_refused(noise: bytes, place: int, cut: int) -> None:
    """Bytes put in and taken out anywhere: a message, or a sentence that says why not."""
    with suppress(FeedError):
        assert parse(GOOD[:place] + noise + GOOD[place + cut :]).tables["header"].num_rows == 1


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1)), max_size=8))
def test_every_record_of_a_whole_message_is_in_the_tables(calls: list[tuple[int, int]]) -> None:
    made = FeedMessage()
    made.header.gtfs_realtime_version = "2.0"
    update = made.entity.add(id="u").trip_update
    update.trip.trip_id = "T"
    for sequence, delay in calls:
        update.stop_time_update.add(stop_sequence=sequence).arrival.delay = delay
    table = parse(made.SerializeToString()).tables["stop_time_updates"]

    assert list(zip(*(table[name].to_pylist() for name in ("stop_sequence", "arrival_delay_s")), strict=True)) == calls
