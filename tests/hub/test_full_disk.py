"""No room: a file size limit of the process (anywhere), and a full disk (where one may be mounted)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hub import dying
from tests.hub.servers import Server

Work = Callable[[Path, Path], None]
FILES: list[Work] = [dying.keep_raw, dying.put, dying.put_file]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four mebibytes that do not compress."""
    (tmp_path / "feed.zip").write_bytes(os.urandom(4 << 20))
    return tmp_path / "feed.zip"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "plane").mkdir()
    return tmp_path / "plane"


def sentence_and_what_is_left(work: Work, root: Path, source: Path, **limits: object) -> tuple[str, list[str]]:
    child = dying.run(work, root, source, **limits)
    assert child.returncode == 3, child.stderr
    assert child.stderr == ""
    sentence, *left = child.stdout.splitlines()
    return sentence, [line.removeprefix("left ") for line in left]


@pytest.mark.parametrize("work", FILES)
def test_a_file_beyond_what_the_process_may_write(work: Work, root: Path, source: Path) -> None:
    sentence, left = sentence_and_what_is_left(work, root, source, file_bytes=1 << 20)
    assert re.fullmatch(r"StorageError: .+: File too large; nothing was changed", sentence)
    assert left == []


def test_a_folder_is_packed_into_no_room(root: Path, source: Path) -> None:
    folder = source.parent / "folder"
    folder.mkdir()
    source.rename(folder / "stops.txt")
    _, left = sentence_and_what_is_left(dying.keep_raw, root, folder, file_bytes=1 << 20)
    assert left == []


def test_what_is_fetched_has_no_room(server: Server, root: Path, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(server.url("/endless"))
    sentence, left = sentence_and_what_is_left(dying.fetch, root, tmp_path / "url", file_bytes=1 << 20)
    assert sentence.startswith("StorageError: ")
    assert left == []


def test_records_have_no_room(root: Path, source: Path) -> None:
    sentence, _ = sentence_and_what_is_left(dying.write_records, root, source, file_bytes=1 << 20)
    assert re.fullmatch(r"StorageError: the records: .+; nothing was changed", sentence)


@pytest.mark.parametrize("work", [*FILES, dying.keep_tables, dying.write_records])
def test_a_full_disk(work: Work, root: Path, source: Path) -> None:
    if not dying.can_mount():
        pytest.skip("a small disk of one's own can only be mounted by root")
    if work is dying.keep_tables:
        (source.parent / "tables").mkdir()
        source = source.rename(source.parent / "tables" / "stops.parquet").parent
    sentence, left = sentence_and_what_is_left(work, root, source, room="1m")
    assert re.fullmatch(r"StorageError: .+; nothing was changed", sentence)
    assert [path for path in left if "records.sqlite3" not in path] == []
    assert list(root.iterdir()) == [], "the disk was the child's own"
