from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import FeedError, NotAFeed, UnsafeArchive, UnusableFeed
from feeds.gtfs.archive import content_digest, open_archive
from feeds.reading import Limits

ZipOf = Callable[..., Path]
Files = dict[str, bytes]


def names(source: Path, limits: Limits | None = None) -> set[str]:
    with open_archive(source, limits or Limits()) as archive:
        return set(archive.sizes)


def refusal(source: Path, kind: type[FeedError], limits: Limits | None = None) -> str:
    """The one line with which a source is refused when it is opened and read to its end."""
    with pytest.raises(kind) as caught:
        content_digest(source, limits=limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_zip_and_a_folder_hold_the_same_feed(
    town_files: Files, zip_of: ZipOf, write_feed: Callable[..., Path]
) -> None:
    packed, folder = zip_of(town_files), write_feed()
    assert names(packed) == names(folder) == set(town_files)
    assert content_digest(packed) == content_digest(folder)


def test_packing_again_does_not_change_the_digest(town_files: Files, tmp_path: Path, zip_of: ZipOf) -> None:
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as bundle:
        for name in reversed(town_files):
            bundle.writestr(zipfile.ZipInfo(name, (1999, 1, 1, 0, 0, 0)), town_files[name])
    assert content_digest(again) == content_digest(zip_of(town_files))
    changed = zip_of(town_files | {"stops.txt": town_files["stops.txt"] + b"S13,,45,5\n"}, "changed.zip")
    assert content_digest(changed) != content_digest(again)


def test_a_feed_in_one_folder_of_the_archive_is_found(town_files: Files, zip_of: ZipOf) -> None:
    litter = {"__MACOSX/my feed/._stops.txt": b"x", "my feed/.DS_Store": b"x", "my feed/old/notes.txt": b"x"}
    packed = zip_of({f"my feed/{name}": text for name, text in town_files.items()} | litter)
    with open_archive(packed, Limits()) as archive:
        assert archive.folder == "my feed"
        assert set(archive.sizes) == set(town_files)
        assert archive.outside == ("my feed/old/notes.txt",)


def test_of_a_folder_that_holds_one_zip_that_zip_is_the_feed(town_files: Files, zip_of: ZipOf, tmp_path: Path) -> None:
    folder = tmp_path / "kept here" / "deeper"
    folder.mkdir(parents=True)
    zip_of(town_files).rename(folder / "gtfs.zip")
    assert names(tmp_path / "kept here") == set(town_files)


def test_two_feeds_in_one_archive_are_refused_by_name(town_files: Files, zip_of: ZipOf) -> None:
    packed = zip_of({f"{city}/{name}": text for city in ("a", "b") for name, text in town_files.items()})
    assert refusal(packed, UnusableFeed) == "feed.zip: the archive holds 2 feeds, give one: a, b"


def test_an_archive_in_the_archive_is_refused_by_name(town_files: Files, zip_of: ZipOf) -> None:
    inner = zip_of(town_files, "inner.zip").read_bytes()
    message = refusal(zip_of({"readme.txt": b"", "gtfs/inner.zip": inner}, "outer.zip"), NotAFeed)
    assert message == "outer.zip: the archive holds another archive, give that one itself: gtfs/inner.zip"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "x.zip: the file is empty (0 bytes)"),
        (b"\r\n<!DOCTYPE html>\n<html>not found</html>", "x.zip: this is an HTML page, not a zip archive"),
        (b"\xef\xbb\xbf<HTML>", "x.zip: this is an HTML page, not a zip archive"),
        (b'{"error": "quota"}', "x.zip: this is a JSON document, not a zip archive"),
        (b"\x1f\x8b\x08", "x.zip: this is a gzip file, not a zip archive"),
        (b"stop_id\n", "x.zip: this is not a zip archive"),
    ],
)
def test_what_is_no_archive_is_told_for_what_it_is(tmp_path: Path, content: bytes, message: str) -> None:
    source = tmp_path / "x.zip"
    source.write_bytes(content)
    assert refusal(source, NotAFeed) == message


def test_a_wrong_path_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere.zip", NotAFeed).endswith("nowhere.zip: no such file or folder")


def test_a_zip_without_tables_is_no_feed(zip_of: ZipOf, tmp_path: Path) -> None:
    assert "no GTFS table" in refusal(zip_of({"report.pdf": b"%PDF"}), NotAFeed)
    (tmp_path / "void").mkdir()
    assert "no GTFS table" in refusal(tmp_path / "void", NotAFeed)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(share=st.floats(0.01, 0.99))
