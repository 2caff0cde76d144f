"""``locations.geojson`` of GTFS-Flex → a table: the one file of a feed that is JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.findings import Finding, Severity
from feeds.gtfs.ledger import Fault, Ledger
from feeds.gtfs.reference import LOCATIONS_FILE
from feeds.gtfs.stage import LINE

#: JSON is read whole; as Python objects it takes about ten times its size.
MOST_BYTES = 32 << 20
_SHAPES = ("Polygon", "MultiPolygon")
SCHEMA = pa.schema(
    [
        (LINE, pa.int64()),
        ("location_id", pa.string()),
        ("stop_name", pa.string()),
        ("stop_desc", pa.string()),
        ("geometry", pa.string()),  # GeoJSON, WGS 84
    ]
)


def write_locations(opener: Callable[[], IO[bytes]], into: Path, ledger: Ledger) -> Path | None:
    """Write the zones; `csv_row` is a feature's position from 1. None when the file is no feature collection."""
    with opener() as stream:
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        ledger.note(_whole("file_too_large", f"more than {MOST_BYTES} bytes; it was left out"))
        return None
    try:
        document = json.loads(raw)
    except ValueError as damage:
        ledger.note(_whole("malformed_json", str(damage)))
        return None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        ledger.note(_whole("unsupported_geo_json_type", "not a FeatureCollection"))
        return None
    path = into / "locations.parquet"
    pq.write_table(pa.Table.from_pylist(list(_records(features, ledger)), schema=SCHEMA), path)
    return path


def _records(features: list[Any], ledger: Ledger) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    for row, feature in enumerate(features, 1):
        named = feature if isinstance(feature, dict) else {}
        geometry, text_id = named.get("geometry"), named.get("id")
        if not isinstance(text_id, str) or not text_id:
            ledger.reject(_fault(row, "id", "missing_required_element", "a zone needs an id"))
        elif text_id in seen:
            ledger.reject(_fault(row, "id", "duplicate_geo_json_key", "an earlier zone has this id"))
        elif not isinstance(geometry, dict) or geometry.get("type") not in _SHAPES:
            ledger.reject(_fault(row, "geometry", "unsupported_geometry_type", "neither Polygon nor MultiPolygon"))
        else:
            seen.add(text_id)
            words = named.get("properties") or {}
            yield {
                LINE: row,
                "location_id": text_id,
                "stop_name": words.get("stop_name"),
                "stop_desc": words.get("stop_desc"),
                "geometry": json.dumps(geometry),
            }


def _fault(row: int, field: str, code: str, sentence: str) -> Fault:
    return Fault(LOCATIONS_FILE, row, field, "", code, sentence)


def _whole(code: str, sentence: str) -> Finding:
    return Finding(code, Severity.ERROR, sentence, LOCATIONS_FILE)
