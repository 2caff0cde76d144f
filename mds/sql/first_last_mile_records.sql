-- ---
-- id: mds.first_last_mile_records
-- title: {fr: "Premiers et derniers kilomètres vers les transports publics", en: First and last mile of public transport}
-- formula: >
--   One row for each trip that counts for analysis (as in mds.flows) and starts or ends within walk_m metres of a stop
--   of public transport, trips = 1. leg = last_mile: it starts near a stop and ends near none; first_mile: it ends near
--   a stop and started near none; between_stops: both. Each trip is in one leg, so that no trip counts twice in what is
--   pooled. Zone, month, type of day and band are those of the end near the stop, of the start where both are;
--   vehicle_day = the vehicle on the local day of that instant;
--   period_from <= that instant < period_to. Approximated: metres as the crow flies on a sphere of 6371008.8 m (the
--   haversine, within 0.5 % of the ellipsoid), not along streets; where the vehicle was left, not its rider's door; and
--   near a stop is no proof of a ride from it, at any hour, whether or not the stop is served then.
-- unit: {trips: trips}
-- dimensions: [record, device, vehicle_day, zone, leg, month, day_type, band, holding]
-- source: MDS 2.0 trips; GTFS stops.txt, of stops and entrances (location_type 0 and 2)
-- tables: [trips, stops, bands, providers]
-- question: {family: trips, measure: trips, field: trips, time_grain: P1M/daytype+band, counted: {min_trips: trips, min_vehicles: vehicles, min_users: null}, attributes: {zone: stop_zone, leg: leg, month: stop_time, day_type: stop_time, band: stop_time}}
-- parameters: {period_from: 2018-01-01, period_to: 2100-01-01, min_duration_s: 60, walk_m: 150}
-- ---
-- Stops and ends of trips are laid on a mesh of at least walk_m, so that only those in the same or a neighbouring field
-- are measured. A degree of latitude is 111,195 m on the sphere.
WITH mesh AS (
    SELECT
        $walk_m / 111195.0 AS north,
        -- A hundredth of a degree and a thousandth more: the mesh may be too wide, never too narrow.
        1.001 * $walk_m / (111195.0 * cos(radians(least(max(abs(lat)) + 0.01, 89.0)))) AS east
    FROM stops
),
steps AS (
    SELECT step FROM (VALUES (-1), (0), (1)) AS v(step)
),
near AS (
    SELECT
        s.lat, s.lon,
        CAST(floor(s.lat / m.north) AS INTEGER) + r.step AS mesh_row,
        CAST(floor(s.lon / m.east) AS INTEGER) + c.step AS mesh_column
    FROM (SELECT DISTINCT lat, lon FROM stops) AS s
    CROSS JOIN mesh AS m
    CROSS JOIN steps AS r
    CROSS JOIN steps AS c
),
counted AS (
    SELECT
        provider_id, device_key, trip_id, origin_zone, destination_zone, start_local, end_local,
        start_lat, start_lng, end_lat, end_lng
    FROM trips
    WHERE (trip_type = 'rider' OR trip_type IS NULL) AND duration_s >= $min_duration_s
),
ends AS (
    SELECT
        provider_id, device_key, trip_id, 1 AS is_start, origin_zone AS zone, start_local AS local,
        start_lat AS lat, start_lng AS lon
    FROM counted
    UNION ALL
    SELECT
        provider_id, device_key, trip_id, 0 AS is_start, destination_zone AS zone, end_local AS local,
        end_lat AS lat, end_lng AS lon
    FROM counted
),
meshed AS (
    SELECT
        e.provider_id, e.device_key, e.trip_id, e.is_start, e.zone, e.local, e.lat, e.lon,
        CAST(floor(e.lat / m.north) AS INTEGER) AS mesh_row, CAST(floor(e.lon / m.east) AS INTEGER) AS mesh_column
    FROM ends AS e
    CROSS JOIN mesh AS m
),
by_trip AS (
    SELECT
        e.provider_id, e.device_key, e.trip_id,
        max(e.is_start) AS starts_near, max(1 - e.is_start) AS ends_near,
        max(CASE WHEN e.is_start = 1 THEN e.zone END) AS start_zone,
        max(CASE WHEN e.is_start = 0 THEN e.zone END) AS end_zone,
        max(CASE WHEN e.is_start = 1 THEN e.local END) AS near_start,
        max(CASE WHEN e.is_start = 0 THEN e.local END) AS near_end
    FROM meshed AS e
    JOIN near AS n ON e.mesh_row = n.mesh_row AND e.mesh_column = n.mesh_column
    WHERE 2 * 6371008.8 * asin(sqrt(least(1.0,
        power(sin(radians(e.lat - n.lat) / 2), 2)
        + cos(radians(n.lat)) * cos(radians(e.lat)) * power(sin(radians(e.lon - n.lon) / 2), 2)
    ))) <= $walk_m
    GROUP BY e.provider_id, e.device_key, e.trip_id
),
placed AS (
    SELECT
        provider_id, device_key, trip_id,
        CASE WHEN starts_near = 0 THEN 'first_mile' WHEN ends_near = 0 THEN 'last_mile' ELSE 'between_stops' END AS leg,
        CASE WHEN starts_near = 1 THEN start_zone ELSE end_zone END AS zone,
        coalesce(near_start, near_end) AS local
    FROM by_trip
)
SELECT
    t.provider_id || '/' || t.trip_id AS record,
    t.device_key AS device,
    CAST(t.device_key AS VARCHAR) || '/' || CAST(CAST(t.local AS DATE) AS VARCHAR) AS vehicle_day,
    t.zone, t.leg,
    make_date(year(t.local), month(t.local), 1) AS month,
    -- 2018-01-01 was a Monday: the engines number weekdays differently.
    CASE date_diff('day', DATE '2018-01-01', CAST(t.local AS DATE)) % 7
        WHEN 6 THEN 'sunday' WHEN 5 THEN 'saturday' ELSE 'weekday' END AS day_type,
    b.band,
    p.holding,
    1 AS trips
FROM placed AS t
LEFT JOIN bands AS b ON hour(t.local) >= b.from_hour AND hour(t.local) < b.to_hour
LEFT JOIN providers AS p ON t.provider_id = p.provider_id
WHERE t.local >= CAST($period_from AS TIMESTAMP) AND t.local < CAST($period_to AS TIMESTAMP)
