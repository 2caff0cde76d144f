"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and broken feeds with known answers; it lies beside the checkout, never inside it."""
    folder = Path(os.environ.get("HUB_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no folder of real feeds beside the checkout (or named by HUB_TEST_DATA): nothing to walk")
    return folder
