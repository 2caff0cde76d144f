-- ---
-- id: mds.dwell
-- title: {fr: Stationnement par zone (points chauds), en: Dwell by zone (hot spots)}
-- formula: >
--   An episode is the time that a vehicle stands where it was put: from the event after which it is available, non
--   operational or reserved (after a trip, a drop-off, its return) until the event after which it is not (a trip
--   starts, it is picked up, leaves, is declared missing). A loss of communication does not end an episode, another
--   trip_end, trip_cancel or drop-off does and begins the next. The last known one lasts to the end of the period.
--   dwell_s = sum of the episodes' time within the slots (each slot is one band of one day; an episode that crosses
--   slots is split to the instant, so that the sum over all rows is the whole time); episodes = number of
--   episodes with a part in the row; episodes_begun = those that began in it; vehicles = distinct vehicles.
-- unit: {dwell_s: s, episodes: episodes, episodes_begun: episodes, vehicles: vehicles}
-- dimensions: [zone, month, day_type, band, holding]
-- source: MDS 2.0 events and vehicle states; the slots are the period (mds.calendar.slots)
-- tables: [events, slots, providers]
-- question: {family: dwell, measure: dwell_s, field: dwell_s, time_grain: P1M/daytype+band, counted: {min_trips: episodes_begun, min_vehicles: vehicles, min_users: null}}
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
        provider_id, device_key, zone, parked, timestamp AS from_time,
        lead(timestamp) OVER (PARTITION BY device_key ORDER BY timestamp, source_row, event_id) AS to_time
    FROM chained
    WHERE parked_before IS NULL OR parked <> parked_before OR placed
),
parts AS (
    SELECT
        e.zone, s.month, s.day_type, s.band, e.provider_id, e.device_key, e.from_time,
        date_diff('microsecond', greatest(e.from_time, s.from_time), least(coalesce(e.to_time, s.to_time), s.to_time))
            AS dwell_us,
        CASE WHEN e.from_time >= s.from_time THEN 1 ELSE 0 END AS begun
    FROM episodes AS e
    JOIN slots AS s ON e.from_time < s.to_time AND coalesce(e.to_time, CAST('2100-01-01' AS TIMESTAMP)) > s.from_time
    WHERE e.parked
),
by_episode AS (
    SELECT
        zone, month, day_type, band, provider_id, device_key, from_time,
        sum(dwell_us) AS dwell_us, max(begun) AS begun
    FROM parts
    GROUP BY zone, month, day_type, band, provider_id, device_key, from_time
),
by_vehicle AS (
    SELECT
        zone, month, day_type, band, provider_id, device_key,
        sum(dwell_us) AS dwell_us, count(*) AS episodes, sum(begun) AS begun
    FROM by_episode
    GROUP BY zone, month, day_type, band, provider_id, device_key
)
SELECT
    v.zone, v.month, v.day_type, v.band, p.holding,
    CAST(sum(v.dwell_us) AS DOUBLE) / 1000000 AS dwell_s,
    CAST(sum(v.episodes) AS BIGINT) AS episodes,
    CAST(sum(v.begun) AS BIGINT) AS episodes_begun,
    count(*) AS vehicles
FROM by_vehicle AS v
LEFT JOIN providers AS p ON v.provider_id = p.provider_id
GROUP BY v.zone, v.month, v.day_type, v.band, p.holding
