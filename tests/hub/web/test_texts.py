"""Every text of the pages is there in both languages, and no template says anything of its own."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import hub.web
from hub.api.problem_types import PROBLEM_TYPES
from hub.web.texts import TEXTS

TEMPLATES = sorted((Path(hub.web.__path__[0]) / "templates").glob("*.html"))
CODE = [path.read_text("utf-8") for path in Path(hub.web.__path__[0]).glob("*.py")]

#: Words that are the same in both languages.
SAME = {
    *(
        "Catalogue",
        "Clause",
        "Code",
        "Cube",
        "Dimensions",
        "Distance",
        "Grain",
        "Incidents",
        "Licence",
        "Notes",
        "Source",
        "Station",
        "Table",
    ),
    *("Type", "Verdict", "Version", "version", "Zone", "association", "information"),
    *("%", "h:min", "h min s", "{slug}, version {number}"),
}


def marks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", list(TEXTS))
def test_every_text_has_both_languages_with_the_same_marks(name: str) -> None:
    text = TEXTS[name]

    assert text.fr.strip()
    assert text.en.strip()
    assert text.fr != text.en or text.fr in SAME, "the same in both languages: translate it, or add it to SAME"
    assert marks(text.fr) == marks(text.en)


@pytest.mark.parametrize("code", list(PROBLEM_TYPES))
def test_every_problem_is_told_in_both_languages(code: str) -> None:
    kind = PROBLEM_TYPES[code]

    for sentence in (kind.title, kind.meaning, kind.next_step):
        assert sentence.fr.strip()
        assert sentence.en.strip()
        assert sentence.fr != sentence.en


def test_no_word_is_called_the_same_without_need() -> None:
    assert {text.fr for text in TEXTS.values() if text.fr == text.en} == SAME


def test_templates_ask_for_texts_that_exist() -> None:
    for path in TEMPLATES:
        for name in re.findall(r'\bt\("([^"]+)"(?! ~)', path.read_text("utf-8")):
            assert name in TEXTS, f"{path.name}: {name}"


def test_no_text_is_left_over() -> None:
    sources = "".join(path.read_text("utf-8") for path in TEMPLATES) + "".join(CODE)
    beginnings = (*tuple(re.findall(r't\("([a-z_]+\.)" ~', sources)), "column.", "unit.", "node.", "check.", "detail.")

    unused = [name for name in TEXTS if f'"{name}"' not in sources and not name.startswith(beginnings)]

    assert [name for name in unused if not name.endswith(".empty.next")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", " ", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"<(pre|code)[^>]*>.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", text)

    # `openapi.json` is a file's name; every other word is a text with two languages.
    assert set(re.findall(r"[^\W\d_]{2,}", text.replace("openapi.json", ""))) == set()
