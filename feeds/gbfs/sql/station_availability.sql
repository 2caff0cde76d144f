-- ---
-- id: gbfs.station_availability
-- title: {fr: "Disponibilité par station", en: "Availability by station"}
-- formula: >
--   Each snapshot holds until the station's next one, at most max_gap_s. observed_s is the time installed and renting,
--   closed_s the rest of the time seen; share_empty = time with no vehicle available / observed_s;
--   share_full = time with no dock available / time installed and returning with docks counted;
--   vehicles_mean = vehicles available, weighted by time, over observed_s. A flag that is not given counts as true.
-- unit:
--   capacity: docks
--   snapshots: snapshots
--   observed_s: s
--   closed_s: s
--   empty_s: s
--   returning_s: s
--   full_s: s
--   share_empty: share from 0 to 1
--   share_full: share from 0 to 1
--   vehicles_mean: vehicles
-- dimensions: [station_id]
-- source: "GBFS 3.0, station_status.json (num_vehicles_available, num_docks_available, is_renting …) and station_information.json (capacity)"
-- tables: [station_status, stations]
-- parameters: {max_gap_s: 3600}
-- ---
WITH timed AS (
  SELECT
    station_id,
    vehicles_available,
    docks_available,
    COALESCE(is_installed, TRUE) AND COALESCE(is_renting, TRUE) AS rents,
    COALESCE(is_installed, TRUE) AND COALESCE(is_returning, TRUE) AND docks_available IS NOT NULL AS takes_back,
    EPOCH(snapshot_at) AS since_s,
    LEAD(EPOCH(snapshot_at)) OVER (PARTITION BY station_id ORDER BY snapshot_at) AS next_s
  FROM station_status
),
held AS (
  SELECT
    station_id,
    vehicles_available,
    docks_available,
    rents,
    takes_back,
    -- The last snapshot of a station has no next one: nothing is known of the time after it.
    CASE WHEN next_s IS NULL THEN 0 WHEN next_s - since_s > $max_gap_s THEN $max_gap_s ELSE next_s - since_s END AS held_s
  FROM timed
),
summed AS (
  SELECT
    station_id,
    COUNT(*) AS snapshots,
    SUM(CASE WHEN rents THEN held_s ELSE 0 END) AS observed_s,
    SUM(CASE WHEN rents THEN 0 ELSE held_s END) AS closed_s,
    SUM(CASE WHEN rents AND vehicles_available = 0 THEN held_s ELSE 0 END) AS empty_s,
    SUM(CASE WHEN takes_back THEN held_s ELSE 0 END) AS returning_s,
    SUM(CASE WHEN takes_back AND docks_available = 0 THEN held_s ELSE 0 END) AS full_s,
    SUM(CASE WHEN rents THEN held_s * vehicles_available ELSE 0 END) AS vehicle_s
  FROM held
  GROUP BY station_id
)
SELECT
  summed.station_id AS station_id,
  stations.name AS name,
  stations.capacity AS capacity,
  summed.snapshots AS snapshots,
  CAST(summed.observed_s AS DOUBLE) AS observed_s,
  CAST(summed.closed_s AS DOUBLE) AS closed_s,
  CAST(summed.empty_s AS DOUBLE) AS empty_s,
  CAST(summed.returning_s AS DOUBLE) AS returning_s,
  CAST(summed.full_s AS DOUBLE) AS full_s,
  summed.empty_s / NULLIF(summed.observed_s, 0) AS share_empty,
  summed.full_s / NULLIF(summed.returning_s, 0) AS share_full,
  summed.vehicle_s / NULLIF(summed.observed_s, 0) AS vehicles_mean
FROM summed
LEFT JOIN stations ON stations.station_id = summed.station_id
ORDER BY summed.station_id
