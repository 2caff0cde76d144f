"""A small hub and its web door, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.hub.api.hall import Hall, copied, empty_hall, full_hall, web_door


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hall, Path]:
    """The hub of `tests/hub/api/hall.py`, built once and closed, to be copied."""
    folder = tmp_path_factory.mktemp("hall")
    hall = full_hall(folder)
    hall.front.records.close()
    return hall, folder


@pytest.fixture
def hall(built: tuple[Hall, Path], tmp_path: Path) -> Iterator[Hall]:
    """A hub of the test's own."""
    made = copied(*built, tmp_path)
    yield made
    made.front.records.close()


@pytest.fixture
def app(hall: Hall) -> FastAPI:
    """Its web door."""
    return web_door(hall.front)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Hall]:
    """A hub in which nothing was loaded yet."""
    made = empty_hall(tmp_path / "bare")
    yield made
    made.front.records.close()
