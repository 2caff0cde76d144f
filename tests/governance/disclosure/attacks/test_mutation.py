"""With the pipeline whole every attack fails; with one rule switched off the attack of its case gets through."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from governance.disclosure.attacks.knowledge import Knowledge
from governance.disclosure.attacks.membership import auc
from governance.disclosure.attacks.register import ATTACKS, run_all
from governance.disclosure.attacks.truth import judged
from governance.disclosure.finishing import rounded
from tests.governance.disclosure.attacks.cases import CASES, WHOLE, Case, played
from tests.governance.disclosure.attacks.cases_tables import FIVE, PAIRS, THREE, protected, table_market
from tests.governance.disclosure.attacks.cases_worlds import three
from tests.governance.disclosure.attacks.market import MEMBERS, out, partitioned
from tests.governance.disclosure.attacks.page import PAGE, with_tables


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.play.__name__}-{case.attack}")
def test_with_all_rules_no_attack_learns_more_than_is_promised(case: Case) -> None:
    knowledge, truth = played(case, WHOLE)
    learnt = run_all(knowledge)
    # What the ledger refuses is not out: then there is nothing to set against one another.
    assert learnt[case.attack].tried or (case.rule == "ledger" and len(knowledge.releases) == 1)
    for number, found in learnt.items():
        assert [fact.plain() for fact in judged(found.facts, truth)] == [], number


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.play.__name__}-{case.attack}")
def test_without_the_rule_the_attack_gets_through(case: Case) -> None:
    knowledge, truth = played(case, frozenset({case.rule}))
    learnt = ATTACKS[case.attack].run(knowledge)
    assert judged(learnt.facts, truth)


def test_each_attack_and_each_rule_has_a_case() -> None:
    assert {case.attack for case in CASES} == set(ATTACKS)
    assert len({(case.title, case.attack) for case in CASES}) == len(CASES)


def test_the_page_says_what_is_found() -> None:
    text = PAGE.read_text("utf-8")
    assert with_tables(text) == text, "make it anew: python -m tests.governance.disclosure.attacks.page"


def test_rounding_blurs_and_does_not_protect() -> None:
    """Whoever knows all others of a place exactly: rounding to base 5 lowers the area for one more trip to 0.68."""
    value = np.arange(40, 65)
    shown = [rounded(value + more, base=5, zeros_shown=False) - value for more in (0, 1)]
    assert auc(list(value - value), list(value + 1 - value)) == 1
    assert round(auc(shown[0].tolist(), shown[1].tolist()), 2) == 0.68


def test_a_partition_that_must_coarsen_tells_so() -> None:
    """What the page says is not shown: a zone that always had enough, and has too few this month."""
    usual = three(20)
    found = [[out(partitioned(three(each), earlier=usual))] for each in (3, 20)]
    knowledge = Knowledge(target=pa.table({"zone": ["X"], "trips": [1]}), reference=(found[0], found[1]))
    (fact,) = ATTACKS[22].run(knowledge).facts
    assert fact.low == 1


@pytest.mark.parametrize("me", ["a", "b", "c"])
def test_a_table_withstands_each_of_its_members(me: str) -> None:
    one = table_market(THREE)
    published = protected(one, MEMBERS)
    assert published.shown.any()
    knowledge = Knowledge((out(published),), own=one.of(me))
    for number in (1, 2, 3, 4):
        assert judged(ATTACKS[number].run(knowledge).facts, one.truth(me=(me,))) == ()


def test_a_table_withstands_each_pair_of_its_members() -> None:
    one = table_market(FIVE)
    published = protected(one, PAIRS)
    assert published.shown.any()
    for me in combinations("abcde", 2):
        facts = ATTACKS[3].run(Knowledge((out(published),), own=one.of(*me))).facts
        assert judged(facts, one.truth(PAIRS, me=me)) == (), me
