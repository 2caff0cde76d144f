"""What of a batch is new, against those that came before."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.reading import Limits
from mds.batches import Freshness, fresh
from mds.read import read
from tests.mds import town

SMALL = Limits(memory=128 << 20, threads=1)


def _trips(folder: Path, *rides: town.Ride) -> Path:
    into = folder / "tables"
    into.mkdir(parents=True)
    pages = {"trips.json": {"version": "2.0.0", "trips": [town.trip_2_0(ride) for ride in rides]}}
    return read(town.write(folder / "pages", pages), into).tables["trips"]


def test_a_batch_with_one_new_one_known_and_one_changed_trip(tmp_path: Path) -> None:
    r1, r2, g1, *_ = town.MONDAY.rides
    known = [_trips(tmp_path / "a", r1), _trips(tmp_path / "b", r2)]
    longer = town.Ride("r2", r2.vehicle, r2.start_ms, r2.end_ms, r2.origin, r2.destination, 1501)
    new = _trips(tmp_path / "c", r1, longer, g1)
    out = tmp_path / "fresh.parquet"
    found = fresh(new, known, key="trip_id", out=out, limits=SMALL)
    assert found == Freshness(kept=1, duplicates=1, conflicts=1, example=town.uid("r2"))
    assert pq.read_table(out)["trip_id"].to_pylist() == [town.uid("g1")]
    assert pq.read_schema(out).names == pq.read_schema(new).names


def test_published_again_is_the_same_trip(tmp_path: Path) -> None:
    r1 = town.MONDAY.rides[0]
    later = town.Ride("r1", r1.vehicle, r1.start_ms, r1.end_ms, r1.origin, r1.destination, 1400, (), r1.end_ms + 1)
    new, known = _trips(tmp_path / "a", later), [_trips(tmp_path / "b", r1)]
    found = fresh(new, known, key="trip_id", out=tmp_path / "out.parquet", limits=SMALL)
    assert (found.kept, found.duplicates, found.conflicts) == (0, 1, 0)


def test_the_first_batch_is_all_new(tmp_path: Path) -> None:
    new = _trips(tmp_path / "a", *town.MONDAY.rides)
    found = fresh(new, [], key="trip_id", out=tmp_path / "out.parquet", limits=SMALL)
    assert found == Freshness(kept=5, duplicates=0, conflicts=0)
    assert pq.read_table(tmp_path / "out.parquet").equals(pq.read_table(new))


def test_columns_that_only_one_of_them_has_do_not_count(tmp_path: Path) -> None:
    new = _trips(tmp_path / "a", town.MONDAY.rides[0])
    table = pq.read_table(new)
    pq.write_table(table.append_column("start_h3_8", pa.array([1])), tmp_path / "known.parquet")
    found = fresh(new, [tmp_path / "known.parquet"], key="trip_id", out=tmp_path / "out.parquet", limits=SMALL)
    assert found.duplicates == 1


_BATCH = st.dictionaries(st.integers(0, 20), st.integers(0, 2), max_size=12)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(new=_BATCH, known=st.lists(_BATCH, max_size=3))
def test_law_each_record_is_kept_known_or_in_conflict_and_the_order_stays(
    new: dict[int, int], known: list[dict[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    paths = [_written(batch, folder / f"{number}.parquet") for number, batch in enumerate([new, *known])]
    found = fresh(paths[0], paths[1:], key="id", out=folder / "out.parquet", limits=SMALL)
    before = {key for batch in known for key in batch}
    same = {key for key in new if any(batch.get(key) == new[key] for batch in known)}
    assert (found.duplicates, found.conflicts) == (len(same), len((before & set(new)) - same))
    assert pq.read_table(folder / "out.parquet")["id"].to_pylist() == [str(key) for key in new if key not in before]


def _written(batch: dict[int, int], path: Path) -> Path:
    ids = pa.array([str(key) for key in batch], pa.string())
    pq.write_table(pa.table({"id": ids, "content": pa.array(list(batch.values()), pa.int64())}), path)
    return path
