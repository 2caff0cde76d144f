"""Taking lists of others in: row by row, the same list again changes nothing, and nothing large without a person."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from feeds.catalogues import SHAPES, Name
from hub.clock import FixedClock
from hub.records import Records, connect
from hub.records import sources as source_records
from hub.records.feed_models import Brake, ExternalId, FeedRedirect, Source
from hub.records.models import Feed
from hub.released import Released
from hub.services import registry, renaming
from hub.services.brake import decide
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.registry_entries import Registered, Wanted
from hub.services.registry_import import Imported, import_feeds
from tests.feeds.examples import examples
from tests.hub.api.hall import COMMONS

NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Front:
    return Front(records, Released(tmp_path / "released"), FixedClock(NOW))


def kinds(done: Imported) -> dict[str, int]:
    return dict(Counter(change.kind for change in done.changes))


def all_rows(front: Front) -> list[dict[str, object]]:
    """Everything that the registry holds."""
    with front.records.read() as session:
        return [
            {column.name: getattr(one, column.key) for column in table.__table__.columns}
            for table in (Source, ExternalId, FeedRedirect)
            for one in session.scalars(select(table).order_by(*table.__table__.primary_key))
        ]


def found(front: Front, slug: str) -> Registered:
    with front.records.read() as session:
        place = registry.where(session, slug)
    assert place is not None
    return place


def systems(count: int, *, moved: int = 0, tail: str = "gbfs.json") -> bytes:
    entries = [
        {
            "system_id": f"s{n}",
            "versions": [{"version": "3.0", "url": f"https://s{n}.example/{'v2/' * (n < moved)}{tail}"}],
        }
        for n in range(count)
    ]
    return json.dumps({"data": {"datasets": entries}}).encode()


def dmfr(*feeds: dict[str, object]) -> bytes:
    return json.dumps({"feeds": list(feeds)}).encode()


def gtfs(identifier: str, **rest: object) -> dict[str, object]:
    return {"id": identifier, "spec": "gtfs", "urls": {"static_current": "https://a.example/a.zip"}, **rest}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_list_again_changes_nothing(front: Front, shape: str) -> None:
    first = import_feeds(front, examples()[shape])
    there = all_rows(front)
    again = import_feeds(front, examples()[shape])

    assert first.count("new") == again.count("unchanged") >= 1
    assert again.count("refused") == first.count("refused")
    assert set(kinds(again)) <= {"unchanged", "refused"}
    assert all_rows(front) == there


def test_the_access_point_s_feeds_are_registered_with_their_schedule(front: Front) -> None:
    done = import_feeds(front, examples()["nap"])

    assert kinds(done) == {"new": 2, "refused": 1}
    assert [(one.row, one.field) for one in done.changes if one.kind == "refused"] == [(1, "resources[3].url")]
    realtime = found(front, "reseau-des-hautes-combes-gtfs-rt")
    assert realtime.schedule == "reseau-des-hautes-combes"
    assert realtime.names == (Name("tdg", "tdg-81654"),)
    assert found(front, "reseau-des-hautes-combes").licence == "etalab-2.0"


def test_a_feed_that_needs_a_key_waits_for_it(front: Front) -> None:
    done = import_feeds(front, examples()["systems-csv"])

    [waiting] = [one for one in done.changes if one.what.startswith("needs a key")]
    assert waiting.slug == "glisse-fr"
    with front.records.read() as session:
        assert [one.slug for one in registry.fetched(session)] == ["combecycle"]
    registry.change(front, "glisse-fr", Wanted(active=True))
    import_feeds(front, examples()["systems-csv"])
    assert found(front, "glisse-fr").active  # what a person said stays


def test_a_dry_run_tells_the_same_and_does_nothing(front: Front) -> None:
    told = import_feeds(front, examples()["dmfr"], dry_run=True)
    assert all_rows(front) == []
    assert import_feeds(front, examples()["dmfr"]) == told


def test_what_a_list_says_otherwise_is_changed_and_what_it_leaves_out_stays(front: Front) -> None:
    import_feeds(front, dmfr(gtfs("f-a", name="A", license={"spdx_identifier": "ODbL-1.0"})))
    registry.change(front, "a", Wanted(territory="Combeval", every_s=600))

    done = import_feeds(front, dmfr(gtfs("f-a", name="B")))

    assert [(one.kind, one.what) for one in done.changes] == [("changed", "title")]
    place = found(front, "a")
    assert (place.title, place.licence, place.territory, place.every_s) == ("B", "ODbL-1.0", "Combeval", 600)


def test_a_feed_is_the_same_in_two_lists_that_call_it_alike(front: Front) -> None:
    import_feeds(front, examples()["systems-csv"])
    done = import_feeds(front, examples()["gbfs-manifest"])
    assert [(one.kind, one.slug) for one in done.changes] == [("changed", "combecycle")]
    assert found(front, "combecycle").url == "https://combecycle.example.fr/3.0/gbfs.json"


def test_no_list_attaches_an_address_to_a_dataset_by_its_name(front: Front) -> None:
    put_in_force(front, read_folder(COMMONS))
    [change] = import_feeds(front, examples()["gbfs-manifest"]).changes
    assert (change.kind, change.slug) == ("new", "combecycle-2")
    assert change.what == "if it is the dataset combecycle: `hub feeds rename combecycle-2 combecycle`"
    renaming.rename(front, "combecycle-2", "combecycle")
    assert found(front, "combecycle").url == "https://combecycle.example.fr/3.0/gbfs.json"
    assert [(one.kind, one.slug, one.what) for one in import_feeds(front, examples()["gbfs-manifest"]).changes] == [
        ("unchanged", "combecycle", "")
    ]


def test_a_person_attaches_a_dataset_by_giving_it_the_list_s_name(front: Front) -> None:
    put_in_force(front, read_folder(COMMONS))
    renaming.identify(front, "combecycle", add=[Name("gbfs", "combecycle")])
    renaming.identify(front, "mds-trottix", add=[Name("gbfs", "glisse_fr")])

    done = import_feeds(front, examples()["systems-csv"])

    assert [(one.kind, one.slug) for one in done.changes if one.kind == "new"] == [("new", "combecycle")]
    assert any(one.kind == "refused" and "MDS" in one.what for one in done.changes)


def test_a_feed_that_supersedes_a_known_one_is_that_one(front: Front) -> None:
    import_feeds(front, dmfr(gtfs("f-old")))
    done = import_feeds(front, dmfr(gtfs("f-new", supersedes_ids=["f-old"])))

    assert [(one.kind, one.slug) for one in done.changes] == [("unchanged", "old")]
    assert found(front, "old").names == (Name("onestop", "f-new"), Name("onestop", "f-old"))


def test_a_feed_that_supersedes_another_known_one_leads_on(front: Front) -> None:
    import_feeds(front, dmfr(gtfs("f-old"), gtfs("f-new")))
    content = dmfr(gtfs("f-new", supersedes_ids=["f-old"]))

    done = import_feeds(front, content)

    assert [(one.kind, one.what) for one in done.changes] == [("changed", "supersedes old")]
    assert found(front, "new").superseded == ("old",)
    there = all_rows(front)
    assert kinds(import_feeds(front, content)) == {"unchanged": 1}
    assert all_rows(front) == there


def test_two_entries_of_one_feed_and_another_standard_are_refused(front: Front) -> None:
    import_feeds(front, dmfr(gtfs("f-a")))
    other = {"id": "f-a", "spec": "gbfs", "urls": {"gbfs_auto_discovery": "https://a.example/gbfs.json"}}

    assert [one.what for one in import_feeds(front, dmfr(other)).changes] == ["feed 'a' is GTFS, not GBFS"]
    renaming.identify(front, "a", add=[Name("onestop", "f-b")])
    done = import_feeds(front, dmfr(gtfs("f-a"), gtfs("f-b")))
    assert [(one.kind, one.row, one.what) for one in done.changes] == [
        ("unchanged", 1, ""),
        ("refused", 2, "feed 'a' is listed before"),
    ]


def test_who_is_superseded_is_told_once_and_of_no_feed_that_is_still_listed(front: Front) -> None:
    import_feeds(front, dmfr(gtfs("f-a"), gtfs("f-b"), gtfs("f-c")))
    renaming.identify(front, "c", add=[Name("onestop", "f-c2")])
    older = {"a": ["f-b", "f-c"], "b": ["f-a", "f-c2"]}

    done = import_feeds(front, dmfr(*(gtfs(f"f-{own}", supersedes_ids=olds) for own, olds in older.items())))

    assert [(one.kind, one.slug, one.what) for one in done.changes] == [
        ("changed", "a", "supersedes c"),
        ("unchanged", "b", ""),
    ]


def test_of_two_that_supersede_one_the_first_does(front: Front) -> None:
    content = dmfr(*(gtfs(f"f-{own}", supersedes_ids=["f-x"]) for own in "ab"))
    import_feeds(front, content)
    assert found(front, "a").names == (Name("onestop", "f-a"), Name("onestop", "f-x"))
    there = all_rows(front)
    assert kinds(import_feeds(front, content)) == {"unchanged": 2}
    assert all_rows(front) == there


def test_a_dataset_of_the_commons_is_superseded_by_a_person_alone(front: Front) -> None:
    put_in_force(front, read_folder(COMMONS))
    renaming.identify(front, "bus-hautes-combes", add=[Name("onestop", "f-bus")])
    import_feeds(front, dmfr(gtfs("f-bus"), gtfs("f-other")))

    done = import_feeds(front, dmfr(gtfs("f-other", supersedes_ids=["f-bus"])))

    assert kinds(done) == {"unchanged": 1}
    assert found(front, "bus-hautes-combes").names == (Name("onestop", "f-bus"),)


def test_text_that_no_database_takes_is_taken(front: Front) -> None:
    import_feeds(front, dmfr(gtfs("f-a", name="A\u0000\ud800B")))
    assert found(front, "a").title == "A��B"


def test_a_real_time_feed_finds_its_schedule_wherever_it_stands(front: Front) -> None:
    with front.records.write() as session:
        session.add(Feed(slug="kept", standard="gtfs", created_at=NOW))
    renaming.identify(front, "kept", add=[Name("onestop", "f-kept")])
    for schedule, slug in (("f-s", "s"), ("f-kept", "kept")):
        realtime = {"id": f"f-{slug}~rt", "spec": "gtfs-rt", "urls": {"realtime_alerts": "https://a.example/rt"}}
        names = [{"feed_onestop_id": one} for one in (schedule, realtime["id"])]
        document = {
            "feeds": [realtime, gtfs(schedule)],
            "operators": [{"onestop_id": "o", "name": "O", "associated_feeds": names}],
        }
        import_feeds(front, json.dumps(document).encode())
        assert found(front, f"{slug}-rt").schedule == slug


def test_an_import_that_moves_too_many_feeds_waits_for_a_person(front: Front) -> None:
    import_feeds(front, systems(20))
    there = all_rows(front)

    assert import_feeds(front, systems(20, moved=3), dry_run=True).is_too_much
    held = import_feeds(front, systems(21, moved=3))

    assert held.held is not None
    assert kinds(held) == {"changed": 3, "unchanged": 17, "new": 1}
    assert all_rows(front) == there  # not even what is new
    with front.records.read() as session:
        [brake] = session.scalars(select(Brake))
    assert brake.facts["of"] == 20
    assert "s0 → https://s0.example/v2/gbfs.json" in brake.facts["hidden"]

    decide(front, held.held, allow=True, by="secretariat")
    # Agreed was to these addresses, and to no others.
    assert import_feeds(front, systems(21, moved=3, tail="other.json")).held not in (None, held.held)
    assert all_rows(front) == there


def test_what_a_person_let_through_is_done_once(front: Front) -> None:
    import_feeds(front, systems(20))
    held = import_feeds(front, systems(20, moved=3)).held
    assert held is not None
    assert import_feeds(front, systems(20, moved=3)).held == held
    decide(front, held, allow=True, by="secretariat")

    done = import_feeds(front, systems(20, moved=3))

    assert (done.held, kinds(done)) == (None, {"changed": 3, "unchanged": 17})
    assert found(front, "s0").url == "https://s0.example/v2/gbfs.json"


def test_a_tenth_or_one_feed_passes_and_what_is_not_fetched_does_not_count(front: Front) -> None:
    import_feeds(front, systems(20))
    assert import_feeds(front, systems(20, moved=2)).held is None
    for number in range(2, 7):
        registry.remove(front, f"s{number}")
    assert import_feeds(front, systems(20, moved=7)).held is None


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("twice")
    records = connect(f"sqlite:///{folder / 'records.sqlite3'}")
    records.upgrade()
    yield Front(records, Released(folder / "released"), FixedClock(NOW))
    records.close()


entry = st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from(["", "x", "y"]))


@given(st.lists(entry, max_size=7), st.lists(entry, max_size=5))
@settings(deadline=None, derandomize=True, max_examples=12, phases=[Phase.explicit, Phase.generate])
def test_any_list_taken_in_twice_is_taken_in_once(
    swept: Front, before: list[tuple[int, int, str]], entries: list[tuple[int, int, str]]
) -> None:
    front = swept
    with front.records.write() as session:
        for table in (Source, ExternalId, FeedRedirect, Brake):
            session.execute(delete(table))
    import_feeds(front, dmfr(*(gtfs(f"f-{own}", name=title) for own, _, title in before)))
    feeds = [
        gtfs(f"f-{own}", name=title, supersedes_ids=[f"f-{older}"] if older != own else [])
        for own, older, title in entries
    ]
    import_feeds(front, dmfr(*feeds))
    there = all_rows(front)
    again = import_feeds(front, dmfr(*feeds))
    assert all_rows(front) == there
    assert set(kinds(again)) <= {"unchanged", "refused"}
    with front.records.read() as session:
        steps = source_records.redirects(session)
    assert all(source_records.last_of(steps, old) not in steps for old in steps)
