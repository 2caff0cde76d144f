"""The registry: one answer to where a feed is fetched, whatever was registered, renamed or removed before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from feeds.catalogues import Name
from hub.clock import FixedClock
from hub.errors import BadRequest, Conflict, NotFound
from hub.records import Records
from hub.records import sources as source_records
from hub.records.feed_models import Source
from hub.records.models import Feed
from hub.released import Released
from hub.services import registry, renaming
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.registry_entries import Registered, Wanted
from tests.hub.api.hall import COMMONS

NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
URL = "https://data.example.fr/gtfs.zip"
GTFS = Wanted(URL, "gtfs", licence="lov2", every_s=3_600)


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Front:
    return Front(records, Released(tmp_path / "released"), FixedClock(NOW))


def where(front: Front, slug: str) -> Registered | None:
    with front.records.read() as session:
        return registry.where(session, slug)


def fetched(front: Front) -> list[str]:
    with front.records.read() as session:
        return [one.slug for one in registry.fetched(session)]


def taken_in(front: Front, slug: str, url: str | None, standard: str = "gtfs") -> None:
    with front.records.write() as session:
        session.add(Feed(slug=slug, standard=standard, created_at=NOW, url=url))


def row(front: Front, slug: str) -> Source:
    with front.records.read() as session:
        return source_records.source(session, slug)


def test_a_registered_feed_is_fetched_and_its_licence_is_spdx(front: Front) -> None:
    added = registry.add(front, "bus", GTFS)

    assert added == where(front, "bus") == Registered("bus", "gtfs", URL, licence="etalab-2.0", every_s=3_600)
    assert row(front, "bus").due_at is None
    assert fetched(front) == ["bus"]


def test_an_address_of_before_is_read_through_until_one_is_registered(front: Front) -> None:
    taken_in(front, "bus", URL)
    taken_in(front, "handed-in", None)
    assert where(front, "bus") == Registered("bus", "gtfs", URL)
    assert where(front, "handed-in") is None
    assert fetched(front) == ["bus"]

    registry.change(front, "bus", Wanted(every_s=60))
    assert where(front, "bus") == Registered("bus", "gtfs", URL, every_s=60)

    registry.change(front, "bus", Wanted("https://elsewhere.example/x.zip"))
    assert where(front, "bus") == Registered("bus", "gtfs", "https://elsewhere.example/x.zip", every_s=60)
    assert fetched(front) == ["bus"]


def test_what_is_removed_is_fetched_no_more_and_is_taken_up_again(front: Front) -> None:
    taken_in(front, "old", URL)
    registry.add(front, "bus", GTFS)
    with front.records.write() as session:
        source_records.source(session, "bus").secret = b"sealed"
    for slug in ("old", "bus"):
        assert not registry.remove(front, slug).active
    assert (fetched(front), where(front, "old"), where(front, "bus")) == ([], None, None)

    assert registry.change(front, "bus", Wanted(active=True)).has_credential
    assert fetched(front) == ["bus"]


def test_a_change_of_address_or_rhythm_is_due_at_once_and_clears_failures(front: Front) -> None:
    registry.add(front, "bus", GTFS)
    for wanted in (Wanted("https://b.example/x"), Wanted(every_s=0)):
        with front.records.write() as session:
            source_records.source(session, "bus").due_at = NOW
            source_records.source(session, "bus").failures = 7
        registry.change(front, "bus", wanted)
        assert row(front, "bus").due_at is None
    with front.records.write() as session:
        source_records.source(session, "bus").due_at = NOW
    registry.change(front, "bus", Wanted("https://b.example/x", title="Bus"))
    assert row(front, "bus").due_at == NOW  # nothing that it is fetched by has changed


@pytest.mark.parametrize(
    ("slug", "wanted", "says"),
    [
        ("Bus", GTFS, "is no slug"),
        ("bus", replace(GTFS, standard="siri"), "a standard is wanted"),
        ("bus", replace(GTFS, url=None), "an address is wanted"),
        ("bus", replace(GTFS, url="https://me:SECRET@a.example"), "a user or a password"),
        ("bus", replace(GTFS, url="https://a.example/?api_key=SECRET"), "looks like a credential"),
        ("bus", replace(GTFS, url="file:///etc/passwd"), "only http and https"),
        ("bus", replace(GTFS, every_s=1), "a rhythm of GTFS is 5 to 2678400"),
        ("rt", Wanted(URL, "gtfs-rt", every_s=600), "a rhythm of GTFS-RT is 20 to 60"),
        ("bikes", Wanted(URL, "gbfs", every_s=5), "a rhythm of GBFS is 10 to 3600"),
        ("bus", replace(GTFS, schedule="nothing"), "only GTFS-RT"),
        ("rt", Wanted(URL, "gtfs-rt", schedule="nothing"), "is no GTFS feed"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_no_secret_is_repeated(
    front: Front, slug: str, wanted: Wanted, says: str
) -> None:
    with pytest.raises(BadRequest, match=says) as fault:
        registry.add(front, slug, wanted)
    assert "SECRET" not in str(fault.value)
    assert fetched(front) == []


def test_a_slug_is_registered_once_and_has_one_standard(front: Front) -> None:
    registry.add(front, "bus", GTFS)
    taken_in(front, "bikes", None, "gbfs")
    with pytest.raises(Conflict, match="registered already"):
        registry.add(front, "bus", GTFS)
    with pytest.raises(Conflict, match="is GBFS kept"):
        registry.add(front, "bikes", GTFS)
    with pytest.raises(Conflict, match="another feed"):
        registry.change(front, "bus", Wanted(standard="gbfs"))
    with pytest.raises(NotFound):
        registry.change(front, "nobody", Wanted(title="x"))


def test_the_commons_has_a_word_on_the_standard(front: Front) -> None:
    put_in_force(front, read_folder(COMMONS))
    with pytest.raises(Conflict, match="MDS in the commons' documents"):
        registry.add(front, "mds-trottix", GTFS)
    registry.add(front, "bus-hautes-combes", GTFS)
    registry.add(front, "bus", GTFS)
    with pytest.raises(Conflict, match="GBFS"):
        renaming.rename(front, "bus", "combecycle")
    assert where(front, "bus") is not None  # and nothing of it was done


def test_a_renamed_feed_keeps_everything_but_its_slug(front: Front) -> None:
    registry.add(front, "bus", GTFS)
    registry.add(front, "rt", Wanted("https://rt.example/x", "gtfs-rt", schedule="bus"))
    renaming.identify(front, "bus", add=[Name("mdb", "mdb-1")])
    with front.records.write() as session:
        source_records.source(session, "bus").secret = b"sealed"
        source_records.source(session, "bus").auth = {"kind": "bearer"}

    assert renaming.rename(front, "bus", "coach") == "coach"

    assert where(front, "bus") is None
    assert where(front, "coach") == Registered(
        *("coach", "gtfs", URL),
        licence="etalab-2.0",
        every_s=3_600,
        has_credential=True,
        names=(Name("mdb", "mdb-1"),),
        superseded=("bus",),
    )
    assert row(front, "coach").auth == {"kind": "bearer"}
    assert row(front, "rt").schedule == "coach"
    with pytest.raises(Conflict, match="was superseded: it leads to 'coach'"):
        registry.add(front, "bus", GTFS)


def test_chains_are_followed_and_circles_refused(front: Front) -> None:
    registry.add(front, "a", GTFS)
    assert renaming.rename(front, "a", "b") == "b"
    assert renaming.rename(front, "b", "c") == "c"
    with pytest.raises(Conflict, match="each would lead to the other"):
        renaming.rename(front, "c", "a")
    with pytest.raises(Conflict, match="superseded already: it leads to 'c'"):
        renaming.rename(front, "a", "d")
    with pytest.raises(BadRequest):
        renaming.rename(front, "c", "c")
    with pytest.raises(NotFound):
        renaming.rename(front, "nobody", "d")
    registry.add(front, "z", replace(GTFS, url="https://z.example/z.zip"))
    assert renaming.rename(front, "z", "a") == "c"  # `a` leads on to `c`, which is registered already
    found = where(front, "c")
    assert found is not None
    assert (found.superseded, found.url) == (("a", "b", "z"), URL)
    registry.change(front, "z", Wanted(active=True))  # what was superseded is fetched no more, whatever else is said
    assert fetched(front) == ["c"]


def test_a_feed_taken_in_from_an_address_is_superseded_with_it(front: Front) -> None:
    taken_in(front, "bus", URL)
    taken_in(front, "handed-in", None)
    renaming.rename(front, "bus", "coach")
    renaming.rename(front, "handed-in", "coach")
    assert fetched(front) == ["coach"]
    assert where(front, "coach") == Registered("coach", "gtfs", URL, superseded=("bus", "handed-in"))


def test_a_name_stands_for_one_feed(front: Front) -> None:
    registry.add(front, "bus", GTFS)
    registry.add(front, "coach", GTFS)
    one, other = Name("mdb", "mdb-1"), Name("tdg", "tdg-2")
    assert renaming.identify(front, "bus", add=[other, one]) == (one, other)
    assert renaming.identify(front, "bus", add=[one], drop=[other]) == (one,)
    with pytest.raises(Conflict, match="stands for feed 'bus'"):
        renaming.identify(front, "coach", add=[one])
    with pytest.raises(NotFound):
        renaming.identify(front, "coach", drop=[one])
    with pytest.raises(NotFound):
        renaming.identify(front, "nobody", add=[other])
    for bad in (Name("nobody", "x"), Name("mdb", " "), Name("mdb", "\x00"), Name("mdb", "x" * 201)):
        with pytest.raises(BadRequest):
            renaming.identify(front, "bus", add=[bad])
    with front.records.read() as session:
        assert source_records.called(session, "mdb-1") == ["bus"]
