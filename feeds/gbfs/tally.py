"""Findings counted as they come: one kept for each place, however often it is seen."""

from __future__ import annotations

from dataclasses import replace

from feeds.findings import Finding
from feeds.gbfs.notices import finding


class Tally:
    """Findings by code, file and field, in the order in which each was first seen; the first one is the example.

    So a report stays small when the same defect is in every one of ten thousand snapshots.
    """

    def __init__(self) -> None:
        self._first: dict[tuple[str, str, str], Finding] = {}
        self._count: dict[tuple[str, str, str], int] = {}

    def add(
        self, code: str, detail: str = "", *, file: str = "", row: int | None = None, field: str = "", value: str = ""
    ) -> None:
        """Count one finding."""
        key = (code, file, field)
        if key not in self._first:
            self._first[key] = finding(code, detail, file=file, row=row, field=field, value=value)
        self._count[key] = self._count.get(key, 0) + 1

    def findings(self) -> tuple[Finding, ...]:
        """One finding for each place, with its count."""
        return tuple(replace(first, count=self._count[key]) for key, first in self._first.items())
