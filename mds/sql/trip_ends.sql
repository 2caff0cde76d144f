-- ---
-- id: mds.trip_ends
-- title: {fr: Fins de trajets par zone, en: Trip ends by zone}
-- formula: >
--   trip_ends = number of trips that count for analysis (trip_type rider or none given, duration_s >= min_duration_s)
--   with period_from <= end_local < period_to, by zone, month, type of day and hour band of the end, and holding of
--   the provider; vehicles = number of distinct vehicles that made them. Null zone, band and holding as in mds.flows.
--   The column totals of mds.flows differ from these by the trips that end in another band or month than they start.
-- unit: {trip_ends: trips, vehicles: vehicles}
-- dimensions: [zone, month, day_type, band, holding]
-- source: MDS 2.0 trips; MDS Metrics counts trip ends in the interval of the end
-- tables: [trips, bands, providers]
-- question: {family: trips, measure: trip_ends, field: trips, time_grain: P1M/daytype+band, counted: {min_trips: trip_ends, min_vehicles: vehicles, min_users: null}}
-- parameters: {period_from: 2018-01-01, period_to: 2100-01-01, min_duration_s: 60}
-- ---
WITH named AS (
    -- A band may be in two pieces (22-24 and 0-6): its number is that of the first.
    SELECT band, CAST(min(from_hour) AS SMALLINT) AS band_number FROM bands GROUP BY band
),
hours AS (
    SELECT h.hour, n.band_number
    FROM (
        VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18),
               (19), (20), (21), (22), (23)
    ) AS h(hour)
    JOIN bands AS b ON h.hour >= b.from_hour AND h.hour < b.to_hour
    JOIN named AS n ON b.band = n.band
),
numbered AS (
    SELECT provider_id, holding, CAST(dense_rank() OVER (ORDER BY holding) AS SMALLINT) AS holding_number
    FROM providers
),
holdings AS (
    SELECT DISTINCT holding, holding_number FROM numbered
),
counted AS (
    SELECT
        zone,
        -- Months since 2018-01 and the type of day as one number. That day was a Monday: the engines number weekdays
        -- differently.
        CAST((year(end_local) * 12 + month(end_local) - 24217) * 3
            + CASE date_diff('day', DATE '2018-01-01', CAST(end_local AS DATE)) % 7 WHEN 6 THEN 2 WHEN 5 THEN 1 ELSE 0 END
            AS SMALLINT) AS period_number,
        hour(end_local) AS hour,
        provider_id,
        device_key
    FROM trips
    WHERE (trip_type = 'rider' OR trip_type IS NULL)
        AND duration_s >= $min_duration_s
        AND end_local >= CAST($period_from AS TIMESTAMP)
        AND end_local < CAST($period_to AS TIMESTAMP)
),
by_vehicle AS (
    SELECT c.zone, c.period_number, h.band_number, p.holding_number, c.device_key, count(*) AS trips
    FROM counted AS c
    LEFT JOIN hours AS h ON c.hour = h.hour
    LEFT JOIN numbered AS p ON c.provider_id = p.provider_id
    GROUP BY c.zone, c.period_number, h.band_number, p.holding_number, c.device_key
),
by_holding AS (
    SELECT
        v.zone, v.period_number, v.band_number, v.holding_number,
        CAST(sum(v.trips) AS BIGINT) AS trips,
        count(*) AS vehicles
    FROM by_vehicle AS v
    GROUP BY v.zone, v.period_number, v.band_number, v.holding_number
)
SELECT
    f.zone,
    make_date(2018 + f.period_number // 36, f.period_number // 3 % 12 + 1, 1) AS month,
    CASE f.period_number % 3 WHEN 2 THEN 'sunday' WHEN 1 THEN 'saturday' ELSE 'weekday' END AS day_type,
    n.band,
    g.holding,
    f.trips AS trip_ends,
    f.vehicles
FROM by_holding AS f
LEFT JOIN holdings AS g ON f.holding_number = g.holding_number
LEFT JOIN named AS n ON f.band_number = n.band_number
