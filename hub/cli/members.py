"""``hub members``: who belongs to the commons, who applies, who leaves, and to which holding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.bilingual import Sentence
from governance.choice.candidate import Candidate
from governance.parties import Kind
from hub.cli.options import AS, HOME, JSON, REVISION, WHY
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import admission, member_views
from hub.services.commons import current_world

app = typer.Typer(help="Members and candidates.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
As = Annotated[str, AS]
Why = Annotated[str, WHY]
Revision = Annotated[int | None, REVISION]
Id = Annotated[str, typer.Argument(help="Id of the member.")]


@app.command("list")
def list_members(home: Home = None, as_json: AsJson = False) -> None:
    """Members and candidates."""
    front = open_front(home)
    columns = ("id", "kind", "college", "holding", "status", "sanction", "leaves_at", "proposal")
    emit(member_views.listed(front), columns, as_json=as_json, empty="No member.")
    mandate = current_world(front).basin.mandate
    warning = mandate.warning(front.clock()) if mandate else None
    if warning and not as_json:
        say(f"{warning.en} / {warning.fr}")


@app.command("show")
def show(member: Id, home: Home = None, as_json: AsJson = False) -> None:
    """One member or candidate."""
    found, revision = member_views.one(open_front(home), member)
    if as_json:
        emit_json({**found, "revision": revision})
        return
    say(f"{found['id']}  {found['name']['en']} / {found['name']['fr']}  ({found['status']})")
    for name in ("kind", "college", "holding", "declared_holding", "sanction", "leaves_at", "proposal"):
        if found[name]:
            say(f"  {name.replace('_', ' ')}: {found[name]}")


@app.command("apply")
def apply(
    member: Annotated[str, typer.Argument(help="Id that the candidate would have.")],
    name_fr: Annotated[str, typer.Option(help="Its name in French.")],
    name_en: Annotated[str, typer.Option(help="Its name in English.")],
    kind: Annotated[str, typer.Option(help="authority, operator, reuser, research or association.")],
    college: Annotated[str, typer.Option(help="Id of the college in which it would vote.")],
    holding: Annotated[str, typer.Option(help="Id of its holding; the candidate's own where it has none.")],
    by: As,
    why: Why,
    holding_fr: Annotated[str, typer.Option(help="Name of a new holding in French.")] = "",
    holding_en: Annotated[str, typer.Option(help="Name of a new holding in English.")] = "",
    siren: Annotated[str, typer.Option(help="Its nine digits in the French register.")] = "",
    home: Home = None,
) -> None:
    """Bring a candidate's application, which opens the vote on it."""
    if kind not in set(Kind):
        raise BadRequest(f"a member is of one of these kinds: {', '.join(Kind)}")
    candidate = Candidate(
        Sentence(name_fr, name_en), Kind(kind), college, holding, _sentence(holding_fr, holding_en), siren
    )
    made = admission.apply(open_front(home), member, candidate, by=by, why=why)
    say(f"{member} applies. The vote: hub votes show {made.proposal}")


@app.command("leave")
def leave(
    member: Id,
    by: As,
    why: Why = "",
    stay: Annotated[bool, typer.Option("--stay", help="Call it off while the notice runs.")] = False,
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Leave the commons when the notice has run out."""
    front = open_front(home)
    if stay:
        admission.stay(front, member, by=by, why=why, revision=revision)
        say(f"{member} stays.")
        return
    made = admission.leave(front, member, by=by, why=why, revision=revision)
    say(f"{member} leaves at {made.leaves_at:%Y-%m-%d %H:%MZ}.")


@app.command("regroup")
def regroup(
    member: Id,
    holding: Annotated[str, typer.Argument(help="Id of its new holding.")],
    by: As,
    why: Why,
    holding_fr: Annotated[str, typer.Option(help="Name of a new holding in French.")] = "",
    holding_en: Annotated[str, typer.Option(help="Name of a new holding in English.")] = "",
    revision: Revision = None,
    home: Home = None,
) -> None:
    """Declare a member's new holding, or record it as the secretariat; only what is recorded holds."""
    name = _sentence(holding_fr, holding_en)
    made = admission.regroup(open_front(home), member, holding, by=by, why=why, name=name, revision=revision)
    done = "declares it; the secretariat has to record it" if made.declared else "belongs to it from now on"
    say(f"{holding}: {member} {done}.")


def _sentence(fr: str, en: str) -> Sentence | None:
    return Sentence(fr, en) if fr or en else None
