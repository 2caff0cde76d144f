-- ---
-- id: mds.dwell_records
-- title: {fr: "Stationnements par zone, véhicule par véhicule", en: "Stays by zone, vehicle by vehicle"}
-- formula: >
--   One row for each episode of mds.dwell and each cell in which it has a part: record = the event that began the
--   episode, with the cell's month, type of day and band; device = its vehicle; dwell_s = its time in the cell;
--   episodes_begun = 1 in the cell in which it begins and 0 in all others, so that an episode counts once in whatever is
--   pooled (one that began before the period counts nowhere). Summed, and counted over devices, this is mds.dwell.
-- unit: {dwell_s: s, episodes_begun: episodes}
-- dimensions: [record, device, zone, month, day_type, band, holding]
-- source: MDS 2.0 events and vehicle states; see mds.dwell
-- tables: [events, slots, providers]
-- question: {of: mds.dwell, family: dwell, measure: dwell_s, field: dwell_s, time_grain: P1M/daytype+band, counted: {min_trips: episodes_begun, min_vehicles: vehicles, min_users: null}, attributes: {zone: place, month: time, day_type: time, band: time}}
-- parameters: {}
-- ---
WITH known AS (
    SELECT
        provider_id, device_key, zone, timestamp, source_row, event_id,
        vehicle_state IN ('available', 'non_operational', 'reserved') AS parked,
        list_contains(event_types, 'trip_end') OR list_contains(event_types, 'trip_cancel')
            OR list_contains(event_types, 'provider_drop_off') OR list_contains(event_types, 'agency_drop_off') AS placed
    FROM events
    WHERE vehicle_state <> 'non_contactable'
),
chained AS (
    SELECT
        provider_id, device_key, zone, timestamp, source_row, event_id, parked, placed,
        lag(parked) OVER (PARTITION BY device_key ORDER BY timestamp, source_row, event_id) AS parked_before
    FROM known
),
episodes AS (
    SELECT
        provider_id, device_key, zone, parked, event_id, timestamp AS from_time,
        lead(timestamp) OVER (PARTITION BY device_key ORDER BY timestamp, source_row, event_id) AS to_time
    FROM chained
    WHERE parked_before IS NULL OR parked <> parked_before OR placed
),
parts AS (
    SELECT
        e.zone, s.month, s.day_type, s.band, e.provider_id, e.device_key, e.event_id, e.from_time,
        date_diff('microsecond', greatest(e.from_time, s.from_time), least(coalesce(e.to_time, s.to_time), s.to_time))
            AS dwell_us,
        CASE WHEN e.from_time >= s.from_time THEN 1 ELSE 0 END AS begun
    FROM episodes AS e
    JOIN slots AS s ON e.from_time < s.to_time AND coalesce(e.to_time, CAST('2100-01-01' AS TIMESTAMP)) > s.from_time
    WHERE e.parked
),
by_episode AS (
    SELECT
        zone, month, day_type, band, provider_id, device_key, from_time, min(event_id) AS event_id,
        sum(dwell_us) AS dwell_us, max(begun) AS begun
    FROM parts
    GROUP BY zone, month, day_type, band, provider_id, device_key, from_time
)
SELECT
    v.provider_id || '/' || v.event_id || '/' || CAST(v.month AS VARCHAR) || '/' || v.day_type || '/' || v.band AS record,
    v.device_key AS device,
    v.zone, v.month, v.day_type, v.band,
    p.holding,
    -- A decimal, so that the sum is the same in whatever order it is made.
    CAST(CAST(v.dwell_us AS DECIMAL(18, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(18, 6)) AS dwell_s,
    v.begun AS episodes_begun
FROM by_episode AS v
LEFT JOIN providers AS p ON v.provider_id = p.provider_id
