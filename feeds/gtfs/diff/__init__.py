"""The difference of two states of a timetable: which rows of which files, in the GTFS Diff shape, and what it means."""

from feeds.gtfs.diff.applying import Feed, Sheet, apply, sheets
from feeds.gtfs.diff.differ import Side, Wish, diff
from feeds.gtfs.diff.document import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "Feed", "Sheet", "Side", "Wish", "apply", "diff", "sheets"]
