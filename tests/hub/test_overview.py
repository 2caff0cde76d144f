"""All feeds at once, on both databases: what is said of each, and only to whoever may see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeds.findings import Verdict
from feeds.judging.scores import Kind, Score
from hub.clock import FixedClock
from hub.errors import Refused
from hub.records import Records, standings
from hub.records import incidents as incident_records
from hub.released import Released
from hub.services import overview
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.keys import PUBLIC, Actor
from tests.hub.api.hall import COMMONS, NOW, Hall
from tests.hub.web.troubled import BUS, HOUR, trouble

HOLDER = Actor("trottix", frozenset({"read"}))
SEALED = "mds-trottix"


@pytest.fixture
def hall(records: Records, tmp_path: Path) -> Hall:
    clock = FixedClock(NOW)
    made = Hall(Front(records, Released(tmp_path / "released"), clock, public_url="https://hub.test"), clock)
    put_in_force(made.front, read_folder(COMMONS))
    trouble(made)
    with records.write() as session:
        standings.keep_score(session, SEALED, NOW.date(), Kind.COMPLIANCE, Score(7, {}), until=None)
        incident_records.add(session, SEALED, "valid", opened_at=NOW + HOUR, facts={"details": {}})
        incident_records.add(session, "combecycle", "moves", opened_at=NOW, facts={"details": {}})
        closed = incident_records.add(session, "combecycle", "fresh", opened_at=NOW + HOUR, facts={"details": {}})
        closed.closed_at = NOW + 2 * HOUR
    return made


def test_each_feed_with_its_worst_verdict_its_newest_scores_and_what_is_wrong(hall: Hall) -> None:
    found = {one.entry.slug: one for one in overview.states(hall.front, PUBLIC)}

    assert list(found) == [BUS, "combecycle", "trottix-gbfs"]
    bus, untold = found[BUS], found["trottix-gbfs"]
    assert (bus.verdict, bus.failing, bus.day) == (Verdict.FAIL, ("reachable", "valid"), NOW.date())
    assert (dict(bus.scores), bus.open_incidents) == ({"freshness": 850, "compliance": 850}, 1)
    assert (untold.verdict, untold.failing, untold.day, dict(untold.scores)) == (None, (), None, {})
    assert found["combecycle"].open_incidents == 1


def test_a_holder_has_its_sealed_feed_among_them_and_may_look_at_it(hall: Hall) -> None:
    found = {one.entry.slug: one for one in overview.states(hall.front, HOLDER)}

    assert dict(found[SEALED].scores) == {"compliance": 7}
    assert hall.audited() == []
    overview.looked_at(hall.front, [SEALED, SEALED, BUS], HOLDER)
    with pytest.raises(Refused):
        overview.looked_at(hall.front, [SEALED], PUBLIC)
    assert [(one["actor"], one["permitted"]) for one in hall.audited()] == [("trottix", True), ("public", False)]


def test_open_incidents_come_first_then_the_newest(hall: Hall) -> None:
    def told(actor: Actor, **wish: int) -> list[tuple[str, int]]:
        found = overview.incidents(hall.front, actor, **{"most": 9, **wish})
        return [(one.incident.slug, one.incident.number) for one in found]

    assert told(PUBLIC) == [("combecycle", 1), (BUS, 2), ("combecycle", 2), (BUS, 1)]
    assert told(PUBLIC, most=1, after=1) == [(BUS, 2)]
    assert hall.audited() == []
    assert told(HOLDER)[0] == (SEALED, 1)
    assert [(one["actor"], one["subject"]) for one in hall.audited()] == [("trottix", SEALED)]
    [notes] = [one.notes for one in overview.incidents(hall.front, PUBLIC, most=1, after=1)]
    assert [one.by for one in notes] == ["cars-combes", "itineo"]
