-- ---
-- id: mds.fleet_records
-- title: {fr: "Flotte par état et par jour, véhicule par véhicule", en: "Fleet by state and day, vehicle by vehicle"}
-- formula: >
--   One row for each vehicle, day and state in which mds.fleet has it: record = the three together, device = the
--   vehicle, vehicle_s = its time in the state within the day. Summed, and counted over devices, this is mds.fleet.
-- unit: {vehicle_s: s}
-- dimensions: [record, device, day, vehicle_state, holding]
-- source: MDS 2.0 events and vehicle states; see mds.fleet
-- tables: [events, days, providers]
-- question: {of: mds.fleet, family: fleet, measure: vehicle_s, field: vehicle_s, time_grain: P1D, counted: {min_trips: null, min_vehicles: vehicles, min_users: null}, attributes: {day: time, vehicle_state: state}}
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
    v.provider_id || '/' || CAST(v.device_key AS VARCHAR) || '/' || CAST(v.day AS VARCHAR) || '/' || v.vehicle_state
        AS record,
    v.device_key AS device,
    v.day, v.vehicle_state,
    p.holding,
    -- A decimal, so that the sum is the same in whatever order it is made.
    CAST(CAST(v.held_us AS DECIMAL(18, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(18, 6)) AS vehicle_s
FROM by_vehicle AS v
LEFT JOIN providers AS p ON v.provider_id = p.provider_id
