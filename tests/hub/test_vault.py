from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hub.errors import BadRequest, StorageError
from hub.vault import Raw, Vault
from tests.hub import dying

FILES = {"stops.txt": b"stop_id\nA\n", "deep/routes.txt": b"route_id\n1\n", "trips.txt": b"trip_id\n" * 5_000}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


def folder_of(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def kept(vault: Vault, source: Path) -> Raw:
    with vault.stage() as work:
        return vault.keep_raw(source, work)


def everything(vault: Vault) -> list[str]:
    """All that lies in the vault, work in progress included."""
    return sorted(path.relative_to(vault.root).as_posix() for path in vault.root.rglob("*") if path.is_file())


def test_only_the_owner_may_enter(vault: Vault) -> None:
    vault.root.mkdir(mode=0o755)
    with vault.stage() as work:
        assert vault.root.stat().st_mode & 0o777 == 0o700
        assert work.is_relative_to(vault.root)


def test_work_that_fails_leaves_nothing(vault: Vault) -> None:
    def fail_after(_: Path) -> None:
        raise KeyError

    with pytest.raises(KeyError), vault.stage() as work:
        fail_after(folder_of(work / "tables", FILES))
    assert everything(vault) == []


def test_a_file_is_kept_as_it_came_under_its_digest(vault: Vault, tmp_path: Path) -> None:
    source = tmp_path / "Feed.ZIP"
    source.write_bytes(b"what came")
    raw = kept(vault, source)
    assert raw.digest == hashlib.sha256(b"what came").hexdigest()
    assert raw.path == vault.root / "raw" / raw.digest[:2] / f"{raw.digest}.zip"
    assert raw.path.read_bytes() == b"what came"
    assert source.exists()
    assert kept(vault, source) == raw
    assert everything(vault) == [f"raw/{raw.digest[:2]}/{raw.digest}.zip"]


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("gbfs.json", ".json"),
        ("trips.json.gz", ".json.gz"),
        ("feed", ""),
        ("raw", ""),
        ("feed.2026.03", ""),
        ("x.apikey-0123456789", ""),
        (".zip", ""),
        ("a.b c", ""),
        ("feed." + "x" * 200, ""),
    ],
)
def test_a_name_gives_a_suffix_and_no_more(vault: Vault, name: str, suffix: str) -> None:
    # The source lies in the work folder, as what was fetched does.
    with vault.stage() as work:
        (work / name).write_bytes(b"x")
        raw = vault.keep_raw(work / name, work)
    assert raw.path.name == raw.digest + suffix
    assert raw.path.read_bytes() == b"x"


