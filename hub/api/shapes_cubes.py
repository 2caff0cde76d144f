"""The shapes of the API's answers on registered cubes."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from hub.api.shapes import Href, Said, Shape


class LevelItem(Shape):
    """A level of a dimension."""

    level: str
    nodes: int | None = Field(
        description="How many there are; null where the period or the polygons say it: each release lists them."
    )


class DimensionItem(Shape):
    """What a cube tells apart."""

    name: str
    attribute: str = Field(description="What it is of a record: start_zone, end_time …")
    levels: list[LevelItem] = Field(description="From coarse to fine, below the whole; the last are the base cells.")


class FinishingItem(Shape):
    """How protected numbers are finished for an audience."""

    audience: str
    mechanism: str = Field(description="as_is, rounded, discrete_gaussian.")
    sigma: int | None = Field(description="Of the noise: its standard deviation in sensitivities; null without noise.")
    unit: str | None = Field(description="Whose traces the noise hides: trip or vehicle_day; null without noise.")
    most: int | None = Field(description="How many trips of a unit count at most; null without noise.")


class CubeFloor(Shape):
    """What holds for one audience, whatever an agreement says."""

    audience: str
    rules: list[Said] = Field(description="The voted rules and the cube's own. The exact p is in the agreements alone.")
    finest: list[str]


class EditionItem(Shape):
    """The datasets that a cube joins, from a day on."""

    id: str
    from_: dt.date = Field(alias="from", serialization_alias="from")
    datasets: list[str]


class CubeSummary(Shape):
    """A registered question to several holders at once."""

    id: str
    title: Said
    formula: Said
    measure: str
    unit: str
    shape: str = Field(description="partition: cells are pooled where they are thin; table: fixed cells with totals.")
    dimensions: list[DimensionItem]
    grain: str
    audiences: list[str]
    href: Href


class CubeDoc(CubeSummary):
    """One cube with all that belongs to it."""

    zeros: str = Field(description="Whether an empty key of a table is printed as 0: hidden or shown.")
    steps: list[list[str]] = Field(description="Order in which a partition is refined; empty: the usual one.")
    finishing: list[FinishingItem]
    floors: list[CubeFloor]
    editions: list[EditionItem]
    statistic: str = Field(description="The statistic that it is.")
    records: str = Field(description="The statistic whose rows are the records that it counts.")
    sql: str = Field(description="The text that finds these records.")


class CubeList(Shape):
    """Every registered cube."""

    cubes: list[CubeSummary]
