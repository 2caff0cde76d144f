"""Joint releases over operators' trips that a person can add up: see `tests.hub.joint_town`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from governance.disclosure.certificate import read_certificate
from governance.disclosure.commitments import commitment
from governance.disclosure.published import Shape, read_published
from governance.joint_releases import JOINT_RELEASE
from hub.errors import Conflict, NotFound, Refused, StorageError
from hub.jobs.worker import run_one
from hub.records import jobs as job_records
from hub.records import log as log_records
from hub.records import releases as release_records
from hub.records.models import LogMark, LogText, Release, ReleaseSalt, Version
from hub.services import negotiate_holding
from hub.services import release as release_service
from hub.services.back import Back
from hub.services.certificates import verify
from hub.services.commons import current_world, put_in_force
from hub.services.contributions import answered
from hub.services.log_check import check
from hub.services.release import build, release
from hub.services.replay import replay
from hub.services.turn import all_seen
from hub.vault import Vault
from tests.hub.joint_town import (
    B_NAME,
    ELSEWHERE,
    FEBRUARY,
    FROM_B,
    NOW,
    PROVIDER,
    TRIPS,
    A,
    B,
    a_hub,
    ask,
    bring,
    bring_month,
    commons,
    trips_table,
)


@pytest.fixture
def back(tmp_path: Path) -> Back:
    return a_hub(tmp_path)


def decisions_of(back: Back) -> list[dict[str, Any]]:
    with back.front.records.read() as session:
        said = [json.loads(row.text) for row in log_records.texts(session)]
    assert check(back.front).whole
    return [one for one in said if one["type"] == "decision"]


def records_of(back: Back) -> list[tuple[str, str, bool, tuple[str, ...]]]:
    return [(one["action"], one["subject"], one["permitted"], tuple(one["reasons"])) for one in decisions_of(back)]


def rows_of(back: Back, one: Release) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(back.front.released.path(one.digest)).to_pylist()
    return rows


def test_groups_keep_to_the_rules_and_add_up_to_everything(back: Back) -> None:
    built = release(back, ask())
    rest, from_b = sorted(rows_of(back, built), key=lambda row: row["trips"])
    assert (from_b["origin_zone"], from_b["origin_zone_level"], from_b["trips"]) == ([B_NAME], "h3_8", FROM_B)
    assert (len(rest["origin_zone"]) > 40, rest["trips"]) == (True, ELSEWHERE)
    assert B_NAME not in rest["origin_zone"]
    assert "outside" in rest["origin_zone"]
    assert {row["coverage"] for row in (rest, from_b)} == {"3-4"}
    # By destination nothing can be told apart: from B, Alizés make nearly all trips to A.
    assert {tuple(row["destination_zone"]) for row in (rest, from_b)} == {("all",)}
    assert records_of(back) == [("release", "flows-h3_8-month", True, ())]


def test_neither_file_nor_row_holds_a_number_of_one_holding(back: Back) -> None:
    built = release(back, ask())
    schema = pq.read_schema(back.front.released.path(built.digest))
    assert not {"holding", "vehicles", "provider_id"} & set(schema.names)
    said = json.dumps(built.facts) + (schema.metadata or {})[b"commons"].decode()
    assert "alizes" not in said
    assert set(built.facts) == {"attributes", "certificate", "shape"}
    # The file and its certificate, nothing else.
    assert len([path for path in back.front.released.root.rglob("*") if path.is_file()]) == 2


def test_a_release_has_a_certificate_that_each_contributor_can_check(back: Back) -> None:
    built = release(back, ask())
    signed = read_certificate(back.front.released.read(built.facts["certificate"]))
    assert signed.holds
    assert signed.key == back.signet.public()
    assert signed.certificate.release == built.digest
    world = current_world(back.front)
    found = answered(back, world, world.cubes["flows-h3_8-month"], ask().period).contributions
    with back.front.records.read() as session:
        salts = {row.holding: bytes.fromhex(row.salt) for row in session.scalars(select(ReleaseSalt))}
    assert salts.keys() == {"groupe-alizes", "bolide", "glisse"}
    for holding, salt in salts.items():
        made = commitment(found, salt, holding=holding, cube="flows-h3_8-month", period=ask().period)
        assert signed.certificate.inputs[holding] == made


def test_a_contributor_verifies_with_files_alone(back: Back, tmp_path: Path) -> None:
    built = release(back, ask())
    own = tmp_path / "own.csv"
    bolide = {"A,B": 70, "B,A": 4, "B,B": 140}
    lines = [f"{names},2026-01,weekday,am_peak,{many}" for names, many in bolide.items()]
    text = "\n".join(["origin_zone,destination_zone,month,day_type,band,trips", *lines])
    named = text.replace("A,", f"{A:x},").replace("B,", f"{B:x},")
    own.write_text(named, "utf-8")
    with back.front.records.read() as session:
        salt = session.get_one(ReleaseSalt, (built.id, "bolide")).salt
    files = (back.front.released.read(one) for one in (built.digest, built.facts["certificate"]))
    found = verify(*files, own=own, holding="bolide", salt=salt, key=back.signet.public())
    assert found.faults == ()
    assert found.committed is True
    assert found.contributed == 214


def test_every_holder_is_told_of_the_release_and_of_no_number(back: Back) -> None:
    built = release(back, ask())
    (seen,) = all_seen(back.front, JOINT_RELEASE)
    assert (seen.state.id, seen.state.cube, seen.state.certificate) == (
        built.id,
        "flows-h3_8-month",
        built.facts["certificate"],
    )
    assert "trips" not in json.dumps(seen.state.plain())
    with back.front.records.read() as session:
        (told,) = session.scalars(select(LogText).where(LogText.action == "release.published"))
        parties = set(session.scalars(select(LogMark.party).where(LogMark.index == told.index)))
    assert parties == {"trottix", "velovif", "bolide", "glisse"}
    assert replay(back.front).differences == ()


def test_what_would_be_published_can_be_looked_at_and_nothing_is_kept(back: Back) -> None:
    built = build(back, ask())
    assert isinstance(built, release_service.Built)
    assert sorted(built.draft.published.value.tolist()) == [ELSEWHERE, FROM_B]
    with back.front.records.read() as session:
        assert release_records.releases(session) == []
    assert not back.front.released.root.exists()


def test_a_second_audience_refines_what_is_out_and_the_order_makes_no_difference(tmp_path: Path) -> None:
    for number, order in enumerate((("members", "authority"), ("authority", "members"))):
        hub = a_hub(tmp_path / str(number))
        shown = {audience: rows_of(hub, release(hub, ask(audience=audience))) for audience in order}
        fine = {frozenset(row["origin_zone"]) for row in shown["authority"]}
        for row in shown["members"]:
            assert any(frozenset(row["origin_zone"]) >= zones for zones in fine)
        assert sum(row["trips"] for row in shown["authority"]) == FROM_B + ELSEWHERE


def test_a_later_month_only_coarsens_the_groups_that_were_chosen_before(back: Back) -> None:
    release(back, ask())
    # In February B alone would pass, and A would too if it were looked at anew: but glisse stays away from A.
    thin = {**TRIPS, "mds-glisse": {(A, B): 1, (B, B): 130}}
    bring_month(back, month=2, trips=thin)
    built = release(back, ask(period=FEBRUARY))
    assert [row["trips"] for row in rows_of(back, built)] == [sum(sum(flows.values()) for flows in thin.values())]
    bring_month(back, month=3)
    march = release(back, ask(period=(FEBRUARY[1], FEBRUARY[1].replace(month=4))))
    assert sorted(row["trips"] for row in rows_of(back, march)) == [ELSEWHERE, FROM_B]


def test_what_cannot_be_shown_to_an_audience_is_said(tmp_path: Path) -> None:
    lonely = {**TRIPS, "mds-bolide": {(A, B): 1}, "mds-glisse": {(A, B): 1}}
    hub = a_hub(tmp_path / "hub")
    bring_month(hub, month=2, trips=lonely)
    with pytest.raises(Refused) as refusal:
        release(hub, ask(period=FEBRUARY))
    assert refusal.value.reasons[0]["code"] == "release.nothing"
    assert records_of(hub)[-1] == ("release", "flows-h3_8-month", False, ("release.nothing",))


def test_what_other_code_does_not_prove_is_not_published(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    drafted = release_service.drafted

    def wrong(*given: Any) -> Any:
        draft = drafted(*given)
        return replace(draft, published=replace(draft.published, value=draft.published.value + 1))

    monkeypatch.setattr(release_service, "drafted", wrong)
    with pytest.raises(Refused) as refusal:
        release(back, ask())
    assert refusal.value.reasons[0]["code"] == "release.unproven"
    with back.front.records.read() as session:
        assert release_records.releases(session) == []


def test_a_table_with_margins_prints_totals_and_hides_what_it_must(back: Back) -> None:
    built = release(back, ask("trip-ends-commune-month"))
    published = read_published(back.front.released.path(built.digest))
    assert published.about.shape is Shape.TABLE
    rows = rows_of(back, built)
    total = next(row for row in rows if {row["zone"], row["month"], row["day_type"], row["band"]} == {"all"})
    assert total["trip_ends"] == FROM_B + ELSEWHERE
    # All of it happened in one band, and that the others are empty is nobody's business.
    assert {row["status"] for row in rows if row["band"] == "midday"} == {":c"}


def test_the_same_release_asked_again_is_the_same_and_both_decisions_are_on_record(back: Back) -> None:
    first, second = release(back, ask()), release(back, ask())
    assert first.id == second.id
    assert [permitted for _, _, permitted, _ in records_of(back)] == [True, True]
    with back.front.records.read() as session:
        assert len(release_records.releases(session)) == 1


def test_how_many_cells_were_withheld_or_published_is_told_to_nobody(back: Back) -> None:
    release(back, ask())
    (entry,) = decisions_of(back)
    assert entry["counts"] == {}
    with back.front.records.read() as session:
        (hidden,) = session.scalars(select(LogText.hidden).where(LogText.action == "release"))
    assert hidden["counts"]["value"] == '{"cells":2}'


def test_a_suspension_that_comes_while_it_is_computed_holds(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act stands before the permit in the log, so the permit is none."""
    compute = release_service.drafted

    def suspended_meanwhile(*given: Any, **named: Any) -> Any:
        negotiate_holding.suspend(back.front, "joint-members-glisse", by="glisse")
        return compute(*given, **named)

    monkeypatch.setattr(release_service, "drafted", suspended_meanwhile)
    with pytest.raises(Refused) as refusal:
        release(back, ask())
    # The pilot of an earlier year came closest then: it only ended, and nobody suspended it.
    assert refusal.value.reasons[0]["code"] == "agreement.validity"
    assert refusal.value.reasons[0]["agreement"] == "pilot-members-glisse@1"
    with back.front.records.read() as session:
        assert release_records.releases(session) == []


