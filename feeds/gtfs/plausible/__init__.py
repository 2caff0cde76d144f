"""What is hard to believe in a timetable: never an error, always worth a look."""

from feeds.gtfs.plausible.checks import CHECKS, check
from feeds.gtfs.plausible.thresholds import OTHER_KMH, SPEEDS_KMH, THRESHOLDS, Threshold, values

__all__ = ["CHECKS", "OTHER_KMH", "SPEEDS_KMH", "THRESHOLDS", "Threshold", "check", "values"]
