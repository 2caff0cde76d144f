"""GTFS Realtime: a message read into tables, judged by itself and against the schedule that it speaks of."""

from feeds.gtfs_rt.before import Before
from feeds.gtfs_rt.check import check
from feeds.gtfs_rt.message import Message, looks_like, parse
from feeds.gtfs_rt.read import read
from feeds.gtfs_rt.schedule import Schedule

__all__ = ["Before", "Message", "Schedule", "check", "looks_like", "parse", "read"]
