"""Routes at the head of the API: what is here, its reference, and the page behind each kind of problem."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from governance.bilingual import Sentence
from governance.reasons import REASONS
from hub.api.files import reader_cache
from hub.api.language import prefers_html
from hub.api.present import API, said
from hub.api.problem_types import PROBLEM_TYPES, ProblemType
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes import Home, Link, Said
from hub.api.shapes_commons import ProblemDoc, ProblemList
from hub.errors import Conflict, NotFound
from hub.services.commons import current_world
from hub.services.front import Front

router = APIRouter(tags=["start"])

TITLE = Sentence("Commun de données de mobilité", "Mobility data commons")
VERSION = "1"
_LINKS = {
    "feeds": "The catalogue",
    "statistics": "What each statistic means",
    "releases": "Joint statistics that you may read",
    "commons": "Members, cubes, purposes, voted rules",
    "cubes": "What may be asked of several holders at once",
    "agreements": "Agreements in force",
    "audit": "Who saw what of your data (needs a key)",
    "problems": "Every kind of problem and reason of a denial",
    "openapi.json": "This interface as OpenAPI 3.1",
    "docs": "This interface as a page",
}


@router.get("", response_model=Home)
def home(front: FrontOffice, reader: Asker, response: Response) -> Home:
    """What is here."""
    response.headers.update(reader_cache(reader.is_public))
    return Home(
        title=said(TITLE),
        version=VERSION,
        basin=_basin(front),
        links={name: Link(href=f"{API}/{name}", title=title) for name, title in _LINKS.items()},
    )


def _basin(front: Front) -> Said | None:
    try:
        return said(current_world(front).basin.name)
    except Conflict:  # no commons was loaded yet, and this is the page that one begins with
        return None


@router.get("/problems", response_model=ProblemList)
def problems(reader: Asker, response: Response) -> ProblemList:
    """Every kind of problem, and every reason of a denial."""
    response.headers.update(reader_cache(reader.is_public))
    kinds = [_problem(kind) for kind in PROBLEM_TYPES.values()]
    return ProblemList(problems=[*kinds, *(_reason(code) for code in REASONS)])


@router.get("/problems/{code}", response_model=ProblemDoc)
def problem(code: str, request: Request, reader: Asker, response: Response) -> ProblemDoc | Response:
    """What is behind the `type` of a problem document, or behind a reason's code; a browser is led to its page."""
    found = problem_doc(code)
    headers = reader_cache(reader.is_public)
    if prefers_html(request):
        return RedirectResponse(f"/problems/{code}", status_code=303, headers=dict(headers))
    response.headers.update(headers)
    return found


def problem_doc(code: str) -> ProblemDoc:
    """One kind of problem, or one reason of a denial.

    Raises:
        NotFound: there is none of that code.
    """
    if code in PROBLEM_TYPES:
        return _problem(PROBLEM_TYPES[code])
    if code in REASONS:
        return _reason(code)
    raise NotFound(f"no problem has the code {code!r}")


def _problem(kind: ProblemType) -> ProblemDoc:
    return ProblemDoc(
        code=kind.code,
        title=said(kind.title),
        status=int(kind.status) if kind.code != "http" else None,
        meaning=said(kind.meaning),
        next_step=said(kind.next_step),
    )


def _reason(code: str) -> ProblemDoc:
    # The marks of a sentence ({dataset} …) stay: the page speaks of every denial of this kind.
    reason = REASONS[code]
    title = Sentence(f"Motif de refus : {code}", f"Reason of a denial: {code}")
    return ProblemDoc(
        code=code, title=said(title), status=403, meaning=said(reason.sentence), next_step=said(reason.next_step)
    )
