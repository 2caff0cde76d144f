"""All tables of https://gtfs.org/documentation/schedule/reference/ as data; how to read a line: `feeds.gtfs.spec`."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.gtfs.spec import Table, table

#: In the order of reading: a table comes after those that it refers to.
TABLES: Mapping[str, Table] = {
    one.name: one
    for one in (
        table("agency", "agency_id", """
            agency_id id
            agency_name text *
            agency_url url *
            agency_timezone timezone *
            agency_lang language
            agency_phone phone
            agency_fare_url url
            agency_email email
            cemv_support enum
            """, required=True),
        table("levels", "level_id", """
            level_id id !
            level_index float *
            level_name text
            """),
        table("stops", "stop_id", """
            stop_id id !
            stop_code text
            stop_name text
            tts_stop_name text
            stop_desc text
            stop_lat latitude
            stop_lon longitude
            zone_id id
            stop_url url
            location_type enum
            parent_station id >stops.stop_id
            stop_timezone timezone
            wheelchair_boarding enum
            level_id id >levels.level_id
            platform_code text
            stop_access enum
            """, required=True),
        table("location_groups", "location_group_id", """
            location_group_id id !
            location_group_name text
            """),
        table("location_group_stops", "location_group_id stop_id", """
            location_group_id id ! >location_groups.location_group_id
            stop_id id ! >stops.stop_id
            """),
        table("booking_rules", "booking_rule_id", """
            booking_rule_id id !
            booking_type enum *
            prior_notice_duration_min integer
            prior_notice_duration_max integer
            prior_notice_last_day integer
            prior_notice_last_time time
            prior_notice_start_day integer
            prior_notice_start_time time
            prior_notice_service_id id
            message text
            pickup_message text
            drop_off_message text
            phone_number phone
            info_url url
            booking_url url
            """),
        table("networks", "network_id", """
            network_id id !
            network_name text
            """),
        table("routes", "route_id", """
            route_id id !
            agency_id id >agency.agency_id
            route_short_name text
            route_long_name text
            route_desc text
            route_type enum *
            route_url url
            route_color color
            route_text_color color
            route_sort_order integer
            continuous_pickup enum
            continuous_drop_off enum
            network_id id
            cemv_support enum
            """, required=True),
        table("route_networks", "route_id", """
            network_id id ! >networks.network_id
            route_id id ! >routes.route_id
            """),
        table("calendar", "service_id", """
            service_id id !
            monday enum !
            tuesday enum !
            wednesday enum !
            thursday enum !
            friday enum !
            saturday enum !
            sunday enum !
            start_date date !
            end_date date !
            """),
        table("calendar_dates", "service_id date", """
            service_id id !
            date date !
            exception_type enum !
            """),
        table("shapes", "shape_id shape_pt_sequence", """
            shape_id id !
            shape_pt_lat latitude !
            shape_pt_lon longitude !
            shape_pt_sequence integer !
            shape_dist_traveled float
            """),
        table("trips", "trip_id", """
            trip_id id !
            route_id id ! >routes.route_id
            service_id id ! >calendar.service_id >calendar_dates.service_id
            trip_headsign text
            trip_short_name text
            direction_id enum
            block_id id
            shape_id id >shapes.shape_id
            wheelchair_accessible enum
            bikes_allowed enum
            cars_allowed enum
            safe_duration_factor float
            safe_duration_offset float
            """, required=True),
        table("stop_times", "trip_id stop_sequence", """
            trip_id id ! >trips.trip_id
            arrival_time time
            departure_time time
            stop_id id >stops.stop_id
            location_group_id id >location_groups.location_group_id
            location_id id >locations.location_id
            stop_sequence integer !
            stop_headsign text
            start_pickup_drop_off_window time
            end_pickup_drop_off_window time
            pickup_type enum
            drop_off_type enum
            continuous_pickup enum
            continuous_drop_off enum
            shape_dist_traveled float
            timepoint enum
            pickup_booking_rule_id id >booking_rules.booking_rule_id
            drop_off_booking_rule_id id >booking_rules.booking_rule_id
            """, required=True),
        table("frequencies", "trip_id start_time", """
            trip_id id ! >trips.trip_id
            start_time time !
            end_time time !
            headway_secs integer !
            exact_times enum
            """),
        table("transfers", "from_stop_id to_stop_id from_trip_id to_trip_id from_route_id to_route_id", """
            from_stop_id id >stops.stop_id
            to_stop_id id >stops.stop_id
            from_route_id id >routes.route_id
            to_route_id id >routes.route_id
            from_trip_id id >trips.trip_id
            to_trip_id id >trips.trip_id
            transfer_type enum
            min_transfer_time integer
            """),
        table("pathways", "pathway_id", """
            pathway_id id !
            from_stop_id id ! >stops.stop_id
            to_stop_id id ! >stops.stop_id
            pathway_mode enum *
            is_bidirectional enum *
            length float
            traversal_time integer
            stair_count integer
            max_slope float
            min_width float
            signposted_as text
            reversed_signposted_as text
            """),
        table("fare_attributes", "fare_id", """
            fare_id id !
            price amount *
            currency_type currency *
            payment_method enum *
            transfers enum
            agency_id id >agency.agency_id
            transfer_duration integer
            """),
        table("fare_rules", "", """
            fare_id id ! >fare_attributes.fare_id
            route_id id >routes.route_id
            origin_id id
            destination_id id
            contains_id id
            """),
        table("timeframes", "", """
            timeframe_group_id id !
            start_time time
            end_time time
            service_id id ! >calendar.service_id >calendar_dates.service_id
            """),
        table("rider_categories", "rider_category_id", """
            rider_category_id id !
            rider_category_name text *
            is_default_fare_category enum
            eligibility_url url
            """),
        table("fare_media", "fare_media_id", """
            fare_media_id id !
            fare_media_name text
            fare_media_type enum *
            """),
        table("fare_products", "fare_product_id rider_category_id fare_media_id", """
            fare_product_id id !
            fare_product_name text
            rider_category_id id >rider_categories.rider_category_id
            fare_media_id id >fare_media.fare_media_id
            amount amount *
            currency currency *
            """),
        table("areas", "area_id", """
            area_id id !
            area_name text
            """),
        table("stop_areas", "area_id stop_id", """
            area_id id ! >areas.area_id
            stop_id id ! >stops.stop_id
            """),
        table("fare_leg_rules",
              "network_id from_area_id to_area_id from_timeframe_group_id to_timeframe_group_id fare_product_id", """
            leg_group_id id
            network_id id
            from_area_id id >areas.area_id
            to_area_id id >areas.area_id
            from_timeframe_group_id id >timeframes.timeframe_group_id
            to_timeframe_group_id id >timeframes.timeframe_group_id
            fare_product_id id ! >fare_products.fare_product_id
            rule_priority integer
            """),
        table("fare_leg_join_rules", "from_network_id to_network_id from_stop_id to_stop_id", """
            from_network_id id !
            to_network_id id !
            from_stop_id id >stops.stop_id
            to_stop_id id >stops.stop_id
            """),
        table("fare_transfer_rules",
              "from_leg_group_id to_leg_group_id fare_product_id transfer_count duration_limit", """
            from_leg_group_id id >fare_leg_rules.leg_group_id
            to_leg_group_id id >fare_leg_rules.leg_group_id
            transfer_count integer
            duration_limit integer
            duration_limit_type enum
            fare_transfer_type enum *
            fare_product_id id >fare_products.fare_product_id
            """),
        table("translations", "table_name field_name language record_id record_sub_id field_value", """
            table_name text *
            field_name text *
            language language *
            translation text *
            record_id id
            record_sub_id id
            field_value text
            """),
        table("feed_info", "", """
            feed_publisher_name text *
            feed_publisher_url url *
            feed_lang language *
            default_lang language
            feed_start_date date
            feed_end_date date
            feed_version text
            feed_contact_email email
            feed_contact_url url
            """),
        table("attributions", "attribution_id", """
            attribution_id id
            agency_id id >agency.agency_id
            route_id id >routes.route_id
            trip_id id >trips.trip_id
            organization_name text *
            is_producer enum
            is_operator enum
            is_authority enum
            attribution_url url
            attribution_email email
            attribution_phone phone
            """),
    )
}  # fmt: skip

#: GTFS-Flex zones: the one file that is not a table of text.
LOCATIONS_FILE = "locations.geojson"
