"""Several GTFS feeds as one: every id gets its feed's name before it, nothing else is changed but what had to be.

`merger.merge` says the order; each file here knows one thing: what the inputs hold (`inputs`), which cells are ids
(`ids`), what a sole agency stands for (`agencies`), where networks are told (`networks`), what the merger says of
itself (`own_info`), how tables are joined (`tables`).
"""

from feeds.gtfs.merge.inputs import Input
from feeds.gtfs.merge.merger import Merged, merge
from feeds.gtfs.merge.own_info import Publisher

__all__ = ["Input", "Merged", "Publisher", "merge"]
