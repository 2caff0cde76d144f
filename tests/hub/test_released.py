from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import NotFound, StorageError
from hub.released import Released, Stored
from tests.hub import dying

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # SHA-256 of "hello"


@pytest.fixture
def released(tmp_path: Path) -> Released:
    return Released(tmp_path / "released")


def objects(released: Released) -> list[str]:
    return sorted(path.relative_to(released.root).as_posix() for path in released.root.rglob("*") if path.is_file())


def test_an_object_is_found_by_the_digest_of_its_content(released: Released) -> None:
    assert released.put(b"hello") == Stored(HELLO, 5)
    assert released.path(HELLO) == released.root / "2c" / HELLO
    assert released.read(HELLO) == b"hello"


def test_the_same_content_is_one_object_however_it_comes(released: Released, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"hello")
    stored = released.put(b"hello")
    before = released.path(HELLO).stat()
    assert released.put_file(tmp_path / "file") == stored == released.put(b"hello")
    assert released.path(HELLO).stat().st_ino == before.st_ino, "it is not written again"
    assert objects(released) == [f"2c/{HELLO}"]
    assert (tmp_path / "file").exists()


def test_a_file_larger_than_a_piece_is_kept_whole(released: Released, tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    (tmp_path / "file").write_bytes(content)
    stored = released.put_file(tmp_path / "file")
    assert stored == Stored(hashlib.sha256(content).hexdigest(), len(content))
    assert released.read(stored.digest) == content


def test_the_web_may_read_what_is_released(released: Released) -> None:
    released.put(b"hello")
    assert released.path(HELLO).stat().st_mode & 0o044 == 0o044
    assert released.path(HELLO).parent.stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize("damage", [b"hellO", b"hell", b""])
def test_a_damaged_object_is_not_served_and_is_mended_when_it_comes_again(
    released: Released, tmp_path: Path, damage: bytes
) -> None:
    released.put(b"hello")
    released.path(HELLO).write_bytes(damage)
    with pytest.raises(StorageError, match="damaged"):
        released.read(HELLO)
    released.put(b"hello")
    assert released.read(HELLO) == b"hello"
    released.path(HELLO).write_bytes(damage)
    (tmp_path / "file").write_bytes(b"hello")
    released.put_file(tmp_path / "file")
    assert released.read(HELLO) == b"hello"


@pytest.mark.parametrize(
    "digest",
    ["", ".", "..", HELLO[:-1], HELLO + "0", HELLO.upper(), f"../{HELLO}"[:64], "../" * 21 + "x", "/" * 64, "é" * 64,
     HELLO[:-1] + "\n", "\0" * 64, "0" * 64, f"{HELLO[:31]}/{HELLO[32:]}"],
)  # fmt: skip
def test_what_is_no_digest_is_not_found(released: Released, digest: str) -> None:
    released.put(b"hello")
    for ask in (released.path, released.read):
        with pytest.raises(NotFound):
            ask(digest)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.binary(max_size=200))
def test_what_is_put_is_read(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    released = Released(tmp_path_factory.getbasetemp() / "law")
    assert released.read(released.put(content).digest) == content


@pytest.mark.parametrize("how", [dying.put, dying.put_file])
def test_a_kill_at_any_step_leaves_no_half_object(released: Released, tmp_path: Path, how: object) -> None:
    content = b"hello" * 100_000
    (tmp_path / "file").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    deaths = 0
    for _ in dying.killed_at_each_step(how, released.root, tmp_path / "file"):
        deaths += 1
        if (released.root / digest[:2] / digest).exists():
            assert released.read(digest) == content
    assert deaths > 5
    assert objects(released) == [f"{digest[:2]}/{digest}"]
