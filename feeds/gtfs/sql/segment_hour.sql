-- ---
-- id: gtfs.segment_hour
-- title: {fr: Véhicules par tronçon et par heure, en: Vehicles by segment and hour}
-- formula: >-
--   A segment leads from a stop to the next stop of a run. vehicles = number of runs that leave the first stop within the
--   hour; distance_m = straight line between both stops on a sphere of 6371008.8 m; speed_kmh = total distance over total
--   running time of the runs with both times. hour counts hours of the service day from noon minus 12 h: 24 and
--   beyond are after midnight. A call without any time is placed between its neighbours (see stop_times); runs that
--   leave at no known time are not counted.
-- unit: {vehicles: vehicles, distance_m: m, speed_kmh: km/h}
-- dimensions: [pattern, from_stop_id, to_stop_id, hour]
-- source: GTFS Schedule Reference, stop_times.txt, trips.txt, frequencies.txt, stops.txt
-- tables: [stop_times, runs, pattern_services, stops, segments]
-- parameters: {pattern: null}
-- ---
WITH links AS (
  SELECT
    p.pattern,
    s.stop_key,
    s.next_stop_key,
    CAST(FLOOR((s.departs_s + r.shift_s) / 3600.0) AS INT) AS hour,
    CASE WHEN s.next_arrives_s > s.departs_s THEN s.next_arrives_s - s.departs_s END AS running_s
  FROM stop_times AS s
  JOIN runs AS r ON r.trip_key = s.trip_key
  JOIN pattern_services AS p ON p.service_key = r.service_key
  WHERE NOT s.stop_key IS NULL AND NOT s.next_stop_key IS NULL AND NOT s.departs_s IS NULL
    AND ($pattern IS NULL OR p.pattern = $pattern)
), counted AS (
  SELECT
    pattern, stop_key, next_stop_key, hour,
    COUNT(*) AS vehicles,
    COUNT(running_s) AS timed,
    SUM(running_s) AS running_s
  FROM links
  GROUP BY pattern, stop_key, next_stop_key, hour
)
SELECT
  c.pattern,
  a.stop_id AS from_stop_id,
  b.stop_id AS to_stop_id,
  c.hour,
  c.vehicles,
  g.distance_m,
  CASE WHEN c.running_s > 0 THEN 3.6 * g.distance_m * c.timed / c.running_s END AS speed_kmh
FROM counted AS c
JOIN stops AS a ON a.stop_key = c.stop_key
JOIN stops AS b ON b.stop_key = c.next_stop_key
LEFT JOIN segments AS g ON g.stop_key = c.stop_key AND g.next_stop_key = c.next_stop_key
ORDER BY c.pattern, a.stop_id, b.stop_id, c.hour
