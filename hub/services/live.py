"""Publish what an operator's GBFS system says now, for readers to take from here and not from the operator.

The worker alone asks the operator, in a `turn`, and hands what came to `put`; readers get it from
`hub.services.live_shelf`, which asks nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from feeds.gbfs.conversion import Known, Loss, convert
from feeds.gbfs.conversion.publication import PUBLISHED
from governance.datasets import Standard
from governance.decision import Permit
from governance.world import World
from hub.records import live as live_records
from hub.records.feed_models import Live
from hub.released import Stored
from hub.services.back import Back
from hub.services.commons import world_at
from hub.services.live_letting import decided, let_out, must_be_permitted, question, withdraw
from hub.services.live_packing import digest_of, packed
from hub.services.live_place import ADDRESS, base_of, packs, remove_old

#: The standards of which something is published live; GTFS Realtime by `hub.services.realtime_publishing`.
LIVE: Final = frozenset((Standard.GBFS, Standard.GTFS_RT))


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
    must_be_permitted(back, slug, at, Standard.GBFS)
    base = base_of(front, slug)
    with front.records.read() as session:
        before = live_records.live(session, slug)
    inputs = digest_of(documents, known, base)
    fresh = {name: at.timestamp() + max(0.0, ttls.get(name, 0.0)) for name in documents}
    if before is not None and before.inputs == inputs:
        same = Stored(before.digest, before.size)
        let_out(back, slug, same, inputs=inputs, at=at, fresh=fresh, standard=Standard.GBFS)
        return Placed(before.digest, is_new=False)
    converted = convert(documents, slug=slug, at=at, known=known)
    stored = packs(front, slug).put(packed(converted, base))
    let_out(back, slug, stored, inputs=inputs, at=at, fresh=fresh, standard=Standard.GBFS)
    remove_old(front, slug, keep={stored.digest, before.digest if before else ""})
    gone = tuple(f"{version}/{name}" for version in PUBLISHED for name in converted.missing[version])
    return Placed(stored.digest, is_new=True, losses=converted.losses, missing=gone)


def sweep(back: Back) -> list[str]:
    """Withdraw every feed that may be published no more, whether anybody still asks its operator or not.

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
    dataset = world.datasets.get(slug)
    if dataset is None or dataset.standard not in LIVE:
        withdraw(back, slug)  # the documents name it no more: nobody's question, so no entry of the log
        return False
    request = question(world, slug, at, dataset.standard)
    decision = decided(request, world)
    if isinstance(decision, Permit):
        return True
    withdraw(back, slug, request, decision)
    return False


def _fresh(row: Live | None) -> dict[str, dt.datetime]:
    held = row.fresh if row is not None else {}
    return {name: dt.datetime.fromtimestamp(float(until), dt.UTC) for name, until in held.items()}
