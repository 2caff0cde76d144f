"""What is lost while a feed is read, record by record and cell by cell, and what there is to say about it.

Records go straight to disk: a feed in which every record is bad must not fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from feeds.findings import Finding, Severity
from feeds.reading import REJECTS, REJECTS_SCHEMA

#: Cells that held something unusable and are null in the tables, though their record was kept (`REJECTS_SCHEMA`).
NULLED_CELLS = "nulled_cells"
_FLUSH = 20_000
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One record or cell that could not be used: its place, what stood there, a canonical code and a sentence."""

    file: str
    row: int | None
    field: str
    value: str
    code: str
    sentence: str

    def finding(self, severity: Severity) -> Finding:
        """The finding that goes with it."""
        return Finding(self.code, severity, self.sentence, self.file, self.row, self.field, self.value)

    def record(self) -> tuple[str, int | None, str, str, str]:
        """A row of `REJECTS_SCHEMA`; the reason is ``code: sentence``."""
        return self.file, self.row, self.field, self.value[:_LONGEST_VALUE], f"{self.code}: {self.sentence}"


@dataclass(slots=True)
class _Stream:
    """Rows of `REJECTS_SCHEMA` on their way to disk."""

    name: str
    rows: list[tuple[str, int | None, str, str, str]] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)

    def flush(self, folder: Path) -> None:
        if not self.rows:
            return
        path = folder / f"{self.name}-{len(self.parts)}.parquet"
        columns = [list(column) for column in zip(*self.rows, strict=True)]
        pq.write_table(pa.table(columns, schema=REJECTS_SCHEMA), path)
        self.parts.append(path)
        self.rows.clear()


class Ledger:
    """Collects rejects, nulled cells and findings of one reading; findings are counted by (code, file, field)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._streams = {name: _Stream(name) for name in (REJECTS, NULLED_CELLS)}
        self._findings: dict[tuple[str, str, str], Finding] = {}
        self.set_aside: dict[str, int] = {}

    def reject(self, fault: Fault, severity: Severity = Severity.ERROR) -> None:
        """Set a record aside."""
        self.set_aside[fault.file] = self.set_aside.get(fault.file, 0) + 1
        self._keep(REJECTS, fault)
        self.note(fault.finding(severity))

    def reject_all(self, faults: Iterable[Fault]) -> None:
        """Set several records aside."""
        for fault in faults:
            self.reject(fault)

    def null(self, fault: Fault) -> None:
        """Tell that a cell became null."""
        self._keep(NULLED_CELLS, fault)
        self.note(fault.finding(Severity.ERROR))

    def note(self, finding: Finding) -> None:
        """Count a finding; the first one stays as the example."""
        place = (finding.code, finding.file, finding.field)
        known = self._findings.get(place)
        value = finding.value[:_LONGEST_VALUE]
        self._findings[place] = (
            replace(finding, value=value) if known is None else replace(known, count=known.count + finding.count)
        )

    def absorb(self, other: Ledger) -> None:
        """Take over all that another ledger collected."""
        for finding in other._findings.values():
            self.note(finding)
        for file, count in other.set_aside.items():
            self.set_aside[file] = self.set_aside.get(file, 0) + count
        for name in self._streams:
            self._streams[name].parts.extend(other.parts(name))

    def parts(self, name: str) -> list[Path]:
        """The files of the stream `rejects` or `nulled_cells`, complete."""
        stream = self._streams[name]
        stream.flush(self._folder)
        return list(stream.parts)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found: errors first, then by file, code and field."""
        order = list(Severity)
        return tuple(sorted(self._findings.values(), key=lambda f: (order.index(f.severity), f.file, f.code, f.field)))

    def _keep(self, name: str, fault: Fault) -> None:
        stream = self._streams[name]
        stream.rows.append(fault.record())
        if len(stream.rows) >= _FLUSH:
            stream.flush(self._folder)
