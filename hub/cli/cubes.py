"""``hub cubes``: the questions that may be asked of several holders at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.cubes_preview import preview_command
from hub.cli.cubes_release import build_command, release_command
from hub.cli.options import HOME, JSON
from hub.cli.render import emit, emit_json, say
from hub.cli.work import open_front
from hub.errors import BadRequest
from hub.services import cubes
from hub.services.commons import current_world
from hub.services.cubes import CubeView
from hub.settings import settings_of
from hub.territory.hierarchies import node_counts
from hub.territory.zones_reading import BadZones

app = typer.Typer(help="Registered cubes: joint statistics over several holders.", no_args_is_help=True)
app.command("build")(build_command)
app.command("release")(release_command)
app.command("preview")(preview_command)

Home = Annotated[Path | None, HOME]
AsJson = Annotated[bool, JSON]


@app.command("list")
def list_cubes(home: Home = None, as_json: AsJson = False) -> None:
    """Every registered cube."""
    found = cubes.registered(open_front(home))
    if as_json:
        emit_json([one.cube.plain() for one in found])
        return
    rows = [_row(one) for one in found]
    columns = ("cube", "title", "shape", "grain", "dimensions", "audiences")
    emit(rows, columns, as_json=False, empty="No cube is registered yet.")


def _row(one: CubeView) -> dict[str, object]:
    cube = one.cube
    return {
        "cube": cube.id,
        "title": cube.title.en,
        "shape": cube.shape.value,
        "grain": str(cube.grain),
        "dimensions": cube.dimensions,
        "audiences": sorted(cube.audiences),
    }


@app.command("show")
def show(
    cube: Annotated[str, typer.Argument(help="Id of a registered cube.")], home: Home = None, as_json: AsJson = False
) -> None:
    """One cube: what is asked, its levels with their nodes, the floors of each audience, the text that computes it."""
    one = _with_nodes(home, cube)
    if as_json:
        emit_json(cubes.plain(one))
        return
    for line in _lines(one):
        say(line)
    rows = [
        {"dimension": part.name, "attribute": part.attribute, "level": level, "nodes": nodes}
        for part in one.dimensions
        for level, nodes in part.levels.items()
    ]
    emit(rows, ("dimension", "attribute", "level", "nodes"), as_json=False, empty="No dimension: one number.")
    for floor in one.floors:
        finishing = one.cube.finishing_for(floor.audience).mechanism.value
        say(f"\n{floor.audience}: {finishing}, no finer than {' or '.join(floor.finest) or 'nothing (no floors)'}")
        for rule in floor.rules:
            say(f"  {rule.en}")


def _with_nodes(home: Path | None, name: str) -> CubeView:
    world = current_world(open_front(home))
    cube = cubes.find(world, name)
    try:
        return cubes.view(world, cube, nodes=node_counts(cube, settings_of(home).communes))
    except BadZones as fault:
        raise BadRequest(str(fault)) from fault


def _lines(one: CubeView) -> list[str]:
    cube = one.cube
    edition = cube.editions[-1]
    return [
        f"{cube.id}: {cube.title.en} / {cube.title.fr}",
        cube.formula.en,
        f"{cube.measure} in {cube.unit}, a {cube.shape.value}, {cube.grain}; computed by {one.records.id}",
        f"edition {edition.id} from {edition.from_}: {', '.join(edition.datasets)}",
    ]
