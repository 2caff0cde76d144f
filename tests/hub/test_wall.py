"""The wall around the web process, tried from the inside by a program of its own (`wall_probe`)."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hub.landlock import Linux, Right, known
from hub.settings import Settings
from hub.wall import Wall, WallRefused, behind_wall, process_paths, raise_wall, web_needs

PROBE = Path(__file__).with_name("wall_probe.py")
NEWEST = 99
NOTHING = Right(0)


@pytest.fixture(scope="module")
def landlock() -> int:
    """The running kernel's ABI; skips where it has none."""
    try:
        return Linux().abi()
    except OSError as absent:
        pytest.skip(f"the kernel keeps no wall here (Landlock: {absent.strerror})")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A hub's folders, each with the same small table; shortcuts to all of them lie in the released folder."""
    planes = ("released", "vault", "records", "scratch")
    for plane in planes:
        (tmp_path / plane).mkdir()
        pq.write_table(pa.table({"trips": [1, 2, 3]}), tmp_path / plane / "table.parquet")
        (tmp_path / "released" / f"shortcut-to-{plane}").symlink_to(tmp_path / plane / "table.parquet")
    return tmp_path


def probe(home: Path, abi: int) -> dict[str, Any]:
    done = subprocess.run([sys.executable, PROBE, home, str(abi)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def open_ways(found: dict[str, Any], plane: str) -> set[str]:
    """The ways into a plane that stood open; fails on an outcome that is neither open nor shut."""
    ways = found["ways"][plane]
    assert set(ways.values()) <= {"open", "shut"}, ways
    return {way for way, outcome in ways.items() if outcome == "open"}


READING = {
    *("with_open", "with_its_root_in_proc", "with_a_program", "with_a_thread", "with_duckdb", "with_pyarrow"),
    *("with_pyarrow_dataset", "with_polars", "by_listing_its_folder", "by_a_shortcut", "by_a_second_wall"),
}
WRITING = {"to_write", "to_write_over", "to_cut_short", "by_a_hard_link", "by_moving_it_away"}


def test_no_way_into_the_vault_and_every_way_into_what_is_granted(home: Path, landlock: int) -> None:
    found = probe(home, NEWEST)
    assert found["wall"] == f"the kernel keeps this process from the vault (Landlock ABI {landlock})"
    # Truncating is a right of its own since ABI 3 (Linux 6.2); before, the kernel cannot forbid it.
    assert open_ways(found, "vault") == (set() if landlock >= 3 else {"to_cut_short"})
    assert open_ways(found, "released") == READING | ({"to_cut_short"} if landlock < 3 else set())
    assert open_ways(found, "scratch") == READING | WRITING


def test_records_are_written_and_modules_loaded_behind_the_wall(home: Path, landlock: int) -> None:
    found = probe(home, NEWEST)
    assert found["records"] == [42]
    assert found["modules"] == ["feeds.reading", "mds", "hub.clock"]


def test_the_oldest_kernel_with_a_wall_keeps_the_vault_unread(home: Path, landlock: int) -> None:
    found = probe(home, 1)
    assert open_ways(found, "vault") == {"to_cut_short"}
    assert open_ways(found, "released") == READING | {"to_cut_short"}


def test_the_command_raises_the_wall_and_calls_its_target(home: Path, landlock: int) -> None:
    for plane in ("vault", "released"):
        (home / plane / "facts.json").write_text("[1]")

    def show(plane: str) -> subprocess.CompletedProcess[str]:
        _, command = behind_wall(
            "json.tool:main",
            "--compact",
            str(home / plane / "facts.json"),
            readable=[home / "released"],
            writable=[home / "records"],
            forbidden=home / "vault",
        )
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert (show("released").returncode, show("released").stdout) == (0, "[1]\n")
    assert show("released").stderr == f"wall: the kernel keeps this process from the vault (Landlock ABI {landlock})\n"
    assert show("vault").returncode != 0
    assert "Permission denied" in show("vault").stderr


def test_the_command_refuses_in_one_line_what_would_open_the_vault(home: Path) -> None:
    _, command = behind_wall("json.tool:main", readable=[home], writable=[], forbidden=home / "vault")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be granted" in done.stderr
    assert "Traceback" not in done.stderr


@dataclass
class FakeKernel:
    """A kernel that writes down what it is asked; `fault` is what it answers to the first question."""

    version: int = 7
    fault: OSError | None = None
    running: int = 1
    handled: Right = NOTHING
    granted: dict[str, Right] = field(default_factory=dict)
    restricted: bool = False

    def abi(self) -> int:
        if self.fault:
            raise self.fault
        return self.version

    def create(self, handled: Right) -> int:
        self.handled = handled
        return os.open(os.devnull, os.O_RDONLY)

    def allow(self, rules: int, place: int, rights: Right) -> None:
        self.granted[str(Path(f"/proc/self/fd/{place}").readlink())] = rights

    def restrict(self, rules: int) -> None:
        self.restricted = True

    def threads(self) -> int:
        return self.running


needs_o_path = pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="only Linux opens a place without reading it")


@needs_o_path
@pytest.mark.parametrize(
    ("abi", "unknown"),
    [
        (1, Right.REFER | Right.TRUNCATE | Right.IOCTL_DEV),
        (2, Right.TRUNCATE | Right.IOCTL_DEV),
        (3, Right.IOCTL_DEV),
        (4, Right.IOCTL_DEV),
        (5, NOTHING),
        (7, NOTHING),
    ],
)
def test_a_kernel_is_never_asked_for_a_right_it_does_not_know(tmp_path: Path, abi: int, unknown: Right) -> None:
    kernel = FakeKernel(version=abi)
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "folder").mkdir()
    wall = raise_wall(
        readable=[tmp_path / "a.txt"],
        writable=[tmp_path / "folder"],
        forbidden=tmp_path / "vault",
        kernel=kernel,
    )
    assert (wall, kernel.restricted) == (Wall(abi), True)
    assert kernel.handled == Right(0xFFFF) & ~unknown == known(abi)
    assert kernel.granted[str(tmp_path / "a.txt")] == Right.EXECUTE | Right.READ_FILE
    for rights in kernel.granted.values():
        assert not rights & unknown
    assert not kernel.granted[str(tmp_path / "folder")] & (Right.EXECUTE | Right.MAKE_BLOCK | Right.MAKE_SYM)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM])
