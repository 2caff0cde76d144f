-- ---
-- id: gtfs.route_day
-- title: {fr: Offre d'une ligne par jour de service, en: Service of a route by service day}
-- formula: >-
--   trips = number of runs (a trip, or one start of a trip of frequencies.txt); first_s = least departure, last_s = largest
--   arrival of any of them; span_s = last_s - first_s; duration_mean_s = mean time from a run's first departure to its last
--   arrival; distance_m = total distance of the runs whose distance and duration are known; speed_kmh = commercial speed =
--   that distance over the duration of the same runs, stops included. distance_source tells how a run's distance was
--   found: shape_dist (shape_dist_traveled, where its unit is clear and it fits the stops), straight (straight lines from
--   stop to stop, a lower bound) or mixed. Times are seconds since noon minus 12 h of the service day.
-- unit: {trips: trips, first_s: s, last_s: s, span_s: s, duration_mean_s: s, distance_m: m, speed_kmh: km/h}
-- dimensions: [pattern, route_id, direction_id]
-- source: GTFS Schedule Reference, routes.txt, trips.txt, stop_times.txt, frequencies.txt
-- tables: [runs, trip_spans, pattern_services, routes]
-- parameters: {pattern: null, split_directions: true}
-- ---
WITH day_runs AS (
  SELECT
    p.pattern,
    r.route_key,
    CASE WHEN $split_directions THEN r.direction_id END AS direction_id,
    t.first_s + r.shift_s AS first_s,
    t.last_s + r.shift_s AS last_s,
    CASE WHEN t.last_s > t.first_s THEN t.last_s - t.first_s END AS duration_s,
    CASE WHEN t.last_s > t.first_s THEN t.distance_m END AS distance_m,
    CASE WHEN NOT t.distance_m IS NULL AND t.last_s > t.first_s THEN t.last_s - t.first_s END AS moving_s,
    t.distance_source
  FROM runs AS r
  JOIN trip_spans AS t ON t.trip_key = r.trip_key
  JOIN pattern_services AS p ON p.service_key = r.service_key
  WHERE $pattern IS NULL OR p.pattern = $pattern
), by_route AS (
  SELECT
    pattern, route_key, direction_id,
    COUNT(*) AS trips,
    MIN(first_s) AS first_s,
    MAX(last_s) AS last_s,
    AVG(duration_s) AS duration_mean_s,
    SUM(distance_m) AS distance_m,
    SUM(moving_s) AS moving_s,
    CASE WHEN MIN(distance_source) = MAX(distance_source) THEN MIN(distance_source)
         WHEN NOT MIN(distance_source) IS NULL THEN 'mixed' END AS distance_source
  FROM day_runs
  GROUP BY pattern, route_key, direction_id
)
SELECT
  b.pattern,
  o.route_id,
  b.direction_id,
  b.trips,
  b.first_s,
  b.last_s,
  b.last_s - b.first_s AS span_s,
  b.duration_mean_s,
  b.distance_m,
  3.6 * b.distance_m / b.moving_s AS speed_kmh,
  b.distance_source
FROM by_route AS b
JOIN routes AS o ON o.route_key = b.route_key
ORDER BY b.pattern, o.route_id, b.direction_id
