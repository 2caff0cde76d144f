"""Atom: valid, in two languages, paged, cached, and of a sealed feed for its holder alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest
from fastapi import FastAPI

from hub.api import atom
from hub.records import happenings as happening_records
from hub.services.commons import put_in_force
from tests.hub.api.hall import NOW, WORD, Hall, get, web_door
from tests.hub.notice_town import BUS, SEALED, documents

SPACE = {"a": "http://www.w3.org/2005/Atom"}
ALL = "/api/v1/notices.atom"
ONE = f"/api/v1/feeds/{BUS}/notices.atom"


def happened(hall: Hall, slug: str = BUS, count: int = 1, error: str = "") -> None:
    with hall.front.records.write() as session:
        for key in range(1, count + 1):
            at = NOW + dt.timedelta(seconds=key)
            facts = {"error": error} if error else {"version": key, "verdict": "pass"}
            kind = "feed.refused" if error else "version.new"
            happening_records.add(session, slug, kind, at=at, key=str(key), facts=facts)


def read(text: str) -> Element:
    return fromstring(text)


def texts(root: Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(path, SPACE)]


def links(root: Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in root.findall("a:link", SPACE)}


def test_it_is_atom_in_the_language_that_is_asked_for(app: FastAPI, hall: Hall) -> None:
    happened(hall)
    english, french = get(app, ONE), get(app, ONE, headers={"Accept-Language": "fr-FR,fr;q=0.9"})
    assert english.headers["Content-Type"].startswith("application/atom+xml")
    assert (english.headers["Content-Language"], french.headers["Content-Language"]) == ("en", "fr")
    root = read(english.text)
    # RFC 4287, 4.1.1 and 4.1.2: what every feed and every entry has, exactly once.
    for path in (
        "a:id",
        "a:title",
        "a:updated",
        "a:author/a:name",
        "a:entry/a:id",
        "a:entry/a:title",
        "a:entry/a:updated",
    ):
        assert len(root.findall(path, SPACE)) == 1, path
    assert texts(root, "a:entry/a:id") == [f"tag:hub.test,2026:feeds/{BUS}/notices/1"]
    assert texts(root, "a:id") == [f"tag:hub.test,2026:feeds/{BUS}/notices"]
    assert texts(root, "a:updated") == texts(root, "a:entry/a:updated") == ["2026-11-15T09:30:01Z"]
    assert links(root)["self"] == f"https://hub.test{ONE}"
    assert texts(root, "a:entry/a:content") == [
        "Version 1 of “Coaches of Hautes-Combes” has come in; the checks say: no error."
    ]
    french_root = read(french.text)
    assert texts(french_root, "a:entry/a:id") == texts(root, "a:entry/a:id")
    assert "est arrivée" in texts(french_root, "a:entry/a:content")[0]
    assert french_root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "fr"
    category = root.find("a:entry/a:category", SPACE)
    assert category is not None
    assert category.attrib["term"] == "version.new"


def test_a_feed_to_which_nothing_happened_is_an_empty_one(app: FastAPI) -> None:
    root = read(get(app, ONE).text)
    assert root.findall("a:entry", SPACE) == []
    assert texts(root, "a:updated") == ["2026-01-01T00:00:00Z"]
    assert get(app, "/api/v1/feeds/no-such-feed/notices.atom").status_code == 404


def test_an_answer_that_is_known_is_not_sent_again(app: FastAPI, hall: Hall) -> None:
    happened(hall)
    first = get(app, ONE)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    known = get(app, ONE, headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert get(app, ONE, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "fr"}).status_code == 200
    happened(hall, count=2)
    assert get(app, ONE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_long_ones_come_in_pages_that_lead_to_each_other(
    app: FastAPI, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert atom.PAGE == 100
    monkeypatch.setattr(atom, "PAGE", 10)
    happened(hall, count=25)
    seen: list[str] = []
    address: str | None = f"https://hub.test{ONE}?lang=fr"
    while address:
        root = read(get(app, address.removeprefix("https://hub.test")).text)
        assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "fr"
        assert links(root)["self"] == address
        if seen:
            assert links(root)["first"] == f"https://hub.test{ONE}?lang=fr"
            assert "previous" in links(root)
        seen += [one.rpartition("/")[2] for one in texts(root, "a:entry/a:id")]
        address = links(root).get("next")
    assert seen == [str(number) for number in range(25, 0, -1)]
    assert get(app, f"{ONE}?cursor=nonsense").status_code == 400


def test_a_sealed_feed_tells_its_holder_and_nobody_else(app: FastAPI, hall: Hall) -> None:
    happened(hall)
    happened(hall, SEALED, error=WORD)
    happened(hall, "no-feed-of-the-commons", error=WORD)
    sealed = f"/api/v1/feeds/{SEALED}/notices.atom"
    for headers in ({}, hall.key("itineo"), hall.key("secretariat"), hall.key("trottix", "contribute")):
        assert get(app, sealed, headers=headers).status_code == 403
        answer = get(app, ALL, headers=headers)
        assert WORD not in answer.text
        assert len(read(answer.text).findall("a:entry", SPACE)) == 1
    holder = hall.key("trottix")
    assert WORD in get(app, sealed, headers=holder).text
    before = len(hall.audited())
    answer = get(app, ALL, headers=holder)
    assert sorted(texts(read(answer.text), "a:entry/a:id")) == [
        f"tag:hub.test,2026:feeds/{BUS}/notices/1",
        f"tag:hub.test,2026:feeds/{SEALED}/notices/1",
    ]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert len(hall.audited()) == before + 1, "the look at what is sealed is written down"


def test_a_feed_that_closed_is_told_of_no_more(app: FastAPI, hall: Hall) -> None:
    happened(hall)
    put_in_force(hall.front, documents(state="suspended"))
    assert get(app, ONE).status_code == 403
    assert read(get(app, ALL).text).findall("a:entry", SPACE) == []


@pytest.mark.parametrize("error", ["<b>&amp;]]>", "a\x01b\x1f\ufffe", "]]><!--"])
def test_whatever_a_feed_says_it_stays_xml(app: FastAPI, hall: Hall, error: str) -> None:
    happened(hall, error=error)
    content = texts(read(get(app, ONE).text), "a:entry/a:content")
    assert content
    assert "&amp;" not in error or error in content[0]


def test_the_page_of_a_feed_leads_there(app: FastAPI) -> None:
    html = {"Accept": "text/html"}
    assert f'type="application/atom+xml" href="{ONE}"' in get(app, f"/feeds/{BUS}", headers=html).text
    assert "application/atom+xml" not in get(app, f"/feeds/{SEALED}", headers=html).text


def test_ids_name_the_host_without_its_port(hall: Hall) -> None:
    happened(hall)
    app = web_door(replace(hall.front, public_url="http://127.0.0.1:8000"))
    assert texts(read(get(app, ONE).text), "a:entry/a:id") == [f"tag:127.0.0.1,2026:feeds/{BUS}/notices/1"]
