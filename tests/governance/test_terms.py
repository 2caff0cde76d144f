"""The vocabulary is closed, every term has an order with the laws of a meet, and stricter never allows more."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.ask import Ask, Used
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.errors import TermError
from governance.grain import STEPS, ZONE_RANK, parse_time_grain
from governance.purposes import Purpose, PurposeGraph
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, MinTrips
from governance.terms.scope import ForPurpose, Recipient, Validity
from governance.terms.use import REDISTRIBUTION, Retention
from governance.terms.vocabulary import HEAD, OPTIONAL, parse_term, strictest
from governance.verdicts import Allowed, Denied

NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True)
SMALL = st.integers(1, 12)
AUDIENCES = st.lists(st.sampled_from([audience.value for audience in Audience]), min_size=1, unique=True)
GRAINS = [f"{step}{parts}" for step in STEPS for parts in ("", "/band", "/hour", "/daytype", "/daytype+band")]

RAW = {
    "territory": NAMES,
    "fields": NAMES,
    "spatial_resolution": st.sampled_from(sorted(ZONE_RANK)),
    "temporal_resolution": st.sampled_from(GRAINS),
    "ruleset": NAMES,
    "delay": st.sampled_from(["PT0S", "PT90M", "PT24H", "P7D", "P30D"]),
    "named": AUDIENCES,
    "retention": st.sampled_from(["P12M", "P1Y", "P30D", "P24M"]),
    "redistribution": st.sampled_from(REDISTRIBUTION),
    "hosting": st.lists(st.sampled_from(["FR", "DE", "BE"]), min_size=1, unique=True),
    "attribution": st.just(True),
    "no_reidentification": st.just(True),
}
TERMS = st.sampled_from(sorted(OPTIONAL)).flatmap(
    lambda name: st.tuples(*[RAW.get(name, SMALL).map(lambda raw: parse_term(name, raw))] * 3)
)
PURPOSES = PurposeGraph(
    {"plan": Purpose("plan", Sentence("p", "p")), "siting": Purpose("siting", Sentence("s", "s"), frozenset({"plan"}))}
)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
ASK = Ask(purpose="siting", purposes=PURPOSES, at=NOW, audience=Audience.MEMBERS)

FLOORS = {
    name: RAW.get(name, SMALL).map(lambda raw, name=name: parse_term(name, raw))
    for name, term in OPTIONAL.items()
    if term.enforcement is Enforcement.FLOOR
}
asks = st.builds(
    Ask,
    purpose=st.just("siting"),
    purposes=st.just(PURPOSES),
    at=st.just(NOW),
    audience=st.just(Audience.MEMBERS),
    territory=NAMES.map(frozenset),
    fields=st.none() | NAMES.map(frozenset),
    zone_system=st.none() | st.sampled_from(sorted(ZONE_RANK)),
    time_grain=st.none() | st.sampled_from(GRAINS).map(parse_time_grain),
    ready_from=st.none() | st.integers(0, 40).map(lambda days: NOW - dt.timedelta(days=days)),
    applied=st.none() | st.fixed_dictionaries({}, optional=FLOORS),
    used=st.none() | st.builds(Used, st.integers(0, 12), st.integers(0, 12)),
    rulesets=NAMES.map(frozenset),
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TERMS)
def test_strictest_is_a_meet(terms: tuple[Term, Term, Term]) -> None:
    a, b, c = terms
    assert a.strictest(a) == a
    assert a.strictest(b) == b.strictest(a)
    assert a.strictest(b).strictest(c) == a.strictest(b.strictest(c))
    assert a.strictest(b).at_least_as_strict(a)
    assert a.strictest(b).severity() >= max(a.severity(), b.severity())


@settings(derandomize=True, deadline=None, max_examples=400)
@given(TERMS, asks)
def test_what_a_stricter_term_allows_the_looser_allows_too(terms: tuple[Term, Term, Term], ask: Ask) -> None:
    a, b, _ = terms
    if isinstance(a.strictest(b).verify(ask), Allowed):
        assert isinstance(a.verify(ask), Allowed)
        assert isinstance(b.verify(ask), Allowed)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(TERMS)
def test_a_term_reads_what_it_writes_and_speaks_both_languages(terms: tuple[Term, Term, Term]) -> None:
    term = terms[0]
    assert parse_term(term.name, term.plain()) == term
    sentence = term.sentence()
    assert sentence.fr != sentence.en
    assert "{" not in sentence.fr + sentence.en


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("min_tripz", 3),
        ("min_trips", 0),
        ("min_trips", "10"),
        ("min_trips", True),
        ("max_share_percent", 101),
        ("delay", "P1M"),
        ("delay", "24 h"),
        ("retention", "P"),
        ("retention", "P1YT"),
        ("attribution", False),
        ("territory", []),
        ("territory", "here"),
        ("territory", ["a", "a"]),
        ("named", ["everybody"]),
        ("hosting", ["France"]),
        ("spatial_resolution", "h3_15"),
        ("temporal_resolution", "P1M/minute"),
        ("redistribution", "some"),
    ],
)
def test_anything_else_is_refused(name: str, raw: object) -> None:
    with pytest.raises(TermError, match=name if name == "min_tripz" else None):
        parse_term(name, raw)


def test_every_kind_of_term_of_the_design_is_there() -> None:
    # 4-commons.md, "Terms": 27 names; p and its prior are two terms, so is quota beside rate.
    assert {term.name for term in HEAD} == {"recipient", "validity", "audience", "purpose"}
    assert len(OPTIONAL) == 25


def test_merging_keeps_what_only_one_side_has() -> None:
    merged = strictest([{"min_trips": MinTrips(10)}, {"min_trips": MinTrips(20), "retention": Retention("P1Y")}])
    assert merged == {"min_trips": MinTrips(20), "retention": Retention("P1Y")}


def test_a_validity_holds_at_its_first_instant_and_no_more_at_its_last() -> None:
    tick = dt.timedelta(microseconds=1)
    validity = Validity.parse([NOW, NOW + dt.timedelta(days=1)])
    answers = [validity.verify(replace(ASK, at=at)) for at in (NOW - tick, NOW, validity.to - tick, validity.to)]
    assert [isinstance(answer, Allowed) for answer in answers] == [False, True, True, False]
    with pytest.raises(TermError, match="time zone"):
        Validity.parse([dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)])
    with pytest.raises(TermError, match="end after"):
        Validity.parse([NOW, NOW])


def test_a_denial_names_its_clause() -> None:
    for term in (ForPurpose(frozenset({"other"})), Recipient(frozenset({"member:x"}))):
        verdict = term.verify(replace(ASK, recipients=frozenset({"everyone"})))
        assert isinstance(verdict, Denied)
        assert verdict.clause == term.name
        assert term.name in verdict.reason.fr
        assert term.name in verdict.reason.en


def test_a_delay_runs_to_the_microsecond() -> None:
    delay = Delay.parse("PT24H")
    end = NOW - dt.timedelta(days=1)
    assert isinstance(delay.verify(replace(ASK, ready_from=end)), Allowed)
    assert isinstance(delay.verify(replace(ASK, ready_from=end + dt.timedelta(microseconds=1))), Denied)


def test_floors_are_compared_with_the_stored_release() -> None:
    held = replace(ASK, applied={"min_trips": MinTrips(10)})
    assert isinstance(MinTrips(10).verify(held), Allowed)
    assert isinstance(MinTrips(11).verify(held), Denied)
    assert isinstance(Delay(5).verify(held), Allowed)
    assert isinstance(MinTrips(1).verify(replace(ASK, applied={})), Denied)


def test_time_grains_are_spelled_one_way() -> None:
    spelled = {str(parse_time_grain(grain)) for grain in GRAINS}
    assert {parse_time_grain(grain) for grain in spelled} == {parse_time_grain(grain) for grain in GRAINS}
    assert str(parse_time_grain("P1D/daytype+band")) == "P1D/band"
