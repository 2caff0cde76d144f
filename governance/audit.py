"""What a decision at an exit leaves in the log: who did what under which agreements, denials included.

The text never holds a result, an address or anything about a person: the actor is a member. Obligations and request are
in it as *salted* commitments, whose salts nobody is handed: they cover the exact p of the p % rule, and whoever knows
all the rest would find it by trying one value after the other. So are counts of what is not open to everyone: an entry
is read by more members than the release or the extract that it is about, and how many rows or cells there are is the
holders' business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from governance.admission import datasets_of
from governance.audiences import Audience
from governance.canonical import Plain, canonical
from governance.decision import Decision, Permit
from governance.log.entry import SALT_BYTES, Entry, commitment
from governance.request import Request
from governance.world import World

#: The `type` of a decision's text; an act's is ``act``, an erasure's ``erasure``.
DECISION = "decision"
#: How the log writes whoever has no key.
PUBLIC = "public"


def decided(
    request: Request,
    decision: Decision,
    world: World,
    *,
    randomness: Callable[[int], bytes],
    member: str = "",
    counts: Mapping[str, int] | None = None,
) -> Entry:
    """The log's entry of a decision. `member` is on whose behalf the actor acted, if other; `counts` are rows, cells …

    It concerns the holders of every dataset that the subject joins, the member that asked, and the one it was for.
    """
    actor = request.actor or PUBLIC
    permit = decision if isinstance(decision, Permit) else None
    datasets = touched(request, world)
    is_open = request.audience is Audience.OPEN
    kept = {
        "counts": "" if is_open else canonical(dict(counts or {})).decode(),
        "obligations": permit.obligations.digest if permit else "",
        "request": request.hash(),
    }
    hidden = {name: hide(value, randomness) for name, value in kept.items()}
    body: dict[str, Plain] = {
        "action": request.action.value,
        "actor": actor,
        "agreements": dict(permit.grants) if permit else {},
        "at": request.at.astimezone(dt.UTC).isoformat(),
        "audience": request.audience.value,
        "commitments": {name: shown(one) for name, one in hidden.items()},
        "counts": dict(counts or {}) if is_open else {},
        "datasets": list(datasets),
        "member": member or actor,
        "period": str(request.period) if request.period else None,
        "permitted": permit is not None,
        "purpose": request.purpose,
        "reasons": [] if isinstance(decision, Permit) else [one.denied.code for one in decision.reasons],
        "recipient": request.recipient,
        "subject": request.subject,
        "table": request.table,
        "type": DECISION,
    }
    concerned = {world.datasets[name].holder for name in datasets} | {actor, member, request.recipient or ""}
    return Entry(
        at=request.at,
        actor=actor,
        action=request.action.value,
        subject=request.subject,
        permitted=permit is not None,
        body=body,
        parties=frozenset(concerned & world.members.keys()),
        hidden=hidden,
    )


def touched(request: Request, world: World) -> tuple[str, ...]:
    """The datasets that a request is about: those of the cube's edition, or of all editions when it fits none."""
    found = datasets_of(request, world)
    cube = world.cubes.get(request.subject)
    if found or cube is None:
        return tuple(sorted(found))
    return tuple(sorted({name for edition in cube.editions for name in edition.datasets} & world.datasets.keys()))


def hide(value: str, randomness: Callable[[int], bytes]) -> dict[str, str]:
    """A value that a text only commits to, with the salt that opens the commitment."""
    return {"salt": randomness(SALT_BYTES).hex(), "value": value}


def shown(hidden: Mapping[str, str]) -> str:
    """What a text says of a hidden value: its commitment, 64 hexadecimal digits."""
    return commitment(bytes.fromhex(hidden["salt"]), hidden["value"].encode())
