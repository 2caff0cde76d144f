"""The foundation's chained audit is moved into the log whole, or the migration stops and changes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

import hub.records.migrations as migrations_package
from governance.canonical import canonical
from governance.log.entry import commitment
from hub.clock import FixedClock
from hub.errors import StorageError
from hub.records import Records
from hub.records.log import texts
from hub.records.log_pages import own_page
from hub.released import Released
from hub.services.commons import read_folder
from hub.services.front import Front
from hub.services.log_check import check
from tests.hub.log_hall import COMMONS, NOON

RECORDS = [
    {"actor": "bolide", "action": "read", "subject": "flows-h3_8-month", "permitted": True,
     "agreements": {"mds-glisse": "joint-members-glisse@1"}, "obligations": "a" * 64},
    {"actor": "public", "action": "read", "subject": "mds-trottix", "permitted": False, "reasons": ["dataset.sealed"]},
    {"actor": "secretariat", "action": "release", "subject": "fleet-day", "permitted": True, "counts": {"cells": 7}},
    {"actor": "trottix", "action": "read", "subject": "no-such-feed", "permitted": False, "reasons": ["cube.unknown"]},
    {"actor": "public", "action": "read", "subject": "combecycle", "permitted": True},
]  # fmt: skip

COLUMNS = ("seq", "at", "actor", "action", "subject", "allowed", "payload", "previous", "hash")


def chained() -> list[dict[str, Any]]:
    """Records as the foundation wrote them."""
    made: list[dict[str, Any]] = []
    for number, told in enumerate(RECORDS, 1):
        payload: dict[str, Any] = {
            "agreements": {}, "audience": "members", "counts": {}, "member": told["actor"], "obligations": "",
            "purpose": "mobility-planning", "reasons": [], "request": f"{number:064x}",
            "at": (NOON + dt.timedelta(minutes=number)).isoformat(), "number": number,
            "previous": made[-1]["hash"] if made else "0" * 64, **told,
        }  # fmt: skip
        made.append({**payload, "hash": hashlib.sha256(canonical(payload)).hexdigest()})
    return made


def at_0001(records: Records, found: list[Mapping[str, Any]]) -> None:
    """The database as migration 0001 leaves it, with documents loaded and these records."""
    config = Config()
    config.set_main_option("script_location", next(iter(migrations_package.__path__)))
    with records.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO commons_edition (digest, loaded_at, files) VALUES ('x', '2026-01-01 00:00:00+00', :files)"
            ),
            {"files": json.dumps(read_folder(COMMONS))},
        )
        for one in found:
            connection.execute(
                text(f"INSERT INTO audit VALUES ({', '.join(f':{name}' for name in COLUMNS)})"),
                {**{name: one[name] for name in ("actor", "action", "subject", "previous", "hash")},
                 "seq": one["number"], "at": one["at"].replace("T", " "), "allowed": one["permitted"],
                 "payload": canonical(one).decode()},
            )  # fmt: skip


def tables(records: Records) -> set[str]:
    return set(inspect(records.engine).get_table_names())


def test_every_record_arrives_in_its_order_with_what_it_said(empty_records: Records, tmp_path: Path) -> None:
    old = chained()
    at_0001(empty_records, old)
    empty_records.upgrade()
    assert "audit" not in tables(empty_records)
    with empty_records.read() as session:
        moved = list(texts(session))
        assert [json.loads(row.text)["foundation"]["number"] for row in moved] == [1, 2, 3, 4, 5]
        for row, one in zip(moved, old, strict=True):
            said = json.loads(row.text)
            kept = {name: said[name] for name in one.keys() & said.keys()}
            assert kept == {name: one[name] for name in kept}
            assert {"obligations", "request", "number", "previous", "hash"} == one.keys() - kept.keys()
            assert (row.actor, row.action, row.subject, row.permitted) == tuple(
                one[name] for name in ("actor", "action", "subject", "permitted")
            )
            assert not [value for value in (one["hash"], one["request"]) if value in row.text]
            for name, value in row.hidden.items():
                committed = said["foundation"]["hash"] if name == "hash" else said["commitments"][name]
                assert committed == commitment(bytes.fromhex(value["salt"]), value["value"].encode())
        assert rebuilt(moved) == old
    front = Front(empty_records, Released(tmp_path / "released"), FixedClock(NOON))
    assert check(front).faults == ()


def rebuilt(moved: list[Any]) -> list[dict[str, Any]]:
    """The old chain, made again from the log by somebody who may see hidden values."""
    made: list[dict[str, Any]] = []
    for row in moved:
        said, hidden = json.loads(row.text), {name: one["value"] for name, one in row.hidden.items()}
        names = ("action", "actor", "agreements", "at", "audience", "counts", "member", "permitted", "purpose")
        payload = {name: said[name] for name in (*names, "reasons", "subject")}
        payload |= {"obligations": hidden["obligations"], "request": hidden["request"]}
        payload |= {"number": said["foundation"]["number"], "previous": made[-1]["hash"] if made else "0" * 64}
        assert hashlib.sha256(canonical(payload)).hexdigest() == hidden["hash"]
        made.append({**payload, "hash": hidden["hash"]})
    return made


def test_holders_and_members_that_asked_find_their_entries(empty_records: Records) -> None:
    at_0001(empty_records, chained())
    empty_records.upgrade()
    with empty_records.read() as session:
        own = {
            member: [one.index for one in own_page(session, member, after=0, size=5)]
            for member in ("trottix", "bolide", "glisse", "combecycle", "secretariat", "smhc")
        }
    assert own == {
        "trottix": [0, 1, 2, 3], "bolide": [0, 2], "glisse": [0, 2], "combecycle": [4], "secretariat": [2], "smhc": [],
    }  # fmt: skip


def test_a_foundation_without_records_is_moved_too(empty_records: Records) -> None:
    at_0001(empty_records, [])
    empty_records.upgrade()
    with empty_records.read() as session:
        assert list(texts(session)) == []


BREAKS = {
    "a word": (2, {"subject": "mds-bolide"}, "its hash does not cover what it says"),
    "a copy": (3, {}, "its columns are not what it says"),
    "a link": (4, {"previous": "0" * 64}, "it does not continue the record before it"),
    "a gap": (2, None, "it is missing"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_chain_stops_the_migration_and_changes_nothing(empty_records: Records, how: str) -> None:
    number, changes, says = BREAKS[how]
    old = chained()
    at_0001(empty_records, [one for one in old if changes is not None or one["number"] != number])
    with empty_records.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        statement = "UPDATE audit SET payload = :payload, subject = :subject WHERE seq = :seq"
        changed = {**old[number - 1], **(changes or {})}
        if how == "a link":
            payload = {name: value for name, value in changed.items() if name != "hash"}
            changed["hash"] = hashlib.sha256(canonical(payload)).hexdigest()
        column = "another" if how == "a copy" else changed["subject"]
        values = {"payload": canonical(changed).decode(), "subject": column, "seq": number}
        connection.execute(text(statement), values)
    with pytest.raises(StorageError, match=f"broken at record {number}: {says}"):
        empty_records.upgrade()
    assert "audit" in tables(empty_records)
    assert "log_entry" not in tables(empty_records)


def test_a_log_with_entries_is_not_taken_back(empty_records: Records) -> None:
    at_0001(empty_records, chained())
    empty_records.upgrade()
    config = Config()
    config.set_main_option("script_location", next(iter(migrations_package.__path__)))
    with empty_records.engine.begin() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(StorageError, match="the log has entries"):
            command.downgrade(config, "0001")
    assert "log_entry" in tables(empty_records)
