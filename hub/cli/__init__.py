"""The command line ``hub``: parse, call one service, render.

Exit codes: 0 done; 1 the input was judged and found wanting (a refused feed, error findings, a denial); 2 usage or
fault. ``--json`` on every read; tables are for people and may change.
"""

from __future__ import annotations

import sys

import typer

from feeds.errors import FeedError
from governance.errors import CommonsError
from hub.cli import agreements, audit, feeds, keys, releases, stats
from hub.cli.demo import demo
from hub.cli.ingest import ingest_command
from hub.cli.render import complain
from hub.cli.serve import db, serve
from hub.errors import HubError, Refused

app = typer.Typer(
    name="hub",
    help="Share a territory's mobility data as a commons: take feeds in, judge them, compute, and let out only what "
    "the agreements in force allow.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo)
app.command("serve")(serve)
app.command("ingest")(ingest_command)
app.add_typer(feeds.app, name="feeds")
app.add_typer(stats.app, name="stats")
app.add_typer(agreements.app, name="agreements")
app.add_typer(releases.app, name="releases")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(db, name="db")


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
    except HubError as fault:
        complain(str(fault), reasons=fault.reasons if isinstance(fault, Refused) else ())
        sys.exit(fault.exit_code)


__all__ = ["app", "main"]
