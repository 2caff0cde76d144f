"""Tables with margins, protected against their own contributors: time against the number of keys, and months on end.

There is no peer: tools for secondary suppression look at outsiders alone. What is set beside is the floor that any such
protection has: the primary rules on every key, which is not safe.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.markets import market
from benchmarks.row import Row
from governance.disclosure.contributions import Contributions
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import Rules
from governance.disclosure.suppress import Suppressed, protect_table
from governance.disclosure.tables.sums import primary, sums_of

ABOUT = About("trip_ends", Shape.TABLE, "trips", "trips")
RULES = Rules(
    min_trips=10, min_vehicles=3, min_users=None, min_holders=3, max_share_percent=85, p_percent=10, coalition=1
)
#: As the designs of markets have it: four holdings, the largest with nearly half.
SHARES = (0.45, 0.3, 0.15, 0.1)
BANDS, DAY_TYPES = 6, 2
TRIPS_PER_ZONE = 3_333
WORKERS = 2


def run(zones: Sequence[int] = (8, 16, 32, 60), months: int = 12) -> list[Row]:
    """A row for each size, then one for the last of so many months that each keep to the pattern of the one before."""
    return [_sized(size) for size in zones] + [_months(zones[-1], months)]


def _market(zones: int, *, month: int = 0) -> Contributions:
    return market(zones, BANDS, DAY_TYPES, SHARES, trips=zones * TRIPS_PER_ZONE, seed=1, month=month)


def _sized(zones: int) -> Row:
    contributions = _market(zones)
    begun = time.perf_counter()
    primary(sums_of(contributions, RULES, zeros_shown=False, weights=None), RULES)
    floor_s = time.perf_counter() - begun
    made = _protected(contributions, None)
    name = (
        f"table {zones} × {BANDS} × {DAY_TYPES}, 4 holdings, {made.report.keys:,} keys, beside the primary rules alone"
    )
    return Row(name, made.report.seconds, floor_s, _said(made))


def _months(zones: int, months: int) -> Row:
    """The last month of a row: the same market, other trips in each, and each month's pattern kept to by the next."""
    earlier: Published | None = None
    total_s = 0.0
    for month in range(months):
        made = _protected(_market(zones, month=1 + month), earlier)
        earlier, total_s = made.published, total_s + made.report.seconds
    name = f"month {months} on top of {months - 1} earlier ones, {zones} zones"
    note = f"{_said(made)}; {made.report.kept} kept hidden; all months {total_s:.0f} s"
    return Row(name, made.report.seconds, None, note)


def _protected(contributions: Contributions, earlier: Published | None) -> Suppressed:
    return protect_table(contributions, RULES, about=ABOUT, zeros_shown=False, earlier=earlier, workers=WORKERS)


def _said(made: Suppressed) -> str:
    report = made.report
    finest = report.useful[-1]
    pattern = f"{report.primaries} primary, {report.secondaries} secondary, {report.rounds} rounds"
    shown, naive = 100 * finest.measure, 100 * finest.naive_measure
    return f"{pattern}, {report.programs:,} programs; base cells show {shown:.1f} % (primary rules alone {naive:.1f} %)"
