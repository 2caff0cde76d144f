"""The merged GTFS of a territory, as it is read: its inputs are decided, all of them.

A merge is nobody's dataset: no agreement speaks of it. So whoever opens it has the archives that it was made of opened
for it, each decided and written in the log. Where one feed has closed, nobody reads the merge that holds it any more,
and the next one is made without it (`hub.services.merging`).
"""

from __future__ import annotations

from hub.errors import NotFound
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services.access import MERGED, Access, open_release
from hub.services.catalogue import OPEN_PURPOSE
from hub.services.front import Front
from hub.services.keys import Actor


def newest(front: Front, territory: str) -> Release | None:
    """The newest merge of a territory, whether anybody may read it or not."""
    with front.records.read() as session:
        found = release_records.releases(session, subject=territory, kind=MERGED, most=1)
    return found[0] if found else None


def open_basin(front: Front, territory: str, *, actor: Actor) -> Access:
    """Open the newest merge of a territory: every one of its inputs is decided as if it were read itself.

    Raises:
        NotFound: there is none.
        Refused: one of its inputs is closed.
    """
    row = newest(front, territory)
    if row is None:
        raise NotFound(f"there is no merged GTFS of {territory!r}")
    opened = [open_release(front, one, actor=actor) for _, one in sorted(row.edition["inputs"].items())]
    return Access(
        release=row,
        path=front.released.path(row.digest),
        permit=opened[0].permit,
        decision=opened[0].decision,
        purpose=OPEN_PURPOSE,
        licence=", ".join(sorted({one.licence for one in opened if one.licence})),
    )