def test_where_there_is_no_landlock_it_says_so_and_grants_nothing(tmp_path: Path, number: int) -> None:
    kernel = FakeKernel(fault=OSError(number, os.strerror(number)))
    wall = raise_wall(readable=[tmp_path / "released"], writable=[], forbidden=tmp_path / "vault", kernel=kernel)
    assert not wall.enforced
    assert not kernel.restricted
    assert "not the kernel" in wall.sentence
    assert os.strerror(number) in wall.sentence
    assert "\n" not in wall.sentence


@pytest.mark.parametrize("granted", [".", "vault", "vault/tables", "shortcut", "released/../vault"])
@pytest.mark.parametrize("how", ["readable", "writable"])
def test_no_grant_may_hold_the_vault_or_lie_in_it(tmp_path: Path, granted: str, how: str) -> None:
    (tmp_path / "vault" / "tables").mkdir(parents=True)
    (tmp_path / "released").mkdir()
    (tmp_path / "shortcut").symlink_to(tmp_path / "vault")
    grants = {"readable": [], "writable": [], how: [tmp_path / granted]}
    kernel = FakeKernel()
    with pytest.raises(WallRefused, match="cannot be granted"):
        raise_wall(
            readable=grants["readable"], writable=grants["writable"], forbidden=tmp_path / "vault", kernel=kernel
        )
    assert not kernel.restricted


def test_a_neighbour_whose_name_begins_alike_may_be_granted(tmp_path: Path) -> None:
    (tmp_path / "vault-open").mkdir()
    kernel = FakeKernel()
    raise_wall(readable=[tmp_path / "vault-open"], writable=[], forbidden=tmp_path / "vault", kernel=kernel)
    assert kernel.restricted


def test_other_threads_would_not_be_bound(tmp_path: Path) -> None:
    kernel = FakeKernel(running=2)
    with pytest.raises(WallRefused, match="threads"):
        raise_wall(readable=[], writable=[], forbidden=tmp_path / "vault", kernel=kernel)
    assert not kernel.restricted


@needs_o_path
def test_a_wall_that_lets_the_vault_be_listed_is_refused(tmp_path: Path) -> None:
    """As a mount would, which shows the same folder under another name: the fake restricts nothing."""
    (tmp_path / "vault").mkdir()
    with pytest.raises(WallRefused, match="can still be listed"):
        raise_wall(readable=[], writable=[], forbidden=tmp_path / "vault", kernel=FakeKernel())


@needs_o_path
def test_what_does_not_exist_cannot_be_granted(tmp_path: Path) -> None:
    kernel = FakeKernel()
    with pytest.raises(FileNotFoundError, match="released"):
        raise_wall(readable=[tmp_path / "released"], writable=[], forbidden=tmp_path / "vault", kernel=kernel)
    assert not kernel.restricted


def test_the_checkout_itself_is_never_granted() -> None:
    """A hub's home, vault included, may lie in the checkout."""
    checkout = Path(__file__).resolve().parents[2]
    paths = process_paths()
    assert checkout / "hub" in paths
    assert not any(checkout.is_relative_to(path) for path in paths)
    for whole in ("/etc", "/proc", "/usr", "/home"):
        assert not any(Path(whole).is_relative_to(path) for path in paths), whole


def test_the_web_needs_the_released_plane_and_the_folder_of_sqlite(tmp_path: Path) -> None:
    needs = web_needs(Settings(home=tmp_path / "hub"))
    assert needs == {
        "readable": [tmp_path / "hub" / "released"],
        "writable": [tmp_path / "hub" / "records"],
        "forbidden": tmp_path / "hub" / "vault",
    }
    assert [path.name for path in sorted((tmp_path / "hub").iterdir())] == ["records", "released"]


def test_the_web_writes_nowhere_where_the_records_are_in_postgresql(tmp_path: Path) -> None:
    url = "postgresql+psycopg://hub@records/hub"
    needs = web_needs(Settings(database_url=url, released=tmp_path / "open", vault=tmp_path / "shut"))
    assert needs == {"readable": [tmp_path / "open"], "writable": [], "forbidden": tmp_path / "shut"}


def test_the_web_needs_the_folder_of_an_sqlite_file_that_lies_elsewhere(tmp_path: Path) -> None:
    needs = web_needs(Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/db/r.sqlite3?timeout=5"))
    assert needs["writable"] == [tmp_path / "db"]
