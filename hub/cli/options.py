"""Options that several commands share."""

from __future__ import annotations

import typer

HOME = typer.Option(help="Folder of the hub (else HUB_HOME, else .hub).", file_okay=False)
JSON = typer.Option("--json", help="Print JSON instead of a table.")
