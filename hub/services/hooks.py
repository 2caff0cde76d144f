"""Hooks: addresses that members want happenings sent to. The web seals what it is given and reads none of it back."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from governance.bilingual import Sentence
from governance.world import World
from hub.errors import BadRequest, Conflict, NotFound
from hub.records import hooks as hook_records
from hub.records import sealing as sealing_records
from hub.records.feed_models import Delivery, Happening, Hook
from hub.services.catalogue import may_see
from hub.services.commons import current_world
from hub.services.front import Front
from hub.services.hook_targets import MAIL, WEBHOOK, shown_target
from hub.services.keys import Actor
from hub.services.notices import KINDS, Notice, notice_of
from hub.services.speaking import must_be_active

#: How many hooks that have not ended a member has at most.
MOST: Final = 50
#: Standard Webhooks wants 24 to 64 bytes.
SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class Made:
    """A new hook, and the secret of its signatures: this is the only time that it is seen. E-mail has none."""

    hook: Hook
    secret: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery as it is listed: what was to be told, and how far that is."""

    delivery: Delivery
    notice: Notice


def register(
    front: Front,
    member: str,
    *,
    target: str,
    channel: str = WEBHOOK,
    feeds: Iterable[str] = (),
    kinds: Iterable[str] = (),
    randomness: Callable[[int], bytes] = secrets.token_bytes,
) -> Made:
    """Let happenings be sent to an address. No feeds or no kinds: all that the member may see.

    Raises:
        BadRequest: an address, a kind or a channel that is none.
        NotFound: a feed that is in no commons.
        Refused: no active member.
        Conflict: the member has as many as it may, or the hub has no key to seal with yet.
    """
    world = current_world(front)
    must_be_active(world, member)
    wanted, slugs = _known(world, kinds, feeds)
    display = shown_target(channel, target)
    secret = _PREFIX + b64encode(randomness(SECRET_BYTES)).decode("ascii") if channel == WEBHOOK else ""
    with front.records.write() as session:
        _must_have_room(session, member)
        sealer = sealing_records.sealer(session)
        made = Hook(
            id=randomness(8).hex(),
            member=member,
            channel=channel,
            target=sealer.seal(target),
            shown=display,
            secret=sealer.seal(secret) if secret else None,
            slugs=slugs,
            kinds=wanted,
            created_at=front.clock(),
            ended_why="",
        )
        session.add(made)
    return Made(made, secret)


def listed(front: Front, member: str | None) -> list[Hook]:
    """A member's hooks, oldest first, those that ended included, with why; all members' for None."""
    with front.records.read() as session:
        return hook_records.hooks(session, member=member)


def remove(front: Front, hook_id: str, *, member: str | None) -> Hook:
    """End a hook at once; its member is None where the operator of the hub does it.

    Raises:
        NotFound: no such hook, or another member's.
    """
    with front.records.write() as session:
        found = hook_records.hook(session, hook_id, member=member)
        hook_records.end(session, found, at=front.clock(), why="removed")
    return found


def unsubscribe(front: Front, hook_id: str) -> None:
    """End an e-mail hook for whoever has a message of it: the id is in each, and is told to nobody else but its member.

    Raises:
        NotFound: no e-mail hook has this id.
    """
    with front.records.write() as session:
        found = hook_records.hook(session, hook_id)
        if found.channel != MAIL:
            raise NotFound("no hook of yours has this id")
        hook_records.end(session, found, at=front.clock(), why="its reader wants no more of it")


