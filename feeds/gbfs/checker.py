"""GBFS judged: the standard's rules on the newest files, ours on every snapshot."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

from feeds.errors import FeedError
from feeds.findings import Report, merge
from feeds.gbfs.across import EACH, Plausible, View
from feeds.gbfs.across_newest import NEWEST
from feeds.gbfs.documents import Document, parse
from feeds.gbfs.loading import Loaded, open_source, snapshots
from feeds.gbfs.records import Parsed
from feeds.gbfs.schema_check import check_schema
from feeds.gbfs.spec import FILES
from feeds.gbfs.tables import TABLES
from feeds.gbfs.tally import Tally
from feeds.reading import Limits

_OURS = "gbfs-rules"

#: The version of our own rules; raised when one is added or changed.
_OURS_VERSION = "1"

_DEFAULT = Plausible()


def check(source: Path, *, at: dt.datetime, limits: Limits, plausible: Plausible = _DEFAULT) -> Report:
    """Judge a system, or an archive of its snapshots, as of the instant `at`.

    The schemas of the standard are held against the newest of each file only: in an archive the same defect comes
    back in every snapshot. Our own rules see every snapshot; a defect is told once for each file and field, with how
    often it was found.

    Raises:
        FeedError: nothing there that could be judged (see `loading.snapshots`).
    """
    opened = open_source(source, limits)
    judged = _Judged(at, plausible, opened.home.timezone)
    for loaded in snapshots(opened, limits):
        judged.take(loaded)
    for label, error in opened.refused:
        judged.tally.add("gbfs_snapshot_set_aside", f"{label}: {error}", file=error.file, row=error.row)
    return judged.report(len(opened.places))


class _Judged:
    """The newest of each file so far, and what was found."""

    def __init__(self, at: dt.datetime, plausible: Plausible, timezone: str) -> None:
        self.tally = Tally()
        self._at = at
        self._plausible = plausible
        self._timezone = timezone
        self._version: tuple[dt.datetime, str] = (dt.datetime.min.replace(tzinfo=dt.UTC), "")
        self._paths: dict[str, Path] = {}
        self._tables: dict[str, Parsed] = {}
        self._documents: dict[str, Document] = {}
        self._told: set[tuple[str, dt.datetime]] = set()

    def take(self, loaded: Loaded) -> None:
        """Judge one snapshot, and keep its files where they are the newest."""
        self._say_what_is_missing(loaded)
        if not self._advances(loaded):
            return
        for rule in EACH:
            rule(self._view({**self._tables, **loaded.tables}, {**self._documents, **loaded.documents}), self.tally)
        for name, document in loaded.documents.items():
            if name not in self._documents or document.last_updated >= self._documents[name].last_updated:
                self._documents[name] = document
                self._paths[name] = loaded.snapshot.files[name]
                self._tables.update({t: parsed for t, parsed in loaded.tables.items() if TABLES[t].file == name})
        latest = max(document.last_updated for document in loaded.documents.values())
        self._paths.update(loaded.snapshot.others)
        self._version = max(self._version, (latest, loaded.version))

    def _say_what_is_missing(self, loaded: Loaded) -> None:
        for name in loaded.snapshot.missing:
            self.tally.add("gbfs_declared_file_missing", file=f"{name}.json")
        for error in loaded.bad:
            self.tally.add("gbfs_file_set_aside", error.reason, file=error.file, row=error.row, field=error.field)

    def _advances(self, loaded: Loaded) -> bool:
        """Whether a snapshot has any file that was not judged before."""
        moments = {(name, document.last_updated) for name, document in loaded.documents.items()}
        new = moments - self._told
        self._told |= moments
        return bool(new)

    def _view(self, tables: dict[str, Parsed], documents: dict[str, Document]) -> View:
        return View(tables, documents, self._plausible, self._at, self._timezone)

    def report(self, found: int) -> Report:
        """All that was found."""
        for rule in NEWEST:
            rule(self._view(self._tables, self._documents), self.tally)
        standard = check_schema(self._bodies(), self._version[1])
        parameters = {name: f"{value:g}" for name, value in asdict(self._plausible).items()}
        parameters |= {"at": self._at.isoformat(), "snapshots": str(found), "version": self._version[1]}
        ours = Report(
            findings=self.tally.findings(),
            validators={_OURS: _OURS_VERSION},
            parameters=parameters,
            validation_date=self._at.date(),
        )
        return merge((standard, ours))

    def _bodies(self) -> dict[str, Any]:
        """The newest of each file as JSON, by the name that its version publishes it under."""
        newest = self._version[1].startswith("3.")
        bodies: dict[str, Any] = {}
        for name, path in self._paths.items():
            names = FILES.get(name, (name,))
            try:
                bodies[names[0] if newest else names[-1]] = parse(path.read_bytes(), path.name)
            except FeedError as error:
                self.tally.add("gbfs_file_set_aside", error.reason, file=error.file, row=error.row)
        return bodies
