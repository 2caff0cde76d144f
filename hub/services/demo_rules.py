"""The demo's rules at work: a vote that tightens a floor, a warning to a member that probed, the log verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from governance.log.check import check_export
from governance.sanctions.case import Case
from hub.clock import FixedClock
from hub.errors import Refused
from hub.services import proposals, sanctions
from hub.services.access import listed, open_release
from hub.services.back import Back
from hub.services.closing import close
from hub.services.commons import current_world
from hub.services.decisions import SECRETARIAT
from hub.services.demo_told import Told
from hub.services.front import Front
from hub.services.keys import Actor
from hub.services.log_check import check
from hub.services.log_checkpoints import checkpoint
from hub.services.log_export import exported
from hub.services.probing import scan

_PROPOSAL: Final = "smaller-hamlets"
_DIFFERENCE: Final = {"floors.open.min_trips": 12, "signatures_required": True}
_WHY: Final = "Open statistics of small hamlets should show nobody's habits; and every agreement is to be signed."
_AGAINST: Final = frozenset({"itineo"})
_PROBES: Final = "itineo"


def voted(front: Front, clock: FixedClock) -> Iterator[Told]:
    """A proposal, ballots by college, the count, and the rule that holds from then on."""
    found = [one for one in proposals.listed(front) if one.id == _PROPOSAL]
    before = current_world(front).ruleset
    proposal = found[0] if found else proposals.propose(front, _DIFFERENCE, by="smhc", why=_WHY, proposal=_PROPOSAL)
    yield Told(
        "vote", True, f"{proposal.by} proposes {', '.join(f'{path} = {to}' for path, to in _DIFFERENCE.items())}"
    )
    if proposal.open:
        for member in sorted(proposal.roll.members):
            proposals.ballot(front, proposal.id, "no" if member in _AGAINST else "yes", by=member)
        clock.now = max(clock.now, proposal.closes_at)
    ended = close(front, proposal.id)
    after = current_world(front).ruleset
    sentence = f"{ended.stage.value}: {len(ended.ballots)} ballots; version {after.version} of the rules holds now"
    yield Told("vote", after.version == before.version + (1 if proposal.open else 0), sentence)


def warned(front: Front, clock: FixedClock) -> Iterator[Told]:
    """A member asks again and again for what it may not have; the hub notices, the member is heard, and warned."""
    most = current_world(front).ruleset.ladder.probing_denials
    case = _case(front)
    if case is None:
        flows = next(one for one in listed(front, Actor("bolide", frozenset({"read"})), kind="cube"))
        for _ in range(most):
            _probe(front, flows.id)
        scan(front)
        case = _case(front)
    if case is None:
        yield Told("warning", False, f"{most} denials went unnoticed")
        return
    yield Told("warning", True, f"{_PROBES} was denied {most} times in a day: case {case.id} is opened, and it is told")
    if case.state == "open":
        sanctions.state(front, case.id, by=_PROBES, text="A program of ours ran in a loop; it is mended.")
        clock.now = max(clock.now, case.hearing_ends)
        why = "Asking again and again is how protected figures are worked out."
        sanctions.decide(front, case.id, by=SECRETARIAT, to=1, why=why)
    level = int(current_world(front).members[_PROBES].sanction)
    yield Told(
        "warning", level == 1, f"after its hearing {_PROBES} is warned (level {level}); it reads on what is open"
    )


def _case(front: Front) -> Case | None:
    return next((one.state for one in sanctions.listed(front) if one.state.member == _PROBES), None)


def _probe(front: Front, release: str) -> None:
    try:
        open_release(front, release, actor=Actor(_PROBES, frozenset({"read"})), purpose="compliance")
    except Refused:
        return


def verified(back: Back) -> Iterator[Told]:
    """The hub signs a checkpoint and verifies its own log; an operator verifies its part of it from a file alone."""
    checkpoint(back)
    key = back.signet.public()
    found = check(back.front, key=key)
    whole = (
        f"{found.entries} entries of {found.parties} parties in one Merkle tree, {found.acts} acts whose states are "
        f"those that are kept, a signed checkpoint over {found.covered}"
    )
    yield Told("log", found.whole, whole if found.whole else f"the log does not hold: {found.faults[0]}")
    own = check_export(exported(back.front, "bolide"), key=key)
    sentence = f"bolide verifies its export by itself: {own.entries} entries, counted without a gap, all in the tree"
    yield Told("log", own.whole, sentence if own.whole else f"bolide's export does not hold: {own.faults[0]}")
