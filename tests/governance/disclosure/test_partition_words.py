"""What is told of a partition: what its groups pool, in words, and how much of the trips it shows at which grain."""

import numpy as np
import pytest

from governance.bilingual import Sentence
from governance.disclosure.groups import describe
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.partition import partition
from governance.disclosure.published import Published
from governance.disclosure.rules import Rules
from governance.disclosure.steps import Step
from governance.disclosure.usefulness import kept_by_threshold, usefulness
from tests.governance.disclosure.small_town import ABOUT, ZONES, Row, cell_of, read

RULES = Rules(4, 2, None, 2, 90, 10, 0)
STEPS = (Step("zone", "district"), Step("band", "part"), Step("zone", "commune"), Step("zone", "cell"))
AM = {"1": 5, "2": 6, "7": 1, "3": 3}
PM = {"1": 2, "4": 2}
# In the morning zone 7 needs 1; at noon the north is one, and the south is one whatever the hour.
ROWS: list[Row] = [
    (cell_of(zone, band), holding, 1, trips)
    for band, by_zone in (("early", AM), ("noon", PM))
    for zone, trips in by_zone.items()
    for holding in ("w", "x")
]
MORNING = {"1, 7; am": 12, "2; am": 12, "3; am": 6}


def test_groups_are_described_by_what_they_pool() -> None:
    published = partition(read(ROWS), RULES, steps=STEPS).published(ABOUT)
    told = {describe(published, row).en: int(published.value[row]) for row in range(len(published))}
    assert told == {**MORNING, "N; pm": 4, "S": 4}


def test_words_are_those_given_and_long_lists_are_counted() -> None:
    zones = Hierarchy.of("zone", ["commune", "cell"], [*(("A", f"a{one}") for one in range(9)), ("B", "b")])
    nodes = [((0, 1, 2, 3),), ((0, 1, 2, 9),), ((0,),), ((0,),)]
    level = np.array([[2], [2], [1], [0]], np.int8)
    published = Published(ABOUT, (zones,), level, nodes, np.array([9, 9, 9, 9]), ("3-4",) * 4)
    names = {"A": Sentence("Ouest", "West"), "cell": Sentence("mailles", "cells")}
    told = [describe(published, row, names=names) for row in range(4)]
    assert [one.en for one in told] == ["4 cells of West", "4 cells of 10", "West", "everything"]
    assert [one.fr for one in told] == ["4 mailles de Ouest", "4 mailles sur 10", "Ouest", "ensemble"]


def test_shares_are_those_of_trips_at_each_grain() -> None:
    contributions = read(ROWS)
    found = partition(contributions, RULES, steps=STEPS)
    useful = usefulness(found, contributions)
    assert (useful.total, useful.groups) == (38, 5)
    assert useful == usefulness(found.published(ABOUT), contributions)
    assert useful.shown == {("cell", "part", "all"): 30, ("district", "part", "all"): 4, ("district", "all", "all"): 4}
    assert useful.share(("cell", "part", "all")) == pytest.approx(30 / 38)
    # Zones: 2 and 1 in the morning's groups, 4 in the north, 3 in the south; bands: 2, and all 4 in the south.
    zones, bands = 12 * 2 + 12 * 1 + 6 * 1 + 4 * 4 + 4 * 3, 34 * 2 + 4 * 4
    assert useful.pooled == {"zone": zones / 38, "band": bands / 38, "day": 2.0}
    assert useful.by_level("zone") == {"cell": pytest.approx(30 / 38), "district": pytest.approx(8 / 38)}


def test_what_is_suppressed_is_not_shown() -> None:
    contributions = read(ROWS)
    published = partition(contributions, RULES, steps=STEPS).published(ABOUT)
    value = published.value.copy()
    value[published.level[:, 0] == ZONES.base] = -1
    hidden = Published(ABOUT, published.hierarchies, published.level, published.nodes, value, published.coverage)
    assert usefulness(hidden, contributions).shown == {("district", "part", "all"): 4, ("district", "all", "all"): 4}


def test_a_threshold_keeps_the_cells_above_it() -> None:
    useful = kept_by_threshold(read(ROWS), 4)
    assert (useful.groups, useful.shown) == (5, {("cell", "band", "day"): 36})
    assert useful.share(("cell", "band", "day")) == pytest.approx(36 / 38)
    assert kept_by_threshold(read(ROWS), 13).shown == {}
    assert kept_by_threshold(read([]), 1).share(("cell", "band", "day")) == 0


def test_nothing_published_shows_nothing() -> None:
    found = partition(read([(0, "w", 1, 9)]), RULES)
    assert usefulness(found, read([(0, "w", 1, 9)])).shown == {}
    assert usefulness(found.published(ABOUT), read([(0, "w", 1, 9)])).by_level("zone") == {}
