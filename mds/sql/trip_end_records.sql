-- ---
-- id: mds.trip_end_records
-- title: {fr: Trajets des fins de trajets par zone, en: Trips of the trip ends by zone}
-- formula: >
--   One row for each trip that mds.trip_ends counts, in the cell in which it counts it: record = the trip, device = its
--   vehicle, vehicle_day = that vehicle on the local day of the end, trip_ends = 1. Summed over trips and counted over
--   devices, by all other columns, this is mds.trip_ends.
-- unit: {trip_ends: trips}
-- dimensions: [record, device, vehicle_day, zone, month, day_type, band, holding]
-- source: MDS 2.0 trips; see mds.trip_ends
-- tables: [trips, bands, providers]
-- question: {of: mds.trip_ends, family: trips, measure: trip_ends, field: trips, time_grain: P1M/daytype+band, counted: {min_trips: trip_ends, min_vehicles: vehicles, min_users: null}, attributes: {zone: end_zone, month: end_time, day_type: end_time, band: end_time}}
-- parameters: {period_from: 2018-01-01, period_to: 2100-01-01, min_duration_s: 60}
-- ---
WITH counted AS (
    SELECT
        provider_id, device_key, trip_id, zone,
        CAST(end_local AS DATE) AS day,
        hour(end_local) AS hour
    FROM trips
    WHERE (trip_type = 'rider' OR trip_type IS NULL)
        AND duration_s >= $min_duration_s
        AND end_local >= CAST($period_from AS TIMESTAMP)
        AND end_local < CAST($period_to AS TIMESTAMP)
)
SELECT
    c.provider_id || '/' || c.trip_id AS record,
    c.device_key AS device,
    CAST(c.device_key AS VARCHAR) || '/' || CAST(c.day AS VARCHAR) AS vehicle_day,
    c.zone,
    make_date(year(c.day), month(c.day), 1) AS month,
    -- 2018-01-01 was a Monday: the engines number weekdays differently.
    CASE date_diff('day', DATE '2018-01-01', c.day) % 7 WHEN 6 THEN 'sunday' WHEN 5 THEN 'saturday' ELSE 'weekday' END
        AS day_type,
    b.band,
    p.holding,
    1 AS trip_ends
FROM counted AS c
LEFT JOIN bands AS b ON c.hour >= b.from_hour AND c.hour < b.to_hour
LEFT JOIN providers AS p ON c.provider_id = p.provider_id