def deliveries(
    front: Front, hook_id: str, *, member: str | None, most: int = 100, after: int = 0
) -> tuple[list[Sent], int | None]:
    """What was sent to a hook or is on its way, newest first, and the place where the next ones begin.

    Nothing of a feed that the member may see no more.

    Raises:
        NotFound: no such hook, or another member's.
    """
    world = current_world(front)
    with front.records.read() as session:
        found = hook_records.hook(session, hook_id, member=member)
        slugs = hook_records.slugs_of_hook(session, hook_id)
    # Asked before anything is counted: how many there are of a sealed feed is not told by the number of pages either.
    visible = [slug for slug in slugs if may_be_told(front, world, found.member, slug)]
    with front.records.read() as session:
        rows = hook_records.of_hook(session, hook_id, visible, most=most + 1, after=after)
    sent = [Sent(delivery, notice_of(world, happening)) for delivery, happening in rows[:most]]
    return sent, (after + most if len(rows) > most else None)


def again(front: Front, hook_id: str, message: str, *, member: str | None) -> Sent:
    """Send a message to a hook once more: another round, with all its tries.

    Raises:
        NotFound: no such hook, or no such message of it.
        Conflict: the hook has ended, or the message is on its way.
    """
    slug, _, number = message.rpartition("_")
    now, world = front.clock(), current_world(front)
    with front.records.write() as session:
        found = hook_records.hook(session, hook_id, member=member)
        if found.ended_at is not None:
            raise Conflict(f"this hook has ended: {found.ended_why}")
        happening = _of_message(session, found, slug, number)
        if not may_be_told(front, world, found.member, slug):
            raise NotFound("no such message was sent to this hook")
        if hook_records.is_waiting(session, hook_id, happening.id):
            raise Conflict("this message is on its way already")
        delivery = hook_records.add(session, hook_id, happening.id, at=now)
    return Sent(delivery, notice_of(world, happening))


def may_be_told(front: Front, world: World, member: str, slug: str) -> bool:
    """Whether a member may know at this instant what happened to a feed."""
    found = world.members.get(member)
    return found is not None and found.active and may_see(front, slug, reading(member))


def reading(member: str) -> Actor:
    """A member as it reads."""
    return Actor(member, frozenset({"read"}))


def state_of(hook: Hook) -> Sentence:
    """Whether a hook is told things, and if not, why."""
    if hook.ended_at is None:
        return Sentence("actif", "active")
    return _ENDED.get(hook.ended_why, Sentence(hook.ended_why, hook.ended_why))


GONE: Final = "its address answered 410 Gone"
SILENT: Final = "nothing reached it for 5 days"
_ENDED: Final[dict[str, Sentence]] = {
    why: Sentence(fr, why)
    for why, fr in (
        ("removed", "retiré"),
        ("its reader wants no more of it", "son lecteur n'en veut plus"),
        (GONE, "son adresse a répondu 410 Gone"),
        (SILENT, "rien ne lui est parvenu pendant 5 jours"),
    )
}


def _of_message(session: Session, hook: Hook, slug: str, number: str) -> Happening:
    # No number of a happening has more digits, and Python reads no number of thousands of them.
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise NotFound("no such message was sent to this hook")
    return hook_records.of_message(session, hook.id, slug, int(number))


def _must_have_room(session: Session, member: str) -> None:
    if len(hook_records.hooks(session, member=member, live=True)) >= MOST:
        raise Conflict(f"a member has {MOST} hooks at most: remove one")


def _known(world: World, kinds: Iterable[str], feeds: Iterable[str]) -> tuple[list[str], list[str]]:
    """Kinds and slugs in order, each once, if there are such."""
    wanted, slugs = sorted(set(kinds)), sorted(set(feeds))
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise BadRequest(f"no kind is called {', '.join(unknown)}; there are {', '.join(KINDS)}")
    for slug in slugs:
        if slug not in world.datasets:
            raise NotFound(f"no feed is called {slug!r}")
    return wanted, slugs


def plain(hook: Hook) -> dict[str, Any]:
    """A hook as it is listed: no address in full, no secret."""
    names = ("id", "member", "channel", "created_at", "ended_at")
    row: dict[str, Any] = {name: getattr(hook, name) for name in names}
    return {
        **row,
        "target": hook.shown,
        "feeds": list(hook.slugs),
        "kinds": list(hook.kinds),
        "state": state_of(hook).plain(),
    }
