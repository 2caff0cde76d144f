"""What is refused before a byte of an archive is unpacked, each with its one-line reason."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path, PurePosixPath

from feeds.errors import NotAFeed, UnsafeArchive
from feeds.reading import Limits

#: How other files begin that are often met under the address of a feed.
_OTHER_KINDS = (
    (b"\x1f\x8b", "a gzip file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"%PDF", "a PDF document"),
    (b"{", "a JSON document"),
    (b"<?xml", "an XML document"),
)
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")
#: PKWARE APPNOTE 4.3.16: signature, four 16-bit counts, size and offset of the central directory, comment length.
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 0xFFFF
#: A central directory entry takes 46 bytes and its name; what needs more than this for each is no list of tables.
_BYTES_AN_ENTRY = 600
_ENCRYPTED = 0x1
_DEEPEST = 4


def refuse_what_is_no_zip(source: Path) -> None:
    """Refuse a wrong path, an empty file, an HTML page and other things that are no zip archive.

    Raises:
        NotAFeed: with the kind of thing that was found instead.
    """
    if not source.is_file():
        raise NotAFeed("no such file or folder", file=source.name)
    with source.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        raise NotAFeed("the file is empty (0 bytes)", file=source.name)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML):
        raise NotAFeed("this is an HTML page, not a zip archive", file=source.name)
    for magic, kind in _OTHER_KINDS:
        if head.startswith(magic):
            raise NotAFeed(f"this is {kind}, not a zip archive", file=source.name)
    raise NotAFeed("this is not a zip archive", file=source.name)


def refuse_large_directory(source: Path, limits: Limits) -> None:
    """Judge the central directory by its own header, for Python's zipfile reads all of it into memory.

    Raises:
        UnsafeArchive: more entries than allowed, or a directory too large for their number.
        NotAFeed: there is no central directory: the file was cut off.
    """
    size = source.stat().st_size
    with source.open("rb") as stream:
        stream.seek(max(0, size - _END_OF_DIRECTORY.size - _LONGEST_COMMENT))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
        raise NotAFeed("the zip archive is truncated or damaged: it has no central directory", file=source.name)
    _, _, _, _, entries, directory, _, _ = _END_OF_DIRECTORY.unpack_from(tail, at)
    if entries > limits.entries:
        raise UnsafeArchive(f"{entries} entries, more than the {limits.entries} allowed", file=source.name)
    if directory > limits.entries * _BYTES_AN_ENTRY:
        raise UnsafeArchive(f"a central directory of {directory} bytes is too large", file=source.name)


def zip_sizes(bundle: zipfile.ZipFile, *, archived: int, limits: Limits) -> Mapping[str, int]:
    """The files of a zip with their claimed sizes in bytes, once nothing speaks against unpacking them.

    Raises:
        UnsafeArchive: a bomb, a name that leads out of the archive, a link, a doubled or an encrypted entry.
    """
    entries = bundle.infolist()
    if len(entries) > limits.entries:
        raise UnsafeArchive(f"{len(entries)} entries, more than the {limits.entries} allowed")
    sizes: dict[str, int] = {}
    for entry in entries:
        _refuse_entry(entry, sizes)
        if not entry.is_dir():
            sizes[entry.filename] = entry.file_size
    _refuse_sizes(sizes, limits)
    total = sum(sizes.values())
    if total > limits.ratio_from and total > limits.ratio * archived:
        raise UnsafeArchive(f"{archived} bytes would unpack to {total}: a zip bomb (ratio above {limits.ratio:g})")
    return sizes


def only_archive(source: Path) -> Path | None:
    """The zip in a folder that holds just this one file (people keep feeds so); None for any other folder."""
    files = list(islice((path for path in source.rglob("*") if path.is_file() and not path.is_symlink()), 2))
    return files[0] if len(files) == 1 and files[0].suffix.lower() == ".zip" else None


def folder_sizes(source: Path, limits: Limits) -> Mapping[str, int]:
    """The files of a folder, as relative POSIX names, with their sizes in bytes.

    Raises:
        UnsafeArchive: a symbolic link, too many files or too large ones.
    """
    sizes: dict[str, int] = {}
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if len(name.parts) > _DEEPEST:
            continue
        if path.is_symlink():
            raise UnsafeArchive("a symbolic link, which may lead anywhere", file=name.as_posix())
        if path.is_file():
            sizes[name.as_posix()] = path.stat().st_size
        if len(sizes) > limits.entries:
            raise UnsafeArchive(f"more than the {limits.entries} files allowed", file=source.name)
    _refuse_sizes(sizes, limits)
    return sizes


def _refuse_entry(entry: zipfile.ZipInfo, before: Mapping[str, int]) -> None:
    name = entry.filename
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts or (parts and ":" in parts[0]):
        raise UnsafeArchive("an entry's name leads out of the archive", file=name)
    if entry.header_offset < 0:
        raise NotAFeed("the zip archive is truncated or damaged: an entry lies outside of it", file=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeArchive("an entry is a symbolic link", file=name)
    if entry.flag_bits & _ENCRYPTED:
        raise UnsafeArchive("an entry is encrypted", file=name)
    if name in before:
        raise UnsafeArchive("two entries of the archive bear this name", file=name)


def _refuse_sizes(sizes: Mapping[str, int], limits: Limits) -> None:
    for name, size in sizes.items():
        if size > limits.file:
            raise UnsafeArchive(f"{size} bytes when unpacked, more than the {limits.file} allowed", file=name)
    total = sum(sizes.values())
    if total > limits.expanded:
        raise UnsafeArchive(f"{total} bytes when unpacked, more than the {limits.expanded} allowed")
