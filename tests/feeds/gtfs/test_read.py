from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import UnusableFeed
from feeds.findings import Severity
from feeds.gtfs.read import read
from feeds.reading import REJECTS_SCHEMA, Limits, Reading

from .conftest import TOWN

ReadFeed = Callable[..., Reading]


def records(reading: Reading, table: str) -> list[dict[str, Any]]:
    return pq.read_table(reading.tables[table]).to_pylist()


def rejects(reading: Reading) -> list[tuple[Any, ...]]:
    return [tuple(record.values()) for record in records(reading, "rejects")]


def codes(reading: Reading) -> dict[str, int]:
    return reading.findings.counts()


def with_line(files: dict[str, bytes], name: str, line: str) -> bytes:
    return files[name] + line.encode() + b"\n"


def test_the_town_goes_in_whole(town: Reading) -> None:
    assert dict(town.rows) == {
        "agency": 1, "calendar": 2, "calendar_dates": 2, "feed_info": 1, "frequencies": 2, "routes": 4, "shapes": 3,
        "stop_times": 35, "stops": 12, "trips": 10,
        "runs": 14, "segments": 14, "trip_spans": 10,
        "services": 2, "service_days": 14, "service_patterns": 14, "pattern_services": 2,
        "stop_services": 16, "stop_patterns": 16,
    }  # fmt: skip
    assert town.findings.findings == ()
    assert town.set_aside == {}
    assert dict(town.facts) == {
        "timezone": "Europe/Paris", "agencies": "Régie de Petitville", "languages": "fr", "feed_lang": "fr",
        "feed_version": "printemps", "publisher": "Petitville", "publisher_url": "https://petitville.example",
        "service_from": "2026-04-27", "service_to": "2026-05-10", "service_patterns": "2",
        "bbox": "5.5,45.0,5.5,45.22", "shape_dist_unit": "m",
    }  # fmt: skip


def test_nothing_but_tables_is_left_behind(town: Reading) -> None:
    folder = town.tables["stops"].parent
    assert {path.name for path in folder.iterdir()} == {f"{name}.parquet" for name in town.tables}


