"""Build a joint release: the one way by which numbers of several holders leave the vault.

Decide; compute contributions by cell and holding; protect them in the cube's shape; have other code prove it; look at
everything that is out; finish; keep file, certificate, row, notice and log entry in one transaction. The requester
chooses a registered cube, an audience and a period; never the holders, the grain or a filter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from governance.cube_parts import Mechanism
from governance.cubes import Cube
from governance.decision import Deny, Permit, Refusal, Step
from governance.disclosure import independent
from governance.disclosure.contributions import Contributions
from governance.disclosure.grid import grid_of, on_holdings
from governance.disclosure.independent import Audited
from governance.disclosure.independent.audited import audited
from governance.disclosure.ledger.membership import membership
from governance.disclosure.noise import Noise, noise_of
from governance.disclosure.published import Published, Shape, read_published
from governance.disclosure.rules import coverage_class, rules_of
from governance.request import Action, Request
from governance.verdicts import Denied, denied
from governance.world import World
from hub.errors import NotFound
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services import noisy
from hub.services.back import Back
from hub.services.commons import current_world
from hub.services.contributions import answered
from hub.services.decisions import SECRETARIAT, decided_again, note, permitted, refuse
from hub.services.releasing.asked import PLANNING, ReleaseAsk
from hub.services.releasing.beside import beside
from hub.services.releasing.draft import Draft, Question, drafted, proven, says_nothing
from hub.services.releasing.keep import Ready, edition_of, keep

__all__ = ["PLANNING", "Built", "ReleaseAsk", "build", "release"]


@dataclass(frozen=True, eq=False, slots=True)
class Built:
    """A release that was built and not kept: for whoever builds, on the machine where the vault is."""

    asked: Question
    draft: Draft
    ready: Ready


def release(back: Back, ask: ReleaseAsk) -> Release:
    """Build the release, or answer with the very one that exists already.

    Raises:
        NotFound: no such cube.
        Refused: an agreement is missing or does not allow it, what is out already forbids it, nothing of it can be
            shown, or its safety could not be proven.
        Conflict: the data does not cover the period, or another release came between.
    """
    world = current_world(back.front)
    cube = _cube(world, ask)
    request = _request(back, ask)
    permit = permitted(back.front, request)
    noise = noise_of(cube.finishing_for(ask.audience))
    there = _drawn(back, ask) if noise is not None else None
    if there is not None:
        return _again(back, request, permit, there)
    asked = _asked(back, world, cube, ask, permit)
    there = _same(back, asked)
    if there is not None:
        return _again(back, request, permit, there)
    ready = _too_dear(back, asked, noise) or _ready(back, world, asked, noise)
    if isinstance(ready, Denied):
        refuse(back.front, request, Deny((Refusal(Step.STORED_RELEASE, ready),)))
    return keep(back, request, permit, asked, ready.ready)


def build(back: Back, ask: ReleaseAsk) -> Built | Denied:
    """What `release` would publish, kept nowhere; or why it would not. Noise is not drawn: each draw tells something.

    Raises:
        NotFound, Refused, Conflict: as `release`.
    """
    world = current_world(back.front)
    cube = _cube(world, ask)
    permit = permitted(back.front, _request(back, ask))
    return _ready(back, world, _asked(back, world, cube, ask, permit), None)


def _cube(world: World, ask: ReleaseAsk) -> Cube:
    cube = world.cubes.get(ask.cube)
    if cube is None:
        raise NotFound(f"no cube is called {ask.cube!r}; there are {', '.join(sorted(world.cubes))}")
    return cube


def _request(back: Back, ask: ReleaseAsk) -> Request:
    return Request(
        actor=SECRETARIAT,
        action=Action.RELEASE,
        subject=ask.cube,
        audience=ask.audience,
        purpose=ask.purpose,
        at=back.front.clock(),
        period=ask.period,
    )


def _asked(back: Back, world: World, cube: Cube, ask: ReleaseAsk, permit: Permit) -> Question:
    back.progress(f"computing {cube.id}", 0, 0)
    found = answered(back, world, cube, ask.period)
    wants_noise = cube.finishing_for(ask.audience).mechanism is Mechanism.DISCRETE_GAUSSIAN
    rules = rules_of(permit.obligations, cube, noise=wants_noise)
    return Question(cube, ask.audience, ask.period, permit.obligations, rules, found.contributions, found.inputs)


def _ready(back: Back, world: World, asked: Question, noise: Noise | None) -> Built | Denied:
    back.progress(f"protecting {asked.cube.id}", 0, 0)
    draft = _noisy(back, asked, noise) if noise is not None else drafted(back, world, asked)
    if says_nothing(draft):
        return denied("release.nothing", "cube", cube=asked.cube.id)
    audit = _noisy_proven(draft, asked) if noise is not None else proven(draft, asked)
    if isinstance(audit, Denied):
        return audit
    found = beside(back, world, asked, draft)
    if found.verdict is not None:
        return found.verdict
    if found.draft is not draft:
        audit = proven(found.draft, asked)
        if isinstance(audit, Denied):
            return audit
    ready = Ready(found.draft.published, audit, found.out, found.draft.tree, noise, found.draft.chosen)
    return Built(asked, found.draft, ready)


# --- what exists already ---------------------------------------------------------------------------------------------


def _drawn(back: Back, ask: ReleaseAsk) -> Release | None:
    """The noisy release of this question: it is drawn once, for whoever averages draws gets rid of the noise."""
    with back.front.records.read() as session:
        return noisy.stored(session, cube=ask.cube, audience=ask.audience.value, period=ask.period)


def _same(back: Back, asked: Question) -> Release | None:
    """The release that answers this very question already, by the same rules from the same contributions."""
    wanted = (
        *(asked.audience.value, asked.period.from_, asked.period.to),
        *(edition_of(asked), dict(asked.obligations.plain())),
    )
    with back.front.records.read() as session:
        for one in release_records.releases(session, subject=asked.cube.id, kind="cube"):
            if (one.audience, one.period_from, one.period_to, one.edition, one.obligations) == wanted:
                return one
    return None


def _again(back: Back, request: Request, permit: Permit, there: Release) -> Release:
    with back.front.records.write() as session:
        world, decision = decided_again(back.front, session, request, permit)
        if isinstance(decision, Permit):
            note(session, request, permit, world=world)
    if isinstance(decision, Deny):
        refuse(back.front, request, decision)
    return there


# --- noise -----------------------------------------------------------------------------------------------------------


def _too_dear(back: Back, asked: Question, noise: Noise | None) -> Denied | None:
    """Why the year's budget does not bear it. Asked before anything is drawn: each draw tells something."""
    if noise is None:
        return None
    with back.front.records.read() as session:
        verdict = noisy.affordable(session, asked.obligations, noise, asked.period)
    return verdict if isinstance(verdict, Denied) else None


