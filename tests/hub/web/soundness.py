"""What holds of every page: sound HTML, one language, usable by keyboard and screen reader, nothing from elsewhere."""

from __future__ import annotations

import itertools

from tests.hub.web.reading import Page


def must_be_sound(page: Page, language: str) -> None:
    """Landmarks, headings that go down one step at a time, ids that are there once."""
    assert page.one("html").attributes["lang"] == language
    assert page.one("title").text.strip(" –")
    assert page.one("h1").text.strip()
    for landmark in ("header", "main", "footer"):
        page.one(landmark)
    first_link = page.all("a")[0].attributes
    assert (first_link["class"], first_link["href"]) == ("skip", "#content")
    assert page.one("main").attributes["id"] == "content"
    levels = [int(one.tag[1]) for one in page.elements if one.tag in ("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def must_say_what_it_shows(page: Page) -> None:
    """Tables have captions and headings, fields have labels, drawings and menus have names."""
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(one.attributes.get("scope") in ("col", "row") for one in page.all("th"))
    named = ("caption", "th", "a", "button", "summary")
    assert all(one.text.strip() for tag in named for one in page.all(tag))
    labelled = {one.attributes["for"] for one in page.all("label")}
    asked = [*page.all("input"), *page.all("select")]
    assert {one.attributes["id"] for one in asked if one.attributes.get("type") != "hidden"} == labelled
    assert all(one.attributes["role"] == "img" and one.attributes["aria-label"] for one in page.all("svg"))
    assert all("aria-label" in one.attributes for one in page.all("nav"))


def must_load_nothing(page: Page) -> None:
    """No script, no style of its own, nothing of another site."""
    assert not [one for one in page.elements if one.tag in ("script", "style", "iframe", "img", "object", "base")]
    for one in page.elements:
        assert "style" not in one.attributes
        assert not [attribute for attribute in one.attributes if attribute.startswith("on")]
        for attribute in ("href", "src", "action"):
            assert "//" not in one.attributes.get(attribute, "")
    links = {(one.attributes["rel"], one.attributes["href"]) for one in page.all("link")}
    # An alternate is a name of another form of the page: a browser loads nothing of it by itself.
    assert {place for how, place in links if how != "alternate"} == {"/static/style.css"}
    assert {how for how, _ in links} <= {"stylesheet", "alternate"}