def test_a_folder_is_packed_the_same_whatever_its_dates_and_order(vault: Vault, tmp_path: Path) -> None:
    one = folder_of(tmp_path / "one", FILES)
    two = folder_of(tmp_path / "two", dict(reversed(FILES.items())))
    for number, path in enumerate(sorted(path for path in two.rglob("*") if path.is_file())):
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
        path.chmod(0o640)
    (two / "an empty folder").mkdir()
    first, second = kept(vault, one), kept(vault, two)
    assert first == second
    with zipfile.ZipFile(first.path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    (two / "stops.txt").write_bytes(b"stop_id\nB\n")
    assert kept(vault, two).digest != first.digest


def test_a_name_that_is_no_utf_8_is_packed_all_the_same(vault: Vault, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "one", {"stops.txt": b"x"})
    with open(os.fsencode(source) + b"/arr\xeats.txt", "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"y")
    with zipfile.ZipFile(kept(vault, source).path) as archive:
        assert archive.namelist() == ["arr\ufffdts.txt", "stops.txt"]


def test_tables_are_found_by_name(vault: Vault) -> None:
    with vault.stage() as work:
        staged = folder_of(work / "tables", {"stops.parquet": b"1", "trips.parquet": b"2", "note.txt": b"3"})
        tables = vault.keep_tables("bus", "d1", staged)
    folder = vault.root / "tables" / "bus" / "d1"
    assert tables == {"stops": folder / "stops.parquet", "trips": folder / "trips.parquet"}
    assert vault.tables("bus", "d1") == tables
    assert vault.tables("bus", "d2") == {}
    assert vault.tables("bike", "d1") == {}


def test_tables_of_a_run_that_died_are_replaced_whole(vault: Vault) -> None:
    for files in ({"old.parquet": b"1", "stops.parquet": b"1"}, {"stops.parquet": b"2"}):
        with vault.stage() as work:
            vault.keep_tables("bus", "d1", folder_of(work / "tables", files))
    assert everything(vault) == ["tables/bus/d1/stops.parquet"]
    assert vault.tables("bus", "d1")["stops"].read_bytes() == b"2"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", ".staging", "a\\b", "a\n", "é", "x" * 200])
def test_no_name_leads_out_of_the_vault(vault: Vault, name: str) -> None:
    with vault.stage() as work:
        staged = folder_of(work / "tables", {"stops.parquet": b"1"})
        with pytest.raises(BadRequest):
            vault.keep_tables(name, "d1", staged)
        with pytest.raises(BadRequest):
            vault.tables("bus", name)


def test_no_right_to_read_is_not_an_empty_vault(vault: Vault) -> None:
    with vault.stage() as work:
        vault.keep_tables("bus", "d1", folder_of(work / "tables", {"stops.parquet": b"1"}))
    code = "import sys; from pathlib import Path; from hub.vault import Vault; import os\n"
    code += "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
    code += "print(Vault(Path(sys.argv[1])).tables('bus', 'd1'))"
    vault.root.chmod(0o000)
    child = subprocess.run(
        [sys.executable, "-c", code, vault.root], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    vault.root.chmod(0o700)
    assert child.stdout == ""
    assert StorageError.__name__ in child.stderr


def test_a_source_that_may_not_be_read_is_not_blamed_on_the_vault(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kept(vault, tmp_path / "none.zip")
    assert everything(vault) == []


@pytest.mark.parametrize("packed", [False, True], ids=["file", "folder"])
def test_a_kill_at_any_step_of_keeping_leaves_nothing_or_the_whole(vault: Vault, tmp_path: Path, packed: bool) -> None:
    source = folder_of(tmp_path / "feed", FILES) if packed else tmp_path / "feed.zip"
    if not packed:
        source.write_bytes(os.urandom(3 << 20))
    whole = kept(Vault(tmp_path / "other"), source)
    deaths, seen = 0, set()
    for _ in dying.killed_at_each_step(dying.keep_raw, vault.root, source):
        deaths += 1
        found = list((vault.root / "raw").rglob("*.zip"))
        seen.add(len(found))
        assert all(path.name == whole.path.name for path in found)
        assert all(path.read_bytes() == whole.path.read_bytes() for path in found)
    assert deaths > 15
    assert seen == {0, 1}
    assert everything(vault) == [f"raw/{whole.digest[:2]}/{whole.digest}.zip"], "leftovers were swept"


def test_a_kill_at_any_step_of_keeping_tables_leaves_nothing_or_the_whole(vault: Vault, tmp_path: Path) -> None:
    files = {"stops.parquet": b"1" * 100_000, "trips.parquet": b"2" * 100_000}
    source = folder_of(tmp_path / "tables", files)
    seen = []
    for _ in dying.killed_at_each_step(dying.keep_tables, vault.root, source):
        seen.append({name: path.read_bytes() for name, path in vault.tables("bus", "d1").items()})
        assert seen[-1] in ({}, {"stops": files["stops.parquet"], "trips": files["trips.parquet"]})
    assert len(seen) > 15
    assert seen[0] == {}
    assert seen[-1] != {}
    assert everything(vault) == ["tables/bus/d1/stops.parquet", "tables/bus/d1/trips.parquet"]
