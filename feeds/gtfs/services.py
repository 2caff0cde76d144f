"""Which services run on which days, and which days are alike.

``services(service_key, service_id)``, ``service_days(service_key, date)`` (of the years 1970 to 2099), and the service
patterns: two dates on which exactly the same services run share a *pattern*, so that a statistic is computed once for
all of them.
``service_patterns(date, pattern)`` and ``pattern_services(pattern, service_key)`` count only services that have trips.
Patterns are numbered from 1 in the order of their first date.

Most patterns differ at a few stops only. ``stop_services(stop_key, service_key)`` says which services call at a stop,
and ``stop_patterns(stop_key, pattern, like_pattern)`` names for each pattern the first one in which exactly the same
services call there: a statistic of stops is computed once for all patterns that are alike at the stop.
"""

from __future__ import annotations

from feeds.errors import UnusableFeed
from feeds.gtfs.workshop import Workshop

#: A calendar with more service days than this has a mistake in its dates (27 years of 2,000 services).
MOST_SERVICE_DAYS = 20_000_000

#: Years that a timetable can mean, both included: of a service that runs on and on (to the year 9999) only these count.
FIRST_YEAR, LAST_YEAR = 1970, 2099
_FROM, _TO = f"greatest(start_date, DATE '{FIRST_YEAR}-01-01')", f"least(end_date, DATE '{LAST_YEAR}-12-31')"

_NO_CALENDAR = """CREATE OR REPLACE VIEW calendar AS SELECT CAST(NULL AS VARCHAR) AS service_id,
    0 AS monday, 0 AS tuesday, 0 AS wednesday, 0 AS thursday, 0 AS friday, 0 AS saturday, 0 AS sunday,
    CAST(NULL AS DATE) AS start_date, CAST(NULL AS DATE) AS end_date WHERE false"""
_NO_DATES = """CREATE OR REPLACE VIEW calendar_dates AS SELECT CAST(NULL AS VARCHAR) AS service_id,
    CAST(NULL AS DATE) AS date, 0 AS exception_type WHERE false"""

_SERVICES = """
SELECT CAST(row_number() OVER (ORDER BY service_id) AS INTEGER) AS service_key, service_id
FROM (SELECT service_id FROM calendar UNION SELECT service_id FROM calendar_dates) ORDER BY service_id
"""

# calendar_dates.txt, exception_type: 1 adds the service on that date, 2 takes it away.
_SERVICE_DAYS = f"""
WITH ranges AS (
    SELECT service_id, [monday, tuesday, wednesday, thursday, friday, saturday, sunday] AS runs,
        {_FROM} + CAST(unnest(range(CAST({_TO} - {_FROM} AS BIGINT) + 1)) AS INTEGER) AS date
    FROM calendar WHERE {_TO} >= {_FROM}
), weekly AS (
    SELECT service_id, date FROM ranges WHERE runs[isodow(date)] = 1
), days AS (
    (SELECT service_id, date FROM weekly
     UNION SELECT service_id, date FROM calendar_dates WHERE exception_type = 1)
    EXCEPT SELECT service_id, date FROM calendar_dates WHERE exception_type = 2
)
SELECT s.service_key, d.date FROM days d JOIN services s ON s.service_id = d.service_id ORDER BY d.date, s.service_key
"""  # noqa: S608 - years of ours

# The set of a day's services is known by its size and two sums over its members that do not depend on their order.
_PATTERNS = """
WITH used AS (SELECT DISTINCT service_key FROM runs),
days AS (
    SELECT d.date, count(*) AS services, bit_xor(hash(d.service_key)) AS one,
        sum(CAST(md5_number_lower(CAST(d.service_key AS VARCHAR)) AS HUGEINT)) AS other
    FROM service_days d JOIN used u ON u.service_key = d.service_key GROUP BY d.date
), firsts AS (SELECT services, one, other, min(date) AS first FROM days GROUP BY services, one, other)
SELECT days.date, CAST(dense_rank() OVER (ORDER BY firsts.first) AS INTEGER) AS pattern
FROM days JOIN firsts ON firsts.services = days.services AND firsts.one = days.one AND firsts.other = days.other
ORDER BY days.date
"""

_PATTERN_SERVICES = """
SELECT p.pattern, d.service_key
FROM (SELECT pattern, min(date) AS date FROM service_patterns GROUP BY pattern) p
JOIN service_days d ON d.date = p.date
JOIN (SELECT DISTINCT service_key FROM runs) u ON u.service_key = d.service_key
ORDER BY p.pattern, d.service_key
"""

_STOP_SERVICES = """
SELECT DISTINCT s.stop_key, r.service_key FROM stop_times s JOIN runs r ON r.trip_key = s.trip_key
WHERE s.stop_key IS NOT NULL ORDER BY s.stop_key, r.service_key
"""
_STOP_PATTERNS = """
WITH sets AS (
    SELECT s.stop_key, p.pattern, count(*) AS services, bit_xor(hash(s.service_key)) AS one,
        sum(CAST(md5_number_lower(CAST(s.service_key AS VARCHAR)) AS HUGEINT)) AS other
    FROM stop_services s JOIN pattern_services p ON p.service_key = s.service_key GROUP BY s.stop_key, p.pattern
)
SELECT stop_key, pattern, min(pattern) OVER (PARTITION BY stop_key, services, one, other) AS like_pattern
FROM sets ORDER BY stop_key, pattern
"""


def write_services(shop: Workshop, *, has_calendar: bool, has_dates: bool) -> None:
    """Write `services` and `service_days` from the two settled calendars, of which one may be missing.

    Raises:
        UnusableFeed: the dates of the calendar reach beyond all measure.
    """
    if not has_calendar:
        shop.run(_NO_CALENDAR)
    if not has_dates:
        shop.run(_NO_DATES)
    days = f"greatest(date_diff('day', {_FROM}, {_TO}) + 1, 0)"
    claimed = shop.one(f"SELECT coalesce(sum({days}), 0) FROM calendar")  # noqa: S608 - years of ours
    if int(claimed[0]) > MOST_SERVICE_DAYS:
        sentence = f"the services would run on {claimed[0]} days, more than the {MOST_SERVICE_DAYS} that can be meant"
        raise UnusableFeed(sentence, file="calendar.txt", field="end_date")
    shop.write("services", _SERVICES)
    shop.write("service_days", _SERVICE_DAYS)


def write_patterns(shop: Workshop) -> None:
    """Write the four tables of patterns from `service_days`, `runs` and `stop_times`."""
    shop.write("service_patterns", _PATTERNS)
    shop.write("pattern_services", _PATTERN_SERVICES)
    shop.write("stop_services", _STOP_SERVICES)
    shop.write("stop_patterns", _STOP_PATTERNS)
