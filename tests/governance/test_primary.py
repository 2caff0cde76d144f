"""Known answers of the primary rules, each with its source, and what waivers and small cubes mean."""

from dataclasses import replace
from typing import Any

import pytest

from governance.disclosure.primary import Contribution, Judgement, Safe, Unsafe, judge
from governance.disclosure.rules import Rules, colluding, p_star

ONLY_HOLDINGS = Rules(
    min_trips=None, min_vehicles=None, min_users=None, min_holders=1, max_share_percent=100, p_percent=0, coalition=1
)
MEMBERS = Rules(
    min_trips=10, min_vehicles=3, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)


def rules(base: Rules = ONLY_HOLDINGS, **changes: Any) -> Rules:
    return replace(base, **changes)


def cell(*values: int) -> list[Contribution]:
    """Holdings a, b, c … with these values; each has as many trips and vehicles as its value."""
    counts = [{"min_trips": value, "min_vehicles": value} for value in values]
    return [Contribution("abcdefgh"[number], value, counts[number]) for number, value in enumerate(values)]


def failed(judgement: Judgement) -> tuple[str, ...]:
    return judgement.rules if isinstance(judgement, Unsafe) else ()


class TestHandbook:
    """Hundepool et al., Handbook on Statistical Disclosure Control, 2nd edition, section 4.2."""

    def test_dominance_passes_what_the_p_rule_stops(self) -> None:
        # X = 100000; 50000, 49000, the rest: the second estimates the first as 51000, within 2 %.
        contributors = cell(50_000, 49_000, 1_000)
        assert judge(contributors, rules(max_share_percent=90)) == Safe()
        assert judge(contributors, rules(p_percent=10)) == Unsafe(("p_percent",))

    def test_the_p_rule_passes_what_two_unit_dominance_would_stop(self) -> None:
        # X = 110000; 52000, 50000: the estimate is 60000, 15.4 % too high; (2, 90) would fail at 92.7 %.
        contributors = cell(52_000, 50_000, 8_000)
        assert judge(contributors, rules(p_percent=10)) == Safe()
        assert judge(contributors, rules(p_percent=15)) == Safe()
        assert judge(contributors, rules(p_percent=16)) == Unsafe(("p_percent",))

    def test_a_prior_raises_p(self) -> None:
        assert p_star(10, prior_percent=50) == 20
        assert p_star(15, prior_percent=50) == 30
        assert p_star(10, prior_percent=None) == 10
        assert p_star(10, prior_percent=30) == 34  # 33.3, rounded to the stricter


def test_insee_pair_at_least_three_and_85_percent() -> None:
    # rtauargus' 4 x 3 example: primary are the cell of two contributors and the one with max 38 of 40 (95 %).
    pair = rules(min_holders=3, max_share_percent=85)
    assert "min_holders" in failed(judge(cell(12, 8), pair))
    assert judge(cell(38, 1, 1), pair) == Unsafe(("max_share_percent",))
    assert judge(cell(20, 15, 5), pair) == Safe()


def test_dominance_is_strict() -> None:
    # x1 > share * X is unsafe: exactly 85 % is not.
    assert judge(cell(85, 10, 5), rules(max_share_percent=85)) == Safe()
    assert judge(cell(86, 9, 5), rules(max_share_percent=85)) == Unsafe(("max_share_percent",))


def test_the_p_rule_at_its_boundary() -> None:
    # 100 - 60 - 33 = 7, of which the third's first trip is known to be there: 6 is exactly 10 % of 60.
    assert judge(cell(60, 33, 7), rules(p_percent=10)) == Safe()
    assert judge(cell(60, 34, 6), rules(p_percent=10)) == Unsafe(("p_percent",))


