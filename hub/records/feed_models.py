"""The tables of the feeds' own life: where each is fetched, what came of it, how it is judged, whom that is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.records.models import Base, Serial


class Source(Base):
    """Where a feed is fetched, and when. It may be registered long before its first good version.

    What the hub may do with the feed is said by the commons' documents, never here.
    """

    __tablename__ = "source"

    #: The feed's slug, which is also the id of its dataset in the commons.
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    standard: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Text, default="")
    #: Without user, password and secret parameters: those are sealed in `secret`.
    url: Mapped[str] = mapped_column(Text)
    #: As the catalogue that named the feed says; what holds in this commons is in its documents.
    holder: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(Text, default="")
    territory: Mapped[str] = mapped_column(Text, default="")
    #: Of GTFS-RT: the slug of the schedule that it speaks of.
    schedule: Mapped[str | None] = mapped_column(String(80))
    #: Seconds between two fetches; none: the usual of its standard, or its ttl.
    every_s: Mapped[int | None] = mapped_column(Integer)
    #: How it is asked: ``header``, ``bearer``, ``basic``, ``query`` or ``oauth2``, and names that are no secret.
    auth: Mapped[dict[str, Any]]
    #: The credential, encrypted under the hub's own key.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Not fetched while false.
    active: Mapped[bool] = mapped_column(default=True)
    registered_at: Mapped[dt.datetime]
    #: When it is fetched next; none: as soon as may be.
    due_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    #: How often in a row it failed since it last answered well.
    failures: Mapped[int] = mapped_column(Integer, default=0)


class ExternalId(Base):
    """What other catalogues call a feed: MobilityData ``mdb-…``, the national access point ``tdg-…``, Onestop ids."""

    __tablename__ = "external_id"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), index=True)


class FeedRedirect(Base):
    """A slug that was superseded: whoever asks for it is led on."""

    __tablename__ = "feed_redirect"

    old: Mapped[str] = mapped_column(String(80), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), index=True)
    at: Mapped[dt.datetime]
    why: Mapped[str] = mapped_column(Text, default="")


class Held(Base):
    """The last good answer of one address of a feed: a GBFS file, a GTFS archive, a GTFS-RT message."""

    __tablename__ = "held"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: The file's name (``station_status``); of a feed of one file, empty.
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    #: SHA-256 of the bytes, decoded.
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    #: When the server last said that this is the answer, and when it last sent it whole.
    asked_at: Mapped[dt.datetime]
    full_at: Mapped[dt.datetime]
    #: Until when the feed says that it stays so (GBFS ``ttl``, or a Cache-Control).
    fresh_until: Mapped[dt.datetime | None]


class Live(Base):
    """What is published live of a feed now: one object of the released plane with all files of a GBFS system, or with
    the newest message of GTFS Realtime.
    """

    __tablename__ = "live"

    #: The feed's slug.
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: SHA-256 of the object, and its size in bytes.
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    #: SHA-256 over what it was made from: the same again is not converted again.
    inputs: Mapped[str] = mapped_column(String(64))
    #: When the operator last said that this is its answer.
    at: Mapped[dt.datetime]
    #: Until when each of the operator's files holds, as POSIX seconds.
    fresh: Mapped[dict[str, Any]]
    #: For whom the decision let it out, and under which agreements.
    audience: Mapped[str] = mapped_column(String(20))
    agreements: Mapped[list[Any]]


class Fetch(Base):
    """One request for a feed, whatever came of it. Kept for some months."""

    __tablename__ = "fetch"
    __table_args__ = (Index("ix_fetch_slug_at", "slug", "at"), Index("ix_fetch_at", "at"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[dt.datetime]
    #: As it may be written down: without credentials and query.
    url: Mapped[str] = mapped_column(Text)
    #: ``full``, ``not_modified``, ``refused`` (by the address guard or a limit) or ``failed``.
    outcome: Mapped[str] = mapped_column(String(20))
    #: The HTTP status; none when no answer came.
    status: Mapped[int | None] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    took_ms: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(Integer, default=1)
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    error: Mapped[str] = mapped_column(Text, default="")


class Standing(Base):
    """What one check says of a feed after grace and probation, and what it last said by itself."""

    __tablename__ = "standing"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    check: Mapped[str] = mapped_column(String(80), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(20))
    since: Mapped[dt.datetime]
    #: The newest raw verdict, how often in a row it came, and since when.
    latest: Mapped[str] = mapped_column(String(20))
    streak: Mapped[int] = mapped_column(Integer)
    streak_since: Mapped[dt.datetime]
    at: Mapped[dt.datetime]
    facts: Mapped[dict[str, Any]]


class Score(Base):
    """One of a feed's three scores on one day: freshness, availability or compliance, with what made it."""

    __tablename__ = "score"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: 0 … 1000; none where it cannot be told.
    value: Mapped[int | None] = mapped_column(Integer)
    details: Mapped[dict[str, Any]]


