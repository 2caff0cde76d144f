"""GBFS 1.1, 2.x and 3.0: reading, checking, availability statistics.

`discover` reads a discovery document, `read` a system into typed Parquet tables, `check` judges it.
"""

from feeds.gbfs.across import Plausible
from feeds.gbfs.checker import check
from feeds.gbfs.discovery import Discovery, discover
from feeds.gbfs.reader import read

__all__ = ["Discovery", "Plausible", "check", "discover", "read"]
