"""Joint releases with noise: drawn once, charged to the year's budget of each dataset, never drawn again.

In this order: `stored` before anything is computed; `noisy_release` draws, outside any transaction; `keep_noisy` in the
transaction that decides again. What was drawn and not kept has left nobody's machine, and is forgotten.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from governance.cubes import Cube
from governance.disclosure.budget import may_spend, years_of
from governance.disclosure.contributions import Contributions
from governance.disclosure.finishing import finish
from governance.disclosure.grid import Grid
from governance.disclosure.noise import Noise, Sampler, noisy
from governance.disclosure.published import About, Published, Shape
from governance.disclosure.rules import rules_of
from governance.obligations import Obligations
from governance.periods import Period
from governance.terms.floors import EpsilonBudget
from governance.verdicts import ALLOWED, Denied, Verdict
from hub.records import budget as budget_records
from hub.records.models import Release


def stored(session: Session, *, cube: str, audience: str, period: Period) -> Release | None:
    """The noisy release of this cube, audience and period, if there is one: the only answer there will ever be."""
    return budget_records.drawn(session, cube=cube, audience=audience, period=period)


def noisy_release(
    contributions: Contributions,
    cube: Cube,
    obligations: Obligations,
    noise: Noise,
    *,
    start: Grid | None = None,
    nonce: str = "",
    sample: Sampler | None = None,
) -> Published:
    """Draw a noisy release as its audience gets it: rounded, where the floors want that too.

    `start` is the grid of the last noisy release of the cube (`governance.disclosure.grid.grid_of`).

    Raises:
        UnenforceableRules: a floor is missing, the measure counts no trips, or no grid hides all that must be hidden.
    """
    rules = rules_of(obligations, cube, noise=True)
    about = About(cube.id, Shape.PARTITION, cube.measure, cube.unit, nonce=nonce)
    return finish(noisy(contributions, rules, noise, about=about, start=start, sample=sample), rounding=rules.rounding)


def affordable(session: Session, obligations: Obligations, noise: Noise, period: Period) -> Verdict:
    """Whether every dataset's budget bears the noise in every year of the period."""
    term = obligations.terms.get(EpsilonBudget.name)
    budget = term if isinstance(term, EpsilonBudget) else None
    for dataset in sorted(obligations.holdings):
        for year in years_of(period):
            before = budget_records.spent_on(session, dataset, year)
            verdict = may_spend(before, noise, dataset=dataset, year=year, budget=budget)
            if isinstance(verdict, Denied):
                return verdict
    return ALLOWED


def keep_noisy(
    session: Session, row: Release, obligations: Obligations, noise: Noise, period: Period
) -> Release | Denied:
    """Keep a release and write down what it costs, in one transaction; or answer with the one that came before it.

    Only within `Records.write`: writers come one after the other, so two draws never spend the same budget.
    """
    before = stored(session, cube=row.subject, audience=row.audience, period=period)
    if before is not None:
        return before
    verdict = affordable(session, obligations, noise, period)
    if isinstance(verdict, Denied):
        return verdict
    budget_records.charge(session, row, noise, datasets=obligations.holdings)
    return row
