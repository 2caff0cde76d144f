"""The hub with the sentinels, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.surface.basin import Basin, build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Basin, Path]:
    """The hub of `tests/surface/basin.py`, built once and closed, to be copied for each state."""
    folder = tmp_path_factory.mktemp("basin")
    basin = build(folder)
    basin.front.records.close()
    return basin, folder
