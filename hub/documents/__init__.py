"""Signed documents as pages that stand alone: no script, no picture, nothing that is loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError

LANGUAGES: Final = ("fr", "en")
_NARROW_SPACE: Final = "\u202f"

#: The one style sheet, within the page; printed pages begin no section at their foot.
STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#111;background:#fff}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}"
    "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "thead th{background:#eee}td.number{text-align:right}code{overflow-wrap:anywhere}"
    "@media print{body{max-width:none;font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}}"
)
#: The policy to serve such a page under: its own style sheet, by its digest, and nothing else.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "year": "Année",
        "made": "Fait le",
        "signature": "Signature de la plateforme",
        "how": "Cette page reprend le document JSON signé. Son empreinte SHA-256 et sa signature Ed25519 portent sur "
        "la forme canonique (RFC 8785) de son contenu.",
        "check": "Vérifier : hub registers verify FICHIER.json --html PAGE.html --key CLÉ",
        "digest": "Empreinte",
        "value": "Signature",
        "key": "Clé publique",
    },
    "en": {
        "year": "Year",
        "made": "Made at",
        "signature": "The hub's signature",
        "how": "This page shows the signed JSON document. Its SHA-256 digest and the Ed25519 signature cover the "
        "canonical form (RFC 8785) of its content.",
        "check": "Verify: hub registers verify FILE.json --html PAGE.html --key KEY",
        "digest": "Digest",
        "value": "Signature",
        "key": "Public key",
    },
}


class NotADocument(ValueError):
    """What is signed has not the parts of a document, so it cannot be shown."""


def page(document: Mapping[str, Any], language: str) -> bytes:
    """A signed document (`governance.registers.document`) as HTML; the same document gives the same bytes.

    Raises:
        NotADocument: a part is missing or of another shape.
    """
    try:
        return _drawn(document, language).encode()
    except (UndefinedError, KeyError, TypeError) as fault:
        raise NotADocument(f"this is signed, but it is no document of the registers: {fault}") from fault


def _drawn(document: Mapping[str, Any], language: str) -> str:
    template = _environment().get_template("document.html")
    return template.render(
        lang=language,
        style=STYLE,
        words=_WORDS[language],
        document=document,
        body=document["body"],
        said=lambda cell: _said(cell, language),
        is_number=lambda cell: isinstance(cell, int),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hub.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _said(cell: object, language: str) -> str:
    if isinstance(cell, Mapping):
        return str(cell[language])
    if isinstance(cell, int) and language == "fr":
        return f"{cell:,}".replace(",", _NARROW_SPACE)
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
