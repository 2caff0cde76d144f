"""Differences of two versions as a negotiator reads them, in both languages, with the direction of the terms' order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.agreement import Agreement
from governance.negotiation.difference import Direction, differences, direction, text_differences
from governance.negotiation.text import read_text
from governance.negotiation.words import label, value_of
from governance.terms.base import Term
from governance.terms.vocabulary import HEAD, OPTIONAL, parse_term, strictest

BASE: dict[str, Any] = {
    "id": "a",
    "title": {"fr": "Flotte", "en": "Fleet"},
    "holder": "bolide",
    "dataset": "mds-bolide",
    "tier": "members",
    "recipient": ["member:smhc"],
    "validity": ["2026-03-01T00:00:00+00:00", "2027-03-01T00:00:00+00:00"],
    "audience": ["authority"],
    "purpose": ["mobility-planning"],
    "terms": {},
}

#: Some values of every term, so that each is put into words.
VALUES: Mapping[str, tuple[Any, ...]] = {
    "territory": (["a"], ["a", "b"], ["b", "c"]),
    "fields": (["trips"], ["trips", "dwell_s"]),
    "spatial_resolution": ("basin", "commune", "iris", "h3_7", "h3_8", "h3_9"),
    "temporal_resolution": ("P1Y", "P3M", "P1M/daytype+band", "P1M/band", "P1W", "P1D/hour"),
    "ruleset": (["a" * 64], ["b" * 64]),
    "delay": ("PT0S", "PT24H", "PT90M", "PT1S", "P2D", "P7D", "PT25H"),
    "min_trips": (10, 20),
    "min_vehicles": (3, 4),
    "min_users": (5, 6),
    "min_holders": (3, 4),
    "max_share_percent": (80, 85),
    "p_percent": (10, 15),
    "prior_percent": (50, 60),
    "coalition": (0, 1),
    "rounding": (5, 10),
    "dp_budget_milli_epsilon": (100, 1000),
    "named": (["members"], ["authority", "members"]),
    "quota_per_month": (10, 20),
    "rate_per_minute": (10, 20),
    "retention": ("P36M", "P1Y", "P12M", "P1M2DT3H4M5S"),
    "redistribution": ("none", "derived", "members", "public"),
    "notice_days": (1, 30),
    "hosting": (["FR"], ["FR", "DE"]),
    "attribution": (True,),
    "no_reidentification": (True,),
}
TERMS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([parse_term(name, raw) for raw in raws]) for name, raws in VALUES.items()}
)


def text(**changes: Any) -> Agreement:
    return read_text({**BASE, **changes})


def said(before: Agreement, after: Agreement) -> list[tuple[str, str]]:
    return [(one.sentence().fr, one.sentence().en) for one in text_differences(before, after)]


def test_a_negotiator_reads_which_clause_changed_from_what_to_what_and_which_way() -> None:
    before = text(terms={"min_trips": 20, "delay": "P7D", "retention": "P36M", "attribution": True})
    after = text(
        terms={"min_trips": 10, "delay": "PT24H", "retention": "P1Y", "fields": ["trips", "dwell_s", "vehicle_s"]},
        audience=["authority", "members"],
    )
    assert said(before, after) == [
        (
            "public : de autorité à autorité et membres (plus souple)",
            "audience: from authority to authority and members (looser)",
        ),
        (
            "nouveau : champs, dwell_s, trips et vehicle_s (plus strict)",
            "new: fields, dwell_s, trips and vehicle_s (stricter)",
        ),
        ("délai : de 7 jours à 24 heures (plus souple)", "delay: from 7 days to 24 hours (looser)"),
        ("k : de 20 à 10 (plus souple)", "k: from 20 to 10 (looser)"),
        ("conservation : de 36 mois à 1 an (plus strict)", "retention: from 36 months to 1 year (stricter)"),
        ("supprimé : citation de la source, oui (plus souple)", "dropped: naming the source, yes (looser)"),
    ]


def test_the_head_is_compared_too() -> None:
    before = text()
    personal = {"legal_basis": "public_task", "dpia": "done", "register_entry": "R-7"}
    after = text(
        title={"fr": "Parc", "en": "Fleet"},
        tier="bilateral",
        rgpd=personal,
        validity=["2026-04-01T00:00:00+00:00", "2027-02-01T00:00:00+00:00"],
    )
    assert said(before, after) == [
        ("titre : de Flotte à Parc", "title: from Fleet to Fleet"),
        ("niveau d'accès : de membres à bilatéral", "tier: from members to bilateral"),
        (
            "nouveau : données personnelles (RGPD), mission d'intérêt public, analyse d'impact faite, registre R-7",
            "new: personal data (GDPR), public task, impact assessment done, register R-7",
        ),
        (
            "validité : de [2026-03-01 00:00 UTC ; 2027-03-01 00:00 UTC[ à "
            "[2026-04-01 00:00 UTC ; 2027-02-01 00:00 UTC[ (plus strict)",
            "validity: from [2026-03-01 00:00 UTC, 2027-03-01 00:00 UTC) to "
            "[2026-04-01 00:00 UTC, 2027-02-01 00:00 UTC) (stricter)",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "raw", "fr", "en"),
    [
        ("delay", "PT24H", "24 heures", "24 hours"),
        ("delay", "P2D", "2 jours", "2 days"),
        ("delay", "PT1H", "1 heure", "1 hour"),
        ("delay", "PT90M", "90 minutes", "90 minutes"),
        ("delay", "PT0S", "aucun", "none"),
        ("retention", "P1M2DT3H4M5S", "1 mois, 2 jours, 3 heures, 4 minutes et 5 secondes", ""),
        ("temporal_resolution", "P1M/daytype+band", "mois par type de jour et tranche horaire", ""),
        ("temporal_resolution", "P1D/hour", "jour par heure", "day by hour"),
        ("spatial_resolution", "h3_8", "hexagone H3 8", "H3 8 hexagon"),
        ("redistribution", "derived", "œuvres dérivées", "derived works"),
        ("max_share_percent", 85, "85 %", "85 %"),
        ("ruleset", ["ab" * 32], "abababababab", "abababababab"),
    ],
)
def test_values_in_words(name: str, raw: object, fr: str, en: str) -> None:
    found = value_of(parse_term(name, raw))
    assert found.fr == fr
    assert not en or found.en == en


def test_a_waiver_gives_away_and_a_duty_or_a_limit_takes() -> None:
    waiver, duty = parse_term("named", ["members"]), parse_term("attribution", True)
    assert direction(None, waiver) is Direction.LOOSER
    assert direction(waiver, None) is Direction.STRICTER
    assert direction(None, duty) is Direction.STRICTER
    assert direction(duty, None) is Direction.LOOSER
    assert direction(parse_term("named", ["members"]), parse_term("named", ["members", "open"])) is Direction.LOOSER
    assert direction(parse_term("retention", "P12M"), parse_term("retention", "P1Y")) is Direction.NEITHER
    assert direction(parse_term("hosting", ["FR"]), parse_term("hosting", ["DE"])) is Direction.NEITHER


def test_every_clause_of_the_vocabulary_has_a_name_and_words_in_both_languages() -> None:
    assert set(VALUES) == set(OPTIONAL)
    for name in [*(kind.name for kind in HEAD), *OPTIONAL]:
        assert "_" not in label(name).fr, name
        assert "_" not in label(name).en, name
    for name, raws in VALUES.items():
        for raw in raws:
            words = value_of(parse_term(name, raw))
            assert words.fr
            assert words.en


@given(TERMS)
@settings(deadline=None, derandomize=True)
def test_nothing_changed_from_a_text_to_itself(terms: Mapping[str, Term]) -> None:
    assert differences(terms, terms) == ()


@given(TERMS, TERMS)
@settings(deadline=None, derandomize=True)
def test_the_way_back_is_the_other_way(before: Mapping[str, Term], after: Mapping[str, Term]) -> None:
    there, back = differences(before, after), differences(after, before)
    other = {
        Direction.STRICTER: Direction.LOOSER,
        Direction.LOOSER: Direction.STRICTER,
        Direction.NEITHER: Direction.NEITHER,
    }
    assert [(one.clause, other[one.direction], one.before, one.after) for one in there] == [
        (one.clause, one.direction, one.after, one.before) for one in back
    ]


@given(TERMS, TERMS)
@settings(deadline=None, derandomize=True)
def test_the_strictest_of_two_is_looser_than_neither(one: Mapping[str, Term], other: Mapping[str, Term]) -> None:
    merged = strictest([one, other])
    looser = [change.clause for change in differences(one, merged) if change.direction is Direction.LOOSER]
    assert looser in ([], ["named"])  # a waiver that only the other side gave
