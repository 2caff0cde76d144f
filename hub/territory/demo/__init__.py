"""The synthetic mobility basin Hautes-Combes: feeds with known answers, from a seed.

`generate` writes GTFS, GBFS 2.3 and 3.0 and four MDS feeds, with planted defects and the truth beside them;
`trip_table` gives the trips alone, in memory.
"""

from __future__ import annotations

from hub.territory.demo.generate import Demo, generate
from hub.territory.demo.trip_table import trip_table

__all__ = ["Demo", "generate", "trip_table"]
