from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import gtfs_guru
import pytest

from feeds.errors import NotAFeed
from feeds.findings import Severity, Verdict
from feeds.gtfs import check as checks
from feeds.gtfs.check import check
from feeds.gtfs.child import run_child
from feeds.gtfs.mends import mends
from feeds.reading import Limits

IN_SERVICE = dt.date(2026, 4, 28)
#: Codes of our own, which the canonical validator does not have.
OURS = {"coordinates_swapped", "frequencies_too_dense", "no_service_day", "unclosed_quote"}


def test_the_town_passes(write_feed: Callable[..., Path]) -> None:
    report = check(write_feed(), validation_date=IN_SERVICE)
    assert report.verdict is Verdict.PASS
    assert report.validators == {"gtfs-guru": "1.0.0"}
    assert report.parameters == {"gtfs-guru.memory": "1073741824", "gtfs-guru.timeout_s": "120"}
    assert report.validation_date == IN_SERVICE


def test_a_finding_names_file_row_field_value_and_how_to_mend(
    write_feed: Callable[..., Path], town_files: dict[str, bytes]
) -> None:
    source = write_feed(stop_times=town_files["stop_times.txt"] + b"R1-0700,07:20:00,07:20:00,S99,5,\n")
    (finding,) = check(source, validation_date=IN_SERVICE).by_severity(Severity.ERROR)
    assert (finding.code, finding.file, finding.row) == ("foreign_key_violation", "stop_times.txt", 37)
    assert (finding.field, finding.value, finding.count) == ("stop_id", "S99", 1)
    assert finding.mend == "Add the record that is referred to, or correct the id."


def test_the_date_of_validation_is_an_argument(write_feed: Callable[..., Path]) -> None:
    source = write_feed()
    assert "expired_calendar" not in check(source, validation_date=IN_SERVICE).counts()
    assert check(source, validation_date=dt.date(2030, 1, 1)).counts()["expired_calendar"] == 2


def test_too_little_memory_or_time_is_unknown_not_wrong(write_feed: Callable[..., Path]) -> None:
    source = write_feed()
    starved = check(source, validation_date=IN_SERVICE, limits=Limits(memory=1 << 20))
    assert starved.verdict is Verdict.UNKNOWN
    assert starved.incomplete == "gtfs-guru: stopped at its memory limit of 1 MiB"
    hurried = check(source, validation_date=IN_SERVICE, timeout_s=0.05)
    assert hurried.verdict is Verdict.UNKNOWN
    assert hurried.incomplete == "gtfs-guru: not done after 0.05 s"


def test_a_child_that_fails_is_told_in_one_line() -> None:
    answer = run_child([sys.executable, "-c", "raise SystemExit('no such feed')"], memory=1 << 30, timeout_s=20)
    assert answer.fault == "failed (exit 1): no such feed"


def test_what_cannot_be_opened_is_refused_before_the_validator_sees_it(tmp_path: Path) -> None:
    page = tmp_path / "feed.zip"
    page.write_bytes(b"<html>")
    with pytest.raises(NotAFeed, match="HTML page"):
        check(page, validation_date=IN_SERVICE)


def test_findings_beyond_the_samples_go_to_the_commonest_file() -> None:
    samples = [{"filename": "stops.txt", "csvRowNumber": 2}] * 2 + [{"filename": "routes.txt", "csvRowNumber": 7}]
    notice = {"code": "invalid_url", "severity": "ERROR", "summary": "s", "files": [], "totalNotices": 10,
              "sampleNotices": samples}  # fmt: skip
    found = {finding.file: (finding.count, finding.row) for finding in checks.findings_of(notice)}
    assert found == {"stops.txt": (9, 2), "routes.txt": (1, 7)}


def test_advice_is_for_codes_that_exist() -> None:
    assert set(mends()) <= set(gtfs_guru.notice_codes()) | OURS
    assert set(mends()) >= OURS