@pytest.mark.parametrize(
    ("cube", "was", "becomes"),
    [
        ("trip-ends-h3_8-month", "family: trips", "family: fleet"),
        ("flows-h3_8-month", "measure: trips", "measure: vehicles"),
        ("fleet-day", "fields: [vehicle_s]", "fields: [trips]"),
        ("fleet-day", "time_grain: P1D", "time_grain: P1M"),
        ("flows-h3_8-month", "min_vehicles: vehicles", "min_vehicles: null"),
        ("hot-spots-h3_8-month", "time_grain: P1M", "time_grain: P1M/daytype"),
        ("hot-spots-h3_8-month", "{zone: end_zone, month", "{zone: start_zone, month"),
        ("dwell-h3_8-month", "min_trips: episodes_begun", "min_trips: episodes"),
    ],
)
def test_a_cube_cannot_be_registered_as_another_question(back: Back, cube: str, was: str, becomes: str) -> None:
    files = commons()
    before, name, text = files["cubes.yaml"].partition(f"\n{cube}:")
    assert was in text
    files["cubes.yaml"] = before + name + text.replace(was, becomes, 1)
    with pytest.raises(Conflict, match=f"cube {cube} is registered with"):
        put_in_force(back.front, files)


def test_the_worker_builds_what_was_left_to_it(back: Back) -> None:
    with back.front.records.write() as session:
        job_records.add(session, "release", ask().payload(), at=NOW)
        job_records.add(session, "release", ask("fleet-day").payload(), at=NOW)
    assert run_one(back, "worker")
    assert run_one(back, "worker")
    assert not run_one(back, "worker")
    with back.front.records.read() as session:
        assert [one.subject for one in release_records.releases(session)] == ["flows-h3_8-month"]
        states = {job.payload["cube"]: job.state for job in job_records.jobs(session)}
    assert states == {"flows-h3_8-month": "done", "fleet-day": "failed"}
    assert [permitted for _, _, permitted, _ in records_of(back)] == [True, False]


