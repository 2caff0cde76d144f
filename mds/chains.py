"""Hold each vehicle's events, in their order, against the state machine of its mode.

The engine reduces the chains to the few distinct steps that occur in them; only these are walked in Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import duckdb

from feeds.findings import Finding, Severity
from mds.states import follows

_STEPS = """
    WITH chained AS (
        SELECT mds_version, vehicle_state, event_types, source_file, source_row,
               lag(vehicle_state) OVER (PARTITION BY device_key ORDER BY timestamp, source_row, event_id) AS before
        FROM events
    )
    SELECT mds_version, before, event_types, vehicle_state, count(*), min({'file': source_file, 'row': source_row})
    FROM chained GROUP BY mds_version, before, event_types, vehicle_state
    ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class _Step:
    version: str
    before: str | None
    event_types: tuple[str, ...]
    after: str
    count: int
    file: str
    row: int

    def __str__(self) -> str:
        return f"{self.before or '?'} - {', '.join(self.event_types)} - {self.after}"

    def is_possible(self, mode: str) -> bool:
        """Whether the state machine has this step."""
        return follows(self.version, mode, before=self.before, event_types=self.event_types, after=self.after)

    def is_possible_from_anywhere(self, mode: str) -> bool:
        """Whether the events may lead to that state at all."""
        return replace(self, before=None).is_possible(mode)


def broken_chains(connection: duckdb.DuckDBPyConnection, mode: str) -> Iterator[Finding]:
    """Findings on the events bound as `events`: a state that its events cannot lead to, and a step that cannot be.

    The second is a warning only: an event before it may be missing or late.
    """
    rows = connection.execute(_STEPS).fetchall()
    steps = [_Step(v, b, tuple(types), a, n, where["file"], where["row"]) for v, b, types, a, n, where in rows]
    wrong = [step for step in steps if not step.is_possible(mode)]
    never = [step for step in wrong if not step.is_possible_from_anywhere(mode)]
    yield from _finding(
        never,
        Finding(
            code="mds_event_state_mismatch",
            severity=Severity.ERROR,
            message="a vehicle_state that these event_types cannot lead to",
            field="vehicle_state",
        ),
    )
    yield from _finding(
        [step for step in wrong if step not in never],
        Finding(
            code="mds_impossible_transition",
            severity=Severity.WARNING,
            message="the state before does not allow these event_types: an event is missing, late or wrong",
            field="event_types",
        ),
    )


def _finding(steps: Iterable[_Step], finding: Finding) -> Iterator[Finding]:
    """The finding once, for all the steps together; its example is the most frequent."""
    ranked = sorted(steps, key=lambda step: (-step.count, step.file, step.row))
    if ranked:
        first = ranked[0]
        total = sum(step.count for step in ranked)
        yield replace(finding, count=total, file=first.file, row=first.row, value=str(first))
