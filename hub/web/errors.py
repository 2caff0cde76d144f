"""Problems as pages, for whoever reads with a browser."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hub.api.language import language_of
from hub.api.problems import Problem
from hub.web.drawing import page


def draw_problem(request: Request, problem: Problem) -> Response:
    """The page of a problem, with the reasons and the next step in the page's language."""
    reasons = problem.reasons_in(language_of(request, default="fr"))
    headers = dict(problem.headers)
    return page(request, "problem.html", status=problem.status, headers=headers, problem=problem, reasons=reasons)
