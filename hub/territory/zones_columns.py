"""Zone columns added to a Parquet table, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hub.territory.zones import Degrees, ZoneSystem, assign, columns_of

_BATCH_ROWS = 250_000


def add_zone_columns(
    parquet: Path,
    out: Path,
    *,
    points: Mapping[str, tuple[str, str]],
    systems: Sequence[ZoneSystem],
    batch_rows: int = _BATCH_ROWS,
) -> None:
    """Write `parquet` again to `out` with the zones of its points; rows keep their order, columns their types.

    `points` maps the prefix of each place's columns to its columns of latitude and longitude in degrees,
    ``{"start_": ("start_lat", "start_lon")}``: the table gets ``start_h3_8``, ``start_zone_commune`` … A row without
    a place, or with one that is none, has null zones. Columns of zones that are there already are computed anew.
    Memory is that of `batch_rows` rows (and of one row group of the input), whatever the size of the table.

    Raises:
        KeyError: a column of `points` is not in the table.
    """
    with pq.ParquetFile(parquet) as source:
        schema = _schema(source.schema_arrow, points, systems)
        with pq.ParquetWriter(out, schema, compression="zstd") as sink:
            for batch in source.iter_batches(batch_size=batch_rows):
                sink.write_batch(_with_zones(batch, schema, points, systems))


def _schema(schema: pa.Schema, points: Mapping[str, tuple[str, str]], systems: Sequence[ZoneSystem]) -> pa.Schema:
    for lat_and_lon in points.values():
        for name in lat_and_lon:
            if name not in schema.names:
                raise KeyError(f"no column {name!r} to take a place from; there are {', '.join(schema.names)}")
    added = {name: kind for prefix in points for name, kind in columns_of(prefix, systems).items()}
    kept = [schema_field for schema_field in schema if schema_field.name not in added]
    return pa.schema(kept + [pa.field(name, kind) for name, kind in added.items()], metadata=schema.metadata)


def _with_zones(
    batch: pa.RecordBatch,
    schema: pa.Schema,
    points: Mapping[str, tuple[str, str]],
    systems: Sequence[ZoneSystem],
) -> pa.RecordBatch:
    zones = {
        f"{prefix}{column}": values
        for prefix, (lat, lon) in points.items()
        for column, values in assign(_degrees(batch, lat), _degrees(batch, lon), systems).items()
    }
    arrays = [zones[name] if name in zones else batch.column(name) for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _degrees(batch: pa.RecordBatch, name: str) -> Degrees:
    """A column of degrees as floats, null as NaN."""
    column = batch.column(name).cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
