"""Catalogues of feeds that others keep, and the ones that the hub gives out.

Read: DMFR, MobilityData's ``systems.csv``, a GBFS ``manifest.json``, the national access point's list of datasets.
Written: DMFR (`dmfr.write`), mobilityDCAT-AP 1.1.0 (`feeds.catalogues.dcat`). Pure: bytes and plain values in and out.
"""

from feeds.catalogues.entries import NAMERS, STANDARDS, FeedList, Listed, Name, Unlisted
from feeds.catalogues.reading import SHAPES, read, shape_of

__all__ = ["NAMERS", "SHAPES", "STANDARDS", "FeedList", "Listed", "Name", "Unlisted", "read", "shape_of"]
