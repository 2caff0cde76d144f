from __future__ import annotations

import re
from pathlib import Path

from feeds import rules
from feeds.gbfs.mends import MENDS
from feeds.gbfs.notices import NOTICES, PLAUSIBILITY
from feeds.gtfs.disagreements import disagreements
from feeds.gtfs.notices import notices
from feeds.gtfs.plausible import THRESHOLDS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current() -> None:
    assert (ROOT / rules.PATH).read_text("utf-8") == rules.page(), "run python -m feeds.rules"


def test_every_canonical_code_is_the_library_s_or_our_own_or_not_yet() -> None:
    page = rules.page()
    for code, one in notices().items():
        line = re.findall(rf"^\| `{code}` \|.*$", page, re.MULTILINE)[0]
        if one.canonical:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            assert cells[1] == one.severity.value
            assert sum(bool(cell) for cell in cells[2:5]) >= 1, code
            assert bool(cells[4]) == (not one.by), code
    assert "Library* is gtfs-guru 1.0.0: it raises 159." in page


def test_every_threshold_and_disagreement_is_told_with_its_reason() -> None:
    page = rules.page()
    assert all(f"`{one.name}` | {one.value:g} | {one.unit} | {one.why}" in page for one in THRESHOLDS)
    assert all(one.why in page and set(one.code.split(", ")) <= set(notices()) for one in disagreements())


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert rules.table(("a",), [("b|c",)]) == "| a |\n| --- |\n| b\\|c |\n"


def test_every_code_of_gbfs_says_how_to_mend_it_in_both_languages() -> None:
    assert set(MENDS) >= set(NOTICES)
    for code, mend in MENDS.items():
        assert mend.en.endswith("."), code
        assert mend.fr.endswith("."), code
        assert mend.en != mend.fr, code
    assert set(NOTICES) >= PLAUSIBILITY
    assert all(NOTICES[code].severity.value != "error" for code in PLAUSIBILITY)
