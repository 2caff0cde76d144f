"""Finishing only makes coarser: rows stay, what is hidden stays hidden, and doing it again changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.finishing import finish
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published, Shape, written

ZONES = Hierarchy.flat("zone", "cell", [f"z{number:02}" for number in range(40)])
CLASSES = ("1-2", "3-4", "5+")


def table(
    values: list[int], *, shape: Shape = Shape.TABLE, zeros_shown: bool = False, coverage: tuple[str, ...] = ()
) -> Published:
    told = coverage or tuple("" if value < 0 else CLASSES[value % 3] for value in values)
    about = About("ends", shape, "trips", "trips", zeros_shown=zeros_shown)
    level = np.ones((len(values), 1), np.int8)
    return Published(about, (ZONES,), level, [((index,),) for index in range(len(values))], np.array(values), told)


VALUES = st.lists(st.integers(-1, 60), min_size=1, max_size=40)
BASES = st.sampled_from([1, 2, 5, 10])


@settings(derandomize=True, deadline=None)
@given(values=VALUES, base=BASES, zeros_shown=st.booleans(), shape=st.sampled_from(list(Shape)))
def test_rows_and_what_is_hidden_stay_and_every_number_is_a_multiple(
    values: list[int], base: int, zeros_shown: bool, shape: Shape
) -> None:
    before = table(values, shape=shape, zeros_shown=zeros_shown)
    after = finish(before, rounding=base)
    assert after.about.rounding == base
    assert after.nodes == before.nodes
    assert (after.shown == before.shown).all()
    assert (after.value[after.shown] % base == 0).all()
    assert (after.value[~after.shown] == -1).all()
    assert np.abs(after.value - before.value).max() < base
    assert written(finish(after, rounding=base)) == written(after)


@settings(derandomize=True, deadline=None)
@given(values=VALUES, seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(values: list[int], seed: object) -> None:
    one = table(values)
    order = list(range(len(values)))
    seed.shuffle(order)  # type: ignore[attr-defined]
    other = Published(
        one.about,
        one.hierarchies,
        one.level,
        [one.nodes[row] for row in order],
        one.value[order],
        tuple(one.coverage[row] for row in order),
    )
    assert written(finish(one, rounding=5)) == written(finish(other, rounding=5))


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(3, 5), (7, 5), (8, 10), (12, 10), (13, 15), (100, 100), (-1, -1), (102, 100), (2, 5), (1, 5)],
)
def test_where_zeros_hide_a_few_are_never_printed_as_none(value: int, rounded: int) -> None:
    """2 rounds to 0, but a printed 0 among hidden zeros would say: there is something, and it is 1 or 2."""
    assert finish(table([value]), rounding=5).value.tolist() == [rounded]


def test_where_zeros_are_shown_a_few_and_none_look_the_same() -> None:
    found = finish(table([0, 1, 2, 3], zeros_shown=True, coverage=("", "1-2", "1-2", "3-4")), rounding=5)
    assert found.value.tolist() == [0, 0, 0, 5]
    assert found.coverage == ("", "", "", "3-4")


def test_members_and_authorities_get_it_as_it_is() -> None:
    before = table([7, -1, 12])
    assert written(finish(before, rounding=1)) == written(before)


def test_two_bases_are_refused_for_together_they_tell_more_than_either() -> None:
    once = finish(table([7]), rounding=5)
    with pytest.raises(ValueError, match="rounded to 5 cannot be rounded to 3"):
        finish(once, rounding=3)
    with pytest.raises(ValueError, match="cannot be rounded to 1"):
        finish(once, rounding=1)
    with pytest.raises(ValueError, match="rounded"):
        finish(table([7]), rounding=0)


def test_a_number_of_holdings_is_no_coverage() -> None:
    with pytest.raises(ValueError, match="'4' is no class"):
        finish(table([7], coverage=("4",)), rounding=5)
