"""Every code has its words, and every claim about who raises it is held by a feed that breaks just that rule."""

from __future__ import annotations

import zipfile
from pathlib import Path

import gtfs_guru
import pytest

from feeds import statistics
from feeds.findings import Kind, Severity
from feeds.gtfs import own
from feeds.gtfs.notices import Notice, Raiser, notices, section_address
from feeds.gtfs.plausible import CHECKS
from feeds.gtfs.read import read

from .conftest import TOWN
from .probes import PROBES, probe

#: Codes that no feed can be made to break: they are about the validating program.
UNBREAKABLE = {"i_o_error", "runtime_exception_in_loader_error", "runtime_exception_in_validator_error",
               "thread_execution_error", "too_many_rows", "u_r_i_syntax_error"}  # fmt: skip
LIBRARY_DATE = "2026-04-28"
OWN_ONLY = sorted(code for code, one in notices().items() if one.canonical and one.by == (Raiser.OWN,))
READ_TOGETHER = ("duplicate_key", "invalid_date", "invalid_float", "invalid_time", "number_out_of_range",
                 "unknown_file", "unusable_trip", "duplicated_column")  # fmt: skip


def canonical() -> dict[str, Notice]:
    return {code: one for code, one in notices().items() if one.canonical}


def archive(files: dict[str, str], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return path


def library_codes(code: str, folder: Path) -> set[str]:
    found = gtfs_guru.validate(str(archive(probe(TOWN, code), folder / f"{code}.zip")), date=LIBRARY_DATE)
    return {notice["code"] for notice in found.to_dict()["notices"]}


def test_there_are_181_canonical_codes_with_the_severities_of_the_library() -> None:
    severities = [one.severity for one in canonical().values()]
    assert len(severities) == 181
    assert [severities.count(one) for one in Severity] == [111, 53, 17]
    schema = gtfs_guru.notice_schema()
    for code, one in canonical().items():
        if code in schema:
            assert schema[code]["severityLevel"].lower() == one.severity.value, code


@pytest.mark.parametrize("code", sorted(notices()))
def test_a_code_has_short_sentences_in_both_languages(code: str) -> None:
    one = notices()[code]
    for text in (one.en, one.fr, one.mend, one.mend_fr):
        assert 8 < len(text) < 160
        assert text == text.strip()
        assert text[0].isupper() or text.startswith("stop_access")
    assert one.en != one.fr
    assert one.mend != one.mend_fr
    assert one.mend.endswith(".")
    assert one.mend_fr.endswith(".")
    assert not one.en.endswith(".")
    assert one.section
    assert (not one.by) == bool(one.why)


def test_every_canonical_code_has_its_probe() -> None:
    assert set(PROBES) == set(canonical())
    assert {code for code, changes in PROBES.items() if not changes} == UNBREAKABLE


def test_the_library_raises_what_is_said_of_it_and_nothing_more(tmp_path: Path) -> None:
    raised = {code for code in PROBES if code in library_codes(code, tmp_path)}
    assert raised == {code for code, one in canonical().items() if Raiser.LIBRARY in one.by}


@pytest.mark.parametrize("code", OWN_ONLY)
def test_what_the_library_lacks_is_raised_by_our_own(code: str, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    reading = read(archive(probe(TOWN, code), tmp_path / "feed.zip"), tmp_path / "tables")
    with statistics.connect(memory=1 << 28) as connection:
        checked = own.check(reading.tables, connection=connection)
    found = [one for one in (*reading.findings.findings, *checked) if one.code == code]
    assert [(one.severity, one.mend) for one in found] == [(notices()[code].severity, notices()[code].mend)]


def test_what_the_reader_says_beside_the_library_is_claimed(tmp_path: Path) -> None:
    files = dict(TOWN)
    for code in READ_TOGETHER:
        for change in PROBES[code]:
            if code != "number_out_of_range":
                change(files)
    files["stops.txt"] = files["stops.txt"].replace("45.22", "95.22")
    (tmp_path / "tables").mkdir()
    told = read(archive(files, tmp_path / "feed.zip"), tmp_path / "tables").findings.counts()
    assert set(READ_TOGETHER) <= set(told)
    assert all(Raiser.OWN in notices()[code].by for code in told)


def test_plausibility_is_told_apart_and_never_an_error() -> None:
    ours = {code: one for code, one in notices().items() if one.kind is Kind.PLAUSIBILITY}
    assert set(ours) == {query.code for query in CHECKS} | {"implausible_duplicated_trip"}
    assert all(one.severity is not Severity.ERROR and not one.canonical for one in ours.values())


def test_a_section_has_its_address() -> None:
    address = "https://gtfs.org/documentation/schedule/reference/#stop_timestxt"
    assert section_address("stop_times.txt") == address
    assert section_address("Field Types").endswith("/#field-types")
