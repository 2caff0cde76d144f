"""The reference page says what the rules say."""

from __future__ import annotations

import pytest

from feeds.gtfs_rt.notices import notices
from feeds.gtfs_rt.page import renewed
from feeds.gtfs_rt.spec import TABLES
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "reference" / "gtfs-rt.md"


def test_the_page_is_current() -> None:
    text = PAGE.read_text("utf-8")
    assert renewed(text) == text, "python -m feeds.gtfs_rt.page docs/reference/gtfs-rt.md"
    assert all(f"`{code}`" in text for code in notices())
    assert all(f"`{name}`" in text for name in (*TABLES, "header", "alert_texts"))


def test_a_page_without_its_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no part"):
        renewed("# GTFS Realtime\n")
