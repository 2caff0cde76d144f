"""What the public documents and the ledger are computed from, without a hub."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.agreement import State
from governance.audiences import Tier
from governance.datasets import Standard
from governance.negotiation.rgpd import read_rgpd
from governance.registers import rgpd, rgpd_words
from governance.registers.ledger import QUALITY, RHYTHM_DAYS, Given, freshness, points, use_class
from governance.terms.use import HostedIn, Retention
from governance.terms.vocabulary import parse_term
from governance.world import World

JANUARY, NEXT = (dt.datetime(year, 12, 31, 23, tzinfo=dt.UTC) for year in (2025, 2026))
GIVEN = Given("a", "x", Standard.MDS, Tier.MEMBERS, 3, "pass", frozenset({"north"}))


def test_points_are_the_product_and_a_sealed_dataset_gives_none() -> None:
    other = replace(GIVEN, dataset="b", holder="y", territory=frozenset({"north", "south"}), verdict="fail", age_days=8)
    found = points([other, GIVEN])
    assert [(one.dataset, one.freshness, one.quality, one.coverage, one.points) for one in found] == [
        ("a", 100, 100, 50, 50),
        ("b", 75, 25, 100, 18),
    ]
    sealed = replace(GIVEN, tier=Tier.SEALED)
    assert points([sealed])[0].points == 0
    assert points([sealed]) == points([replace(sealed, age_days=None, verdict="")]), "it tells of no version"
    assert points([replace(GIVEN, age_days=None)])[0].points == 0
    assert points([replace(GIVEN, territory=frozenset())])[0].points == 0
    assert points([]) == []


@given(st.sampled_from(sorted(RHYTHM_DAYS)), st.integers(0, 500), st.integers(0, 500))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_what_is_older_is_never_fresher(standard: Standard, one: int, other: int) -> None:
    young, old = sorted((one, other))
    assert 0 <= freshness(standard, old) <= freshness(standard, young) <= 100
    assert freshness(standard, None) == 0


@given(
    st.integers(0, 500),
    st.sampled_from(sorted(QUALITY)),
    st.sets(st.sampled_from("abcdef")),
    st.integers(0, 10**6),
)
@settings(deadline=None, derandomize=True, max_examples=300)
def test_points_lie_between_0_and_100_and_use_is_told_in_classes(
    age: int, verdict: str, where: set[str], answers: int
) -> None:
    basin = replace(GIVEN, dataset="z", territory=frozenset("abcdef"))
    made = points([replace(GIVEN, age_days=age, verdict=verdict, territory=frozenset(where)), basin])
    assert all(0 <= one.points <= 100 for one in made)
    assert use_class(answers) in {"0", "1-9", "10-99", "100+"}


@pytest.mark.parametrize(
    ("answers", "told"), [(0, "0"), (1, "1-9"), (9, "1-9"), (10, "10-99"), (99, "10-99"), (100, "100+")]
)
def test_classes_of_use_at_their_edges(answers: int, told: str) -> None:
    assert use_class(answers) == told


def _activity(world: World, at: dt.datetime = NEXT, **changed: Any) -> tuple[rgpd.Activity, ...]:
    one = next(one for one in world.agreements if one.id == "joint-members-bolide")
    alone = replace(world, agreements=(replace(one, **changed),))
    return rgpd.activities(alone, from_=JANUARY, to=NEXT, at=at)


def test_an_activity_says_what_its_agreement_says(world: World) -> None:
    block = read_rgpd({"legal_basis": "public_task", "dpia": "done", "register_entry": "R-7"})
    terms = {"retention": parse_term("retention", "P12M"), "hosting": parse_term("hosting", ["FR", "US"])}
    (found,) = _activity(world, rgpd=block, terms=terms)
    plain = found.plain()
    assert (plain["legal_basis"], plain["dpia"], plain["register_entries"]) == (["public_task"], ["done"], ["R-7"])
    assert (plain["retention"], plain["hosting"], plain["transfers"]) == (["P12M"], ["FR", "US"], ["US"])
    assert found.missing() == ("contact",)
    said = {row[0].en: row[1] for row in rgpd_words.sections(world, [found])[1].rows}  # type: ignore[union-attr]
    assert said["Transfers outside the EEA"] == "US"
    assert said["Impact assessment"].en == "done"  # type: ignore[union-attr]
    (silent,) = _activity(world, rgpd=None, terms={})
    assert silent.missing() == ("legal_basis", "dpia", "retention", "hosting", "contact")
    assert {Retention.name, HostedIn.name} == {"retention", "hosting"}


def test_only_what_held_within_the_year_is_processing(world: World) -> None:
    assert len(_activity(world)) == 1
    for state in (State.DRAFT, State.PROPOSED, State.COUNTERED, State.ACCEPTED, State.AGREED, State.REJECTED):
        assert _activity(world, state=state) == ()
    for state in (State.SUSPENDED, State.TERMINATED, State.WITHDRAWN):
        assert len(_activity(world, state=state)) == 1
    one = next(one for one in world.agreements if one.id == "joint-members-bolide")
    for from_, to in ((NEXT, NEXT + dt.timedelta(days=9)), (JANUARY - dt.timedelta(days=9), JANUARY)):
        assert _activity(world, validity=replace(one.validity, from_=from_, to=to)) == ()
    begins = JANUARY + dt.timedelta(days=9)
    later = replace(one.validity, from_=begins, to=NEXT)
    assert _activity(world, at=begins, validity=later) == ()
    assert len(_activity(world, at=begins + dt.timedelta(seconds=1), validity=later)) == 1


def test_an_open_timetable_is_no_processing_of_personal_data(world: World) -> None:
    found = rgpd.activities(world, from_=JANUARY, to=NEXT, at=NEXT)
    assert {one.dataset.standard for one in found} == {Standard.MDS}
