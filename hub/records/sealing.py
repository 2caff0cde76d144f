"""The public half of the key that credentials are sealed with, where every process finds it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.records.feed_models import HubKey
from hub.sealing import Sealer

_NAME = "sealing"


def tell(session: Session, sealer: Sealer, *, at: dt.datetime) -> None:
    """Write down the public half, if it is not there or is another's."""
    row = session.get(HubKey, _NAME)
    if row is None:
        session.add(HubKey(name=_NAME, public=sealer.public, at=at))
    elif row.public != sealer.public:
        row.public, row.at = sealer.public, at


def sealer(session: Session) -> Sealer:
    """Who seals in this hub.

    Raises:
        Conflict: no process that holds the key has run yet.
    """
    row = session.get(HubKey, _NAME)
    if row is None:
        raise Conflict("this hub has no sealing key yet: start its worker once (`hub serve`)")
    return Sealer(row.public)
