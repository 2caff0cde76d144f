"""The command line ``hub``: parse, call one service, render.

Exit codes: 0 done; 1 the input was judged and found wanting (a refused feed, error findings, a denial); 2 usage or
fault. ``--json`` on every read; tables are for people and may change.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from feeds.errors import FeedError
from governance.errors import CommonsError
from hub.cli.render import complain
from hub.errors import HubError, Refused

#: Each is imported when it is asked for, so that `hub feeds list` waits for no map library.
COMMANDS = (
    "demo",
    "serve",
    "ingest",
    "feeds",
    "hooks",
    "stats",
    "agreements",
    "votes",
    "rules",
    "members",
    "charter",
    "cubes",
    "releases",
    "attack",
    "certificate",
    "mds",
    "odrl",
    "requests",
    "extracts",
    "sanctions",
    "disputes",
    "registers",
    "audit",
    "keys",
    "db",
)


class Commands(TyperGroup):
    """The commands, imported one by one."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(f"hub.cli.{cmd_name}").app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="hub",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def hub() -> None:
    """Share a territory's mobility data as a commons.

    Take feeds in, judge them, compute, and let out only what the agreements in force allow.
    """


def main() -> None:
    """Entry of the command: one line for each error, and the documented exit code."""
    try:
        app()
    except FeedError as fault:
        complain(str(fault))
        sys.exit(1)
    except CommonsError as fault:
        complain(str(fault))
        sys.exit(2)
    except ValidationError as fault:
        # Which setting, and what is wrong with it; never its value, which may be a password.
        one = fault.errors()[0]
        complain(f"HUB_{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}")
        sys.exit(2)
    except HubError as fault:
        complain(str(fault), reasons=fault.reasons if isinstance(fault, Refused) else ())
        sys.exit(fault.exit_code)


__all__ = ["app", "main"]
