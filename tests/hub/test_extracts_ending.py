"""When a grant ends its extracts can be read no more at once, and are taken away by the next sweep."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.parties import Sanction
from governance.world import World
from hub.errors import Refused
from hub.jobs.scheduler import rhythm
from hub.jobs.worker import run_one
from hub.records import Records
from hub.records import extracts as extract_records
from hub.records import jobs as job_records
from hub.records.models import Extract
from hub.services.back import Back
from hub.services.commons import current_world, put_in_force
from hub.services.extracts import asking, queue
from hub.services.extracts.ended import Why, why_ended
from hub.services.extracts.prepare import prepare, prepare_due
from hub.services.extracts.reading import open_extract
from hub.services.extracts.sweep import sweep
from hub.services.negotiate_holding import resume, suspend
from hub.services.replay import replay
from tests.hub.extracts_town import (
    BOTH,
    LABO,
    MARCH,
    NOW,
    SMHC,
    TRIPS,
    agreement,
    at,
    bring,
    commons,
    hub_of,
    living,
    objects,
    reader,
    rows_of,
)

AGREED = BOTH[0]
OTHER = BOTH[1]


@pytest.fixture
def back(records: Records, tmp_path: Path) -> Back:
    made = hub_of(records, tmp_path)
    prepare(made, SMHC, "trips", MARCH)
    prepare(made, LABO, "trips", MARCH)
    return made


def changed(**changes: Any) -> dict[str, str]:
    text = yaml.safe_load(AGREED)
    text["terms"] |= changes.pop("terms", {})
    return commons(yaml.safe_dump({**text, **changes}, allow_unicode=True), OTHER)


def without_member() -> dict[str, str]:
    files = commons(*BOTH)
    members = yaml.safe_load(files["members.yaml"])
    members["members"]["smhc"]["status"] = "left"
    return files | {"members.yaml": yaml.safe_dump(members, allow_unicode=True)}


def prohibited() -> dict[str, str]:
    one = {
        "subject": "mds-bolide",
        "recipient": ["member:smhc"],
        "validity": {"from": dt.date(2026, 1, 1), "to": dt.date(2027, 1, 1)},
        "why": {"fr": "Incident en cours.", "en": "An incident is looked into."},
    }
    return commons(*BOTH) | {"prohibitions.yaml": yaml.safe_dump({"incident": one}, allow_unicode=True)}


def tightened() -> dict[str, str]:
    files = commons(*BOTH)
    rules = yaml.safe_load(files["ruleset.yaml"])
    rules["floors"]["bilateral"]["finest"] = [{"zone_system": "commune", "time_grain": "P1D"}]
    return files | {"ruleset.yaml": yaml.safe_dump(rules)}


def row_of(back: Back, extract: str) -> Extract:
    with back.front.records.read() as session:
        return extract_records.extract(session, extract)


ENDINGS: list[tuple[Callable[[], dict[str, str]], Why, str]] = [
    (lambda: changed(state="suspended"), Why.SUSPENDED, "agreement.state"),
    (lambda: changed(state="withdrawn"), Why.WITHDRAWN, "agreement.state"),
    (lambda: changed(state="terminated"), Why.TERMINATED, "agreement.state"),
    (
        lambda: changed(validity={"from": dt.date(2026, 1, 1), "to": dt.date(2026, 4, 10)}),
        Why.EXPIRED,
        "agreement.validity",
    ),
    (lambda: changed(version=2), Why.AMENDED, "extract.ended"),
    (lambda: changed(recipient=["member:itineo"]), Why.NOT_PERMITTED, "agreement.term"),
    (lambda: changed(terms={"fields": ["trips.vehicle"]}), Why.NOT_PERMITTED, "agreement.term"),
    (lambda: commons(OTHER), Why.MISSING, ""),
    (without_member, Why.NOT_PERMITTED, "actor.inactive"),
    (prohibited, Why.NOT_PERMITTED, "prohibition.in_force"),
    (tightened, Why.NOT_PERMITTED, "cube.too_fine"),
]


@pytest.mark.parametrize(("documents", "why", "reason"), ENDINGS)
def test_an_ended_grant_denies_at_once_and_is_swept(
    back: Back, documents: Callable[[], dict[str, str]], why: Why, reason: str
) -> None:
    (mine,), (theirs,) = living(back), living(back, LABO)
    put_in_force(back.front, documents())
    with pytest.raises(Refused) as refusal:
        open_extract(back.front, mine.id, actor=reader("smhc"), purpose="compliance")
    assert refusal.value.reasons[0]["code"] == reason or not reason
    assert mine.digest in objects(back)
    swept = {one.extract: one.why for one in sweep(back)}
    assert swept[mine.id] is why
    assert mine.digest not in objects(back)
    assert (row_of(back, mine.id).removed_why, row_of(back, mine.id).removed_at) == (why.value, NOW)
    if documents is not tightened:
        assert (list(swept), objects(back)) == ([mine.id], {theirs.digest})
    with pytest.raises(Refused):
        open_extract(back.front, mine.id, actor=reader("smhc"), purpose="compliance")
    assert sweep(back) == []


def test_what_was_suspended_comes_back_with_the_same_pseudonyms(back: Back) -> None:
    (first,) = living(back)
    vehicles = {row["vehicle"] for row in rows_of(back, first)}
    put_in_force(back.front, changed(state="suspended"))
    sweep(back)
    assert [one for one in prepare_due(back) if one.agreement.startswith(SMHC)] == []
    put_in_force(back.front, commons(*BOTH))
    with pytest.raises(Refused) as refusal:
        open_extract(back.front, first.id, actor=reader("smhc"), purpose="compliance")
    assert refusal.value.reasons[0]["code"] == "extract.removed"
    assert "suspended" in refusal.value.reasons[0]["sentence_en"]
    second = prepare(back, SMHC, "trips", MARCH)
    assert second.id != first.id
    assert {row["vehicle"] for row in rows_of(back, second)} == vehicles
    assert open_extract(back.front, second.id, actor=reader("smhc"), purpose="compliance").release.id == second.id


def test_a_holder_that_suspends_shuts_its_extract_at_once_and_opens_it_again(back: Back) -> None:
    (first,) = living(back)
    suspend(back.front, SMHC, by="bolide")
    with pytest.raises(Refused) as refusal:
        open_extract(back.front, first.id, actor=reader("smhc"), purpose="compliance")
    assert refusal.value.reasons[0]["code"].startswith("agreement.")
    assert queue.enqueue_sweep(back.front)
    assert run_one(back, "worker")
    assert (row_of(back, first.id).removed_why, first.digest in objects(back)) == ("suspended", False)
    resume(back.front, SMHC, by="bolide")
    second = prepare(back, SMHC, "trips", MARCH)
    assert open_extract(back.front, second.id, actor=reader("smhc"), purpose="compliance").release.id == second.id
    assert replay(back.front).differences == ()


def test_when_it_ended_for_good_the_key_is_destroyed(back: Back) -> None:
    folder = back.signet.folder / "pseudonyms"
    assert len(list(folder.glob("*.key"))) == 2
    put_in_force(back.front, changed(state="suspended"))
    sweep(back)
    assert len(list(folder.glob("*.key"))) == 2
    put_in_force(back.front, changed(state="terminated"))
    sweep(back)
    assert len(list(folder.glob("*.key"))) == 1
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.key")} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_amended_agreement_is_prepared_anew_in_its_own_version(back: Back) -> None:
    (first,) = living(back)
    put_in_force(back.front, changed(version=2, terms={"temporal_resolution": "P1D"}))
    (told,) = [one for one in prepare_due(back, agreement=SMHC) if one.period == MARCH]
    (second,) = living(back)
    assert (told.outcome, second.agreement_version, row_of(back, first.id).removed_why) == ("prepared", 2, "amended")
    assert "start_hour" not in rows_of(back, second)[0]
    assert {row["vehicle"] for row in rows_of(back, second)}
    assert first.digest not in objects(back)


def test_a_delay_that_a_sanction_makes_longer_is_no_end(back: Back) -> None:
    (mine,) = living(back)
    world, now = current_world(back.front), dt.datetime(2026, 4, 7, 22, tzinfo=dt.UTC)
    assert why_ended(mine, world, at=now) is None
    assert why_ended(mine, sanctioned(world, Sanction.THROTTLE), at=now) is None
    assert why_ended(mine, sanctioned(world, Sanction.NEGOTIATED_SUSPENDED), at=now) is Why.NOT_PERMITTED


def sanctioned(world: World, level: Sanction) -> World:
    smhc = dataclasses.replace(world.members["smhc"], sanction=level)
    return dataclasses.replace(world, members={**world.members, "smhc": smhc})


def test_the_clock_alone_ends_it_and_the_worker_sweeps(back: Back) -> None:
    assert not queue.enqueue_sweep(back.front)
    at(back, dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert queue.enqueue_sweep(back.front)
    assert run_one(back, "worker")
    assert objects(back) == set()
    with back.front.records.read() as session:
        assert [(job.kind, job.state) for job in job_records.jobs(session)] == [("sweep-extracts", "done")]
        assert {row.removed_why for row in extract_records.extracts(session)} == {"expired"}
    assert not queue.enqueue_sweep(back.front)


def test_whoever_ends_a_grant_has_it_swept_with_the_same_commit(back: Back) -> None:
    with back.front.records.write() as session:
        assert asking.ask_for_sweep(session, at=NOW)
    put_in_force(back.front, changed(state="suspended"))
    assert run_one(back, "worker")
    assert len(objects(back)) == 1


def test_the_worker_prepares_what_is_due(back: Back) -> None:
    bring(back, "b", trips=[row | {"trip_id": "f" * 36} for row in TRIPS[:1]])
    assert queue.enqueue_preparation(back.front)
    assert run_one(back, "worker")
    assert [one.rows for one in (*living(back), *living(back, LABO))][-1] == 6
    put_in_force(back.front, commons())
    assert not queue.enqueue_preparation(back.front)


def test_the_scheduler_looks_every_minute_and_every_hour(back: Back) -> None:
    jobs = {job.id: job.trigger.interval.total_seconds() for job in rhythm(back.front).get_jobs()}
    assert (jobs["enqueue_sweep"], jobs["enqueue_preparation"]) == (60, 3600)


def test_an_object_that_somebody_else_names_stays(back: Back) -> None:
    (mine,) = living(back)
    with back.front.records.write() as session:
        twin = {name: getattr(mine, name) for name in Extract.__table__.columns.keys()}  # noqa: SIM118 - no mapping
        session.add(Extract(**twin | {"id": "twin", "agreement": LABO, "recipient": "labo-mobilites"}))
    put_in_force(back.front, changed(state="suspended"))
    with back.front.records.write() as session:
        extract_records.remove(extract_records.extract(session, mine.id), at=NOW, why="suspended")
    with back.front.records.read() as session:
        assert extract_records.abandoned(session) == []


def test_a_suspension_that_comes_while_the_vault_is_read_holds(back: Back, tmp_path: Path) -> None:
    bring(back, "b", trips=[row | {"trip_id": "e" * 36} for row in TRIPS[:1]])
    before = objects(back)

    def suspend(phase: str, _: int, __: int) -> None:
        assert phase.startswith("preparing")
        put_in_force(back.front, changed(state="suspended"))

    with pytest.raises(Refused):
        prepare(dataclasses.replace(back, progress=suspend), SMHC, "trips", MARCH)
    assert objects(back) == before
    assert [one.rows for one in living(back)] == [5]
    sweep(back)
    assert living(back) == []
    with back.front.records.read() as session:
        assert session.query(Extract).filter_by(removed_why="preparing").count() == 0


def test_agreed_is_one_of_both() -> None:
    assert agreement(SMHC, "smhc", "compliance") == AGREED
