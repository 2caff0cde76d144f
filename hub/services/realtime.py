"""Take in what a GTFS Realtime feed says now: judge it against its schedule, keep it, archive it, publish it.

A message comes every 20 to 60 seconds, so it is no version of its feed: versions are made by `hub.services.ingest`,
for whoever asks for one. `take` keeps the newest message in the vault, where the next one is held against it, and lets
readers have it where the feed's holder opened it.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

from sqlalchemy.orm import Session

from feeds.errors import UnusableFeed
from feeds.findings import Report, merge
from feeds.gtfs_rt import Before, Message, Schedule, check, parse
from feeds.gtfs_rt.check import reading_findings
from feeds.gtfs_rt.plausible import Plausible
from governance.datasets import Standard
from hub.errors import Conflict, NotFound, Refused
from hub.records.feed_models import Source
from hub.records.models import Feed, Version
from hub.services.archive import append
from hub.services.back import Back
from hub.services.realtime_pack import About, Against, packed
from hub.services.realtime_publishing import prolong, publish

#: The kind of archive that messages go to.
ARCHIVE: Final = "gtfs-rt"
#: How often a feed is usually asked, in seconds.
USUAL_S: Final = 30
_FOLDER: Final = "realtime"
_MESSAGE: Final = "message.pb"
_MOST_SCHEDULES: Final = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a message. `is_new` is false for the very bytes of the one before, which is judged and kept no more.

    `published` says whether readers have it; where not, `why` is the sentence that says why.
    """

    slug: str
    report: Report
    is_new: bool
    against: Against | None
    published: bool
    why: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)


class Desk:
    """What a process keeps open between two messages: schedules, and the message before of each feed.

    Threads may share it: each feed has one turn at a time, and a schedule that two open at once is opened twice.
    """

    def __init__(self) -> None:
        self._schedules: OrderedDict[tuple[str, str], Schedule] = OrderedDict()
        self._before: dict[str, tuple[bytes, Before]] = {}
        self._lock = Lock()

    def schedule(self, back: Back, against: Against) -> Schedule:
        """The schedule, opened once; a few of them stay open."""
        key = (against.slug, against.digest)
        with self._lock:
            known = self._schedules.get(key)
        opened = known or Schedule.open(back.vault.tables(*key))
        with self._lock:
            self._schedules[key] = opened
            self._schedules.move_to_end(key)
            while len(self._schedules) > _MOST_SCHEDULES:
                self._schedules.popitem(last=False)
        return opened

    def before(self, slug: str, content: bytes) -> Before:
        """What is remembered of the message before, which had these bytes."""
        known = self._before.get(slug)
        if known is not None and known[0] == content:
            return known[1]
        return Before.of(parse(content))

    def remember(self, slug: str, content: bytes, before: Before) -> None:
        """Keep the newest message in mind."""
        self._before[slug] = (content, before)


def take(
    back: Back,
    slug: str,
    message: bytes,
    *,
    at: dt.datetime,
    schedule: str | None = None,
    every_s: int | None = None,
    desk: Desk | None = None,
    read: Message | None = None,
) -> Taken:
    """Take a message in that was fetched at `at`.

    It is judged against the current version of `schedule`, else of the schedule that the feed is registered with, else
    by itself. `every_s` is after how many seconds the feed is asked again, else what it is registered with. A caller
    that takes many messages keeps a `Desk`; one that asked whether it is `usable` gives what it read.

    Raises:
        NotAFeed, UnusableFeed: it is no message, or nothing of it can be used; the one before stays.
        Conflict: the feed is of another standard.
    """
    read = read or usable(message)
    with back.vault.turn_of(slug):
        round_ = _round(back, slug, message, at=at, schedule=schedule, every_s=every_s)
        return _take_in_turn(back, round_, read, desk or Desk())


def still(back: Back, slug: str, *, at: dt.datetime, every_s: int | None = None) -> bool:
    """The publisher said (304) that the newest message is still its answer: readers may keep it for longer.

    Answers whether readers have it.
    """
    with back.front.records.read() as session:
        source = session.get(Source, slug)
    try:
        return prolong(back, slug, at=at, fresh_s=every_s or (source and source.every_s) or USUAL_S)
    except (NotFound, Refused, Conflict):
        return False


