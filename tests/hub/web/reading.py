"""A page as a test reads it: its elements in order, each with its attributes and the text within."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    inside: tuple[str, ...] = ()


@dataclass
class Page(HTMLParser):
    """All elements of a page. A tag that is closed in the wrong order, or never, is an error."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        assert not self._open, f"never closed: {[one.tag for one in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(
            tag, {name: value or "" for name, value in attrs}, inside=tuple(one.tag for one in self._open)
        )
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        last = self._open.pop()
        assert last.tag == tag, f"</{tag}> closes <{last.tag}>"

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        return [one for one in self.elements if one.tag == tag]

    def one(self, tag: str) -> Element:
        [found] = self.all(tag)
        return found

    def words(self, heading: str = "") -> str:
        """What is read in the page's main part, or from one heading of the second level to the next: tags and runs of
        spaces as one space.
        """
        main = self.source[self.source.index("<main") : self.source.index("</main>")]
        parts = [plain(part) for part in (re.split(r"(?=<h2)", main) if heading else [main])]
        [found] = [part for part in parts if part.startswith(heading)]
        return found


def plain(source: str) -> str:
    """The words of a piece of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", source))).strip()
