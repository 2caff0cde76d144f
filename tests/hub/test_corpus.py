"""All checks over a folder of feeds: what counts as a feed, what a changed rule would change, and what survives."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from feeds.findings import Verdict
from feeds.reading import Limits
from hub.cli import app
from hub.errors import BadRequest
from hub.services import corpus, corpus_changes
from hub.services.corpus import Corpus, Judged
from hub.services.corpus_changes import Change
from tests.hub.corpus_judges import moody

DATE = dt.date(2026, 4, 28)
TERMS = corpus.terms_of(DATE, timezone="Europe/Paris", limits=Limits(), check_s=60, check_memory=1 << 30)
TOWN = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nV,Ville,https://ville.example,Europe/Paris\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nA,Gare,45.00,5.5\nB,Mairie,45.01,5.5\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nR,V,1,3\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "WK,1,1,1,1,1,1,1,20260401,20261231\n",
    "trips.txt": "route_id,service_id,trip_id\nR,WK,T\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "T,08:00:00,08:00:00,A,1\nT,08:05:00,08:05:00,B,2\n",
}


def folder_of(path: Path, **changes: str) -> Path:
    path.mkdir(parents=True)
    for name, text in {**TOWN, **{f"{key}.txt": text for key, text in changes.items()}}.items():
        (path / name).write_text(text, "utf-8")
    return path


def archive_of(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for name, text in TOWN.items():
            bundle.writestr(name, text)
    return path


def quiet(phase: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def test_a_folder_of_one_feed_is_one_feed_and_the_rest_is_told(tmp_path: Path) -> None:
    folder_of(tmp_path / "north" / "bus")
    archive_of(tmp_path / "tram.zip")
    (tmp_path / "bikes").mkdir()
    (tmp_path / "bikes" / "gbfs.json").write_text("{}")
    (tmp_path / "bikes" / "station_status.json").write_text("{}")
    (tmp_path / "now.pb").write_bytes(b"\x0a\x0d\x0a\x03\x32\x2e\x30\x10\x00\x18\x80\xa8\xd4\xba\x06")
    (tmp_path / "readme.md").write_text("# Feeds\n")
    (tmp_path / "empty.zip").touch()
    (tmp_path / "again").symlink_to(tmp_path / "tram.zip")
    feeds, skipped = corpus.listed(tmp_path)
    assert [(path.name, standard) for path, standard in feeds] == [
        ("bikes", "gbfs"),
        ("bus", "gtfs"),
        ("now.pb", "gtfs-rt"),
        ("tram.zip", "gtfs"),
    ]
    assert [path.name for path, _ in skipped] == ["again", "empty.zip", "readme.md"]
    why = {path.name: reason for path, reason in skipped}
    assert why["again"] == "a link"
    assert "empty (0 bytes)" in why["empty.zip"]


def test_a_feed_that_crashes_is_a_line_and_not_the_end(tmp_path: Path) -> None:
    for name in ("before", "ends", "fails", "later"):
        archive_of(tmp_path / f"{name}.zip")
    heard: list[tuple[str, int, int]] = []
    run = corpus.run(tmp_path, TERMS, progress=lambda *said: heard.append(said), judge_one=moody)
    assert {name: (one.verdict, one.why) for name, one in run.feeds.items()} == {
        "before.zip": ("pass", ""),
        "ends.zip": ("crashed", "the process ended"),
        "fails.zip": ("crashed", "ZeroDivisionError: a rule divides by zero"),
        "later.zip": ("pass", ""),
    }
    assert heard == [("before.zip", 0, 4), ("ends.zip", 1, 4), ("fails.zip", 2, 4), ("later.zip", 3, 4)]
    assert run.feeds["later.zip"].counts == {"2026-04-28T12:00:00+00:00": 1}


def test_a_feed_is_read_and_judged(tmp_path: Path) -> None:
    good = corpus.judge(folder_of(tmp_path / "good"), "gtfs", TERMS)
    assert (good.verdict, good.why) == (Verdict.PASS.value, "")
    stops = TOWN["stops.txt"] + "C,Loin,,\n"
    bad = corpus.judge(folder_of(tmp_path / "bad", stops=stops), "gtfs", TERMS)
    assert bad.verdict == Verdict.FAIL.value
    assert bad.counts["stop_without_location"] == 1


def test_a_refused_feed_still_has_the_findings_of_the_validator(tmp_path: Path) -> None:
    refused = corpus.judge(folder_of(tmp_path / "feed", routes="route_id,route_type\n,3\n"), "gtfs", TERMS)
    assert refused.verdict == "refused"
    assert refused.why.startswith("routes.txt, row 2, field route_id: no usable record is left")
    assert refused.counts["missing_required_field"] >= 1


@pytest.mark.parametrize(
    ("before", "now", "fails"),
    [
        ("pass", "fail", True),
        ("pass", "refused", True),
        ("unknown", "crashed", True),
        ("fail", "refused", False),
        ("fail", "pass", False),
        ("pass", "unknown", False),
        ("", "fail", False),
        ("pass", "", False),
    ],
)
def test_only_what_was_good_can_newly_fail(before: str, now: str, fails: bool) -> None:
    assert Change("feed", before, now).fails_newly is fails


def test_a_comparison_tells_codes_that_are_new_and_gone() -> None:
    was = Corpus(DATE, {"a": Judged("gtfs", "pass", {"x": 1, "y": 2}), "b": Judged("gbfs", "pass"),
                        "same": Judged("gtfs", "fail", {"x": 1})}, {})  # fmt: skip
    now = Corpus(DATE, {"a": Judged("gtfs", "fail", {"y": 9, "z": 1}), "c": Judged("gbfs", "fail"),
                        "same": Judged("gtfs", "fail", {"x": 7})}, {})  # fmt: skip
    assert corpus_changes.compare(was, now) == [
        Change("a", "pass", "fail", ("z",), ("x",)),
        Change("b", "pass", ""),
        Change("c", "", "fail"),
    ]
    assert corpus_changes.compare(was, was) == []


def test_a_run_is_written_and_read_again(tmp_path: Path) -> None:
    run = Corpus(DATE, {"a": Judged("gtfs", "fail", {"x": 1}, "why")}, {"b": "a link"})
    corpus_changes.write(run, tmp_path / "run.json")
    assert corpus_changes.load(tmp_path / "run.json") == run


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"date": "x", "feeds": {}, "skipped": {}}', '{"feeds": 1}'])
def test_what_is_no_baseline_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(BadRequest, match="is no baseline"):
        corpus_changes.load(tmp_path / "run.json")


def test_there_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="is no folder"):
        corpus.run(tmp_path / "nowhere", TERMS, progress=quiet)


def test_the_command_tells_who_would_newly_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    folder_of(tmp_path / "feeds" / "bus")
    baseline = tmp_path / "run.json"
    feeds = str(tmp_path / "feeds")
    first = CliRunner().invoke(app, ["feeds", "corpus", feeds, "--date", "2026-04-28", "--write", str(baseline)])
    assert first.exit_code == 0, first.output
    assert "1 feeds, 0 passed over, 0 newly failing; date 2026-04-28" in first.output
    (tmp_path / "feeds" / "bus" / "stops.txt").write_text(TOWN["stops.txt"] + "C,Loin,,\n")
    # Without a date, that of the baseline is taken: else the calendar alone would make a difference.
    again = CliRunner().invoke(app, ["feeds", "corpus", feeds, "--baseline", str(baseline), "--json"])
    assert again.exit_code == 1
    told = json.loads(again.stdout)
    assert told["date"] == "2026-04-28"
    (change,) = told["changes"]
    assert (change["feed"], change["before"], change["now"], change["fails_newly"]) == ("bus", "pass", "fail", True)
    assert "stop_without_location" in change["new"]


@pytest.mark.parametrize("options", [["--date", "tomorrow"], ["--baseline", "nowhere.json"]])
def test_the_command_refuses_what_it_cannot_use(options: list[str], tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["feeds", "corpus", str(tmp_path), *options])
    assert isinstance(refused.exception, BadRequest)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["feeds", "corpus", str(tmp_path)])
    assert told.exit_code == 0
    assert "No feed in this folder." in told.output
