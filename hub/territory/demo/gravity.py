"""Where people go from where they are: attraction of the places, hindered by the way, and by the way up most.

The weight of going from o to d is ``draw(d) x exp(-cost(o, d) / 900 s)``; a climb costs time that a descent does not
give back. Weights are rounded to whole numbers before they are drawn from (see `draws`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hub.territory.demo.draws import Ints
from hub.territory.demo.geography import PLACE_ALTITUDE_M, PLACE_LAT, PLACE_LNG, PLACES, straight_m
from hub.territory.demo.year import BANDS, DATES, HABIT_OF_DAY, NO_SCHOOL

#: What a kind of place draws, in percent, by habit (working day, Saturday, Sunday) and band (night … evening).
PULL: Final[dict[str, tuple[tuple[int, int, int, int, int], ...]]] = {
    "station": ((60, 220, 80, 160, 80), (60, 90, 90, 110, 110), (60, 60, 90, 170, 120)),
    "market": ((80, 70, 130, 120, 190), (100, 120, 210, 160, 200), (100, 90, 150, 120, 160)),
    "school": ((10, 210, 80, 40, 40), (10, 60, 50, 40, 40), (10, 20, 40, 40, 40)),
    "hospital": ((60, 120, 110, 80, 50), (60, 70, 80, 80, 60), (60, 60, 90, 80, 60)),
    "work": ((40, 220, 90, 40, 20), (30, 50, 50, 30, 20), (20, 20, 30, 30, 20)),
    "home": ((240, 30, 80, 210, 200), (240, 60, 90, 150, 170), (240, 60, 100, 170, 190)),
    "ski": ((10, 40, 60, 20, 20), (10, 160, 120, 40, 20), (10, 160, 120, 30, 20)),
    "lake": ((10, 20, 60, 60, 30), (10, 40, 140, 100, 40), (10, 40, 170, 110, 40)),
}
#: Parts of the year that change what draws: 0 term, 1 school holidays, 2 snow season, 3 high summer.
SEASONS: Final = 4
_SEASON_PERCENT: Final[dict[str, tuple[int, int, int, int]]] = {
    "school": (100, 15, 90, 5),
    "ski": (30, 30, 900, 40),
    "lake": (60, 90, 10, 600),
    "work": (100, 80, 100, 60),
}
_HABITS = 3
_DECAY_S = 900.0
_SCALE = 1 << 20


def season_of_day() -> Ints:
    """The season of each day of the year."""
    season = np.where(NO_SCHOOL, 1, 0)
    for number, date in enumerate(DATES):
        if date.month in (1, 2) or (date.month == 12 and date.day >= 19):
            season[number] = 2
        elif date.month in (7, 8):
            season[number] = 3
    return season.astype(np.int64)


SEASON_OF_DAY: Final = season_of_day()


def context_of(day: Ints, band: Ints) -> Ints:
    """The number of the table of weights that holds on a day and in a band."""
    return (SEASON_OF_DAY[day] * _HABITS + HABIT_OF_DAY[day]) * len(BANDS) + band


def cost_s() -> Ints:
    """Seconds felt between each two places: 4 m/s on the way's length, 4 s for a metre up, 1 s saved for four down."""
    one = np.arange(len(PLACES))
    origin, destination = np.meshgrid(one, one, indexing="ij")
    way_m = straight_m(PLACE_LAT[origin], PLACE_LNG[origin], PLACE_LAT[destination], PLACE_LNG[destination])
    climb_m = PLACE_ALTITUDE_M[destination] - PLACE_ALTITUDE_M[origin]
    felt = way_m * 13 // 40 + np.where(climb_m > 0, climb_m * 4, climb_m // 4)
    return np.maximum(felt, 60).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Gravity:
    """`steps[context, origin]` are the running sums of the destinations' weights."""

    steps: Ints

    def destinations(self, context: Ints, origin: Ints, chance: Ints) -> Ints:
        """A destination for each trip; `chance` is an even draw below 2^32."""
        rows = self.steps[context, origin]
        target = (chance * rows[:, -1]) >> 32
        destination: Ints = (rows <= target[:, None]).sum(axis=1).astype(np.int64)
        return destination


def gravity() -> Gravity:
    """The model for every season, habit and band."""
    nearness = np.exp(-cost_s() / _DECAY_S)
    np.fill_diagonal(nearness, 0.0)
    tables = []
    for season in range(SEASONS):
        for habit in range(_HABITS):
            for band in range(len(BANDS)):
                weights = nearness * _draws(season, habit, band)[None, :]
                weights = np.rint(weights / weights.sum(axis=1, keepdims=True) * _SCALE)
                tables.append(np.cumsum(weights.astype(np.int64), axis=1))
    return Gravity(steps=np.stack(tables))


def _draws(season: int, habit: int, band: int) -> Ints:
    return np.array(
        [
            place.draw * PULL[place.kind][habit][band] * _SEASON_PERCENT.get(place.kind, (100,) * SEASONS)[season]
            for place in PLACES
        ],
        dtype=np.int64,
    )
