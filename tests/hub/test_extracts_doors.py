"""The doors of extracts: who gets one, who does not, what is counted, and the receipt that each taking leaves."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from governance.audiences import Audience
from governance.obligations import Obligations
from governance.terms.use import Retention
from hub.cli import main
from hub.records import Records
from hub.records.models import Extract, LogText
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.extracts.prepare import prepare
from hub.services.extracts.receipts import keep_until
from hub.services.keys import issue
from tests.conftest import ROOT
from tests.hub.api.hall import ask, web_door
from tests.hub.extracts_town import (
    LABO,
    MARCH,
    NOW,
    SMHC,
    agreement,
    at,
    bring,
    commons,
    hub_of,
    living,
    trip,
)
from tests.hub.migrated import records_at

PURPOSE = "?purpose=compliance"


@pytest.fixture
def back(records: Records, tmp_path: Path) -> Back:
    made = hub_of(records, tmp_path)
    prepare(made, SMHC, "trips", MARCH)
    prepare(made, LABO, "trips", MARCH)
    return made


@pytest.fixture
def app(back: Back) -> FastAPI:
    return web_door(back.front)


@pytest.fixture
def mine(back: Back) -> Extract:
    (found,) = living(back)
    return found


def get(app: FastAPI, path: str, member: str | None = None, scope: str = "read", **headers: str) -> httpx.Response:
    key = {"Authorization": f"Bearer {issue(app.state.front, member, scopes=[scope])}"} if member else {}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(app, "GET", f"/api/v1/extracts{path}", headers=key | named)


def logged(back: Back) -> list[dict[str, Any]]:
    with back.front.records.read() as session:
        texts = session.scalars(select(LogText).order_by(LogText.index))
        bodies = [json.loads(one.text) for one in texts]
    return [body for body in bodies if body["type"] == "decision" and body["action"] == "read"]


def test_the_recipient_gets_the_file_and_what_it_promises(app: FastAPI, back: Back, mine: Extract) -> None:
    answer = get(app, f"/{mine.id}/file{PURPOSE}", "smhc")
    assert answer.status_code == 200
    assert pq.read_table(io.BytesIO(answer.content)).num_rows == 5
    told = answer.headers
    assert told["etag"] == f'"{mine.digest}"'
    assert told["cache-control"] == "private, no-store"
    assert told["commons-agreements"] == f"{SMHC}@1"
    assert told["commons-purpose"] == "compliance"
    assert told["commons-licence"] == "LicenseRef-commons-agreement"
    assert told["commons-conditions"] == "do-not-reidentify"
    assert told["content-disposition"] == 'attachment; filename="mds-bolide-trips-2026-03-01-2026-04-01.parquet"'
    (entry,) = logged(back)
    assert (entry["permitted"], entry["actor"], entry["recipient"], entry["table"]) == (True, "smhc", "smhc", "trips")
    part = get(app, f"/{mine.id}/file{PURPOSE}", "smhc", Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, b"PAR1")
    known = get(app, f"/{mine.id}/file{PURPOSE}", "smhc", If_None_Match=f'"{mine.digest}"')
    assert (known.status_code, known.content) == (304, b"")
    assert len(logged(back)) == 3


def test_the_same_records_as_csv(app: FastAPI, mine: Extract) -> None:
    answer = get(app, f"/{mine.id}/file{PURPOSE}&format=csv", "smhc")
    lines = answer.text.split("\r\n")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].endswith('.csv"')
    assert lines[0] == "trip,vehicle,trip_type,start_zone,start_day,start_hour,duration_s,distance_m"
    assert sum(line.endswith("rider,combeval,2026-03-02,8,1260,2400") for line in lines) == 1
    assert sum(line.endswith("maintenance,,2026-03-20,14,0,") for line in lines) == 1
    assert (len(lines), lines[-1]) == (7, "")
    tag = answer.headers["etag"]
    assert tag != f'"{mine.digest}"'
    again = get(app, f"/{mine.id}/file{PURPOSE}&format=csv", "smhc", If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("key", "query", "reason"),
    [
        ((None, ""), PURPOSE, "actor.anonymous"),
        (("labo-mobilites", "read"), PURPOSE, "actor.not_in_audience"),  # has one of its own
        (("glisse", "read"), PURPOSE, "actor.not_in_audience"),  # the holder's rival
        (("bolide", "read"), PURPOSE, "actor.not_in_audience"),  # the holder has its records, not this
        (("secretariat", "read"), PURPOSE, "actor.not_in_audience"),
        (("smhc", "contribute"), PURPOSE, "actor.anonymous"),
        (("smhc", "read"), "?purpose=mobility-planning", "agreement.term"),
        (("smhc", "read"), "", "agreement.term"),
        (("smhc", "read"), "?purpose=no-such-purpose", "purpose.unknown"),
    ],
)
def test_nobody_else_gets_it_and_that_is_logged(
    app: FastAPI, back: Back, key: tuple[str | None, str], query: str, reason: str
) -> None:
    (mine,), (member, scope) = living(back), key
    tag = f'"{mine.digest}"'
    answer = get(app, f"/{mine.id}/file{query}", member, scope, If_None_Match=tag)
    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == reason
    assert mine.digest not in str(answer.headers)
    (entry,) = logged(back)
    assert (entry["permitted"], entry["actor"]) == (False, member if scope == "read" else "public")
    assert entry["reasons"] == [reason]


def test_a_purpose_below_the_granted_one_is_covered(app: FastAPI, mine: Extract) -> None:
    assert get(app, f"/{mine.id}/file?purpose=fleet-caps", "smhc").status_code == 200


def test_quota_and_rate_are_counted_at_the_door(app: FastAPI, back: Back) -> None:
    counted = agreement(SMHC, "smhc", "compliance", quota_per_month=3, rate_per_minute=2)
    put_in_force(back.front, commons(counted))
    made = prepare(back, SMHC, "trips", MARCH)
    path = f"/{made.id}/file{PURPOSE}"
    assert [get(app, path, "smhc").status_code for _ in range(3)] == [200, 200, 403]
    at(back, NOW + dt.timedelta(minutes=2))
    assert [get(app, path, "smhc").status_code for _ in range(2)] == [200, 403]
    at(back, dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC))
    assert get(app, path, "smhc").status_code == 200
    assert [entry["permitted"] for entry in logged(back)] == [True, True, False, True, False, True]


def test_each_party_sees_its_own_and_only_the_holder_the_size(app: FastAPI, mine: Extract) -> None:
    def seen(member: str) -> list[tuple[str, int | None]]:
        answer = get(app, "", member)
        assert answer.headers["cache-control"] == "private, no-store"
        return sorted((one["recipient"], one["rows"]) for one in answer.json()["extracts"])

    assert seen("smhc") == [("smhc", None)]
    assert seen("labo-mobilites") == [("labo-mobilites", None)]
    assert seen("bolide") == [("labo-mobilites", 5), ("smhc", 5)]
    assert seen("secretariat") == [("labo-mobilites", None), ("smhc", None)]
    assert seen("glisse") == []
    assert get(app, "").status_code == 403
    (item,) = get(app, "", "smhc").json()["extracts"]
    assert item["fields"][0] == {
        "field": "trips.trip",
        "title": {"fr": "Trajet, sous pseudonyme", "en": "Trip, under a pseudonym"},
        "unit": "",
    }
    assert (item["zone_system"], item["time_grain"], item["keep_until"]) == ("commune", "P1D/hour", "2027-04-10")
    assert {item["digest"], item["size"]} == {None}
    assert mine.digest not in get(app, "", "smhc").text


def test_to_look_at_one_is_decided_for_whoever_it_tells_something(app: FastAPI, back: Back, mine: Extract) -> None:
    assert get(app, f"/{mine.id}", "smhc").json()["rows"] is None
    assert logged(back) == []
    told = get(app, f"/{mine.id}", "bolide").json()
    assert (told["rows"], told["digest"], told["size"]) == (5, mine.digest, mine.size)
    assert [(entry["actor"], entry["audience"]) for entry in logged(back)] == [("bolide", "holder")]
    for member in (None, "glisse", "labo-mobilites"):
        assert get(app, f"/{mine.id}", member).status_code == 403
    assert [entry["permitted"] for entry in logged(back)] == [True, False, False, False]
    assert get(app, "/nothing", "smhc").status_code == 404
    assert get(app, "/nothing/file", "smhc").status_code == 404


def test_each_taking_leaves_a_receipt_for_both(app: FastAPI, back: Back, mine: Extract) -> None:
    taken = get(app, f"/{mine.id}/file{PURPOSE}", "smhc").headers["commons-decision"]
    at(back, NOW + dt.timedelta(days=1))
    bring(back, "b", trips=[trip("late", "red", "2026-03-05T10:00:00", "2026-03-05T10:10:00")])
    corrected = prepare(back, SMHC, "trips", MARCH)
    get(app, f"/{corrected.id}/file{PURPOSE}", "smhc")
    get(app, f"/{corrected.id}/file{PURPOSE}", "glisse")

    for member, sized in (("smhc", True), ("bolide", True), ("secretariat", False)):
        newest, first = get(app, "/receipts", member).json()["receipts"]
        assert (first["extract"], newest["extract"]) == (mine.id, corrected.id)
        assert (first["rows"], newest["rows"]) == ((5, 6) if sized else (None, None))
        assert (first["decision"], first["recipient"], first["purpose"]) == (taken, "smhc", "compliance")
        assert first["agreement"] == f"{SMHC}@1"
        assert (first["keep_until"], newest["keep_until"]) == ("2027-04-10", "2027-04-11")
        assert any("deletes" in one["en"] for one in first["promises"])
        assert (first["number"] is not None) is sized
    assert get(app, "/receipts", "labo-mobilites").json()["receipts"] == []
    assert get(app, "/receipts", "glisse").json()["receipts"] == []
    assert get(app, "/receipts").status_code == 403


def test_receipts_are_paged(app: FastAPI, mine: Extract) -> None:
    taken = [get(app, f"/{mine.id}/file{PURPOSE}", "smhc").headers["commons-decision"] for _ in range(5)]
    path, seen = "/receipts?limit=2", []
    while path:
        page = get(app, path, "bolide").json()
        seen += [one["decision"] for one in page["receipts"]]
        path = (page["next"] or "").removeprefix("https://hub.test/api/v1/extracts")
    assert seen == taken[::-1]


@pytest.mark.parametrize(
    ("retention", "day"),
    [
        ("P12M", "2027-01-31"),
        ("P1M", "2026-02-28"),
        ("P30D", "2026-03-02"),
        ("PT24H", "2026-02-01"),
        ("P3Y", "2029-01-31"),
    ],
)
def test_the_day_by_which_it_is_to_be_deleted(retention: str, day: str) -> None:
    terms = {"retention": Retention.parse(retention)}
    applied = Obligations("mds-bolide", Audience.BILATERAL, terms)
    taken = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
    assert keep_until(taken, applied, timezone="Europe/Paris") == dt.date.fromisoformat(day)
    assert keep_until(taken, Obligations("x", Audience.BILATERAL, {}), timezone="Europe/Paris") is None


def test_the_front_office_of_extracts_loads_no_vault() -> None:
    loaded = "import sys, hub.services.extracts.reading, hub.services.extracts.receipts, hub.services.extracts.queue; "
    loaded += "sys.exit(any(name in ('hub.vault', 'hub.signet') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=False).returncode == 0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of the command line, with the town's hub in it."""
    folder = tmp_path / "home"
    records = records_at(folder / "records" / "records.sqlite3")
    hub_of(records, folder)
    records.close()
    return folder


