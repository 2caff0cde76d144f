"""``hub feeds credentials``: what a feed's server lets the hub in with. A secret goes in and never comes out again."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import credentials

app = typer.Typer(help="What a feed's server lets the hub in with.", no_args_is_help=True)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]
Slug = Annotated[str, typer.Argument(help="Slug of a registered feed.")]


class Kind(StrEnum):
    """The ways in."""

    HEADER = "header"
    BEARER = "bearer"
    BASIC = "basic"
    QUERY = "query"
    OAUTH2 = "oauth2"


@app.command("set")
def set_command(
    slug: Slug,
    kind: Annotated[Kind, typer.Option(help="How the server is told.")],
    name: Annotated[str, typer.Option(help="header, query: name of the header or of the parameter.")] = "",
    token_url: Annotated[str, typer.Option(help="oauth2: where a token is asked for.")] = "",
    scope: Annotated[str, typer.Option(help="oauth2: the scope to ask for, if any.")] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret, one a line (user, password; client, secret); - reads standard input."),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Seal a credential for a feed, in the place of an older one.

    The secret is typed without being shown, or read from a file; it is never an argument, which other users see. It is
    sent to the feed's own origin (scheme, host and port) and to no other. Set it anew after a change of address.
    """
    facts = {"name": name, "token_url": token_url, "scope": scope}
    given = {key: value for key, value in facts.items() if value}
    shown = credentials.put(open_front(home), slug, kind.value, given, _secrets(kind, secret_file))
    if as_json:
        emit_json(shown)
    else:
        say(f"{slug}: a credential of kind {kind.value} is sealed, for {shown['origin']} alone")


@app.command("show")
def show(slug: Slug, home: Home = None, as_json: AsJson = False) -> None:
    """Whether a feed has a credential, of which kind and for which origin; never the secret itself."""
    shown = credentials.show(open_front(home), slug)
    if as_json:
        emit_json(shown)
    elif not shown:
        say(f"{slug}: no credential; it is asked for as anybody would")
    else:
        say(f"{slug}: " + ", ".join(f"{name} {value}" for name, value in shown.items()))


@app.command("remove")
def remove(slug: Slug, home: Home = None) -> None:
    """Forget a feed's credential."""
    had = credentials.remove(open_front(home), slug)
    say(f"{slug}: its credential is forgotten" if had else f"{slug}: it had no credential")


def _secrets(kind: Kind, file: Path | None) -> dict[str, str]:
    _, names = credentials.KINDS[kind.value]
    if file is None:
        return {name: _typed(name) for name in names}
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadRequest(f"{file}: this file of a secret cannot be read") from fault
    lines = text.splitlines()
    if len(lines) != len(names):
        raise BadRequest(f"{file}: one line for each of {', '.join(names)}, and no other; it has {len(lines)}")
    return dict(zip(names, lines, strict=True))


def _typed(name: str) -> str:
    # Where an API key stands for the user there is no password.
    usual = "" if name == "password" else None
    return str(typer.prompt(name.capitalize(), hide_input=True, default=usual, show_default=False))