def test_a_truncated_zip_is_refused_wherever_it_was_cut(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in ("stops.txt", "routes.txt", "trips.txt"):
            bundle.writestr(name, name * 50)
    source = tmp_path_factory.mktemp("cut") / "cut.zip"
    source.write_bytes(whole.getvalue()[: max(4, int(len(whole.getvalue()) * share))])
    assert "truncated or damaged" in refusal(source, NotAFeed)


def test_damage_inside_is_found_while_reading(town_files: Files, tmp_path: Path) -> None:
    source = tmp_path / "bad.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_STORED) as bundle:
        for name, text in town_files.items():
            bundle.writestr(name, text)
    raw = source.read_bytes()
    source.write_bytes(raw.replace(b"Mairie", b"MAIRIE", 1))
    assert refusal(source, NotAFeed).startswith("stops.txt: the archive is damaged")


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size(town_files: Files, zip_of: ZipOf) -> None:
    bomb = zip_of(town_files | {"shapes.txt": bytes(20 << 20)})
    assert "zip bomb" in refusal(bomb, UnsafeArchive, Limits(ratio_from=1 << 20))
    assert "more than the 1048576 allowed" in refusal(bomb, UnsafeArchive, Limits(expanded=1 << 20))
    assert refusal(bomb, UnsafeArchive, Limits(file=1 << 20)).startswith("shapes.txt: 20971520 bytes when unpacked")
    assert names(bomb) == set(town_files)


def test_a_folder_keeps_to_the_same_limits(write_feed: Callable[..., Path]) -> None:
    folder = write_feed()
    assert "files allowed" in refusal(folder, UnsafeArchive, Limits(entries=3))
    assert "allowed" in refusal(folder, UnsafeArchive, Limits(file=100))


def test_a_header_that_lies_about_the_size_does_not_get_more_through(zip_of: ZipOf, town_files: Files) -> None:
    source = zip_of(town_files | {"stops.txt": bytes(4 << 20)})
    raw = source.read_bytes()
    claimed = struct.pack("<L", 4 << 20)
    assert raw.count(claimed) >= 2
    source.write_bytes(raw.replace(claimed, struct.pack("<L", 1000)))
    assert "damaged" in refusal(source, NotAFeed, Limits(file=1 << 20))


def test_too_many_entries_are_refused(zip_of: ZipOf) -> None:
    many = zip_of({f"{number}.txt": b"" for number in range(30)})
    assert "30 entries, more than the 20 allowed" in refusal(many, UnsafeArchive, Limits(entries=20))


@pytest.mark.parametrize("name", ["../stops.txt", "a/../../stops.txt", "/stops.txt", "C:/stops.txt", "..\\stops.txt"])
def test_names_that_lead_out_are_refused(zip_of: ZipOf, town_files: Files, name: str) -> None:
    message = refusal(zip_of(town_files | {name: b"x"}), UnsafeArchive)
    assert message == f"{name}: an entry's name leads out of the archive"


def test_links_are_refused(town_files: Files, tmp_path: Path, write_feed: Callable[..., Path]) -> None:
    packed = tmp_path / "link.zip"
    with zipfile.ZipFile(packed, "w") as bundle:
        link = zipfile.ZipInfo("stops.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        bundle.writestr(link, "/etc/passwd")
    assert "symbolic link" in refusal(packed, UnsafeArchive)
    folder = write_feed()
    (folder / "levels.txt").symlink_to("/etc/passwd")
    assert "symbolic link" in refusal(folder, UnsafeArchive)


def test_encrypted_and_doubled_entries_are_refused(town_files: Files, zip_of: ZipOf, tmp_path: Path) -> None:
    source = zip_of(town_files)
    raw = bytearray(source.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1  # general purpose bit 0 of the central directory: encrypted
    source.write_bytes(bytes(raw))
    assert "encrypted" in refusal(source, UnsafeArchive)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as bundle:
        bundle.writestr("stops.txt", "a")
        with pytest.warns(UserWarning, match="Duplicate name"):
            bundle.writestr("stops.txt", "b")
    assert "two entries" in refusal(tmp_path / "two.zip", UnsafeArchive)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(data=st.data())
def test_a_zip_with_any_byte_changed_gives_the_feed_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("stops.txt", "stop_id\nS01\n")
        bundle.writestr("trips.txt", "trip_id\nT1\n")
    raw = bytearray(whole.getvalue())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    source = tmp_path_factory.mktemp("fuzz") / "fuzz.zip"
    source.write_bytes(bytes(raw))
    with suppress(FeedError):
        content_digest(source)


def test_a_file_that_grows_after_it_was_judged_is_stopped(write_feed: Callable[..., Path]) -> None:
    folder = write_feed()
    with open_archive(folder, Limits(file=10_000)) as archive, archive.open("stops.txt") as stream:
        (folder / "stops.txt").write_bytes(bytes(20_000))
        with pytest.raises(UnsafeArchive, match="more than 10000 bytes"):
            stream.read()
