"""The ledger of privacy budgets on both databases: noise is drawn once, and a year's budget is spent once."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from governance.audiences import Audience
from governance.commons_yaml import load
from governance.cubes import Cube
from governance.disclosure.contributions import Contributions
from governance.disclosure.grid import grid_of
from governance.disclosure.noise import Noise
from governance.disclosure.published import written
from governance.disclosure.rules import UnenforceableRules
from governance.obligations import Obligations
from governance.periods import Period
from governance.terms.vocabulary import parse_term
from governance.verdicts import ALLOWED, Denied
from hub.records import Records
from hub.records import budget as budget_records
from hub.records.models import PrivacySpending, Release
from hub.services.commons import read_folder
from hub.services.noisy import affordable, keep_noisy, noisy_release, stored
from tests.governance.disclosure.noisy_town import seeded, town
from tests.hub.parties import COMMONS

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SIX = Noise(6000)
#: Three months at σ/Δ₂ = 6 cost 1,179 thousandths, four 1,385.
TERMS = {"min_holders": 3, "max_share_percent": 85, "p_percent": 15, "coalition": 1, "min_trips": 10, "min_vehicles": 5}
HOLDINGS = {"mds-a": "x", "mds-b": "y", "mds-c": "z"}


def month(number: int) -> Period:
    return Period(dt.date(2026, number, 1), dt.date(2026, number + 1, 1))


def owed(budget: int | None = 1300, **more: int) -> Obligations:
    terms = TERMS | more | ({} if budget is None else {"dp_budget_milli_epsilon": budget})
    return Obligations(
        "ends", Audience.OPEN, {name: parse_term(name, value) for name, value in terms.items()}, holdings=HOLDINGS
    )


def a_release(period: Period, number: str, *, audience: str = "open", cube: str = "ends") -> Release:
    return Release(
        id=number,
        kind="cube",
        subject=cube,
        part=cube,
        audience=audience,
        period_from=period.from_,
        period_to=period.to,
        edition={},
        digest="d",
        size=1,
        media_type="x",
        file_name="x",
        created_at=NOON,
        agreements=[],
        obligations={},
        facts={},
    )


def keep(records: Records, period: Period, number: str, *, budget: int | None = 1300, noise: Noise = SIX) -> object:
    with records.write() as session:
        return keep_noisy(session, a_release(period, number), owed(budget), noise, period)


def rows(records: Records) -> tuple[int, int]:
    with records.read() as session:
        return tuple(session.scalar(select(func.count()).select_from(one)) or 0 for one in (Release, PrivacySpending))  # type: ignore[return-value]


def test_a_year_is_spent_month_by_month_until_nothing_is_left(records: Records) -> None:
    for number in (1, 2, 3):
        kept = keep(records, month(number), f"r{number}")
        assert isinstance(kept, Release)
    refused = keep(records, month(4), "r4")
    assert isinstance(refused, Denied)
    assert refused.reason.en.startswith("The privacy budget of mds-a for 2026 does not suffice: ")
    assert refused.reason.fr.startswith("Le budget de confidentialité de mds-a pour 2026 ne suffit plus")
    # The release that was refused left no row, nor did what it would have cost.
    assert rows(records) == (3, 9)
    # What is left is enough for less: more noise.
    assert isinstance(keep(records, month(4), "r4", noise=Noise(60_000)), Release)
    with records.read() as session:
        assert budget_records.spent_on(session, "mds-b", 2026) == [SIX, SIX, SIX, Noise(60_000)]
        assert budget_records.spent_on(session, "mds-b", 2027) == []
        assert affordable(session, owed(), SIX, Period(dt.date(2027, 1, 1), dt.date(2027, 2, 1))) is ALLOWED


def test_the_same_question_is_answered_with_what_was_drawn(records: Records) -> None:
    keep(records, month(1), "first")
    again = keep(records, month(1), "second", noise=Noise(12_000))
    assert isinstance(again, Release)
    assert again.id == "first"
    assert rows(records) == (1, 3)
    with records.read() as session:
        found = stored(session, cube="ends", audience="open", period=month(1))
        assert found is not None
        assert found.id == "first"
        assert stored(session, cube="ends", audience="members", period=month(1)) is None
        assert stored(session, cube="ends", audience="open", period=month(2)) is None
    # Past the function that asks first, the database itself refuses a second draw.
    with pytest.raises(IntegrityError), records.write() as session:
        budget_records.charge(session, a_release(month(1), "third"), SIX, datasets=HOLDINGS)
    assert rows(records) == (1, 3)


def test_a_period_over_two_years_is_charged_to_both(records: Records) -> None:
    period = Period(dt.date(2026, 12, 29), dt.date(2027, 1, 2))
    keep(records, period, "new-year")
    with records.read() as session:
        assert [budget_records.spent_on(session, "mds-c", year) for year in (2025, 2026, 2027)] == [[], [SIX], [SIX]]


def test_a_release_and_what_it_costs_are_kept_together_or_not_at_all(records: Records) -> None:
    def fail_after(session: Session) -> None:
        assert isinstance(keep_noisy(session, a_release(month(1), "r1"), owed(), SIX, month(1)), Release)
        raise KeyError

    with pytest.raises(KeyError), records.write() as session:
        fail_after(session)
    assert rows(records) == (0, 0)


def test_without_an_agreed_budget_nothing_is_kept(records: Records) -> None:
    refused = keep(records, month(1), "r1", budget=None)
    assert isinstance(refused, Denied)
    assert refused.code == "budget.none"
    assert rows(records) == (0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE privacy_spending SET year = 2020",
        "UPDATE privacy_spending SET noise = '{}' WHERE dataset = 'mds-a'",
        "DELETE FROM privacy_spending",
        "DELETE FROM privacy_spending WHERE dataset = 'mds-a'",
        "own way",
    ],
)
def test_nothing_that_was_spent_is_changed_or_taken_away(records: Records, statement: str) -> None:
    keep(records, month(1), "r1")
    own = {
        "sqlite": "INSERT OR REPLACE INTO privacy_spending SELECT * FROM privacy_spending",
        "postgresql": "TRUNCATE privacy_spending CASCADE",
    }
    with pytest.raises(DBAPIError, match="insert-only"), records.write() as session:
        session.execute(text(own[records.engine.dialect.name] if statement == "own way" else statement))
    assert rows(records) == (1, 3)


def test_other_programs_are_refused_as_well(records: Records) -> None:
    keep(records, month(1), "r1")
    url = records.engine.url
    if records.engine.dialect.name == "sqlite":
        connection: sqlite3.Connection | psycopg.Connection[object] = sqlite3.connect(str(url.database))
    else:
        connection = psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )
    with pytest.raises(Exception, match="insert-only"):
        connection.execute("DELETE FROM privacy_spending")
    if records.engine.dialect.name == "sqlite":
        with pytest.raises(Exception, match="insert-only"):
            connection.execute("INSERT OR REPLACE INTO privacy_spending SELECT * FROM privacy_spending")
    connection.close()
    assert rows(records) == (1, 3)


def a_cube() -> Cube:
    return replace(load(read_folder(COMMONS)).cubes["trip-ends-h3_8-month"], id="ends", measure="trips")


def drawn(data: Contributions, obligations: Obligations, **options: object) -> bytes:
    return written(noisy_release(data, a_cube(), obligations, SIX, sample=seeded(1), **options))  # type: ignore[arg-type]


def test_a_noisy_release_keeps_the_rules_of_its_audience() -> None:
    found = noisy_release(town(), a_cube(), owed(rounding=5), SIX, nonce="ab" * 16, sample=seeded(1))
    assert grid_of(found) == (1, 1)
    assert (found.value % 5 == 0).all()
    assert found.about.rounding == 5
    assert found.about.nonce == "ab" * 16
    assert drawn(town(), owed()) == drawn(town(), owed())
    with pytest.raises(UnenforceableRules, match="no grid"):
        drawn(town(), owed(min_holders=4))