def folder_of(slug: str) -> str:
    """Where the newest message of a feed lies in the vault."""
    return f"{_FOLDER}/{slug}"


def last_message(back: Back, slug: str) -> bytes | None:
    """The newest good message of a feed, as it came; None before the first. A 304 says that it is still the answer."""
    return back.vault.note(folder_of(slug), _MESSAGE)


@dataclass(frozen=True, slots=True)
class _Round:
    """A message in its turn; `last` are the bytes of the one before."""

    slug: str
    message: bytes
    at: dt.datetime
    against: Against | None
    every_s: int
    last: bytes | None

    @property
    def is_new(self) -> bool:
        return self.message != self.last


def usable(message: bytes) -> Message:
    """What a message says.

    Raises:
        NotAFeed, UnusableFeed: it is no message, or nothing of it can be used.
    """
    read = parse(message)
    if read.entities and not read.tables["entities"].num_rows:
        raise UnusableFeed(f"no usable entity is left: {read.set_aside[0].reason}", row=read.set_aside[0].entity)
    return read


def _round(
    back: Back, slug: str, message: bytes, *, at: dt.datetime, schedule: str | None, every_s: int | None
) -> _Round:
    with back.front.records.read() as session:
        source, feed = session.get(Source, slug), session.get(Feed, slug)
        for standard in (source and source.standard, feed and feed.standard):
            if standard not in (None, Standard.GTFS_RT):
                raise Conflict(f"{slug} is no GTFS Realtime feed: it is {standard}")
        wanted = schedule or (source.schedule if source else None)
        against = _against(session, wanted) if wanted else None
    every = every_s or (source and source.every_s) or USUAL_S
    return _Round(slug, message, at, against, every, last_message(back, slug))


def _against(session: Session, schedule: str) -> Against | None:
    """The current version of a schedule; None while there is no good one, so that messages are judged all the same."""
    feed = session.get(Feed, schedule)
    current = session.get(Version, feed.current_id) if feed is not None and feed.current_id is not None else None
    if feed is None or current is None:
        return None
    if feed.standard != Standard.GTFS:
        raise Conflict(f"{schedule} is no schedule: it is {feed.standard}")
    return Against(schedule, current.number, current.digest)


def _take_in_turn(back: Back, round_: _Round, read: Message, desk: Desk) -> Taken:
    before = desk.before(round_.slug, round_.last) if round_.last is not None else None
    report = _judged(back, desk, round_, read, before if round_.is_new else None)
    taken = Taken(
        round_.slug,
        report,
        round_.is_new,
        round_.against,
        published=False,
        rows={name: table.num_rows for name, table in read.tables.items()},
    )
    if round_.is_new:
        # Before the note: a kill between the two archives a message twice, and never not at all.
        spoken = {name: table for name, table in read.tables.items() if table.num_rows}
        append(back, ARCHIVE, round_.slug, spoken, round_.at)
        if before is not None and _goes_back(read, before, round_.at):
            return replace(taken, why="older than the message before, which stays")
        back.vault.keep_note(folder_of(round_.slug), _MESSAGE, round_.message)
        desk.remember(round_.slug, round_.message, Before.of(read, round_.at))
    about = About(round_.against, report, read.timestamp_s)
    try:
        publish(back, round_.slug, packed(round_.message, about), at=round_.at, fresh_s=round_.every_s)
    except (NotFound, Refused, Conflict) as refusal:
        return replace(taken, why=f"kept, not published: {refusal}")
    return replace(taken, published=True)


def _judged(back: Back, desk: Desk, round_: _Round, read: Message, before: Before | None) -> Report:
    schedule = desk.schedule(back, round_.against) if round_.against is not None else None
    judged = check(read, at=round_.at, schedule=schedule, before=before)
    if round_.against is not None:
        named = {"schedule": f"{round_.against.slug} version {round_.against.version}"}
        judged = replace(judged, parameters={**judged.parameters, **named})
    return merge([Report(findings=reading_findings(read)), judged])


def _goes_back(read: Message, before: Before, at: dt.datetime) -> bool:
    """Whether a message is older than the one before, unless that one came from a clock that ran ahead."""
    if read.timestamp_s is None or before.timestamp_s is None:
        return False
    return read.timestamp_s < before.timestamp_s <= at.timestamp() + Plausible().future_s
