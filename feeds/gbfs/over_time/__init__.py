"""GBFS across time: what only successive polls of one system show. Pure; a small `Memory` is carried from poll to poll.

`advance` takes one poll into the memory, `report` tells what is found until then, `verdicts` what the checks say.
"""

from feeds.gbfs.over_time.memory import Memory
from feeds.gbfs.over_time.patience import Patience
from feeds.gbfs.over_time.poll import Poll
from feeds.gbfs.over_time.telling import report, verdicts
from feeds.gbfs.over_time.watch import advance

__all__ = ["Memory", "Patience", "Poll", "advance", "report", "verdicts"]
