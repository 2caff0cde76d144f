"""``hub releases``: joint statistics for an audience, and what is out."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import back_at_work, open_front
from hub.records import jobs as job_records
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services.front import Front
from hub.services.release import PLANNING, ReleaseAsk
from hub.services.release import release as build_release
from hub.settings import settings_of

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
        rows = [_row(one) for one in release_records.releases(session, kind=kind.value)]
    columns = ("release", "subject", "part", "audience", "from", "to", "size", "created_at")
    emit(rows, columns, as_json=as_json, empty="Nothing is released yet.")


def _row(one: Release) -> dict[str, Any]:
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


@app.command("build")
def build(
    cube: Annotated[str, typer.Argument(help="Id of a registered cube.")],
    audience: Annotated[str, typer.Option(help="open, members or authority.")],
    from_: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First local day.")],
    to: Annotated[dt.datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The local day after the last.")],
    purpose: Annotated[str, typer.Option(help="Purpose of the register.")] = PLANNING,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to the worker instead of building it here.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Build a release; refused when an agreement is missing or when it could be subtracted from what is out."""
    ask = ReleaseAsk.of(cube, audience, from_.date(), to.date(), purpose)
    if queue:
        _enqueue(open_front(home), ask)
        return
    with back_at_work(settings_of(home)) as back:
        built = build_release(back, ask)
    if as_json:
        emit_json(_row(built))
    else:
        period = f"{built.period_from} to {built.period_to}"
        say(f"{built.id}: {built.subject} for {built.audience}, {period}, {built.size} bytes")


def _enqueue(front: Front, ask: ReleaseAsk) -> None:
    with front.records.write() as session:
        job = job_records.add(session, "release", ask.payload(), at=front.clock())
    say(f"Job {job.id} waits for the worker." if job else "This very release is waiting already.")
