"""GBFS into tables: `read` opens a system, or an archive of its snapshots, and writes typed Parquet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from feeds.findings import Finding, Report
from feeds.gbfs.documents import Document
from feeds.gbfs.home import Home
from feeds.gbfs.loading import Loaded, Opened, open_source, snapshots
from feeds.gbfs.records import Parsed
from feeds.gbfs.spec import Table
from feeds.gbfs.tables import TABLES
from feeds.gbfs.tally import Tally
from feeds.gbfs.writing import Store
from feeds.reading import Limits, Reading

STANDARD = "GBFS"


def read(source: Path, into: Path, *, limits: Limits) -> Reading:
    """Read GBFS 1.0 to 3.0 into one Parquet file for each of `tables.TABLES`, the same columns whatever the version.

    `source` is a folder of files (with or without ``gbfs.json``), a ``gbfs.json`` with its files beside it, or a
    folder of such folders, each of which is one snapshot of the same system. A series (`station_status`, `vehicles`,
    `vehicle_availability`) has the rows of each snapshot, at `snapshot_at`, its file's `last_updated`; a file that
    did not advance since another snapshot counts once. Every other table has one row for each key, as its newest
    file says.

    Raises:
        FeedError: see `loading.snapshots`. A single record that is bad is set aside instead.
    """
    opened = open_source(source, limits)
    with Store(into, TABLES) as store:
        run = _Run(store, opened)
        for loaded in snapshots(opened, limits):
            run.take(loaded)
        paths, rows = store.finish()
    return Reading(
        standard=STANDARD,
        version=run.version,
        tables=paths,
        rows=rows,
        set_aside=store.set_aside,
        findings=Report(findings=run.findings()),
        facts=run.facts(),
    )


class _Run:
    """What one reading knows so far."""

    def __init__(self, store: Store, opened: Opened) -> None:
        self._store = store
        self._opened = opened
        self._tally = Tally()
        self._seen: dict[tuple[str, dt.datetime], bytes] = {}
        self._newest: dict[str, Document] = {}
        self._snapshots = 0
        self._newest_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self.version = ""

    @property
    def _home(self) -> Home:
        return self._opened.home

    def take(self, loaded: Loaded) -> None:
        """Write what a snapshot holds that was not seen before."""
        self._snapshots += 1
        latest = max(document.last_updated for document in loaded.documents.values())
        if latest >= self._newest_at:
            self._newest_at, self.version = latest, loaded.version
        for error in loaded.bad:
            self._tally.add("gbfs_file_set_aside", error.reason, file=error.file, row=error.row, field=error.field)
        fresh = {name: document for name, document in loaded.documents.items() if self._is_new(name, document)}
        for name, parsed in loaded.tables.items():
            table = TABLES[name]
            if table.file in fresh:
                self._write(table, fresh[table.file], parsed)

    def _is_new(self, name: str, document: Document) -> bool:
        """Whether this publication of a file was not taken before."""
        known = self._seen.setdefault((name, document.last_updated), document.digest)
        first = known is document.digest
        if not first and known != document.digest:
            self._tally.add("gbfs_last_updated_not_advancing", file=document.file, field="last_updated")
        if name not in self._newest or document.last_updated >= self._newest[name].last_updated:
            self._newest[name] = document
        return first

    def _write(self, table: Table, document: Document, parsed: Parsed) -> None:
        offset = self._home.utc_offset_s(document.last_updated)
        self._store.add(table, parsed, seen_at=document.last_updated, utc_offset_s=offset)
        for one in self._store.reject(table, document.file, parsed.rejects):
            self._tally.add(
                "gbfs_record_set_aside", one.reason, file=document.file, row=one.row, field=one.field, value=one.value
            )
        for one in parsed.ignored:
            self._tally.add(
                "gbfs_value_ignored", one.reason, file=document.file, row=one.row, field=one.field, value=one.value
            )

    def findings(self) -> tuple[Finding, ...]:
        """What was found on the way."""
        for label, error in self._opened.refused:
            self._tally.add("gbfs_snapshot_set_aside", f"{label}: {error}", file=error.file, row=error.row)
        if self._home.zone is None and "system_information" in self._newest:
            self._tally.add(
                "gbfs_unknown_timezone",
                file=self._newest["system_information"].file,
                field="timezone",
                value=self._home.timezone,
            )
        return self._tally.findings()

    def facts(self) -> Mapping[str, str]:
        """What the system says of itself, for the catalogue."""
        system = next(iter(self._store.newest("systems")), {})
        said = {name: system.get(name) for name in ("system_id", "name", "operator", "timezone", "languages")}
        said |= {name: system.get(name) for name in ("license_id", "license_url", "feed_contact_email")}
        said["snapshots"] = str(self._snapshots)
        said |= self._times()
        return {name: str(value) for name, value in said.items() if value}

    def _times(self) -> dict[str, str]:
        moments = [moment for _, moment in self._seen]
        return {
            "first_updated": min(moments).isoformat(),
            "last_updated": max(moments).isoformat(),
            "ttl_s": str(min(document.ttl_s for document in self._newest.values())),
        }
