# ruff: noqa: E501 - lines of feeds are not broken
"""One feed for each canonical code: the town with the least change that should make a validator give that code.

A probe is a list of changes to the town's files (`conftest.TOWN`); the validation date is Tuesday 28 April 2026.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

Files = dict[str, str]
Change = Callable[[Files], None]


def put(name: str, text: str) -> Change:
    """A whole file, new or instead of the town's."""

    def change(files: Files) -> None:
        files[name] = text if text.endswith("\n") or not text else f"{text}\n"

    return change


def add(name: str, *lines: str) -> Change:
    """Lines at the end of a file."""

    def change(files: Files) -> None:
        files[name] += "".join(f"{line}\n" for line in lines)

    return change


def sub(name: str, old: str, new: str) -> Change:
    """The first occurrence of a text replaced."""

    def change(files: Files) -> None:
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new, 1)

    return change


def drop(name: str) -> Change:
    """No such file."""

    def change(files: Files) -> None:
        del files[name]

    return change


def column(name: str, header: str, by_row: Mapping[str, str], rest: str = "") -> Change:
    """One more column (or several, separated by commas): values by how a line begins, `rest` for all others."""

    def change(files: Files) -> None:
        head, *lines = files[name].splitlines()
        told = [
            f"{line},{next((value for start, value in by_row.items() if line.startswith(start)), rest)}"
            for line in lines
        ]
        files[name] = "\n".join([f"{head},{header}", *told]) + "\n"

    return change


