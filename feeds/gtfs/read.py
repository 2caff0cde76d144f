"""GTFS Schedule → typed Parquet tables.

In three steps, each within `limits.memory`: every file is read once as a stream and its cells are typed
(`feeds.gtfs.stage`); doubled and dangling records are set aside and integer keys given (`feeds.gtfs.link`,
`feeds.gtfs.calls`); then what statistics need again and again is derived (`feeds.gtfs.services`, `feeds.gtfs.runs`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from feeds.errors import UnusableFeed
from feeds.findings import Finding, Report, Severity
from feeds.gtfs import calls, coordinates, link, runs, services
from feeds.gtfs.archive import Archive, open_archive
from feeds.gtfs.facts import facts
from feeds.gtfs.ledger import NULLED_CELLS, Ledger
from feeds.gtfs.locations import write_locations
from feeds.gtfs.notices import with_mends
from feeds.gtfs.reference import LOCATIONS_FILE, TABLES
from feeds.gtfs.spec import Table
from feeds.gtfs.stage import Staged, stage
from feeds.gtfs.workshop import Workshop, literal, open_workshop
from feeds.reading import REJECTS, Limits, Reading

STANDARD = "gtfs"
#: The reference has no version numbers; this is the state that `feeds.gtfs.reference` follows.
VERSION = "schedule"
_SCRAP = ".scrap"
_CALENDARS = ("calendar", "calendar_dates")
#: Further tables are kept when their name is plain; other files are told and not read.
_TABLE_FILE = re.compile(r"[A-Za-z0-9_-]{1,60}\.txt")
_BACKBONE = ("agency", "stops", "routes", "trips", "stop_times")


def read(source: Path, into: Path, *, limits: Limits | None = None) -> Reading:
    """Read a zip archive or a folder into Parquet tables under `into`, an existing empty folder.

    Tables: those of the reference that the feed has (times in seconds as ``…_s``, dates as dates, ids as text and as
    integer keys, ``csv_row`` the line in the file); further ``.txt`` tables as ``extra_…``, text throughout;
    `stop_times`, `segments`, `trip_spans`, `runs` (see `feeds.gtfs.calls`, `feeds.gtfs.runs`); `services`,
    `service_days`, `service_patterns`, `pattern_services` (see `feeds.gtfs.services`); `rejects` and `nulled_cells`
    when there are any.

    Raises:
        NotAFeed, UnsafeArchive: the source must not or cannot be opened as a feed.
        UnusableFeed: a file that statistics cannot do without is missing or has no usable record left.
    """
    limits = limits or Limits()
    scrap = into / _SCRAP
    scrap.mkdir()
    try:
        with open_archive(source, limits) as archive:
            return _read(archive, scrap, into, limits)
    finally:
        shutil.rmtree(scrap)


def _read(archive: Archive, scrap: Path, into: Path, limits: Limits) -> Reading:
    ledger = Ledger(scrap / "ledger")
    _require_files(archive)
    _note_placement(archive, ledger)
    staged = _stage_all(archive, scrap, into, ledger)
    _require_tables(archive, staged, ledger)
    _require_records({name: one.rows for name, one in staged.items()}, ledger)
    shop = open_workshop(scrap, into, limits)
    try:
        return _settle_all(staged, shop, ledger)
    finally:
        shop.connection.close()


def _require_files(archive: Archive) -> None:
    for name in _BACKBONE:
        file = f"{name}.txt"
        if file not in archive.sizes and not (name == "stops" and LOCATIONS_FILE in archive.sizes):
            raise UnusableFeed("missing_required_file: the feed cannot be used without it", file=file)
    if not any(f"{name}.txt" in archive.sizes for name in _CALENDARS):
        sentence = "missing_calendar_and_calendar_date_files: neither calendar.txt nor calendar_dates.txt is there"
        raise UnusableFeed(sentence, file="calendar.txt")


def _note_placement(archive: Archive, ledger: Ledger) -> None:
    if archive.folder:
        sentence = f"the tables lie in the folder {archive.folder!r}; they belong at the top"
        ledger.note(Finding("invalid_input_files_in_subfolder", Severity.ERROR, sentence, archive.source.name))
    known = {table.file for table in TABLES.values()} | {LOCATIONS_FILE}
    for name in sorted({*archive.sizes, *archive.outside} - known):
        ledger.note(Finding("unknown_file", Severity.INFO, "not in the reference", name))


def _stage_all(archive: Archive, scrap: Path, into: Path, ledger: Ledger) -> dict[str, Staged]:
    staged = {}
    for table in TABLES.values():
        if table.file in archive.sizes:
            one = stage(table, partial(archive.open, table.file), scrap, ledger)
            if one is not None:
                staged[table.name] = one
    for table in _unknown_tables(archive):
        # What only looks like a table (a licence text) is told as an unknown file and no more.
        trial = Ledger(scrap / table.name)
        one = stage(table, partial(archive.open, table.file), scrap, trial)
        if one is not None and len(one.extra) > 1 and not trial.set_aside:
            staged[table.name] = one
    if LOCATIONS_FILE in archive.sizes:
        write_locations(partial(archive.open, LOCATIONS_FILE), into, ledger)
    return staged


def _unknown_tables(archive: Archive) -> list[Table]:
    known = {table.file for table in TABLES.values()}
    names = [name for name in sorted(archive.sizes) if _TABLE_FILE.fullmatch(name) and name not in known]
    return [Table(f"extra_{name.removesuffix('.txt').lower()}", name, (), {}) for name in names]


def _require_tables(archive: Archive, staged: Mapping[str, Staged], ledger: Ledger) -> None:
    """Refuse a feed of which a needed file is there but cannot be read as a table."""
    for name in _BACKBONE:
        file = f"{name}.txt"
        if file in archive.sizes and name not in staged:
            why = next(finding for finding in ledger.findings if finding.file == file)
            raise UnusableFeed(f"{why.code}: {why.message}", file=file, row=why.row)


def _require_records(rows: Mapping[str, int], ledger: Ledger) -> None:
    """Refuse a feed of which nothing usable is left, with the commonest reason."""
    for name in _BACKBONE[1:]:
        if name in rows and rows[name] == 0:
            faults = [finding for finding in ledger.findings if finding.file == f"{name}.txt" and finding.row]
            if not faults:
                raise UnusableFeed("no usable record is left", file=f"{name}.txt")
            worst = max(faults, key=lambda finding: finding.count)
            sentence = f"no usable record is left: {worst.code}, {worst.message}"
            raise UnusableFeed(sentence, file=worst.file, row=worst.row, field=worst.field)


def _settle_all(staged: Mapping[str, Staged], shop: Workshop, ledger: Ledger) -> Reading:
    rows: dict[str, int] = {}
    locations = shop.into / "locations.parquet"
    if locations.exists():
        shop.view("locations", locations)
    if "stops" not in staged:
        shop.run(_NO_STOPS)
    for name, one in staged.items():
        if name == "trips":
            _write_services(staged, shop)
        rows[name] = calls.write_calls(one, shop, ledger) if name == "stop_times" else link.settle(one, shop, ledger)
        _require_records(rows, ledger)
    unit = runs.write_lengths(shop)
    runs.write_runs(shop, ledger, frequencies="frequencies" in staged)
    services.write_patterns(shop)
    calls.note_thin_trips(shop, ledger)
    _judge_service(shop, ledger)
    told = facts(shop)
    coordinates.note_swapped(shop, ledger, told.get("timezone", ""))
    return _reading(shop, ledger, {**told, **({"shape_dist_unit": unit} if unit else {})})


def _write_services(staged: Mapping[str, Staged], shop: Workshop) -> None:
    services.write_services(shop, has_calendar="calendar" in staged, has_dates="calendar_dates" in staged)


def _judge_service(shop: Workshop, ledger: Ledger) -> None:
    if not shop.count("service_patterns"):
        sentence = "no trip runs on any day: there is nothing to compute"
        ledger.note(Finding("no_service_day", Severity.ERROR, sentence, "calendar.txt"))


_NO_STOPS = """CREATE OR REPLACE VIEW stops AS SELECT CAST(NULL AS INTEGER) AS stop_key,
    CAST(NULL AS VARCHAR) AS stop_id, CAST(NULL AS BIGINT) AS csv_row,
    CAST(NULL AS DOUBLE) AS stop_lat, CAST(NULL AS DOUBLE) AS stop_lon WHERE false"""


def _reading(shop: Workshop, ledger: Ledger, told: Mapping[str, str]) -> Reading:
    for name in (REJECTS, NULLED_CELLS):
        parts = ledger.parts(name)
        if parts:
            listed = ", ".join(literal(str(path)) for path in parts)
            shop.write(name, f"SELECT * FROM read_parquet([{listed}]) ORDER BY file, row, field")  # noqa: S608
    tables = {path.stem: path for path in sorted(shop.into.glob("*.parquet"))}
    return Reading(
        standard=STANDARD,
        version=VERSION,
        tables=tables,
        rows={name: pq.read_metadata(path).num_rows for name, path in tables.items()},
        set_aside={file.removesuffix(".txt"): count for file, count in sorted(ledger.set_aside.items())},
        findings=Report(findings=with_mends(ledger.findings)),
        facts=told,
    )
