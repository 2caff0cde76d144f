"""Take away extracts whose grant has ended: the row says why, the object is deleted, in the end the key as well."""

from __future__ import annotations

from dataclasses import dataclass

from hub.durable import storage_errors
from hub.errors import NotFound
from hub.records import extracts as extract_records
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import world_at
from hub.services.extracts.ended import Why, has_ended_for_good, why_ended
from hub.services.extracts.keeping import clear_unfinished
from hub.services.extracts.pseudonyms import forget


@dataclass(frozen=True, slots=True)
class Swept:
    """An extract that was removed, and why."""

    extract: str
    agreement: str
    why: Why


def sweep(back: Back) -> list[Swept]:
    """Remove every extract whose grant has ended; answers with those that were living until now.

    What a run that died on the way left behind goes too. Denying to read does not wait for this: the decision does it.
    """
    swept = _remove_ended(back)
    with back.front.records.write() as session:
        # In a turn: nobody puts an object between the question who names it and its end.
        for digest in extract_records.abandoned(session):
            _delete(back.front.released, digest)
        clear_unfinished(session)
    _forget_keys(back)
    return swept


def _remove_ended(back: Back) -> list[Swept]:
    swept: list[Swept] = []
    with back.front.records.write() as session:
        rows = extract_records.extracts(session, live=True)
        if not rows:
            return []
        at = back.front.clock()
        world = world_at(back.front, session, at)
        for row in rows:
            why = why_ended(row, world, at=at)
            if why is not None:
                extract_records.remove(row, at=at, why=why.value)
                swept.append(Swept(row.id, row.agreement, why))
    return swept


def _forget_keys(back: Back) -> None:
    with back.front.records.read() as session:
        pairs = extract_records.ended_pairs(session)
        if not pairs:
            return
        at = back.front.clock()
        world = world_at(back.front, session, at)
    for agreement, recipient in pairs:
        if has_ended_for_good(agreement, world, at=at):
            forget(back.signet.folder, agreement, recipient)


def _delete(released: Released, digest: str) -> None:
    try:
        path = released.path(digest)
    except NotFound:
        return
    with storage_errors(released.root):
        path.unlink(missing_ok=True)
