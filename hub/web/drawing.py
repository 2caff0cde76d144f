"""Templates into pages: the one place where HTML is made. Everything that is put in is escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from governance.bilingual import Sentence
from hub.api.files import SHUT_CACHE, VARY
from hub.api.language import LANGUAGES, Language, language_of, said
from hub.services.wording import kind_of, mend_in, message_in, wording
from hub.web.texts import TEXTS, text

#: The pages of the main navigation, in its order.
NAVIGATION: Final = (
    ("nav.catalogue", "/"),
    ("nav.quality", "/quality"),
    ("nav.notices", "/notices"),
    ("nav.statistics", "/statistics"),
    ("nav.releases", "/releases"),
    ("nav.agreements", "/agreements"),
    ("nav.commons", "/commons"),
    ("nav.audit", "/audit"),
)
_NARROW_SPACE: Final = "\u202f"


@cache
def environment() -> Environment:
    """The templates. An unknown name in one is an error, never an empty place on a page."""
    made = Environment(
        loader=PackageLoader("hub.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["navigation"] = NAVIGATION
    made.globals["languages"] = LANGUAGES
    made.globals["last_day"] = lambda period: period.to - dt.timedelta(days=1)
    made.globals.update(wording=wording, message_in=message_in, mend_in=mend_in, kind_of=kind_of)
    made.tests["known_text"] = lambda name: name in TEXTS
    return made


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """A page in the reader's language. Unless `headers` say otherwise, no cache keeps it."""
    language = language_of(request, default="fr")
    content = (
        environment()
        .get_template(template)
        .render(
            **values,
            request=request,
            lang=language,
            t=lambda key, /, **marks: text(key, language, **marks),
            s=lambda sentence: said(sentence, language) if isinstance(sentence, Sentence) else sentence,
            number=lambda value: number(value, language),
            instant=instant,
            in_language=lambda other: with_parameters(request, lang=other),
            link=lambda path, query=None: _link(request, path, query or {}),
        )
    )
    base = {"Cache-Control": SHUT_CACHE, "Vary": VARY, "Content-Language": language}
    return HTMLResponse(content, status_code=status, headers={**base, **(headers or {})})


def _link(request: Request, path: str, query: Mapping[str, str]) -> str:
    """An address of this site; a language that was chosen goes along."""
    chosen = {"lang": request.query_params["lang"]} if request.query_params.get("lang") in LANGUAGES else {}
    wanted = {**query, **chosen}
    return path + (f"?{urlencode(wanted)}" if wanted else "")


def with_parameters(request: Request, **changed: str | None) -> str:
    """The address of this very page with other parameters; None takes one away."""
    kept = {name: value for name, value in request.query_params.items() if name not in changed}
    wanted = kept | {name: value for name, value in changed.items() if value is not None}
    return request.url.path + (f"?{urlencode(wanted)}" if wanted else "")


def number(value: object, language: Language) -> str:
    """A number as people of the language write it; other values as they are, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    if language == "en":
        return text
    return text.replace(",", _NARROW_SPACE).replace(".", ",")


def instant(value: dt.datetime) -> str:
    """An instant to the minute, in UTC."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
