"""``hub cubes build`` and ``hub cubes release``: look at what would be published, and publish it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from governance.disclosure.usefulness import usefulness
from governance.verdicts import Denied
from hub.cli.options import HOME, JSON
from hub.cli.releases import release_row
from hub.cli.render import emit_json, emit_table, say
from hub.cli.work import back_at_work, open_front
from hub.errors import Refused
from hub.records import jobs as job_records
from hub.services.front import Front
from hub.services.release import PLANNING, Built, ReleaseAsk
from hub.services.release import build as build_release
from hub.services.release import release as publish_release
from hub.services.turn import told
from hub.settings import settings_of

Cube = Annotated[str, typer.Argument(help="Id of a registered cube.")]
For = Annotated[str, typer.Option(help="open, members or authority.")]
First = Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First local day.")]
Until = Annotated[dt.datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The local day after the last.")]
Purpose = Annotated[str, typer.Option(help="Purpose of the register.")]


def build_command(
    cube: Cube,
    audience: For,
    from_: First,
    to: Until,
    purpose: Purpose = PLANNING,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Build a release and keep nothing: what it would show at which grain, or why nothing could be shown.

    What it tells is for whoever builds: it shows how much was pooled or hidden. Noise is not drawn.
    """
    ask = ReleaseAsk.of(cube, audience, from_.date(), to.date(), purpose)
    with back_at_work(settings_of(home)) as back:
        found = build_release(back, ask)
    if isinstance(found, Denied):
        raise Refused(found.reason.en, [{**told(found)}])
    if as_json:
        emit_json(_plain(found))
        return
    _print(found)


def release_command(
    cube: Cube,
    audience: For,
    from_: First,
    to: Until,
    purpose: Purpose = PLANNING,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to the worker instead of building it here.")] = False,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Publish a release, once; refused when an agreement is missing or what is out stands in its way."""
    ask = ReleaseAsk.of(cube, audience, from_.date(), to.date(), purpose)
    if queue:
        _enqueue(open_front(home), ask)
        return
    with back_at_work(settings_of(home)) as back:
        built = publish_release(back, ask)
    if as_json:
        emit_json(release_row(built))
    else:
        period = f"{built.period_from} to {built.period_to}"
        say(f"{built.id}: {built.subject} for {built.audience}, {period}, {built.size} bytes")


def _enqueue(front: Front, ask: ReleaseAsk) -> None:
    with front.records.write() as session:
        job = job_records.add(session, "release", ask.payload(), at=front.clock())
    say(f"Job {job.id} waits for the worker." if job else "This very release is waiting already.")


def _plain(found: Built) -> dict[str, Any]:
    useful = usefulness(found.draft.published, found.asked.contributions)
    return {
        "coarsened": list(found.draft.coarsened),
        "dimensions": list(useful.dimensions),
        "grains": [
            {"levels": list(grain), "share": round(useful.share(grain), 4), "shown": shown}
            for grain, shown in useful.shown.items()
        ],
        "numbers": int(found.draft.published.shown.sum()),
        "pooled": {name: round(many, 2) for name, many in useful.pooled.items()},
        "rows": len(found.draft.published),
        "shape": found.draft.published.about.shape.value,
        "total": useful.total,
    }


def _print(found: Built) -> None:
    told = _plain(found)
    say(f"{found.asked.cube.id} for {found.asked.audience}, a {told['shape']}: {told['numbers']} numbers in all.")
    for line in told["coarsened"]:
        say(f"  coarser for lack of time: {line}")
    rows = [
        {**dict(zip(told["dimensions"], one["levels"], strict=True)), "share": f"{100 * one['share']:.1f} %"}
        for one in told["grains"]
    ]
    emit_table(rows, (*told["dimensions"], "share"), empty="Nothing of it can be shown.")
    for name, many in told["pooled"].items():
        say(f"  {name}: {many:.1f} base nodes pooled, in the mean over what is counted")
