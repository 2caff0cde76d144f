"""What a release says by itself, and what a member can work out with its own contributions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from governance.disclosure.independent.member import Learnt, learnt, own_parts, possible
from governance.disclosure.independent.structure import structure
from governance.disclosure.published import About, Published, Shape
from tests.governance.disclosure.handmade import contributions, grid, table
from tests.governance.disclosure.test_independent import FOUR, HIDDEN, SQUARE, three_by_three

MADE = three_by_three(SQUARE, FOUR)
PUBLISHED = table(MADE, hidden=HIDDEN)


def seen_by(holding: str | None) -> list[Learnt]:
    own = own_parts(PUBLISHED, MADE.only(holding) if holding else None)
    return learnt(PUBLISHED, own)


def hidden(found: list[Learnt]) -> list[tuple[str, int, int, int | None]]:
    return [(one.key, one.own, one.low, one.high) for one in found if not one.shown]


def test_a_member_sees_what_it_could_work_out_narrowest_first() -> None:
    # The same square as in the audit: a recovers it, d cannot.
    assert hidden(seen_by("a")) == [
        ("zone=r1, band=c1", 6, 6, 6),
        ("zone=r1, band=c2", 6, 0, 0),
        ("zone=r2, band=c1", 6, 0, 0),
        ("zone=r2, band=c2", 6, 0, 0),
    ]
    assert hidden(seen_by("d")) == [
        ("zone=r1, band=c1", 0, 6, 18),
        ("zone=r1, band=c2", 0, 0, 12),
        ("zone=r2, band=c1", 0, 0, 12),
        ("zone=r2, band=c2", 0, 0, 12),
    ]
    assert hidden(seen_by(None)) == hidden(seen_by("d"))
    assert [one.exact for one in seen_by("a")[:4]] == [True] * 4
    assert not any(one.exact for one in seen_by("d") if not one.shown)


def test_from_what_is_published_it_takes_its_own_out() -> None:
    row = next(one for one in seen_by("a") if one.key == "zone=r3, band=c3")
    assert (row.shown, row.own, row.low, row.high, row.present) == (True, 10, 30, 30, 2)
    rounded = replace(PUBLISHED, about=replace(PUBLISHED.about, rounding=5))
    own = own_parts(rounded, MADE.only("a"))
    row = next(one for one in learnt(rounded, own) if one.key == "zone=r3, band=c3")
    assert (row.low, row.high, row.exact) == (28, 32, False)


def test_what_nothing_bounds_is_said_to_be_unbounded() -> None:
    made = contributions(grid(["z1", "z2"], ["am"]), {("z1", "am"): FOUR, ("z2", "am"): FOUR})
    lonely = table(made, hidden=[("z1", "am"), ("z1", "all"), ("all", "am"), ("all", "all")])
    found = learnt(lonely, own_parts(lonely, None))
    assert {(one.low, one.high) for one in found if one.key.startswith("zone=z1")} == {(0, None)}
    assert {(one.low, one.high) for one in found if one.key.startswith("zone=all")} == {(40, None)}


def test_a_sound_squarehas_no_faults() -> None:
    assert list(structure(PUBLISHED)) == []
    assert possible(PUBLISHED, own_parts(PUBLISHED, None))
    assert possible(PUBLISHED, own_parts(PUBLISHED, MADE.only("a")))


def test_margins_that_are_no_sums_are_found() -> None:
    value = PUBLISHED.value.copy()
    row = [one.key for one in seen_by(None)].index("zone=r3, band=c3")
    place = int(np.flatnonzero(PUBLISHED.shown)[row - 4])
    value[place] += 1
    wrong = replace(PUBLISHED, value=value)
    told = [(one.name, one.where, one.detail) for one in structure(wrong)]
    assert told == [
        ("sum.contradiction", "zone=all, band=c3", "by zone"),
        ("sum.contradiction", "zone=r3, band=all", "by band"),
    ]
    assert not possible(wrong, own_parts(wrong, None))
    value[place] -= 2
    assert {one.where for one in structure(replace(PUBLISHED, value=value))} == {one for _, one, _ in told}
    value[place] += 2
    # A part alone that is more than its margin, the others suppressed.
    value[place] += 1000
    hidden_too = np.where(np.arange(len(value)) == place - 1, -1, value)
    assert {one.where for one in structure(replace(PUBLISHED, value=hidden_too))} >= {"zone=r3, band=all"}


def test_a_contradiction_that_no_single_margin_shows() -> None:
    """Rows of 41 and 0 beside columns of 10 and 30, with the grand total suppressed."""
    made = contributions(grid(["r1", "r2"], ["c1", "c2"]), {("r1", "c1"): {"a": 10}, ("r1", "c2"): {"a": 30}})
    square = table(made, hidden=[("r1", "c1"), ("r1", "c2"), ("r2", "c2"), ("all", "all")], zeros_shown=True)
    names = {
        one.key: place
        for place, one in zip(np.flatnonzero(square.shown), learnt(square, own_parts(square, None))[4:], strict=True)
    }
    value = square.value.copy()
    value[names["zone=r1, band=all"]] = 41
    wrong = replace(square, value=value)
    assert list(structure(wrong)) == []
    assert not possible(wrong, own_parts(wrong, None))
    assert possible(square, own_parts(square, None))


def test_a_partition_must_be_disjoint_and_complete() -> None:
    zone = grid(["z1", "z2", "z3"], ["am", "pm"])
    about = About("handmade", Shape.PARTITION, "trips", "trips")

    def made(*groups: tuple[tuple[int, ...], tuple[int, ...]]) -> Published:
        many = len(groups)
        return Published(about, zone, np.ones((many, 2), np.int8), list(groups), np.full(many, 50), ("3-4",) * many)

    whole = made(((0,), (0, 1)), ((1, 2), (0,)), ((1, 2), (1,)))
    assert list(structure(whole)) == []
    assert [one.name for one in structure(made(((0,), (0, 1)), ((1, 2), (0,))))] == ["rows.missing"]
    twice = made(((0,), (0, 1)), ((1, 2), (0,)), ((0, 1, 2), (1,)))
    assert [(one.name, one.where) for one in structure(twice)] == [("rows.overlap", "zone=z1+z2+z3, band=pm")]
    found = learnt(whole, own_parts(whole, contributions(zone, {("z2", "am"): {"a": 7}, ("z3", "am"): {"a": 1}})))
    assert [(one.own, one.low, one.high) for one in found] == [(0, 50, 50), (8, 42, 42), (0, 50, 50)]
    assert list(structure(made())) == []


def test_where_zeros_are_printed_a_suppressed_key_is_not_empty() -> None:
    made = contributions(grid(["z1", "z2"], ["am"]), {("z1", "am"): {"a": 1}, ("z2", "am"): {"b": 20}})
    keys = [(zone, band) for zone in ("z1", "z2") for band in ("am", "all")]
    for zeros_shown, low in ((True, 1), (False, 0)):
        square = table(made, hidden=keys, zeros_shown=zeros_shown)
        found = {one.key: (one.low, one.high) for one in learnt(square, own_parts(square, None))}
        assert found["zone=z1, band=am"] == (low, 21 - low)
    # Unless an empty one is suppressed all the same.
    made = contributions(grid(["z1", "z2", "z3"], ["am"]), {("z1", "am"): {"a": 1}, ("z2", "am"): {"b": 20}})
    keys = [(zone, band) for zone in ("z1", "z2", "z3") for band in ("am", "all")]
    value = table(made, hidden=keys, zeros_shown=True).value.copy()
    square = table(made, hidden=keys, zeros_shown=True)
    value[value == 21] = 2
    three = replace(square, value=value)
    assert {(one.low, one.high) for one in learnt(three, own_parts(three, None)) if not one.shown} == {(0, 2)}
