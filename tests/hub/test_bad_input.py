"""What bad input gets, from the command line down: one line, the documented exit code, and no plane half-changed."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path

import pytest

from hub.cli import main

TOWN = {
    "agency.txt": "agency_name,agency_url,agency_timezone\nTown,https://town.example,Europe/Paris\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nA,Station,45.06,5.55\nB,School,45.07,5.56\n",
    "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n",
    "trips.txt": "route_id,service_id,trip_id\n1,week,t1\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "week,1,1,1,1,1,0,0,20260907,20261018\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,A,1\nt1,25:30:00,25:30:00,B,2\n",
}


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def town(**changes: str | None) -> dict[str, str | bytes]:
    files = {**TOWN, **{f"{name}.txt": text for name, text in changes.items()}}
    return {name: text for name, text in files.items() if text is not None}


def mds_page(**changes: object) -> dict[str, object]:
    trip = {
        "provider_id": "33333333-3333-5333-8333-333333333333",
        "device_id": "00000000-0000-4000-8000-000000000001",
        "trip_id": "00000000-0000-4000-8000-0000000000a1",
        "start_time": 1768204800000,
        "end_time": 1768205400000,
        "start_location": {"lat": 45.06, "lng": 5.55},
        "end_location": {"lat": 45.07, "lng": 5.56},
        "duration": 600,
        "distance": 1400,
    }
    return {"version": "2.0.0", "trips": [trip, {**trip, "trip_id": trip["trip_id"][:-1] + "2", **changes}]}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_NOW", "2026-09-15T06:00:00+00:00")

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capsys.readouterr()
        return Answer(int(leaving.value.code or 0), told.out, told.err)

    with resources.as_file(resources.files("hub.territory").joinpath("commons")) as folder:
        assert run("agreements", "load", str(folder)).code == 0
    return run


class Answer:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def line(self) -> str:
        """The one line of an error; more lines, or a traceback, are a failure."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


def planes(home: Path) -> dict[str, bytes]:
    """Every file of vault and released plane; the records are asked through the command."""
    folders = (home / "vault", home / "released")
    paths: Iterable[Path] = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def bomb() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in TOWN.items():
            archive.writestr(name, text)
        with archive.open("shapes.txt", "w", force_zip64=True) as file:
            for _ in range(96):
                file.write(b"\n" * (1 << 20))
    return sink.getvalue()


def refused(name: str, content: bytes, *says: str) -> object:
    return pytest.param(name, content, says, id=name)


