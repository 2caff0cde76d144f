"""Take a catalogue of others into the registry: told row by row, repeatable, and held back where it would do too much.

An import adds and changes; it removes nothing, and what a catalogue does not say stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from feeds.catalogues import read
from hub.records import sources as records
from hub.services.brake import brake, too_many
from hub.services.front import Front
from hub.services.registry import fetched
from hub.services.registry_entries import blank, world_or_none, write_down
from hub.services.registry_plan import Change, Plan, Step
from hub.services.renaming import supersede

#: How the brake knows this run.
RUN = "import"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import. `held`: the number under which the brake holds it back; then nothing was changed."""

    shape: str
    changes: tuple[Change, ...]
    passed_over: Mapping[str, int] = field(default_factory=dict)
    held: int | None = None
    is_too_much: bool = False

    def count(self, kind: str) -> int:
        """How many entries were of one kind."""
        return sum(change.kind == kind for change in self.changes)


def import_feeds(front: Front, content: bytes, *, shape: str | None = None, dry_run: bool = False) -> Imported:
    """Take the feeds of a catalogue in, all of them or, where the brake holds it, none.

    Raises:
        NotACatalogue: the content is no catalogue of the shape, or of any.
    """
    catalogue = read(content, shape=shape)
    world, at = world_or_none(front), front.clock()
    with front.records.write() as session:
        plan = Plan(session, world)
        plan.make(catalogue)
        hidden, active = plan.hidden(), len(fetched(session))
        told = Imported(catalogue.shape, plan.changes(), catalogue.passed_over, is_too_much=too_many(hidden, active))
        if dry_run:
            return told
        held = brake(session, RUN, hidden, active, at=at)
        if held is not None:
            return replace(told, held=held.id)
        for step in plan.steps:
            _do(session, step, at)
    return replace(told, is_too_much=False)


def _do(session: Session, step: Step, at: dt.datetime) -> None:
    if step.is_new:
        session.add(blank(step.slug, step.listed.standard, at=at))
        session.flush()
    write_down(session, records.source(session, step.slug), step.wanted)
    for old in step.supersedes:
        supersede(session, old, step.slug, at=at, why=f"{step.listed.name} supersedes it")
    for name in step.names:
        records.put_name(session, name, step.slug)
    session.flush()
