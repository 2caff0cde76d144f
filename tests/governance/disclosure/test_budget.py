"""Known figures of the privacy budget, and the laws that any accounting keeps."""

from __future__ import annotations

import datetime as dt

import pytest
from dp_accounting import GaussianDpEvent, SelfComposedDpEvent, rdp
from dp_accounting.pld import PLDAccountant
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.budget import DELTA, may_spend, milli, spent, years_of
from governance.disclosure.noise import Noise, Unit
from governance.periods import Period
from governance.terms.floors import EpsilonBudget
from governance.verdicts import ALLOWED, Denied


@pytest.mark.parametrize(("releases", "ratio", "epsilon"), [(12, 6.0, 2.64), (365, 10.0, 10.41)])
def test_a_year_costs_what_the_design_says(releases: int, ratio: float, epsilon: float) -> None:
    """12 monthly releases at σ/Δ₂ = 6: 2.64; 365 daily ones at 10: 10.4, at δ = 1e-6.

    By the loss distribution of the discrete Gaussian itself; the continuous one's says the same to 0.003.
    """
    found = spent([Noise(round(1000 * ratio))] * releases)
    assert round(found, 2) == epsilon
    continuous = PLDAccountant()
    continuous.compose(SelfComposedDpEvent(GaussianDpEvent(ratio), releases))
    assert abs(continuous.get_epsilon(DELTA) - found) < 0.003


def test_renyi_accounting_is_an_upper_bound() -> None:
    """The older accounting says 2.83: another theory, no less than ours and not far from it."""
    renyi = rdp.RdpAccountant()
    renyi.compose(SelfComposedDpEvent(GaussianDpEvent(6.0), 12))
    assert 2.83 < renyi.get_epsilon(DELTA) < 2.84
    assert spent([Noise(6000)] * 12) < renyi.get_epsilon(DELTA) < 1.1 * spent([Noise(6000)] * 12)


def test_what_a_unit_may_change_is_paid_for() -> None:
    """Four keys at the same σ/Δ₂ cost what one key does; per trip counted more, σ grows along."""
    one = spent([Noise(6000)] * 12)
    for noise in (Noise(6000, Unit.VEHICLE, keys=4), Noise(6000, Unit.VEHICLE, keys=1, per_key=3)):
        assert spent([noise] * 12) == pytest.approx(one, rel=0.01)


SOME = st.lists(
    st.sampled_from([Noise(4000), Noise(6000), Noise(10000), Noise(6000, Unit.VEHICLE, keys=3)]), max_size=5
)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(one=SOME, more=SOME)
def test_more_releases_cost_more_and_their_order_nothing(one: list[Noise], more: list[Noise]) -> None:
    assert spent([*one, *more]) >= spent(one)
    assert spent([*one, *more]) == spent([*more, *one])
    assert (spent(one) == 0) == (not one)
    # Together they never cost more than the sum of each: what basic composition says.
    assert spent([*one, *more]) <= sum(spent([each], delta=DELTA / 10) for each in [*one, *more]) + 1e-9


def test_a_year_of_months_fits_and_the_thirteenth_release_does_not() -> None:
    """2642 thousandths are 12 months at 6; what is left then is 0, and 117 are needed for one more."""
    budget = EpsilonBudget(2642)
    year: list[Noise] = []
    for _ in range(12):
        assert may_spend(year, Noise(6000), dataset="bikes", year=2026, budget=budget) is ALLOWED
        year.append(Noise(6000))
    refused = may_spend(year, Noise(6000), dataset="bikes", year=2026, budget=budget)
    assert isinstance(refused, Denied)
    assert refused.code == "budget.spent"
    assert refused.reason.en == (
        "The privacy budget of bikes for 2026 does not suffice: 0 thousandths of epsilon are left, this release would "
        "cost 120."
    )
    assert "il reste 0 millièmes d'epsilon" in refused.reason.fr
    softer = may_spend(year, Noise(60000), dataset="bikes", year=2026, budget=EpsilonBudget(2650))
    assert softer is ALLOWED


def test_without_an_agreed_budget_there_is_none_to_spend() -> None:
    refused = may_spend([], Noise(100000), dataset="bikes", year=2026, budget=None)
    assert isinstance(refused, Denied)
    assert refused.code == "budget.none"


def test_thousandths_are_rounded_up() -> None:
    assert [milli(one) for one in (0.0, 2.6410001, 2.641, 2.6415)] == [0, 2642, 2641, 2642]


@pytest.mark.parametrize(
    ("first", "end", "years"),
    [
        (dt.date(2026, 12, 1), dt.date(2027, 1, 1), (2026,)),
        (dt.date(2026, 12, 29), dt.date(2027, 1, 2), (2026, 2027)),
        (dt.date(2026, 1, 1), dt.date(2029, 1, 1), (2026, 2027, 2028)),
    ],
)
def test_a_period_is_charged_to_each_of_its_years(first: dt.date, end: dt.date, years: tuple[int, ...]) -> None:
    assert years_of(Period(first, end)) == years
