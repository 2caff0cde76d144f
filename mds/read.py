"""Read MDS provider answers (1.2 and 2.0) from files into the normalised tables of `mds.tables`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from feeds.errors import UnsupportedVersion, UnusableFeed
from feeds.findings import Finding, Report, Severity
from feeds.reading import REJECTS, Limits, Reading
from feeds.statistics import connect
from mds import tables
from mds.normalise import Normaliser
from mds.notices import completed
from mds.pages import Page, files, pages
from mds.records import Bounds
from mds.settle import Repeats, settle
from mds.staging import Stage
from mds.wall_clock import zone

#: What the settling engine may use: the parsed page is given back to Python, not to the system.
_ENGINE_SHARE = 0.5


def read(
    source: Path, into: Path, *, limits: Limits | None = None, timezone: str = "UTC", bounds: Bounds | None = None
) -> Reading:
    """Read `source`, a page or a folder of pages, and write typed Parquet tables into the folder `into`.

    What a page is, is told from its payload key and the version in its body, never from its name; a folder is read
    with its subfolders in the order of names. `timezone` is that of the territory and gives the ``_local`` columns;
    `bounds` (min_lat, min_lng, max_lat, max_lng) is its bounding box and lets swapped coordinates be told.

    A record that is bad is set aside with file, row (its position in the page, from 1), field, value and reason. Of
    records with the same id the latest publication stays (without publication times: the last in the order of
    pages); the others are dropped if they say the same, and set aside if they do not.

    Raises:
        NotAFeed: nothing there, no JSON, or JSON that is no answer of an MDS provider.
        UnsupportedVersion: another version than 1.2 and 2.0, none, or both in one folder.
        UnsafeArchive: a packed page beyond the limits.
        UnusableFeed: no good record, or a page too large for the memory limit.
        ValueError: no such time zone.
    """
    limits = limits or Limits()
    normaliser = Normaliser(zone(timezone), bounds)
    chosen, passed_over = files(source)
    with tempfile.TemporaryDirectory(dir=into, prefix=".reading-") as work:
        seen = _Seen(passed_over)
        with Stage(Path(work)) as stage:
            for page in seen.watch(_all_pages(source, chosen, limits)):
                for harvest in normaliser.harvests(page):
                    stage.add(harvest)
        if not stage.rows:
            raise _nothing(seen, stage)
        return _settled(stage, seen, into=into, limits=limits, timezone=timezone)


def _settled(stage: Stage, seen: _Seen, *, into: Path, limits: Limits, timezone: str) -> Reading:
    """Sort what was staged into its tables and tell what they are."""
    staged = {name: stage.path(name) for name in (*stage.rows, *([REJECTS] if stage.set_aside else []))}
    # The telemetry of 1.2 is made of the trips' routes, and repeats when they do.
    derived = frozenset({tables.TELEMETRY}) if seen.version == "1.2" else frozenset[str]()
    memory = int(limits.memory * _ENGINE_SHARE)
    with connect(memory=memory, threads=limits.threads, spill=stage.path("spill")) as connection:
        written, repeats = settle(connection, staged, into, derived=derived)
        facts = {"timezone": timezone, "pages": str(seen.pages), **_facts(connection, written)}
        rows = {name: _count(connection, path) for name, path in written.items()}
    told = (*stage.tally.findings(), *(one for each in repeats for one in each.findings), *seen.findings(facts))
    return Reading(
        standard="mds",
        version=seen.version,
        tables=written,
        rows=rows,
        set_aside=_set_aside(stage, repeats),
        findings=Report(tuple(completed(one) for one in told)),
        facts=facts,
    )


def _all_pages(source: Path, chosen: Iterable[Path], limits: Limits) -> Iterator[Page]:
    for path in chosen:
        name = path.name if path == source else path.relative_to(source).as_posix()
        yield from pages(path, name, limits)


class _Seen:
    """What the pages have in common, and what among them was passed over."""

    def __init__(self, passed_over: list[Path]) -> None:
        self.pages = 0
        self.version = ""
        self._first = ""
        self._passed_over = passed_over
        self._unread: list[Page] = []

    def watch(self, found: Iterable[Page]) -> Iterator[Page]:
        """The pages that hold records; all must be of one version."""
        for page in found:
            self.version = self.version or page.version
            self._first = self._first or page.file
            if page.version != self.version:
                raise UnsupportedVersion(
                    f"MDS {page.version} beside MDS {self.version} ({self._first}): give each version its own feed",
                    file=page.file,
                    field="version",
                )
            self.pages += 1
            if page.records is None:
                self._unread.append(page)
            else:
                yield page

    def findings(self, facts: dict[str, str]) -> tuple[Finding, ...]:
        """Files passed over, answers not read, more than one provider in the feed."""
        found: list[Finding] = []
        if self._passed_over:
            found.append(
                Finding(
                    code="mds_file_passed_over",
                    severity=Severity.INFO,
                    message="not a JSON file, or a link",
                    file=self._passed_over[0].name,
                    count=len(self._passed_over),
                )
            )
        if self._unread:
            message = f"an answer with {self._unread[0].payload}, which is not read"
            found.append(
                Finding(
                    code="mds_payload_not_read",
                    severity=Severity.INFO,
                    message=message,
                    file=self._unread[0].file,
                    count=len(self._unread),
                )
            )
        if " " in facts["provider_id"]:
            message = "records of more than one provider in one feed"
            found.append(
                Finding(
                    code="mds_several_providers",
                    severity=Severity.WARNING,
                    message=message,
                    field="provider_id",
                    value=facts["provider_id"],
                )
            )
        return tuple(found)


def _nothing(seen: _Seen, stage: Stage) -> UnusableFeed:
    set_aside = sum(stage.set_aside.values())
    if not set_aside:
        return UnusableFeed(f"no record in {seen.pages} page(s)")
    first = stage.tally.findings()[0]
    reason = f"no usable record, {set_aside} set aside; the first: {first.message}"
    return UnusableFeed(reason, file=first.file, row=first.row, field=first.field)


def _set_aside(stage: Stage, repeats: Iterable[Repeats]) -> dict[str, int]:
    counts = dict(stage.set_aside)
    for found in repeats:
        if found.conflicts:
            counts[found.table] = counts.get(found.table, 0) + found.conflicts
    return counts


def _facts(connection: duckdb.DuckDBPyConnection, written: dict[str, Path]) -> dict[str, str]:
    """Who, and from when to when (UTC), as the trips and events say."""
    known = [str(path) for name, path in written.items() if name != REJECTS]
    providers = connection.execute(
        "SELECT string_agg(provider_id, ' ' ORDER BY provider_id) FROM"
        " (SELECT DISTINCT provider_id FROM read_parquet(?, union_by_name = true))",
        [known],
    ).fetchone()
    spans = [
        connection.execute(f"SELECT min({first}), max({last}) FROM read_parquet(?)", [str(written[table])]).fetchone()  # noqa: S608 - ours
        for table, first, last in ((tables.TRIPS, "start_time", "end_time"), (tables.EVENTS, "timestamp", "timestamp"))
        if table in written
    ]
    facts = {"provider_id": str(providers[0]) if providers else ""}
    ends = [span for span in spans if span and span[0] is not None]
    if ends:
        facts["observed_from"] = min(span[0] for span in ends).isoformat() + "Z"
        facts["observed_to"] = max(span[1] for span in ends).isoformat() + "Z"
    return facts


def _count(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    row = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0
