"""Publish what an operator's GBFS system says now, for readers to take from here and not from the operator.

The worker alone asks the operator, in a `turn`, and hands what came to `put`; readers get it from
`hub.services.live_shelf`, which asks nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from feeds.gbfs.conversion import Known, Loss, convert
from feeds.gbfs.conversion.publication import PUBLISHED
from governance.audiences import Audience
from governance.datasets import Standard
from governance.decide import decide
from governance.decision import Decision, Deny, Permit
from governance.request import Action, Request
from governance.world import World
from hub.errors import Conflict, NotFound
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.services.back import Back
from hub.services.catalogue import OPEN_PURPOSE, never_open, published_for
from hub.services.commons import world_at
from hub.services.decisions import note, refused
from hub.services.identified import purposes_of
from hub.services.live_packing import digest_of, packed
from hub.services.live_place import ADDRESS, base_of, packs, remove_old
from hub.services.publish import SECRETARIAT


@dataclass(frozen=True, slots=True)
class Turn:
    """Whoever has it may ask the operator. `fresh` says until when each of its files holds, by the file's name."""

    slug: str
    fresh: Mapping[str, dt.datetime]

    def stale(self, names: Iterable[str], at: dt.datetime) -> list[str]:
        """Those of the files that must be asked for anew: another worker may have done so while this one waited."""
        return [name for name in names if name not in self.fresh or self.fresh[name] <= at]


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of `put`. `is_new` is false where the operator said the same as before.

    `losses` and `missing` are those of the conversion; of what is not new they were told before.
    """

    digest: str
    is_new: bool
    losses: tuple[Loss, ...] = ()
    missing: tuple[str, ...] = ()


@contextmanager
def turn(back: Back, slug: str) -> Iterator[Turn]:
    """Wait for one's turn to ask this system's operator: one at a time, in whatever process.

    What is fresh is read within the turn, so of two workers that come at once the second finds nothing to ask.
    """
    with live_records.alone(back.front.records, slug):
        with back.front.records.read() as session:
            row = live_records.live(session, slug)
        yield Turn(slug, _fresh(row))


def known_of(back: Back) -> Known:
    """What the installation says where a system's own files do not."""
    return Known(
        feed_contact_email=back.contact if "@" in back.contact else back.mail_from,
        timezone=back.timezone,
        manifest_url=f"{back.front.public_url}{ADDRESS}/manifest.json",
    )


def put(
    back: Back,
    slug: str,
    documents: Mapping[str, bytes],
    *,
    at: dt.datetime,
    ttls: Mapping[str, float],
    known: Known | None = None,
) -> Placed:
    """Publish the newest good documents of a system, all of them, whether they came now or before.

    `documents` are named as `feeds.gbfs.conversion.source.read` says. `ttls` are the seconds from `at` on until each
    is stale: of one that came now its ``ttl``, of one that came before what is left of it. `known` fills what the
    documents lack; without it `known_of` does.

    Raises:
        NotFound: no such feed in the commons.
        Conflict: it is no GBFS system.
        Refused: the decision denied it; what was published is withdrawn, and that is in the log.
        UnusableFeed: not one of the documents is a file of GBFS; what was published stays.
    """
    front, known = back.front, known or known_of(back)
    base = base_of(front, slug)
    with front.records.read() as session:
        world = world_at(front, session, at)
        before = live_records.live(session, slug)
    request = _question(world, slug, at)
    # Only what may leave is laid where readers are served from: asked before it is written, and again with the row.
    if isinstance(denial := _decide(request, world), Deny):
        _withdraw(back, slug, request, denial)
        raise refused(denial)
    inputs = digest_of(documents, known, base)
    fresh = {name: at.timestamp() + max(0.0, ttls.get(name, 0.0)) for name in documents}
    if before is not None and before.inputs == inputs:
        _let_out(back, request, _Object(before.digest, before.size, inputs), fresh)
        return Placed(before.digest, is_new=False)
    converted = convert(documents, slug=slug, at=at, known=known)
    stored = packs(front, slug).put(packed(converted, base))
    _let_out(back, request, _Object(stored.digest, stored.size, inputs), fresh)
    remove_old(front, slug, keep={stored.digest, before.digest if before else ""})
    gone = tuple(f"{version}/{name}" for version in PUBLISHED for name in converted.missing[version])
    return Placed(stored.digest, is_new=True, losses=converted.losses, missing=gone)


