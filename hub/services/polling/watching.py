"""What only successive polls of a system show: ids that do not rotate, stations that never change, counts that jump."""

from __future__ import annotations

import datetime as dt
import json
from typing import Final

from feeds.findings import Report
from feeds.gbfs import over_time
from hub.services.back import Back
from hub.services.judging import observe
from hub.services.polling import documents
from hub.services.polling.documents import GBFS, Shelf
from hub.services.polling.notes import FACTS, memory_of

_VEHICLES: Final = frozenset(("free_bike_status", "vehicle_status"))
#: Names of 1.x and 2.x by those of 3.0.
_NEW_NAMES: Final = {"free_bike_status": "vehicle_status"}


def watch(back: Back, shelf: Shelf, now: dt.datetime) -> Report:
    """What only successive polls show: it steps the standings, and is told with the next version."""
    note = back.vault.note(FACTS, memory_of(shelf.slug))
    before = None if note is None else over_time.Memory.from_plain(json.loads(note))
    if before is not None and not shelf.asked:
        return over_time.report(before)
    came = shelf.asked - shelf.faults.keys() - {GBFS}
    if came & _VEHICLES:  # vehicles at stations are placed by these
        came |= {"station_information"} & shelf.kept.keys()
    spoken = {_NEW_NAMES.get(name, name): name for name in came if "/" not in name}
    parsed = {new: documents.read(shelf.kept[name], name) for new, name in spoken.items()}
    memory = over_time.advance(before, over_time.Poll.of(parsed, now))
    back.vault.keep_note(FACTS, memory_of(shelf.slug), json.dumps(memory.plain()).encode())
    with back.front.records.write() as session:
        observe(session, shelf.slug, over_time.verdicts(memory), now)
    return over_time.report(memory)
