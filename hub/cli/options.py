"""Options that several commands share."""

from __future__ import annotations

import typer

HOME = typer.Option(help="Folder of the hub (else HUB_HOME, else .hub).", file_okay=False)
JSON = typer.Option("--json", help="Print JSON instead of a table.")
#: Whoever runs commands on the hub's own machine is trusted to say for whom; through the API a key says it.
AS = typer.Option("--as", help="Id of the member that does this.")
WHY = typer.Option("--why", help="The reason in words, kept in the log.")
REVISION = typer.Option("--revision", help="Refuse if somebody acted on it since this revision.")
