from __future__ import annotations

from pathlib import Path

import gtfs_guru
import pytest

from feeds.gtfs.reference import TABLES
from feeds.gtfs.spec import Type


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_keys_and_references_name_columns_that_exist(table) -> None:
    assert set(table.key) <= set(table.columns)
    for column in table.columns.values():
        for other, field in column.refers:
            assert other == "locations" or field in TABLES[other].columns


def test_tables_come_after_those_that_they_refer_to() -> None:
    order = list(TABLES)
    for table in TABLES.values():
        needed = [other for column in table.columns.values() if column.needed for other, _ in column.refers]
        assert all(order.index(other) < order.index(table.name) for other in needed)


def test_times_are_stored_in_seconds_and_say_so() -> None:
    assert TABLES["stop_times"].columns["arrival_time"].stored == "arrival_s"
    assert TABLES["stop_times"].columns["start_pickup_drop_off_window"].stored == "start_pickup_drop_off_window_s"
    names = [
        column.stored for table in TABLES.values() for column in table.columns.values() if column.type is Type.TIME
    ]
    assert all(name.endswith("_s") for name in names)


def test_the_canonical_validator_knows_every_file_and_column_of_ours(tmp_path: Path) -> None:
    for table in TABLES.values():
        cells = ",".join("1" for _ in table.columns)
        (tmp_path / table.file).write_text(f"{','.join(table.columns)},no_such_column\n{cells},1\n")
    notices = gtfs_guru.validate(str(tmp_path), date="2026-11-22").notices
    unknown = {
        (n.context()["filename"], n.context().get("fieldName")) for n in notices if n.code.startswith("unknown_")
    }
    assert unknown == {(table.file, "no_such_column") for table in TABLES.values()}
