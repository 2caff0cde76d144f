"""Whatever is sent to the API is refused with a problem: no depth, number or length makes it fail."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from hub.api.edge import LARGEST_BODY_BYTES
from tests.hub.api.hall import Hall, ask, get

API = "/api/v1"
NINES = "9" * 30
LISTS = "[" * 900 + "]" * 900
OBJECTS = '{"a":' * 900 + "1" + "}" * 900
BODIES = {
    "deep lists": f'{{"difference":{{"a":{LISTS}}},"why":"x"}}',
    "deep objects": f'{{"id":"a","name":{OBJECTS},"text":{OBJECTS},"why":"x"}}',
    "deep terms": f'{{"text":{{"id":"a","terms":{{"fields":{LISTS}}}}},"why":"x"}}',
    "huge numbers": f'{{"size":{NINES},"line":"x","version":{NINES},"why":"x","to":{NINES}}}',
    "years": '{"to":"9999-12-31T23:59:59-14:00","why":"x"}',
}


def posts(app: FastAPI) -> list[str]:
    """The address of every route that takes something, with some name wherever one belongs."""
    paths = app.openapi()["paths"]
    return [re.sub(r"\{[^}]*\}", "bolide", path) for path, methods in paths.items() if "post" in methods]


@pytest.mark.parametrize("body", BODIES)
def test_no_route_fails_on_depth_or_numbers(app: FastAPI, hall: Hall, body: str) -> None:
    headers = {**hall.key("labo-mobilites", "read", "govern"), "Content-Type": "application/json"}
    paths = posts(app)
    assert f"{API}/proposals" in paths
    answers = {path: ask(app, "POST", path, headers=headers, content=BODIES[body]).status_code for path in paths}
    assert {path: status for path, status in answers.items() if not 400 <= status < 500} == {}
    deep = {f"{API}/proposals", f"{API}/members"} if body.startswith("deep") else set()
    assert {answers[path] for path in deep} <= {422}


@pytest.mark.parametrize("digits", [17, 5_000])
def test_an_etag_of_many_digits_is_none_of_ours(app: FastAPI, hall: Hall, digits: int) -> None:
    headers = {**hall.key("bolide", "govern"), "If-Match": f'"{"9" * digits}"'}
    assert ask(app, "POST", f"{API}/members/bolide/leaving", headers=headers, json={"why": "x"}).status_code == 400


@pytest.mark.parametrize(
    "query", [f"consistency?old=0&new={NINES}", f"consistency?old={NINES}", f"export?since={NINES}"]
)
def test_no_log_is_that_long(app: FastAPI, hall: Hall, query: str) -> None:
    assert get(app, f"{API}/log/{query}", headers=hall.key("bolide")).status_code == 422


def test_what_is_longer_than_any_act_is_not_read(app: FastAPI, hall: Hall) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for number in range(1, 100):
            taken = number
            yield b" " * 2**16

    headers = {**hall.key("bolide", "govern"), "Content-Type": "application/json"}
    path = f"{API}/proposals"
    announced = ask(app, "POST", path, headers=headers, content=b" " * (LARGEST_BODY_BYTES + 1))
    assert (announced.status_code, announced.json()["type"][-9:]) == (413, "too-large")
    unannounced = ask(app, "POST", path, headers=headers, content=endless())
    assert (unannounced.status_code, taken) == (413, LARGEST_BODY_BYTES // 2**16 + 1)
    lie = ask(app, "POST", path, headers={**headers, "Content-Length": "9" * 5_000}, content=b"{}")
    assert lie.status_code == 413
    assert ask(app, "POST", path, headers=headers, content=b" " * LARGEST_BODY_BYTES).status_code == 422
