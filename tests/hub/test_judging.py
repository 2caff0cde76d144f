"""The hourly judgement on both databases: rows of requests and versions in; standings, incidents and scores out."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from feeds.findings import Verdict
from feeds.judging.raw import Raw
from feeds.judging.scores import Kind
from feeds.judging.scores import Score as Scored
from hub.errors import BadRequest, Conflict, NotFound
from hub.records import Records, connect, standings
from hub.records import incidents as incident_rows
from hub.records.feed_models import Fetch, Happening, Incident, IncidentNote, Score, Standing
from hub.services import incidents, quality
from hub.services.brake import decide
from hub.services.commons import put_in_force, read_folder
from hub.services.judging import observe
from tests.hub.judged import COMMONS, DAY, HOUR, MINUTE, NOON, Town, town

BIKES = "combecycle"
BUS = "bus-hautes-combes"
TODAY = NOON.date()
YEAR = {"service_from": "2026-01-01", "service_to": "2026-12-31"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of empty records, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "records.sqlite3"
    records = connect(f"sqlite:///{path}")
    records.upgrade()
    records.close()
    return path


@pytest.fixture
def hub(migrated: Path, tmp_path: Path) -> Iterator[Town]:
    """A town on SQLite."""
    copied = shutil.copy(migrated, tmp_path / "records.sqlite3")
    records = connect(f"sqlite:///{copied}")
    yield town(records, tmp_path)
    records.close()


@pytest.fixture
def on_both(records: Records, tmp_path: Path) -> Town:
    """A town on SQLite and on PostgreSQL, where what the database does matters."""
    return town(records, tmp_path)


def said(hub: Town, slug: str) -> dict[str, str]:
    with hub.front.records.read() as session:
        return {one.check: one.verdict for one in standings.standings(session, slug)}


def rows(hub: Town, model: type[Any]) -> list[dict[str, Any]]:
    with hub.front.records.read() as session:
        found = session.scalars(select(model).order_by(*model.__table__.primary_key.columns))
        return [{column.name: getattr(one, column.key) for column in model.__table__.columns} for one in found]


def score(hub: Town, slug: str, kind: str, day: dt.date = TODAY) -> Score:
    with hub.front.records.read() as session:
        found = session.get(Score, (slug, day, kind))
    assert found is not None
    return found


def test_an_outage_opens_an_incident_after_its_grace_and_closes_it_after_probation(on_both: Town) -> None:
    hub = on_both
    hub.source(BIKES)
    hub.polled(BIKES, NOON - HOUR, "+++---")
    assert hub.judge(NOON).opened == 0
    assert said(hub, BIKES)["reachable"] == "pass"  # twenty minutes of silence are within the grace
    hub.polled(BIKES, NOON, "--++++")
    done = hub.judge(NOON + HOUR)
    assert (done.opened, done.closed) == (1, 1)
    (incident,) = rows(hub, Incident)
    assert (incident["number"], incident["check"]) == (1, "reachable")
    assert (incident["opened_at"], incident["closed_at"]) == (NOON - 30 * MINUTE, NOON + 20 * MINUTE)
    assert [one["kind"] for one in rows(hub, Happening)] == ["incident.opened", "incident.closed"]
    assert rows(hub, Happening)[0]["facts"] == {"number": 1, "check": "reachable"}


def test_an_incident_says_what_the_server_said(hub: Town) -> None:
    hub.source(BIKES)
    hub.polled(BIKES, NOON - HOUR, "+-----")
    hub.judge(NOON)
    (incident,) = rows(hub, Incident)
    assert incident["closed_at"] is None
    assert incident["facts"]["details"] == {
        "rounds": 6,
        "file": "station_status",
        "outcome": "failed",
        "status": 503,
        "error": "503 Service Unavailable",
    }


def test_the_same_run_again_changes_nothing(on_both: Town) -> None:
    hub = on_both
    hub.source(BIKES)
    hub.polled(BIKES, NOON - HOUR, "+-----")
    hub.version(BUS, "gtfs", at=NOON - DAY, facts=YEAR)
    hub.judge(NOON)
    before = [rows(hub, model) for model in (Standing, Score, Incident, Happening)]
    assert hub.judge(NOON).opened == 0
    assert [rows(hub, model) for model in (Standing, Score, Incident, Happening)] == before
    assert len(before[2]) == 1


def test_a_run_with_nothing_new_to_know_says_nothing_new(hub: Town) -> None:
    hub.source(BIKES)
    hub.polled(BIKES, NOON - HOUR, "+--")
    for hours in range(6):
        hub.judge(NOON + hours * HOUR)
    assert said(hub, BIKES)["reachable"] == "pass"  # nobody asked since: no more failures to count
    assert rows(hub, Incident) == []


def test_a_clock_that_goes_back_is_refused(hub: Town) -> None:
    hub.version(BUS, "gtfs", at=NOON - DAY, facts=YEAR)
    hub.judge(NOON)
    before = rows(hub, Standing)
    with pytest.raises(Conflict, match=f"{BUS}: the clock went back"):
        hub.judge(NOON - MINUTE)
    assert rows(hub, Standing) == before


def test_the_availability_of_a_day_is_the_share_of_its_known_seconds(hub: Town) -> None:
    hub.source(BIKES)
    midnight = NOON - 12 * HOUR  # in Paris
    hub.polled(BIKES, midnight, "+" * 6 + "-" * 3 + "+" * 3)  # two hours, thirty minutes of it down
    hub.judge(NOON)
    found = score(hub, BIKES, "availability")
    # The last answer, of 1:50, speaks for three rounds: until 2:20. Then nobody asked until noon.
    assert found.details["up_s"] == (60 + 30 + 20) * 60
    assert found.details["down_s"] == 30 * 60
    assert found.details["unknown_s"] == (9 * 60 + 40) * 60
    assert found.value == 1000 * 110 // 140
    assert found.details["down"] == [["2026-03-02T00:00:00+00:00", "2026-03-02T00:30:00+00:00"]]
    assert (found.details["over"], found.details["until"]) == (False, NOON.isoformat())


def test_a_day_is_told_again_once_it_is_over_and_then_no_more(on_both: Town) -> None:
    hub = on_both
    hub.source(BIKES)
    hub.polled(BIKES, NOON - 12 * HOUR, "+" * 72)  # until noon
    hub.judge(NOON)
    hub.polled(BIKES, NOON, "-" * 72)  # until midnight
    hub.judge(NOON + 13 * HOUR)
    found = score(hub, BIKES, "availability")
    assert (found.value, found.details["over"], found.details["unknown_s"]) == (500, True, 0)
    before = rows(hub, Score)
    with hub.front.records.write() as session:
        session.query(Fetch).delete()  # requests are kept for some months only
    hub.judge(NOON + 14 * HOUR)
    assert [one for one in rows(hub, Score) if one["day"] == TODAY] == [
        one for one in before if one["day"] == NOON.date()
    ]


def test_days_without_a_run_are_scored_afterwards(hub: Town) -> None:
    hub.source(BIKES)
    hub.polled(BIKES, NOON - 12 * HOUR, "+" * 24)
    hub.judge(NOON)
    hub.judge(NOON + DAY)
    hub.judge(NOON + 4 * DAY)
    days = [one["day"] for one in rows(hub, Score) if one["kind"] == "availability"]
    assert days == [TODAY + n * DAY for n in range(5)]
    assert score(hub, BIKES, "availability", TODAY + 3 * DAY).value is None


def test_freshness_of_gbfs_is_seen_from_what_changes(on_both: Town) -> None:
    hub = on_both
    hub.source(BIKES, every_s=60)
    hub.version(BIKES, "gbfs", at=NOON - DAY, facts={"ttl_s": "60"})
    start = NOON - HOUR
    moving = [(start + n * MINUTE, "full", f"{n}") for n in range(30)]
    stuck = [(start + n * MINUTE, "not_modified", "") for n in range(30, 60)]
    hub.fetched(BIKES, [*moving, *stuck])
    hub.fetched(BIKES, [(start + n * MINUTE, "full", "always") for n in range(60)], name="system_information")
    hub.judge(NOON)
    found = score(hub, BIKES, "freshness")
    assert found.details["allowed_s"] == 360  # five minutes of the standard, and the ttl
    assert found.details["fresh_s"] == (29 + 6) * 60
    assert found.details["stale_s"] == (60 - 35) * 60
    assert said(hub, BIKES)["fresh"] == "unknown"  # one look at it is within the grace
    with hub.front.records.read() as session:
        last = standings.standing(session, BIKES, "fresh")
    assert last is not None
    assert last.raw is Verdict.FAIL


def test_requests_that_were_deleted_turn_no_clock_back(hub: Town) -> None:
    hub.source(BIKES)
    hub.polled(BIKES, NOON - HOUR, "++++++")
    hub.judge(NOON)
    before = said(hub, BIKES)
    with hub.front.records.write() as session:
        session.query(Fetch).filter(Fetch.at > NOON - 30 * MINUTE).delete()
    hub.judge(NOON + HOUR)
    assert said(hub, BIKES) == before == {"reachable": "pass", "fresh": "pass", "valid": "unknown"}


def test_a_timetable_that_runs_out_fails_after_an_hour_and_only_of_days_ahead(hub: Town) -> None:
    hub.version(BUS, "gtfs", at=NOON - DAY, facts={**YEAR, "service_to": "2026-03-05", "feed_end_date": "2026-03-04"})
    hub.judge(NOON)
    assert said(hub, BUS)["fresh"] == "unknown"
    hub.judge(NOON + HOUR)
    assert said(hub, BUS)["fresh"] == "fail"
    found = score(hub, BUS, "freshness")
    assert (found.value, found.details["service_to"]) == (428, "2026-03-04")  # three days of seven


def test_a_new_version_mends_what_was_found_in_the_old_one(hub: Town) -> None:
    hub.version(BUS, "gtfs", at=NOON - DAY, facts=YEAR, errors=["foreign_key_violation"], warnings=["a", "b"])
    hub.judge(NOON)
    assert said(hub, BUS)["valid"] == "fail"
    assert score(hub, BUS, "compliance").value == 880
    assert score(hub, BUS, "compliance").details["errors"] == {"foreign_key_violation": 7}
    hub.version(BUS, "gtfs", at=NOON, facts=YEAR)
    assert hub.judge(NOON + HOUR).closed == 1
    assert score(hub, BUS, "compliance").value == 1000


def test_what_is_hard_to_believe_costs_nothing(hub: Town) -> None:
    hub.version(BIKES, "gbfs", at=NOON - DAY, warnings=["gbfs_far_away", "gbfs_repeated_record"])
    hub.judge(NOON)
    found = score(hub, BIKES, "compliance")
    assert (found.value, found.details["doubts"]) == (990, {"gbfs_far_away": 1})


def test_a_check_that_could_not_run_changes_nothing_that_was_said(hub: Town) -> None:
    hub.version(BUS, "gtfs", at=NOON - DAY, facts=YEAR)
    hub.judge(NOON)
    hub.version(BUS, "gtfs", at=NOON, facts=YEAR, incomplete="the validator ran out of time")
    hub.judge(NOON + HOUR)
    assert said(hub, BUS)["valid"] == "pass"
    assert score(hub, BUS, "compliance").value is None
    with hub.front.records.read() as session:
        assert session.get(Standing, (BUS, "valid")).facts["raw"] == "unknown"  # type: ignore[union-attr]


def test_operator_data_are_judged_without_their_counts(hub: Town) -> None:
    hub.version("mds-trottix", "mds", at=NOON - DAY, errors=["mds_bad_state"])
    hub.judge(NOON)
    assert score(hub, "mds-trottix", "compliance").details["errors"] == ["mds_bad_state"]
    assert set(said(hub, "mds-trottix")) == {"valid"}


def test_a_feed_that_nobody_asks_is_not_unreachable(hub: Town) -> None:
    hub.source("paused", active=False)
    hub.judge(NOON)
    assert said(hub, "paused")["reachable"] == "not_applicable"


def test_many_failures_at_once_wait_for_a_person(on_both: Town) -> None:
    hub = on_both
    for number in range(4):
        hub.source(f"bikes-{number}")
        hub.polled(f"bikes-{number}", NOON - HOUR, "++++++" if number > 1 else "+-----")
    done = hub.judge(NOON)
    assert (done.opened, done.held) == (0, ("bikes-0", "bikes-1"))
    assert done.brake is not None
    assert "reachable" not in said(hub, "bikes-0")
    assert said(hub, "bikes-2")["reachable"] == "pass"  # who is well is told so
    assert score(hub, "bikes-0", "availability").value is not None  # what was measured stays measured
    assert hub.judge(NOON).brake == done.brake
    decide(hub.front, done.brake, allow=True, by="secretariat")
    freed = hub.judge(NOON)
    assert (freed.opened, freed.brake) == (2, None)


def test_what_recovers_before_a_person_looked_was_never_said(hub: Town) -> None:
    for number in range(2):
        hub.source(f"bikes-{number}")
        hub.polled(f"bikes-{number}", NOON - HOUR, "+-----")
    assert hub.judge(NOON).held == ("bikes-0", "bikes-1")
    for number in range(2):
        hub.polled(f"bikes-{number}", NOON + MINUTE, "++++++")
    done = hub.judge(NOON + HOUR)
    assert (done.brake, said(hub, "bikes-0")["reachable"]) == (None, "pass")
    # Written down as what it was: an incident that is over.
    assert [one["closed_at"] is not None for one in rows(hub, Incident)] == [True, True]


def test_one_feed_that_is_killed_half_way_leaves_whole_feeds(on_both: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = on_both
    for number in range(3):
        hub.source(f"bikes-{number}")
        hub.polled(f"bikes-{number}", NOON - HOUR, "+-----" if number == 1 else "++++++")

    class PowerCut(BaseException):
        pass

    follow = incidents.follow

    def cut(session: Any, slug: str, *rest: Any) -> tuple[int, int]:
        if slug == "bikes-1":
            raise PowerCut
        return follow(session, slug, *rest)

    monkeypatch.setattr(incidents, "follow", cut)
    with pytest.raises(PowerCut):
        hub.judge(NOON)
    assert said(hub, "bikes-0") != {}
    assert said(hub, "bikes-1") == {}
    monkeypatch.undo()
    assert hub.judge(NOON).opened == 1
    assert said(hub, "bikes-2")["reachable"] == "pass"


def test_a_poll_steps_the_checks_that_it_can_tell(hub: Town) -> None:
    for n in range(4):
        with hub.front.records.write() as session:
            at = NOON + n * 30 * MINUTE
            observe(session, BIKES, {"moves": Raw(Verdict.FAIL, {"hours": n})}, at)
            observe(session, BIKES, {"moves": Raw(Verdict.PASS)}, at - MINUTE)  # written down late: passed over
    assert said(hub, BIKES) == {"moves": "fail"}
    (incident,) = rows(hub, Incident)
    assert (incident["opened_at"], incident["facts"]["details"]) == (NOON, {"hours": 2})


def test_notes_are_kept_as_plain_text_within_bounds(on_both: Town) -> None:
    hub = on_both
    put_in_force(hub.front, read_folder(COMMONS))
    hub.version(BUS, "gtfs", at=NOON - DAY, facts=YEAR, errors=["foreign_key_violation"])
    hub.judge(NOON)
    told = incidents.written(hub.front, BUS, 1, " <b>mended</b>\r\ntomorrow\x00\u202e\x1b[31m ", by="secretariat")
    assert [note.text for note in told.notes] == ["<b>mended</b>\ntomorrow[31m"]
    for bad in ("", " \n\x00 ", "x" * 2_001):
        with pytest.raises(BadRequest):
            incidents.written(hub.front, BUS, 1, bad, by="secretariat")
    with pytest.raises(NotFound, match="no incident 2"):
        incidents.written(hub.front, BUS, 2, "x", by="secretariat")
    with pytest.raises(NotFound, match="no member"):
        incidents.written(hub.front, BUS, 1, "x", by="nobody")
    with hub.front.records.write() as session:
        number = session.scalars(select(Incident.id)).one()
        session.add_all(IncidentNote(incident=number, at=NOON, by="secretariat", text="x") for _ in range(199))
    with pytest.raises(Conflict, match="200 notes"):
        incidents.written(hub.front, BUS, 1, "x", by="secretariat")


def test_the_newest_days_come_first(hub: Town) -> None:
    hub.version(BUS, "gtfs", at=NOON - DAY, facts=YEAR)
    for n in range(3):
        hub.judge(NOON + n * DAY)
    found = quality.of_feed(hub.front, BUS, days=2)
    assert [one.day for one in found.days] == [TODAY + 2 * DAY, TODAY + DAY]
    assert [one.scores["compliance"].details["over"] for one in found.days] == [False, True]


def test_each_incident_has_its_own_notes_in_their_order(records: Records) -> None:
    with records.write() as session:
        first, second = (incident_rows.add(session, BIKES, "fresh", opened_at=NOON, facts={}) for _ in range(2))
        for minutes, incident, text in ((2, second, "later"), (1, first, "alone"), (1, second, "sooner")):
            incident_rows.add_note(session, incident, at=NOON + minutes * MINUTE, by="combecycle", text=text)
        told = incident_rows.notes_of(session, [first, second])
        assert {key: [one.text for one in notes] for key, notes in told.items()} == {
            first.id: ["alone"],
            second.id: ["sooner", "later"],
        }
        assert incident_rows.notes_of(session, []) == {}


def test_the_day_to_score_next_follows_the_newest_that_was_over(records: Records) -> None:
    with records.write() as session:
        assert standings.first_day_to_score(session, BIKES) is None
        for back in range(9, -1, -1):
            for kind in Kind:
                until = NOON if back < 3 else None
                standings.keep_score(session, BIKES, TODAY - back * DAY, kind, Scored(500, {}), until=until)
        assert standings.first_day_to_score(session, BIKES) == TODAY - 2 * DAY
