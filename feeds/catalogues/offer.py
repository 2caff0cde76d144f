"""What a catalogue that the hub gives out is made of: plain values, hashable, so that one offer is drawn once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from feeds.catalogues.entries import Name


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the two languages of the catalogue."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody or somewhere with an id and a name: a publisher, a place."""

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class LiveDocument:
    """What a feed says now, at an address that never changes. `name` tells it from the feed's others (``live-3.0``)."""

    name: str
    url: str
    standard_version: str
    media_type: str


@dataclass(frozen=True, slots=True)
class OfferedFeed:
    """A feed that everybody can have: as the archive of a version, as what it says now (`live`), or as both. Instants
    are UTC.

    `every_s`: seconds between two looks at its source; none for a feed that is handed in. `size` in bytes. A feed that
    has no archive has no `version`; its `media_type` and `size` say nothing.
    """

    slug: str
    title: Words
    standard: str
    standard_version: str
    publisher: Known
    licence: str
    places: tuple[Known, ...]
    every_s: int | None
    issued: dt.datetime
    modified: dt.datetime
    version: int | None
    media_type: str
    size: int
    names: tuple[Name, ...] = ()
    live: tuple[LiveDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """All that a hub offers. `base` is where the hub is reached, without a slash at its end; `manifest` is the address
    of the list of its live GBFS systems, empty where there is none; so is `country`, else as ISO 3166-1 alpha-3.
    """

    base: str
    title: Words
    description: Words
    publisher: Known
    place: Known
    feeds: tuple[OfferedFeed, ...]
    manifest: str = ""
    country: str = ""
