-- ---
-- id: mds.fleet
-- title: {fr: Flotte par état et par jour, en: Fleet by state and day}
-- formula: >
--   A vehicle is in the state that its last event left it in, until its next event; the last known state lasts to
--   the end of the period. vehicle_s = sum of the time in the state within the local day (a day has 23, 24 or 25
--   hours); vehicles = number of distinct vehicles that were in the state at any time of the day. The states between
--   the several types of one event are never held and count nothing.
-- unit: {vehicle_s: s, vehicles: vehicles}
-- dimensions: [day, holding, vehicle_state]
-- source: MDS 2.0 events and vehicle states; MDS Metrics, vehicle state durations; the days are the period
-- tables: [events, days, providers]
-- question: {family: fleet, measure: vehicle_s, field: vehicle_s, time_grain: P1D, counted: {min_trips: null, min_vehicles: vehicles, min_users: null}}
-- parameters: {}
-- ---
WITH held AS (
    SELECT
        provider_id, device_key, vehicle_state, timestamp AS from_time,
        lead(timestamp) OVER (PARTITION BY device_key ORDER BY timestamp, source_row, event_id) AS to_time
    FROM events
),
parts AS (
    SELECT
        d.day, h.vehicle_state, h.provider_id, h.device_key,
        date_diff('microsecond', greatest(h.from_time, d.from_time), least(coalesce(h.to_time, d.to_time), d.to_time))
            AS held_us
    FROM held AS h
    JOIN days AS d ON h.from_time < d.to_time AND coalesce(h.to_time, CAST('2100-01-01' AS TIMESTAMP)) > d.from_time
    WHERE h.to_time IS NULL OR h.to_time > h.from_time
),
by_vehicle AS (
    SELECT day, vehicle_state, provider_id, device_key, sum(held_us) AS held_us
    FROM parts
    GROUP BY day, vehicle_state, provider_id, device_key
)
SELECT
    v.day, p.holding, v.vehicle_state,
    CAST(sum(v.held_us) AS DOUBLE) / 1000000 AS vehicle_s,
    count(*) AS vehicles
FROM by_vehicle AS v
LEFT JOIN providers AS p ON v.provider_id = p.provider_id
GROUP BY v.day, p.holding, v.vehicle_state
