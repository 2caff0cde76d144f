"""The media types of files that the hub makes."""

from __future__ import annotations

from typing import Final

PARQUET: Final = "application/vnd.apache.parquet"
GEOJSON: Final = "application/geo+json"
MESSAGE: Final = "application/x-protobuf"