@pytest.mark.parametrize("first", [40, 50, 60])
def test_the_bound_that_the_number_of_holdings_gives(first: int) -> None:
    """b knows that a cell which is out has three holdings, so a has X - b - 1 at most: exact when c has one trip."""
    for third in range(1, 12):
        b = 30
        bound = first + b + third - b - 1
        within = 100 * (bound - first) < 10 * first
        assert ("p_percent" in failed(judge(cell(first, b, third), MEMBERS))) == within
    # Without the third's first trip, 40 + 30 + 4 would pass, and b would know 43 or less: within 7.5 %.
    assert "p_percent" in failed(judge(cell(40, 30, 4), MEMBERS))


def test_coverage_gives_a_bound_too() -> None:
    """Of "5+" the reader knows of five: x1 <= 105 - 40 (its own) - 3 = 62, not 64; 62 is within 10 % of 57."""
    five = [*cell(57, 40), *(Contribution(name, few, {}) for name, few in zip("cde", (2, 3, 3), strict=True))]
    assert sum(one.value for one in five) - 40 - 3 == 62
    assert failed(judge(five, rules(min_holders=3, p_percent=10))) == ("p_percent",)
    # With another ten trips there the bound is 72, far enough.
    assert judge([*five, Contribution("e", 10, {})], rules(min_holders=3, p_percent=10)) == Safe()


def test_shares_of_the_design() -> None:
    # 5-disclosure.md: 60/35/5 loses most of its cells to p 10, 50/30/20 falls to p 20 only when shares get worse.
    assert failed(judge(cell(60, 35, 5), rules(MEMBERS))) == ("p_percent",)
    assert judge(cell(50, 30, 20), rules(MEMBERS, p_percent=20)) == Safe()
    assert judge(cell(45, 30, 15, 10), rules(MEMBERS, p_percent=20)) == Safe()


def test_thresholds_on_travellers() -> None:
    outsider = rules(MEMBERS, coalition=0)
    assert judge(cell(4, 3, 3), outsider) == Safe()
    assert failed(judge(cell(3, 3, 3), outsider)) == ("min_trips",)
    vehicles = {"a": 1, "b": 1, "c": 0}
    few_vehicles = [Contribution(name, 10, {"min_trips": 10, "min_vehicles": few}) for name, few in vehicles.items()]
    assert failed(judge(few_vehicles, outsider)) == ("min_vehicles",)
    # A contributor finds k beside its own: 5 + 5 beside the largest is enough, 5 + 4 is not.
    assert judge(cell(5, 5, 5), MEMBERS) == Safe()
    assert failed(judge(cell(5, 5, 4), MEMBERS)) == ("min_trips",)


@pytest.mark.parametrize("fakes", [2, 8, 9, 20, 500])
def test_fake_trips_of_a_member_read_nobody_elses(fakes: int) -> None:
    """c sends `fakes` trips and as many vehicles; a and b have one trip each. It would read X - fakes = 2."""
    assert "min_trips" in failed(judge(cell(1, 1, fakes), MEMBERS))
    # Nor if a and b have nine, which c would read one by one from month to month.
    assert failed(judge(cell(5, 4, fakes), rules(MEMBERS, max_share_percent=100, p_percent=0))) == ("min_trips",)


def test_fake_vehicles_count_apart_from_fake_trips() -> None:
    """c has few trips but many vehicles: each count is taken less its own largest part, so two vehicles stay hidden."""
    vehicles = [("a", 30, 1), ("b", 30, 1), ("c", 5, 40)]
    fake = [Contribution(name, trips, {"min_trips": trips, "min_vehicles": few}) for name, trips, few in vehicles]
    assert failed(judge(fake, MEMBERS)) == ("min_vehicles",)


def test_two_colluders_read_no_fewer_travellers_than_one() -> None:
    # c and d send fakes; a and b have nine trips together. One attacker would find 29 beside its own, the pair 9.
    assert judge(cell(5, 4, 20, 20), rules(MEMBERS, p_percent=0)) == Safe()
    assert failed(judge(cell(5, 4, 20, 20), rules(MEMBERS, p_percent=0, coalition=2))) == ("min_trips",)
    assert judge(cell(6, 4, 20, 20), rules(MEMBERS, p_percent=0, coalition=2)) == Safe()


