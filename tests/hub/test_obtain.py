"""What is taken of a path, and that what is kept of it is read again as the same feed."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

from feeds.gtfs.archive import content_digest
from hub.fetch import Fetcher
from hub.services.errands import Errands
from hub.services.obtain import Obtained, obtain
from hub.vault import Vault

NOON = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)


def obtained(source: Path, work: Path) -> Obtained:
    return obtain(Errands(Fetcher(most_bytes=1, most_s=1), "bus", NOON), str(source), work, current=lambda: None)


def test_an_archive_in_a_folder_of_its_own_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "Autocars des Combes" / "2026"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "gtfs.zip", "w") as archive:
        archive.writestr("stops.txt", "stop_id\nA\n")
    assert obtained(folder.parent, tmp_path).path == folder / "gtfs.zip"
    (folder / "README.txt").write_text("beside it")
    assert obtained(folder.parent, tmp_path).path == folder.parent


def test_what_is_kept_of_each_real_feed_reads_as_the_same(shared_data: Path, tmp_path: Path) -> None:
    sources = [path for path in (shared_data / "gtfs").iterdir() if "nyc_" not in path.name]  # those are large
    assert len(sources) >= 15
    vault = Vault(tmp_path / "vault")
    for source in sources:
        kept = vault.keep_raw(obtained(source, tmp_path).path, tmp_path)
        assert content_digest(kept.path) == content_digest(source), source.name