def _noisy(back: Back, asked: Question, noise: Noise) -> Draft:
    with back.front.records.read() as session:
        rows = release_records.releases(session, subject=asked.cube.id, kind="cube", audiences=[asked.audience.value])
    last = next((read_published(back.front.released.path(row.digest)) for row in rows), None)
    start = grid_of(last) if last is not None and last.about.noise is not None else None
    return Draft(noisy.noisy_release(asked.contributions, asked.cube, asked.obligations, noise, start=start))


def _noisy_proven(draft: Draft, asked: Question) -> Audited | Denied:
    """The audit of the sums under the noise: the contributors' rules must hold on them, keys without any trip aside."""
    exact = _exact(draft.published, asked.contributions, asked)
    found = independent.audit_partition(exact, asked.contributions, replace(on_holdings(asked.rules), rounding=1))
    # Keys without any trip have no holders to tell of; noise is what hides that they are empty.
    left = [breach for breach in found.breaches if breach.rule not in {"empty", "coverage"}]
    if left:
        return denied("release.unproven", "audit")
    return audited(found.attacks, [found.least_slack], ())


def _exact(published: Published, contributions: Contributions, asked: Question) -> Published:
    rows = membership(published, contributions.cell)
    secret = [index for index, name in enumerate(contributions.holdings) if name not in asked.rules.known]
    by_holding = [(rows.T @ (contributions.value * (contributions.holding == index))) > 0 for index in secret]
    holders = np.sum(by_holding, axis=0)
    return replace(
        published,
        about=replace(published.about, noise=None, rounding=1, shape=Shape.PARTITION),
        value=(rows.T @ contributions.value).astype(np.int64),
        coverage=tuple(coverage_class(int(number))[1] for number in holders),
    )
