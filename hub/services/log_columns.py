"""What is kept beside an entry's text to search by, and what the text only commits to: is it what the text says?"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from governance.audit import DECISION, shown
from governance.log.erasure import ERASED, ERASURE
from governance.log.faults import Fault
from hub.records.models import LogText


@dataclass(frozen=True, slots=True)
class Erased:
    """When a text was erased, by whom and why."""

    at: dt.datetime
    by: str
    why: str


def column_faults(row: LogText, where: str, erased: dict[int, Erased]) -> Iterator[Fault]:
    """The columns and hidden values that are not what the text says; notes in `erased` what an erasure's text says."""
    try:
        said = json.loads(row.text)
        columns, hidden = _columns(said), _committed(said)
        opened = {name: shown(one) for name, one in row.hidden.items()}
        if said["type"] == ERASURE:
            erased[said["index"]] = Erased(_instant(said["at"]), said["by"], said["why"])
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        yield Fault("copy.differs", where, f"the text is not understood: {fault!r}")
        return
    kept = (row.at, row.actor, row.action, row.subject, row.permitted)
    for name, one, other in zip(("at", "actor", "action", "subject", "permitted"), kept, columns, strict=True):
        if one != other:
            yield Fault("copy.differs", where, name)
    if opened != hidden:
        yield Fault("hidden.differs", where)


def _columns(said: Mapping[str, Any]) -> tuple[dt.datetime, str, str, str, bool]:
    if said["type"] == DECISION:
        return _instant(said["at"]), said["actor"], said["action"], said["subject"], said["permitted"]
    if said["type"] == ERASURE:
        return _instant(said["at"]), said["by"], ERASED, str(said["index"]), True
    act = said["act"]
    return _instant(act["at"]), act["by"], f"{act['kind']}.{act['what']}", act["thing"], True


def _committed(said: Mapping[str, Any]) -> dict[str, str]:
    """The commitments of a text, by the name of the hidden value."""
    committed = dict(said.get("commitments", {}))
    # Entries that were moved here from the foundation's audit commit to their old hash as well.
    return committed | ({"hash": said["foundation"]["hash"]} if "foundation" in said else {})


def _instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
