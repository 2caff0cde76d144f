"""The difference of two timetables: its shape, what it says of rows that cannot be followed, and its laws."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.gtfs.diff import SCHEMA_VERSION, Side, Wish, apply, diff, sheets
from feeds.gtfs.diff.applying import CannotApply

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
Files = Mapping[str, str]
STOPS = "stop_id,stop_name,stop_lat,stop_lon\nA,Gare,45.0,5.5\nB,Mairie,45.01,5.5\nC,Lac,45.02,5.5\n"
TOWN: Files = {
    "stops.txt": STOPS,
    "routes.txt": "route_id,route_short_name,route_type\nR1,1,3\n",
    "fare_rules.txt": "fare_id,route_id\nF1,R1\nF1,R1\nF2,R1\n",
}


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def side(path: Path) -> Side:
    return Side(path, path.name, NOW)


def between(base: Files, new: Files, *, cap: int | None = 50) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scrap:
        one, other = (zipped(Path(scrap) / f"{name}.zip", files) for name, files in (("a", base), ("b", new)))
        return diff(side(one), side(other), Wish(NOW, cap=cap), into=Path(scrap))


def only(document: Mapping[str, Any]) -> dict[str, Any]:
    (entry,) = document["file_diffs"]
    found: dict[str, Any] = entry
    return found


def test_a_document_has_the_shape_of_the_specification() -> None:
    stops = "stop_id,stop_name,stop_lat,stop_lon,level_id\nA,Gare,45.0,5.5,\nB,Place de la Mairie,45.01,5.5,L1\n"
    stops += "D,Port,45.03,5.5,\n"
    found = between(TOWN | {"levels.txt": "level_id\nL1\n"}, TOWN | {"stops.txt": stops, "readme.pdf": "x"})
    assert found["metadata"] == {
        "schema_version": "2.0.0-rc1",
        "generated_at": "2026-03-01T12:00:00Z",
        "row_changes_cap_per_file": 50,
        "base_feed": {"source": "a.zip", "downloaded_at": "2026-03-01T12:00:00Z"},
        "new_feed": {"source": "b.zip", "downloaded_at": "2026-03-01T12:00:00Z"},
        "unsupported_files": [{"file_name": "readme.pdf", "present_in": "new", "is_changed": True}],
    }
    assert found["summary"] == {
        "total_changes": 5,  # a file, a column, three rows
        "files_added_count": 0,
        "files_deleted_count": 1,
        "files_modified_count": 1,
        "files_not_compared_count": 0,
        "files": [
            {"file_name": "levels.txt", "status": "deleted", "rows_deleted_count": 1},
            {
                "file_name": "stops.txt",
                "status": "modified",
                "columns_added_count": 1,
                "rows_added_count": 1,
                "rows_deleted_count": 1,
                "rows_modified_count": 1,
            },
        ],
    }
    levels, entry = found["file_diffs"]
    assert (levels["file_action"], "row_changes" in levels) == ("deleted", False)
    assert entry["columns_added"] == [{"name": "level_id", "position": 5}]
    assert entry["columns_deleted"] == []
    assert entry["row_changes"] == {
        "primary_key": ["stop_id"],
        "columns": ["stop_id", "stop_name", "stop_lat", "stop_lon", "level_id"],
        "added": [{"identifier": {"stop_id": "D"}, "raw_value": "D,Port,45.03,5.5,", "new_line_number": 4}],
        "deleted": [{"identifier": {"stop_id": "C"}, "raw_value": "C,Lac,45.02,5.5,", "base_line_number": 4}],
        "modified": [
            {
                "identifier": {"stop_id": "B"},
                "raw_value": "B,Mairie,45.01,5.5,",
                "base_line_number": 3,
                "new_line_number": 3,
                "field_changes": [
                    {"field": "stop_name", "base_value": "Mairie", "new_value": "Place de la Mairie"},
                    {"field": "level_id", "base_value": "", "new_value": "L1"},
                ],
            }
        ],
    }
    assert entry["stats"]["column_stats"][0] == {
        "column": "stop_name",
        "modifications_count": 1,
        "modifications_percentage": 100.0,
    }
    told = ("total_rows_base", "total_rows_new", "total_rows_modified", "rows_changed_percentage")
    assert [entry["stats"][name] for name in told] == [3, 3, 1, 100.0]
    assert found["metadata"]["schema_version"] == SCHEMA_VERSION


def test_the_cap_leaves_out_rows_and_no_count() -> None:
    more = STOPS + "".join(f"X{number},x,45,5\n" for number in range(30))
    entry = only(between(TOWN, TOWN | {"stops.txt": more}, cap=10))
    assert entry["truncated"] == {"is_truncated": True, "omitted_count": 20}
    assert [one["identifier"]["stop_id"] for one in entry["row_changes"]["added"]] == [f"X{n}" for n in range(10)]
    assert entry["stats"]["rows_added_count"] == 30
    with pytest.raises(CannotApply, match=r"stops\.txt: 20 changes are not told"):
        apply({"file_diffs": [entry]}, {})
    assert only(between(TOWN, TOWN | {"stops.txt": more}, cap=0))["truncated"]["omitted_count"] == 30


def test_packing_order_quotes_spaces_and_line_ends_are_no_difference() -> None:
    other = 'stop_id,stop_name,stop_lat,stop_lon\r\nC,Lac,45.02,5.5\r\n"A","Gare",45.0,5.5\r\nB, Mairie ,45.01,5.5\r\n'
    assert between(TOWN, dict(reversed(list(TOWN.items()))) | {"stops.txt": other})["file_diffs"] == []


def test_columns_that_differ_in_capitals_are_two() -> None:
    entry = only(between(TOWN, TOWN | {"stops.txt": STOPS.replace("stop_name", "Stop_Name")}))
    assert [one["name"] for one in entry["columns_added"]] == ["Stop_Name"]
    assert [one["name"] for one in entry["columns_deleted"]] == ["stop_name"]


def test_rows_without_a_key_or_with_a_doubled_one_are_compared_as_wholes_and_counted() -> None:
    odd = STOPS + "A,Gare (bis),45.0,5.5\n,Nameless,45,5\n"
    entry = only(between(TOWN | {"stops.txt": odd}, TOWN | {"stops.txt": odd.replace("bis", "ter")}))
    assert [one["raw_value"] for one in entry["row_changes"]["deleted"]] == ["A,Gare (bis),45.0,5.5"]
    assert [one["raw_value"] for one in entry["row_changes"]["added"]] == ["A,Gare (ter),45.0,5.5"]
    assert entry["row_changes"]["modified"] == []
    assert entry["notes"] == [{"code": "rows_without_key", "count": 2}, {"code": "rows_with_doubled_key", "count": 4}]


def test_a_key_that_is_doubled_in_one_version_only_is_no_modification() -> None:
    entry = only(between(TOWN, TOWN | {"stops.txt": STOPS + "A,Gare (bis),45.0,5.5\n"}))
    assert [one["raw_value"] for one in entry["row_changes"]["added"]] == ["A,Gare (bis),45.0,5.5"]
    assert entry["stats"].get("rows_modified_count") is None
    assert entry["notes"] == [{"code": "rows_with_doubled_key", "count": 3}]


def test_a_file_without_a_key_is_compared_as_often_as_each_row_occurs() -> None:
    entry = only(between(TOWN, TOWN | {"fare_rules.txt": "fare_id,route_id\nF1,R1\nF2,R1\nF3,R1\n"}))
    assert entry["row_changes"]["primary_key"] == ["fare_id", "route_id"]
    assert [one["raw_value"] for one in entry["row_changes"]["deleted"]] == ["F1,R1"]
    assert [one["raw_value"] for one in entry["row_changes"]["added"]] == ["F3,R1"]
    assert entry["notes"] == [{"code": "no_primary_key", "count": 6}]


def test_a_file_that_no_reference_knows_is_compared_all_the_same() -> None:
    entry = only(between(TOWN, TOWN | {"notes.txt": "who,what\nme,this\n"}))
    assert (entry["file_name"], entry["file_action"]) == ("notes.txt", "added")
    assert [one["raw_value"] for one in entry["row_changes"]["added"]] == ["me,this"]
    assert entry["columns_added"] == []


def test_the_one_row_of_feed_info_is_changed_and_not_replaced() -> None:
    info = "feed_publisher_name,feed_version\nCombe,{}\n"
    entry = only(between(TOWN | {"feed_info.txt": info.format(1)}, TOWN | {"feed_info.txt": info.format(2)}))
    assert entry["row_changes"]["modified"][0]["field_changes"] == [
        {"field": "feed_version", "base_value": "1", "new_value": "2"}
    ]


def test_ids_that_were_made_anew_are_said() -> None:
    shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
    base, new = (shapes + "".join(f"{name}{n},45,5,{n}\n" for n in range(25)) for name in "xy")
    entry = only(between(TOWN | {"shapes.txt": base}, TOWN | {"shapes.txt": new}))
    assert entry["notes"] == [{"code": "ids_regenerated", "count": 25}]


def test_a_file_without_a_header_has_no_row_changes_and_is_applied_all_the_same() -> None:
    document = between(TOWN, TOWN | {"levels.txt": ""}, cap=None)
    assert "row_changes" not in only(document)
    with tempfile.TemporaryDirectory() as scrap:
        base, new = (zipped(Path(scrap) / name, TOWN | more) for name, more in (("a", {}), ("b", {"levels.txt": ""})))
        assert apply(document, sheets(base)) == sheets(new)


def test_rows_of_another_length_and_files_that_cannot_be_cut_are_said() -> None:
    entry = only(between(TOWN, TOWN | {"stops.txt": STOPS + "D,too,few\nE,Port,45,5\n"}))
    assert entry["notes"] == [{"code": "rows_of_another_length", "count": 1}]
    assert entry["stats"]["rows_added_count"] == 1
    latin = between(TOWN, TOWN | {"stops.txt": STOPS.replace("Gare", "Église")})
    assert only(latin)["row_changes"]["modified"][0]["field_changes"][0]["new_value"] == "Église"


def test_a_record_that_is_not_there_is_not_changed() -> None:
    document = between(TOWN, TOWN | {"stops.txt": STOPS.replace("Gare", "Port")}, cap=None)
    with tempfile.TemporaryDirectory() as scrap:
        other = sheets(zipped(Path(scrap) / "x.zip", TOWN | {"stops.txt": STOPS.replace("Gare", "Halles")}))
    with pytest.raises(CannotApply, match=r"stops\.txt: the feed has no record \('A', 'Gare'"):
        apply(document, other)


# What a column may hold: nothing, words, and what CSV must quote.
cells = st.sampled_from(["", "a", "b", "1", "x,y", 'say "hi"', "two\nlines", "é"])


@st.composite
def tables(draw: st.DrawFn, needed: Sequence[str], others: Sequence[str]) -> str:
    """A file: its key columns, some others, in any order."""
    names = draw(st.permutations([*needed, *draw(st.lists(st.sampled_from(others), unique=True, max_size=2))]))
    rows = draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), max_size=6))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([names, *rows])
    return out.getvalue()


FILES = {
    "stops.txt": tables(["stop_id"], ["stop_name", "stop_lat", "Stop_Name", "odd one"]),
    "transfers.txt": tables(["from_stop_id", "to_stop_id"], ["from_trip_id", "transfer_type"]),
    "fare_rules.txt": tables(["fare_id"], ["route_id", "zone"]),
    "extra.txt": tables(["what"], ["why"]),
}
ROUTES = {"routes.txt": "route_id\nR\n"}
feeds = st.fixed_dictionaries({}, optional=FILES).map(lambda found: found | ROUTES)


@settings(deadline=None, derandomize=True, max_examples=12)
@given(feeds)
def test_nothing_differs_from_itself(feed: Files) -> None:
    again = {name: text.replace("\n", "\r\n") if '"' not in text else text for name, text in feed.items()}
    for other in (feed, again):
        found = between(feed, other, cap=None)
        assert found["file_diffs"] == []
        assert found["summary"]["total_changes"] == 0


@settings(deadline=None, derandomize=True, max_examples=25)
@given(feeds, feeds)
def test_a_difference_applied_to_its_base_gives_the_other(base: Files, new: Files) -> None:
    with tempfile.TemporaryDirectory() as scrap:
        one, other = (zipped(Path(scrap) / f"{name}.zip", files) for name, files in (("a", base), ("b", new)))
        document = diff(side(one), side(other), Wish(NOW, cap=None), into=Path(scrap))
        found, expected = apply(document, sheets(one)), sheets(other)
    assert set(found) == set(expected)
    for file, sheet in expected.items():
        # Columns that both have stay in the order of the base, which is all that the shape can say.
        order = [found[file].columns.index(name) for name in sheet.columns]
        assert len(order) == len(found[file].columns)
        assert sum(found[file].rows.values()) == sum(sheet.rows.values())
        assert {tuple(row[place] for place in order): count for row, count in found[file].rows.items()} == sheet.rows


@settings(deadline=None, derandomize=True, max_examples=5)
@given(feeds, feeds)
def test_the_same_question_has_the_same_answer(base: Files, new: Files) -> None:
    assert between(base, new, cap=5) == between(base, new, cap=5)
