"""Findings on a GTFS feed: the canonical rule set, by gtfs-guru in a process of its own; what it lacks, by our checks
over the tables (`feeds.gtfs.own`); and what is hard to believe (`feeds.gtfs.plausible`).

What only a reader can see (records set aside, coordinates that seem exchanged, an unclosed quotation mark) is among
the findings of `feeds.gtfs.read.read`; both carry the same advice (`feeds.gtfs.notices`).
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb

from feeds import statistics
from feeds.findings import Finding, Report, Severity
from feeds.gtfs import own, plausible
from feeds.gtfs.archive import open_archive
from feeds.gtfs.child import Runner, run_child
from feeds.gtfs.notices import with_mends
from feeds.reading import Limits

VALIDATOR = "gtfs-guru"
OWN = "feeds.gtfs"
#: Counted up when a check of our own or a threshold changes.
OWN_VERSION = "1"
_CHILD = "feeds.gtfs.guru"
#: Where gtfs-guru's notices keep the place that they speak of, most telling first.
_FILES = ("filename", "childFilename")
_ROWS = ("csvRowNumber", "csvRowNumber1", "csvRowNumberA", "newCsvRowNumber", "stopTimeCsvRowNumber",
         "tripCsvRowNumber", "routeCsvRowNumber", "stopCsvRowNumber")  # fmt: skip
_FIELDS = ("fieldName", "childFieldName", "fieldName1", "columnName", "specifiedField", "fieldNames")
_VALUES = ("fieldValue", "fieldValue1", "tripId", "stopId", "serviceId", "shapeId", "routeId")


def check(
    source: Path,
    *,
    validation_date: dt.date,
    limits: Limits | None = None,
    timeout_s: float = 120.0,
    runner: Runner = run_child,
) -> Report:
    """Validate a zip archive or a folder.

    Beyond `limits.memory` or `timeout_s` the report is `incomplete` (its verdict is then UNKNOWN): that says nothing
    about the feed.

    Raises:
        FeedError: the source must not or cannot be opened as a feed (as `feeds.gtfs.archive.open_archive`).
    """
    limits = limits or Limits()
    with open_archive(source, limits) as archive:
        feed = archive.source
    command = [sys.executable, "-m", _CHILD, str(feed.resolve()), validation_date.isoformat()]
    answer = runner(command, memory=limits.memory, timeout_s=timeout_s)
    blank = Report(
        validators={VALIDATOR: metadata.version(VALIDATOR)},
        parameters={f"{VALIDATOR}.memory": str(limits.memory), f"{VALIDATOR}.timeout_s": f"{timeout_s:g}"},
        validation_date=validation_date,
    )
    if answer.fault:
        return replace(blank, incomplete=f"{VALIDATOR}: {answer.fault}")
    notices = json.loads(answer.output)["notices"]
    findings = tuple(finding for notice in notices for finding in findings_of(notice))
    return replace(blank, findings=with_mends(findings))


def check_tables(tables: Mapping[str, Path], *, validation_date: dt.date, limits: Limits | None = None) -> Report:
    """Our own checks and those of plausibility, over the tables of a `feeds.reading.Reading`."""
    limits = limits or Limits()
    with (
        tempfile.TemporaryDirectory(prefix="gtfs-check-") as spill,
        statistics.connect(memory=limits.memory, threads=limits.threads, spill=Path(spill)) as connection,
    ):
        try:
            found = (*own.check(tables, connection=connection), *plausible.check(tables, connection=connection))
            incomplete = ""
        except duckdb.OutOfMemoryException:
            found, incomplete = (), f"{OWN}: stopped at its memory limit of {limits.memory >> 20} MiB"
    return Report(
        findings=found,
        incomplete=incomplete,
        validators={OWN: OWN_VERSION},
        parameters={f"{OWN}.{name}": f"{value:g}" for name, value in plausible.values().items()},
        validation_date=validation_date,
    )


def findings_of(notice: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for each file that a notice speaks of; what lies beyond the samples goes to the commonest file."""
    files: dict[str, list[Mapping[str, Any]]] = {}
    for sample in notice["sampleNotices"]:
        files.setdefault(_file(sample, notice["files"]), []).append(sample)
    beyond = notice["totalNotices"] - len(notice["sampleNotices"])
    commonest = max(files, key=lambda file: len(files[file]), default="")
    for file, samples in sorted(files.items()):
        first = samples[0]
        row = _first(first, _ROWS)
        yield Finding(
            code=notice["code"],
            severity=Severity(notice["severity"].lower()),
            message=" ".join(str(notice["summary"]).split()),
            file=file,
            row=int(row) if row else None,
            field=_first(first, _FIELDS),
            value=_first(first, _VALUES),
            count=len(samples) + (beyond if file == commonest else 0),
        )


def _file(sample: Mapping[str, Any], about: list[str]) -> str:
    return _first(sample, _FILES) or (about[0] if len(about) == 1 else "")


def _first(sample: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(sample[name]) for name in names if sample.get(name) not in (None, "")), "")
