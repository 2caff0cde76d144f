import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.bilingual import Sentence
from governance.errors import PurposeCycle, UnknownPurpose
from governance.purposes import Purpose, PurposeGraph


def graph(**broader: str) -> PurposeGraph:
    """`graph(siting="planning")`: each purpose with the broader ones it names, in words."""
    return PurposeGraph(
        {name: Purpose(name, Sentence(name, name), frozenset(of.split())) for name, of in broader.items()}
    )


def test_a_child_is_covered_by_its_parents_grant_and_not_the_reverse() -> None:
    purposes = graph(planning="", siting="planning", siting_bikes="siting", research="")
    assert purposes.covers("planning", "planning")
    assert purposes.covers("planning", "siting_bikes")
    assert not purposes.covers("siting", "planning")
    assert not purposes.covers("research", "siting")


def test_unknown_purposes_are_covered_by_nothing() -> None:
    purposes = graph(planning="")
    assert not purposes.covers("planning", "spying")
    assert not purposes.covers("spying", "spying")
    with pytest.raises(UnknownPurpose, match="spying"):
        graph(planning="spying")


def test_cycles_are_refused_and_named() -> None:
    with pytest.raises(PurposeCycle, match="a < b < c < a"):
        graph(a="b", b="c", c="a")
    with pytest.raises(PurposeCycle, match="a < a"):
        graph(a="a")


@settings(derandomize=True, deadline=None)
@given(edges=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda edge: edge[0] < edge[1])))
def test_covering_is_an_order(edges: set[tuple[int, int]]) -> None:
    names = [f"p{number}" for number in range(8)]
    purposes = graph(**{name: " ".join(f"p{high}" for low, high in edges if f"p{low}" == name) for name in names})
    for a in names:
        assert purposes.covers(a, a)
        for b in names:
            assert a == b or not (purposes.covers(a, b) and purposes.covers(b, a))
            for c in names:
                assert not (purposes.covers(a, b) and purposes.covers(b, c)) or purposes.covers(a, c)
