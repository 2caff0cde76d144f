"""What a GTFS feed says of itself, in plain words for the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.gtfs.workshop import Workshop

#: Each fact and the query for it: one text, or null when the feed does not say.
_FACTS = {
    "timezone": ("agency", "SELECT min_by(agency_timezone, csv_row) FROM agency WHERE agency_timezone IS NOT NULL"),
    "agencies": ("agency", "SELECT string_agg(DISTINCT agency_name, ', ' ORDER BY agency_name) FROM agency"),
    "languages": ("agency", "SELECT string_agg(DISTINCT agency_lang, ', ' ORDER BY agency_lang) FROM agency"),
    "feed_lang": ("feed_info", "SELECT min_by(feed_lang, csv_row) FROM feed_info"),
    "feed_version": ("feed_info", "SELECT min_by(feed_version, csv_row) FROM feed_info"),
    "publisher": ("feed_info", "SELECT min_by(feed_publisher_name, csv_row) FROM feed_info"),
    "publisher_url": ("feed_info", "SELECT min_by(feed_publisher_url, csv_row) FROM feed_info"),
    "contact_email": ("feed_info", "SELECT min_by(feed_contact_email, csv_row) FROM feed_info"),
    "feed_start_date": ("feed_info", "SELECT CAST(min(feed_start_date) AS VARCHAR) FROM feed_info"),
    "feed_end_date": ("feed_info", "SELECT CAST(max(feed_end_date) AS VARCHAR) FROM feed_info"),
    "service_from": ("service_patterns", "SELECT CAST(min(date) AS VARCHAR) FROM service_patterns"),
    "service_to": ("service_patterns", "SELECT CAST(max(date) AS VARCHAR) FROM service_patterns"),
    "service_patterns": ("service_patterns", "SELECT CAST(max(pattern) AS VARCHAR) FROM service_patterns"),
    "bbox": (
        "stops",
        "SELECT min(stop_lon) || ',' || min(stop_lat) || ',' || max(stop_lon) || ',' || max(stop_lat) FROM stops",
    ),
}


def facts(shop: Workshop) -> Mapping[str, str]:
    """The facts that the feed states; `bbox` is west, south, east, north in degrees."""
    found = {name: shop.one(sql)[0] for name, (table, sql) in _FACTS.items() if shop.has(table)}
    return {name: str(value) for name, value in found.items() if value is not None}