def test_ids_stay_text_and_keys_follow_their_order(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    head, *lines = town_files["stops.txt"].decode().splitlines()
    reading = read_feed(stops="\n".join([head, *reversed(lines)]))
    keys = {record["stop_id"]: record["stop_key"] for record in records(reading, "stops")}
    assert keys == {f"S{number:02d}": number for number in range(1, 13)}


def test_times_go_beyond_midnight_and_dates_are_dates(town: Reading) -> None:
    trips = {record["trip_id"]: record["trip_key"] for record in records(town, "trips")}
    night = [call for call in records(town, "stop_times") if call["trip_key"] == trips["R1-2430"]]
    assert sorted(call["departure_s"] for call in night) == [88200, 91800]
    assert records(town, "calendar")[0]["start_date"] == dt.date(2026, 4, 27)


def test_untimed_calls_are_placed_by_distance_or_half_way(town: Reading) -> None:
    mill = next(stop["stop_key"] for stop in records(town, "stops") if stop["stop_id"] == "S12")
    calls = [call for call in records(town, "stop_times") if call["stop_key"] == mill]
    assert [(call["departure_s"], call["departs_s"], call["interpolated"]) for call in calls] == [
        (None, 9 * 3600 + 5 * 60, True),
        (None, 10 * 3600 + 10 * 60, True),
    ]


def test_calls_are_sorted_by_stop_and_departure_and_know_where_the_trip_goes_on(town: Reading) -> None:
    calls = records(town, "stop_times")
    places = [(call["stop_key"], call["departs_s"]) for call in calls]
    assert places == sorted(places)
    assert sum(call["next_stop_key"] is None for call in calls) == 10  # each trip ends once
    assert [call["first_call"] for call in calls if call["stop_key"] == 5] == [True, False]  # the loop at S05


def test_frequencies_become_runs(town: Reading) -> None:
    trips = {record["trip_key"]: record["trip_id"] for record in records(town, "trips")}
    shifts = [run["shift_s"] for run in records(town, "runs") if trips[run["trip_key"]] == "F-0500"]
    assert shifts == [3600, 4800, 6000, 43200, 45000]  # after the template's 5:00


def test_lengths_are_straight_unless_the_feed_measures_and_fits(town: Reading) -> None:
    trips = {record["trip_key"]: record["trip_id"] for record in records(town, "trips")}
    spans = {trips[span["trip_key"]]: span for span in records(town, "trip_spans")}
    assert (spans["U-0900"]["distance_m"], spans["U-0900"]["distance_source"]) == (4000.0, "shape_dist")
    assert spans["R1-0700"]["distance_m"] == pytest.approx(3 * 1111.95, abs=0.01)
    assert spans["R1-0700"]["distance_source"] == "straight"


def test_the_holiday_runs_as_a_weekend(town: Reading) -> None:
    patterns = {record["date"].isoformat(): record["pattern"] for record in records(town, "service_patterns")}
    assert patterns["2026-04-27"] == 1
    weekend = {date for date, pattern in patterns.items() if pattern == 2}
    assert weekend == {"2026-05-01", "2026-05-02", "2026-05-03", "2026-05-09", "2026-05-10"}


# --- what bad input gets ---------------------------------------------------------------------------------------------


def test_a_record_with_too_many_or_too_few_cells_is_set_aside(
    read_feed: ReadFeed, town_files: dict[str, bytes]
) -> None:
    stops = with_line(town_files, "stops.txt", "S13,Trop,45.3,5.5,1") + b"S14,Peu\n"
    reading = read_feed(stops=stops)
    assert rejects(reading) == [
        ("stops.txt", 14, "", "S13,Trop,45.3,5.5,1", "invalid_row_length: the record has 5 cells, the header 4"),
        ("stops.txt", 15, "", "S14,Peu", "invalid_row_length: the record has 2 cells, the header 4"),
    ]
    assert pq.read_schema(reading.tables["rejects"]).equals(REJECTS_SCHEMA)
    assert reading.set_aside == {"stops": 2}
    assert codes(reading) == {"invalid_row_length": 2}
    assert reading.rows["stops"] == 12


def test_a_bad_cell_sets_the_record_aside_only_when_it_is_needed(
    read_feed: ReadFeed, town_files: dict[str, bytes]
) -> None:
    bad_date = with_line(town_files, "calendar_dates.txt", "WK,20260230,1")
    bad_place = with_line(town_files, "stops.txt", "S13,Perdu,nord,5.5")
    reading = read_feed(calendar_dates=bad_date, stops=bad_place)
    assert rejects(reading) == [("calendar_dates.txt", 4, "date", "20260230", "invalid_date: not a date YYYYMMDD")]
    nulled = [tuple(record.values()) for record in records(reading, "nulled_cells")]
    assert nulled == [("stops.txt", 14, "stop_lat", "nord", "invalid_float: not a latitude (-90 to 90)")]
    assert next(stop for stop in records(reading, "stops") if stop["stop_id"] == "S13")["stop_lat"] is None
    assert codes(reading) == {"invalid_date": 1, "invalid_float": 1}


def test_dangling_and_doubled_records_are_set_aside(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    reading = read_feed(
        trips=with_line(town_files, "trips.txt", "R9,WK,X1,0,") + b"R1,XX,X2,0,\nR1,WK,R1-0700,1,\n",
        stop_times=with_line(town_files, "stop_times.txt", "R1-0700,07:20:00,07:20:00,S99,5,")
        + b"X1,07:00:00,07:00:00,S01,1,\nR1-0700,07:21:00,07:21:00,S05,4,\nR1-0700,07:21:00,07:21:00,,6,\n",
    )
    assert rejects(reading) == [
        ("stop_times.txt", 37, "stop_id", "S99", "foreign_key_violation: no usable stop_id of this value in stops.txt"),
        ("stop_times.txt", 38, "trip_id", "X1", "foreign_key_violation: no usable trip_id of this value in trips.txt"),
        ("stop_times.txt", 39, "trip_id, stop_sequence", "R1-0700, 4",
         "duplicate_key: an earlier record has the same key"),
        ("stop_times.txt", 40, "stop_id", "", "missing_required_field: neither a stop nor a zone is named"),
        ("trips.txt", 12, "route_id", "R9", "foreign_key_violation: no usable route_id of this value in routes.txt"),
        ("trips.txt", 13, "service_id", "XX",
         "foreign_key_violation: no usable service_id of this value in calendar.txt or calendar_dates.txt"),
        ("trips.txt", 14, "trip_id", "R1-0700", "duplicate_key: an earlier record has the same key"),
    ]  # fmt: skip
    assert reading.rows["stop_times"] == 35
    assert reading.rows["segments"] == 14  # the doubled call left no trace


def test_keys_with_empty_parts_are_doubled_all_the_same(read_feed: ReadFeed) -> None:
    head = "from_stop_id,to_stop_id,from_trip_id,to_trip_id,transfer_type\n"
    reading = read_feed(transfers=head + "S01,S02,,,0\nS01,S02,R1-0700,,0\nS01,S02,,,2\n")
    assert [(row, reason) for _, row, _, _, reason in rejects(reading)] == [
        (4, "duplicate_key: an earlier record has the same key")
    ]


def test_trips_with_no_or_one_stop_time_are_told_and_kept(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    reading = read_feed(
        trips=with_line(town_files, "trips.txt", "R1,WK,void,0,") + b"R1,WK,short,0,\n",
        stop_times=with_line(town_files, "stop_times.txt", "short,07:00:00,07:00:00,S01,1,"),
    )
    assert [str(finding) for finding in reading.findings.findings] == [
        "WARNING unusable_trip trips.txt, row 13, trip_id: a single stop time",
        "WARNING unused_trip trips.txt, row 12, trip_id: no stop times",
    ]
    assert reading.rows["trips"] == 12


def test_latin_1_is_read_and_told(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    reading = read_feed(stops=town_files["stops.txt"].decode().encode("latin-1"))
    assert "Hôpital" in {stop["stop_name"] for stop in records(reading, "stops")}
    (finding,) = reading.findings.findings
    assert (finding.code, finding.severity, finding.file) == ("invalid_character", Severity.ERROR, "stops.txt")
    assert finding.mend == "Save the file as UTF-8."


def test_mark_crlf_spaces_quotes_and_empty_lines_change_nothing(
    read_feed: ReadFeed, town_files: dict[str, bytes], town: Reading
) -> None:
    head, *lines = town_files["stops.txt"].decode().splitlines()
    spaced = [", ".join(f'"{cell}"' if number == 1 else f" {cell} " for number, cell in enumerate(line.split(",")))
              for line in lines]  # fmt: skip
    text = "\ufeff" + "\r\n".join(
        [head.replace(",", " , "), "", *[line.replace(', "', ',"') for line in spaced], "", ""]
    )
    reading = read_feed(stops=text)
    plain = [{k: v for k, v in stop.items() if k != "csv_row"} for stop in records(town, "stops")]
    assert [{k: v for k, v in stop.items() if k != "csv_row"} for stop in records(reading, "stops")] == plain
    assert [stop["csv_row"] for stop in records(reading, "stops")] == list(range(3, 15))


def test_unknown_files_and_columns_are_kept_as_text_and_told(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    stops = b"\n".join(
        line + (b",Stop_ID,abri" if number == 0 else b",x,1")
        for number, line in enumerate(town_files["stops.txt"].splitlines())
    )
    reading = read_feed(stops=stops, shelters="stop_id,colour\nS01,green\n", LICENCE="All yours.\n")
    assert records(reading, "extra_shelters") == [{"csv_row": 2, "stop_id": "S01", "colour": "green"}]
    assert {(stop["Stop_ID_2"], stop["abri"]) for stop in records(reading, "stops")} == {("x", "1")}
    told = {(finding.code, finding.file, finding.field) for finding in reading.findings.findings}
    assert told == {
        ("unknown_column", "stops.txt", "Stop_ID"), ("unknown_column", "stops.txt", "abri"),
        ("unknown_file", "shelters.txt", ""), ("unknown_file", "LICENCE.txt", ""),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["agency", "stops", "routes", "trips", "stop_times"])
def test_a_missing_required_file_is_named(read_feed: ReadFeed, name: str) -> None:
    with pytest.raises(UnusableFeed, match=rf"^{name}\.txt: missing_required_file"):
        read_feed(**{name: None})


def test_without_any_calendar_there_is_no_service(read_feed: ReadFeed) -> None:
    with pytest.raises(UnusableFeed, match="missing_calendar_and_calendar_date_files"):
        read_feed(calendar=None, calendar_dates=None)


def test_one_calendar_is_enough(read_feed: ReadFeed) -> None:
    reading = read_feed(calendar=None, calendar_dates="service_id,date,exception_type\nWK,20260427,1\nWE,20260502,1\n")
    assert reading.rows["service_days"] == 2


def test_a_feed_of_which_no_record_is_usable_is_refused_with_the_reason(read_feed: ReadFeed) -> None:
    message = r"^stops\.txt, row 2: no usable record is left: invalid_row_length, the record has 1 cells, the header 3"
    with pytest.raises(UnusableFeed, match=message):
        read_feed(stops="stop_id,stop_lat,stop_lon\nS01\n")


@pytest.mark.parametrize(("text", "why"), [(b"", "empty_file"), (b"\n \n", "empty_file"), (b"<html>\n", "missing_req")])
def test_a_table_that_is_none_is_refused(read_feed: ReadFeed, text: bytes, why: str) -> None:
    with pytest.raises(UnusableFeed, match=rf"^trips\.txt.*{why}"):
        read_feed(trips=text)


def test_an_unclosed_quotation_mark_is_told(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    reading = read_feed(routes=with_line(town_files, "routes.txt", 'R5,V,5,"Sans fin,3,'))
    assert codes(reading)["unclosed_quote"] == 1


def test_swapped_coordinates_are_told_and_left_as_they_are(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    reading = read_feed(stops=with_line(town_files, "stops.txt", "S13,Envers,5.5,45.05"))
    (finding,) = reading.findings.findings
    assert (finding.code, finding.row, finding.value) == ("coordinates_swapped", 14, "S13: 5.5, 45.05")
    assert next(stop for stop in records(reading, "stops") if stop["stop_id"] == "S13")["stop_lat"] == 5.5


def test_a_latitude_beyond_the_pole_can_be_a_swapped_one(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(f"S{n:02d},x,-16.9,145.{n}\n" for n in range(1, 13))
    agency = town_files["agency.txt"].decode().replace("Europe/Paris", "Australia/Brisbane")
    reading = read_feed(stops=stops + "S13,x,145.7,-16.9\n", agency=agency)
    assert codes(reading) == {"coordinates_swapped": 1, "number_out_of_range": 1}


def test_a_whole_feed_with_swapped_coordinates_lies_far_from_its_time_zone(
    read_feed: ReadFeed, town_files: dict[str, bytes]
) -> None:
    stops = town_files["stops.txt"].replace(b"stop_lat,stop_lon", b"stop_lon,stop_lat")
    (finding,) = read_feed(stops=stops).findings.findings
    assert (finding.code, finding.count) == ("coordinates_swapped", 12)
    assert "Europe/Paris" in finding.message


def test_dates_without_end_are_refused(read_feed: ReadFeed, town_files: dict[str, bytes]) -> None:
    head = town_files["calendar.txt"].decode()
    forever = "".join(f"X{n},1,1,1,1,1,1,1,00010101,99991231\n" for n in range(430))
    with pytest.raises(UnusableFeed, match=r"^calendar\.txt, field end_date: the services would run on"):
        read_feed(calendar=head + forever)


def test_frequencies_without_measure_are_left_out(read_feed: ReadFeed) -> None:
    head = "trip_id,start_time,end_time,headway_secs\n"
    reading = read_feed(frequencies=head + "F-0500,06:00:00,07:00:00,0\nR2-0800,00:00:00,100:00:00,1\n")
    assert codes(reading) == {"number_out_of_range": 1}
    assert reading.rows["runs"] == 100 * 3600 + 9  # R2 at every second, each other trip once


def test_a_flexible_trip_needs_a_zone_and_no_stop(read_feed: ReadFeed) -> None:
    head = "trip_id,stop_sequence,location_id,start_pickup_drop_off_window,end_pickup_drop_off_window\n"
    zone = """{"type": "Feature", "id": "Z", "properties": {"stop_name": "Plateau"},
        "geometry": {"type": "Polygon", "coordinates": [[[5, 45], [6, 45], [5, 46], [5, 45]]]}}"""
    changes = {
        "stops": None,
        "stop_times": head + "R1-0700,1,Z,07:00:00,09:00:00\nR1-0700,2,Z,07:00:00,09:00:00\nR1-0730,1,,,\n",
        "frequencies": None,
        "locations.geojson": f'{{"type": "FeatureCollection", "features": [{zone}, {zone}, {{}}]}}',
    }
    reading = read_feed(**changes)
    assert [zone["stop_name"] for zone in records(reading, "locations")] == ["Plateau"]
    assert [call["start_pickup_drop_off_window_s"] for call in records(reading, "stop_times")] == [25200, 25200]
    assert [(file, row, reason.split(":")[0]) for file, row, _, _, reason in rejects(reading)] == [
        ("locations.geojson", 2, "duplicate_geo_json_key"),
        ("locations.geojson", 3, "missing_required_element"),
        ("stop_times.txt", 4, "missing_required_field"),
    ]


def test_a_small_memory_gives_the_same_tables(town: Reading, town_files: dict[str, bytes], tmp_path: Path) -> None:
    folder, into = tmp_path / "feed", tmp_path / "into"
    folder.mkdir()
    into.mkdir()
    for name, text in town_files.items():
        (folder / name).write_bytes(text)
    reading = read(folder, into, limits=Limits(memory=64 << 20, threads=1))
    for name in town.tables:
        assert records(reading, name) == records(town, name), name


JUNK = st.sampled_from(["", "x", "-1", "0", "99999999999", "25:61:00", "20261345", "é", "S01", "R1-0700", "1.5", "nan"])


@settings(derandomize=True, deadline=None, max_examples=25)
@given(data=st.data())
def test_whatever_a_cell_holds_no_record_is_lost_unsaid(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder, into = tmp_path_factory.mktemp("feed"), tmp_path_factory.mktemp("into")
    lines = {name: text.splitlines() for name, text in changed_town(data).items()}
    for name, texts in lines.items():
        (folder / name).write_text("\n".join(texts), "utf-8")
    try:
        reading = read(folder, into)
    except UnusableFeed:
        return
    for name, texts in lines.items():
        table = name.removesuffix(".txt")
        assert reading.rows[table] + reading.set_aside.get(table, 0) == len(texts) - 1, name


def changed_town(data: st.DataObject) -> dict[str, str]:
    """The town with junk in up to eight cells, and some lines doubled."""
    rows = {name: [line.split(",") for line in text.splitlines()] for name, text in TOWN.items()}
    for _ in range(data.draw(st.integers(1, 8))):
        table = rows[data.draw(st.sampled_from(sorted(rows)))]
        record = data.draw(st.sampled_from(table[1:]))
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(JUNK)
        if data.draw(st.booleans()):
            table.append(record)
    return {name: "\n".join(",".join(record) for record in table) for name, table in rows.items()}
