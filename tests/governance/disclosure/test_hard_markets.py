"""The guide to hard markets: its Python is run as it stands, and prints what the page says."""

import doctest
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "hard-markets.md"


def test_the_guide_prints_what_it_says() -> None:
    found = doctest.testfile(str(GUIDE), module_relative=False)
    assert found.attempted >= 18
    assert found.failed == 0
