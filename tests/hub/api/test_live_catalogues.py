"""Feeds that are only published live stand in the catalogues too: where everybody reads them, and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

import pyshacl
import pytest
from fastapi import FastAPI
from rdflib import DCAT, Graph, URIRef

from feeds.catalogues import Name, dcat
from feeds.catalogues.dmfr import read
from hub.records.models import Release
from hub.services import live_offered, realtime, registry, registry_export, renaming
from hub.services.back import Back
from hub.services.commons import current_world, put_in_force
from hub.services.registry_entries import Wanted
from tests.feeds.realtime_town import message
from tests.hub.api.hall import Hall, add_version, get, publish
from tests.hub.live_town import IDENTIFIED, SLUG, move, put, restated, snapshot, town
from tests.hub.realtime_hall import LIVE, documents

HUB = "https://hub.test"
SYSTEM = f"{HUB}/api/v1/gbfs/{SLUG}"
MESSAGES = f"{HUB}/api/v1/feeds/{LIVE}/realtime"
MANIFEST = f"{HUB}/api/v1/gbfs/manifest.json"
SOURCE = "https://velo.example/gbfs.json"


@pytest.fixture
def back(hall: Hall, tmp_path: Path) -> Back:
    """A hub with a system and messages that are published live and were never a version."""
    back = town(hall.front, tmp_path)
    put_in_force(hall.front, documents())
    registry.add(hall.front, SLUG, Wanted(SOURCE, "gbfs"))
    put(back, snapshot())
    realtime.take(back, LIVE, message().SerializeToString(), at=hall.clock())
    return back


def downloads(app: FastAPI) -> dict[str, set[str]]:
    """Of each dataset of the catalogue, where its files are."""
    graph = Graph().parse(data=get(app, "/api/v1/catalogue.ttl").content, format="turtle")
    conforms, _, why = pyshacl.validate(graph, shacl_graph=Graph().parse(data=dcat.shapes(), format="turtle"))
    assert conforms, why
    found: dict[str, set[str]] = {}
    for dataset, file in graph.subject_objects(DCAT.distribution):
        found.setdefault(str(dataset).rpartition("/")[2], set()).update(map(str, graph.objects(file, DCAT.downloadURL)))
    for service in graph.objects(None, DCAT.service):
        assert set(graph.objects(service, DCAT.servesDataset)) == {URIRef(f"{HUB}/api/v1/feeds/{SLUG}")}
        found["manifest"] = set(map(str, graph.objects(service, DCAT.endpointURL)))
    return found


def dmfr_of(app: FastAPI) -> dict[str, str]:
    """Where DMFR says that each feed is."""
    return {one.name.id: one.url for one in read(get(app, "/api/v1/catalogue.dmfr.json").content).feeds}


def test_what_is_live_is_listed_where_it_is_served(app: FastAPI, back: Back) -> None:
    found = downloads(app)

    assert found[SLUG] == {f"{SYSTEM}/3.0/gbfs.json", f"{SYSTEM}/2.3/gbfs.json"}
    assert found[LIVE] == {MESSAGES}
    assert found["manifest"] == {MANIFEST}
    for address in {*found[SLUG], *found[LIVE], *found["manifest"]}:
        assert get(app, address.removeprefix(HUB)).status_code == 200


def test_dmfr_tells_the_hub_s_own_address_and_shields_the_operator(app: FastAPI, back: Back) -> None:
    registry.add(back.front, LIVE, Wanted("https://cars.example/rt", "gtfs-rt"))
    renaming.identify(back.front, LIVE, add=[Name("onestop", "f-u0h-bus~rt#realtime_vehicle_positions")])

    assert dmfr_of(app) == {
        "bus-hautes-combes": f"{HUB}/api/v1/feeds/bus-hautes-combes/files/archive",
        SLUG: f"{SYSTEM}/3.0/gbfs.json",
        LIVE: MESSAGES,
    }
    assert SOURCE not in get(app, "/api/v1/catalogue.dmfr.json").text
    told = {one["id"]: one["urls"] for one in json.loads(get(app, "/api/v1/catalogue.dmfr.json").content)["feeds"]}
    assert (list(told[SLUG]), list(told[LIVE])) == (["gbfs_auto_discovery"], ["realtime_vehicle_positions"])


def test_a_poll_changes_no_byte_of_the_catalogue(app: FastAPI, back: Back) -> None:
    before = get(app, "/api/v1/catalogue.ttl").headers["etag"]
    move(back.front, 60)
    put(back, snapshot(7))
    assert get(app, "/api/v1/catalogue.ttl").headers["etag"] == before


def test_what_is_not_open_to_everybody_is_named_nowhere(app: FastAPI, back: Back) -> None:
    restated(back.front, **IDENTIFIED)
    with back.front.records.read() as session:  # published a moment ago for everybody, and open no more
        assert live_offered.documents(back.front, session, current_world(back.front), SLUG, back.front.clock()) == ()
    put(back, snapshot(7))
    registry.add(back.front, "mds-trottix", Wanted("https://mds.example/a", "mds"))

    assert set(downloads(app)) == {"bus-hautes-combes"}
    assert set(dmfr_of(app)) == {"bus-hautes-combes"}
    assert registry_export.live_of(back.front) == {}


def test_what_was_let_out_for_readers_with_a_key_is_not_listed_before_it_is_let_out_for_all(
    app: FastAPI, back: Back
) -> None:
    restated(back.front, **IDENTIFIED)
    put(back, snapshot(7))
    put_in_force(back.front, documents())
    assert SLUG not in downloads(app)
    put(back, snapshot(8))
    assert SLUG in downloads(app)


def test_the_hub_s_own_list_says_where_each_feed_is_read(back: Back) -> None:
    assert registry_export.live_of(back.front) == {
        SLUG: [f"{SYSTEM}/3.0/gbfs.json", f"{SYSTEM}/2.3/gbfs.json"],
        LIVE: [MESSAGES],
    }


def test_the_archive_of_a_system_is_no_discovery_document(app: FastAPI, hall: Hall) -> None:
    made = add_version(hall, SLUG, "gbfs", rows={"stations": 3})
    release = publish(hall, "archive", b"PK", "application/zip", version=made.id)
    with hall.front.records.write() as session:
        session.get_one(Release, release).subject = SLUG

    assert set(dmfr_of(app)) == {"bus-hautes-combes"}
    assert downloads(app)[SLUG] == {f"{HUB}/api/v1/feeds/{SLUG}/files/archive"}
