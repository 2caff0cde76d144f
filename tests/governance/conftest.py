"""The demo's commons: what every test of governance may start from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from governance.commons_yaml import load
from governance.periods import Period
from governance.world import World

COMMONS = Path(__file__).resolve().parents[2] / "hub" / "territory" / "commons"


@pytest.fixture(scope="session")
def commons_files() -> Mapping[str, str]:
    return {path.relative_to(COMMONS).as_posix(): path.read_text("utf-8") for path in sorted(COMMONS.rglob("*.yaml"))}


@pytest.fixture(scope="session")
def world(commons_files: Mapping[str, str]) -> World:
    return load(commons_files)


@pytest.fixture(scope="session")
def year() -> Period:
    return Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))


@pytest.fixture(scope="session")
def later() -> dt.datetime:
    """A month after the demo's year has ended, in Paris and in UTC."""
    return dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
