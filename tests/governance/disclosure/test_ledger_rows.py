"""From files and records to rows: membership, joining, pooling, patterns."""

import itertools
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.contributions import NotContributions
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.ledger import membership as module
from governance.disclosure.ledger.atoms import CountedTwice, sheet
from governance.disclosure.ledger.joining import join_records
from governance.disclosure.ledger.membership import NotCovered, dense, membership
from governance.disclosure.ledger.patterns import changes, names, stable
from governance.disclosure.ledger.pooling import pooled
from governance.disclosure.published import About, Published, Shape
from tests.governance.disclosure.ledger_town import Town

ZONES = Hierarchy.of(
    "zone", ["commune", "cell"], [("A", "1"), ("A", "2"), ("B", "3"), ("B", "4"), ("outside", "outside")]
)
BANDS = Hierarchy.flat("band", "band", ["am", "pm", "night"])
SIZES = (ZONES.size, BANDS.size)
CELLS = np.array(list(itertools.product(range(ZONES.size), range(BANDS.size))), np.int32)


def published(shape: Shape, rows: list[tuple[tuple[int, tuple[int, ...]], ...]], *, shown: object = None) -> Published:
    level = np.array([[level for level, _ in row] for row in rows], np.int8)
    value = np.where(np.ones(len(rows), bool) if shown is None else np.array(shown), 50, -1)
    coverage = tuple("3-4" if one >= 0 else "" for one in value)
    nodes = [tuple(nodes for _, nodes in row) for row in rows]
    return Published(About("cube", shape, "trips", "trips"), (ZONES, BANDS), level, nodes, value, coverage)


def lies_in(cell: np.ndarray, row: tuple[tuple[int, tuple[int, ...]], ...]) -> bool:
    ancestors = (ZONES.ancestors, BANDS.ancestors)
    return all(ancestors[d][level][cell[d]] in nodes for d, (level, nodes) in enumerate(row))


