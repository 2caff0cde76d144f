"""Whatever goes wrong, one shape: a problem document whose type is a page."""

from __future__ import annotations

import logging
from http import HTTPStatus

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from feeds.errors import FeedError, UnsafeArchive
from governance.errors import CommonsError, TermError
from governance.reasons import REASONS
from hub import errors
from hub.api.app import create_app
from hub.api.problem_types import BY_ERROR, PROBLEM_TYPES
from hub.services.keys import revoke
from tests.hub.api.hall import Hall, ask, get


@pytest.fixture
def own_door(hall: Hall) -> FastAPI:
    """A web door to which a test may add what fails."""
    return create_app(hall.front)


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/api/v1/feeds/nothing", 404, "not-found"),
        ("GET", "/api/v1/feeds/", 404, "not-found"),
        ("POST", "/api/v1/feeds", 405, "method-not-allowed"),
        ("DELETE", "/api/v1/feeds/bus-hautes-combes", 405, "method-not-allowed"),
        ("GET", "/api/v1/feeds/bus-hautes-combes/versions/last", 422, "invalid-parameters"),
        ("GET", "/api/v1/feeds/bus-hautes-combes/versions?limit=0", 422, "invalid-parameters"),
        ("GET", "/api/v1/feeds/mds-bolide/versions", 403, "denied"),
        ("GET", "/api/v1/audit", 403, "denied"),
        ("GET", "/api/v1/problems/nothing", 404, "not-found"),
    ],
)
def test_every_error_is_a_problem_document(app: FastAPI, method: str, path: str, status: int, code: str) -> None:
    answer = ask(app, method, path)

    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "private, no-store"
    assert problem["type"] == f"https://hub.test/api/v1/problems/{code}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["next_step"]


@pytest.mark.parametrize("fault", sorted(BY_ERROR, key=lambda one: one.__name__))
def test_every_error_of_the_trees_keeps_its_status(own_door: FastAPI, fault: type[Exception]) -> None:
    made = errors.Refused("no", [{"code": "a", "clause": "b"}]) if fault is errors.Refused else fault("a sentence")

    def fail() -> None:
        raise made

    own_door.add_api_route("/api/v1/fail", fail)
    answer = get(own_door, "/api/v1/fail")

    expected = fault.status if issubclass(fault, errors.HubError) else HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.status_code == expected
    assert answer.json()["detail"] == ("no" if fault is errors.Refused else "a sentence")


def test_a_refused_feed_names_file_row_and_field(own_door: FastAPI) -> None:
    def fail() -> None:
        raise UnsafeArchive("no number", file="stops.txt", row=12, field="stop_lat")

    own_door.add_api_route("/api/v1/fail", fail)
    problem = get(own_door, "/api/v1/fail").json()

    assert (problem["file"], problem["row"], problem["field"]) == ("stops.txt", 12, "stop_lat")
    assert problem["detail"] == "stops.txt, row 12, field stop_lat: no number"


def test_every_error_that_there_is_has_a_kind() -> None:
    for root in (errors.HubError, FeedError, CommonsError):
        for kind in subclasses(root):
            assert any(base in BY_ERROR for base in kind.__mro__), kind
    assert issubclass(TermError, CommonsError)


def test_a_fault_of_the_program_tells_nothing_and_is_logged(
    own_door: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("the password is 12345")

    own_door.add_api_route("/api/v1/fail", fail)
    with caplog.at_level(logging.ERROR):
        answer = get(own_door, "/api/v1/fail")

    assert answer.status_code == 500
    assert "12345" not in answer.text
    assert answer.json()["type"].endswith("/problems/internal")
    assert "12345" in caplog.text


def test_a_fault_in_a_page_is_a_problem_too(own_door: FastAPI) -> None:
    def fail() -> PlainTextResponse:
        raise ZeroDivisionError

    own_door.add_route("/fail", lambda _: fail())
    assert get(own_door, "/fail").json()["status"] == 500


@pytest.mark.parametrize("code", [*PROBLEM_TYPES, *REASONS])
def test_the_type_of_every_problem_is_a_page(app: FastAPI, code: str) -> None:
    document = get(app, f"/api/v1/problems/{code}")
    to_page = get(app, f"/api/v1/problems/{code}", headers={"Accept": "text/html"})
    page = get(app, to_page.headers["location"])

    assert document.json()["code"] == code
    assert document.json()["meaning"]["fr"]
    assert document.json()["next_step"]["fr"]
    assert to_page.status_code == 303
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


def test_all_problems_are_listed(app: FastAPI) -> None:
    listed = get(app, "/api/v1/problems").json()["problems"]

    assert [one["code"] for one in listed] == [*PROBLEM_TYPES, *REASONS]


@pytest.mark.parametrize("sent", ["Bearer mch_abc_def", "Bearer ", "Bearer x", "Basic dTpw", "mch_abc_def"])
def test_a_key_that_opens_nothing(app: FastAPI, sent: str) -> None:
    answer = get(app, "/api/v1/feeds", headers={"Authorization": sent})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="commons"'
    assert answer.json()["type"].endswith("/unauthorised")


def test_a_revoked_key_opens_nothing_from_the_next_request_on(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("trottix")
    assert get(app, "/api/v1/feeds", headers=headers).status_code == 200

    revoke(hall.front, headers["Authorization"].split("_")[1])

    assert get(app, "/api/v1/feeds", headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "anything"])
@pytest.mark.parametrize(
    "path", ["/api/v1/feeds", "/api/v1/statistics", "/", "/statistics", "/feeds/bus-hautes-combes"]
)
def test_a_key_in_the_address_is_refused_and_not_repeated(app: FastAPI, path: str, name: str) -> None:
    answer = get(app, path, params={name: "mch_abc_secret"})

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/key-in-address")
    assert "secret" not in answer.text


def test_what_was_sent_is_not_repeated_in_a_problem(app: FastAPI) -> None:
    answer = get(app, "/api/v1/feeds/bus-hautes-combes/versions", params={"limit": "<script>secret"})

    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert answer.json()["errors"][0]["name"] == "limit"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=nonsense, application/json;q=0.1", False),
        ("", False),
    ],
)
def test_a_person_gets_a_page_and_a_program_a_document(app: FastAPI, accept: str, is_page: bool) -> None:
    answer = get(app, "/api/v1/feeds/mds-bolide/versions", headers={"Accept": accept})

    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html") == is_page


def test_every_answer_carries_the_policy_that_nothing_is_loaded_or_run(app: FastAPI) -> None:
    for path in ("/", "/api/v1", "/nothing", "/static/style.css", "/api/v1/docs"):
        headers = get(app, path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
