"""Asking for a feed's addresses, with what its records know, and remembering what came of each question.

A question to a registered feed is asked with the validators of the answer that is held, unless that answer is too old
to trust a 304 (`full_fetch_days`), and with the feed's credential. What came is written in two steps: each request at
once, the answers that are held only together with the version that was made of them. Else a worker that is killed in
between would be told *not modified* ever after, about something that nobody took in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.errors import FeedError
from hub.errors import AddressForbidden, FetchError, TooLarge
from hub.fetch import Answer, Ask, Fetcher, Validators, shown
from hub.fetching.credentials import ClientCredentials, Credential, without
from hub.records import Records, fetches
from hub.records import held as held_records
from hub.records.feed_models import Fetch, Held, Source
from hub.records.models import Attempt, Feed
from hub.services import credentials
from hub.services.back import Back
from hub.services.standards import is_sensitive

#: The content changed and the validators did not: a 304 of this server says nothing.
LIED = "the content changed while its ETag or Last-Modified did not; it is asked for whole next time"

#: Answers that are read into memory, at each poll anew: the largest public ones are near 30 MiB.
_MOST_BYTES: Final = dict.fromkeys(("gbfs", "gtfs-rt"), 64 << 20)


@dataclass(slots=True)
class Errands:
    """The questions of one attempt to take a feed in (or of one poll of it)."""

    fetcher: Fetcher
    slug: str
    now: dt.datetime
    #: None: somebody gave an address that is not the registered one. Then nothing is known and nothing written down.
    source: Source | None = None
    credential: Credential | None = None
    #: What is held, where the feed's current version was made of it.
    held: dict[str, Held] = field(default_factory=dict)
    full_fetch: dt.timedelta = dt.timedelta(days=7)
    _rows: list[Fetch] = field(default_factory=list)
    _answers: list[tuple[str, Answer, bool]] = field(default_factory=list)

    def ask(self, name: str, url: str, target: Path, *, only_if_changed: bool = True) -> Answer:
        """Fetch an address into `target`; `name` is the file's (``station_status``), empty for a feed of one file.

        With `only_if_changed` it may be answered that what is held is still so; then `target` is left as it is.

        Raises:
            FetchError: see `Fetcher.ask`.
        """
        known = self._known(name) if only_if_changed else None
        try:
            answer = self.fetcher.ask(Ask(url, known, self.credential, _MOST_BYTES.get(self.standard)), target)
        except FetchError as fault:
            # The fetcher takes them out of what it says of an answer, and an address may hold one before it is asked.
            fault.args = (self.without_secrets(str(fault)),)
            self._failed(name, url, fault)
            raise
        lied = self._lied(name, answer)
        self._rows.append(self._row(name, answer, LIED if lied else ""))
        self._answers.append((name, answer, lied))
        return answer

    def write_log(self, records: Records) -> None:
        """Write down each request that was made since it was last called."""
        rows, self._rows = self._rows if self.source else [], []
        if rows:
            with records.write() as session:
                for row in rows:
                    fetches.add(session, row)

    def not_taken(self, name: str, why: FeedError) -> None:
        """What came under this name was no good: it is not held, and its request failed, whatever status it had.

        To be called before `write_log`.
        """
        self._answers = [one for one in self._answers if one[0] != name]
        for row in self._rows:
            if row.name == name:
                row.outcome, row.error = fetches.FAILED, self.without_secrets(str(why))

    def keep(self, session: Session) -> None:
        """Hold the good answers: to be called where the version that was made of them is committed."""
        for name, answer, lied in self._answers if self.source else ():
            fresh = None if answer.fresh_s is None else self.now + dt.timedelta(seconds=answer.fresh_s)
            if answer.not_modified:
                held_records.still(session, self.slug, name, at=self.now, fresh_until=fresh)
                continue
            held_records.keep(
                session,
                self.slug,
                name,
                at=self.now,
                url=self._storable(answer.url),
                etag="" if lied else answer.etag,
                last_modified="" if lied else answer.last_modified,
                digest=answer.digest,
                size=0 if self._discreet else answer.size,
                fresh_until=fresh,
            )

    def without_secrets(self, text: str) -> str:
        """A text in which the feed's credential cannot be read, nor the token that was got with it."""
        if self.credential is None:
            return text
        way = self.credential.way
        token = self.fetcher.tokens.kept(way) if isinstance(way, ClientCredentials) else ""
        return without((*way.secrets, token), text)

    def clean(self, content: bytes) -> bytes:
        """A document in which they cannot be read: some servers write the caller's key into the addresses that they
        name, and what is kept of an open feed is open.
        """
        if self.credential is None:
            return content
        return self.without_secrets(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    @property
    def standard(self) -> str:
        """What the feed is registered as; empty when it is not."""
        return self.source.standard if self.source else ""

    @property
    def _discreet(self) -> bool:
        # Of operator data the records tell no volumes: the web reads them.
        return is_sensitive(self.standard)

    def _known(self, name: str) -> Validators | None:
        row = self.held.get(name)
        if row is None or self.now - row.full_at >= self.full_fetch or not (row.etag or row.last_modified):
            return None
        return Validators(row.etag, row.last_modified, row.url)

    def _lied(self, name: str, answer: Answer) -> bool:
        row = self.held.get(name)
        if row is None or answer.not_modified or answer.digest == row.digest or answer.url != row.url:
            return False
        said = (answer.etag, answer.last_modified)
        return any(said) and said == (row.etag, row.last_modified)

    def _row(self, name: str, answer: Answer, error: str) -> Fetch:
        return Fetch(
            slug=self.slug,
            name=name,
            at=self.now,
            url=shown(answer.url),
            outcome=fetches.NOT_MODIFIED if answer.not_modified else fetches.FULL,
            status=answer.status,
            bytes=0 if self._discreet else answer.bytes,
            took_ms=0 if self._discreet else answer.took_ms,
            tries=answer.tries,
            etag=answer.etag,
            last_modified=answer.last_modified,
            digest=answer.digest,
            error=error,
        )

    def _failed(self, name: str, url: str, fault: FetchError) -> None:
        refused = isinstance(fault, AddressForbidden | TooLarge)
        self._rows.append(
            Fetch(
                slug=self.slug,
                name=name,
                at=self.now,
                url=self.without_secrets(shown(url)),
                outcome=fetches.REFUSED if refused else fetches.FAILED,
                status=fault.answered,
                took_ms=0 if self._discreet else fault.took_ms,
                tries=fault.tries,
                error=str(fault),
            )
        )

    def _storable(self, url: str) -> str:
        # What a redirect put into a query may well let somebody in; the registered address holds no secret.
        registered = self.source.url if self.source else ""
        return url if url == registered else shown(url)


def errands_of(back: Back, slug: str, address: str, *, now: dt.datetime) -> Errands:
    """Errands for a feed at an address: with all that the records know, if it is the registered one.

    Raises:
        Conflict, StorageError: the feed's credential cannot be used (see `credentials.opened`).
    """
    with back.front.records.read() as session:
        source = session.get(Source, slug)
        if source is None or source.url != address:
            return Errands(back.fetcher, slug, now)
        held = held_records.held(session, slug) if _is_current(session, slug, address) else {}
    credential = credentials.opened(source, back.opener) if source.secret else None
    days = dt.timedelta(days=back.full_fetch_days)
    return Errands(back.fetcher, slug, now, source, credential, held, days)


def _is_current(session: Session, slug: str, address: str) -> bool:
    """Whether the feed's current version is what this address last gave, and not what somebody handed in since."""
    feed = session.get(Feed, slug)
    if feed is None or feed.current_id is None:
        return False
    good = Attempt.version_id.is_not(None)
    last = session.scalar(select(Attempt).where(Attempt.feed_slug == slug, good).order_by(Attempt.id.desc()).limit(1))
    return last is not None and last.source == shown(address) and last.version_id == feed.current_id
