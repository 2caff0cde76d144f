"""One GBFS file: bytes in, the envelope that all versions share out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from feeds.errors import FeedError, NotAFeed, UnsupportedVersion
from feeds.gbfs.bounds import must_not_be_too_deep, must_not_be_too_full
from feeds.gbfs.spec import VERSIONS
from feeds.gbfs.values import Unreadable, time
from feeds.reading import Limits

_BOM = b"\xef\xbb\xbf"

#: A file that says it is good for longer than thirty years says nothing.
_TTL_DIGITS = 9

#: Parsed JSON takes several times its text in memory: a file may take this share of the reader's memory.
_MEMORY_PER_BYTE = 8


@dataclass(frozen=True, slots=True)
class Document:
    """A file's envelope: `version` is empty when the file does not say it; `last_updated` is UTC.

    `digest` is that of the file's bytes.
    """

    file: str
    version: str
    last_updated: dt.datetime
    ttl_s: int
    data: Mapping[str, Any]
    digest: bytes


def load(path: Path, limits: Limits) -> Document:
    """Read a file.

    Raises:
        NotAFeed: no file, too large, an HTML page, empty, not JSON, or without the envelope of GBFS.
        UnsupportedVersion: a version that is not in `spec.VERSIONS`.
    """
    most = min(limits.file, limits.memory // _MEMORY_PER_BYTE)
    try:
        size = path.stat().st_size
        if size > most:
            raise NotAFeed(f"{size:,} bytes are more than the {most:,} that a GBFS file may have here", file=path.name)
        return document(path.read_bytes(), path.name)
    except OSError as error:
        raise NotAFeed(f"cannot be read ({error.strerror})", file=path.name) from error


def document(content: bytes, file: str) -> Document:
    """Read a file's bytes; `file` is its name in errors. Raises as `load` does."""
    body = parse(content, file)
    if not isinstance(body, dict):
        raise NotAFeed("a JSON list or value, not a GBFS document", file=file)
    data = body.get("data")
    if not isinstance(data, dict):
        raise NotAFeed("no object 'data': not a GBFS document", file=file, field="data")
    try:
        last_updated = time(body.get("last_updated"))
    except Unreadable as reason:
        raise NotAFeed(f"{reason}", file=file, field="last_updated") from reason
    digest = blake2b(content, digest_size=16).digest()
    return Document(file, _version(body, file), last_updated, _ttl_s(body.get("ttl")), data, digest)


def parse(content: bytes, file: str) -> Any:
    """JSON, or a refusal that says what the bytes are instead and where they go wrong."""
    content = content.removeprefix(_BOM)
    if not content.strip():
        raise NotAFeed("an empty file", file=file)
    if content.lstrip().startswith(b"<"):
        raise NotAFeed("an HTML or XML page, not JSON", file=file)
    must_not_be_too_full(content, file)
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _invalid(content, file, error) from error
    must_not_be_too_deep(body, file)
    return body


def _invalid(content: bytes, file: str, error: orjson.JSONDecodeError) -> FeedError:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        return NotAFeed(f"not UTF-8 (byte 0x{content[wrong.start]:02x} at {wrong.start})", file=file, row=line)
    return NotAFeed(f"not valid JSON at column {error.colno} ({error.msg})", file=file, row=error.lineno)


def _version(body: Mapping[str, Any], file: str) -> str:
    """The version that the file says. Without one it is 1.0's form, unless its times are those of 3.0."""
    said = body.get("version")
    if said is None:
        if isinstance(body.get("last_updated"), str):
            raise UnsupportedVersion(
                f"no version, and the times of 3.0; read are {', '.join(VERSIONS)}", file=file, field="version"
            )
        return ""
    if str(said) not in VERSIONS:
        raise UnsupportedVersion(
            f"version {str(said)[:40]!r} is not read; read are {', '.join(VERSIONS)}", file=file, field="version"
        )
    return str(said)


def _ttl_s(value: Any) -> int:
    """Seconds, also where they are written as 60.0 or "60"; 0 where they are no number of seconds."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _TTL_DIGITS:
        return int(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value < 10**_TTL_DIGITS else 0
