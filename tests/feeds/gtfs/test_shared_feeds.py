"""Every real feed goes in; every broken one gives its known findings or a clear refusal."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import gtfs_guru
import pytest

from feeds.errors import FeedError, NotAFeed, UnusableFeed
from feeds.findings import Report, Severity
from feeds.gtfs.check import check
from feeds.gtfs.disagreements import disagreements
from feeds.gtfs.read import read
from feeds.reading import Reading

pytestmark = pytest.mark.shared_data

VALIDATION_DATE = dt.date(2026, 11, 22)
"""That of ANSWERS.csv."""

#: Real feeds: trips, stop times, set aside. The counts are those of the files (records below the header).
REAL = {
    "annarbor": (11_320, 135_100, {}),
    "bart_new_us.zip": (4_225, 61_853, {}),
    "berlin_extract_de.zip": (348, 8_865, {}),
    "cairns_au.zip": (1_339, 37_790, {}),
    "caltrain_us.zip": (185, 2_853, {}),
    "cobblinc_flex_us.zip": (317, 19_597, {}),
    "fortaleza_br.zip": (2_292, 44_646, {}),
    "fr_libourne_2024": (596, 18_852, {}),
    "fr_sncf_2016": (1_551, 13_162, {}),
    "google_sample.zip": (11, 28, {}),
    "nyc_mta_bus_bk.zip": (58_357, 2_400_187, {}),
    "nyc_mta_subway.zip": (20_621, 565_093, {}),
    "nyc_subway_2018_tidytransit.zip": (15_911, 446_924, {}),
    # doubled keys: one of calendar_dates.txt, six of stop_times.txt
    "partridge_amazon-2017-08-06": (442, 1_855, {"calendar_dates": 1, "stop_times": 6}),
    "partridge_region-nord-v2": (1_098, 26_890, {}),
    "porto_alegre_trensurb_br.zip": (1_248, 14_855, {}),
    "sample_gtfs_feed_npm": (10, 29, {}),
    "trimet_2routes_us.zip": (2_341, 43_813, {}),
    "warsaw_extract_pl.zip": (56, 1_649, {}),
}

#: Broken feeds that cannot be used, with the words of the refusal. All others go in.
REFUSED = {
    "google_transitfeed/missing_agency": "agency.txt: missing_required_file",
    "google_transitfeed/missing_column": "stops.txt, row 2: no usable record is left: invalid_row_length",
    "google_transitfeed/missing_stops": "stops.txt: missing_required_file",
    "google_transitfeed/missing_weekday_column": "stops.txt, row 2: no usable record is left: invalid_row_length",
    "google_transitfeed/upgrade_translations": "holds 2 feeds, give one: new-feed, old-feed",
    "partridge_empty": "stops.txt: no usable record is left",
    "transitland_example-nested-two-feeds.zip": "holds 2 feeds, give one: example1, example2",
    "transport_validator/agency": "routes.txt, row 2, field route_id: no usable record is left",
    "transport_validator/agency_single": "routes.txt, row 2, field route_id: no usable record is left",
    "transport_validator/check_id": "routes.txt, row 2, field route_id: no usable record is left",
    "transport_validator/coordinate_with_driver_stops": "trips.txt, row 2, field route_id: no usable record is left",
    "transport_validator/custom_rules": "there is no GTFS table in it",
    "transport_validator/fare_attributes": "trips.txt, row 2, field route_id: no usable record is left",
    "transport_validator/interpolated_stop_times": "trips.txt, row 2, field route_id: no usable record is left",
    "transport_validator/missing_mandatory_files": "stop_times.txt: missing_required_file",
    "transport_validator/optimisation_route_trips": "trips.txt, row 2, field service_id: no usable record is left",
    "transport_validator/route_type_missing": "trips.txt, row 2, field route_id: no usable record is left",
    "transport_validator/stops": "trips.txt, row 2: no usable record is left: invalid_row_length",
    "transport_validator/unusable_trip": "missing_calendar_and_calendar_date_files",
}
#: Sources in which there is not one feed to give to the validator.
NOT_ONE_FEED = {"google_transitfeed/upgrade_translations", "transitland_example-nested-two-feeds.zip",
                "transport_validator/custom_rules"}  # fmt: skip


@pytest.fixture(scope="module")
def answers(shared_data: Path) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    with (shared_data / "broken" / "ANSWERS.csv").open(encoding="utf-8", newline="") as stream:
        _, *rows = csv.reader(stream)
    return {feed.removeprefix("broken/"): (counted(errors), counted(warnings)) for feed, errors, warnings in rows}


def counted(text: str) -> dict[str, int]:
    return {code: int(count) for code, count in (part.split(":") for part in text.split())}


def test_every_feed_of_the_folder_is_in_the_list(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "gtfs").iterdir()} == set(REAL)


@pytest.mark.parametrize("name", REAL)
def test_a_real_feed_goes_in(name: str, real_reading: Callable[[str], Reading]) -> None:
    reading = real_reading(name)
    trips, calls, set_aside = REAL[name]
    assert (reading.rows["trips"], reading.rows["stop_times"], dict(reading.set_aside)) == (trips, calls, set_aside)
    for table in ("agency", "stops", "routes", "runs", "segments", "service_patterns", "pattern_services"):
        assert reading.rows[table] > 0, table
    assert reading.facts["timezone"]
    assert reading.facts["service_from"] <= reading.facts["service_to"]
    assert "coordinates_swapped" not in reading.findings.counts()


def test_every_broken_feed_gives_its_findings_or_a_refusal(
    shared_data: Path, answers: dict[str, tuple[dict[str, int], dict[str, int]]]
) -> None:
    assert len(answers) == 41
    for name, (errors, warnings) in answers.items():
        if name in NOT_ONE_FEED:
            with pytest.raises((NotAFeed, UnusableFeed)):
                check(shared_data / "broken" / name, validation_date=VALIDATION_DATE)
            continue
        report = check(shared_data / "broken" / name, validation_date=VALIDATION_DATE)
        assert report.incomplete == "", name
        assert by_code(report, Severity.ERROR) == errors, name
        assert by_code(report, Severity.WARNING) == warnings, name


def by_code(report: Report, severity: Severity) -> dict[str, int]:
    return Report(findings=report.by_severity(severity)).counts()


def test_every_broken_feed_goes_in_or_is_refused_in_one_line(
    shared_data: Path, answers: dict[str, object], tmp_path: Path
) -> None:
    for number, name in enumerate(answers):
        into = tmp_path / str(number)
        into.mkdir()
        if name in REFUSED:
            with pytest.raises(FeedError) as refused:
                read(shared_data / "broken" / name, into)
            assert REFUSED[name] in str(refused.value), name
            assert "\n" not in str(refused.value)
        else:
            reading = read(shared_data / "broken" / name, into)
            assert reading.rows["trips"] > 0, name
            assert reading.rows["stop_times"] > 0, name


#: What the reader itself must see in broken feeds that go in: findings by code, beside those of the validator.
SEEN = {
    "google_transitfeed/bad_date_format": {"invalid_date": 2},
    "google_transitfeed/bad_utf8": {"invalid_character": 5},
    "google_transitfeed/duplicate_schedule_id": {"duplicate_key": 1},
    "google_transitfeed/duplicate_stop_sequence": {"duplicate_key": 1},
    "google_transitfeed/extra_row_cells": {"invalid_row_length": 1},
    "google_transitfeed/missing_row_cells": {"invalid_row_length": 1},
    "transitland_bart-errors.zip": {"number_out_of_range": 2},
    "transitland_example-nested-dir.zip": {"invalid_input_files_in_subfolder": 1},
    "transport_validator/invalid_stop_file": {"invalid_float": 1},
    "transport_validator/duration_distance": {"foreign_key_violation": 1},
}


@pytest.mark.parametrize("name", SEEN)
def test_the_reader_sees_it_too(name: str, shared_data: Path, tmp_path: Path) -> None:
    counts = read(shared_data / "broken" / name, tmp_path).findings.counts()
    assert {code: counts.get(code, 0) for code in SEEN[name]} == SEEN[name]


def test_the_disagreements_that_are_written_down_are_still_there(shared_data: Path) -> None:
    for one in disagreements():
        codes = set(one.code.split(", "))
        for feed in one.feeds:
            told = gtfs_guru.validate(str(shared_data / "broken" / feed), date=VALIDATION_DATE.isoformat()).to_dict()
            raised = {notice["code"] for notice in told["notices"]}
            assert bool(codes & raised) == (one.guru != "none"), (one.code, feed)
