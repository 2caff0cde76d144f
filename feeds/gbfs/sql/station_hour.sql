-- ---
-- id: gbfs.station_hour
-- title: {fr: "Disponibilité par station et heure", en: "Availability by station and hour"}
-- formula: >
--   As gbfs.station_availability, split at the hours of local time: each snapshot holds until the station's next one,
--   at most max_gap_s (at most 6 h), and its time falls to the hours and days it covers.
--   Time not installed or not renting is left out. Local time is that of the snapshot: where the clocks change, what
--   the last snapshot before it holds is told in the old time.
-- unit:
--   observed_s: s
--   empty_s: s
--   share_empty: share from 0 to 1
--   vehicles_mean: vehicles
-- dimensions: [station_id, day_type, hour]
-- source: "GBFS 3.0, station_status.json; local time of system_information.json (timezone)"
-- tables: [station_status]
-- parameters: {max_gap_s: 3600}
-- ---
WITH timed AS (
  SELECT
    station_id,
    vehicles_available,
    COALESCE(is_installed, TRUE) AND COALESCE(is_renting, TRUE) AS rents,
    EPOCH(snapshot_at) + utc_offset_s AS since_s,
    LEAD(EPOCH(snapshot_at)) OVER (PARTITION BY station_id ORDER BY snapshot_at) - EPOCH(snapshot_at) AS gap_s
  FROM station_status
  WHERE utc_offset_s IS NOT NULL
),
held AS (
  SELECT
    station_id,
    vehicles_available,
    since_s,
    since_s + LEAST(gap_s, $max_gap_s, 21600) AS until_s,
    FLOOR(since_s / 3600) AS first_hour
  FROM timed
  WHERE rents AND gap_s > 0
),
-- A snapshot that holds for 6 h at most touches 7 hours at most.
steps AS (SELECT * FROM (VALUES (0), (1), (2), (3), (4), (5), (6)) AS listed(step)),
pieces AS (
  SELECT
    held.station_id,
    held.vehicles_available,
    held.first_hour + steps.step AS hour_index,
    CASE WHEN held.until_s < (held.first_hour + steps.step + 1) * 3600 THEN held.until_s
         ELSE (held.first_hour + steps.step + 1) * 3600 END
    - CASE WHEN held.since_s > (held.first_hour + steps.step) * 3600 THEN held.since_s
           ELSE (held.first_hour + steps.step) * 3600 END AS held_s
  FROM held
  CROSS JOIN steps
),
-- Day 0 of the epoch, 1 January 1970, was a Thursday: Monday is 0 with three days added.
placed AS (
  SELECT
    station_id,
    vehicles_available,
    held_s,
    CAST(hour_index % 24 AS INTEGER) AS hour,
    CAST((FLOOR(hour_index / 24) + 3) % 7 AS INTEGER) AS weekday
  FROM pieces
  WHERE held_s > 0
)
SELECT
  station_id,
  CASE WHEN weekday = 5 THEN 'saturday' WHEN weekday = 6 THEN 'sunday' ELSE 'weekday' END AS day_type,
  hour,
  CAST(SUM(held_s) AS DOUBLE) AS observed_s,
  CAST(SUM(CASE WHEN vehicles_available = 0 THEN held_s ELSE 0 END) AS DOUBLE) AS empty_s,
  SUM(CASE WHEN vehicles_available = 0 THEN held_s ELSE 0 END) / SUM(held_s) AS share_empty,
  SUM(held_s * vehicles_available) / SUM(held_s) AS vehicles_mean
FROM placed
GROUP BY
  station_id,
  CASE WHEN weekday = 5 THEN 'saturday' WHEN weekday = 6 THEN 'sunday' ELSE 'weekday' END,
  hour
ORDER BY station_id, day_type, hour
