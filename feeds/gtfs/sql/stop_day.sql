-- ---
-- id: gtfs.stop_day
-- title: {fr: Desserte d'un arrêt par jour de service, en: Service of a stop by service day}
-- formula: >-
--   A call is one run passing at the stop; a run is a trip, or one start of a trip of frequencies.txt.
--   departures = number of calls; trips = number of runs among them; routes = number of routes among them;
--   first_s, last_s = least and largest departure time; headway_mean_s, headway_max_s = mean and largest time between
--   consecutive departures that both lie within [window_from_s, window_to_s], null with fewer than two.
--   All days of a service pattern have the same values. Times are seconds since noon minus 12 h of the service day and
--   go beyond 86400 after midnight. A call at the end of a trip counts; with boarding_only it does not, nor does one
--   without pick-up. A call that the feed gives no time for is placed between its neighbours (see stop_times); without
--   interpolate it counts but has no time. With split_directions each direction_id has its own record.
-- unit: {departures: departures, trips: trips, routes: routes, first_s: s, last_s: s, headway_mean_s: s, headway_max_s: s}
-- dimensions: [pattern, stop_id, direction_id]
-- source: GTFS Schedule Reference, stop_times.txt, trips.txt, frequencies.txt, calendar.txt, calendar_dates.txt
-- tables: [stop_times, runs, pattern_services, stop_services, stop_patterns, stops]
-- parameters: {pattern: null, window_from_s: 25200, window_to_s: 68400, boarding_only: false, split_directions: false, interpolate: true}
-- ---
WITH wanted AS (
  SELECT stop_key, pattern, CASE WHEN $pattern IS NULL THEN like_pattern ELSE pattern END AS basis
  FROM stop_patterns
  WHERE $pattern IS NULL OR pattern = $pattern
), served AS (
  SELECT b.basis, CAST(v.stop_key AS BIGINT) * 10000000 + v.service_key AS stop_service
  FROM (SELECT DISTINCT stop_key, basis FROM wanted) AS b
  JOIN stop_services AS v ON v.stop_key = b.stop_key
  JOIN pattern_services AS p ON p.pattern = b.basis AND p.service_key = v.service_key
), active AS (
  SELECT trip_key, route_key, service_key, direction_id, shift_s
  FROM runs
  WHERE service_key IN (SELECT service_key FROM pattern_services WHERE $pattern IS NULL OR pattern = $pattern)
), calls AS (
  SELECT
    v.basis,
    s.stop_key,
    CASE WHEN $split_directions THEN r.direction_id END AS direction_id,
    r.route_key,
    CASE WHEN $interpolate OR NOT s.interpolated THEN s.departs_s + r.shift_s END AS departs_s,
    s.first_call
  FROM stop_times AS s
  JOIN active AS r ON r.trip_key = s.trip_key
  JOIN served AS v ON v.stop_service = CAST(s.stop_key AS BIGINT) * 10000000 + r.service_key
  WHERE (NOT $boarding_only OR (NOT s.next_stop_key IS NULL AND COALESCE(s.pickup_type, 0) <> 1))
), by_route AS (
  SELECT
    basis, stop_key, direction_id, route_key,
    COUNT(*) AS departures,
    SUM(CASE WHEN first_call THEN 1 ELSE 0 END) AS trips,
    MIN(departs_s) AS first_s,
    MAX(departs_s) AS last_s
  FROM calls
  GROUP BY basis, stop_key, direction_id, route_key
), by_stop AS (
  SELECT
    basis, stop_key, direction_id,
    SUM(departures) AS departures,
    SUM(trips) AS trips,
    COUNT(*) AS routes,
    MIN(first_s) AS first_s,
    MAX(last_s) AS last_s
  FROM by_route
  GROUP BY basis, stop_key, direction_id
), gaps AS (
  SELECT
    basis, stop_key, direction_id,
    departs_s - LAG(departs_s) OVER (PARTITION BY basis, stop_key, direction_id ORDER BY departs_s) AS gap_s
  FROM calls
  WHERE departs_s BETWEEN $window_from_s AND $window_to_s
), headways AS (
  SELECT basis, stop_key, direction_id, AVG(gap_s) AS headway_mean_s, MAX(gap_s) AS headway_max_s
  FROM gaps
  GROUP BY basis, stop_key, direction_id
)
SELECT
  w.pattern,
  t.stop_id,
  b.direction_id,
  CAST(b.departures AS BIGINT) AS departures,
  CAST(b.trips AS BIGINT) AS trips,
  b.routes,
  b.first_s,
  b.last_s,
  h.headway_mean_s,
  h.headway_max_s
FROM wanted AS w
JOIN by_stop AS b ON b.stop_key = w.stop_key AND b.basis = w.basis
JOIN stops AS t ON t.stop_key = b.stop_key
LEFT JOIN headways AS h
  ON h.basis = b.basis AND h.stop_key = b.stop_key
  AND COALESCE(h.direction_id, -1) = COALESCE(b.direction_id, -1)
ORDER BY w.pattern, t.stop_id, b.direction_id