class Incident(Base):
    """Something wrong with a feed, from when it was seen until it was seen no more."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_slug_opened_at", "slug", "opened_at"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    #: Counts the feed's own incidents from 1; the id is shown to nobody.
    number: Mapped[int] = mapped_column(Integer)
    #: The check that failed.
    check: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    facts: Mapped[dict[str, Any]]


class IncidentNote(Base):
    """What the holder or a reader wrote to an incident. Never changed."""

    __tablename__ = "incident_note"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    incident: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    at: Mapped[dt.datetime]
    #: A member's id.
    by: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)


class Brake(Base):
    """A run that would have hidden too many feeds at once, and what a person said of it."""

    __tablename__ = "brake"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    at: Mapped[dt.datetime]
    #: The run: ``import``, ``judge`` …
    run: Mapped[str] = mapped_column(String(40))
    #: Digest of what it would have done, so that a person agrees to that and to nothing else.
    digest: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    #: ``waiting``, ``let through``, ``refused`` or ``overtaken``.
    state: Mapped[str] = mapped_column(String(20))


class Happening(Base):
    """What happened to a feed that its readers want to be told: a new version, an error, an address that changed."""

    __tablename__ = "happening"
    __table_args__ = (UniqueConstraint("slug", "number"), Index("ix_happening_at", "at"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    #: Counts the feed's own from 1; the id is shown to nobody.
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime]
    #: What it is about: the same thing is not told twice.
    key: Mapped[str] = mapped_column(String(200), index=True)
    facts: Mapped[dict[str, Any]]


class Hook(Base):
    """An address that a member wants happenings sent to."""

    __tablename__ = "hook"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    member: Mapped[str] = mapped_column(String(80), index=True)
    #: ``webhook`` or ``mail``.
    channel: Mapped[str] = mapped_column(String(10))
    #: The URL or e-mail address, encrypted under the hub's own key: it may hold a credential.
    target: Mapped[bytes] = mapped_column(LargeBinary)
    #: The target as it may be shown.
    shown: Mapped[str] = mapped_column(Text)
    #: The key that messages are signed with, encrypted under the hub's own.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Which feeds and which kinds of happenings; empty: all that the member may see.
    slugs: Mapped[list[Any]]
    kinds: Mapped[list[Any]]
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    ended_why: Mapped[str] = mapped_column(Text, default="")


class Delivery(Base):
    """One happening on its way to one hook."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("hook", "happening", "round"),
        Index("ix_delivery_state_next_at", "state", "next_at"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    hook: Mapped[str] = mapped_column(ForeignKey("hook.id"))
    happening: Mapped[int] = mapped_column(ForeignKey("happening.id"))
    #: 1, and one more each time somebody asks for it again.
    round: Mapped[int] = mapped_column(Integer)
    #: ``waiting``, ``delivered``, ``failed`` or ``withheld`` (its member may not know of it).
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[dt.datetime]
    #: Of the last try.
    at: Mapped[dt.datetime | None]
    status: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(Text, default="")


class HubKey(Base):
    """The public half of a key of the hub's own."""

    __tablename__ = "hub_key"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: In base64.
    public: Mapped[str] = mapped_column(String(44))
    at: Mapped[dt.datetime]
