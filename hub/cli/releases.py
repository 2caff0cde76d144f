"""``hub releases``: joint statistics for an audience, and what is out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit, say
from hub.cli.work import open_front
from hub.errors import NotFound
from hub.records import releases as release_records
from hub.records.models import Release

app = typer.Typer(help="Joint releases of registered cubes.", no_args_is_help=True)


class Kind(StrEnum):
    """What can be released."""

    CUBE = "cube"
    OPEN = "open"


Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]


@app.command("list")
def list_releases(
    home: Home = None,
    as_json: AsJson = False,
    kind: Annotated[Kind, typer.Option(help="cube: joint statistics; open: files of feeds.")] = Kind.CUBE,
) -> None:
    """What is out, newest first."""
    with open_front(home).records.read() as session:
        rows = [release_row(one) for one in release_records.releases(session, kind=kind.value)]
    columns = ("release", "subject", "part", "audience", "from", "to", "size", "created_at")
    emit(rows, columns, as_json=as_json, empty="Nothing is released yet.")


def release_row(one: Release) -> dict[str, Any]:
    """A release as a row of a table or as JSON."""
    return {
        "release": one.id,
        "kind": one.kind,
        "subject": one.subject,
        "part": one.part,
        "audience": one.audience,
        "from": one.period_from,
        "to": one.period_to,
        "size": one.size,
        "digest": one.digest,
        "created_at": one.created_at,
        "agreements": one.agreements,
    }


@app.command("certificate")
def certificate(
    release: Annotated[str, typer.Argument(help="Id of a joint release.")],
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead of the screen.")] = None,
    home: Home = None,
) -> None:
    """The signed certificate of a joint release, for `hub certificate verify`."""
    front = open_front(home)
    with front.records.read() as session:
        found = release_records.release(session, release)
    if "certificate" not in found.facts:
        raise NotFound("this release has no certificate")
    content = front.released.read(found.facts["certificate"])
    if out is None:
        say(content.decode())
        return
    out.write_bytes(content)
    say(f"{out}: certificate of {found.subject} for {found.audience}, {found.period_from} to {found.period_to}")
