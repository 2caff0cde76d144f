"""What each holding contributes to each cell of a cube: records over the vault, never over anything released.

Two forms: `contributions`, a row per base cell, holding and vehicle, as the rules read them; and `records`, a row per
counted record, by which cubes that count the same trips are held together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import pyarrow as pa

from governance.canonical import Plain, canonical
from governance.cube_parts import DIMENSIONS
from governance.cubes import Cube
from governance.disclosure.contributions import HOLDING, Contributions, read_contributions
from governance.disclosure.hierarchy import OUTSIDE, Hierarchy
from governance.disclosure.noise import VEHICLE_DAYS, Unit, noise_of
from governance.periods import Period
from governance.terms.floors import MinVehicles
from governance.world import World
from hub.errors import Conflict
from hub.services.back import Back
from hub.services.cube_sources import Opened, opened
from hub.services.questions import records_of
from hub.territory.hierarchies import hierarchies
from hub.territory.nodes import spelled
from hub.territory.zones_reading import BadZones

#: The columns of a record: its own key, its vehicle, and that vehicle on one day, where a record is a trip.
RECORD: Final = "record"
DEVICE: Final = "device"
VEHICLE_DAY: Final = "vehicle_day"
_BATCH_ROWS: Final = 250_000


@dataclass(frozen=True, slots=True)
class Answered:
    """A cube's contributions for a period, and the digest of all that they were computed from."""

    contributions: Contributions
    inputs: str


def answered(back: Back, world: World, cube: Cube, period: Period) -> Answered:
    """The contributions of a cube's edition, with the digest of the inputs: the same data, whatever batches brought it.

    Raises:
        Conflict: see `hub.services.cube_sources.opened`; or the territory's polygons are missing or unusable.
        StorageError: the vault lacks a batch.
        NotContributions: a record belongs to no holding.
    """
    places = nodes_of(back, cube, period)
    with opened(back, world, cube, period) as one:
        table = _table(one, _by_vehicle(cube), places)
    found = read_contributions(
        table,
        hierarchies=places,
        measure=cube.measure,
        added=_added(cube),
        distinct=_distinct(cube),
    )
    return Answered(found, digest_of(found, beside=one.beside))


def contributions(back: Back, world: World, cube: Cube, period: Period) -> Contributions:
    """The contributions alone; errors as `answered`."""
    return answered(back, world, cube, period).contributions


def records(back: Back, world: World, cube: Cube, period: Period) -> pa.Table:
    """A row for each counted record, sorted: `record`, `holding`, the base node in each dimension, the measure.

    Nodes and holdings are dictionaries of texts. A record of a cube of trips is its trip, by the same key in every such
    cube; one of parked time or fleet is the part of an episode, or of a vehicle's day, that lies in the cell.

    Raises:
        Conflict: as `answered`.
        StorageError: as `answered`.
    """
    places = nodes_of(back, cube, period)
    with opened(back, world, cube, period) as one:
        names = ", ".join([RECORD, HOLDING, *cube.dimensions, _whole(cube.measure)])
        table = _table(one, f"SELECT {names} FROM {{}}", places)  # noqa: S608 - names of the statistic
    return table.sort_by([(RECORD, "ascending")]).combine_chunks()


def nodes_of(back: Back, cube: Cube, period: Period) -> tuple[Hierarchy, ...]:
    """The hierarchies of a cube on this hub's territory.

    Raises:
        Conflict: the territory's polygons are missing or unusable.
    """
    try:
        return hierarchies(cube, back.zones, period)
    except BadZones as fault:
        raise Conflict(str(fault)) from fault


# --- what is asked of the records ------------------------------------------------------------------------------------


def _added(cube: Cube) -> dict[str, str]:
    """The column of each threshold that counts what adds up; vehicles do not."""
    return {name: column for name, column in cube.counted.items() if column and name != MinVehicles.name}


def _whole(name: str) -> str:
    """A part of a second is no measurement of a parked scooter."""
    return f"CAST({name} AS BIGINT) AS {name}"


def _summed(cube: Cube) -> list[str]:
    return [_whole_sum(name) for name in dict.fromkeys([cube.measure, *_added(cube).values()])]


def _whole_sum(name: str) -> str:
    return f"CAST(sum({name}) AS BIGINT) AS {name}"


def _distinct(cube: Cube) -> dict[str, str]:
    """The columns of ids: vehicles, for the thresholds; their days, where a cube's noise is to hide a whole one."""
    found = {MinVehicles.name: DEVICE} if cube.counted.get(MinVehicles.name) else {}
    units = {noise.unit for noise in map(noise_of, cube.finishing.values()) if noise}
    days = Unit.VEHICLE_DAY in units and VEHICLE_DAY in records_of(cube.statistic).dimensions
    return found | ({VEHICLE_DAYS: VEHICLE_DAY} if days else {})


def _by_vehicle(cube: Cube) -> str:
    keys = ", ".join([*cube.dimensions, HOLDING, *dict.fromkeys([DEVICE, *_distinct(cube).values()])])
    return f"SELECT {keys}, {', '.join(_summed(cube))} FROM {{}} GROUP BY {keys}"  # noqa: S608 - names of the statistic


def _table(one: Opened, text: str, places: Sequence[Hierarchy]) -> pa.Table:
    """The answer with base nodes as dictionaries, made batch by batch: a name is not written out for each row."""
    reader = one.asked(text).to_arrow_reader(_BATCH_ROWS)
    none = pa.RecordBatch.from_arrays([pa.array([], kind) for kind in reader.schema.types], names=reader.schema.names)
    found = _named(chain([none], reader), {place.dimension: place for place in places})
    return pa.Table.from_batches(list(found)).unify_dictionaries()


def _named(batches: Iterable[pa.RecordBatch], places: Mapping[str, Hierarchy]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        arrays = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            place = places.get(name)
            arrays.append(_nodes(column, place) if place else column.dictionary_encode() if name == HOLDING else column)
        yield pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _nodes(column: pa.Array, place: Hierarchy) -> pa.DictionaryArray:
    """The base node of each value; what the hierarchy does not know lies outside, if it has such a node."""
    encoded = column.dictionary_encode(null_encoding="encode")
    kind = DIMENSIONS[place.dimension]
    names = [None if one is None else spelled(kind, one) for one in encoded.dictionary.to_pylist()]
    if OUTSIDE in place.place:
        names = [one if one in place.place else OUTSIDE for one in names]
    # Several values may have one node, and a dictionary names each once.
    once = {name: index for index, name in enumerate(dict.fromkeys(names))}
    into = pa.array([once[name] for name in names], pa.int32())
    return pa.DictionaryArray.from_arrays(into.take(encoded.indices), pa.array(list(once), pa.string()))


# --- the digest of the inputs ----------------------------------------------------------------------------------------


def digest_of(found: Contributions, *, beside: Mapping[str, str]) -> str:
    """SHA-256 over the contributions in their order, the nodes they lie on, and the digests of what was used beside."""
    nodes = [list(one.nodes[-1]) for one in found.hierarchies]
    head: dict[str, Plain] = {"beside": dict(beside), "holdings": list(found.holdings), "nodes": list(nodes)}
    whole = hashlib.sha256(canonical(head))
    for codes in (found.cell, found.holding):
        whole.update(codes.astype("<i4").tobytes())
    for values in (found.value, *found.added.values(), *found.distinct.values()):
        whole.update(values.astype("<i8").tobytes())
    return whole.hexdigest()
