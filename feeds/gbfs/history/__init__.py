"""The past of a GBFS system: what changed at each poll, as intervals, hour by hour."""

from feeds.gbfs.history.changes import changes, standing
from feeds.gbfs.history.hours import HOURS, hours, merged, shares
from feeds.gbfs.history.intervals import intervals, state_at
from feeds.gbfs.history.series import SERIES, Series, states
from feeds.gbfs.history.vehicles import hidden

__all__ = [
    "HOURS",
    "SERIES",
    "Series",
    "changes",
    "hidden",
    "hours",
    "intervals",
    "merged",
    "shares",
    "standing",
    "state_at",
    "states",
]
