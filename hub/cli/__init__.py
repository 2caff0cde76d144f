"""The command line ``hub``: parse, call one service, render.

Exit codes: 0 done; 1 the input was judged and found wanting (a refused feed, error findings, a denial); 2 usage or
fault. ``--json`` on every read; tables are for people and may change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from feeds.errors import FeedError
from governance.errors import CommonsError
from hub.cli.render import complain
from hub.errors import HubError, Refused

#: What each is for, as its own help begins. Each is imported when it is asked for, so that `hub feeds list` waits for
#: no map library, and none is imported to list them all.
COMMANDS: Final[Mapping[str, str]] = {
    "demo": "Run the main job on the demo territory and leave a hub that `hub serve --home HOME` shows.",
    "serve": "Serve the hub. The web process has no way into the vault.",
    "ingest": "Take a feed in: read, judge, keep, and publish if it is open.",
    "feeds": "Feeds, their versions and findings.",
    "hooks": "Webhooks and e-mail: who is told what happens to feeds.",
    "stats": "Statistics: what they mean, and their numbers.",
    "agreements": "Agreements between the members, and the commons' documents.",
    "votes": "Proposals, ballots, consent: how the members decide.",
    "rules": "The voted rules: floors, colleges, voting, deadlines.",
    "members": "Members and candidates.",
    "charter": "The charter, its signatures, the mandate.",
    "cubes": "Registered cubes: joint statistics over several holders.",
    "releases": "Joint releases of registered cubes.",
    "attack": "Run the attacks on releases and print what could be learnt. Nothing of the commons is changed.",
    "certificate": "What is certified of joint releases, and how to check it.",
    "mds": "Operators' data in the MDS format.",
    "odrl": "Agreements as ODRL 2.2 JSON-LD.",
    "requests": "Requests for access: each holder decides for itself.",
    "extracts": "Prepared extracts of the bilateral tier.",
    "sanctions": "Sanctions: one step at a time, after a hearing; they decay.",
    "disputes": "Disputes between members, and their published decisions.",
    "registers": "What the commons tells of itself, signed; who gives and who uses.",
    "audit": "The log of every decision and act, and the proofs that it is whole.",
    "keys": "Members' keys: to the API, and to sign with.",
    "db": "The records' schema.",
}


class Commands(TyperGroup):
    """The commands, imported one by one."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them; None when there is none of that name. While they are only listed, its name and its help."""
        if cmd_name not in COMMANDS:
            return None
        if self._listing:
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name])
        command = typer.main.get_command(import_module(f"hub.cli.{cmd_name}").app)
        command.name = cmd_name
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """What ``hub --help`` prints."""
        with self._only_listed():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The names that begin like this, for the shell."""
        with self._only_listed():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _only_listed(self) -> Iterator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False


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
