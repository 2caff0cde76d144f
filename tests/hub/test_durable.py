from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hub.durable import publish_file, publish_folder, sha256_of, staging, storage_errors, sweep
from hub.errors import StorageError
from tests.hub import dying


def tree(folder: Path) -> dict[str, bytes]:
    """A folder's files by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def folder_of(path: Path, **files: bytes) -> Path:
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def test_a_work_folder_is_gone_when_the_work_ends_however_it_ends(tmp_path: Path) -> None:
    with staging(tmp_path) as work:
        (work / "deep").mkdir()
        (work / "deep" / "file").write_bytes(b"x")
    assert not work.exists()
    with pytest.raises(FileNotFoundError), staging(tmp_path) as work:
        folder_of(work / "half", file=(tmp_path / "none").read_bytes())
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_work_folder_is_private(tmp_path: Path) -> None:
    with staging(tmp_path) as work:
        assert work.stat().st_mode & 0o777 == 0o700


def test_what_the_dead_left_is_swept_and_what_lives_stays(tmp_path: Path) -> None:
    left = folder_of(tmp_path / ".staging" / "left", file=b"half")
    with staging(tmp_path) as mine:
        assert not left.exists()
        again = folder_of(tmp_path / ".staging" / "again", file=b"half")
        assert sweep(tmp_path) == ["again"]
        assert not again.exists()
        assert mine.is_dir()
        with staging(tmp_path) as other:
            assert mine.is_dir()
            assert sweep(tmp_path) == []
            assert other.is_dir()
    assert sweep(tmp_path / "nothing here") == []


def test_a_file_and_a_folder_take_their_place(tmp_path: Path) -> None:
    (tmp_path / "staged").write_bytes(b"x")
    publish_file(tmp_path / "staged", tmp_path / "a" / "b" / "file")
    publish_folder(folder_of(tmp_path / "new", one=b"1"), tmp_path / "a" / "c" / "folder")
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"x"
    assert tree(tmp_path / "a" / "c" / "folder") == {"one": b"1"}
    assert sha256_of(tmp_path / "a" / "b" / "file").startswith("2d711642b726b044")


def test_a_new_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    folder_of(tmp_path / "target", one=b"old", two=b"old")
    publish_folder(folder_of(tmp_path / "new", one=b"new"), tmp_path / "target")
    assert tree(tmp_path / "target") == {"one": b"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_each_new_folder_on_the_way_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.fspath(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc to name open files by")
    (tmp_path / "staged").write_bytes(b"x")
    monkeypatch.setattr(os, "fsync", fsync)
    publish_file(tmp_path / "staged", tmp_path / "a" / "b" / "file")
    wanted = [tmp_path / "staged", tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    assert synced == [os.fspath(path.resolve()) for path in wanted]


def test_a_kill_at_any_step_of_a_replacement_leaves_the_old_folder_or_the_new_or_none(tmp_path: Path) -> None:
    root = tmp_path / "root"
    old, new = {"one": b"old", "two": b"old"}, {"one": b"new", "three": b"new"}
    source = folder_of(tmp_path / "source", **new)
    folder_of(root / "target", **old)
    seen: list[dict[str, bytes] | None] = []
    for _ in dying.killed_at_each_step(dying.publish, root, source):
        seen.append(tree(root / "target") if (root / "target").exists() else None)
        assert seen[-1] in (old, new, None)
        if seen[-1] != old:  # begin again from the state that matters
            publish_folder(folder_of(tmp_path / "again", **old), root / "target")
    assert tree(root / "target") == new
    assert list((root / ".staging").iterdir()) == []
    assert len(seen) > 10
    assert new in seen, "no kill came after the new one was in place"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_no_room_is_a_storage_error(tmp_path: Path, number: int) -> None:
    with pytest.raises(StorageError, match=r"nothing was changed$"), storage_errors(tmp_path):
        raise OSError(number, "no room")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_no_right_is_a_storage_error_only_for_what_lies_in_the_plane(tmp_path: Path, number: int) -> None:
    plane = tmp_path / "vault"
    for mine in (None, os.fspath(plane / "raw"), os.fspath(plane), os.fspath(tmp_path), os.fsencode(plane)):
        with pytest.raises(StorageError, match=r"^vault: "), storage_errors(plane):
            raise OSError(number, "no right", mine)
    with pytest.raises(PermissionError), storage_errors(plane):
        raise OSError(number, "no right", os.fspath(tmp_path / "somebody's feed.zip"))


def test_another_fault_goes_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), storage_errors(tmp_path):
        (tmp_path / "none").read_bytes()
