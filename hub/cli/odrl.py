"""``hub odrl``: agreements as ODRL 2.2 JSON-LD, out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.odrl.vocabulary import HEAD, SLOTS, TERMS
from hub.cli.options import AS, HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services.odrl import exported, exported_whole, read

app = typer.Typer(help="Agreements as ODRL 2.2 JSON-LD.", no_args_is_help=True)


@app.command("export")
def export(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement, or id@version.")],
    by: Annotated[str | None, AS] = None,
    public: Annotated[bool, typer.Option("--public", help="Without the values that only the parties know.")] = False,
    remedy: Annotated[bool, typer.Option("--remedy", help="With the sanction that would come next.")] = False,
    home: Annotated[Path | None, HOME] = None,
) -> None:
    """Print an agreement as a policy: whole for a party (--as), or its public form (--public)."""
    if by is None and not public:
        raise BadRequest("say for which party with --as MEMBER, or ask for the public form with --public")
    front = open_front(home)
    if public or by is None:
        emit_json(exported(front, agreement, member=by, public=True, remedy=remedy).document)
    else:
        emit_json(exported_whole(front, agreement, member=by, remedy=remedy).document)


@app.command("read")
def read_file(
    file: Annotated[Path, typer.Argument(help="A policy in JSON-LD.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Say a policy's clauses in sentences, or refuse it with the place of its first fault. Gives nobody any right."""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise BadRequest(f"{file} is not a text in UTF-8") from fault
    found = read(text)
    if as_json:
        emit_json({**found.plain(), "hash": found.hash()})
        return
    say(f"{found.key}  {found.title.en} / {found.title.fr}")
    say(f"  {found.holder} on {found.dataset}, tier {found.tier.value}")
    for clause in found.clauses():
        kept = "promised" if clause.promised else "enforced"
        say(f"  {kept}: {clause.sentence().en} / {clause.sentence().fr}")
    if found.rgpd is not None:
        say(f"  personal data: {found.rgpd.sentence().en} / {found.rgpd.sentence().fr}")


@app.command("terms")
def terms(as_json: Annotated[bool, JSON] = False) -> None:
    """The profile: where each clause stands in a policy, and how it is compared."""
    rows = [
        {
            "clause": name,
            "operand": place.operand or "–",
            "operator": place.operator or "–",
            "action": place.action,
            "stands_as": SLOTS[place.slot].en,
            "stands_as_fr": SLOTS[place.slot].fr,
        }
        for name, place in {**HEAD, **TERMS}.items()
    ]
    emit(rows, ("clause", "operand", "operator", "action", "stands_as"), as_json=as_json, empty="No clause.")
