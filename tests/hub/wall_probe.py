"""Run as a program by `test_wall`: raise a wall, then try every way in and print how each one ended, as JSON."""

from __future__ import annotations

import importlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.landlock import Linux, Right
from hub.wall import raise_wall


class Older(Linux):
    """The running kernel, taken for an older one."""

    def __init__(self, abi: int) -> None:
        self._abi = abi

    def abi(self) -> int:
        return min(self._abi, super().abi())


def with_open(path: Path) -> None:
    path.read_bytes()


def with_a_thread(path: Path) -> None:
    _in_a_thread(path.read_bytes)


def with_a_program(path: Path) -> None:
    done = subprocess.run(["cat", path], capture_output=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.decode())


def with_its_root_in_proc(path: Path) -> None:
    Path(f"/proc/self/root{path}").read_bytes()


def with_duckdb(path: Path) -> None:
    _late("duckdb").execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


def with_pyarrow(path: Path) -> None:
    _late("pyarrow.parquet").read_table(path, memory_map=True)


def with_pyarrow_dataset(path: Path) -> None:
    _late("pyarrow.dataset").dataset(path).to_table()


def with_polars(path: Path) -> None:
    _late("polars").read_parquet(path)


def by_listing_its_folder(path: Path) -> None:
    list(path.parent.iterdir())


def by_a_shortcut(path: Path) -> None:
    """A symbolic link that was laid in the released folder before the wall."""
    (path.parent.parent / "released" / f"shortcut-to-{path.parent.name}").read_bytes()


def by_a_hard_link(path: Path) -> None:
    target = path.parent.parent / "scratch" / "link"
    os.link(path, target)
    target.read_bytes()


def by_a_second_wall(path: Path) -> None:
    """What a later wall grants never widens an earlier one. In a thread, so that this one stays as it is."""
    kernel, root = Linux(), os.open("/", os.O_PATH)

    def read() -> None:
        rules = kernel.create(Right.READ_FILE)
        kernel.allow(rules, root, Right.READ_FILE)
        kernel.restrict(rules)
        path.read_bytes()

    _in_a_thread(read)


def by_moving_it_away(path: Path) -> None:
    target = path.parent.parent / "scratch" / "moved"
    path.rename(target)
    target.read_bytes()


def to_write(path: Path) -> None:
    path.with_name("new").write_text("new")


def to_write_over(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"PAR1")


def to_cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size)


def _late(module: str) -> Any:
    """Import behind the wall: these libraries start threads, which must not be there before it."""
    return importlib.import_module(module)


def _in_a_thread(work: Callable[[], object]) -> None:
    faults: list[OSError] = []

    def run() -> None:
        try:
            work()
        except OSError as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    for fault in faults:
        raise fault


READERS: tuple[Callable[[Path], None], ...] = (
    with_open,
    with_its_root_in_proc,
    with_a_program,
    with_a_thread,
    with_duckdb,
    with_pyarrow,
    with_pyarrow_dataset,
    with_polars,
    by_listing_its_folder,
    by_a_shortcut,
    by_a_second_wall,
)
WRITERS: tuple[Callable[[Path], None], ...] = (to_write, to_write_over, to_cut_short)
#: Last, for they move the file if they can.
MOVERS: tuple[Callable[[Path], None], ...] = (by_a_hard_link, by_moving_it_away)


def outcome(way: Callable[[Path], None], path: Path) -> str:
    try:
        way(path)
    except Exception as fault:  # noqa: BLE001 - each library has its own; the outcome is what is tested
        text = str(fault)
        # Linking or renaming out of what is granted answers EXDEV under Landlock, as if it were another disk.
        shut = isinstance(fault, PermissionError) or "ermission denied" in text or "Invalid cross-device" in text
        return "shut" if shut else f"{type(fault).__name__}: {text}"
    return "open"


def keep_records(database: Path) -> list[int]:
    """Write to SQLite in WAL mode, as the hub does, and read it again."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS seen (n INTEGER)")
        connection.execute("INSERT INTO seen VALUES (42)")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = [n for (n,) in connection.execute("SELECT n FROM seen")]
    connection.close()
    return found


def main() -> None:
    home, abi = Path(sys.argv[1]), int(sys.argv[2])
    wall = raise_wall(
        readable=[home / "released"],
        writable=[home / "records", home / "scratch"],
        forbidden=home / "vault",
        kernel=Older(abi),
    )
    importlib.invalidate_caches()
    modules = [importlib.import_module(name).__name__ for name in ("feeds.reading", "mds", "hub.clock")]
    files = {plane: home / plane / "table.parquet" for plane in ("vault", "released", "scratch")}
    ways = {
        plane: {way.__name__: outcome(way, path) for way in (*READERS, *WRITERS, *MOVERS)}
        for plane, path in files.items()
    }
    found = {"wall": wall.sentence, "ways": ways, "records": keep_records(home / "records" / "r.sqlite3")}
    sys.stdout.write(json.dumps({**found, "modules": modules}))


if __name__ == "__main__":
    main()
