"""The description of the API is committed, and true."""

from __future__ import annotations

import re
import subprocess
import sys

from fastapi import FastAPI

from hub.api.describe import description
from tests.conftest import ROOT
from tests.hub.api.hall import get

COMMITTED = ROOT / "docs" / "reference" / "openapi.json"


def test_the_committed_description_is_that_of_the_code() -> None:
    assert COMMITTED.read_text("utf-8") == description(), (
        "the API changed: python -m hub.api.describe docs/reference/openapi.json"
    )


def test_the_description_is_served_as_openapi_3_1(app: FastAPI) -> None:
    schema = get(app, "/api/v1/openapi.json").json()

    assert schema["openapi"].startswith("3.1")
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            assert operation["tags"], path
            assert all(one.get("description") or one["name"] == "code" for one in operation.get("parameters", [])), path


def test_operations_have_names_of_their_own(app: FastAPI) -> None:
    paths = get(app, "/api/v1/openapi.json").json()["paths"].values()
    names = [operation["operationId"] for methods in paths for operation in methods.values()]

    assert len(names) == len(set(names))


def test_the_reference_names_every_address_and_loads_nothing_from_elsewhere(app: FastAPI) -> None:
    page = get(app, "/api/v1/docs").text

    for path in get(app, "/api/v1/openapi.json").json()["paths"]:
        assert path in page
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_the_links_of_the_first_page_lead_somewhere(app: FastAPI) -> None:
    links = get(app, "/api/v1").json()["links"]

    statuses = {name: get(app, link["href"]).status_code for name, link in links.items()}

    assert statuses == dict.fromkeys(links, 200) | {"audit": 403}


def test_the_web_door_does_not_even_load_the_vault() -> None:
    loaded = "import sys, hub.api.app; sys.exit(any(name.startswith('hub.vault') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=False).returncode == 0
