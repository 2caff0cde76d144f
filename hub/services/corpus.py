"""All checks of all standards over a folder of feeds.

Feeds are judged one after the other in another process: a feed that ends it is a line of the result, not the end of the
run. The date is an argument; with the same date and the same programs the result is the same. What a changed rule
changes is told by `hub.services.corpus_changes`.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from feeds.errors import FeedError, NotAFeed
from feeds.findings import Report, merge, not_told_by
from feeds.gtfs import check as gtfs_check
from feeds.reading import Limits
from hub.errors import BadRequest
from hub.services.detect import detect
from hub.services.standards import STANDARDS, Terms

REFUSED: Final = "refused"
CRASHED: Final = "crashed"
#: Files that say what a folder is: everything in it is then one feed.
_MARKS: Final[Mapping[str, frozenset[str]]] = {
    "gtfs": frozenset({"stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "agency.txt"}),
    "gbfs": frozenset({"gbfs.json", "system_information.json", "station_information.json", "station_status.json"}),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One feed: its standard, its verdict (or `refused`, `crashed`), how often each code was found, why it stopped."""

    standard: str
    verdict: str
    counts: Mapping[str, int] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A run: the date that the checks were given, the feeds by their path in the folder, and what was passed over."""

    date: dt.date
    feeds: Mapping[str, Judged]
    skipped: Mapping[str, str]


#: Judges one feed; `judge`, or what a test puts in its place. It is sent to another process.
Judge = Callable[[Path, str, Terms], Judged]


def terms_of(date: dt.date, *, timezone: str, limits: Limits, check_s: float, check_memory: int) -> Terms:
    """The checks' arguments for a date: they are told that it is noon, in UTC."""
    noon = dt.datetime.combine(date, dt.time(12), dt.UTC)
    return Terms(at=noon, timezone=timezone, limits=limits, check_s=check_s, check_memory=check_memory)


def run(
    folder: Path, terms: Terms, *, progress: Callable[[str, int, int], None], judge_one: Judge | None = None
) -> Corpus:
    """Judge every feed of a folder.

    Raises:
        BadRequest: there is no such folder.
    """
    if not folder.is_dir():
        raise BadRequest(f"{folder} is no folder")
    found, skipped = listed(folder)
    judged = {}
    with _Bench(judge_one or judge) as bench:
        for number, (path, standard) in enumerate(found):
            name = path.relative_to(folder).as_posix()
            progress(name, number, len(found))
            judged[name] = bench.judge(path, standard, terms)
    return Corpus(terms.at.date(), judged, {path.relative_to(folder).as_posix(): why for path, why in skipped})


def listed(folder: Path) -> tuple[list[tuple[Path, str]], list[tuple[Path, str]]]:
    """The feeds of a folder with their standards, and what is passed over with the reason; both by path."""
    feeds: list[tuple[Path, str]] = []
    skipped: list[tuple[Path, str]] = []
    for path, standard, why in _walk(folder):
        if standard:
            feeds.append((path, standard))
        else:
            skipped.append((path, why))
    return feeds, skipped


def _walk(folder: Path) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            yield path, "", "a link"
        elif path.is_file():
            yield path, *_standard(path)
        elif path.is_dir():
            names = {one.name.lower() for one in path.iterdir() if one.is_file()}
            standard = next((standard for standard, marks in _MARKS.items() if names & marks), "")
            if standard:
                yield path, standard, ""
            else:
                yield from _walk(path)


def _standard(path: Path) -> tuple[str, str]:
    try:
        return detect(path), ""
    except NotAFeed as fault:
        return "", fault.reason


def judge(source: Path, standard: str, terms: Terms) -> Judged:
    """Read and check one feed. One that is refused is still judged by the checks that look at the source alone."""
    how = STANDARDS[standard]
    with tempfile.TemporaryDirectory(prefix="corpus-") as work:
        try:
            reading = how.read(source, Path(work), terms)
        except FeedError as fault:
            return Judged(standard, REFUSED, _canonical(source, standard, terms).counts(), str(fault))
        checked = how.check(source, reading, terms)
        report = merge([not_told_by(checked, reading.findings), checked])
    return Judged(standard, report.verdict.value, report.counts(), report.incomplete)


def _canonical(source: Path, standard: str, terms: Terms) -> Report:
    if standard != "gtfs":
        return Report()
    limits = replace(terms.limits, memory=terms.check_memory)
    try:
        return gtfs_check.check(source, validation_date=terms.at.date(), limits=limits, timeout_s=terms.check_s)
    except FeedError:
        return Report()


class _Bench:
    """A process that judges feeds, begun again when a feed ended it."""

    def __init__(self, judge_one: Judge) -> None:
        self._judge = judge_one
        # Never a plain fork: DuckDB and Arrow have threads. A fork server loads the checks once for all processes.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._begin = partial(ProcessPoolExecutor, 1, mp_context=context)
        self._pool = self._begin()

    def __enter__(self) -> _Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def judge(self, path: Path, standard: str, terms: Terms) -> Judged:
        """What came of it, whatever came of it."""
        future = self._pool.submit(self._judge, path, standard, terms)
        fault = future.exception()
        if fault is None:
            return future.result()
        if isinstance(fault, BrokenProcessPool):
            self._pool.shutdown()
            self._pool = self._begin()
            return Judged(standard, CRASHED, why="the process ended")
        return Judged(standard, CRASHED, why=f"{type(fault).__name__}: {fault}".splitlines()[0][:200])