def test_a_margin_of_what_is_out_is_audited_with_it_and_made_coarser_if_need_be(back: Back) -> None:
    """From B 517, elsewhere 215; to A 97: by destination alone that would be told, and the 97 are Alizés'."""
    release(back, ask())
    ends = release(back, ask("trip-ends-h3_8-month"))
    assert sum(row["trip_ends"] for row in rows_of(back, ends)) == FROM_B + ELSEWHERE
    assert all(row["trip_ends"] not in {97, 635} for row in rows_of(back, ends))


def test_late_data_of_a_released_period_is_refused(back: Back) -> None:
    release(back, ask())
    bring(back, "mds-bolide", trips_table(PROVIDER["mds-bolide"], {(A, B): 3}, 90_000), "9" * 64)
    for cube in ("flows-h3_8-month", "trip-ends-h3_8-month"):
        with pytest.raises(Refused) as refusal:
            release(back, ask(cube))
        assert refusal.value.reasons[0]["code"] == "ledger.revision"


def test_an_agreement_that_is_missing_stops_the_whole_cube_before_anything_is_computed(back: Back) -> None:
    files = {name: text for name, text in commons().items() if name != "agreements/joint-members-glisse.yaml"}
    put_in_force(back.front, files)
    with pytest.raises(Refused) as refusal:
        release(back, ask())
    assert [reason["dataset"] for reason in refusal.value.reasons] == ["mds-glisse"]
    assert not back.front.released.root.exists()
    (entry,) = records_of(back)
    assert entry[2] is False
    assert entry[3][0].startswith("agreement.")


def test_a_holder_cannot_send_records_in_a_competitors_name(back: Back) -> None:
    bring(back, "mds-glisse", trips_table(PROVIDER["mds-bolide"], {(B, A): 20}, 80_000), "8" * 64)
    with pytest.raises(Conflict, match="speaks through two datasets"):
        release(back, ask())


def test_a_batch_that_the_vault_lost_stops_the_release(back: Back, tmp_path: Path) -> None:
    elsewhere = replace(back, vault=Vault(tmp_path / "other"))
    with pytest.raises(StorageError, match="lacks a batch of mds-"):
        release(elsewhere, ask())


def test_a_dataset_without_data_stops_the_release(back: Back) -> None:
    with back.front.records.write() as session:
        session.query(Version).filter_by(feed_slug="mds-glisse").delete()
    with pytest.raises(Conflict, match="mds-glisse has brought no data"):
        release(back, ask())


def test_an_unknown_cube(back: Back) -> None:
    with pytest.raises(NotFound, match="flows-h3_8-month"):
        release(back, ask("flows-of-my-own"))
