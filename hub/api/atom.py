"""What happened to feeds as Atom (RFC 4287), in pages (RFC 5005, section 3), in French or in English."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from governance.bilingual import Sentence
from hub.api.catalogue import Slug
from hub.api.files import is_known, reader_cache
from hub.api.language import Language, said
from hub.api.paging import Cursor, cursor, place
from hub.api.present import API
from hub.api.reader import Asker, FrontOffice, Reader
from hub.services import catalogue, noticed
from hub.services.front import Front
from hub.services.notices import Notice, instant

router = APIRouter(tags=["notices"])

MEDIA_TYPE: Final = "application/atom+xml"
PAGE: Final = 100
ATOM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The feed of notices."},
    304: {"description": "Known."},
}
_SPACE: Final = "http://www.w3.org/2005/Atom"
#: A year in which the name of this hub's host was its installer's (RFC 4151, 2.1); it never changes, so ids do not.
_SINCE: Final = "2026"
#: Said of a feed to which nothing happened: it must say when it changed.
_NEVER: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
#: Characters that no XML 1.0 document holds, escaped or not (section 2.2).
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ALL: Final = Sentence("Ce qui arrive aux flux", "What happens to the feeds")
_ONE: Final = Sentence("Ce qui arrive à « {feed} »", "What happens to “{feed}”")

register_namespace("", _SPACE)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of notices: which address it has, what it is called, and what comes before and after.

    `asked` is the language where the address itself names one: the addresses of the other pages do too.
    """

    front: Front
    language: Language
    asked: str
    path: str
    title: Sentence
    notices: list[Notice]
    after: int
    more: bool

    @property
    def base(self) -> str:
        return self.front.public_url


@router.get("/feeds/{slug}/notices.atom", responses=ATOM, response_class=Response, name="feed_notices")
def of_feed(slug: Slug, front: FrontOffice, reader: Asker, request: Request, cursor: Cursor = None) -> Response:
    """What happened to one feed: versions, errors, a timetable that ends, an address that changed."""
    after = place(cursor) or 0
    found = noticed.of_feed(front, slug, reader.actor, most=PAGE + 1, after=after)
    title = _ONE.filled(feed=catalogue.entry(front, slug).title)
    return _answer(front, reader, request, f"{API}/feeds/{slug}/notices.atom", title, found, after)


@router.get("/notices.atom", responses=ATOM, response_class=Response, name="notices")
def of_all(front: FrontOffice, reader: Asker, request: Request, cursor: Cursor = None) -> Response:
    """What happened to all open feeds; with a key, to all that you may see."""
    after = place(cursor) or 0
    found = noticed.of_all(front, reader.actor, most=PAGE + 1, after=after)
    return _answer(front, reader, request, f"{API}/notices.atom", _ALL, found, after)


def _answer(
    front: Front, reader: Reader, request: Request, path: str, title: Sentence, found: list[Notice], after: int
) -> Response:
    asked = request.query_params.get("lang", "")
    asked = asked if asked == reader.language else ""
    page = _Page(front, reader.language, asked, path, title, found[:PAGE], after, more=len(found) > PAGE)
    body = _document(page)
    tag = hashlib.sha256(body).hexdigest()
    headers = {"ETag": f'"{tag}"', "Content-Language": reader.language, **reader_cache(reader.is_public)}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _document(page: _Page) -> bytes:
    root = Element(f"{{{_SPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": page.language})
    _text(root, "id", _tag(page.base, page.path.removeprefix(f"{API}/").removesuffix(".atom")))
    _text(root, "title", said(page.title, page.language))
    newest = page.notices[0].at if page.notices else _NEVER
    _text(root, "updated", instant(newest))
    _text(_child(root, "author"), "name", "Mobility data-commons hub")
    _link(root, "self", _address(page, page.after))
    _link(root, "first", _address(page, 0))
    if page.after:
        _link(root, "previous", _address(page, max(0, page.after - PAGE)))
    if page.more:
        _link(root, "next", _address(page, page.after + PAGE))
    for notice in page.notices:
        _entry(root, notice, page)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: Element, notice: Notice, page: _Page) -> None:
    entry = _child(root, "entry")
    _text(entry, "id", _tag(page.base, f"feeds/{notice.slug}/notices/{notice.number}"))
    _text(entry, "title", f"{said(notice.feed, page.language)}: {said(notice.title, page.language)}")
    _text(entry, "updated", instant(notice.at))
    SubElement(entry, f"{{{_SPACE}}}category", {"term": notice.kind})
    _link(entry, "alternate", f"{page.base}/feeds/{notice.slug}")
    _text(entry, "content", said(notice.sentence, page.language)).set("type", "text")


def _child(parent: Element, name: str) -> Element:
    return SubElement(parent, f"{{{_SPACE}}}{name}")


def _text(parent: Element, name: str, text: str) -> Element:
    child = _child(parent, name)
    child.text = _NO_XML.sub("\ufffd", text)
    return child


def _link(parent: Element, rel: str, href: str) -> None:
    SubElement(parent, f"{{{_SPACE}}}link", {"rel": rel, "href": href})


def _address(page: _Page, after: int) -> str:
    query = {"cursor": cursor(after) if after else "", "lang": page.asked}
    given = urlencode({name: value for name, value in query.items() if value})
    return f"{page.base}{page.path}" + (f"?{given}" if given else "")


def _tag(base: str, what: str) -> str:
    return f"tag:{urlsplit(base).hostname or 'localhost'},{_SINCE}:{what}"
