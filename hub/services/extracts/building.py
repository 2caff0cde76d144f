"""An extract as a file: the query over the vault, written as Parquet in a work folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from feeds import statistics
from governance.periods import Period
from hub.errors import StorageError
from hub.services.back import Back
from hub.services.extracts.inputs import Inputs, must_have
from hub.services.extracts.plan import Plan
from hub.services.extracts.pseudonyms import Pseudonyms
from hub.services.extracts.query import RECORDS, columns_read, query_of

_BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Built:
    """A file that was built. `values` is a digest over its values: the same records, whatever batches brought them."""

    path: Path
    rows: int
    values: str


def build(back: Back, plan: Plan, period: Period, inputs: Inputs, *, keys: Pseudonyms, basin: str, work: Path) -> Built:
    """Read the vault for a plan; nothing but what it agrees to comes out of the engine.

    Raises:
        Conflict: a batch was taken in before its zones were known.
        StorageError: no room.
    """
    must_have(inputs.paths, columns_read(plan))
    given = {"period_from": period.from_, "period_to": period.to, "inner": keys.inner, "outer": keys.outer}
    limits = back.limits
    with (
        _engine_faults(),
        statistics.connect(memory=limits.memory, threads=limits.threads, spill=work) as connection,
    ):
        statistics.bind(connection, {RECORDS: list(inputs.paths)}, [RECORDS])
        reader = connection.execute(query_of(plan, basin=basin), given).to_arrow_reader(_BATCH_ROWS)
        return _written(reader, work / "extract.parquet")


def _written(reader: pa.RecordBatchReader, path: Path) -> Built:
    values, rows = hashlib.sha256(), 0
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as sink:
        for batch in reader:
            sink.write_batch(batch)
            values.update(_spelled(batch))
            rows += batch.num_rows
    return Built(path, rows, values.hexdigest())


def _spelled(batch: pa.RecordBatch) -> bytes:
    """A batch as text. Its own bytes are not those of its values alone: nulls and padding may hold anything."""
    columns = [pc.cast(column, pa.string()) for column in batch.columns]
    lines = pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\x00")
    return "".join(f"{line}\n" for line in lines.to_pylist()).encode()


@contextmanager
def _engine_faults() -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as fault:
        raise StorageError(f"the engine ran out of room: {str(fault).splitlines()[0]}; nothing was changed") from fault
