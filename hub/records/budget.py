"""The ledger of privacy budgets in the records: what was spent of each dataset, by calendar year."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.disclosure.budget import years_of
from governance.disclosure.noise import Noise, read_noise
from governance.periods import Period
from hub.records.models import PrivacySpending, Release


def spent_on(session: Session, dataset: str, year: int) -> list[Noise]:
    """The noise of every release that was charged to a dataset in a year, in the order of time."""
    query = select(PrivacySpending).where(PrivacySpending.dataset == dataset, PrivacySpending.year == year)
    rows = session.scalars(query.order_by(PrivacySpending.at, PrivacySpending.release))
    return [read_noise(row.noise) for row in rows]


def drawn(session: Session, *, cube: str, audience: str, period: Period) -> Release | None:
    """The noisy release that answers this question already, whatever its rules were: it is never drawn again."""
    of = PrivacySpending
    query = select(of.release).where(
        of.cube == cube, of.audience == audience, of.period_from == period.from_, of.period_to == period.to
    )
    found = session.scalar(query.limit(1))
    return session.get(Release, found) if found is not None else None


def charge(session: Session, release: Release, noise: Noise, *, datasets: Iterable[str]) -> None:
    """Write down what a release costs its datasets, in the transaction that keeps the release."""
    if release.period_from is None or release.period_to is None:
        raise ValueError("a noisy release is about a period")
    session.add(release)
    session.flush()
    for dataset in sorted(datasets):
        for year in years_of(Period(release.period_from, release.period_to)):
            session.add(
                PrivacySpending(
                    release=release.id,
                    dataset=dataset,
                    year=year,
                    cube=release.subject,
                    audience=release.audience,
                    period_from=release.period_from,
                    period_to=release.period_to,
                    noise=noise.plain(),
                    at=release.created_at,
                )
            )
    session.flush()
