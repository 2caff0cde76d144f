"""Quality and incidents through the API: open feeds tell all, sealed ones nothing but to their holder."""

from __future__ import annotations

import datetime as dt

import pytest
from fastapi import FastAPI

from feeds.findings import Finding, Report, Severity
from hub.records.models import LogText
from hub.services.judging import judge_all
from tests.hub.api.hall import NOW, Hall, add_version, ask, get

BUS = "/api/v1/feeds/bus-hautes-combes"
SEALED = "/api/v1/feeds/mds-trottix"
HOUR = dt.timedelta(hours=1)
BAD = Report(findings=(Finding("foreign_key_violation", Severity.ERROR, "no such stop", count=5),))


@pytest.fixture
def judged(hall: Hall) -> Hall:
    """Both feeds fail: one after the other, so that the brake lets them."""
    for hours, (slug, standard) in enumerate((("bus-hautes-combes", "gtfs"), ("mds-trottix", "mds")), start=1):
        hall.clock.now = NOW + hours * HOUR
        add_version(hall, slug, standard, rows={}, report=BAD, at=hall.clock.now)
        judge_all(hall.front, hall.clock.now, timezone="Europe/Paris")
    return hall


@pytest.fixture
def door(judged: Hall, app: FastAPI) -> FastAPI:
    """The web door of a hub whose feeds were judged."""
    return app


def test_an_open_feed_tells_what_is_said_of_it_and_its_days(door: FastAPI) -> None:
    told = get(door, f"{BUS}/quality?days=3").json()
    (valid,) = [one for one in told["standings"] if one["check"] == "valid"]
    assert (valid["verdict"], valid["newest"]) == ("fail", "fail")
    assert valid["details"] == {"errors": ["foreign_key_violation"], "warnings": 0}
    (day,) = told["days"]
    assert day["day"] == NOW.date().isoformat()
    assert day["compliance"]["value"] == 900
    assert day["compliance"]["details"]["errors"] == {"foreign_key_violation": 5}
    assert day["compliance"]["over"] is False


def test_incidents_are_listed_newest_first_with_what_they_say(door: FastAPI) -> None:
    told = get(door, f"{BUS}/incidents").json()["incidents"]
    assert [(one["number"], one["check"], one["closed_at"]) for one in told] == [(1, "valid", None)]
    assert told[0]["says"] == {
        "fr": "La version en vigueur a des erreurs",
        "en": "The version in force has errors",
    }


def test_pages_of_incidents_hold_together(door: FastAPI, judged: Hall) -> None:
    judged.clock.now += HOUR
    add_version(judged, "bus-hautes-combes", "gtfs", rows={}, at=judged.clock.now)
    judge_all(judged.front, judged.clock.now, timezone="Europe/Paris")
    judged.clock.now += HOUR
    add_version(judged, "bus-hautes-combes", "gtfs", rows={}, report=BAD, at=judged.clock.now)
    judge_all(judged.front, judged.clock.now, timezone="Europe/Paris")
    first = get(door, f"{BUS}/incidents?limit=1").json()
    second = get(door, first["next"].removeprefix("https://hub.test")).json()
    numbers = [one["number"] for page in (first, second) for one in page["incidents"]]
    assert (numbers, second["next"]) == ([2, 1], None)


def test_a_sealed_feed_shows_no_score_and_no_incident(door: FastAPI, judged: Hall) -> None:
    for rest in ("/quality", "/incidents"):
        for headers in ({}, judged.key("velovif"), judged.key("trottix", "govern")):
            answer = get(door, SEALED + rest, headers=headers)
            assert answer.status_code == 403
            assert "fail" not in answer.text
            assert "foreign" not in answer.text
    assert [one["permitted"] for one in judged.audited()] == [False] * 6
    for rest in ("/quality", "/incidents"):
        assert get(door, SEALED + rest, headers=judged.key("trottix")).status_code == 200


def test_the_holder_of_a_sealed_feed_sees_codes_and_no_counts(door: FastAPI, judged: Hall) -> None:
    told = get(door, f"{SEALED}/quality", headers=judged.key("trottix")).json()
    assert told["days"][0]["compliance"]["details"]["errors"] == ["foreign_key_violation"]
    assert told["days"][0]["freshness"] is None


def test_a_feed_of_no_commons_is_not_there(door: FastAPI, judged: Hall) -> None:
    add_version(judged, "unlisted", "gtfs", rows={}, at=NOW)
    for rest in ("/quality", "/incidents"):
        assert get(door, f"/api/v1/feeds/unlisted{rest}").status_code == 404


def noted(door: FastAPI, path: str, text: str, headers: dict[str, str]) -> int:
    return ask(door, "POST", f"{path}/incidents/1/notes", json={"text": text}, headers=headers).status_code


def test_holder_and_readers_write_notes_under_their_names(door: FastAPI, judged: Hall) -> None:
    holder = get(door, BUS).json()["holder"]
    for member in (holder, "trottix"):
        assert noted(door, BUS, f"from {member}", judged.key(member, "read", "govern")) == 201
    notes = get(door, f"{BUS}/incidents").json()["incidents"][0]["notes"]
    assert [(one["by"], one["is_holder"], one["text"]) for one in notes] == [
        (holder, True, f"from {holder}"),
        ("trottix", False, "from trottix"),
    ]


def test_a_note_takes_a_key_that_acts_and_a_text_within_bounds(door: FastAPI, judged: Hall) -> None:
    acting = judged.key("trottix", "read", "govern")
    assert noted(door, BUS, "x", {}) == 403
    assert noted(door, BUS, "x", judged.key("trottix", "read")) == 403
    assert noted(door, BUS, "", acting) == 422
    assert noted(door, BUS, "x" * 2_001, acting) == 422
    assert noted(door, BUS, "\u0000 ", acting) == 400
    assert ask(door, "POST", f"{BUS}/incidents/9/notes", json={"text": "x"}, headers=acting).status_code == 404
    assert get(door, f"{BUS}/incidents").json()["incidents"][0]["notes"] == []


def test_nobody_but_its_holder_writes_to_a_sealed_feed(door: FastAPI, judged: Hall) -> None:
    assert noted(door, SEALED, "x", judged.key("velovif", "read", "govern")) == 403
    assert noted(door, SEALED, "we know", judged.key("trottix", "read", "govern")) == 201
    with judged.front.records.read() as session:
        assert all("we know" not in row.text for row in session.query(LogText))
