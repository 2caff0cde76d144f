"""Every error of the doors as a problem document (RFC 9457), in one place: whatever was raised, one shape.

A page for people is drawn instead where the reader prefers HTML and the door has pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from feeds.errors import FeedError
from governance.errors import CommonsError
from hub.api.language import Language, language_of, prefers_html, said
from hub.api.problem_types import BY_STATUS, PROBLEM_TYPES, ProblemType, type_of
from hub.errors import BadRequest, HubError, Refused, Unauthorised
from hub.services.front import Front

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class KeyInAddress(BadRequest):
    """A key was sent in the address, where logs and histories keep it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with one request, before it is written as JSON or HTML."""

    type: ProblemType
    status: int
    detail: str
    reasons: tuple[Mapping[str, str], ...] = ()
    errors: tuple[Mapping[str, str], ...] = ()
    place: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, *, base: str, language: Language) -> dict[str, Any]:
        """The problem document; `base` is where this hub is reached."""
        document: dict[str, Any] = {
            "type": f"{base}/api/v1/problems/{self.type.code}",
            "title": said(self.type.title, language),
            "status": self.status,
            "detail": self.detail,
            "next_step": said(self.type.next_step, language),
        }
        if self.reasons:
            document["reasons"] = self.reasons_in(language)
        if self.errors:
            document["errors"] = [dict(error) for error in self.errors]
        return {**document, **self.place}

    def reasons_in(self, language: Language) -> list[dict[str, str]]:
        """The reasons of a denial in one language, each with its code, clause, sentence and next step."""
        return [_reason(reason, language) for reason in self.reasons]


#: Draws a problem for a person.
Draw = Callable[[Request, Problem], Response]


def install(app: FastAPI, draw: Draw | None = None) -> None:
    """Let `app` answer every error as a problem; `draw` makes the pages of a door that has some."""

    def answer(request: Request, fault: Exception) -> Response:
        problem = problem_of(fault)
        if draw is not None and prefers_html(request):
            return draw(request, problem)
        return as_json(request, problem)

    for kind in (HubError, FeedError, CommonsError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)


def as_json(request: Request, problem: Problem) -> Response:
    """A problem document, never kept by a cache: the next moment may decide otherwise."""
    front: Front = request.app.state.front
    return JSONResponse(
        problem.document(base=front.public_url, language=language_of(request)),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={**problem.headers, "Cache-Control": "private, no-store", "Vary": "Accept, Accept-Language"},
    )


def problem_of(fault: Exception) -> Problem:
    """What to say of an error."""
    if isinstance(fault, RequestValidationError):
        return _invalid(fault)
    if isinstance(fault, HTTPException):
        return _plain_http(fault)
    if isinstance(fault, FeedError):
        place = {"file": fault.file, "row": fault.row, "field": fault.field}
        kind = type_of(fault)
        return Problem(kind, kind.status, str(fault), place={name: at for name, at in place.items() if at})
    if isinstance(fault, HubError):
        return _of_the_hub(fault)
    kind = type_of(fault)
    return Problem(kind, kind.status, str(fault))


def internal() -> Problem:
    """The problem of a fault of the program: its details stay in the log."""
    kind = PROBLEM_TYPES["internal"]
    return Problem(kind, kind.status, "the hub failed to answer; the fault was logged")


def _of_the_hub(fault: HubError) -> Problem:
    kind = PROBLEM_TYPES["key-in-address"] if isinstance(fault, KeyInAddress) else type_of(fault)
    headers = {"WWW-Authenticate": 'Bearer realm="commons"'} if isinstance(fault, Unauthorised) else {}
    reasons = fault.reasons if isinstance(fault, Refused) else ()
    return Problem(kind, int(fault.status), str(fault), reasons=reasons, headers=headers)


def _reason(reason: Mapping[str, str], language: Language) -> dict[str, str]:
    answer = {
        "code": reason.get("code", ""),
        "clause": reason.get("clause", ""),
        "sentence": reason.get(f"sentence_{language}") or reason.get("sentence", ""),
        "next_step": reason.get(f"next_{language}") or reason.get("next", ""),
    }
    return {**answer, **{name: reason[name] for name in ("dataset", "agreement") if reason.get(name)}}


def _plain_http(fault: HTTPException) -> Problem:
    kind = PROBLEM_TYPES[BY_STATUS.get(fault.status_code, "http")]
    detail = str(fault.detail or HTTPStatus(fault.status_code).phrase)
    return Problem(kind, fault.status_code, detail, headers=dict(fault.headers or {}))


def _invalid(fault: RequestValidationError) -> Problem:
    # What was sent is not repeated: it may be a secret in the wrong place.
    errors = tuple(
        {
            "in": str(error["loc"][0]),
            "name": ".".join(str(part) for part in error["loc"][1:]),
            "message": str(error["msg"]),
        }
        for error in fault.errors()
    )
    names = ", ".join(error["name"] or error["in"] for error in errors)
    kind = PROBLEM_TYPES["invalid-parameters"]
    return Problem(kind, kind.status, f"not valid: {names}", errors=errors)
