"""From where on a timetable is hard to believe: one table, each number with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from feeds.gtfs.services import FIRST_YEAR, LAST_YEAR


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number, its unit, and why it is this number."""

    name: str
    value: float
    unit: str
    why: str


#: Fastest a kind of vehicle goes between two stops, by route_type: km/h. Extended types count as their hundreds.
SPEEDS_KMH: Final[tuple[tuple[int, float, str], ...]] = (
    (0, 120, "tram-trains reach 100 km/h between towns"),
    (1, 160, "express metros reach 130 to 160 km/h"),
    (2, 400, "the fastest trains in service run at 350 km/h"),
    (3, 130, "coaches are limited to 100 km/h in France, to about 120 km/h elsewhere"),
    (4, 110, "the fastest car ferries make 58 knots"),
    (5, 60, "cable trams creep"),
    (6, 60, "gondolas stay below 45 km/h"),
    (7, 70, "funiculars stay below 50 km/h"),
    (11, 110, "trolleybuses leave no road faster than that"),
    (12, 450, "the magnetic railway of Shanghai runs at 431 km/h"),
    (1100, 1200, "airliners: 1,000 km/h with a strong wind behind"),
)
#: What any other kind of vehicle may do.
OTHER_KMH: Final = 200.0

THRESHOLDS: Final[tuple[Threshold, ...]] = (
    Threshold("slack_s", 60, "s", "times written to the minute hide up to a minute of the way"),
    Threshold("teleport_m", 500, "m", "below this a position that is a little wrong makes any speed"),
    Threshold("zero_m", 500, "m", "the French national validator tells hops without time from 500 m on"),
    Threshold("zero_minute_m", 1500, "m", "within one minute of the clock: 90 km/h and more, at any hour of the day"),
    Threshold("frequent_s", 900, "s", "a vehicle each quarter of an hour is where people stop looking at timetables"),
    Threshold("frequent_runs", 20, "departures", "five hours of such a service: fewer say nothing about a habit"),
    Threshold("hole_times", 3, "times the median headway", "two vehicles in a row are missing"),
    Threshold("hole_least_s", 2700, "s", "shorter waits are how timetables thin out in the evening"),
    Threshold("hole_most_s", 10800, "s", "longer ones part two services: a line of the rush hours only"),
    Threshold("beside_times", 1.5, "times the median headway", "before and after a hole the service is its usual self"),
    Threshold("alone_deg", 0.5, "degrees", "30 to 55 km: no network of a town or region has such a lonely stop"),
    Threshold("alone_share", 0.02, "of the stops", "more lonely stops than that are a long-distance network"),
    Threshold("one_point_stops", 3, "stops", "two stops may face each other"),
    Threshold("drop_share", 0.3, "of the median of the same weekday", "holidays run as a Sunday; this is less"),
    Threshold("drop_days", 4, "days", "a median of fewer days of one weekday is none"),
    Threshold(
        "first_year", FIRST_YEAR, "year", "services of earlier years are none of GTFS; their days are not counted"
    ),
    Threshold("last_year", LAST_YEAR, "year", "nobody knows what runs later; such days are not counted"),
    Threshold("sunday_share", 0.8, "of the median of Sundays", "a weekday that runs as a Sunday is a public holiday"),
)


def values() -> dict[str, float]:
    """The thresholds by name, for the queries."""
    return {one.name: one.value for one in THRESHOLDS}
