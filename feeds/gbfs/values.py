"""One JSON value of a GBFS file, read as the kind of value that its column holds.

Readers are lenient where published systems are (0 and 1 for booleans as GBFS 1.x asks, whole numbers written
``19.0``, ids written as numbers) and refuse the rest: a wrong type is never guessed at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

import orjson
import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")

#: 2100-01-01. A greater POSIX time is milliseconds taken for seconds, a defect seen in published systems.
_LAST_POSIX_S = 4_102_444_800


class Unreadable(ValueError):
    """A value that is not of its column's kind; the sentence is the reason, without the value."""


class Kind(StrEnum):
    """What a column holds. `LOCALIZED` columns come with a second column of all languages, ``<name>_texts``."""

    ID = "id"
    TEXT = "text"
    TOKEN = "token"  # noqa: S105 - a word of an enumeration, not a secret
    LOCALIZED = "localized"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    BOOLEAN = "boolean"
    TIME = "time"
    JSON = "json"
    LANGUAGES = "languages"
    PERIODS = "periods"


ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.TOKEN: pa.string(),
    Kind.LOCALIZED: pa.string(),
    Kind.COUNT: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.SHARE: pa.float64(),
    Kind.LATITUDE: pa.float64(),
    Kind.LONGITUDE: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TIME: TIMESTAMP,
    Kind.JSON: pa.string(),
    Kind.LANGUAGES: pa.string(),
    Kind.PERIODS: pa.string(),
}


def identifier(value: Any) -> str:
    """An id: a text that is not empty, or a whole number written without quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise Unreadable("not a text")
    if not value.strip():
        raise Unreadable("is empty")
    return value


def text(value: Any) -> str | None:
    """A text; an empty one says nothing and is null."""
    if not isinstance(value, str):
        raise Unreadable("not a text")
    return value or None


def token(value: Any) -> str | None:
    """A word of an enumeration, in lower case: GBFS 1.1 to 2.2 wrote alert types in capitals."""
    word = text(value)
    return word.lower() if word else None


def number(value: Any) -> float:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("not a number")
    return float(value)


def count(value: Any) -> int:
    """A whole number, zero or more."""
    figure = number(value)
    if not figure.is_integer():
        raise Unreadable("not a whole number")
    if not 0 <= figure < 2**63:
        raise Unreadable("less than zero" if figure < 0 else "too large")
    return int(value)


def _within(low: float, high: float) -> Callable[[Any], float]:
    def ranged(value: Any) -> float:
        figure = number(value)
        if not low <= figure <= high:
            raise Unreadable(f"out of range {low:g} to {high:g}")
        return figure

    return ranged


def boolean(value: Any) -> bool:
    """True or false; GBFS 1.x writes 1 and 0."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise Unreadable("neither true nor false")


def time(value: Any) -> dt.datetime:
    """An instant, UTC: POSIX seconds (1.x and 2.x) or an RFC 3339 text with its offset (3.0)."""
    if isinstance(value, str):
        return _rfc3339(value)
    seconds = number(value)
    if seconds <= 0:
        raise Unreadable("not a time after 1970")
    if seconds >= _LAST_POSIX_S:
        raise Unreadable("not a time before 2100 (milliseconds in place of seconds?)")
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _rfc3339(value: str) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable("not an RFC 3339 time") from error
    if instant.tzinfo is None:
        raise Unreadable("a time without its UTC offset")
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError as error:
        raise Unreadable("a time beyond the calendar") from error


def json_text(value: Any) -> str:
    """A list or an object, kept as canonical JSON text (keys sorted)."""
    if not isinstance(value, dict | list):
        raise Unreadable("neither a list nor an object")
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def periods(value: Any) -> str:
    """The periods of an alert as JSON text, each instant in RFC 3339 whatever the version wrote."""
    if not isinstance(value, list) or not all(isinstance(period, dict) for period in value):
        raise Unreadable("not a list of periods")
    return json_text(
        [
            {edge: time(period[edge]).isoformat() for edge in ("start", "end") if period.get(edge) is not None}
            for period in value
        ]
    )


def languages(value: Any) -> str:
    """The system's languages as a JSON list, its own first: one text before 3.0, a list from 3.0."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
        raise Unreadable("neither a language nor a list of languages")
    return json_text(listed)


def localized(value: Any, language: str) -> tuple[str | None, str | None]:
    """The text in the system's own language, and all languages as JSON text.

    3.0 writes an array of ``{"text", "language"}``; before, a plain text in the file's one language.
    """
    if isinstance(value, str):
        return (value, json_text([{"language": language, "text": value}])) if value else (None, None)
    if not isinstance(value, list) or not all(_is_localized(part) for part in value):
        raise Unreadable("neither a text nor a list of localized texts")
    said = [{"language": part["language"], "text": part["text"]} for part in value if part["text"]]
    if not said:
        return None, None
    chosen = next((part for part in said if part["language"] == language), said[0])
    return chosen["text"], json_text(said)


def _is_localized(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str) and isinstance(part.get("language"), str)


Parser: TypeAlias = Callable[[Any], Any]

#: How each kind but `LOCALIZED`, which needs a language, is read.
PARSERS: Mapping[Kind, Parser] = {
    Kind.ID: identifier,
    Kind.TEXT: text,
    Kind.TOKEN: token,
    Kind.COUNT: count,
    Kind.NUMBER: number,
    Kind.SHARE: _within(0, 1),
    Kind.LATITUDE: _within(-90, 90),
    Kind.LONGITUDE: _within(-180, 180),
    Kind.BOOLEAN: boolean,
    Kind.TIME: time,
    Kind.JSON: json_text,
    Kind.LANGUAGES: languages,
    Kind.PERIODS: periods,
}
