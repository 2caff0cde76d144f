"""What an answer says of itself in its headers: when it goes stale, when to come back, what to ask with next time."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

import httpcore

#: A server that promises more than a year has promised enough (RFC 9111 section 1.2.2 bounds it at 68).
_MOST_S = 366 * 86_400
#: Longer ones are some fault of the server; nobody compares them.
_MOST_VALIDATOR = 512
_SECONDS = re.compile(r"\d{1,12}")


def header(answer: httpcore.Response, name: bytes) -> str:
    """A header's value, several joined as RFC 9110 section 5.3 says; empty where there is none."""
    values = [value for key, value in answer.headers if key.lower() == name]
    return b", ".join(values).decode("utf-8", "replace")


def validator(answer: httpcore.Response, name: bytes) -> str:
    """An ``ETag`` or ``Last-Modified`` that can be sent back as it is; empty where there is none such."""
    value = header(answer, name).strip()
    return value if len(value) <= _MOST_VALIDATOR and value.isascii() and value.isprintable() else ""


def fresh_s(answer: httpcore.Response, *, now: dt.datetime) -> int | None:
    """Seconds for which the answer stays good by its own word (RFC 9111 section 4.2); None when it gives none."""
    told = _directives(header(answer, b"cache-control"))
    if "no-store" in told or "no-cache" in told:
        return 0
    if _SECONDS.fullmatch(told.get("max-age", "")):
        return _bounded(int(told["max-age"]) - _seconds(header(answer, b"age")))
    expires = header(answer, b"expires")
    if not expires:
        return None
    until = http_date(expires)
    since = http_date(header(answer, b"date")) or now
    return 0 if until is None else _bounded((until - since).total_seconds())


def retry_after_s(answer: httpcore.Response, *, now: dt.datetime) -> float | None:
    """Seconds after which the server wants to be asked again, in either form (RFC 9110 section 10.2.3)."""
    value = header(answer, b"retry-after").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    until = http_date(value)
    return None if until is None else max(0.0, (until - now).total_seconds())


def http_date(value: str) -> dt.datetime | None:
    """The instant of an HTTP date (RFC 9110 section 5.6.7), None for what is none."""
    try:
        found = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def _directives(value: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in value.lower().split(","))
    return {name.strip(): argument.strip().strip('"') for name, _, argument in pairs if name}


def _seconds(value: str) -> int:
    return int(value.strip()) if _SECONDS.fullmatch(value.strip()) else 0


def _bounded(seconds: float) -> int:
    return int(min(max(seconds, 0), _MOST_S))
