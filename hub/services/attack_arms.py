"""The files that an attacker brings: its own contributions, another member's, public estimates, the log's export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from governance.disclosure.attacks.knowledge import Knowledge
from hub.errors import BadRequest

#: Of a file of contributions that does not say whose they are.
HOLDING = "holding"


@dataclass(frozen=True, slots=True)
class Arms:
    """What the attacker says that it has: files, and for which member it reads."""

    member: str | None = None
    purpose: str | None = None
    own: Path | None = None
    pair: Path | None = None
    prior: Path | None = None
    overlap: Path | None = None
    log: Path | None = None


def armed(knowledge: Knowledge, arms: Arms) -> Knowledge:
    """What is known, and what the files say beside.

    Raises:
        BadRequest: a file cannot be read as what it is given for.
    """
    measure = knowledge.releases[0].published.about.measure if knowledge.releases else knowledge.measure
    own = [_contributions(path, arms.member, measure) for path in (arms.own, arms.pair) if path is not None]
    prior = _table(arms.prior) if arms.prior is not None else None
    return replace(
        knowledge,
        measure=measure,
        own=pa.concat_tables(own, promote_options="permissive") if own else None,
        least=_estimates(prior, "least", measure),
        most=_estimates(prior, "most", measure),
        seen=prior if prior is not None and "vehicles" in prior.column_names else None,
        overlaps=_pairs(arms.overlap) if arms.overlap is not None else frozenset(),
        log=arms.log.read_bytes().splitlines(keepends=True) if arms.log is not None else None,
    )


def _contributions(path: Path, member: str | None, measure: str) -> pa.Table:
    table = _table(path)
    if measure not in table.column_names:
        raise BadRequest(f"{path} has no column {measure}")
    if HOLDING not in table.column_names:
        table = table.append_column(HOLDING, pa.array([member or path.stem] * len(table), pa.string()))
    return table


def _estimates(prior: pa.Table | None, name: str, measure: str) -> pa.Table | None:
    """One bound of the estimates as a table of contributions; None where the file does not bound it."""
    if prior is None or not {name, HOLDING} <= set(prior.column_names):
        return None
    others = [one for one in prior.column_names if one not in {"least", "most", "vehicles", measure}]
    return prior.select([*others, name]).rename_columns([*others, measure])


def _pairs(path: Path) -> frozenset[tuple[str, str]]:
    table = _table(path)
    if table.num_columns < 2:
        raise BadRequest(f"{path} must have two columns: zones that touch one another")
    first, second = (table.column(place).cast(pa.string()).to_pylist() for place in (0, 1))
    return frozenset(zip(first, second, strict=True))


def _table(path: Path) -> pa.Table:
    """A Parquet file, or a CSV file with a head."""
    try:
        return pc_csv.read_csv(path) if path.suffix.lower() == ".csv" else pq.read_table(path)
    except (pa.ArrowException, OSError) as fault:
        raise BadRequest(f"{path} cannot be read: {' '.join(str(fault).split())}") from fault
