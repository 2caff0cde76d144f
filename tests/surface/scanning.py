"""Finding planted words and numbers in whatever is answered, however it is packed."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEXADECIMAL = re.compile(r"[0-9a-f]+")
_DEEPEST = 4
#: Numbers that are no part of a word, and numbers written in groups of three.
_PLAIN = re.compile(r"(?<![\w.])\d{3,}(?!\w)")
_GROUPED = re.compile(r"(?<![\w.])\d{1,3}(?:[ ,.'_\u202f\u00a0]\d{3})+(?!\w)")


@dataclass(frozen=True, slots=True)
class Sentinel:
    """Something planted that must not be seen by others: a word, a number in any usual spelling, or an expression.

    `of` says what it was planted in, and so who may see it.
    """

    of: str
    word: str = ""
    number: int | None = None
    expression: str = ""


class Scanner:
    """Looks for sentinels; words are found in any case, numbers with any signs between their groups of three."""

    def __init__(self, sentinels: list[Sentinel]) -> None:
        self._words = [(one.word.lower(), one.of) for one in sentinels if one.word]
        self._numbers = {str(one.number): one.of for one in sentinels if one.number is not None}
        patterns = [(re.compile(one.expression, re.IGNORECASE), one.of) for one in sentinels if one.expression]
        self._expressions = patterns

    def found(self, content: bytes) -> set[str]:
        """What the sentinels in a content were planted in."""
        seen: set[str] = set()
        for text in texts(content):
            lower = text.lower()
            seen |= {of for word, of in self._words if word in lower}
            seen |= {self._numbers[one] for one in _numbers(text) if one in self._numbers}
            seen |= {of for expression, of in self._expressions if expression.search(text)}
        return seen


def _numbers(text: str) -> set[str]:
    """Whole numbers in a text, as digits alone."""
    grouped = (re.sub(r"\D", "", one) for one in _GROUPED.findall(text))
    return {*_PLAIN.findall(text), *grouped}


def texts(content: bytes, depth: int = 0) -> Iterator[str]:
    """A content as text, and as whatever else it may be: unpacked, decoded, its JSON's strings spelled out."""
    if depth > _DEEPEST or not content:
        return
    for inner in _unpacked(content):
        yield from texts(inner, depth + 1)
    text = content.decode("utf-8", "replace")
    yield text
    if "&" in text:
        yield html.unescape(text)
    if "%" in text:
        yield unquote(text)
    if "\\u" in text:
        for string in _strings(_json(text)):
            yield from texts(string.encode("utf-8", "replace"), depth + 1)
    for match in _BASE64.findall(text) if depth < 2 else ():
        if not _HEXADECIMAL.fullmatch(match):
            yield from texts(_decoded(match), depth + 2)


def _unpacked(content: bytes) -> Iterator[bytes]:
    try:
        if content[:2] == b"\x1f\x8b":
            yield gzip.decompress(content)
        elif content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield "\n".join(archive.namelist()).encode()
                for name in archive.namelist():
                    yield archive.read(name)
        elif content[:4] == b"PAR1":
            yield json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), default=str).encode()
        elif content[:1] == b"\x78":
            yield zlib.decompress(content)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error):
        return  # a part of it (a range), or something else that begins like it


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield str(name)
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif value is not None:
        yield str(value)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
