"""What other documents would change of who belongs to the commons, and of how far a grant reaches."""

from __future__ import annotations

import pytest

from governance.bilingual import Sentence
from governance.canonical import LARGEST_INTEGER, NotCanonical, canonical
from governance.errors import CommonsError, TermError
from governance.loading import stretched
from governance.purposes import Purpose, PurposeGraph
from governance.requests.asked import LARGEST_TEXT_BYTES, read_asked, read_text
from governance.requests.asked import read_validity as validity

NAME = Sentence("x", "x")


def graph(**broader: set[str]) -> PurposeGraph:
    return PurposeGraph({name: Purpose(name, NAME, frozenset(above)) for name, above in broader.items()})


def test_a_grant_is_stretched_by_an_edge_a_longer_way_or_a_new_purpose() -> None:
    before = graph(a=set(), b=set(), c={"b"})
    assert stretched({"a"}, before, before) is None
    assert stretched({"a"}, before, graph(a=set(), b={"a"}, c={"b"})) == ("a", "b")
    assert stretched({"a"}, before, graph(a=set(), b=set(), c={"a"})) == ("a", "c")
    assert stretched({"a"}, before, graph(a=set(), b=set(), c={"b"}, d={"a"})) == ("a", "d")
    assert stretched({"a"}, before, graph(a={"b"}, b=set(), c={"b"})) is None
    assert stretched({"b"}, before, graph(a=set(), b=set(), c=set())) is None


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_that_utc_cannot_tell_is_no_end(end: str) -> None:
    for ends in (["2026-03-01T00:00:00Z", end], [end, "2027-03-01T00:00:00Z"]):
        with pytest.raises(TermError, match="outside the years"):
            validity(ends)


def test_what_has_no_spelling_is_an_error_of_the_commons_and_a_value_error() -> None:
    deep: list[object] = []
    for _ in range(2_000):
        deep = [deep]
    for value in (LARGEST_INTEGER + 1, 10**5_000, "\ud800", {"\ud800": 1}, deep):
        with pytest.raises(NotCanonical) as refusal:
            canonical(value)  # type: ignore[arg-type]
        assert isinstance(refusal.value, CommonsError)
        assert isinstance(refusal.value, ValueError)


def test_a_request_is_no_longer_than_an_agreement_but_what_was_kept_is_read() -> None:
    text = {
        "datasets": ["mds-bolide"],
        "tier": "members",
        "purpose": "compliance",
        "validity": ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
        "terms": {"fields": [f"trips.{number:06}" for number in range(LARGEST_TEXT_BYTES // 15)]},
        "what_for": "x",
    }
    with pytest.raises(TermError, match="65536 bytes"):
        read_text(text)
    assert read_asked(text).purpose == "compliance"
    assert read_text({**text, "terms": {}}).terms == {}
