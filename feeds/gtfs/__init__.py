"""GTFS Schedule: specification as data, reading, checking, statistics."""
