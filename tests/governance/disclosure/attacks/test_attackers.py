"""The attackers find what is known to be found, each with its source, and nothing where nothing is to be found."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from governance.disclosure.attacks.arranging import arrange
from governance.disclosure.attacks.attack import Fact, Secret
from governance.disclosure.attacks.calendar import span
from governance.disclosure.attacks.ground import NotComparable, axis_of
from governance.disclosure.attacks.knowledge import Floors, Knowledge, Out
from governance.disclosure.attacks.register import ATTACKS, run_all
from governance.disclosure.attacks.solving import insight
from governance.disclosure.attacks.telling import certain, telling
from governance.disclosure.attacks.truth import Truth, judged, least_slack
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published, Shape
from tests.governance.disclosure.attacks.market import MEMBERS, market, out, partitioned, zones

HIDDEN = -1


def _published(
    hierarchies: tuple[Hierarchy, ...], keys: Sequence[tuple[object, object, int]], **about: bool
) -> Published:
    level = np.array([key[0] for key in keys], np.int8)
    nodes = [key[1] for key in keys]
    value = np.array([key[2] for key in keys], np.int64)
    told = About("c", Shape.TABLE, "trips", "trips", **about)  # type: ignore[arg-type]
    return Published(told, hierarchies, level, nodes, value, ("",) * len(keys))  # type: ignore[arg-type]


def bounds(facts: Sequence[Fact], secret: Secret = Secret.TRIPS) -> dict[tuple[str, ...], tuple[float, float | None]]:
    """Low and high by the names of the place's nodes."""
    return {
        tuple(value for name, value in one.place.label().items() if name != "release"): (one.low, one.high)
        for one in facts
        if one.secret is secret and one.place is not None
    }


def test_the_list_is_whole_and_in_two_languages() -> None:
    assert sorted(ATTACKS) == list(range(1, 23))
    for number, attack in ATTACKS.items():
        assert attack.number == number
        assert attack.title.fr != attack.title.en
        assert all((attack.needs.fr, attack.needs.en))


def test_who_has_nothing_learns_nothing_and_is_told_what_is_missing() -> None:
    for learnt in run_all(Knowledge()).values():
        assert (learnt.tried, learnt.facts) == (False, ())
        assert "It needs" in learnt.note.en


def test_geurts() -> None:
    """Handbook on SDC, 2nd ed., section 4.2.2 (after Geurts): rows 7, 3, (3, 3) = 6; columns 9, 7: X11 is 3 to 6."""
    hierarchies = (Hierarchy.flat("row", "row", ["1", "2", "3"]), Hierarchy.flat("col", "col", ["1", "2"]))
    keys = [((1, 0), ((i,), (0,)), total) for i, total in enumerate((7, 3, 6))]
    keys += [((0, 1), ((0,), (j,)), total) for j, total in enumerate((9, 7))]
    keys += [((1, 1), ((i,), (j,)), 3 if i == 2 else HIDDEN) for i in range(3) for j in range(2)]
    learnt = ATTACKS[2].run(Knowledge((out(_published(hierarchies, keys)),)))
    found = bounds(learnt.facts)
    assert found["1", "1"] == (3, 6)
    assert found["2", "1"] == (0, 3)
    assert ATTACKS[1].run(Knowledge((out(_published(hierarchies, keys)),))).facts == ()


CHICAGO = {3: (105, 61), 5: (143, 32), 10: (196, 25)}


@pytest.mark.shared_data
@pytest.mark.parametrize("k", CHICAGO)
def test_chicago(shared_data: Path, k: int) -> None:
    """Chicago's scooter flows of 2019, a threshold alone, totals printed and zeros shown: so many of the hidden cells
    are found exactly. Trips that begin or end in no community area are a row and a column like others. With zeros
    under the same code none of these is found exactly any more.
    """
    with (shared_data / "mds" / "chicago-2019" / "scooter_trips_od_2019.csv").open() as file:
        flows = {
            (row["start_community_area"] or "none", row["end_community_area"] or "none"): int(row["trips"])
            for row in csv.DictReader(file)
        }
    published = _flows(flows, k=k, zeros_shown=True)
    base = [row for row in range(len(published)) if tuple(published.level[row]) == (1, 1)]
    hidden = [row for row in base if not published.shown[row]]
    found = _others(published, hidden, k)
    exact = [row for row, (low, high) in zip(hidden, found, strict=True) if low == high]
    assert (len(hidden), len(exact)) == CHICAGO[k]
    with_hidden_zeros = _others(_flows(flows, k=k, zeros_shown=False), exact[:8], None)
    assert all(low != high for low, high in with_hidden_zeros)


