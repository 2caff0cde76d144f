"""What is still believed of a message, and when it is old. Wide: it is to catch what cannot be, not what is rare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plausible:
    """Thresholds. Seconds, metres, metres a second.

    stale_s: the reference wants a message each 30 s; 65 s are two of them and a late one (rule W008).
    refresh_s: 30 s and a late one (W007).
    future_s: clocks that NTP keeps differ by less (E050).
    old_position_s: a vehicle that was silent for a quarter of an hour has likely parked.
    delay_s: beyond six hours a trip is cancelled rather than late, long-distance trains included.
    prediction_s: nobody predicts further than the next service day.
    speed_mps: the fastest train in service (Shanghai, 431 km/h) does 120 m/s.
    road_mps: a bus, tram or ferry does not pass 144 km/h; 50 km/h written as m/s does.
    jump_m: positions of a standing vehicle scatter by hundreds of metres between high buildings.
    trip_m: width of a street, GPS and a shape that cuts corners. The validator's own buffer is 200 m (E029).
    stop_line_m: where only the straight lines between stops are known.
    network_m: depots lie outside of the network, but not far (E028 allows 1,609 m).
    """

    stale_s: int = 65
    refresh_s: int = 35
    future_s: int = 60
    old_position_s: int = 900
    delay_s: int = 6 * 3600
    prediction_s: int = 36 * 3600
    speed_mps: float = 125.0
    road_mps: float = 40.0
    jump_m: float = 1_000.0
    trip_m: float = 500.0
    stop_line_m: float = 5_000.0
    network_m: float = 5_000.0


#: route_type of vehicles that keep to `road_mps`: tram, bus, ferry, cable tram, aerial lift, funicular, trolleybus.
ROAD_TYPES: tuple[int, ...] = (0, 3, 4, 5, 6, 7, 11)
#: Seconds since 1970 between which a timestamp or prediction can be meant: the years 2000 and 2100. Milliseconds, and
#: seconds of the day, lie outside.
POSIX: tuple[int, int] = (946_684_800, 4_102_444_800)
#: The end of the year 9999, which publishers write for "until further notice".
FOREVER_S = 253_402_300_799
#: Versions of GTFS Realtime, and whether they require what 2.0 requires.
VERSIONS: Mapping[str, bool] = {"1.0": False, "2.0": True}