@pytest.fixture
def run(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("HUB_HOME", str(home))
    monkeypatch.setenv("HUB_NOW", NOW.isoformat())

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["hub", "extracts", *words])
        code = 0
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        told = capsys.readouterr()
        return code, told.out + told.err

    return command


def test_the_command_line_from_end_to_end(run: Callable[..., tuple[int, str]], home: Path, tmp_path: Path) -> None:
    out = tmp_path / "march.parquet"
    assert "No extract is for smhc" in run("list", "--as", "smhc")[1]
    code, told = run("prepare", SMHC, "--json")
    made = {(one["from"], one["outcome"]): one["extract"] for one in json.loads(told)}
    extract = made["2026-03-01", "prepared"]
    assert code == 0
    one = ("--table", "trips", "--from", "2026-03-01", "--to", "2026-04-01", "--json")
    assert json.loads(run("prepare", SMHC, *one)[1])[0]["extract"] == extract
    code, told = run("fetch", extract, "--as", "smhc", "--purpose", "compliance", "-o", str(out))
    assert (code, pq.read_table(out).num_rows, out.stat().st_mode & 0o777) == (0, 5, 0o600)
    assert "promised: The recipient deletes after P12M." in told
    code, told = run("fetch", extract, "--as", "glisse", "--purpose", "compliance", "-o", str(tmp_path / "no"))
    assert (code, "actor.not_in_audience" in told, (tmp_path / "no").exists()) == (1, True, False)
    assert run("fetch", extract, "--as", "smhc", "--purpose", "compliance", "-o", str(tmp_path / "a" / "b"))[0] == 2
    (receipt,) = json.loads(run("receipts", "--as", "bolide", "--json")[1])
    assert (receipt["extract"], receipt["rows"], receipt["recipient"]) == (extract, 5, "smhc")
    assert json.loads(run("sweep", "--json")[1]) == []
    assert run("prepare", SMHC, "--table", "trips")[0] == 2
    assert run("prepare", "nothing")[0] == 2
