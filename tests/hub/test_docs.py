"""Documentation that cannot lie: links lead somewhere, commands exist, the glossary speaks both languages."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Not ours, or not text: an environment, caches, what a hub left.
SKIPPED = {".git", ".venv", ".demo", ".hub", "__pycache__", "node_modules", "build", "dist"}


def our_files() -> list[Path]:
    """Every file that is or would be in the repository; a source archive has no git, so there it is every file."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode("utf-8")
        found = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = list(ROOT.rglob("*"))
    return sorted(path for path in found if path.is_file() and not SKIPPED & set(path.relative_to(ROOT).parts))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FILES = our_files()
PAGES = [path for path in FILES if path.suffix == ".md"]
GLOSSARY = ROOT / "docs" / "glossary.md"


def without_code(text: str) -> str:
    """Text without fenced blocks and code spans: what is shown as code is no link."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path, root: Path = ROOT) -> list[str]:
    """Links of a page that lead nowhere, out of the repository, or to a heading that is not there."""
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8"))):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        lost = not place.exists() or not place.is_relative_to(root)
        if lost or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            dead.append(target)
    return dead


def test_there_are_pages() -> None:
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/glossary.md"} <= {relative(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_relative_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A title\n[gone](gone.md) `[code](no-link.md)` [web](https://example.org) [here](#a-title) [not](#another)\n"
        "[out](../)\n```\n[code](no-link.md)\n```\n"
    )
    assert dead_links(page, tmp_path) == ["gone.md", "#another", "../"]


MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_make_command_that_is_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = re.findall(r"`[^`\n]+`|^```.*?^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert {name for code in shown for name in MAKE.findall(code)} <= targets


def test_contributing_names_every_make_command_that_tests_call() -> None:
    """Whoever reads it can run each part of the tests alone."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (parts,) = re.findall(r"^test: ([a-z ]+?)(?:\s+##.*)?$", makefile, re.MULTILINE)
    assert set(parts.split()) <= set(MAKE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8")))


def rows_of_the_glossary() -> list[list[str]]:
    lines = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return [row for row in rows if row[0] != "français" and not set(row[0]) <= {"-", ":"}]


def test_the_glossary_is_filled_in_both_languages() -> None:
    rows = rows_of_the_glossary()
    assert len(rows) >= 60
    for row in rows:
        assert len(row) == 4, row
        assert all(row), row
        assert row[2].endswith("."), row
        assert row[3].endswith("."), row
        assert row[2] != row[3], row


def test_the_glossary_explains_a_word_once() -> None:
    rows = rows_of_the_glossary()
    for language in (0, 1):
        words = [row[language].lower() for row in rows]
        assert len(words) == len(set(words)), sorted({word for word in words if words.count(word) > 1})


@pytest.mark.parametrize(
    "word",
    [
        *("AOM (mobility authority)", "mobility basin", "holding", "college", "data commons", "tier", "agreement"),
        *("audience", "release", "cube", "primary rule", "suppression", "dominance", "waiver", "vault", "plane"),
        *("service day", "headway", "segment", "commercial speed", "dwell", "hot spot", "hour band", "feed version"),
        *("finding", "verdict", "set aside", "interlock", "margin", "term", "purpose", "ruleset"),
    ],
)
def test_the_glossary_explains_the_words_that_the_code_uses(word: str) -> None:
    assert word in {row[1] for row in rows_of_the_glossary()}


#: Spelled in two halves, so that this file does not find itself.
MACHINE_WORDS = ["/wo" + "rk/", "/ro" + "ot/", "pypi" + ".org", "files.python" + "hosted", "registry" + ".npmjs"]
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error"]


def files_with(words: list[str], files: list[Path]) -> list[str]:
    found = []
    for path in files:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:  # an image, an archive: no text
            continue
        found += [f"{relative(path)}: {word}" for word in words if word in text]
    return found


def test_no_file_names_a_machine_s_folders_or_a_registry() -> None:
    assert files_with(MACHINE_WORDS, FILES) == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    code = [path for path in FILES if path.suffix in {".py", ".sql"} and "vendor" not in path.parts]
    assert files_with(UNFINISHED, code) == []


def test_a_forbidden_word_would_be_found() -> None:
    assert files_with(["def test_a_forbidden_word_would_be_found"], [Path(__file__).resolve()]) != []
