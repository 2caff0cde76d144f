"""Open what a provider sent: one response, a folder of responses, or one response a line; packed with gzip or not.

A page is one response. It is held in memory as a whole, so its size is bounded by the memory that the reader may use.
"""

from __future__ import annotations

import gc
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from feeds.errors import NotAFeed, UnsafeArchive, UnsupportedVersion, UnusableFeed
from feeds.reading import Limits

SUFFIXES: Final = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
#: Payload keys of the answers that are read, by version (MDS 1.2 wraps them in `data`).
READ: Final = {
    "1.2": ("trips", "status_changes", "vehicles"),
    "2.0": ("trips", "events", "vehicles", "vehicles_status", "telemetry"),
}
_PAYLOADS: Final = tuple(dict.fromkeys(key for keys in READ.values() for key in keys))
#: What tells a record that stands alone from a file that has nothing to do with MDS.
_OF_A_RECORD: Final = frozenset({"device_id", "trip_id", "trip_duration", "event_type", "event_types", "event_time"})
_OTHER: Final = ("stops", "reports", "policies", "policy", "geographies", "geography", "jurisdictions", "requirements")
_VERSION: Final = re.compile(r"^(\d{1,3}\.\d{1,3})(\.\d{1,3})?$")
#: Parsed records take up to six times their text; two shares are left for the columns made of them.
_MEMORY_PER_BYTE: Final = 8
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """One response: the file's name within the source, its version (``1.2`` or ``2.0``), payload key and records.

    `records` is None for an answer of MDS that is not read here (stops, policies …).
    """

    file: str
    version: str
    payload: str
    records: list[Any] | None


def files(source: Path) -> tuple[list[Path], list[Path]]:
    """The files to read, in the order of their names, and those passed over (another suffix, a link).

    Raises:
        NotAFeed: nothing is there, or the folder holds no JSON.
    """
    if source.is_file():
        return [source], []
    if not source.is_dir():
        raise NotAFeed("no such file or folder", file=source.name)
    found = sorted(path for path in source.rglob("*") if path.is_symlink() or path.is_file())
    chosen = [path for path in found if path.name.lower().endswith(SUFFIXES) and not path.is_symlink()]
    if not chosen:
        raise NotAFeed("the folder holds no JSON file", file=source.name)
    return chosen, [path for path in found if path not in set(chosen)]


def pages(path: Path, name: str, limits: Limits) -> Iterator[Page]:
    """The responses in one file.

    Raises:
        NotAFeed: no JSON, or JSON that is no answer of MDS; row = line of the file.
        UnsupportedVersion: an answer of a version that is not read.
        UnsafeArchive: a packed file that expands beyond the limits.
        UnusableFeed: a page too large for the memory that may be used.
    """
    data = _content(path, name, limits)
    if path.name.lower().removesuffix(".gz").endswith((".ndjson", ".jsonl")):
        yield from _lines(data, name)
        return
    try:
        body = _loads(data)
    except orjson.JSONDecodeError as error:
        if error.lineno > 1 and _is_object(data.split(b"\n", 1)[0]):
            yield from _lines(data, name)
            return
        raise _not_json(data, error, name, row=error.lineno) from error
    yield from answer(body, name)


def answer(body: object, name: str) -> list[Page]:
    """Tell what a response is from its body alone; the name of the file is only for the messages."""
    if not isinstance(body, dict):
        kind = "an array" if isinstance(body, list) else "a single value"
        raise NotAFeed(f"{kind}; an answer of an MDS provider is an object with a version", file=name)
    if "error" in body and not set(body) & {"data", *_PAYLOADS}:
        raise NotAFeed(f"the provider answered with an error: {body.get('error')}", file=name)
    data = body.get("data")
    inner = data if isinstance(data, dict) else body
    payloads = [key for key in (*_PAYLOADS, *_OTHER) if key in inner]
    if not payloads:
        if set(body) & _OF_A_RECORD:
            raise UnsupportedVersion("a bare record and no version, as in MDS 0.x; MDS 1.2 and 2.0 are read", file=name)
        raise NotAFeed("no answer of an MDS provider: no trips, events, vehicles or telemetry in it", file=name)
    version = _version(body, name, wrapped=inner is not body)
    return [Page(name, version, payload, _records(inner, payload, version, name)) for payload in payloads]


