"""The state of the commons made again from the log, and compared with the one that is kept.

They can only differ when somebody changed the database beside the hub, or when the hub has a fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from governance.acts import ActRefused, Kind, read_act
from governance.canonical import canonical
from governance.kinds import KINDS
from hub.records import log as log_records
from hub.records import things as thing_records
from hub.services.front import Front


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many acts and things there are, and each difference between what the log says and what is kept."""

    acts: int
    things: int
    differences: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the state is what the log says."""
        return not self.differences


def replay(front: Front, *, kinds: Mapping[str, Kind[Any]] = KINDS) -> Replayed:
    """Make every thing again from its acts in the log, and compare."""
    with front.records.read() as session:
        made, acts, faults = _made(session, kinds)
        kept = {(row.kind, row.id): (row.revision, row.state) for row in thing_records.things(session)}
    faults += list(_differences(made, kept))
    return Replayed(acts=acts, things=len(kept), differences=tuple(faults))


def _made(session: Session, kinds: Mapping[str, Kind[Any]]) -> tuple[dict[Any, Any], int, list[str]]:
    states: dict[tuple[str, str], Any] = {}
    counted: dict[tuple[str, str], int] = {}
    faults: list[str] = []
    acts = 0
    for row in log_records.texts(session):
        body = json.loads(row.text)
        if body.get("type") != "act":
            continue
        act = read_act(body["act"])
        place, kind = (act.kind, act.thing), kinds[act.kind]
        acts += 1
        try:
            states[place] = kind.apply(states.get(place), act)
        except ActRefused as refusal:
            faults.append(f"log entry {row.index}: {act.kind} {act.thing} cannot be {act.what} here: {refusal}")
            continue
        counted[place] = counted.get(place, 0) + 1
    made = {place: (counted[place], dict(kinds[place[0]].plain(state))) for place, state in states.items()}
    return made, acts, faults


def _differences(made: Mapping[Any, Any], kept: Mapping[Any, Any]) -> Iterator[str]:
    for kind, thing in sorted(made.keys() | kept.keys()):
        logged, stored = made.get((kind, thing)), kept.get((kind, thing))
        if logged is None or stored is None:
            yield f"{kind} {thing}: {'kept, but not in the log' if logged is None else 'in the log, but not kept'}"
        elif logged[0] != stored[0]:
            yield f"{kind} {thing}: kept at revision {stored[0]}, the log comes to {logged[0]}"
        elif canonical(logged[1]) != canonical(stored[1]):
            yield f"{kind} {thing}: what is kept is not what the log comes to"
