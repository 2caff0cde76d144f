"""``hub db``: the records' schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.bootstrap import front_office
from hub.cli.options import HOME
from hub.cli.render import say
from hub.settings import settings_of

app = typer.Typer(help="The records' schema.", no_args_is_help=True)


@app.callback()
def db() -> None:
    """The records' schema."""


@app.command("upgrade")
def upgrade(home: Annotated[Path | None, HOME] = None) -> None:
    """Bring the records to the newest schema; does nothing when they are there already."""
    front_office(settings_of(home)).records.upgrade()
    say("The records have the newest schema.")