def _others(published: Published, rows: Sequence[int], k: int | None) -> list[tuple[int, int | None]]:
    arrangement = arrange(Knowledge((out(published),), told_k=k))
    mind = insight(Knowledge(), arrangement)
    return [mind.others(arrangement.place(row).atoms) for row in rows]


def _flows(flows: dict[tuple[str, str], int], *, k: int, zeros_shown: bool) -> Published:
    names = (sorted({start for start, _ in flows}), sorted({end for _, end in flows}))
    hierarchies = (Hierarchy.flat("origin", "area", names[0]), Hierarchy.flat("destination", "area", names[1]))
    keys: list[tuple[object, object, int]] = []
    for i, start in enumerate(names[0]):
        for j, end in enumerate(names[1]):
            trips = flows.get((start, end), 0)
            printed = trips if trips >= k or (zeros_shown and trips == 0) else HIDDEN
            keys.append(((1, 1), ((i,), (j,)), printed))
    keys += [
        ((1, 0), ((i,), (0,)), sum(n for (s, _), n in flows.items() if s == one)) for i, one in enumerate(names[0])
    ]
    keys += [
        ((0, 1), ((0,), (j,)), sum(n for (_, e), n in flows.items() if e == one)) for j, one in enumerate(names[1])
    ]
    keys.append(((0, 0), ((0,), (0,)), sum(flows.values())))
    return _published(hierarchies, keys, zeros_shown=zeros_shown)


def test_a_share_is_bounded_from_above() -> None:
    """Handbook, section 4.2: of 300, 20 and 10 the total must be bounded no lower than 300 / 0.85 = 352.94."""
    one = market((zones("X"),), [("X", "a", 300, 9), ("X", "b", 20, 9), ("X", "c", 10, 9)])
    raw = replace(
        MEMBERS, min_trips=1, min_vehicles=None, min_holders=1, max_share_percent=100, p_percent=0, coalition=0
    )
    facts = ATTACKS[2].run(Knowledge((out(partitioned(one, raw)),))).facts
    (whole,) = (fact for fact in facts if fact.secret is Secret.TRIPS)
    for high, broken in ((330, True), (352, True), (353, False), (400, False)):
        bound = replace(whole, high=high)
        assert bool(judged([bound], one.truth())) is broken


def test_two_roundings_of_one_number_narrow_it_down() -> None:
    """13 is 15 to base 5 and 10 to base 10: between 13 and 14."""
    zone = (zones("X", "Y"),)
    parts = [((1,), ((node,),)) for node in (0, 1)]
    releases = []
    for base, value in ((5, 15), (10, 10)):
        told = About("c", Shape.TABLE, "trips", "trips", rounding=base, zeros_shown=True)
        level, nodes = np.array([part[0] for part in parts], np.int8), [part[1] for part in parts]
        releases.append(Out(f"r{base}", Published(told, zone, level, nodes, np.array([value, 40]), ("", ""))))
    assert bounds(ATTACKS[2].run(Knowledge(tuple(releases))).facts)["X",] == (13, 14)


def test_a_day_of_25_hours_less_one_of_24() -> None:
    """On 25 October 2026 the local day has 25 hours; a count of 24 from its midnight leaves the last one: 7 trips."""
    begin = dt.datetime(2026, 10, 25)
    spans = [(begin, begin + dt.timedelta(hours=hours)) for hours in (25, 24)]
    one = market((zones("X"),), [("X", name, 20, 5) for name in "abc"])
    day = partitioned(one)
    releases = [
        Out(f"r{number}", replace(day, value=np.array([value])), span=spans[number])
        for number, value in enumerate((67, 60))
    ]
    facts = ATTACKS[7].run(Knowledge(tuple(releases))).facts
    last = [
        (fact.low, fact.high)
        for fact in facts
        if fact.place is not None and "T00:00" in fact.place.label().get("calendar", "")
    ]
    assert (7, 7) in [(fact.low, fact.high) for fact in facts]
    assert last


def test_months_and_days_of_two_cubes_are_laid_over_one_another() -> None:
    months = Hierarchy.flat("month", "month", ["2026-01", "2026-02"])
    days = Hierarchy.of("month", ["month", "day"], [("2026-01", "2026-01-31"), ("2026-02", "2026-02-01")])
    releases = [
        Out(name, _partition(one, values)) for name, one, values in (("m", months, (50, 60)), ("d", days, (12, 13)))
    ]
    arrangement = arrange(Knowledge(tuple(releases)))
    assert len(arrangement.rows) == 4
    assert arrangement.atoms == 4
    assert [span("2026-Q1"), span("2026-12"), span("am")] == [
        (dt.datetime(2026, 1, 1), dt.datetime(2026, 4, 1)),
        (dt.datetime(2026, 12, 1), dt.datetime(2027, 1, 1)),
        None,
    ]
    assert span("2026-03-01", "month") == (dt.datetime(2026, 3, 1), dt.datetime(2026, 4, 1))
    assert span("2026-13") is None


