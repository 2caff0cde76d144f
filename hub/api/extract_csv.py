"""An extract as CSV (RFC 4180): a header, UTF-8, an empty cell for null; written piece by piece, whatever its size."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pyarrow.parquet as pq
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hub.api.files import cache_headers, is_known
from hub.api.present import term_headers
from hub.services.access import Access

_BATCH_ROWS = 10_000


def as_csv(request: Request, opened: Access) -> Response:
    """The records of an access that was decided. Its ETag is another one than that of the same records as Parquet."""
    tag = f"{opened.release.digest}-csv"
    name = opened.release.file_name.removesuffix(".parquet") + ".csv"
    headers = {
        "ETag": f'"{tag}"',
        **cache_headers(opened, permanent=True),
        **term_headers(opened),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    # Opened before the answer begins: whoever may read it now reads it to its end.
    source = pq.ParquetFile(opened.path)
    return StreamingResponse(_lines(source), media_type="text/csv; charset=utf-8; header=present", headers=headers)


def _lines(source: pq.ParquetFile) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    with source:
        writer.writerow(source.schema_arrow.names)
        for batch in source.iter_batches(batch_size=_BATCH_ROWS):
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
            yield text.getvalue()
            text.seek(0)
            text.truncate()
        yield text.getvalue()
