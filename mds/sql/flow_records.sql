-- ---
-- id: mds.flow_records
-- title: {fr: Trajets des flux entre zones, en: Trips of the flows between zones}
-- formula: >
--   One row for each trip that mds.flows counts, in the cell in which it counts it: record = the trip, device = its
--   vehicle, vehicle_day = that vehicle on the local day of the start, trips = 1. Summed over trips and counted over
--   devices, by all other columns, this is mds.flows.
-- unit: {trips: trips}
-- dimensions: [record, device, vehicle_day, origin_zone, destination_zone, month, day_type, band, holding]
-- source: MDS 2.0 trips; see mds.flows
-- tables: [trips, bands, providers]
-- question: {of: mds.flows, family: trips, measure: trips, field: trips, time_grain: P1M/daytype+band, counted: {min_trips: trips, min_vehicles: vehicles, min_users: null}, attributes: {origin_zone: start_zone, destination_zone: end_zone, month: start_time, day_type: start_time, band: start_time}}
-- parameters: {period_from: 2018-01-01, period_to: 2100-01-01, min_duration_s: 60}
-- ---
WITH counted AS (
    SELECT
        provider_id, device_key, trip_id, origin_zone, destination_zone,
        CAST(start_local AS DATE) AS day,
        hour(start_local) AS hour
    FROM trips
    WHERE (trip_type = 'rider' OR trip_type IS NULL)
        AND duration_s >= $min_duration_s
        AND start_local >= CAST($period_from AS TIMESTAMP)
        AND start_local < CAST($period_to AS TIMESTAMP)
)
SELECT
    c.provider_id || '/' || c.trip_id AS record,
    c.device_key AS device,
    CAST(c.device_key AS VARCHAR) || '/' || CAST(c.day AS VARCHAR) AS vehicle_day,
    c.origin_zone, c.destination_zone,
    make_date(year(c.day), month(c.day), 1) AS month,
    -- 2018-01-01 was a Monday: the engines number weekdays differently.
    CASE date_diff('day', DATE '2018-01-01', c.day) % 7 WHEN 6 THEN 'sunday' WHEN 5 THEN 'saturday' ELSE 'weekday' END
        AS day_type,
    b.band,
    p.holding,
    1 AS trips
FROM counted AS c
LEFT JOIN bands AS b ON c.hour >= b.from_hour AND c.hour < b.to_hour
LEFT JOIN providers AS p ON c.provider_id = p.provider_id
