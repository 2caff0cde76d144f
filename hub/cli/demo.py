"""``hub demo``: the main job on the demo territory, told step by step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hub.bootstrap import back_office
from hub.cli.options import HOME, JSON
from hub.cli.render import emit_json, say
from hub.cli.work import reporting
from hub.clock import FixedClock
from hub.services.demo import AUTUMN, END, SETTINGS, done_before, run
from hub.services.demo_told import Told
from hub.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    home: Annotated[Path, HOME] = Path(".demo"),
    trips: Annotated[
        int, typer.Option(help="User trips of the year; 5000000 works, and takes its time.", min=1000)
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another year.", min=0)] = 1,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Run the main job on the demo territory and leave a hub that `hub serve --home HOME` shows.

    A second run of the same demo changes nothing and tells what the first one did.
    """
    told = done_before(home, seed=seed, trips=trips)
    again = told is not None
    if told is None:
        told = _run(home, seed=seed, trips=trips, quiet=as_json)
    elif not as_json:
        for line in told:
            _say(line)
    if as_json:
        emit_json([{"step": one.step, "good": one.good, "sentence": one.sentence} for one in told])
    else:
        say(
            ("\nNothing was changed: this demo was run before. " if again else "\n")
            + f"Look at it: hub serve --home {home}"
        )
    if not all(one.good for one in told):
        raise typer.Exit(1)


def _run(home: Path, *, seed: int, trips: int, quiet: bool) -> list[Told]:
    home.mkdir(parents=True, exist_ok=True)
    # The demo's year is over; its hub lives on the day after, so that nothing of it expires.
    (home / SETTINGS).write_text(f"HUB_NOW={END.isoformat()}\nHUB_TIMEZONE=Europe/Paris\n", "utf-8")
    clock = FixedClock(AUTUMN)
    told = []
    with reporting(quiet=quiet) as report:
        back = back_office(Settings(home=home), progress=report)
        back = replace(back, front=replace(back.front, clock=clock))
        back.front.records.upgrade()
        for line in run(back, clock, home, seed=seed, trips=trips):
            told.append(line)
            if not quiet:
                _say(line)
    return told


def _say(line: Told) -> None:
    say(f"{'  ' if line.good else '! '}{line.step:<10}{line.sentence}")
