"""Laws of merging: without their prefixes the merged tables are the inputs', and no error comes in."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.findings import Severity
from feeds.gtfs.check import check
from feeds.gtfs.merge import merge
from feeds.gtfs.merge.ids import is_id
from feeds.gtfs.read import read
from feeds.gtfs.reference import TABLES
from feeds.reading import Limits
from hub.territory.demo.gtfs_feed import write_gtfs
from hub.territory.demo.timetable import CURRENT, NEXT
from tests.feeds.test_gtfs_merge import BASE, FARES, FARES_V2, HUB, OTHERS, feed, tables

#: Text with what CSV trips over; trimmed, for readers of GTFS trim.
WORDS = st.text(st.sampled_from('ab,";\n\réñ:#%'), min_size=1, max_size=5).map(str.strip).filter(bool)
FREE = ("stops", "routes", "trips", "shapes", "calendar_dates", "stop_times", "transfers", "levels", "fare_rules")


@st.composite
def feeds(draw: st.DrawFn) -> dict[str, str]:
    """Some tables with random records of text, ids as strange as the rest; the agency is that of the town."""
    made = {"agency": BASE["agency"]}
    for name in draw(st.lists(st.sampled_from(FREE), unique=True, min_size=1)):
        known = sorted(TABLES[name].columns)
        columns = draw(st.lists(st.sampled_from(known), unique=True, min_size=2, max_size=5))
        cells = st.one_of(st.just(""), WORDS)
        rows = draw(st.lists(st.lists(cells, min_size=len(columns), max_size=len(columns)), max_size=4))
        sink = io.StringIO()
        csv.writer(sink, lineterminator="\r\n").writerows([columns, *(row for row in rows if any(row))])
        made[name] = sink.getvalue()
    return {"stops": "stop_id\n", **made}


@given(inputs=st.dictionaries(st.sampled_from(["a", "b-1", "c.d"]), feeds(), min_size=1, max_size=3))
@settings(deadline=None, derandomize=True, max_examples=12)
def test_without_prefixes_the_merged_tables_are_the_inputs(inputs: dict[str, dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        nothing: dict[str, str | None] = dict.fromkeys(BASE)
        paths = {slug: feed(folder, slug, **{**nothing, **files}) for slug, files in inputs.items()}
        merge(paths, folder / "merged.zip", publisher=HUB)
        found = tables(folder / "merged.zip")
    for name in set(chain(*inputs.values())):
        expected = [
            (slug, row) for slug in sorted(inputs) for row in records(inputs[slug].get(name, "")) if any(row.values())
        ]
        assert len(found[name]) == len(expected), name
        for (slug, before), after in zip(expected, found[name], strict=True):
            assert {column: bare(name, column, slug, after[column]) for column in before} == before
            unsaid = {column for column in after.keys() - before.keys() if after[column]}
            assert unsaid <= {"agency_id"}


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def bare(table: str, column: str, slug: str, cell: str) -> str:
    if not cell or not is_id(TABLES[table], column):
        return cell
    assert cell.startswith(f"{slug}:")
    return "" if column == "agency_id" and table == "routes" and cell == f"{slug}:V" else cell.removeprefix(f"{slug}:")


DAY = dt.date(2026, 4, 28)


def errors(path: Path, day: dt.date = DAY) -> set[str]:
    report = check(path, validation_date=day)
    assert not report.incomplete
    return {finding.code for finding in report.by_severity(Severity.ERROR)}


def must_bring_no_error(paths: Mapping[str, Path], target: Path, day: dt.date = DAY) -> None:
    """Merge, and hold the errors of the merger's against those of its inputs, and its tables against theirs."""
    done = merge(paths, target, publisher=HUB)
    assert errors(target, day) <= set().union(*(errors(path, day) for path in paths.values()))
    with tempfile.TemporaryDirectory() as work:
        read_rows = []
        for index, path in enumerate([*paths.values(), target]):
            into = Path(work) / str(index)
            into.mkdir()
            reading = read(path, into, limits=Limits())
            read_rows.append(reading.rows)
    *inputs, merged = read_rows
    for name in ("stops", "routes", "trips", "stop_times", "shapes", "calendar", "calendar_dates", "frequencies"):
        assert merged.get(name, 0) == sum(rows.get(name, 0) for rows in inputs), name
        assert merged.get(name, 0) <= done.rows.get(name, 0), name


def test_a_merge_of_towns_brings_no_error(tmp_path: Path) -> None:
    routes = "route_id,agency_id,route_short_name,route_type,network_id\n1,V,1,3,n\n"
    zones = "".join(f"{line},{'z1' if at else 'zone_id'}\n" for at, line in enumerate(BASE["stops"].splitlines()))
    paths = {
        "bare": feed(tmp_path, "bare", agency=BASE["agency"].replace("agency_id,", "").replace("V,", ""),
                     routes=BASE["routes"].replace("agency_id,", "").replace("V,", "")),
        "fares": feed(tmp_path, "fares", stops=zones, fare_attributes=FARES.format("V"),
                      fare_rules="fare_id,route_id\nF,1\n"),
        "fares-v2": feed(tmp_path, "fares-v2", **{**FARES_V2, "fare_rules": None}),
        "networks": feed(tmp_path, "networks", routes=routes),
        "others": feed(tmp_path, "others", **{**OTHERS, "locations.geojson": None}),
    }  # fmt: skip
    must_bring_no_error(paths, tmp_path / "merged.zip")


def test_the_demos_two_timetables_merge_without_error(tmp_path: Path) -> None:
    paths = {
        f"v{index}": write_gtfs(tmp_path / f"{index}.zip", edition) for index, edition in enumerate((CURRENT, NEXT))
    }
    must_bring_no_error(paths, tmp_path / "merged.zip")


def test_a_real_feed_and_its_twin_merge_without_a_new_error(shared_data: Path, tmp_path: Path) -> None:
    paths = dict.fromkeys(("one", "twin"), shared_data / "gtfs" / "google_sample.zip")
    must_bring_no_error(paths, tmp_path / "merged.zip")