def test_two_subsidiaries_are_one_holding() -> None:
    # Attack 5: a holding split in two is still one of N, and dominates with the sum of both.
    split = [*cell(30, 30), Contribution("a", 30, {"min_trips": 30, "min_vehicles": 30})]
    assert failed(judge(split, MEMBERS)) == ("min_holders", "p_percent")


def test_with_two_holdings_nothing_joint_is_shown_to_the_members() -> None:
    assert failed(judge(cell(500, 500), MEMBERS)) == ("min_holders", "p_percent")
    assert failed(judge(cell(500, 500), rules(MEMBERS, min_holders=2))) == ("p_percent",)


def test_of_one_holding_nothing_is_shown_unless_it_waived() -> None:
    assert set(failed(judge(cell(500), MEMBERS))) >= {"min_holders", "max_share_percent", "p_percent"}
    waived = rules(MEMBERS, named=frozenset("a"))
    assert judge(cell(500), replace(waived, coalition=0)) == Safe()
    # Were it shown to the members, its absence would tell a that others have one to nine trips there.
    assert failed(judge(cell(500), waived)) == ("min_trips", "min_vehicles")


def test_a_waiver_never_touches_the_travellers_thresholds() -> None:
    assert failed(judge(cell(9), rules(MEMBERS, coalition=0, named=frozenset("a")))) == ("min_trips",)


def test_a_waiver_frees_its_own_holding_only() -> None:
    # a is 90 %: with its waiver the largest target is b, hidden between a and c.
    assert failed(judge(cell(90, 5, 5), MEMBERS)) == ("max_share_percent", "p_percent")
    assert judge(cell(90, 5, 5), rules(MEMBERS, named=frozenset("a"))) == Safe()
    # But b, the only target, has no third holding to hide with; and a, who reads too, subtracts itself.
    assert failed(judge(cell(90, 10), rules(MEMBERS, named=frozenset("a")))) == ("min_holders", "p_percent")


def test_the_authority_is_an_outsider() -> None:
    # No contributor reads it (coalition 0): X - t >= 10 % of t is enough beside N and the share.
    authority = rules(MEMBERS, coalition=0)
    assert judge(cell(60, 38, 2), authority) == Safe()
    assert failed(judge(cell(60, 38, 2), MEMBERS)) == ("p_percent",)


def test_what_is_public_elsewhere_is_no_cover() -> None:
    assert judge(cell(40, 30, 30), MEMBERS) == Safe()
    assert failed(judge(cell(40, 30, 30), rules(MEMBERS, known=frozenset("a")))) == ("min_holders", "p_percent")
    # Its trips do not hide a traveller either.
    assert "min_trips" in failed(judge(cell(40, 3, 3, 3), rules(MEMBERS, known=frozenset("a"))))


def test_pairs_are_audited_from_five_holdings_on() -> None:
    # 5-disclosure.md, open tier: coalition 1, and 2 when N >= 5.
    assert [colluding(replace(MEMBERS, coalition=2), holders=number) for number in (1, 2, 3, 4, 5, 6)] == [
        1,
        1,
        1,
        1,
        2,
        2,
    ]
    assert colluding(replace(MEMBERS, coalition=0), holders=9) == 0
    assert colluding(replace(MEMBERS, coalition=2, everywhere=True), holders=3) == 2
    pair = rules(p_percent=15, coalition=2)
    # 30 and 20 collude against 30: of the last two's 7, one trip each is known to be there, and 5 >= 4.5; 4 is not.
    assert judge(cell(30, 30, 20, 4, 3), pair) == Safe()
    assert judge(cell(30, 30, 20, 3, 3), pair) == Unsafe(("p_percent",))
    # With four holdings one attacks: 20 + 4, less one trip of each of two.
    assert judge(cell(30, 30, 20, 4), pair) == Safe()


@pytest.mark.parametrize("values", [(), (0,), (0, 0, 0)])
def test_an_empty_cell_is_never_shown(values: tuple[int, ...]) -> None:
    assert "empty" in failed(judge(cell(*values), rules(named=frozenset("abc"))))