def _records(inner: dict[str, Any], payload: str, version: str, name: str) -> list[Any] | None:
    if payload in _OTHER:
        return None
    if payload not in READ[version]:
        raise UnsupportedVersion(f"says MDS {version} but holds {payload}", file=name, field="version")
    records = inner[payload]
    if not isinstance(records, list):
        raise NotAFeed("not an array of records", file=name, field=payload)
    return records


def _version(body: dict[str, Any], name: str, *, wrapped: bool) -> str:
    said = body.get("version")
    if said is None:
        raise UnsupportedVersion("the answer states no version; MDS 1.2 and 2.0 are read", file=name, field="version")
    match = _VERSION.match(said) if isinstance(said, str) else None
    version = match.group(1) if match else None
    if version not in READ:
        raise UnsupportedVersion(f"MDS {str(said)[:40]}; MDS 1.2 and 2.0 are read", file=name, field="version")
    if wrapped != (version == "1.2"):
        shape = "wraps its records in data, as 1.2 does" if wrapped else "does not wrap its records in data, as 2.0"
        raise UnsupportedVersion(f"says MDS {said} but {shape}", file=name, field="version")
    return version


def _content(path: Path, name: str, limits: Limits) -> bytes:
    """The file's bytes, unpacked, within the limits."""
    most = min(limits.file, limits.memory // _MEMORY_PER_BYTE)
    packed = path.name.lower().endswith(".gz")
    if not packed and path.stat().st_size > most:
        raise UnusableFeed(_too_large(path.stat().st_size, most), file=name)
    data = _unpack(path, name, limits, most) if packed else path.read_bytes()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise NotAFeed("the file is empty", file=name)
    return data


def _unpack(path: Path, name: str, limits: Limits, most: int) -> bytes:
    size = max(path.stat().st_size, 1)
    data = bytearray()
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                data += chunk
                if len(data) > limits.ratio_from and len(data) > limits.ratio * size:
                    raise UnsafeArchive(f"expands to more than {limits.ratio:g} times its size", file=name)
                if len(data) > most:
                    raise UnusableFeed(_too_large(len(data), most), file=name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise NotAFeed(f"not a whole gzip file ({error})", file=name) from error
    return bytes(data)


def _too_large(size: int, most: int) -> str:
    return (
        f"a page of {size / 2**20:.0f} MiB or more; {most / 2**20:.0f} MiB is the most that the memory limit allows:"
        " send smaller pages (one hour each), or raise the limit"
    )


def _loads(data: bytes) -> Any:
    """Parse without the cycle collector, which would search millions of new objects in vain: it doubles the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return orjson.loads(data)
    finally:
        if enabled:
            gc.enable()


def _lines(data: bytes, name: str) -> Iterator[Page]:
    """One response a line; a line's errors name its number."""
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield from answer(orjson.loads(line), f"{name}:{number}")
        except orjson.JSONDecodeError as error:
            raise _not_json(line, error, name, row=number) from error


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _not_json(data: bytes, error: orjson.JSONDecodeError, name: str, *, row: int) -> NotAFeed:
    start = data.lstrip()[:4]
    if start.startswith(b"<"):
        return NotAFeed("an HTML or XML page, not JSON", file=name, row=1)
    if start.startswith(b"PK\x03\x04"):
        return NotAFeed("a zip archive; unpack it and give the folder of pages", file=name)
    return NotAFeed(f"not JSON: {error.msg} (column {error.colno})", file=name, row=row)
