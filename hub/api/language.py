"""Which language and which form a reader prefers, from its address and its headers."""

from __future__ import annotations

from typing import Final, TypeAlias

from starlette.requests import Request

from governance import bilingual
from governance.bilingual import Sentence

Language: TypeAlias = bilingual.Language
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")


def language_of(request: Request, *, default: Language = "en") -> Language:
    """``?lang=`` where it names one of ours, else the best of Accept-Language (RFC 9110, 12.5.4), else `default`."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for name in _ranked(request.headers.get("accept-language", "")):
        primary = name.partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return default


def prefers_html(request: Request) -> bool:
    """Whether the reader is a person with a browser: HTML is accepted by name, before JSON."""
    for media in _ranked(request.headers.get("accept", "")):
        if media in ("text/html", "application/xhtml+xml"):
            return True
        if media in ("application/json", "application/problem+json", "*/*", "application/*"):
            return False
    return False


def said(sentence: Sentence, language: Language) -> str:
    """A sentence in one language."""
    return sentence.said(language)


def _ranked(header: str) -> list[str]:
    # The values of an Accept header, most wanted first; what has quality 0, or one that is no number, is not wanted.
    ranked = []
    for place, part in enumerate(header.lower().split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        if name and _number(quality) > 0:
            ranked.append((-_number(quality), place, name))
    return [name for _, _, name in sorted(ranked)]


def _number(text: str) -> float:
    try:
        return min(1.0, float(text))
    except ValueError:
        return 0.0
