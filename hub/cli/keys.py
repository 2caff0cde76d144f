"""``hub keys``: members' keys to the API and to the intake door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit, say
from hub.cli.work import open_front
from hub.errors import NotFound
from hub.services import keys
from hub.services.commons import current_world

app = typer.Typer(help="Members' keys.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]


@app.command("new")
def new(
    member: Annotated[str, typer.Argument(help="Id of the member.")],
    scope: Annotated[list[str] | None, typer.Option(help="What for: read, contribute (may be given twice).")] = None,
    days: Annotated[int, typer.Option(help="How many days it lives.")] = 365,
    home: Home = None,
) -> None:
    """Make a key. It is printed once and cannot be shown again."""
    front = open_front(home)
    if member not in current_world(front).members:
        raise NotFound(f"no member is called {member!r}")
    say(keys.issue(front, member, scopes=scope or ["read"], days=days))


@app.command("list")
def list_keys(
    member: Annotated[str | None, typer.Argument(help="Id of a member; else all.")] = None,
    home: Home = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Keys without their secrets."""
    names = ("id", "member_id", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    found = keys.listed(open_front(home), member)
    rows = [{name: getattr(one, name) for name in names} for one in found]
    emit(rows, names, as_json=as_json, empty="No key yet: `hub keys new MEMBER` makes one.")


@app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="Id of the key.")], home: Home = None) -> None:
    """End a key at once."""
    keys.revoke(open_front(home), key)
    say("This key opens nothing from now on.")
