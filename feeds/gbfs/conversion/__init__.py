"""GBFS of any version as 2.3 and 3.0, with the list of what was lost."""

from feeds.gbfs.conversion.converting import Conversion, convert
from feeds.gbfs.conversion.information import Known
from feeds.gbfs.conversion.losses import LOSSES, Loss
from feeds.gbfs.conversion.source import Part

__all__ = ["LOSSES", "Conversion", "Known", "Loss", "Part", "convert"]
