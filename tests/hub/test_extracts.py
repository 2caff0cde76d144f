"""Extracts are prepared once, corrected by late records, and only while everything is there; on both databases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from hub.errors import Conflict, NotFound, Refused, StorageError
from hub.records import Records
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.extracts.prepare import prepare, prepare_due
from hub.services.replay import replay
from tests.hub.extracts_town import (
    BOTH,
    LABO,
    MARCH,
    PARIS,
    PROVIDER,
    SMHC,
    TRIPS,
    agreement,
    at,
    bring,
    commons,
    hub_of,
    living,
    objects,
    rows_of,
    trip,
)


@pytest.fixture
def back(records: Records, tmp_path: Path) -> Back:
    return hub_of(records, tmp_path)


def with_terms(back: Back, **terms: Any) -> Back:
    put_in_force(back.front, commons(agreement(SMHC, "smhc", "compliance", **terms)))
    return back


def values(back: Back, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of the only extract of March, as tuples of these columns, sorted."""
    rows = rows_of(back, prepare(back, SMHC, "trips", MARCH))
    return sorted((tuple(row[name] for name in columns) for row in rows), key=str)


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.reasons[0]["code"]


def test_what_is_due_is_prepared_once_and_told(back: Back) -> None:
    first = {(one.agreement, one.period, one.outcome) for one in prepare_due(back)}
    assert {(f"{SMHC}@1", MARCH, "prepared"), (f"{LABO}@1", MARCH, "prepared")} <= first
    assert [one.period_from for one in living(back)] == [dt.date(2026, 2, 1), MARCH.from_][-1:]
    before = {one.id for name in (SMHC, LABO) for one in living(back, name)}, objects(back)
    assert {one.outcome for one in prepare_due(back) if one.extract} == {"unchanged"}
    assert prepare(back, SMHC, "trips", MARCH).id in before[0]
    assert ({one.id for name in (SMHC, LABO) for one in living(back, name)}, objects(back)) == before
    assert replay(back.front).differences == ()


def test_late_records_make_a_correction_and_other_batches_make_none(back: Back) -> None:
    first = prepare(back, SMHC, "trips", MARCH)
    bring(back, "b", trips=[trip("t9", "blue", "2026-04-05T10:00:00", "2026-04-05T10:10:00")])
    assert prepare(back, SMHC, "trips", MARCH).id == first.id
    bring(back, "c", trips=[trip("late", "blue", "2026-03-05T10:00:00", "2026-03-05T10:10:00")])
    (told,) = [one for one in prepare_due(back, agreement=SMHC) if one.period == MARCH]
    second = prepare(back, SMHC, "trips", MARCH)
    assert (told.outcome, told.extract, second.rows, second.facts["replaces"]) == ("corrected", second.id, 6, first.id)
    assert [one.id for one in living(back)] == [second.id]
    prepare_due(back, agreement=SMHC)  # its sweep takes the object of the first
    assert objects(back) == {second.digest}


def test_a_batch_that_touches_a_period_without_a_record_of_it_changes_nothing(back: Back) -> None:
    first = prepare(back, SMHC, "trips", MARCH)
    spans = [("2026-02-10T08:00:00", "2026-02-10T08:10:00"), ("2026-04-06T08:00:00", "2026-04-06T08:10:00")]
    bring(back, "d", trips=[trip(f"s{number}", "red", *span) for number, span in enumerate(spans)])
    assert prepare(back, SMHC, "trips", MARCH).id == first.id
    assert living(back)[0].facts["inputs"] != first.facts["inputs"]


def test_a_lost_batch_stops_everything(back: Back, tmp_path: Path) -> None:
    (folder,) = (tmp_path / "vault" / "tables" / "mds-bolide").iterdir()
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="lacks a batch of mds-bolide"):
        prepare(back, SMHC, "trips", MARCH)


def test_a_batch_without_zones_is_not_read_as_from_nowhere(back: Back) -> None:
    with back.vault.stage() as work:
        (work / "tables").mkdir()
        rows = [{"provider_id": PROVIDER, "trip_id": row["trip_id"], "end_local": row["end_local"]} for row in TRIPS]
        bare = pa.Table.from_pylist(rows)
        pq.write_table(bare, work / "tables" / "trips.parquet")
        back.vault.keep_tables("mds-bolide", "a" * 64, work / "tables")
    with pytest.raises(Conflict, match="before its zones were known"):
        prepare(back, SMHC, "trips", MARCH)
    assert {one.outcome for one in prepare_due(back) if one.period == MARCH} == {"waiting"}


def test_an_agreement_that_is_not_there(back: Back) -> None:
    with pytest.raises(NotFound, match="no agreement in force"):
        prepare(back, "nothing", "trips", MARCH)
    with pytest.raises(NotFound, match="no bilateral agreement in force"):
        prepare_due(back, agreement="nothing")
    with pytest.raises(Refused) as refusal:
        prepare(back, "joint-members-bolide", "trips", MARCH)
    assert code(refusal).startswith("extract.")


def test_without_floors_for_the_tier_nothing_leaves(back: Back) -> None:
    files = commons(*BOTH)
    rules = yaml.safe_load(files["ruleset.yaml"])
    del rules["floors"]["bilateral"]
    put_in_force(back.front, files | {"ruleset.yaml": yaml.safe_dump(rules)})
    with pytest.raises(Refused) as refusal:
        prepare(back, SMHC, "trips", MARCH)
    assert code(refusal) == "bilateral.no_floors"


def test_the_floors_delay_holds_where_it_is_longer(back: Back) -> None:
    files = commons(*BOTH)
    rules = yaml.safe_load(files["ruleset.yaml"])
    rules["floors"]["bilateral"]["terms"]["delay"] = "P30D"
    put_in_force(back.front, files | {"ruleset.yaml": yaml.safe_dump(rules)})
    with pytest.raises(Refused) as refusal:
        prepare(back, SMHC, "trips", MARCH)
    assert code(refusal) == "release.too_soon"
    at(back, dt.datetime(2026, 5, 1, tzinfo=PARIS))
    assert prepare(back, SMHC, "trips", MARCH).rows == 5
