"""The own checks of canonical codes: nearly all are one query, the overlap of zones is geometry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from feeds.findings import Finding
from feeds.gtfs.own.overlaps import overlapping_zones
from feeds.gtfs.queries import Query, run

#: IETF BCP 47, as far as its form goes (RFC 5646, section 2.1): language, script, region, variants, extensions.
_LANGUAGE: Final = (
    "^([a-z]{2,3}(-[a-z]{3}){0,3}|[a-z]{4,8})(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?"
    "(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-wy-z0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?$"
)


def _language(table: str, field: str) -> Query:
    bad = f"{field} IS NOT NULL AND NOT regexp_matches(lower({field}), '{_LANGUAGE}')"
    sql = f"SELECT csv_row AS row, {field} AS value FROM {table} WHERE {bad}"  # noqa: S608 - names of ours
    return Query("invalid_language_code", f"{table}.txt", field, (table,), sql)


def _scheme(table: str, field: str) -> Query:
    bad = f"NOT regexp_matches(lower({field}), '^(https?|ftp)://.')"
    sql = f"SELECT csv_row AS row, {field} AS value FROM {table} WHERE {field} LIKE '%://%' AND {bad}"  # noqa: S608 - names of ours
    return Query("invalid_url", f"{table}.txt", field, (table,), sql)


CHECKS: Final = (
    _language("agency", "agency_lang"),
    _language("feed_info", "feed_lang"),
    _language("feed_info", "default_lang"),
    _language("translations", "language"),
    # The library takes any scheme, such as htt://.
    _scheme("agency", "agency_url"),
    _scheme("stops", "stop_url"),
    _scheme("routes", "route_url"),
    _scheme("feed_info", "feed_publisher_url"),
    # The library no longer looks for 0, 0 in a file with another fault. One degree is the canonical measure.
    Query(
        "point_near_origin",
        "stops.txt",
        "stop_lat",
        ("stops",),
        """
        SELECT csv_row AS row, stop_id || ': ' || stop_lat || ', ' || stop_lon AS value FROM stops
        WHERE abs(stop_lat) <= 1 AND abs(stop_lon) <= 1
        """,
    ),
    # Reference, rider_categories.txt: at most one default category for each fare product.
    Query(
        "fare_product_with_multiple_default_rider_categories",
        "fare_products.txt",
        "rider_category_id",
        ("fare_products", "rider_categories"),
        """
        SELECT min(f.csv_row) AS row, f.fare_product_id AS value
        FROM fare_products f JOIN rider_categories r USING (rider_category_id)
        WHERE r.is_default_fare_category = 1
        GROUP BY f.fare_product_id HAVING count(DISTINCT f.rider_category_id) > 1
        """,
    ),
    # Reference, fare_transfer_rules.txt: duration_limit_type is forbidden without duration_limit.
    Query(
        "fare_transfer_rule_duration_limit_type_without_duration_limit",
        "fare_transfer_rules.txt",
        "duration_limit_type",
        ("fare_transfer_rules",),
        """
        SELECT csv_row AS row, duration_limit_type AS value FROM fare_transfer_rules
        WHERE duration_limit_type IS NOT NULL AND duration_limit IS NULL
        """,
    ),
    # Reference, stop_times.txt: a distance along the shape says nothing of a zone or a group of stops.
    Query(
        "forbidden_shape_dist_traveled",
        "stop_times.txt",
        "shape_dist_traveled",
        ("stop_times",),
        """
        SELECT csv_row AS row, shape_dist_traveled AS value FROM stop_times
        WHERE shape_dist_traveled IS NOT NULL AND stop_key IS NULL
        """,
    ),
    # Reference, levels.txt: conditionally required for pathways with elevators (pathway_mode 5).
    Query(
        "missing_level_id",
        "stops.txt",
        "level_id",
        ("stops", "levels", "pathways"),
        """
        SELECT csv_row AS row, stop_id AS value FROM stops
        WHERE level_id IS NULL AND stop_id IN (
            SELECT from_stop_id FROM pathways WHERE pathway_mode = 5
            UNION SELECT to_stop_id FROM pathways WHERE pathway_mode = 5
        )
        """,
    ),
)


def check(tables: Mapping[str, Path], *, connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Findings of canonical codes that the library lacks; `tables` are those of a reading."""
    return (*run(CHECKS, tables, connection=connection), *overlapping_zones(tables, connection=connection))
