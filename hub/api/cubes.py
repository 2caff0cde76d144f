"""Routes of the registered cubes: what may be asked of several holders at once. All of it is public."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from governance.audiences import Audience
from governance.cube_parts import Mechanism
from hub.api.files import reader_cache
from hub.api.present import API, said
from hub.api.reader import Asker, FrontOffice
from hub.api.shapes_cubes import (
    CubeDoc,
    CubeFloor,
    CubeList,
    CubeSummary,
    DimensionItem,
    EditionItem,
    FinishingItem,
    LevelItem,
)
from hub.services.commons import current_world
from hub.services.cubes import CubeView, find, registered, view

router = APIRouter(tags=["releases"])

CubeId = Annotated[str, Path(description="The cube's id, for example `flows-h3_8-month`.", max_length=80)]


@router.get("/cubes", response_model=CubeList)
def cubes(front: FrontOffice, reader: Asker, response: Response) -> CubeList:
    """Every registered cube: title, formula, unit, shape, dimensions with their levels, audiences."""
    response.headers.update(reader_cache(reader.is_public))
    return CubeList(cubes=[CubeSummary(**_summary(one)) for one in registered(front)])


@router.get("/cubes/{cube_id}", response_model=CubeDoc)
def cube(cube_id: CubeId, front: FrontOffice, reader: Asker, response: Response) -> CubeDoc:
    """One cube, with its editions, the floors of each audience, and the text that finds its records."""
    response.headers.update(reader_cache(reader.is_public))
    world = current_world(front)
    return cube_doc(view(world, find(world, cube_id)))


def cube_doc(one: CubeView) -> CubeDoc:
    """A cube as a shape."""
    return CubeDoc(
        **_summary(one),
        zeros=one.cube.zeros.value,
        steps=[list(step) for step in one.cube.steps],
        finishing=[_finishing(one, audience) for audience in sorted(one.cube.audiences)],
        floors=[
            CubeFloor(audience=floor.audience.value, rules=[said(rule) for rule in floor.rules], finest=[*floor.finest])
            for floor in one.floors
        ],
        editions=[
            EditionItem(**{"id": edition.id, "from": edition.from_, "datasets": list(edition.datasets)})
            for edition in one.cube.editions
        ],
        statistic=one.cube.statistic,
        records=one.records.id,
        sql=one.records.sql,
    )


def _summary(one: CubeView) -> dict[str, Any]:
    return {
        "id": one.cube.id,
        "title": said(one.cube.title),
        "formula": said(one.cube.formula),
        "measure": one.cube.measure,
        "unit": one.cube.unit,
        "shape": one.cube.shape.value,
        "dimensions": [
            DimensionItem(
                name=part.name,
                attribute=part.attribute,
                levels=[LevelItem(level=level, nodes=nodes) for level, nodes in part.levels.items()],
            )
            for part in one.dimensions
        ],
        "grain": str(one.cube.grain),
        "audiences": sorted(audience.value for audience in one.cube.audiences),
        "href": f"{API}/cubes/{one.cube.id}",
    }


def _finishing(one: CubeView, audience: Audience) -> FinishingItem:
    how = one.cube.finishing_for(audience)
    noisy = how.mechanism is Mechanism.DISCRETE_GAUSSIAN
    return FinishingItem(
        audience=audience.value,
        mechanism=how.mechanism.value,
        sigma=how.sigma if noisy else None,
        unit=how.unit.value if noisy else None,
        most=how.most if noisy else None,
    )
