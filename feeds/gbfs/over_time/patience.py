"""What is still believed of a system over time: every threshold, with its unit and why it is so wide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Thresholds. Time is only counted while somebody watches: between polls at most `gap_s` apart.

    What is counted (jumps, journeys, late polls) is counted in windows of `window_s`, so that what was mended is
    forgotten.
    """

    gap_s: float = 3_600
    window_s: float = 86_400
    #: The standard's "data latency": near-realtime files are no more than five minutes out of date.
    latency_s: float = 300
    #: last_updated of a near-realtime file that stands still.
    unmoved_s: float = 3_600
    #: A whole night in which nobody rides is believed, a whole night and morning is not.
    frozen_feed_s: float = 43_200
    #: A station may see nobody for a winter's day or two, of its opening.
    frozen_station_s: float = 172_800
    #: Counts that do not add may be a matter of seconds between two sources; not for two hours.
    trouble_s: float = 7_200
    #: A vehicle that went further was ridden; less is the noise of GPS among houses.
    moved_m: float = 200
    #: 144 km/h: no van that rebalances vehicles is faster between two polls.
    speed_ms: float = 40
    journeys: int = 20
    kept_share: float = 0.5
    late_polls: int = 10
    late_share: float = 0.5
    jump_share: float = 0.5
    jump_from: int = 20
    #: As `feeds.gbfs.across.Plausible`: 11,849 vehicles at one station were seen in a published system.
    station_vehicles: int = 500