def _partition(hierarchy: Hierarchy, values: Sequence[int]) -> Published:
    level = np.full((len(values), 1), hierarchy.base, np.int8)
    nodes = [((node,),) for node in range(len(values))]
    told = About("c", Shape.PARTITION, "trips", "trips")
    return Published(told, (hierarchy,), level, nodes, np.array(values), ("3-4",) * len(values))


def test_zones_that_nothing_is_said_of_may_touch_anywhere() -> None:
    """What an attacker assumes too freely makes it know less, never more."""
    one, other = zones("A", "B"), Hierarchy.flat("zone", "cell", ["x", "y"])
    assert axis_of("zone", [one, other], frozenset()).size == 4
    assert axis_of("zone", [one, other], frozenset({("A", "x"), ("y", "B")})).size == 2
    nested = Hierarchy.of("zone", ["zone", "cell"], [("A", "x"), ("B", "y")])
    assert axis_of("zone", [one, nested], frozenset()).size == 2
    many = [Hierarchy.flat("zone", f"l{place}", [f"{place}{number}" for number in range(300)]) for place in range(2)]
    with pytest.raises(NotComparable, match="nothing says how these zones lie"):
        axis_of("zone", many, frozenset())


def test_p_between_a_hidden_and_a_shown_cell_of_which_all_is_known() -> None:
    """X: 100 (6) / 60 = 10 is shown, Y: 100 (5) / 54 = 9.3 is hidden, and nothing but p can have hidden it."""
    parts = {"X": (60, 40, 6), "Y": (54, 40, 5)}
    rows = [(zone, "abc"[number], trips) for zone, many in parts.items() for number, trips in enumerate(many)]
    known = pa.table(
        {name: list(column) for name, column in zip(("zone", "holding", "trips"), zip(*rows, strict=True), strict=True)}
    )
    hierarchy = zones("X", "Y")
    keys = [((1,), ((0,),), 106), ((1,), ((1,),), HIDDEN)]
    knowledge = Knowledge((out(_published((hierarchy,), keys)),), least=known, most=known, floors=Floors(10, 3, 3, 85))
    (fact,) = (one for one in ATTACKS[19].run(knowledge).facts if one.secret is Secret.RULE)
    assert (round(fact.low, 1), fact.high) == (9.3, 10)
    assert judged([fact], Truth(known))
    for other in (Floors(46, 3, 3, 85), Floors(10, 3, 4, 85), Floors(10, 3, 3, 50)):  # another floor may have hidden it
        assert not [one for one in ATTACKS[19].run(replace(knowledge, floors=other)).facts if one.secret is Secret.RULE]


def test_what_is_printed_is_no_news_and_the_most_telling_comes_first() -> None:
    cells = [[20, 20, 20], [20, HIDDEN, 20], [20, 20, 20]]
    keys = [((1, 1), ((i,), (j,)), cells[i][j]) for i in range(3) for j in range(3)]
    keys += [((1, 0), ((i,), (0,)), 60 if i != 1 else 46) for i in range(3)]
    names = [f"{number}" for number in range(3)]
    published = _published((Hierarchy.flat("row", "row", names), Hierarchy.flat("col", "col", names)), keys)
    facts = telling(ATTACKS[2].run(Knowledge((out(published),))).facts)
    assert (facts[0].low, facts[0].high, certain(facts[0])) == (6, 6, True)
    assert [certain(fact) for fact in facts[1:]].count(True) == 0


def test_the_least_slack_of_a_group_that_is_just_safe() -> None:
    """60, 33, 7 with p = 10: b bounds a by 100 - 33 - 1 = 66, just what is asked."""
    parts = [("X", "a", 60, 9), ("X", "b", 33, 9), ("X", "c", 7, 7)]
    one = market((zones("X"),), parts)
    facts = ATTACKS[3].run(Knowledge((out(partitioned(one)),), own=one.of("b"))).facts
    assert least_slack(facts, one.truth(me=("b",))) == 1
    assert judged(facts, one.truth(me=("b",))) == ()
    assert judged(facts, replace(one.truth(me=("b",)), p_percent=11))
