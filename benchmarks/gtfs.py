"""GTFS: statistics of stops against gtfs-kit, ingest against the bare parsing of the same bytes, memory of ingest.

The feed is the largest real one beside the checkout (or in the folder that HUB_TEST_DATA names).
"""

from __future__ import annotations

import datetime as dt
import io
import os
import statistics as numbers
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import gtfs_kit
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.row import Row
from feeds import statistics
from feeds.gtfs import stats
from feeds.gtfs.read import read
from feeds.reading import Limits, Reading

FEED = "gtfs/nyc_mta_bus_bk.zip"
_MEMORIES_MIB = (256, 512, 1024)
_REPEATS = 5


def run() -> list[Row]:
    """All rows of this part; none where the feed is not there."""
    folder = Path(os.environ.get("HUB_TEST_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data"))
    source = folder / FEED
    if not source.is_file():
        return []
    with tempfile.TemporaryDirectory() as scrap:
        into = Path(scrap) / "tables"
        into.mkdir()
        started = time.perf_counter()
        reading = read(source, into)
        read_s = time.perf_counter() - started
        ingest = Row("GTFS ingest / unzip + pyarrow CSV", read_s, _timed(lambda: _parse(source)), _size(reading))
        return [_stop_statistics(source, reading), _all_patterns(reading), ingest, *_memory_rows(source)]


def _stop_statistics(source: Path, reading: Reading) -> Row:
    date = _first_date(reading)
    feed = gtfs_kit.read_feed(source, dist_units="km")
    with statistics.connect(memory=1 << 30) as connection:
        ours_s = _timed(lambda: stats.stop_day(reading.tables, connection=connection, date=date), _REPEATS)
    peer_s = _timed(lambda: gtfs_kit.compute_stop_stats(feed, [date.strftime("%Y%m%d")]))
    return Row("GTFS stop statistics, one date / gtfs-kit, feed loaded", ours_s, peer_s, f"{date}, from Parquet")


def _all_patterns(reading: Reading) -> Row:
    """What the whole timetable costs beside what one pattern costs."""
    date = _first_date(reading)
    with statistics.connect(memory=1 << 30) as connection:
        whole_s = _timed(lambda: stats.stop_day(reading.tables, connection=connection), _REPEATS)
        one_s = _timed(lambda: stats.stop_day(reading.tables, connection=connection, date=date), _REPEATS)
    note = f"{reading.facts['service_patterns']} patterns, {reading.rows['service_patterns']} dates"
    return Row("GTFS stop statistics, all patterns / one", whole_s, one_s, note)


def _first_date(reading: Reading) -> dt.date:
    """The first date of the pattern with the most dates."""
    days = pq.read_table(reading.tables["service_patterns"]).to_pylist()
    patterns = [day["pattern"] for day in days]
    commonest = max(set(patterns), key=patterns.count)
    date: dt.date = next(day["date"] for day in days if day["pattern"] == commonest)
    return date


def _parse(source: Path) -> None:
    with zipfile.ZipFile(source) as bundle:
        for name in bundle.namelist():
            pacsv.read_csv(io.BytesIO(bundle.read(name)))


def _memory_rows(source: Path) -> list[Row]:
    rows = []
    for mib in _MEMORIES_MIB:
        with tempfile.TemporaryDirectory() as into:
            command = [sys.executable, "-m", "benchmarks.gtfs", str(source), into, str(mib)]
            done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - this module
        seconds, peak_mib, bare_mib = map(float, done.stdout.split())
        note = f"of the peak, {bare_mib:.0f} MiB are Python and libraries before the first byte"
        rows.append(Row(f"GTFS ingest with limits.memory of {mib} MiB", seconds, None, note, peak_mib))
    return rows


def _timed(work: Callable[[], object], repeats: int = 1) -> float:
    """Median wall seconds."""
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return numbers.median(taken)


def _size(reading: Reading) -> str:
    return f"{reading.rows['stop_times']:,} stop times, {reading.rows['trips']:,} trips"


def _peak_mib() -> float:
    """Most resident memory so far; ru_maxrss will not do, a child inherits its parent's."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _child(source: str, into: str, mib: str) -> None:
    bare_mib = _peak_mib()
    started = time.perf_counter()
    read(Path(source), Path(into), limits=Limits(memory=int(mib) << 20))
    sys.stdout.write(f"{time.perf_counter() - started:.2f} {_peak_mib():.1f} {bare_mib:.1f}\n")


if __name__ == "__main__":
    _child(*sys.argv[1:])
