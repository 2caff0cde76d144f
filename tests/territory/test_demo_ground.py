"""What the demo territory stands on: chance, calendar, ground, timetable."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.territory.demo.draws import Draws, share_out
from hub.territory.demo.geography import COMMUNES, PLACES, altitude_m, communes_geojson, straight_m
from hub.territory.demo.gravity import cost_s, gravity
from hub.territory.demo.text import uuids
from hub.territory.demo.year import (
    DAY_S,
    DAY_TYPE_OF_DAY,
    FROM_UTC_S,
    HABIT_OF_DAY,
    TO_UTC_S,
    midnight_utc_s,
    utc_s,
    wall_s,
)

PARIS = ZoneInfo("Europe/Paris")


def test_chance_is_pinned_to_its_first_words() -> None:
    # The bytes of the demo hang on these: they may change only together with a note in the changelog.
    assert Draws(7).words(2).tolist() == [11530976094092348043, 16550673365885938325]


@settings(derandomize=True, deadline=None)
@given(seed=st.integers(0, 1 << 40), bound=st.integers(1, 1 << 32), count=st.integers(0, 200))
def test_draws_stay_below_their_bound(seed: int, bound: int, count: int) -> None:
    drawn = Draws(seed, "x").below(bound, count)
    assert len(drawn) == count
    assert ((drawn >= 0) & (drawn < bound)).all()


@settings(derandomize=True, deadline=None)
@given(total=st.integers(0, 6_000_000), weights=st.lists(st.integers(1, 10_000), min_size=1, max_size=40))
def test_shares_sum_to_the_whole_and_keep_the_proportions(total: int, weights: list[int]) -> None:
    shares = share_out(total, np.array(weights, dtype=np.int64))
    assert shares.sum() == total
    exact = np.array(weights) * total / sum(weights)
    assert (np.abs(shares - exact) < 1.000_001).all()


def _agrees_with_the_zone_database(instant: int) -> bool:
    local = dt.datetime.fromtimestamp(instant, PARIS)
    shown = dt.datetime.fromtimestamp(int(wall_s(np.array([instant]))[0]), dt.UTC)
    back = utc_s(wall_s(np.array([instant])), second_fold=np.array([bool(local.fold)]))
    return shown.replace(tzinfo=None) == local.replace(tzinfo=None) and back[0] == instant


@settings(derandomize=True, deadline=None)
@given(st.integers(FROM_UTC_S, TO_UTC_S - 1))
def test_the_local_clock_is_that_of_the_zone_database(instant: int) -> None:
    assert _agrees_with_the_zone_database(instant)


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
def test_the_local_clock_is_right_on_the_days_when_it_changes(day: dt.date) -> None:
    midnight = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
    wrong = [
        instant
        for instant in range(midnight - 7_200, midnight + 14_400, 300)
        if not _agrees_with_the_zone_database(instant)
    ]
    assert wrong == []


def test_days_are_as_long_as_the_clock_says() -> None:
    lengths = np.diff(midnight_utc_s(np.arange(366)))
    odd = {int(day): int(lengths[day]) for day in np.flatnonzero(lengths != DAY_S)}
    assert odd == {87: 23 * 3_600, 297: 25 * 3_600}  # 29 March, 25 October


def test_a_holiday_counts_by_its_weekday_but_is_lived_as_a_sunday() -> None:
    whit_monday = dt.date(2026, 5, 25).timetuple().tm_yday - 1
    assert (DAY_TYPE_OF_DAY[whit_monday], HABIT_OF_DAY[whit_monday]) == (0, 2)


def test_the_communes_tile_the_basin() -> None:
    outlines = [commune.polygon() for commune in COMMUNES]
    assert len(outlines) == 6
    assert all(outline.is_valid for outline in outlines)
    assert all(one.intersection(two).area == 0 for one, two in combinations(outlines, 2))
    basin = shapely.union_all(outlines)
    assert isinstance(basin, shapely.Polygon)
    assert not basin.interiors
    assert basin.area == pytest.approx(sum(outline.area for outline in outlines), rel=1e-12)


def test_each_place_lies_in_its_commune() -> None:
    outlines = {commune.id: commune.polygon() for commune in COMMUNES}
    for place in PLACES:
        assert outlines[place.commune].contains(shapely.Point(place.lng, place.lat)), place.id


def test_communes_are_written_as_geojson_wants_them() -> None:
    features = communes_geojson()["features"]
    assert [feature["properties"]["id"] for feature in features] == [commune.id for commune in COMMUNES]
    for feature in features:
        ring = feature["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        assert shapely.LinearRing(ring).is_ccw


def test_the_plateau_is_high_and_hard_to_reach() -> None:
    assert altitude_m(45.0712, 5.6085) < 300
    assert altitude_m(45.1035, 5.5180) > 900
    ids = [place.id for place in PLACES]
    down, up = ids.index("gare"), ids.index("roche")
    assert cost_s()[down, up] > 1.5 * cost_s()[up, down]


def test_nobody_rides_to_where_they_are() -> None:
    model = gravity()
    origin = np.repeat(np.arange(len(PLACES)), 500)
    chance = np.tile(np.linspace(0, (1 << 32) - 1, 500).astype(np.int64), len(PLACES))
    for context in range(len(model.steps)):
        goal = model.destinations(np.full(len(origin), context), origin, chance)
        assert (goal != origin).all()
        assert goal.max() < len(PLACES)


def test_distances_are_those_of_the_ellipsoid() -> None:
    # Place du Marché to Roche-Haute: 4,190 m on the ellipsoid (Karney's geodesic).
    metres = straight_m(*(np.array([value]) for value in (45_072_400, 5_604_500, 45_096_000, 5_563_000)))
    assert metres[0] == pytest.approx(4_190, abs=4)


def test_uuids_are_version_4_and_each_its_own() -> None:
    bits = Draws(3, "ids").words(2_000).view(np.int64)
    made = [text.as_py() for nth in range(3) for text in uuids(bits[:1_000], bits[1_000:], nth=nth)]
    assert len(set(made)) == 3_000
    assert all(len(text) == 36 and text[14] == "4" and text[19] in "89ab" for text in made)
