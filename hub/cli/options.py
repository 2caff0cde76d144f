"""Options that several commands share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from hub.errors import BadRequest

if TYPE_CHECKING:
    from hub.services.wording import Language  # it loads every standard's rules

HOME = typer.Option(help="Folder of the hub (else HUB_HOME, else .hub).", file_okay=False)
JSON = typer.Option("--json", help="Print JSON instead of a table.")
#: Whoever runs commands on the hub's own machine is trusted to say for whom; through the API a key says it.
AS = typer.Option("--as", help="Id of the member that does this.")
WHY = typer.Option("--why", help="The reason in words, kept in the log.")
REVISION = typer.Option("--revision", help="Refuse if somebody acted on it since this revision.")
#: Where it is not given, the language of the terminal.
LANG = typer.Option("--lang", help="fr or en; else the language of the terminal (LANG).")


def language_asked(lang: str | None) -> Language:
    """The language asked for, else that of the terminal, else English.

    Raises:
        BadRequest: it is neither French nor English.
    """
    if lang is not None and lang not in ("fr", "en"):
        raise BadRequest(f"{lang!r} is neither fr nor en")
    spoken = lang or next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en"
    )
    return "fr" if spoken.startswith("fr") else "en"
