from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import gtfs_guru
import pytest

from feeds.errors import NotAFeed
from feeds.findings import Kind, Severity, Verdict
from feeds.gtfs import check as checks
from feeds.gtfs.check import check
from feeds.gtfs.child import Answer, run_child
from feeds.gtfs.notices import notices
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


def test_a_validator_that_gives_no_answer_is_unknown_not_wrong(write_feed: Callable[..., Path]) -> None:
    asked: list[tuple[int, float]] = []

    def starved(command: Sequence[str], *, memory: int, timeout_s: float) -> Answer:
        asked.append((memory, timeout_s))
        return Answer(b"", "stopped at its memory limit of 256 MiB")

    limits = Limits(memory=256 << 20)
    report = check(write_feed(), validation_date=IN_SERVICE, limits=limits, timeout_s=7, runner=starved)
    assert asked == [(256 << 20, 7)]
    assert report.verdict is Verdict.UNKNOWN
    assert report.incomplete == "gtfs-guru: stopped at its memory limit of 256 MiB"
    assert report.findings == ()


def test_a_child_is_ended_at_its_limits() -> None:
    idle = "import time; time.sleep(60)"
    hungry = f"hoard = b'x' * (200 << 20); {idle}"
    late = run_child([sys.executable, "-c", idle], memory=1 << 30, timeout_s=0.2)
    assert late == Answer(b"", "not done after 0.2 s")
    fat = run_child([sys.executable, "-c", hungry], memory=100 << 20, timeout_s=50)
    assert fat == Answer(b"", "stopped at its memory limit of 100 MiB")


def test_a_child_is_told_nothing_of_its_surroundings_but_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SEALING_KEY", "SENTINEL")
    monkeypatch.setenv("PGPASSWORD", "SENTINEL")
    told = "import os; print(dict(os.environ))"
    answer = run_child([sys.executable, "-c", told], memory=1 << 30, timeout_s=50)
    assert b"SENTINEL" not in answer.output
    assert b"'PATH': " in answer.output


def test_a_child_that_answers_is_heard() -> None:
    answer = run_child([sys.executable, "-c", "print('yes')"], memory=1 << 30, timeout_s=50)
    assert answer == Answer(b"yes\n")


def test_a_child_is_not_charged_with_what_its_parent_holds() -> None:
    held = bytearray(96 << 20)
    answer = run_child([sys.executable, "-c", "print('done')"], memory=len(held), timeout_s=20)
    assert (answer.output, answer.fault) == (b"done\n", "")


def test_a_child_that_fails_is_told_in_one_line() -> None:
    answer = run_child([sys.executable, "-c", "raise ValueError('/srv/vault/secret')"], memory=1 << 30, timeout_s=20)
    assert answer.fault == "failed (exit 1): ValueError"


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
    ours = {code for code, one in notices().items() if not one.canonical and one.kind is Kind.RULE}
    assert ours == OURS
    #: Retired: the library no longer lists it.
    retired = {"fare_transfer_rule_missing_transfer_count"}
    assert {code for code, one in notices().items() if one.canonical} <= set(gtfs_guru.notice_codes()) | retired
