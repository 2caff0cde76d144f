"""The new release beside all that is out: records of every release concerned, computed anew, and the joint audit.

What is out is read from the released plane, and its numbers are made again from the vault: if they come of other
records than they did, a file came late since, and the two may not stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from governance.cubes import Cube
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.interlock import ReleaseClaim, may_stand_beside
from governance.disclosure.ledger.admission import Admission, audit_jointly
from governance.disclosure.ledger.claims import Claim, Placed, claim_of
from governance.disclosure.ledger.joining import join_records
from governance.disclosure.ledger.refusals import concerned
from governance.disclosure.published import Published, read_published
from governance.disclosure.rules import rules_of
from governance.obligations import read_obligations
from governance.periods import Period
from governance.terms.floors import MinTrips
from governance.verdicts import Denied, denied
from governance.world import World
from hub.errors import Conflict
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services.back import Back
from hub.services.contributions import answered, nodes_of, records
from hub.services.questions import attributes_of
from hub.services.releasing.draft import Draft, Question


@dataclass(frozen=True, eq=False, slots=True)
class Beside:
    """`out` are the ids of all joint releases that were looked at; `hide` the rows of a table to suppress first."""

    verdict: Denied | None
    draft: Draft
    out: frozenset[str]
    hide: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class _Standing:
    """A release that is out, its cube as it is registered now, and what it says."""

    claim: Claim
    cube: Cube
    published: Published


def beside(back: Back, world: World, asked: Question, draft: Draft) -> Beside:
    """Audit a draft jointly with everything that is out; it may come back coarser.

    Raises:
        Conflict: the records of a release that is out can no longer be read.
    """
    with back.front.records.read() as session:
        rows = release_records.releases(session, kind="cube")
    ids = frozenset(row.id for row in rows)
    new = _claim(asked, draft)
    old, foreign = _standing(back, world, rows)
    verdict = may_stand_beside(new, foreign)
    if isinstance(verdict, Denied):
        return Beside(verdict, draft, ids)
    near = {one.id for one in concerned(new, [one.claim for one in old])}
    tied = [one for one in old if one.claim.id in near]
    if not tied:
        return Beside(None, draft, ids)
    back.progress(f"auditing {asked.cube.id} beside {len(tied)} releases", 0, 0)
    refused = _revised(back, world, tied)
    if refused is not None:
        return Beside(refused, draft, ids)
    admission = _admission(back, world, asked, _Standing(new, asked.cube, draft.published), tied)
    if isinstance(admission.verdict, Denied):
        return Beside(admission.verdict, draft, ids, admission.suppress)
    if not admission.coarsened:
        return Beside(None, draft, ids)
    # The tree does not say what was pooled since, so nothing can be nested with it.
    return Beside(None, replace(draft, published=admission.placed.published, tree=None), ids)


def _claim(asked: Question, draft: Draft) -> Claim:
    return claim_of(
        asked.cube,
        id="",
        period=asked.period,
        inputs=asked.inputs,
        obligations=asked.obligations,
        published=draft.published,
        attributes=attributes_of(asked.cube),
    )


def _standing(back: Back, world: World, rows: Sequence[Release]) -> tuple[list[_Standing], list[ReleaseClaim]]:
    """What is out, and what is out in a form that cannot be audited: of a cube that is gone, or made before files
    said what they are.
    """
    known, foreign = [], []
    for row in rows:
        if row.period_from is None or row.period_to is None:
            continue
        cube, period = world.cubes.get(row.subject), Period(row.period_from, row.period_to)
        name, obligations = _name(row), read_obligations(row.obligations)
        if cube is None or "shape" not in row.facts:
            grain, family = row.edition["grain"], row.edition["family"]
            foreign.append(ReleaseClaim(name, row.subject, family, grain, period, row.edition["inputs"], obligations))
            continue
        published = read_published(back.front.released.path(row.digest))
        claim = claim_of(
            cube,
            id=name,
            period=period,
            inputs=row.edition["inputs"],
            obligations=obligations,
            published=published,
            attributes=row.facts["attributes"],
        )
        known.append(_Standing(claim, cube, published))
    return known, foreign


def _name(row: Release) -> str:
    return f"{row.subject} for {row.audience}, {row.period_from} to {row.period_to}"


def _revised(back: Back, world: World, tied: Sequence[_Standing]) -> Denied | None:
    seen: dict[tuple[str, Period], str] = {}
    for one in tied:
        key = (one.cube.id, one.claim.period)
        if key not in seen:
            seen[key] = answered(back, world, one.cube, one.claim.period).inputs
        if seen[key] != one.claim.inputs:
            return denied("ledger.revision", "inputs", existing=one.claim.id)
    return None


def _admission(back: Back, world: World, asked: Question, new: _Standing, tied: Sequence[_Standing]) -> Admission:
    """The joint audit over the records of all that is concerned."""
    cubes = {_key(one.cube, one.claim.period): (one.cube, one.claim.period) for one in (new, *tied)}
    tables: dict[str, pa.Table] = {name: records(back, world, *one) for name, one in cubes.items()}
    places: dict[str, Sequence[Hierarchy]] = {name: nodes_of(back, *one) for name, one in cubes.items()}
    counts = asked.cube.counted.get(MinTrips.name) == asked.cube.measure
    joined, cells = join_records(
        tables,
        places,
        measure=None if counts else asked.cube.measure,
        trips=None if counts else asked.cube.counted.get(MinTrips.name),
    )

    def placed(one: _Standing) -> Placed:
        rules = rules_of(one.claim.obligations, one.cube, noise=one.claim.noisy)
        rows = cells[_key(one.cube, one.claim.period)].rows(one.published, records=len(joined))
        return Placed(one.claim, rules, one.published, rows)

    return audit_jointly(placed(new), [placed(one) for one in tied], joined)


def _key(cube: Cube, period: Period) -> str:
    return f"{cube.id} {period}"


def must_still_stand(out: frozenset[str], rows: Sequence[Release]) -> None:
    """That nothing was released since the joint audit.

    Raises:
        Conflict: something was; the audit must be made again.
    """
    if frozenset(row.id for row in rows) != out:
        raise Conflict("another joint release was published meanwhile: ask again, so that both are audited together")