ROW = st.tuples(
    st.one_of(
        st.just((0, (0,))),
        st.tuples(st.just(1), st.sets(st.integers(0, 2), min_size=1).map(lambda one: tuple(sorted(one)))),
        st.tuples(st.just(2), st.sets(st.integers(0, 4), min_size=1).map(lambda one: tuple(sorted(one)))),
    ),
    st.one_of(
        st.just((0, (0,))),
        st.tuples(st.just(1), st.sets(st.integers(0, 2), min_size=1).map(lambda one: tuple(sorted(one)))),
    ),
)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(rows=st.lists(ROW, min_size=1, max_size=90), at_once=st.sampled_from([1, 50, 4_000_000]))
def test_membership_is_what_the_nodes_say(rows: list[tuple[tuple[int, tuple[int, ...]], ...]], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", at_once)
        found = membership(published(Shape.TABLE, rows), np.concatenate([CELLS, CELLS[::-1]]))
    wanted = [[lies_in(cell, row) for row in rows] for cell in CELLS]
    assert found.todense().tolist() == np.array(wanted + wanted[::-1], int).tolist()


def test_a_partition_covers_each_cell_once() -> None:
    rows = [((1, (0,)), (0, (0,))), ((1, (1, 2)), (1, (0, 1))), ((1, (1, 2)), (1, (2,)))]
    found = membership(published(Shape.PARTITION, rows), CELLS)
    assert np.asarray(found.sum(axis=1)).tolist() == [1] * len(CELLS)
    for wrong in (rows[:2], [*rows, rows[0]]):
        with pytest.raises(NotCovered, match="in no group of the partition, or in several"):
            membership(published(Shape.PARTITION, wrong), CELLS)


def test_rows_of_numbers_are_made_dense_in_their_order() -> None:
    rows = np.array([[3, -1], [0, 7], [3, -1], [0, 2]])
    unique, back = dense(rows)
    assert unique.tolist() == [[0, 2], [0, 7], [3, -1]]
    assert back.tolist() == [2, 1, 2, 0]
    assert dense(np.empty((0, 2), np.int32))[0].shape == (0, 2)


# --- records ---------------------------------------------------------------------------------------------------------

FLOWS = pa.table(
    {"record": ["t1", "t2", "t3"], "holding": ["a", "b", "a"], "zone": ["1", "3", None], "device": ["v", "v", "w"]}
)
ENDS = pa.table({"record": ["t3", "t1"], "holding": ["a", "a"], "band": ["pm", "am"], "device": ["w", "v"]})


def test_records_of_two_cubes_are_joined_by_name() -> None:
    for flows, ends in ((FLOWS, ENDS), (FLOWS.take([2, 0, 1]), ENDS.take([1, 0]))):
        records, cells = join_records({"flows": flows, "ends": ends}, {"flows": (ZONES,), "ends": (BANDS,)})
        assert (records.holdings, records.holding.tolist(), records.value.tolist()) == (
            ("a", "b"),
            [0, 1, 0],
            [1, 1, 1],
        )
        assert records.device is not None
        assert records.device.tolist() == [0, 0, 1]
        of = dict(zip(cells["flows"].record.tolist(), cells["flows"].cell[:, 0].tolist(), strict=True))
        assert of == {0: ZONES.place["1"], 1: ZONES.place["3"], 2: ZONES.place["outside"]}
        whole = Published(
            About("ends", Shape.PARTITION, "n", "n"),
            (BANDS,),
            np.zeros((1, 1), np.int8),
            [((0,),)],
            np.array([2]),
            ("",),
        )
        assert cells["ends"].rows(whole, records=3).todense().tolist() == [[1], [0], [1]]
    without = ENDS.drop_columns(["device"])
    assert join_records({"f": FLOWS, "e": without}, {"f": (ZONES,), "e": (BANDS,)})[0].device is None


def test_measures_are_joined_too_and_must_agree() -> None:
    timed = FLOWS.append_column("seconds", pa.array([60.4, 30.0, 90.0])).append_column("parts", pa.array([1, 0, 1]))
    records, _ = join_records({"d": timed}, {"d": (ZONES,)}, measure="seconds", trips="parts")
    assert records.trips is not None
    assert (records.value.tolist(), records.trips.tolist()) == ([60, 30, 90], [1, 0, 1])
    for other, told in (
        (ENDS.set_column(1, "holding", pa.array(["b", "a"])), "holding otherwise"),
        (ENDS.set_column(0, "record", pa.array([None, "t1"])), "has no record"),
        (ENDS.rename_columns(["record", "holding", "hour", "device"]), "lack the column band"),
        (ENDS.set_column(2, "band", pa.array(["dawn", "am"])), "lies in no band"),
        (
            ENDS.set_column(0, "record", pa.array(["t9", "t9"])).set_column(3, "device", pa.array(["v", "w"])),
            "two ways",
        ),
    ):
        with pytest.raises(NotContributions, match=told):
            join_records({"flows": FLOWS, "ends": other}, {"flows": (ZONES,), "ends": (BANDS,)})


def test_a_sheet_refuses_a_record_counted_twice() -> None:
    town = Town.of(["z"], {("1",): (30, 25, 20)})
    one = town.release("one", ["z"], [["all"]])
    assert sheet([one], town.records, new=0).values.tolist() == [[30, 25, 20]]
    with pytest.raises(CountedTwice):
        sheet([replace(one, rows=one.rows * 2)], town.records, new=0)


# --- pooling ---------------------------------------------------------------------------------------------------------


def test_what_is_pooled_grows_to_a_product() -> None:
    """1 by am and 2 by pm: their product is both zones by both bands, and so takes in 1 by pm and 2 by am."""
    counts = {(zone, band): (30, 25, 20) for zone in "123" for band in ("am", "pm")}
    town = Town.of(["z", "band"], counts)
    cells = [[zone, band] for zone in "12" for band in ("am", "pm elsewhere")]
    whole = town.release("r", ["z", "band"], [*cells, ["3 elsewhere", "all"]])
    found = pooled(whole, town.records, [[0, 3]])
    assert names(found.published) == [
        (("base", frozenset("12")), ("all", frozenset({"all"}))),
        (("base", frozenset({"3", "elsewhere"})), ("all", frozenset({"all"}))),
    ]
    assert found.published.value.tolist() == [300, 150]
    assert found.published.coverage == ("3-4", "3-4")
    assert np.array_equal(found.rows.sum(axis=0), [300, 150])
    # Two sets that grow into one another are one.
    assert len(pooled(whole, town.records, [[0, 3], [1, 4]]).published) == 1
    assert len(pooled(whole, town.records, [[0, 1], [2, 3]]).published) == 3


@settings(derandomize=True, deadline=None, max_examples=40)
@given(together=st.lists(st.sets(st.integers(0, 5), min_size=2, max_size=3), min_size=1, max_size=2))
def test_pooled_groups_are_still_a_partition(together: list[set[int]]) -> None:
    counts = {(zone, band): (4, 3, 2) for zone in "123" for band in ("am", "pm")}
    town = Town.of(["z", "band"], counts)
    cells = [[zone, band] for zone in ("1", "2", "3 elsewhere") for band in ("am", "pm elsewhere")]
    whole = town.release("r", ["z", "band"], cells)
    found = pooled(whole, town.records, together)
    again = town.cells(["z", "band"]).rows(found.published, records=len(town.holding))
    assert np.array_equal(again.todense(), found.rows.todense())
    assert np.array_equal(found.published.value, found.sums(town.records))
    where = np.argmax(found.rows.T @ whole.rows, axis=0)
    assert all(len(set(where[sorted(one)].tolist())) == 1 for one in together)


# --- patterns over time ----------------------------------------------------------------------------------------------

KEYS = [((0, (0,)), (0, (0,))), ((1, (0,)), (0, (0,))), ((1, (1,)), (0, (0,)))]


def test_what_was_hidden_stays_hidden_by_name() -> None:
    before = published(Shape.TABLE, KEYS, shown=[True, False, True])
    turned = published(Shape.TABLE, KEYS[::-1], shown=[False, True, True])
    assert stable(before, turned).tolist() == [False, True, False]
    found = changes(before, turned)
    hidden = (("commune", frozenset({"B"})), ("all", frozenset({"all"})))
    assert (found.hidden, len(found.shown), found.kept, found.stable) == ((hidden,), 1, 3, False)
    assert changes(before, before).stable
    assert changes(before, published(Shape.TABLE, KEYS[:2], shown=[True, False])).gone == (hidden,)


def test_groups_that_came_and_went() -> None:
    halves = [((1, (0,)), (0, (0,))), ((1, (1, 2)), (0, (0,)))]
    before, after = published(Shape.PARTITION, [((0, (0,)), (0, (0,)))]), published(Shape.PARTITION, halves)
    found = changes(before, after)
    assert (found.kept, len(found.gone), len(found.fresh)) == (0, 1, 2)
    with pytest.raises(ValueError, match="not two releases of one cube"):
        changes(before, published(Shape.TABLE, KEYS))
