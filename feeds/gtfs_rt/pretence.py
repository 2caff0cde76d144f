"""What is taken for a message and is none, by its first bytes."""

from __future__ import annotations

import re

from feeds.errors import NotAFeed

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
#: The text form of a protocol buffer: ``header {`` or ``entity {``, perhaps after a comment.
_TEXT_FORM = re.compile(rb"(#[^\n]*\n\s*)*(header|entity)\s*:?\s*[{<]")
_JSON_KEYS = (b'"header"', b'"entity"', b"gtfsRealtimeVersion", b"gtfs_realtime_version")


def must_be_binary(content: bytes) -> None:
    """Refuse what cannot be a message, with what it looks like.

    Raises:
        NotAFeed: it is empty, packed, a page, JSON or the text form.
    """
    if not content:
        raise NotAFeed("this message is empty (0 bytes)")
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if (looks := looks_like_text(start)) or (looks := _packed(start)):
        raise NotAFeed(f"{looks}; a message is a binary protocol buffer")


def looks_like_text(start: bytes) -> str:
    """What kind of text these first bytes are, in a sentence; nothing when they are none that we know."""
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "this is an HTML page"
    if start.startswith(b"<?xml"):
        return "this is XML (SIRI?)"
    if start.startswith((b"{", b"[")):
        is_message = any(key in start for key in _JSON_KEYS)
        return "this is a GTFS Realtime message written as JSON" if is_message else "this is JSON"
    if _TEXT_FORM.match(start):
        return "this is the text form of a GTFS Realtime message"
    return ""


def _packed(start: bytes) -> str:
    if start.startswith(_GZIP):
        return "this is packed with gzip"
    return "this is a zip archive" if start.startswith(_ZIP) else ""
