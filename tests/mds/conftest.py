"""The town's Monday, read once from each version."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.reading import Limits, Reading
from mds.read import read
from tests.mds import town

SMALL = Limits(memory=256 << 20)


@pytest.fixture(scope="session")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """The Monday as a 2.0 provider sends it."""
    return _read(tmp_path_factory.mktemp("monday-2.0"), town.pages_2_0(town.MONDAY))


@pytest.fixture(scope="session")
def monday_1_2(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """The Monday as a 1.2 provider sends it."""
    return _read(tmp_path_factory.mktemp("monday-1.2"), town.pages_1_2(town.MONDAY))


def _read(folder: Path, pages: dict[str, object]) -> Reading:
    source = town.write(folder / "pages", pages)
    into = folder / "tables"
    into.mkdir()
    return read(source, into, limits=SMALL, timezone=town.ZONE, bounds=town.BOUNDS)
