"""What was read, written down as it comes: one unsorted Parquet file a table, and the list of rejects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from feeds.findings import Finding, Severity
from feeds.reading import REJECTS, REJECTS_SCHEMA
from mds.normalise import Harvest, Reject
from mds.records import shown
from mds.tables import SCHEMAS

#: The order in which records of a table arrived, over all pages.
POSITION = pa.field("position", pa.int64())


class Tally:
    """Findings as they are met: one a code, table and field, with the first as the example.

    Over all pages together: a year of hour files would otherwise repeat one mistake nine thousand times.
    """

    def __init__(self) -> None:
        self._findings: dict[tuple[str, str, str, Severity], Finding] = {}

    def add(self, rejects: Iterable[Reject], severity: Severity) -> None:
        """Count some rejects."""
        for reject in rejects:
            key = (reject.defect.code, reject.table, _place(reject.field), severity)
            known = self._findings.get(key)
            self._findings[key] = replace(known, count=known.count + 1) if known else _finding(reject, severity)

    def findings(self) -> tuple[Finding, ...]:
        """In the order in which they were first met."""
        return tuple(self._findings.values())


def _place(field: str) -> str:
    """A field without its index: a bad point is one kind of finding, wherever in the route it lies."""
    return re.sub(r"\[\d+\]", "[]", field)


def _finding(reject: Reject, severity: Severity) -> Finding:
    kept = "" if severity is Severity.ERROR else " (the value was dropped, the record kept)"
    return Finding(
        code=reject.defect.code,
        severity=severity,
        message=f"{reject.defect.reason}{kept}",
        file=reject.file,
        row=reject.row,
        field=reject.field,
        value=shown(reject.value),
        mend=reject.defect.mend,
    )


class Stage:
    """Parquet files that grow while pages come in; a context, so that they are closed whatever happens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._rows: Counter[str] = Counter()
        self.set_aside: Counter[str] = Counter()
        self.tally = Tally()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, harvest: Harvest) -> None:
        """Write the rows and the rejects of one chunk."""
        for table, rows in harvest.rows.items():
            if rows.num_rows:
                first = self._rows[table]
                self._rows[table] += rows.num_rows
                positions = pa.array(np.arange(first, first + rows.num_rows))
                self._write(table, rows.append_column(POSITION, positions))
        self.tally.add(harvest.rejects, Severity.ERROR)
        self.tally.add(harvest.dropped, Severity.WARNING)
        self.set_aside.update(reject.table for reject in harvest.rejects)
        if harvest.rejects:
            self._write(REJECTS, _rejected(harvest.rejects))

    @property
    def rows(self) -> dict[str, int]:
        """Rows written so far, by table."""
        return dict(self._rows)

    def path(self, table: str) -> Path:
        """Where a table is staged."""
        return self._folder / f"{table}.parquet"

    def _write(self, table: str, rows: pa.Table) -> None:
        if table not in self._writers:
            schema = REJECTS_SCHEMA if table == REJECTS else SCHEMAS[table].append(POSITION)
            self._writers[table] = pq.ParquetWriter(self.path(table), schema, compression="lz4")
        self._writers[table].write_table(rows)


def _rejected(rejects: Iterable[Reject]) -> pa.Table:
    rows = [
        {"file": r.file, "row": r.row, "field": r.field, "value": shown(r.value), "reason": r.defect.reason}
        for r in rejects
    ]
    return pa.Table.from_pylist(rows, schema=REJECTS_SCHEMA)