def of(files: dict[str, str | bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        refused("page.zip", b"<!DOCTYPE html><html><body>Please sign in</body></html>", "page.zip", "HTML"),
        refused("empty.zip", b"", "empty.zip", "0 bytes"),
        refused("cut.zip", of(town())[:-60], "cut.zip"),
        refused("bomb.zip", bomb(), "bomb.zip", "zip bomb (ratio above 200)"),
        refused("many.zip", of({**town(), **{f"{n}.txt": "a\n" for n in range(2_100)}}), "2106"),
        refused("up.zip", of({**town(), "../stops.txt": "a\n"}), "../stops.txt"),
        refused("nostops.zip", of(town(stops=None)), "stops.txt"),
        refused("notimes.zip", of(town(stop_times=None)), "stop_times.txt"),
        refused("old.json", json.dumps({"version": "0.3.0", "data": {"trips": []}}).encode(), "old.json", "0.3.0"),
        refused("text.zip", b"stop_id,stop_name", "text.zip"),
    ],
)
def test_a_bad_feed_is_refused_in_one_line_and_the_last_good_version_stays(
    hub: Callable[..., Answer], tmp_path: Path, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    slug = "mds-bolide" if name.endswith(".json") else "bus-hautes-combes"
    if slug == "mds-bolide":
        (tmp_path / "good.json").write_text(json.dumps(mds_page()))
        good = tmp_path / "good.json"
    else:
        good = zipped(tmp_path / "good.zip", town())
    assert hub("ingest", str(good), "--feed", slug).code in (0, 1)
    before, listed = planes(tmp_path / "home"), hub("feeds", "list", "--json").out
    (tmp_path / name).write_bytes(content)
    answer = hub("ingest", str(tmp_path / name), "--feed", slug)
    assert answer.code == 1
    for word in says:
        assert word in answer.line
    assert planes(tmp_path / "home") == before
    assert hub("feeds", "list", "--json").out == listed
    attempts = json.loads(hub("feeds", "attempts", slug, "--json").out)
    assert attempts[0]["outcome"] == "refused"
    assert attempts[0]["error"] in answer.line


def test_a_wrong_path_is_a_fault_of_usage(hub: Callable[..., Answer], tmp_path: Path) -> None:
    answer = hub("ingest", str(tmp_path / "nowhere.zip"), "--feed", "bus-hautes-combes")
    assert answer.code == 2
    assert "nowhere.zip: there is no such file or folder" in answer.line
    assert planes(tmp_path / "home") == {}


def test_an_address_inside_is_not_fetched(hub: Callable[..., Answer]) -> None:
    answer = hub("ingest", "http://u:secret@127.0.0.1:9/gtfs.zip?key=hidden", "--feed", "bus-hautes-combes")
    assert answer.code == 2
    assert "public" in answer.line
    assert "secret" not in answer.err
    assert "hidden" not in answer.err


def test_a_name_that_is_no_slug(hub: Callable[..., Answer], tmp_path: Path) -> None:
    answer = hub("ingest", str(zipped(tmp_path / "good.zip", town())), "--feed", "../vault")
    assert answer.code == 2
    assert "is no slug" in answer.line


def test_latin_1_goes_in_with_its_finding(hub: Callable[..., Answer], tmp_path: Path) -> None:
    stops = TOWN["stops.txt"].replace("School", "Lycée").encode("latin-1")
    source = zipped(tmp_path / "latin.zip", {**town(), "stops.txt": stops})
    answer = hub("ingest", str(source), "--feed", "bus-hautes-combes", "--json")
    assert (answer.code, json.loads(answer.out)["verdict"]) == (1, "fail")
    findings = json.loads(hub("feeds", "findings", "bus-hautes-combes", "--json").out)
    assert "invalid_character" in {one["code"] for one in findings if one["severity"] == "error"}


def test_a_trip_without_stop_times_and_swapped_coordinates_are_findings(
    hub: Callable[..., Answer], tmp_path: Path
) -> None:
    files = town(trips=TOWN["trips.txt"] + "1,week,t2\n")
    files["stops.txt"] = (
        TOWN["stops.txt"] + "".join(f"S{n},Stop {n},45.0{n},5.5{n}\n" for n in range(8)) + ("C,Swapped,5.55,45.06\n")
    )
    files["stop_times.txt"] = TOWN["stop_times.txt"] + "".join(
        f"t1,26:0{n}:00,26:0{n}:00,{stop},{n + 3}\n" for n, stop in enumerate([f"S{m}" for m in range(8)] + ["C"])
    )
    hub("ingest", str(zipped(tmp_path / "odd.zip", files)), "--feed", "bus-hautes-combes")
    findings = json.loads(hub("feeds", "findings", "bus-hautes-combes", "--json").out)
    codes = {one["code"] for one in findings}
    assert "unused_trip" in codes
    assert "coordinates_swapped" in codes


def test_a_trip_that_ends_before_it_began_is_set_aside_with_its_reason(
    hub: Callable[..., Answer], tmp_path: Path
) -> None:
    (tmp_path / "page.json").write_text(json.dumps(mds_page(end_time=1768204700000)))
    answer = hub("ingest", str(tmp_path / "page.json"), "--feed", "mds-bolide", "--json")
    told = json.loads(answer.out)
    assert told["rows"]["trips"] == 1
    assert told["set_aside"]["trips"] == 1
    findings = json.loads(hub("feeds", "findings", "mds-bolide", "--json").out)
    before = [one for one in findings if one["field"] == "end_time"]
    assert [(one["row"], one["file"]) for one in before] == [(2, "page.json")]


def test_a_commons_with_an_unknown_term_is_refused_and_the_one_in_force_stays(
    hub: Callable[..., Answer], tmp_path: Path
) -> None:
    with resources.as_file(resources.files("hub.territory").joinpath("commons")) as folder:
        for path in folder.rglob("*.yaml"):
            target = tmp_path / "commons" / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text("utf-8"), "utf-8")
    file = tmp_path / "commons" / "agreements" / "joint-members-bolide.yaml"
    file.write_text(file.read_text("utf-8") + "  min_moons: 3\n", "utf-8")
    listed = hub("agreements", "list", "--json").out
    answer = hub("agreements", "load", str(tmp_path / "commons"))
    assert answer.code == 2
    line = len(file.read_text("utf-8").splitlines())
    assert f"agreements/joint-members-bolide.yaml, line {line}, key" in answer.line
    assert "min_moons" in answer.line
    assert hub("agreements", "list", "--json").out == listed


def test_one_feed_keeps_to_one_standard(hub: Callable[..., Answer], tmp_path: Path) -> None:
    hub("ingest", str(zipped(tmp_path / "good.zip", town())), "--feed", "bus-hautes-combes")
    (tmp_path / "page.json").write_text(json.dumps(mds_page()))
    answer = hub("ingest", str(tmp_path / "page.json"), "--feed", "bus-hautes-combes")
    assert answer.code == 1
    assert "is a GTFS feed, and this is MDS" in answer.line
