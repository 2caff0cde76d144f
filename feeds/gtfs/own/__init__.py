"""Canonical rules that gtfs-guru does not raise, over the tables of a reading."""

from feeds.gtfs.own.checks import CHECKS, check

__all__ = ["CHECKS", "check"]
