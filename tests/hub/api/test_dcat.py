"""The catalogue for other catalogues, superseded slugs, and feeds by the names of others: nothing sealed in any."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import httpx
import pyshacl
import pytest
from fastapi import FastAPI
from rdflib import DCAT, RDF, Graph, URIRef
from rdflib.compare import isomorphic
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from feeds.catalogues import Name, dcat
from hub.api.superseded import FRESH_S, Superseded
from hub.records.feed_models import FeedRedirect
from hub.services import registry, registry_export, renaming
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.services.registry_entries import Wanted
from hub.services.superseded import Leads, leading_on
from tests.hub.api.hall import COMMONS, NOW, NUMBER, WORD, Hall, add_version, ask, get

BUS = "bus-hautes-combes"
SEALED = ("mds-trottix", "mds-velovif", "mds-bolide", "mds-glisse")
LISTS = {
    "/api/v1/catalogue.ttl": "text/turtle; charset=utf-8",
    "/api/v1/catalogue.jsonld": "application/ld+json",
    "/api/v1/catalogue.dmfr.json": "application/json",
}


def superseded(hall: Hall, old: str, new: str) -> None:
    with hall.front.records.write() as session:
        session.add(FeedRedirect(old=old, slug=new, at=NOW, why=""))


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_its_media_type_and_is_known_again(app: FastAPI, path: str) -> None:
    answer = get(app, path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, LISTS[path])
    assert answer.headers["cache-control"] == "public, max-age=60"
    tag = answer.headers["etag"]
    assert get(app, path, headers={"If-None-Match": tag}).status_code == 304
    assert get(app, path, headers={"If-None-Match": '"other"'}).content == answer.content
    assert ask(app, "HEAD", path).headers["etag"] == tag


@pytest.mark.parametrize("path", LISTS)
def test_only_what_is_open_and_published_is_listed(app: FastAPI, hall: Hall, path: str) -> None:
    for slug in SEALED:
        with hall.front.records.write() as session:
            session.add(FeedRedirect(old=f"old-{slug}", slug=slug, at=NOW, why=WORD))
        renaming.identify(hall.front, slug, add=[Name("mdb", f"{WORD}-{slug}")])
        registry.add(hall.front, slug, Wanted(f"https://{WORD}.example/{slug}", "mds"))
    registry.add(hall.front, "unknown-to-all", Wanted(f"https://a.example/{WORD}", "gtfs"))

    for headers in ({}, hall.key("trottix"), hall.key("secretariat")):
        text = get(app, path, headers=headers).text
        assert BUS in text
        assert not [secret for secret in (*SEALED, WORD, str(NUMBER), "unknown-to-all") if secret in text]
    assert hall.audited() == []


def test_the_catalogue_conforms_and_its_files_are_there(app: FastAPI) -> None:
    turtle = Graph().parse(data=get(app, "/api/v1/catalogue.ttl").content, format="turtle")

    conforms, _, why = pyshacl.validate(turtle, shacl_graph=Graph().parse(data=dcat.shapes(), format="turtle"))
    assert conforms, why
    assert set(turtle.subjects(RDF.type, DCAT.Dataset)) == {URIRef(f"https://hub.test/api/v1/feeds/{BUS}")}
    for what in (DCAT.downloadURL, DCAT.accessURL):
        [address] = turtle.objects(None, what)
        assert get(app, str(address).removeprefix("https://hub.test")).status_code == 200


# rdflib's own reader of JSON-LD builds a graph that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_both_forms_are_one_graph(app: FastAPI) -> None:
    turtle = Graph().parse(data=get(app, "/api/v1/catalogue.ttl").content, format="turtle")
    json_ld = Graph().parse(data=get(app, "/api/v1/catalogue.jsonld").content, format="json-ld")
    assert isomorphic(turtle, json_ld)


def test_the_country_of_the_hub_is_said_where_it_is_set(app: FastAPI, hall: Hall) -> None:
    france = "<http://publications.europa.eu/resource/authority/country/FRA>"
    assert france not in get(app, "/api/v1/catalogue.ttl").text
    app.state.front = replace(hall.front, country="FRA")
    assert france in get(app, "/api/v1/catalogue.ttl").text


def test_a_new_version_changes_the_catalogue(app: FastAPI, hall: Hall) -> None:
    tag = get(app, "/api/v1/catalogue.ttl").headers["etag"]
    add_version(hall, BUS, "gtfs", rows={"stops": 4}, at=hall.clock().replace(hour=11))
    answer = get(app, "/api/v1/catalogue.ttl", headers={"If-None-Match": tag})
    # Not published yet: until it is, there is no file to list.
    assert answer.status_code == 200
    assert BUS not in answer.text


def test_dmfr_tells_the_source_unless_it_may_hold_a_secret(app: FastAPI, hall: Hall) -> None:
    def listed() -> dict[str, str]:
        [feed] = json.loads(get(app, "/api/v1/catalogue.dmfr.json").content)["feeds"]
        return {"id": feed["id"], **feed["urls"]}

    here = f"https://hub.test/api/v1/feeds/{BUS}/files/archive"
    assert listed() == {"id": BUS, "static_current": here}
    registry.add(hall.front, BUS, Wanted("https://a.example/gtfs.zip", "gtfs"))
    renaming.identify(hall.front, BUS, add=[Name("onestop", "f-u0h-bus")])
    assert listed() == {"id": "f-u0h-bus", "static_current": "https://a.example/gtfs.zip"}
    registry.change(hall.front, BUS, Wanted("https://a.example/gtfs.zip?unguessable"))
    assert listed()["static_current"] == here
    registry.change(hall.front, BUS, Wanted("https://a.example/gtfs.zip"))
    assert listed()["static_current"] != here
    registry.remove(hall.front, BUS)
    assert listed()["static_current"] == here
    assert get(app, here.removeprefix("https://hub.test")).status_code == 200


def test_without_a_commons_there_is_no_catalogue(bare: Hall, app: FastAPI) -> None:
    app.state.front = bare.front
    for path in LISTS:
        assert get(app, path).status_code == 409
    assert leading_on(bare.front) == {}


def test_a_superseded_slug_leads_on_with_all_below_it(app: FastAPI, hall: Hall) -> None:
    superseded(hall, "older", "old")
    superseded(hall, "old", BUS)
    below = ("", "/versions", "/versions/1", "/files/archive", "/files/archive?at=2026-03-01", "/never/heard%20of")
    for door, slug, rest in product(("/api/v1", ""), ("old", "older"), below):
        answer = get(app, f"{door}/feeds/{slug}{rest}")
        assert (answer.status_code, answer.headers["location"]) == (308, f"{door}/feeds/{BUS}{rest}")
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(app, "POST", "/api/v1/feeds/old/versions").status_code == 308
    assert get(app, f"/feeds/{BUS}").status_code == 200


def test_a_version_that_was_kept_stays_at_its_permanent_address(app: FastAPI, hall: Hall) -> None:
    superseded(hall, BUS, "trottix-gbfs")

    assert get(app, f"/api/v1/feeds/{BUS}").headers["location"] == "/api/v1/feeds/trottix-gbfs"
    assert get(app, f"/api/v1/feeds/{BUS}/files/archive").status_code == 308
    assert get(app, f"/api/v1/feeds/{BUS}/versions").status_code == 308
    for path in (f"/api/v1/feeds/{BUS}/versions/1", f"/api/v1/feeds/{BUS}/versions/1/files/archive"):
        assert get(app, path).status_code == 200


def test_a_sealed_feed_s_former_name_is_nobody_s_business(app: FastAPI, hall: Hall) -> None:
    superseded(hall, "old-name", "mds-trottix")
    superseded(hall, "registered-once", "never-in-the-commons")
    superseded(hall, "mds-bolide", "mds-trottix")

    for slug in ("old-name", "registered-once"):
        for headers in ({}, hall.key("trottix")):
            answer = get(app, f"/api/v1/feeds/{slug}", headers=headers)
            assert (answer.status_code, "location" in answer.headers) == (404, False)
    # Both names stand in the commons' documents, which everybody reads.
    assert get(app, "/api/v1/feeds/mds-bolide").headers["location"] == "/api/v1/feeds/mds-trottix"
    there = get(app, f"/api/v1/feeds/mds-bolide/versions/{hall.sealed_version}").json()
    assert there == get(app, "/api/v1/feeds/mds-bolide/versions/4711").json()


def test_a_key_in_an_address_is_not_led_on(app: FastAPI, hall: Hall) -> None:
    superseded(hall, "old", BUS)
    answer = get(app, "/api/v1/feeds/old?key=mch_secret")
    assert answer.status_code == 400
    assert "mch_secret" not in answer.text + str(answer.headers)


def test_which_slugs_lead_on_is_asked_once_a_second(app: FastAPI, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, now = [], [0.0]

    def counted(front: Front) -> dict[str, Leads]:
        asked.append(front)
        return leading_on(front)

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=404)(scope, receive, send)

    monkeypatch.setattr("hub.api.superseded.leading_on", counted)
    door = Superseded(nothing, now_s=lambda: now[0])

    def status(slug: str) -> int:
        return _asked(door, app, f"/api/v1/feeds/{slug}")

    superseded(hall, "old", BUS)
    assert [status("old") for _ in range(5)] == [308] * 5
    superseded(hall, "older", BUS)
    assert (status("older"), len(asked)) == (404, 1)
    now[0] = FRESH_S + 0.1
    assert (status("older"), len(asked)) == (308, 2)
    assert _asked(door, app, "/api/v1/statistics") == 404
    assert len(asked) == 2


def test_a_feed_is_found_by_what_others_call_it(app: FastAPI, hall: Hall) -> None:
    renaming.identify(hall.front, BUS, add=[Name("mdb", "mdb-1026"), Name("tdg", "tdg-81653")])

    answer = get(app, "/api/v1/ids/mdb-1026")

    assert (answer.status_code, answer.headers["location"]) == (308, f"/api/v1/feeds/{BUS}")
    assert get(app, f"/api/v1/feeds/{BUS}").json()["external_ids"] == [
        {"by": "mdb", "id": "mdb-1026"},
        {"by": "tdg", "id": "tdg-81653"},
    ]
    assert get(app, "/api/v1/ids/mdb-1").status_code == 404


def test_a_sealed_feed_s_other_names_are_for_its_holder(app: FastAPI, hall: Hall) -> None:
    renaming.identify(hall.front, "mds-trottix", add=[Name("mdb", "mdb-7")])
    unknown = get(app, "/api/v1/ids/mdb-8").json()

    for headers in ({}, hall.key("bolide"), hall.key("secretariat"), hall.key("trottix", "contribute")):
        hidden = get(app, "/api/v1/ids/mdb-7", headers=headers)
        assert hidden.status_code == 404
        assert {**hidden.json(), "detail": ""} == {**unknown, "detail": ""}
        assert get(app, "/api/v1/feeds/mds-trottix", headers=headers).json()["external_ids"] is None
    own = get(app, "/api/v1/ids/mdb-7", headers=hall.key("trottix"))
    assert (own.status_code, own.headers["cache-control"]) == (308, "private, no-store")
    detail = get(app, "/api/v1/feeds/mds-trottix", headers=hall.key("trottix")).json()
    assert detail["external_ids"] == [{"by": "mdb", "id": "mdb-7"}]


def test_a_feed_that_no_document_names_is_found_by_nobody(app: FastAPI, hall: Hall) -> None:
    registry.add(hall.front, "unknown", Wanted("https://a.example/x", "gtfs"))
    renaming.identify(hall.front, "unknown", add=[Name("mdb", "mdb-9")])
    assert get(app, "/api/v1/ids/mdb-9").status_code == 404


def test_an_empty_commons_of_open_feeds_has_an_empty_catalogue(bare: Hall, app: FastAPI) -> None:
    put_in_force(bare.front, read_folder(Path(COMMONS)))
    app.state.front = bare.front
    assert registry_export.offer(bare.front).feeds == ()
    assert json.loads(get(app, "/api/v1/catalogue.dmfr.json").content)["feeds"] == []
    assert "dcat:Catalog" in get(app, "/api/v1/catalogue.ttl").text


def _asked(door: Superseded, app: FastAPI, path: str) -> int:
    async def once() -> int:
        async def handed(scope: Scope, receive: Receive, send: Send) -> None:
            await door({**scope, "app": app}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=handed), base_url="http://hub.test") as client:
            return (await client.get(path)).status_code

    return asyncio.run(once())
