"""Joint releases over operators' trips that a person can add up: two zones, one month, three holdings."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from feeds.findings import Report
from feeds.reading import Reading
from hub.clock import FixedClock
from hub.errors import Conflict, NotFound, Refused, StorageError
from hub.fetch import Fetcher
from hub.jobs.worker import run_one
from hub.records import connect
from hub.records import feeds as feed_records
from hub.records import jobs as job_records
from hub.records import log as log_records
from hub.records import releases as release_records
from hub.records.models import Feed, LogText, Version
from hub.released import Released
from hub.services import negotiate_holding
from hub.services import release as release_service
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.front import Front
from hub.services.log_check import check
from hub.services.release import ReleaseAsk, release
from hub.signet import Signet
from hub.vault import Vault

NOW = dt.datetime(2027, 2, 1, 8, tzinfo=dt.UTC)
JANUARY = (dt.date(2026, 1, 1), dt.date(2026, 2, 1))
A, B = 0x881F9A0001FFFFF, 0x881F9A0003FFFFF
PROVIDER = {
    "mds-trottix": "11111111-1111-5111-8111-111111111111",
    "mds-velovif": "22222222-2222-5222-8222-222222222222",
    "mds-bolide": "33333333-3333-5333-8333-333333333333",
    "mds-glisse": "44444444-4444-5444-8444-444444444444",
}
#: Trips by dataset from A to B and from B to A on Monday 12 January 2026 at 08:00, each on its own vehicle.
#: A → B: groupe-alizes 8 + 4 = 12, bolide 10, glisse 9: 31 trips of three holdings, balanced: published.
#: B → A: groupe-alizes 30, bolide 2, glisse 1: above every threshold, but alizes holds 91 %: protected.
TRIPS = {
    "mds-trottix": {(A, B): 8, (B, A): 20},
    "mds-velovif": {(A, B): 4, (B, A): 10},
    "mds-bolide": {(A, B): 10, (B, A): 2},
    "mds-glisse": {(A, B): 9, (B, A): 1},
}


def commons() -> dict[str, str]:
    folder = resources.files("hub.territory").joinpath("commons")
    files = {one.name: one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".yaml")}
    return files | {f"agreements/{one.name}": one.read_text("utf-8") for one in folder.joinpath("agreements").iterdir()}


def trips_table(provider: str, flows: dict[tuple[int, int], int], first_vehicle: int) -> pa.Table:
    start = dt.datetime(2026, 1, 12, 8, 0)
    rows = [
        {
            "provider_id": provider,
            "device_key": first_vehicle + number,
            "trip_type": "rider",
            "duration_s": 600,
            "start_local": start,
            "end_local": start + dt.timedelta(minutes=10),
            "start_h3_8": origin,
            "end_h3_8": destination,
        }
        for number, (origin, destination) in enumerate(pair for pair, count in flows.items() for _ in range(count))
    ]
    return pa.Table.from_pylist(rows)


def bring(back: Back, dataset: str, table: pa.Table, digest: str) -> None:
    with back.vault.stage() as work:
        (work / "tables").mkdir()
        pq.write_table(table, work / "tables" / "trips.parquet")
        back.vault.keep_tables(dataset, digest, work / "tables")
    with back.front.records.write() as session:
        feed = session.get(Feed, dataset) or Feed(slug=dataset, standard="mds", created_at=NOW)
        session.add(feed)
        reading = Reading("mds", "2.0", tables={}, rows={"trips": table.num_rows})
        feed_records.add_version(
            session, feed, digest=digest, raw_digest=digest, source="pages", at=NOW, reading=reading, report=Report()
        )


@pytest.fixture
def back(tmp_path: Path) -> Back:
    records = connect(f"sqlite:///{tmp_path / 'records' / 'records.sqlite3'}")
    records.upgrade()
    front = Front(records, Released(tmp_path / "released"), FixedClock(NOW))
    made = Back(
        front,
        Vault(tmp_path / "vault"),
        Fetcher(most_bytes=1, most_s=1.0),
        timezone="Europe/Paris",
        signet=Signet(tmp_path / "keys"),
    )
    put_in_force(front, commons())
    for number, (dataset, flows) in enumerate(TRIPS.items()):
        bring(made, dataset, trips_table(PROVIDER[dataset], flows, 1000 * number), f"{number:064d}")
    return made


def ask(cube: str = "flows-h3_8-month", audience: str = "members") -> ReleaseAsk:
    return ReleaseAsk.of(cube, audience, *JANUARY)


def decisions_of(back: Back) -> list[dict[str, Any]]:
    with back.front.records.read() as session:
        said = [json.loads(row.text) for row in log_records.texts(session)]
    assert check(back.front).whole
    return [one for one in said if one["type"] == "decision"]


def records_of(back: Back) -> list[tuple[str, str, bool, tuple[str, ...]]]:
    return [(one["action"], one["subject"], one["permitted"], tuple(one["reasons"])) for one in decisions_of(back)]


def test_only_the_cell_that_no_competitor_could_open_is_published(back: Back) -> None:
    built = release(back, ask())
    table = pq.read_table(back.front.released.path(built.digest))
    assert table.to_pylist() == [
        {
            "origin_zone": A,
            "destination_zone": B,
            "month": dt.date(2026, 1, 1),
            "day_type": "weekday",
            "band": "am_peak",
            "trips": 31,
            "coverage": "3-4",
        }
    ]
    assert records_of(back) == [("release", "flows-h3_8-month", True, ())]


def test_neither_file_nor_row_holds_a_number_of_one_holding_or_a_total(back: Back) -> None:
    built = release(back, ask())
    schema = pq.read_schema(back.front.released.path(built.digest))
    assert not {"holding", "vehicles", "provider_id"} & set(schema.names)
    assert schema.metadata is None
    assert built.facts == {}
    assert len([path for path in back.front.released.root.rglob("*") if path.is_file()]) == 1


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
    assert hidden["counts"]["value"] == '{"cells":1}'


def test_a_suspension_that_comes_while_it_is_computed_holds(back: Back, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act stands before the permit in the log, so the permit is none."""
    compute = release_service.protect

    def suspended_meanwhile(*given: Any, **named: Any) -> Any:
        negotiate_holding.suspend(back.front, "joint-members-glisse", by="glisse")
        return compute(*given, **named)

    monkeypatch.setattr(release_service, "protect", suspended_meanwhile)
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
        ("dwell-h3_8-month", "dimensions: [zone, month, day_type, band]", "dimensions: [zone, month, band]"),
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


def test_a_margin_of_what_is_out_is_refused(back: Back) -> None:
    release(back, ask())
    with pytest.raises(Refused) as refusal:
        release(back, ask("trip-ends-h3_8-month"))
    assert refusal.value.reasons[0]["code"] == "interlock.overlap"
    assert records_of(back)[-1] == ("release", "trip-ends-h3_8-month", False, ("interlock.overlap",))
    with back.front.records.read() as session:
        assert [one.subject for one in release_records.releases(session)] == ["flows-h3_8-month"]


def test_late_data_of_a_released_period_is_refused(back: Back) -> None:
    release(back, ask())
    bring(back, "mds-bolide", trips_table(PROVIDER["mds-bolide"], {(A, B): 3}, 90_000), "9" * 64)
    with pytest.raises(Refused) as refusal:
        release(back, ask())
    assert refusal.value.reasons[0]["code"] == "interlock.revision"


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
    elsewhere = Back(
        back.front, Vault(tmp_path / "other"), back.fetcher, timezone="Europe/Paris", signet=Signet(tmp_path / "keys")
    )
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