def sweep(back: Back) -> list[str]:
    """Withdraw every system that may be published no more, whether anybody still asks its operator or not.

    `put` does so for the systems that are asked. Answers with their slugs.
    """
    at = back.front.clock()
    with back.front.records.read() as session:
        slugs = [row.slug for row in live_records.all_live(session)]
        if not slugs:
            return []
        world = world_at(back.front, session, at)
    return [slug for slug in slugs if not _may_stay(back, world, slug, at)]


def _may_stay(back: Back, world: World, slug: str, at: dt.datetime) -> bool:
    denial: Decision | None = None
    try:
        request = _question(world, slug, at)
        denial = _decide(request, world)
    except (NotFound, Conflict):  # the documents name it no more: nobody's question, so no entry of the log
        request = None
    if isinstance(denial, Permit):
        return True
    _withdraw(back, slug, request, denial)
    return False


@dataclass(frozen=True, slots=True)
class _Object:
    digest: str
    size: int
    inputs: str


def _question(world: World, slug: str, at: dt.datetime) -> Request:
    """To publish a system for whom its agreements open it: the question that publishing a version asks."""
    dataset = world.datasets.get(slug)
    if dataset is None:
        raise NotFound(f"no feed is called {slug!r}")
    if dataset.standard is not Standard.GBFS:
        raise Conflict(f"{slug} is no GBFS system: it is {dataset.standard}")
    audience = published_for(world, slug, at)
    purposes = [OPEN_PURPOSE] if audience is Audience.OPEN else purposes_of(world, slug, at)
    return Request(
        actor=SECRETARIAT,
        action=Action.PUBLISH_OPEN,
        subject=slug,
        audience=audience,
        purpose=purposes[0],
        at=at,
    )


def _decide(request: Request, world: World) -> Decision:
    sealed = never_open(world, request.subject)
    return decide(request, world) if sealed is None else Deny((sealed,))


def _let_out(back: Back, request: Request, made: _Object, fresh: Mapping[str, float]) -> None:
    """Write the row that readers follow, after the decision of this very instant.

    The permit goes into the log when it is the first, or when it is for others or under other agreements than before:
    that the same still holds each half minute is no news.
    """
    front, slug = back.front, request.subject
    with front.records.write() as session:
        world = world_at(front, session, request.at)
        request = _question(world, slug, request.at)
        decision = _decide(request, world)
        if isinstance(decision, Permit):
            agreements, before = sorted(decision.grants.values()), live_records.live(session, slug)
            if before is None or (before.audience, before.agreements) != (request.audience.value, agreements):
                note(session, request, decision, world=world)
            if before is None or before.at <= request.at:  # a slower worker does not undo what a faster one did
                audience = request.audience.value
                live_records.keep(
                    session, slug, **asdict(made), at=request.at, fresh=fresh, audience=audience, agreements=agreements
                )
    if isinstance(decision, Deny):
        _withdraw(back, slug, request, decision)
        raise refused(decision)


def _withdraw(back: Back, slug: str, request: Request | None, denial: Decision | None) -> None:
    """Publish nothing more of a system. Where nothing was published nothing was asked to leave: no entry of the log."""
    with back.front.records.write() as session:
        was_there = live_records.withdraw(session, slug)
        if was_there and request is not None and denial is not None:
            note(session, request, denial, world=world_at(back.front, session, request.at))
    remove_old(back.front, slug, keep=set())


def _fresh(row: Live | None) -> dict[str, dt.datetime]:
    held = row.fresh if row is not None else {}
    return {name: dt.datetime.fromtimestamp(float(until), dt.UTC) for name, until in held.items()}
