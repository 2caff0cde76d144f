"""``hub requests``: asking for access, and each holder's decision on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from governance.requests.drafts import draft_yaml
from governance.requests.form import day_or_instant, read_form, read_less
from hub.cli.options import AS, HOME, JSON, REVISION, WHY
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import requests
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.request_views import described, listed, shown
from hub.services.turn import Seen

app = typer.Typer(help="Requests for access: each holder decides for itself.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
By = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Request = Annotated[str, typer.Argument(help="Id of the request.")]
Text = Annotated[
    Path,
    typer.Argument(help="YAML of datasets, tier, purpose, validity, terms, what_for.", exists=True, dir_okay=False),
]


@app.command("draft")
def draft(
    file: Text,
    by: By,
    home: Home = None,
    request: Annotated[str | None, typer.Option(help="Write this draft anew instead of beginning one.")] = None,
    revision: Revision = None,
) -> None:
    """Write a request down; nobody else sees it until it is submitted."""
    front = open_front(home)
    text = read_form(_content(file), file=file.name, zone=_zone(front))
    if request is None:
        _say(front, requests.draft(front, text, by=by))
    else:
        _say(front, requests.redraft(front, request, text, by=by, revision=revision))


@app.command("submit")
def submit(request: Request, by: By, home: Home = None, revision: Revision = None) -> None:
    """Hand a draft to the holders; their deadline begins to run, and silence refuses."""
    front = open_front(home)
    _say(front, requests.submit(front, request, by=by, revision=revision))


@app.command("return")
def send_back(request: Request, by: By, why: Why, home: Home = None, revision: Revision = None) -> None:
    """Send a request back to its applicant, saying what is to be changed."""
    front = open_front(home)
    _say(front, requests.send_back(front, request, by=by, why=why, revision=revision))


@app.command("resubmit")
def resubmit(
    request: Request,
    by: By,
    file: Annotated[Path | None, typer.Argument(help="Another text, in the form of draft.", dir_okay=False)] = None,
    home: Home = None,
    revision: Revision = None,
) -> None:
    """Hand a returned request in again, with another text if there is one."""
    front = open_front(home)
    text = read_form(_content(file), file=file.name, zone=_zone(front)) if file else None
    _say(front, requests.resubmit(front, request, by=by, text=text, revision=revision))


@app.command("decide")
def decide(
    request: Request,
    by: By,
    approve: Annotated[bool, typer.Option("--approve/--refuse", help="The answer.")],
    why: Why,
    less: Annotated[
        Path | None, typer.Option(help="YAML of datasets, terms, validity: what is granted where that is less.")
    ] = None,
    home: Home = None,
    revision: Revision = None,
) -> None:
    """Decide on one's own part, or on its renewal. What is granted becomes a draft agreement."""
    front = open_front(home)
    part = read_less(_content(less), file=less.name, zone=_zone(front)) if less else {}
    answer = requests.Answer(approve, **{name: _fixed(value) for name, value in part.items()})
    _say(front, requests.decide(front, request, answer, by=by, why=why, revision=revision))


@app.command("renew")
def renew(
    request: Request,
    by: By,
    why: Why,
    to: Annotated[str, typer.Option(help="Until when: a day, or an instant with its zone.")],
    home: Home = None,
    revision: Revision = None,
) -> None:
    """Ask for access until later; each holder answers before its part ends, or its end stays."""
    front = open_front(home)
    until = dt.datetime.fromisoformat(day_or_instant(to, _zone(front)))
    _say(front, requests.renew(front, request, until, by=by, why=why, revision=revision))


@app.command("close")
def close(request: Request, by: By, why: Why = "", home: Home = None, revision: Revision = None) -> None:
    """Give a request up, and the access that came of it."""
    front = open_front(home)
    _say(front, requests.close(front, request, by=by, why=why, revision=revision))


@app.command("revoke")
def revoke(request: Request, by: By, why: Why, home: Home = None, revision: Revision = None) -> None:
    """Take back one's own part, at once."""
    front = open_front(home)
    _say(front, requests.revoke(front, request, by=by, why=why, revision=revision))


@app.command("list")
def list_requests(by: By, home: Home = None, as_json: AsJson = False) -> None:
    """The requests that a member may see: its own, those on its data; the secretariat sees all that were submitted."""
    front = open_front(home)
    rows = [_row(described(front, one)) for one in listed(front, by=by)]
    columns = ("request", "applicant", "tier", "purpose", "datasets", "state", "deadline")
    emit(rows, columns, as_json=as_json, empty="No request that this member may see.")


@app.command("show")
def show(request: Request, by: By, home: Home = None, as_json: AsJson = False) -> None:
    """One request, its parts, and the agreements that came of them."""
    front = open_front(home)
    found = shown(front, request, by=by)
    if as_json:
        emit_json(described(front, found))
        return
    _say(front, found)
    asked = found.state.asked
    say(f"  {asked.what_for}")
    for term in asked.terms.values():
        say(f"  asked: {term.sentence().en} / {term.sentence().fr}")
    for part in described(front, found)["parts"]:
        _say_part(part)


@app.command("offer")
def offer(
    request: Request,
    by: By,
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the drafts, one file a dataset.")],
    home: Home = None,
) -> None:
    """Write the draft agreements that the approved parts became, for `hub agreements draft`."""
    state = shown(open_front(home), request, by=by).state
    granted = [(part, name) for part in state.parts.values() if part.grant for name in sorted(part.grant.datasets)]
    if not granted:
        say("Nothing was approved that this member may see.")
    folder.mkdir(parents=True, exist_ok=True)
    for part, name in granted:
        path = folder / f"{request}-{name}.yaml"
        path.write_text(draft_yaml(state, part, name), "utf-8")
        say(f"{path}: {name}, offered by {part.holder}")


def _row(told: dict[str, Any]) -> dict[str, Any]:
    asked = told["asked"]
    return {**told, "request": told["id"], **{name: asked[name] for name in ("tier", "purpose", "datasets")}}


def _say(front: Front, found: Seen) -> None:
    request = found.state
    say(f"{request.id}  {request.applicant}: {request.state_at(front.clock()).value}  (revision {found.revision})")


def _say_part(part: dict[str, Any]) -> None:
    say(f"  {part['holder']}: {part['state']}  ({', '.join(part['datasets'])})")
    for reason in part["reasons"]:
        say(f"    why: {reason}")
    if part["granted"]:
        say(f"    granted: {', '.join(part['granted']['datasets'])}, {' to '.join(part['granted']['validity'])}")
    for one in part["agreements"]:
        say(f"    agreement {one['agreement']}: {one['state']}")


def _zone(front: Front) -> ZoneInfo:
    return ZoneInfo(current_world(front).basin.time_zone)


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadRequest(f"{path} cannot be read as a text in UTF-8") from fault
