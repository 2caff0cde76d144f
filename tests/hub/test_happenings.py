"""What happened to a feed: found once, numbered without gaps, said in two languages."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub.records import Records
from hub.records import happenings as happening_records
from hub.records.feed_models import FeedRedirect, Happening, Incident, Source, Standing
from hub.records.models import Feed
from hub.services.commons import current_world
from hub.services.delivering import signed
from hub.services.happenings import watch
from hub.services.notices import KINDS, notice_of
from tests.hub.api.hall import Hall
from tests.hub.notice_town import BUS, ERROR, NOW, SEALED, attempted, built, copied, new_version, registered, town

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("town"))


@pytest.fixture
def hall(template: Path, tmp_path: Path) -> Iterator[Hall]:
    with copied(template, tmp_path) as made:
        yield made


def told(found: Iterable[Happening]) -> list[tuple[str, str, dict[str, object]]]:
    return [(one.slug, one.kind, one.facts) for one in found]


def test_the_same_is_not_told_twice_and_numbers_have_no_gaps(records: Records) -> None:
    asked = [
        ("a", "version.new", "1"),
        ("a", "version.new", "1"),
        ("a", "version.invalid", "1"),
        ("b", "version.new", "1"),
    ]
    with records.write() as session:
        rows = [happening_records.add(session, slug, kind, at=NOW, key=key, facts={}) for slug, kind, key in asked]
        assert [None if row is None else (row.slug, row.number) for row in rows] == [("a", 1), None, ("a", 2), ("b", 1)]
        assert happening_records.of_feed(session, "a", 2).kind == "version.invalid"
        for key in ("", "x" * 201):
            with pytest.raises(ValueError, match="1 to 200"):
                happening_records.add(session, "a", "version.new", at=NOW, key=key, facts={})


def test_facts_hold_what_both_databases_take(records: Records) -> None:
    with records.write() as session:
        row = happening_records.add(session, "a", "feed.refused", at=NOW, key="1", facts={"error": "a\x00b\ud800"})
    assert row is not None
    with records.read() as session:
        assert happening_records.of_feed(session, "a", 1).facts == {"error": "a\ufffdb\ufffd"}


def test_versions_are_told_once_and_what_went_before_is_history(records: Records, tmp_path: Path) -> None:
    hall = town(records, tmp_path)
    for day in range(2):
        new_version(hall, at=NOW + day * DAY)
    assert told(watch(hall.front, NOW + DAY)) == [(BUS, "version.new", {"version": 2, "verdict": "pass"})]
    assert watch(hall.front, NOW + DAY) == []
    new_version(hall, at=NOW + 2 * DAY)
    new_version(hall, at=NOW + 3 * DAY, report=ERROR)
    new_version(hall, at=NOW + 4 * DAY, report=ERROR)
    assert told(watch(hall.front, NOW + 4 * DAY)) == [
        (BUS, "version.new", {"version": 3, "verdict": "pass"}),
        (BUS, "version.new", {"version": 4, "verdict": "fail"}),
        (BUS, "version.invalid", {"version": 4, "errors": 3}),
        (BUS, "version.new", {"version": 5, "verdict": "fail"}),
    ]
    assert watch(hall.front, NOW + 5 * DAY) == []


class Shut(Records):
    """Records that nobody may write."""

    @contextmanager
    def write(self) -> Iterator[Session]:
        raise AssertionError("a writer's turn was asked for")
        yield


def test_a_look_that_finds_nothing_new_keeps_no_writer_waiting(hall: Hall) -> None:
    new_version(hall, at=NOW)
    assert watch(hall.front, NOW)
    assert watch(replace(hall.front, records=Shut(hall.front.records.engine)), NOW + HOUR) == []


def test_an_old_content_that_comes_back_is_no_new_version(hall: Hall) -> None:
    first = new_version(hall, at=NOW)
    new_version(hall, at=NOW + HOUR)
    watch(hall.front, NOW + HOUR)
    with hall.front.records.write() as session:
        session.get_one(Feed, BUS).current_id = first.id
    assert watch(hall.front, NOW + 2 * HOUR) == []


@pytest.mark.parametrize(
    ("days_before", "kinds"),
    [(31, []), (30, ["service.expires"]), (8, ["service.expires"]), (7, ["service.expires"] * 2),
     (0, ["service.expires"] * 2), (-1, ["service.expires"] * 2 + ["service.expired"])],
)  # fmt: skip
def test_a_timetable_that_ends_is_told_thirty_and_seven_days_before(
    hall: Hall, days_before: int, kinds: list[str]
) -> None:
    last = dt.date(2026, 12, 20)
    new_version(hall, at=NOW, facts={"service_to": last.isoformat(), "timezone": "Europe/Paris"})
    watch(hall.front, NOW)
    found: list[Happening] = []
    for before in range(40, days_before - 1, -1):
        found += watch(hall.front, dt.datetime.combine(last - before * DAY, dt.time(12), dt.UTC))
    assert [one.kind for one in found] == kinds
    assert [one.facts["days"] for one in found] == [30, 7, 1][: len(kinds)]


def test_a_day_ends_where_the_feed_is(hall: Hall) -> None:
    new_version(hall, at=NOW, facts={"service_to": "2026-12-20", "timezone": "Pacific/Auckland"})
    watch(hall.front, NOW)
    night = dt.datetime(2026, 12, 20, 11, 30, tzinfo=dt.UTC)  # the 21st in Auckland
    assert [one.kind for one in watch(hall.front, night)] == ["service.expired"]


@pytest.mark.parametrize("facts", [{"service_to": "soon"}, {"service_to": "2027-01-01", "timezone": "Mars/Phobos"}])
def test_what_a_feed_says_badly_stops_nobody(hall: Hall, facts: dict[str, str]) -> None:
    new_version(hall, at=NOW, facts=facts)
    assert [one.kind for one in watch(hall.front, NOW)] == ["version.new"]


def test_a_run_of_refusals_is_told_once_and_the_next_run_again(hall: Hall) -> None:
    new_version(hall, at=NOW)
    watch(hall.front, NOW)
    for hour in (1, 2, 3):
        attempted(hall, "refused", at=NOW + hour * HOUR, error="stops.txt: no usable record")
        found = watch(hall.front, NOW + hour * HOUR)
        expected = [(BUS, "feed.refused", {"since": "2026-09-15T07:00:00Z", "error": "stops.txt: no usable record"})]
        assert told(found) == (expected if hour == 1 else [])
    attempted(hall, "unchanged", at=NOW + 4 * HOUR)
    assert watch(hall.front, NOW + 4 * HOUR) == []
    attempted(hall, "refused", at=NOW + 5 * HOUR, error="x")
    assert [one.kind for one in watch(hall.front, NOW + 5 * HOUR)] == ["feed.refused"]


def test_silence_is_told_the_second_time_and_its_end_once(hall: Hall) -> None:
    new_version(hall, at=NOW)
    watch(hall.front, NOW)
    kinds = []
    for hour, outcome in enumerate(["failed", "failed", "failed", "unchanged", "unchanged", "failed", "unchanged"], 1):
        attempted(hall, outcome, at=NOW + hour * HOUR, error="503")
        kinds.append([(one.kind, one.facts["since"]) for one in watch(hall.front, NOW + hour * HOUR)])
    since = "2026-09-15T07:00:00Z"
    assert kinds == [[], [("feed.unavailable", since)], [], [("feed.available", since)], [], [], []]


def test_silence_that_is_judged_is_told_by_its_incidents(hall: Hall) -> None:
    new_version(hall, at=NOW)
    watch(hall.front, NOW)
    standing = {"verdict": "fail", "latest": "fail", "streak": 1, "facts": {}}
    with hall.front.records.write() as session:
        session.add(Standing(slug=BUS, check="reachable", since=NOW, streak_since=NOW, at=NOW, **standing))
        session.add(Incident(slug=BUS, number=4, check="reachable", opened_at=NOW, closed_at=None, facts={}))
        session.add(Incident(slug=BUS, number=5, check="fresh", opened_at=NOW, closed_at=None, facts={}))
    for hour in (1, 2):
        attempted(hall, "failed", at=NOW + hour * HOUR)
    assert told(watch(hall.front, NOW + 2 * HOUR)) == [(BUS, "feed.unavailable", {"since": "2026-09-15T06:00:00Z"})]
    attempted(hall, "unchanged", at=NOW + 3 * HOUR)
    assert watch(hall.front, NOW + 3 * HOUR) == [], "on probation"
    with hall.front.records.write() as session:
        session.query(Incident).filter_by(number=4).one().closed_at = NOW + 3 * HOUR
    assert [one.kind for one in watch(hall.front, NOW + 3 * HOUR)] == ["feed.available"]
    assert watch(hall.front, NOW + 4 * HOUR) == []


def test_no_error_of_operator_data_is_repeated(hall: Hall) -> None:
    new_version(hall, SEALED, "mds", at=NOW)
    attempted(hall, "refused", at=NOW + HOUR, error="trips: SENTINEL", slug=SEALED)
    assert told(watch(hall.front, NOW + HOUR)) == [(SEALED, "feed.refused", {"since": "2026-09-15T07:00:00Z"})]


def test_an_address_that_changed_is_told_without_its_secrets(hall: Hall) -> None:
    new_version(hall, at=NOW, source="https://a.example/gtfs.zip")
    watch(hall.front, NOW)
    registered(hall, BUS, "https://u:p@b.example/gtfs.zip?key=SENTINEL")
    change = {"from": "https://a.example/gtfs.zip", "to": "https://b.example/gtfs.zip"}
    assert told(watch(hall.front, NOW + HOUR)) == [(BUS, "feed.url_changed", change)]
    new_version(hall, at=NOW + 2 * HOUR, source="https://b.example/gtfs.zip?key=SENTINEL")
    assert [one.kind for one in watch(hall.front, NOW + 2 * HOUR)] == ["version.new"]
    new_version(hall, at=NOW + 3 * HOUR, source="https://c.example/gtfs.zip")
    with hall.front.records.write() as session:
        session.get_one(Source, BUS).url = "https://c.example/gtfs.zip"
    found = watch(hall.front, NOW + 3 * HOUR)
    assert [(one.kind, one.facts.get("to")) for one in found] == [
        ("version.new", None),
        ("feed.url_changed", "https://c.example/gtfs.zip"),
    ]


def test_a_schedule_that_is_taken_no_more_and_a_name_that_was_superseded(hall: Hall) -> None:
    registered(hall, BUS, "https://a.example/gtfs.zip")
    registered(hall, "bus-rt", "https://a.example/rt", standard="gtfs-rt", schedule=BUS)
    assert watch(hall.front, NOW) == []
    with hall.front.records.write() as session:
        session.get_one(Source, BUS).active = False
        session.add(FeedRedirect(old="bus-old", slug=BUS, at=NOW, why=""))
    names = {"old": "bus-old", "by": BUS}
    assert told(watch(hall.front, NOW)) == [
        ("bus-rt", "schedule.removed", {"schedule": BUS}),
        ("bus-old", "feed.superseded", names),
        (BUS, "feed.superseded", names),
    ]
    assert watch(hall.front, NOW) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_its_sentence_in_both_languages(hall: Hall, kind: object) -> None:
    found = KINDS[getattr(kind, "name")]  # noqa: B009 - parametrised by value, named by key
    facts = {name: BUS if name == "schedule" else f"<{name}>" for name in found.facts}
    row = Happening(slug=BUS, number=1, kind=found.name, at=NOW, key="k", facts=facts)
    notice = notice_of(current_world(hall.front), row)
    for text in (notice.sentence.fr, notice.sentence.en):
        assert all(said in text for said in facts.values())
    assert notice.sentence.fr != notice.sentence.en
    empty = notice_of(
        current_world(hall.front), Happening(slug="x", number=1, kind=found.name, at=NOW, key="k", facts={})
    )
    assert "{" not in empty.sentence.en


def test_a_schedule_that_is_in_no_commons_is_not_named(hall: Hall) -> None:
    facts = {"schedule": "bus-of-nobody"}
    row = Happening(slug=BUS, number=1, kind="schedule.removed", at=NOW, key="k", facts=facts)
    told = notice_of(current_world(hall.front), row)
    assert b"bus-of-nobody" not in told.message("https://hub.test")
    assert (told.facts, told.sentence.en[:16]) == ({}, "The schedule – t")


def test_a_message_is_the_same_bytes_each_time_and_its_id_has_no_full_stop(hall: Hall) -> None:
    facts = {"version": 4, "verdict": "fail", "share": 0.5, "list": [1, {"a": None}]}
    rows = [Happening(slug=BUS, number=7, kind="version.new", at=NOW, key="4", facts=facts) for _ in range(2)]
    first, second = (notice_of(current_world(hall.front), row) for row in rows)
    assert first.message("https://hub.test") == second.message("https://hub.test")
    assert "." not in first.id
    body = json.loads(first.message("https://hub.test"))
    assert body["type"] == "version.new"
    assert body["timestamp"] == "2026-09-15T06:00:00Z"
    assert body["data"]["facts"] == {**facts, "share": "0.5"}
    assert body["data"]["sentence"]["fr"].endswith("les contrôles disent : des erreurs.")
    strange = notice_of(
        current_world(hall.front), Happening(slug=BUS, number=1, kind="new.kind", at=NOW, key="k", facts={})
    )
    assert strange.title.en == "new.kind"


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "notices.md"


def between(mark: str) -> str:
    """What the page holds between two marks, without the fences of code."""
    text = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")[2].partition(f"<!-- /{mark} -->")[0]
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("```"))


def test_the_page_lists_every_kind_as_it_is() -> None:
    rows = (
        f"| `{one.name}` | {one.title.en} | {one.title.fr} | {', '.join(f'`{fact}`' for fact in one.facts)} |"
        for one in KINDS.values()
    )
    assert between("kinds").splitlines() == list(rows)


def test_the_pages_payload_and_its_way_to_verify_are_right(hall: Hall) -> None:
    facts = {"version": 4, "verdict": "pass"}
    row = Happening(slug=BUS, number=7, kind="version.new", at=NOW, key="4", facts=facts)
    notice = notice_of(current_world(hall.front), row)
    body = notice.message("https://hub.test")
    assert json.dumps(json.loads(body), indent=2, ensure_ascii=False) == between("payload").strip()
    spoken: dict[str, Any] = {}
    exec(between("verify"), spoken)
    secret = f"whsec_{b64encode(bytes(range(32))).decode()}"
    headers = signed(secret, notice.id, body, NOW)
    assert spoken["is_genuine"](secret, headers, body)
    assert not spoken["is_genuine"](secret, headers, body + b" ")
    assert not spoken["is_genuine"](f"whsec_{b64encode(bytes(32)).decode()}", headers, body)
