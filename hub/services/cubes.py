"""The registered cubes as everybody may read them: what is asked, of which nodes, under which floors, by which text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feeds.statistics import Statistic
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.cubes import Cube
from governance.terms.vocabulary import strictest
from governance.world import World
from hub.errors import NotFound
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.publicity import public_sentence
from hub.services.questions import attributes_of, records_of
from hub.territory.nodes import Counts, counts


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a cube. `levels` go from coarse to fine; how many nodes each has is None where it is not known.

    `attribute` is what the dimension is of a record.
    """

    name: str
    attribute: str
    levels: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Floor:
    """What holds for one audience whatever an agreement says: the voted rules and the cube's own, the stricter of both.

    The exact p and the prior are not in the sentences. `finest` are the finest grains that the audience may see.
    """

    audience: Audience
    rules: tuple[Sentence, ...]
    finest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CubeView:
    """A cube with all that belongs to it. `records` is the statistic whose rows are the records that it counts."""

    cube: Cube
    dimensions: tuple[Dimension, ...]
    floors: tuple[Floor, ...]
    records: Statistic


def registered(front: Front) -> list[CubeView]:
    """Every registered cube, by id.

    Raises:
        Conflict: no documents were ever loaded.
    """
    world = current_world(front)
    return [view(world, world.cubes[name]) for name in sorted(world.cubes)]


def find(world: World, name: str) -> Cube:
    """The cube of that id.

    Raises:
        NotFound: there is none.
    """
    cube = world.cubes.get(name)
    if cube is None:
        raise NotFound(f"no cube is called {name!r}; there are {', '.join(sorted(world.cubes)) or 'none'}")
    return cube


def view(world: World, cube: Cube, *, nodes: Counts | None = None) -> CubeView:
    """A cube as everybody may read it. `nodes` are the counts of its levels, where the territory is at hand."""
    records = records_of(cube.statistic)
    known = counts(cube) if nodes is None else nodes
    attributes = attributes_of(cube)
    dimensions = [Dimension(name, attributes[name], known[name]) for name in cube.dimensions]
    floors = [_floor(world, cube, audience) for audience in sorted(cube.audiences)]
    return CubeView(cube, tuple(dimensions), tuple(floors), records)


def _floor(world: World, cube: Cube, audience: Audience) -> Floor:
    voted = world.ruleset.floors.get(audience)
    terms = strictest([voted.terms if voted else {}, cube.floors.get(audience, {})])
    sentences = tuple(public_sentence(term) for term in terms.values())
    return Floor(audience, sentences, tuple(sorted(str(grain) for grain in voted.finest)) if voted else ())


def plain(one: CubeView) -> dict[str, object]:
    """As JSON: all that the cube says, the nodes of its levels, the floors in words, and the text that computes it."""
    return {
        **one.cube.plain(),
        "dimensions": [
            {"name": part.name, "attribute": part.attribute, "levels": _levels(part)} for part in one.dimensions
        ],
        "floors": {
            floor.audience.value: {"finest": list(floor.finest), "rules": [rule.plain() for rule in floor.rules]}
            for floor in one.floors
        },
        "records": {"id": one.records.id, "formula": one.records.formula.strip(), "sql": one.records.sql},
    }


def _levels(part: Dimension) -> list[dict[str, object]]:
    return [{"level": level, "nodes": nodes} for level, nodes in part.levels.items()]
