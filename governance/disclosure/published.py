"""What a release says, and its file: the one form that pages, the API, auditors, members and attackers all read.

Two shapes. A *partition* has a row for each group of cells: for every dimension the nodes that it pools (all of one
level), the sum, the class of coverage. Its groups are disjoint and cover every base cell, those where nothing happened
included. A *table* has a row for each key, one node per dimension at any level (``all`` is the margin): a sum, or the
one code ``:c``, which never says why.

The file is Parquet; what its readers must know to make sense of it (hierarchies, measure, unit, rounding) is JSON in
the schema's metadata under ``commons``. It holds nothing of a single holding, no p and no reason.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from governance.canonical import canonical
from governance.disclosure.contributions import Ints
from governance.disclosure.hierarchy import Hierarchy, read_hierarchy
from governance.errors import CommonsError

#: The one code of every suppressed key.
CODE = ":c"
COVERAGE = "coverage"
GROUP = "group"
STATUS = "status"
_META = b"commons"


class NotARelease(CommonsError):
    """A file that is no release of ours: what is missing or wrong is said."""


class Shape(StrEnum):
    """The two shapes of release."""

    PARTITION = "partition"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class About:
    """What readers must know of a release. `zeros_shown`: whether an empty key of a table is printed as 0.

    `noise` says what was added to the numbers (``{"mechanism": "discrete_gaussian", "sigma": …}``); None for nothing.
    `nonce` is 16 bytes in hexadecimal that nobody can guess: without it, whoever is told the digest of a file that it
    may not read could find what a small one says by trying.
    """

    cube: str
    shape: Shape
    measure: str
    unit: str
    rounding: int = 1
    zeros_shown: bool = False
    noise: Mapping[str, Any] | None = None
    nonce: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        noise = {"noise": dict(self.noise)} if self.noise is not None else {}
        nonce = {"nonce": self.nonce} if self.nonce else {}
        return {
            **noise,
            **nonce,
            "cube": self.cube,
            "measure": self.measure,
            "rounding": self.rounding,
            "shape": self.shape.value,
            "unit": self.unit,
            "zeros_shown": self.zeros_shown,
        }


@dataclass(frozen=True, eq=False, slots=True)
class Published:
    """r rows. `level[i, d]` is the level of row i in dimension d, `nodes[i][d]` the indices of its nodes on that level
    (exactly one in a table). `value[i]` is the published sum, -1 where it is suppressed; `coverage[i]` the class of
    the number of contributing holdings, empty where suppressed.
    """

    about: About
    hierarchies: tuple[Hierarchy, ...]
    level: npt.NDArray[np.int8]
    nodes: Sequence[Sequence[tuple[int, ...]]]
    value: Ints
    coverage: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.value)

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """Which rows have a number."""
        shown: npt.NDArray[np.bool_] = self.value >= 0
        return shown

    def table(self) -> pa.Table:
        """As the table that is written, sorted."""
        partition = self.about.shape is Shape.PARTITION
        columns: dict[str, pa.Array] = {}
        for d, hierarchy in enumerate(self.hierarchies):
            levels = [hierarchy.levels[level] for level in self.level[:, d]]
            ids = [
                [hierarchy.nodes[level][node] for node in one[d]]
                for level, one in zip(self.level[:, d], self.nodes, strict=True)
            ]
            columns[hierarchy.dimension] = (
                pa.array(ids, pa.list_(pa.string())) if partition else pa.array([one[0] for one in ids], pa.string())
            )
            columns[f"{hierarchy.dimension}_level"] = pa.array(levels, pa.string())
        columns[self.about.measure] = pa.array(self.value, pa.int64(), mask=~self.shown)
        columns[COVERAGE] = pa.array([one or None for one in self.coverage], pa.string())
        if not partition:
            columns[STATUS] = pa.array(["" if shown else CODE for shown in self.shown], pa.string())
        table = pa.table(columns)
        order = sorted(range(len(self)), key=lambda row: (tuple(self.level[row]), tuple(self.nodes[row])))
        table = table.take(pa.array(order, pa.int64()))
        if partition:
            table = table.add_column(0, GROUP, pa.array(np.arange(len(self)), pa.int64()))
        meta = {**self.about.plain(), "hierarchies": [one.plain() for one in self.hierarchies]}
        return table.replace_schema_metadata({_META: canonical(meta)})


def written(published: Published) -> bytes:
    """The file's bytes: the same release gives the same bytes."""
    sink = io.BytesIO()
    pq.write_table(published.table(), sink, compression="zstd")
    return sink.getvalue()


def read_about(source: Path) -> About:
    """What a release's file says of itself, without its rows.

    Raises:
        NotARelease: it is not one of ours.
    """
    try:
        return _about(orjson.loads((pq.read_schema(source).metadata or {})[_META]))
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError) as fault:
        raise NotARelease(f"this is not a release of a cube: {fault}") from None


def read_published(source: Path | bytes) -> Published:
    """Read a release's file.

    Raises:
        NotARelease: it is no Parquet file, or not one of ours.
    """
    try:
        table = pq.read_table(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (pa.ArrowInvalid, OSError) as fault:
        raise NotARelease(f"this is no Parquet file: {' '.join(str(fault).split())}") from None
    return of_table(table)


def of_table(table: pa.Table) -> Published:
    """Read a release's table, its metadata included.

    Raises:
        NotARelease: it is not one of ours.
    """
    try:
        meta = orjson.loads((table.schema.metadata or {})[_META])
        hierarchies = tuple(read_hierarchy(one) for one in meta["hierarchies"])
        return _rows(table, _about(meta), hierarchies)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        raise NotARelease(f"this is not a release of a cube: {fault}") from None


def _about(meta: Mapping[str, Any]) -> About:
    return About(
        str(meta["cube"]),
        Shape(meta["shape"]),
        str(meta["measure"]),
        str(meta["unit"]),
        int(meta["rounding"]),
        bool(meta["zeros_shown"]),
        meta.get("noise"),
        meta.get("nonce", ""),
    )


def _rows(table: pa.Table, about: About, hierarchies: tuple[Hierarchy, ...]) -> Published:
    level = np.zeros((len(table), len(hierarchies)), np.int8)
    by_dimension = []
    for d, hierarchy in enumerate(hierarchies):
        number = {name: index for index, name in enumerate(hierarchy.levels)}
        place = [{name: index for index, name in enumerate(ids)} for ids in hierarchy.nodes]
        levels = [number[name] for name in table[f"{hierarchy.dimension}_level"].to_pylist()]
        level[:, d] = levels
        listed = table[hierarchy.dimension].to_pylist()
        lists = listed if about.shape is Shape.PARTITION else [[one] for one in listed]
        by_dimension.append([tuple(place[at][name] for name in one) for at, one in zip(levels, lists, strict=True)])
    value = table[about.measure].fill_null(-1).to_numpy().astype(np.int64)
    coverage = tuple(one or "" for one in table[COVERAGE].to_pylist())
    return Published(about, hierarchies, level, list(zip(*by_dimension, strict=True)), value, coverage)
