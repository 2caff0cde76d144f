"""Noise on a grid that owes nothing to the data: what is drawn, from what, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.cube_parts import Finishing, Mechanism
from governance.cube_parts import Unit as FinishingUnit
from governance.disclosure.finishing import finish
from governance.disclosure.grid import coarsenings, grid_of, keys_of, placed
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.noise import Noise, Unit, bounded, from_the_system, noise_of, noisy, read_noise, tidied
from governance.disclosure.published import Shape, read_published, written
from governance.disclosure.rules import UnenforceableRules
from tests.governance.disclosure.noisy_town import (
    ABOUT,
    BANDS,
    RULES,
    TOWN,
    ZONES,
    Row,
    no_noise,
    seeded,
    town,
    weights,
)

SIX = Noise(6000)


def test_the_grid_is_coarser_until_holdings_are_safe_and_has_every_key() -> None:
    found = noisy(town(), RULES, SIX, about=ABOUT, sample=no_noise)
    # Zone 1 fails (x has 30 of 31), commune A (x 30, y 26, z 26) does not; B and the evenings are empty and there.
    assert grid_of(found) == (1, 1)
    rows = [(row["zone"], row["band"], row["trips"], row["coverage"]) for row in found.table().to_pylist()]
    assert rows == [
        (["A"], ["am"], 82, None),
        (["A"], ["pm"], 0, None),
        (["B"], ["am"], 0, None),
        (["B"], ["pm"], 0, None),
    ]
    assert found.about.shape is Shape.PARTITION
    assert found.about.zeros_shown
    assert found.about.noise is not None
    assert read_noise(found.about.noise) == SIX
    assert written(read_published(written(found))) == written(found)


def test_keys_are_the_same_whatever_the_data() -> None:
    other = town((("3", "pm", "x", "x1", 9), ("3", "pm", "y", "y1", 9), ("4", "pm", "z", "z1", 9)))
    one, two = (noisy(data, RULES, SIX, about=ABOUT, start=(1, 1), sample=no_noise) for data in (town(), other))
    assert one.nodes == two.nodes
    assert (one.level == two.level).all()


def test_thresholds_on_travellers_are_the_noises_and_not_asked_for() -> None:
    few: Sequence[Row] = tuple(("1", "am", holding, "v", 2) for holding in "xyz")
    found = noisy(town(few), RULES, SIX, about=ABOUT, sample=no_noise)
    assert grid_of(found) == (2, 1)
    assert found.value.max() == 6


def test_it_starts_from_the_grid_before_and_is_never_finer() -> None:
    found = noisy(town(), RULES, SIX, about=ABOUT, start=(0, 1), sample=no_noise)
    assert grid_of(found) == (0, 1)


def test_a_market_of_two_is_refused_at_every_grid_and_public_or_waived_holdings_are_no_targets() -> None:
    two = town(tuple(row for row in TOWN if row[2] != "z"))
    with pytest.raises(UnenforceableRules, match="no grid is so coarse"):
        noisy(two, RULES, SIX, about=ABOUT, sample=no_noise)
    waived = replace(RULES, named=frozenset({"x", "y"}))
    assert grid_of(noisy(two, waived, SIX, about=ABOUT, sample=no_noise)) == (2, 1)
    # What is public covers nobody: with z known, x and y are two again.
    with pytest.raises(UnenforceableRules, match="no grid"):
        noisy(town(), replace(RULES, known=frozenset({"z"})), SIX, about=ABOUT, sample=no_noise)


def test_where_only_public_holdings_are_nothing_is_secret() -> None:
    public: Sequence[Row] = (*TOWN, ("3", "am", "w", "w1", 50))
    known = replace(RULES, known=frozenset({"w"}))
    assert grid_of(noisy(town(public), known, SIX, about=ABOUT, sample=no_noise)) == (1, 1)
    assert grid_of(noisy(town(public), RULES, SIX, about=ABOUT, sample=no_noise)) == (0, 1)


def test_seconds_are_no_trips_and_vehicles_must_be_told_apart() -> None:
    with pytest.raises(UnenforceableRules, match="no count of trips"):
        noisy(town(measure="seconds"), RULES, SIX, about=ABOUT, sample=no_noise)
    data = replace(town(), distinct={})
    with pytest.raises(UnenforceableRules, match="do not tell apart what noise hides"):
        noisy(data, RULES, Noise(6000, Unit.VEHICLE, keys=2), about=ABOUT, sample=no_noise)


@pytest.mark.parametrize(
    "wrong", [{"ratio_milli": 0}, {"ratio_milli": -1}, {"ratio_milli": 6000, "keys": 2}, {"ratio_milli": 1, "keys": 0}]
)
def test_noise_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"must be positive|one key, once"):
        Noise(**wrong)


def test_a_cube_says_which_noise_it_is_finished_with() -> None:
    assert noise_of(Finishing(Mechanism.ROUNDED)) is None
    assert noise_of(Finishing(Mechanism.DISCRETE_GAUSSIAN, sigma=6)) == SIX
    days = noise_of(Finishing(Mechanism.DISCRETE_GAUSSIAN, sigma=6, unit=FinishingUnit.VEHICLE_DAY, most=4))
    assert days == Noise(6000, Unit.VEHICLE_DAY, keys=4)
    assert days is not None
    with pytest.raises(UnenforceableRules, match="vehicle_day"):
        noisy(town(), RULES, days, about=ABOUT, sample=no_noise)
    data = replace(town(), distinct={"vehicle_days": town().distinct["min_vehicles"]})
    assert noisy(data, RULES, days, about=ABOUT, start=(1, 1), sample=no_noise).value.tolist() == [5, 0, 0, 0]


def test_the_scale_follows_the_bounds_of_a_unit() -> None:
    one = Noise(6000, Unit.VEHICLE, keys=4, per_key=3)
    assert (one.sensitivity, one.sigma) == (6.0, 36.0)
    assert (SIX.sensitivity, SIX.sigma) == (1.0, 6.0)


def test_a_vehicle_beyond_its_bounds_counts_no_more() -> None:
    """x1 is in zones 1 (5 trips), 2 (3) and 3 (1): of two keys and two trips in each stay 2 and 2."""
    rows: Sequence[Row] = (
        ("1", "am", "x", "x1", 5),
        ("2", "am", "x", "x1", 3),
        ("3", "am", "x", "x1", 1),
        ("3", "am", "y", "x1", 1),  # another holding's vehicle of the same name is another one
    )
    noise = Noise(6000, Unit.VEHICLE, keys=2, per_key=2)
    assert bounded(town(rows), (2, 0), noise).tolist() == [2, 2, 1, 0]
    assert bounded(town(rows), (2, 0), SIX).tolist() == [5, 3, 2, 0]


ROWS = st.lists(
    st.tuples(
        *(st.sampled_from(list(one)) for one in ("1234", ("am", "pm"), "xy", ("v1", "v2", "v3"))), st.integers(1, 9)
    ),
    min_size=2,
    max_size=20,
)


@settings(derandomize=True, deadline=None)
@given(rows=ROWS, keys=st.integers(1, 3), per_key=st.integers(1, 3))
def test_one_vehicle_more_or_less_changes_no_more_than_the_sensitivity(
    rows: list[Row], keys: int, per_key: int
) -> None:
    noise = Noise(6000, Unit.VEHICLE, keys=keys, per_key=per_key)
    whole = bounded(town(rows), (2, 1), noise)
    gone = [row for row in rows if (row[2], row[3]) != (rows[0][2], rows[0][3])]
    if not gone:
        return
    changed = whole - bounded(town(gone), (2, 1), noise)
    assert (changed != 0).sum() <= keys
    assert changed.min() >= 0
    assert changed.max() <= per_key
    assert np.sqrt((changed**2).sum()) <= noise.sensitivity + 1e-12


@settings(derandomize=True, deadline=None)
@given(rows=ROWS)
def test_without_a_bound_that_bites_nothing_is_lost(rows: list[Row]) -> None:
    data = town(rows)
    key = placed(data, (2, 1))
    wide = Noise(6000, Unit.VEHICLE, keys=8, per_key=10_000)
    assert bounded(data, (2, 1), wide).tolist() == np.bincount(key, weights=data.value, minlength=8).tolist()


@settings(derandomize=True, deadline=None)
@given(drawn=st.lists(st.integers(-40, 90), min_size=1, max_size=60))
def test_what_is_tidied_is_never_negative_and_comes_as_near_to_the_sum_as_can_be(drawn: list[int]) -> None:
    before = np.array(drawn, np.int64)
    after = tidied(before)
    total = max(0, int(before.sum()))
    assert after.min() >= 0
    assert ((after == before) | (after == 0)).all()  # a count is as drawn, or gone
    largest = sorted((one for one in drawn if one > 0), reverse=True)
    assert abs(int(after.sum()) - total) == min(abs(sum(largest[:many]) - total) for many in range(len(largest) + 1))
    gone = before[(after == 0) & (before > 0)]
    assert gone.max(initial=0) <= after[after > 0].min(initial=10**6)  # the smallest go first


def test_what_is_released_is_tidied() -> None:
    def sample(values: np.ndarray, sigma: float) -> np.ndarray:
        return values + np.array([0, 9, -20, 4])

    found = noisy(town(), RULES, SIX, about=ABOUT, start=(1, 1), sample=sample)
    # 82, 9, -20 and 4 make 75: 82 alone comes nearest.
    assert found.value.tolist() == [82, 0, 0, 0]


def test_a_large_empty_territory_does_not_fill_with_trips_that_nobody_made() -> None:
    drawn = seeded(1)(np.concatenate([np.full(50, 200), np.zeros(10_000, np.int64)]), 6.0)
    assert np.maximum(drawn, 0).sum() > 30_000  # of 10,000 trips: what clamping alone would tell
    assert abs(int(tidied(drawn).sum()) - 10_000) < 4 * 6 * np.sqrt(10_050)


def test_production_noise_is_a_discrete_gaussian_of_the_stated_scale() -> None:
    """Its frequencies are those of the definition, at two scales: chi² over the middle of the distribution.

    The noise comes from the operating system and is no one's to repeat: the bound is wide enough for a test.
    """
    for sigma in (1.0, 6.0):
        reach = int(2 * sigma)
        drawn = from_the_system(np.full(20_000, 7, np.int64), sigma) - 7
        wide = int(12 * sigma)
        expected = 20_000 * weights(sigma, reach=wide)[wide - reach : wide + reach + 1]
        seen = np.array([(drawn == n).sum() for n in range(-reach, reach + 1)])
        chi2 = ((seen - expected) ** 2 / expected).sum()
        assert chi2 < 2 * reach + 1 + 8 * np.sqrt(2 * (2 * reach + 1)) + 20
        assert not np.array_equal(drawn, from_the_system(np.full(20_000, 7, np.int64), sigma) - 7)
    assert from_the_system(np.zeros(0, np.int64), 6.0).tolist() == []


def test_the_same_noise_gives_the_same_bytes_whatever_the_order_of_rows() -> None:
    one = noisy(town(TOWN), RULES, SIX, about=ABOUT, sample=seeded(3))
    other = noisy(town(TOWN[::-1]), RULES, SIX, about=ABOUT, sample=seeded(3))
    assert written(one) == written(other)
    assert written(one) != written(noisy(town(TOWN), RULES, SIX, about=ABOUT, sample=seeded(4)))


def test_it_can_be_rounded_as_any_release() -> None:
    drawn = noisy(town(), RULES, SIX, about=ABOUT, sample=seeded(3))
    done = finish(drawn, rounding=5)
    assert (done.value % 5 == 0).all()
    assert done.about.noise == drawn.about.noise


def test_the_average_of_many_draws_would_be_the_truth() -> None:
    """Why a release is drawn once: whoever gets 400 draws of the same sum has it."""
    truth = bounded(town(), (1, 1), SIX)[0]
    draws = [seeded(seed)(np.array([truth]), SIX.sigma)[0] for seed in range(400)]
    assert abs(float(np.mean(draws)) - truth) < 1  # σ/√400 is 0.3
    assert max(abs(int(one) - truth) for one in draws) > 6


def test_grids_go_from_the_base_to_the_whole_the_widest_dimension_first() -> None:
    origin, destination = (Hierarchy.of(name, ["a", "b"], [("1", "x"), ("1", "y"), ("2", "z")]) for name in ("o", "d"))
    found = coarsenings((origin, destination, BANDS))
    assert found == ((2, 2, 1), (1, 2, 1), (1, 1, 1), (0, 1, 1), (0, 0, 1), (0, 0, 0))
    # Ten nodes on one level are more than one node on each of three.
    deep, wide = (
        Hierarchy.of("deep", ["a", "b", "c"], [("1", "1", "1")]),
        Hierarchy.flat("wide", "x", map(str, range(10))),
    )
    assert coarsenings((deep, wide))[:2] == ((3, 1), (3, 0))
    sizes = [keys_of(grid, (origin, destination, BANDS)) for grid in found]
    assert sizes == sorted(sizes, reverse=True)
    assert coarsenings((ZONES,), start=(0,)) == ((0,),)
    mixed = replace(noisy(town(), RULES, SIX, about=ABOUT, sample=no_noise))
    mixed.level[0, 0] = 2
    with pytest.raises(ValueError, match="no uniform grid"):
        grid_of(mixed)