def zone(key: str, ring: list[list[float]] | None = None, **changes: object) -> dict[str, object]:
    """A feature of locations.geojson."""
    square = ring or [[5.4, 45.0], [5.6, 45.0], [5.6, 45.2], [5.4, 45.2], [5.4, 45.0]]
    feature: dict[str, object] = {
        "type": "Feature",
        "id": key,
        "properties": {"stop_name": key},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    return {**feature, **changes}


def zones(*features: dict[str, object], **changes: object) -> Change:
    """locations.geojson."""
    return put("locations.geojson", json.dumps({"type": "FeatureCollection", "features": list(features), **changes}))


_FLEX = "start_pickup_drop_off_window,end_pickup_drop_off_window,location_id,pickup_type,drop_off_type"
_FLEX += ",pickup_booking_rule_id,drop_off_booking_rule_id"


def flex(*lines: str) -> list[Change]:
    """A trip on demand, whose lines end with the columns of `_FLEX`."""
    return [
        column("stop_times.txt", _FLEX, {}, ",,,,,,"),
        add("trips.txt", "U,WK,FLEX,0,"),
        add("stop_times.txt", *lines),
    ]


BOOKING = "booking_rule_id,booking_type,prior_notice_duration_min,prior_notice_duration_max,prior_notice_last_day,"
BOOKING += "prior_notice_last_time,prior_notice_start_day,prior_notice_start_time,prior_notice_service_id"


def booking(line: str) -> list[Change]:
    """One booking rule."""
    return [put("booking_rules.txt", f"{BOOKING}\n{line}")]


def station(*lines: str, columns: str = "location_type,parent_station") -> list[Change]:
    """Further lines of stops.txt; the town's own lines have the new columns empty."""
    return [column("stops.txt", columns, {}, "," * columns.count(",")), add("stops.txt", *lines)]


_STATION = ("Q,Gare centrale,45.00,5.50,1,", "QE,Porte,45.0001,5.50,2,Q", "QP,Quai,45.0002,5.50,0,Q", "QN,,,,3,Q")
_QUAY = add("stop_times.txt", "R2-0800,08:40:00,08:40:00,QP,5,")
_PATHS = "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional"
_TRANSFERS = "from_stop_id,to_stop_id,from_trip_id,to_trip_id,from_route_id,to_route_id,transfer_type"
_FARES = [
    put("fare_products.txt", "fare_product_id,amount,currency\nP,2.00,EUR"),
    put("fare_leg_rules.txt", "leg_group_id,fare_product_id\nL1,P\nL2,P"),
]
_FARE_TRANSFERS = "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type"
_FARE_TRANSFERS += ",fare_transfer_type,fare_product_id"
_TRANSLATIONS = "table_name,field_name,language,translation,record_id,record_sub_id,field_value"
_INFO = "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_contact_email\n"
_INFO += "Petitville,https://petitville.example,{lang},{start},{end},x@petitville.example"


def info(lang: str = "fr", start: str = "20260401", end: str = "20270101") -> Change:
    """feed_info.txt with its dates."""
    return put("feed_info.txt", _INFO.format(lang=lang, start=start, end=end))


def fare_transfer(line: str) -> list[Change]:
    """Legs of two groups, and one transfer rule."""
    return [*_FARES, put("fare_transfer_rules.txt", f"{_FARE_TRANSFERS}\n{line}")]


def walk(*lines: str) -> list[Change]:
    """A station with an entrance, a platform and a node, and its pathways."""
    return [*station(*_STATION), _QUAY, put("pathways.txt", "\n".join([_PATHS, *lines]))]


def distances(*values: str) -> Change:
    """Distances along the shape, for the calls of R1-0700."""
    starts = [
        f"R1-0700,07:{minute}:00,07:{minute}:00,S0{n},{n}," for n, minute in enumerate(("00", "05", "10", "15"), 1)
    ]

    def change(files: Files) -> None:
        for start, value in zip(starts, values, strict=True):
            assert start in files["stop_times.txt"]
            files["stop_times.txt"] = files["stop_times.txt"].replace(start + "\n", start + value + "\n")

    return change


def shape(*points: str) -> Change:
    """The shape of line R1 with distances: latitude, longitude, sequence, distance."""
    head = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled"
    return put("shapes.txt", "\n".join([head, *(f"line1,{point}" for point in points)]))


_LINE = ("45.00,5.5,1,0", "45.03,5.5,2,3336")
_FLEX_TWO = ("FLEX,,,,1,,08:00:00,10:00:00,z1,2,1,,", "FLEX,,,,2,,08:00:00,10:00:00,z2,1,2,,")
_ZONES = zones(zone("z1"), zone("z2", [[6.4, 45.0], [6.6, 45.0], [6.6, 45.2], [6.4, 45.2], [6.4, 45.0]]))

PROBES: Mapping[str, list[Change]] = {
    "attribution_without_role": [
        put("attributions.txt", "attribution_id,organization_name,is_producer,is_operator,is_authority\nA,Ville,0,0,0")
    ],
    "bidirectional_exit_gate": walk("p1,QE,QN,1,1", "p2,QN,QP,7,1"),
    "big_gap_in_service": [add("calendar_dates.txt", "WK,20260615,1")],
    "block_trips_with_overlapping_stop_times": [
        column("trips.txt", "block_id", {"R1,WK,R1-0730": "B", "R1,WK,R1-0720": "B"})
    ],
    "csv_parsing_failed": [put("levels.txt", 'level_id,level_index,level_name\na,0,"' + "x" * (5 << 20) + '"')],
    "decreasing_or_equal_stop_time_distance": [shape(*_LINE), distances("0", "1000", "900", "3000")],
    "decreasing_shape_distance": [shape("45.00,5.5,1,0", "45.015,5.5,2,2000", "45.03,5.5,3,1000")],
    "duplicate_fare_media": [put("fare_media.txt", "fare_media_id,fare_media_name,fare_media_type\na,Carte,2\nb,Carte,2")],
    "duplicate_geo_json_key": [zones(zone("z1"), zone("z1"))],
    "duplicate_geography_id": [zones(zone("S01"))],
    "duplicate_key": [add("stops.txt", "S01,Gare bis,45.0,5.5")],
    "duplicate_route_name": [add("routes.txt", "R1b,V,1,Gare - Hôpital,3,1A7F37")],
    "duplicated_column": [put("levels.txt", "level_id,level_index,level_index\na,0,0")],
    "empty_column_name": [put("levels.txt", "level_id,level_index,\na,0,")],
    "empty_file": [put("levels.txt", "")],
    "empty_row": [put("levels.txt", "level_id,level_index\n  \na,0")],
    "equal_shape_distance_diff_coordinates": [shape("45.00,5.5,1,0", "45.015,5.5,2,2000", "45.03,5.5,3,2000")],
    "equal_shape_distance_diff_coordinates_distance_below_threshold": [
        shape("45.00,5.5,1,0", "45.015,5.5,2,2000", "45.015005,5.5,3,2000", "45.03,5.5,4,3336")
    ],
    "equal_shape_distance_same_coordinates": [
        shape("45.00,5.5,1,0", "45.015,5.5,2,2000", "45.015,5.5,3,2000", "45.03,5.5,4,3336")
    ],
    "expired_calendar": [add("calendar.txt", "OLD,1,1,1,1,1,1,1,20200101,20201231"), add("trips.txt", "R2,OLD,R2-OLD,0,"),
                         add("stop_times.txt", "R2-OLD,08:00:00,08:00:00,S05,1,", "R2-OLD,08:10:00,08:10:00,S06,2,")],
    "fare_product_with_multiple_default_rider_categories": [
        put("rider_categories.txt", "rider_category_id,rider_category_name,is_default_fare_category\na,Tous,1\nb,Adulte,1"),
        put("fare_products.txt", "fare_product_id,rider_category_id,amount,currency\nP,a,2.00,EUR\nP,b,2.00,EUR"),
    ],
    "fare_transfer_rule_duration_limit_type_without_duration_limit": fare_transfer("L1,L2,,,1,0,P"),
    "fare_transfer_rule_duration_limit_without_type": fare_transfer("L1,L2,,3600,,0,P"),
    "fare_transfer_rule_invalid_transfer_count": fare_transfer("L1,L1,0,,,0,P"),
    "fare_transfer_rule_missing_transfer_count": fare_transfer("L1,L1,,,,0,P"),
    "fare_transfer_rule_with_forbidden_transfer_count": fare_transfer("L1,L2,1,,,0,P"),
    "fare_transfer_rule_without_transfer_count": fare_transfer("L1,L1,,,,0,P"),
    "fast_travel_between_consecutive_stops": [sub("stop_times.txt", "R1-0700,07:05:00,07:05:00,S02", "R1-0700,07:00:10,07:00:10,S02")],
    "fast_travel_between_far_stops": [add("stops.txt", "S99,Loin,46.00,5.5"), add("stop_times.txt", "R1-0700,07:25:00,07:25:00,S99,5,")],
    "feed_expiration_date30_days": [info(end="20260515")],
    "feed_expiration_date7_days": [info(end="20260430")],
    "feed_info_lang_and_agency_lang_mismatch": [info(lang="de")],
    "feed_valid_beyond_total_service_window": [info(end="20270101")],
    "forbidden_arrival_or_departure_time": [_ZONES, *flex("FLEX,08:00:00,08:00:00,,1,,08:00:00,10:00:00,z1,2,1,,", _FLEX_TWO[1])],
    "forbidden_continuous_pickup_drop_off": [_ZONES, *flex(*_FLEX_TWO), column("routes.txt", "continuous_pickup", {"U": "0"})],
    "forbidden_drop_off_type": [_ZONES, *flex("FLEX,,,,1,,08:00:00,10:00:00,z1,2,0,,", _FLEX_TWO[1])],
    "forbidden_geography_id": [_ZONES, *flex("FLEX,,,S01,1,,08:00:00,10:00:00,z1,2,1,,", _FLEX_TWO[1])],
    "forbidden_pickup_type": [_ZONES, *flex("FLEX,,,,1,,08:00:00,10:00:00,z1,0,1,,", _FLEX_TWO[1])],
    "forbidden_prior_day_booking_field_value": booking("b,2,60,,1,17:00:00,,,"),
    "forbidden_prior_notice_start_day": booking("b,1,60,120,,,2,08:00:00,"),
    "forbidden_prior_notice_start_time": booking("b,1,60,,,,,08:00:00,"),
    "forbidden_real_time_booking_field_value": booking("b,0,,,1,,,,"),
    "forbidden_same_day_booking_field_value": booking("b,1,60,,1,17:00:00,,,"),
    "forbidden_shape_dist_traveled": [_ZONES, *flex("FLEX,,,,1,12,08:00:00,10:00:00,z1,2,1,,", _FLEX_TWO[1])],
    "foreign_key_violation": [add("stop_times.txt", "R1-0700,07:20:00,07:20:00,S99,5,")],
    "future_calendar": [put("calendar.txt", "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nWK,1,1,1,1,1,0,0,20260601,20260710\nWE,0,0,0,0,0,1,1,20260601,20260710"), drop("calendar_dates.txt")],
    "future_feed": [info(start="20260601")],
    "geo_json_duplicated_element": [put("locations.geojson", '{"type":"FeatureCollection","features":[],"features":[]}')],
    "geo_json_unknown_element": [zones(zone("z1"), extra="x")],
    "i_o_error": [],
    "inconsistent_agency_lang": [add("agency.txt", "W,Autre,https://w.example,Europe/Paris,de")],
    "inconsistent_agency_timezone": [add("agency.txt", "W,Autre,https://w.example,Europe/Berlin,fr")],
    "inconsistent_route_type_for_block_id": [sub("routes.txt", "R2,V,2,Tour du lac,3", "R2,V,2,Tour du lac,0"),
                                             column("trips.txt", "block_id", {"R1,WK,R1-0700": "B", "R2,WK": "B"})],
    "inconsistent_route_type_for_in_seat_transfer": [sub("routes.txt", "R2,V,2,Tour du lac,3", "R2,V,2,Tour du lac,0"),
                                                     put("transfers.txt", f"{_TRANSFERS}\nS04,S05,R1-0700,R2-0800,R1,R2,4")],
    "invalid_character": [sub("stops.txt", "Gare", "Ga�re")],
    "invalid_color": [sub("routes.txt", "1A7F37", "#1A7F3")],
    "invalid_currency": [put("fare_attributes.txt", "fare_id,price,currency_type,payment_method,transfers\nA,2.00,EUX,0,")],
    "invalid_currency_amount": [put("fare_products.txt", "fare_product_id,amount,currency\nP,2.0001,EUR")],
    "invalid_date": [sub("calendar.txt", "20260427", "2026-04-27")],
    "invalid_email": [put("feed_info.txt", _INFO.format(lang="fr", start="", end="").replace("x@petitville.example", "nobody"))],
    "invalid_float": [sub("stops.txt", "45.00", "45°")],
    "invalid_geometry": [zones(zone("z1", [[5.4, 45.0], [5.6, 45.2], [5.6, 45.0], [5.4, 45.2], [5.4, 45.0]]))],
    "invalid_input_files_in_subfolder": [put("inner/stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nS01,Gare,45.0,5.5")],
    "invalid_integer": [sub("stop_times.txt", "R1-0700,07:00:00,07:00:00,S01,1,", "R1-0700,07:00:00,07:00:00,S01,one,")],
    "invalid_language_code": [sub("agency.txt", "Europe/Paris,fr", "Europe/Paris,french language")],
    "invalid_phone_number": [column("agency.txt", "agency_phone", {}, "call us")],
    "invalid_pickup_drop_off_window": [_ZONES, *flex("FLEX,,,,1,,10:00:00,08:00:00,z1,2,1,,", _FLEX_TWO[1])],
    "invalid_prior_notice_duration_min": booking("b,1,120,60,,,,,"),
    "invalid_row_length": [add("stops.txt", "S99,Place,45.0")],
    "invalid_time": [sub("stop_times.txt", "R1-0700,07:00:00", "R1-0700,7h00")],
    "invalid_timezone": [sub("agency.txt", "Europe/Paris", "Europe/Petitville")],
    "invalid_url": [sub("agency.txt", "https://petitville.example", "petitville")],
    "leading_or_trailing_whitespaces": [sub("stops.txt", "S01,Gare", 'S01," Gare "')],
    "location_with_unexpected_stop_time": [*station(*_STATION), add("stop_times.txt", "R2-0800,08:40:00,08:40:00,Q,5,")],
    "location_without_parent_station": station("QE,Porte,45.0001,5.50,2,"),
    "malformed_json": [put("locations.geojson", '{"type": "FeatureCollection", ')],
    "missing_bike_allowance": [sub("routes.txt", "R2,V,2,Tour du lac,3", "R2,V,2,Tour du lac,4")],
    "missing_calendar_and_calendar_date_files": [drop("calendar.txt"), drop("calendar_dates.txt")],
    "missing_feed_contact_email_and_url": [put("feed_info.txt", _INFO.format(lang="fr", start="20260401", end="20270101").replace("x@petitville.example", ""))],
    "missing_feed_info_date": [info(end="")],
    "missing_level_id": [put("levels.txt", "level_id,level_index\na,0"),
                         *station(*(f"{line}," for line in _STATION), columns="location_type,parent_station,level_id"),
                         _QUAY, put("pathways.txt", f"{_PATHS}\np1,QE,QN,5,1\np2,QN,QP,1,1")],
    "missing_pickup_drop_off_booking_rule_id": [_ZONES, *booking("b,1,60,,,,,,"), *flex("FLEX,,,,1,,08:00:00,10:00:00,z1,2,1,b,", _FLEX_TWO[1])],
    "missing_pickup_or_drop_off_window": [_ZONES, *flex("FLEX,,,,1,,08:00:00,,z1,2,1,,", _FLEX_TWO[1])],
    "missing_prior_day_booking_field_value": booking("b,2,,,,,,,"),
    "missing_prior_notice_duration_min": booking("b,1,,,,,,,"),
    "missing_prior_notice_last_day": booking("b,2,,,,17:00:00,,,"),
    "missing_prior_notice_last_time": booking("b,2,,,1,,,,"),
    "missing_prior_notice_start_time": booking("b,2,,,1,17:00:00,7,,"),
    "missing_recommended_column": [sub("feed_info.txt", ",feed_version", ""), sub("feed_info.txt", ",printemps", "")],
    "missing_recommended_field": [sub("agency.txt", "V,Régie", ",Régie"), sub("routes.txt", "R1,V", "R1,"), sub("routes.txt", "R2,V", "R2,"),
                                  sub("routes.txt", "F,V", "F,"), sub("routes.txt", "U,V", "U,")],
    "missing_recommended_file": [drop("feed_info.txt")],
    "missing_required_agency_id": [add("agency.txt", ",Autre,https://w.example,Europe/Paris,fr")],
    "missing_required_column": [sub("routes.txt", ",route_type", ",route_kind")],
    "missing_required_element": [put("locations.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}')],
    "missing_required_field": [sub("agency.txt", "Régie de Petitville", "")],
    "missing_required_file": [drop("agency.txt")],
    "missing_stop_name": [sub("stops.txt", "S01,Gare", "S01,")],
    "missing_stop_times_record": [_ZONES, *flex("FLEX,,,,1,,08:00:00,10:00:00,z1,2,2,,")],
    "missing_timepoint_value": [column("stop_times.txt", "timepoint", {"R2": "1"})],
    "missing_trip_edge": [sub("stop_times.txt", "R1-0700,07:00:00,07:00:00,S01", "R1-0700,,,S01")],
    "mixed_case_recommended_field": [sub("stops.txt", "S04,Hôpital", "S04,HOPITAL CENTRAL")],
    "more_than_one_entity": [add("feed_info.txt", "Petitville,https://petitville.example,fr,été")],
    "new_line_in_value": [sub("stops.txt", "S01,Gare", 'S01,"Gare\ncentrale"')],
    "non_ascii_or_non_printable_char": [add("stops.txt", "Sé,Place,45.0,5.5")],
    "number_out_of_range": [sub("stops.txt", "45.00", "95.00")],
    "overlapping_frequency": [add("frequencies.txt", "F-0500,06:30:00,07:30:00,600")],
    "overlapping_zone_and_pickup_drop_off_window": [zones(zone("z1"), zone("z2")), *flex("FLEX,,,,1,,08:00:00,10:00:00,z1,2,2,,", "FLEX,,,,2,,08:00:00,10:00:00,z2,2,2,,")],
    "pathway_dangling_generic_node": walk("p1,QE,QP,1,1", "p2,QE,QN,1,1"),
    "pathway_loop": walk("p1,QE,QP,1,1", "p2,QN,QN,1,1"),
    "pathway_to_platform_with_boarding_areas": [*station(*_STATION, "QB,,45.0002,5.50,4,QP"), put("pathways.txt", f"{_PATHS}\np1,QE,QP,1,1")],
    "pathway_to_stop_with_access_outside_of_station_pathways": [
        *station(*(f"{line},{'1' if line.startswith('QP') else ''}" for line in _STATION), columns="location_type,parent_station,stop_access"),
        put("pathways.txt", f"{_PATHS}\np1,QE,QP,1,1")],
    "pathway_to_wrong_location_type": walk("p1,QE,Q,1,1"),
    "pathway_unreachable_location": walk("p1,QE,QN,1,0", "p2,QN,QP,1,0"),
    "platform_without_parent_station": station("QP,Quai,45.0002,5.50,0,,A", columns="location_type,parent_station,platform_code"),
    "point_near_origin": [sub("stops.txt", "45.00,5.5", "0.0,0.0")],
    "point_near_pole": [sub("stops.txt", "45.00,5.5", "89.9,5.5")],
    "prior_notice_last_day_after_start_day": booking("b,2,,,7,17:00:00,2,08:00:00,"),
    "route_both_short_and_long_name_missing": [sub("routes.txt", "R2,V,2,Tour du lac", "R2,V,,")],
    "route_color_contrast": [column("routes.txt", "route_text_color", {"R1": "1A7F30"})],
    "route_long_name_contains_short_name": [sub("routes.txt", "R2,V,2,Tour du lac", "R2,V,Tour,Tour du lac")],
    "route_networks_specified_in_more_than_one_file": [
        column("routes.txt", "network_id", {}, "N"), put("networks.txt", "network_id,network_name\nN,Réseau"),
        put("route_networks.txt", "network_id,route_id\nN,R1")],
    "route_short_name_too_long": [sub("routes.txt", "R2,V,2,", "R2,V,Ligne du bord du lac,")],
    "runtime_exception_in_loader_error": [],
    "runtime_exception_in_validator_error": [],
    "same_name_and_description_for_route": [column("routes.txt", "route_desc", {"R2": "Tour du lac"})],
    "same_name_and_description_for_stop": [column("stops.txt", "stop_desc", {"S05": "Lac"})],
    "same_route_and_agency_url": [column("routes.txt", "route_url", {"R2": "https://petitville.example"})],
    "same_stop_and_agency_url": [column("stops.txt", "stop_url", {"S05": "https://petitville.example"})],
    "same_stop_and_route_url": [column("stops.txt", "stop_url", {"S05": "https://lac.example"}),
                                column("routes.txt", "route_url", {"R2": "https://lac.example"})],
    "service_extends_far_in_the_future": [sub("calendar.txt", "WK,1,1,1,1,1,0,0,20260427,20260510", "WK,1,1,1,1,1,0,0,20260427,20310510")],
    "service_has_no_active_day_of_the_week": [add("calendar.txt", "NO,0,0,0,0,0,0,0,20260427,20260510"), add("calendar_dates.txt", "NO,20260428,1")],
    "service_window_outside_feed_period": [info(start="20260501", end="20260505")],
    "single_shape_point": [add("shapes.txt", "dot,45.0,5.5,1")],
    "start_and_end_range_equal": [put("timeframes.txt", "timeframe_group_id,start_time,end_time,service_id\nT,08:00:00,08:00:00,WK"),
                                  add("frequencies.txt", "F-0500,20:00:00,20:00:00,600")],
    "start_and_end_range_out_of_order": [add("frequencies.txt", "F-0500,21:00:00,20:00:00,600")],
    "station_with_parent_station": station("Q,Gare centrale,45.00,5.50,1,", "Q2,Gare du bas,45.00,5.50,1,Q"),
    "stop_access_specified_for_incorrect_location": station("Q,Gare centrale,45.00,5.50,1,,1", columns="location_type,parent_station,stop_access"),
    "stop_access_specified_for_stop_with_no_parent_station": station("QP,Quai,45.0002,5.50,0,,1", columns="location_type,parent_station,stop_access"),
    "stop_has_too_many_matches_for_shape": [put("shapes.txt", "\n".join(["shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence"] + [
        f"line1,{45.00 + 0.01 * (n % 2):.2f},{5.5 + 0.00001 * n:.5f},{n + 1}" for n in range(50)] + ["line1,45.03,5.5,60"]))],
    "stop_time_timepoint_without_times": [column("stop_times.txt", "timepoint", {"U-0900,,,S12": "1"}, "1")],
    "stop_time_with_arrival_before_previous_departure_time": [sub("stop_times.txt", "R1-0700,07:05:00,07:05:00", "R1-0700,06:55:00,06:55:00")],
    "stop_time_with_only_arrival_or_departure_time": [sub("stop_times.txt", "R1-0700,07:05:00,07:05:00", "R1-0700,07:05:00,")],
    "stop_too_far_from_shape": [sub("stops.txt", "S02,Mairie,45.01,5.5", "S02,Mairie,45.01,5.51")],
    "stop_too_far_from_shape_using_user_distance": [shape("45.00,5.5,1,0", "45.01,5.5,2,1112", "45.02,5.5,3,2224", "45.03,5.5,4,3336"), distances("0", "200", "2224", "3336")],
    "stop_without_location": [sub("stops.txt", "S02,Mairie,45.01,5.5", "S02,Mairie,,")],
    "stop_without_stop_time": [add("stops.txt", "S99,Place,45.0,5.5")],
    "stop_without_zone_id": [column("stops.txt", "zone_id", {"S01": "A", "S02": "A"}),
                             put("fare_attributes.txt", "fare_id,price,currency_type,payment_method,transfers\nA,2.00,EUR,0,"),
                             put("fare_rules.txt", "fare_id,route_id,origin_id,destination_id\nA,R1,A,A")],
    "stops_match_shape_out_of_order": [put("shapes.txt", "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nline1,45.00,5.5,1\nline1,45.02,5.5,2\nline1,45.02,5.51,3\nline1,45.01,5.51,4\nline1,45.01,5.5005,5\nline1,45.03,5.5005,6")],
    "thread_execution_error": [],
    "timeframe_only_start_or_end_time_specified": [put("timeframes.txt", "timeframe_group_id,start_time,end_time,service_id\nT,08:00:00,,WK")],
    "timeframe_overlap": [put("timeframes.txt", "timeframe_group_id,start_time,end_time,service_id\nT,08:00:00,10:00:00,WK\nT,09:00:00,11:00:00,WK")],
    "timeframe_start_or_end_time_greater_than_twenty_four_hours": [put("timeframes.txt", "timeframe_group_id,start_time,end_time,service_id\nT,08:00:00,25:00:00,WK")],
    "too_many_rows": [],
    "transfer_distance_above_2_km": [put("transfers.txt", f"{_TRANSFERS}\nS01,S04,,,,,2")],
    "transfer_distance_too_large": [put("transfers.txt", f"{_TRANSFERS}\nS01,S10,,,,,2")],
    "transfer_with_invalid_stop_location_type": [*station(*_STATION), _QUAY, put("transfers.txt", f"{_TRANSFERS}\nQE,QP,,,,,2")],
    "transfer_with_invalid_trip_and_route": [put("transfers.txt", f"{_TRANSFERS}\nS04,S05,R1-0700,,R2,,1")],
    "transfer_with_invalid_trip_and_stop": [put("transfers.txt", f"{_TRANSFERS}\nS07,S05,R1-0700,,,,1")],
    "transfer_with_suspicious_mid_trip_in_seat": [put("transfers.txt", f"{_TRANSFERS}\nS02,S05,R1-0700,R2-0800,,,4")],
    "translation_foreign_key_violation": [put("translations.txt", f"{_TRANSLATIONS}\nstops,stop_name,en,Station,S99,,")],
    "translation_unexpected_value": [put("translations.txt", f"{_TRANSLATIONS}\nfeed_info,feed_publisher_name,en,Smalltown,X,,")],
    "translation_unknown_table_name": [put("translations.txt", f"{_TRANSLATIONS}\nplaces,name,en,Station,S01,,")],
    "trip_coverage_not_active_for_next7_days": [sub("calendar.txt", "WK,1,1,1,1,1,0,0,20260427,20260510", "WK,1,1,1,1,1,0,0,20260427,20260429"),
                                                sub("calendar.txt", "WE,0,0,0,0,0,1,1,20260427,20260510", "WE,0,0,0,0,0,1,1,20260427,20260429"), drop("calendar_dates.txt")],
    "trip_distance_exceeds_shape_distance": [shape("45.00,5.5,1,0", "45.028,5.5,2,3000"), distances("0", "1000", "2000", "4000")],
    "trip_distance_exceeds_shape_distance_below_threshold": [shape("45.00,5.5,1,0", "45.0299,5.5,2,3325", "45.03,5.5,3,3336"), distances("0", "1000", "2000", "3337")],
    "trip_headsign_matches_intermediate_stop": [column("trips.txt", "trip_headsign", {"R1,WK,R1-0700": "Mairie"})],
    "trip_with_shape_dist_traveled_but_no_shape_distances": [distances("0", "1000", "2000", "3000")],
    "u_r_i_syntax_error": [],
    "unexpected_enum_value": [column("trips.txt", "wheelchair_accessible", {}, "7")],
    "unknown_column": [column("stops.txt", "colour", {}, "red")],
    "unknown_file": [put("notes.txt", "note\nhello")],
    "unsorted_stop_times": [add("stop_times.txt", "R1-0700,07:20:00,07:20:00,S05,5,")],
    "unsupported_feature_type": [zones(zone("z1", type="Thing"))],
    "unsupported_geo_json_type": [put("locations.geojson", '{"type":"Feature","features":[]}')],
    "unsupported_geometry_type": [zones(zone("z1", geometry={"type": "Point", "coordinates": [5.5, 45.0]}))],
    "unusable_trip": [add("trips.txt", "R2,WK,R2-1,0,"), add("stop_times.txt", "R2-1,08:00:00,08:00:00,S05,1,")],
    "unused_shape": [add("shapes.txt", "other,45.0,5.5,1", "other,45.1,5.5,2")],
    "unused_parent_station": station("Q,Gare centrale,45.00,5.50,1,"),
    "unused_station": station("Q,Gare centrale,45.00,5.50,1,"),
    "unused_trip": [add("trips.txt", "R2,WK,R2-1,0,")],
    "wrong_parent_location_type": station("QP,Quai,45.0002,5.50,0,S01"),
}  # fmt: skip


def probe(town: Mapping[str, str], code: str) -> Files:
    """The town's files after the changes of one probe."""
    files = dict(town)
    for change in PROBES[code]:
        change(files)
    return files
