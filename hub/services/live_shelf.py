"""What a process that answers readers keeps at hand of the published GBFS systems. It asks no operator, ever.

Every answer rests on a decision. Whoever reads an open system is the public, and the public's question about one
system is the same question for half a second: it is decided once, with one entry of the log, and that entry counts
the answers that the decision before it gave. So what is suspended stops within a second, however many read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from feeds.gbfs.conversion.publication import PUBLISHED, manifest, tail
from governance.datasets import Standard
from governance.decide import decide
from governance.decision import Deny
from governance.request import Request
from governance.world import World
from hub.errors import NotFound, StorageError
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.services import identified
from hub.services.catalogue import is_holder, is_open, must_see, open_request, reading_as, registered
from hub.services.commons import current_world, world_at
from hub.services.decisions import decided_counting, note, refused
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.live_pack import Entry, Held, pack, unpack
from hub.services.live_place import base_of, packs
from hub.services.live_shown import Loaded, Shown
from hub.services.trail import used

#: How long the public's question about one system is the same question.
SHARED: Final = dt.timedelta(seconds=0.5)
#: The list of the systems changes when one opens, closes or is first read: at any moment, and seldom.
MANIFEST_TTL_S: Final = 60


class Shelf:
    """The systems at hand in one process."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._loaded: dict[str, Loaded] = {}
        self._shown: dict[str, Shown] = {}
        self._listed: tuple[dt.datetime, Held] | None = None

    def at_hand(self, slug: str) -> Shown | None:
        """An open system under a decision that still holds; None when it must be decided anew."""
        shown = self._shown.get(slug)
        return shown if shown is not None and _holds(shown.since, self._front.clock()) else None

    def for_everybody(self, slug: str) -> Shown | None:
        """Decide whether everybody may read a system, and write that down once; None where it is open to nobody
        in particular, so that each reader must be asked who it is.

        Raises:
            NotFound: no GBFS system of that name in the commons.
            Refused: the decision denied it.
        """
        world = self._world(slug)
        if not is_open(world, slug, self._front.clock()):
            self._shown.pop(slug, None)
            return None
        before = self._shown.pop(slug, None)
        with self._front.records.write() as session:
            at = self._front.clock()
            request = open_request(None, slug, at)
            world = world_at(self._front, session, at)
            decision = decide(request, world)
            counts = {"answers_before": before.answers if before else 0}
            note(session, request, decision, world=world, counts=counts)
        if isinstance(decision, Deny):
            raise refused(decision)
        self._shown[slug] = shown = self._read(slug, world, at)
        return shown

    def for_reader(self, slug: str, actor: Actor, purpose: str | None) -> Shown:
        """Decide whether one reader may read a system that is not open to everybody, each time anew.

        Raises:
            NotFound: as `for_everybody`.
            Refused: the decision denied it; that is in the log.
        """
        front, world = self._front, self._world(slug)
        reader, at = reading_as(actor), front.clock()
        if is_holder(world, slug, actor) or reader is None or not identified.may_read(world, slug, reader, at):
            must_see(front, slug, actor)
            return self._read(slug, world, at)
        word = registered(world, purpose) if purpose else identified.purposes_of(world, slug, at)[0]
        request = identified.look(reader, slug, at, purpose=word)

        def counted(session: Session) -> Request:
            now = front.clock()
            return replace(request, at=now, used=used(session, world, reader, slug, at=now))

        decided_counting(front, counted)
        return self._read(slug, world, at)

    def manifest(self) -> Held:
        """The list of all open systems: ``manifest.json`` of 3.0, without its head."""
        now = self._front.clock()
        if self._listed is not None and _holds(self._listed[0], now):
            return self._listed[1]
        world = current_world(self._front)
        with self._front.records.read() as session:
            opened = [row.slug for row in live_records.all_live(session) if is_open(world, row.slug, now)]
        # Newest messages of GTFS Realtime are published from the same table.
        slugs = [slug for slug in opened if world.datasets[slug].standard is Standard.GBFS]
        data = manifest({slug: (base_of(self._front, slug), PUBLISHED) for slug in slugs})
        before = self._listed[1] if self._listed else None
        made = unpack(pack([Entry("manifest", tail("3.0", now, data), ())], missing={})).files["manifest"]
        same = before is not None and _data(before.tail) == _data(made.tail)
        self._listed = (now, before if same and before is not None else made)
        return self._listed[1]

    def _world(self, slug: str) -> World:
        world = current_world(self._front)
        dataset = world.datasets.get(slug)
        if dataset is None or dataset.standard is not Standard.GBFS:
            raise NotFound(f"no GBFS system is called {slug!r}")
        return world

    def _read(self, slug: str, world: World, at: dt.datetime) -> Shown:
        row = self._row(slug)
        if row is None:
            self._loaded.pop(slug, None)
        loaded = None if row is None else self._load(row)
        return Shown(slug, world.datasets[slug].licence, at, loaded, row.fresh if row is not None else {})

    def _row(self, slug: str) -> Live | None:
        with self._front.records.read() as session:
            return live_records.live(session, slug)

    def _load(self, row: Live, *, again: bool = True) -> Loaded:
        loaded = self._loaded.get(row.slug)
        if loaded is not None and loaded.digest == row.digest:
            return loaded
        try:
            content = packs(self._front, row.slug).read(row.digest)
        except NotFound as gone:
            # Two newer snapshots came since the row was read.
            newer = self._row(row.slug) if again else None
            if newer is None:
                raise StorageError(f"what is published of {row.slug} is not here; it is not served") from gone
            return self._load(newer, again=False)
        self._loaded[row.slug] = loaded = Loaded(row.digest, unpack(content))
        return loaded


def _holds(since: dt.datetime, now: dt.datetime) -> bool:
    return since <= now < since + SHARED


def _data(document: bytes) -> bytes:
    return document.partition(b'"data":')[2]
