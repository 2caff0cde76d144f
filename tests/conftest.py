"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Fixtures that take long to make and are made once in a process, by the file that has them or, of all files, "".
SLOW_TO_MAKE = {
    "tests/surface/test_reading.py": ("survey",),
    "tests/hub/test_main_job.py": ("home", "territory", "front"),
    "tests/territory/test_demo.py": ("demo",),
    "tests/territory/test_demo_bikes.py": ("docked", "floated"),
    "tests/territory/test_demo_statistics.py": ("demo", "readings", "sources"),
    "tests/territory/test_demo_bus.py": ("archive", "files"),
    "tests/hub/test_dying_ingest.py": ("ready", "warm"),
    "": ("real_reading",),
}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and broken feeds with known answers; it lies beside the checkout, never inside it."""
    folder = Path(os.environ.get("HUB_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no folder of real feeds beside the checkout (or named by HUB_TEST_DATA): nothing to walk")
    return folder


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Tests that share what takes long to make go to one process (``pytest -n N --dist loadgroup``)."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        for file in (item.location[0], ""):
            if asked.intersection(SLOW_TO_MAKE.get(file, ())):
                item.add_marker(pytest.mark.xdist_group(file or "real feeds"))
                break
