"""What a process that answers readers keeps at hand of the published GBFS systems."""

from __future__ import annotations

import datetime as dt
from typing import Final

from feeds.gbfs.conversion.publication import PUBLISHED, manifest, tail
from governance.datasets import Standard
from hub.records import live as live_records
from hub.services.catalogue import is_open
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.live_asking import Asked, Grant, holds
from hub.services.live_objects import Objects
from hub.services.live_pack import Entry, Held, pack, unpack
from hub.services.live_place import base_of
from hub.services.live_shown import Loaded, Shown

#: The list of the systems changes when one opens, closes or is first read: at any moment, and seldom.
MANIFEST_TTL_S: Final = 60


class Shelf(Asked[Shown]):
    """The systems at hand in one process."""

    def __init__(self, front: Front) -> None:
        super().__init__(front, Standard.GBFS)
        self._objects = Objects(front, lambda content: Loaded(unpack(content)))
        self._listed: tuple[dt.datetime, Held] | None = None

    def manifest(self) -> Held:
        """The list of all open systems: ``manifest.json`` of 3.0, without its head."""
        now = self._front.clock()
        if self._listed is not None and holds(self._listed[0], now):
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

    def _read(self, grant: Grant) -> Shown:
        found = self._objects.newest(grant.slug)
        return Shown(grant, None, {}) if found is None else Shown(grant, found[1], found[0].fresh)


def _data(document: bytes) -> bytes:
    return document.partition(b'"data":')[2]
