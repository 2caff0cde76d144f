"""From contributions to numbers that keep to the rules, a partition or a table with margins; proven by other code.

Everything here holds what single holders contributed: it stays in the process that builds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from governance.audiences import Audience, knows
from governance.cube_parts import Zeros
from governance.cubes import Cube
from governance.disclosure import independent
from governance.disclosure.contributions import Contributions
from governance.disclosure.independent import Audited
from governance.disclosure.partition import partition
from governance.disclosure.published import About, Published, Shape, read_published
from governance.disclosure.rules import Rules
from governance.disclosure.steps import PartitionError
from governance.disclosure.suppress import protect_table
from governance.disclosure.tree import Tree
from governance.obligations import Obligations
from governance.periods import Period
from governance.verdicts import Denied, denied
from governance.world import World
from hub.records import releases as release_records
from hub.records.models import Release
from hub.services.back import Back
from hub.services.releasing.trees import Trees, chosen_tree

#: Seconds after which a table is made coarser rather than searched any longer.
TABLE_BUDGET_S: Final = 1500.0


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """What is built: a cube for an audience and a period, by these rules, from these contributions (`inputs`)."""

    cube: Cube
    audience: Audience
    period: Period
    obligations: Obligations
    rules: Rules
    contributions: Contributions
    inputs: str


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """Protected numbers, exact still. `tree` is how a partition was cut; None for a table, or once groups were pooled.

    `chosen` is what later periods may only coarsen, where it was chosen now. `coarsened` says in words what was given
    up for lack of time.
    """

    published: Published
    tree: Tree | None = None
    chosen: Tree | None = None
    coarsened: tuple[str, ...] = ()


def drafted(back: Back, world: World, asked: Question) -> Draft:
    """Protect the question's contributions in the cube's shape."""
    about = About(asked.cube.id, asked.cube.shape, asked.cube.measure, asked.cube.unit)
    if asked.cube.shape is Shape.PARTITION:
        return _partition(back, world, asked, about)
    return _table(back, asked, about)


def _partition(back: Back, world: World, asked: Question, about: About) -> Draft:
    found, rules = asked.contributions, asked.rules
    whole = partition(found, rules, steps=())
    if not len(whole):
        return Draft(whole.published(about))
    chosen = chosen_tree(back, world, asked.cube, asked.period, audience=asked.audience, found=found, rules=rules)
    new = chosen.tree if chosen.is_new else None
    try:
        made = partition(found, rules, within=chosen.tree, under=_wider(back, asked))
    except PartitionError:
        # Not nested with what is out: the ledger audits the two jointly, or pools.
        made = partition(found, rules, within=chosen.tree)
    return Draft(made.published(about), made.tree, new)


def _wider(back: Back, asked: Question) -> Tree | None:
    """The tree of what is out of this question for a wider audience, the narrowest of them.

    That of a narrower audience is not looked at: to follow it would be to choose groups on the period's own data.
    """
    edition = asked.cube.edition(asked.period)
    trees = Trees(back, asked.cube, edition.id if edition else "", asked.contributions.hierarchies)
    found: Tree | None = None
    for row in sorted(_beside(back, asked), key=lambda one: _WIDTH.index(Audience(one.audience))):
        if knows(asked.audience, Audience(row.audience)):
            found = trees.released(row.digest) or found
    return found


#: From wide to narrow.
_WIDTH = tuple(Audience)


def _beside(back: Back, asked: Question) -> list[Release]:
    with back.front.records.read() as session:
        rows = release_records.releases(session, subject=asked.cube.id, kind="cube")
    return [
        row
        for row in rows
        if row.audience != asked.audience
        and (row.period_from, row.period_to) == (asked.period.from_, asked.period.to)
        and row.edition.get("inputs") == asked.inputs
    ]


def _table(back: Back, asked: Question, about: About) -> Draft:
    back.progress(f"auditing {asked.cube.id}", 0, 0)
    made = protect_table(
        asked.contributions,
        asked.rules,
        about=about,
        zeros_shown=asked.cube.zeros is Zeros.SHOWN,
        earlier=_before(back, asked),
        budget_s=TABLE_BUDGET_S,
        workers=back.limits.threads,
    )
    return Draft(made.published, coarsened=made.report.coarsened)


def _before(back: Back, asked: Question) -> Published | None:
    """The last release of the same cube and audience before this period: what it hid stays hidden."""
    with back.front.records.read() as session:
        rows = release_records.releases(session, subject=asked.cube.id, kind="cube", audiences=[asked.audience.value])
    earlier = [row for row in rows if row.period_to is not None and row.period_to <= asked.period.from_]
    if not earlier:
        return None
    last = max(earlier, key=lambda row: (row.period_to, row.created_at))
    return read_published(back.front.released.path(last.digest))


def proven(draft: Draft, asked: Question) -> Audited | Denied:
    """The audit by other code; what it does not find safe is not published."""
    audit = independent.audit_partition if draft.published.about.shape is Shape.PARTITION else independent.audit_table
    audited = audit(draft.published, asked.contributions, replace(asked.rules, rounding=1))
    return audited if audited.safe else denied("release.unproven", "audit")


def says_nothing(draft: Draft) -> bool:
    """Whether no number at all could be shown."""
    return not draft.published.shown.any()
