"""The catalogue: what is open tells all, what is sealed tells its name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from fastapi import FastAPI

from governance.datasets import Sensitivity
from hub.api.app import create_app
from hub.services.catalogue import is_open, never_open
from hub.services.commons import current_world
from tests.hub.api.hall import NOW, Hall, add_version, get, publish

BUS = "/api/v1/feeds/bus-hautes-combes"


def test_the_catalogue_lists_every_dataset_of_the_commons(app: FastAPI) -> None:
    feeds = {feed["slug"]: feed for feed in get(app, "/api/v1/feeds").json()["feeds"]}

    assert feeds["bus-hautes-combes"]["access"] == "open"
    assert feeds["mds-trottix"] == {
        "slug": "mds-trottix",
        "title": {"fr": "Trajets et flotte de Trottix", "en": "Trips and fleet of Trottix"},
        "standard": "mds",
        "holder": "trottix",
        "access": "sealed",
        "licence": "LicenseRef-commons-agreement",
        "territory": ["hautes-combes"],
        "href": "/api/v1/feeds/mds-trottix",
    }
    assert set(feeds) == {
        *("bus-hautes-combes", "combecycle", "trottix-gbfs", "mds-trottix", "mds-velovif", "mds-bolide", "mds-glisse")
    }


def test_an_open_feed_tells_its_version_its_findings_and_its_files(app: FastAPI, hall: Hall) -> None:
    feed = get(app, BUS).json()

    assert feed["current"]["rows"] == {"stops": 3, "stop_times": 75}
    assert feed["current"]["findings"] == {"error": 0, "warning": 3, "info": 0}
    assert feed["current"]["verdict"] == "pass"
    assert {file["part"] for file in feed["current"]["files"]} == {
        *("archive", "gtfs.stop_day", "gtfs.service_patterns", "stops")
    }
    assert [attempt["outcome"] for attempt in feed["attempts"]] == ["new"]
    assert hall.audited() == []  # to look at the catalogue of what is open is no access


def test_a_sealed_feed_tells_only_what_the_commons_says_of_it(app: FastAPI) -> None:
    feed = get(app, "/api/v1/feeds/mds-trottix").json()

    assert feed["current"] is None
    assert feed["attempts"] is None
    assert "flows-h3_8-month" in feed["cubes"]


@pytest.mark.parametrize(
    "rest", ["/versions", "/versions/{n}", "/versions/{n}/findings", "/files/archive", "/versions/{n}/files/archive"]
)
def test_a_look_into_a_sealed_feed_is_denied_once(app: FastAPI, hall: Hall, rest: str) -> None:
    path = "/api/v1/feeds/mds-trottix" + rest.format(n=hall.sealed_version)

    answer = get(app, path)

    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == "dataset.sensitive"
    assert [record["permitted"] for record in hall.audited()] == [False]


def test_a_sealed_version_that_is_there_and_one_that_is_not_are_denied_alike(app: FastAPI, hall: Hall) -> None:
    there = get(app, f"/api/v1/feeds/mds-trottix/versions/{hall.sealed_version}/files/archive")
    not_there = get(app, "/api/v1/feeds/mds-trottix/versions/4711/files/archive")

    assert there.json() == not_there.json()


def test_the_holder_sees_its_own_feed_and_that_is_written_down(app: FastAPI, hall: Hall) -> None:
    answer = get(app, "/api/v1/feeds/mds-trottix", headers=hall.key("trottix"))

    assert answer.json()["current"]["rows"]["trips"] == 918_273_645
    assert answer.headers["cache-control"] == "private, no-store"
    assert [(record["actor"], record["audience"], record["permitted"]) for record in hall.audited()] == [
        ("trottix", "holder", True)
    ]


@pytest.mark.parametrize("member", ["bolide", "velovif", "smhc", "secretariat"])
def test_nobody_but_the_holder_sees_a_sealed_feed(app: FastAPI, hall: Hall, member: str) -> None:
    assert get(app, "/api/v1/feeds/mds-trottix", headers=hall.key(member)).json()["current"] is None
    assert get(app, "/api/v1/feeds/mds-trottix/versions", headers=hall.key(member)).status_code == 403


def test_a_key_that_is_not_for_reading_reads_as_the_public_does(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("trottix", "contribute")

    assert get(app, "/api/v1/feeds/mds-trottix/versions", headers=headers).status_code == 403
    assert hall.audited()[0]["actor"] == "public"


def test_versions_come_newest_first_page_by_page(app: FastAPI, hall: Hall) -> None:
    for days in range(1, 5):
        add_version(hall, "bus-hautes-combes", "gtfs", rows={}, at=NOW + dt.timedelta(days=days))
    path, seen = f"{BUS}/versions?limit=2", []

    while path:
        answer = get(app, path)
        page = answer.json()
        seen += [version["id"] for version in page["versions"]]
        path = (page["next"] or "").removeprefix("https://hub.test")
        assert ('rel="next"' in answer.headers.get("link", "")) == bool(path)

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


def test_a_cursor_of_somebody_elses_making_is_refused(app: FastAPI) -> None:
    for cursor in ("4711", "cA==", "p²", "....", "cHA"):
        assert get(app, f"{BUS}/versions", params={"cursor": cursor}).status_code == 400


def test_findings_are_filtered_by_severity(app: FastAPI, hall: Hall) -> None:
    path = f"{BUS}/versions/{hall.open_version}/findings"

    assert [one["code"] for one in get(app, path + "?severity=warning").json()["findings"]] == [
        "stop_too_far_from_shape"
    ]
    assert get(app, path + "?severity=error").json()["findings"] == []
    assert get(app, path + "?severity=grave").status_code == 422


def test_a_version_of_another_feed_is_not_found(app: FastAPI, hall: Hall) -> None:
    assert get(app, f"{BUS}/versions/{hall.open_version + 1}").status_code == 404
    assert get(app, f"{BUS}/versions/{hall.open_version + 1}/files/archive").status_code == 404


def test_as_of_a_day_gives_the_version_of_that_day(app: FastAPI, hall: Hall) -> None:
    later = add_version(hall, "bus-hautes-combes", "gtfs", rows={}, at=dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC))
    publish(hall, "archive", b"the newer archive", "application/zip", version=later.id)

    assert get(app, f"{BUS}/files/archive").content == b"the newer archive"
    assert get(app, f"{BUS}/files/archive?at=2026-11-15").content != b"the newer archive"
    # 23:30 UTC on the 20th is past midnight on the 21st in the basin.
    assert get(app, f"{BUS}/files/archive?at=2026-11-20").content != b"the newer archive"
    assert get(app, f"{BUS}/files/archive?at=2026-11-21").content == b"the newer archive"
    assert get(app, f"{BUS}/files/archive?at=2026-11-14").status_code == 404


def test_before_the_commons_was_loaded_the_api_says_so(bare: Hall) -> None:
    app = create_app(bare.front)

    assert get(app, "/api/v1").json()["basin"] is None
    assert get(app, "/api/v1/feeds").status_code == 409


def test_a_feed_in_no_commons_is_told_to_nobody(app: FastAPI, hall: Hall) -> None:
    add_version(hall, "secret-pilot", "mds", rows={})
    headers = {"Accept": "text/html"}

    assert "secret-pilot" not in get(app, "/api/v1/feeds").text
    assert "secret-pilot" not in get(app, "/", headers=headers).text
    for path in ("/api/v1/feeds/{}", "/api/v1/feeds/{}/versions", "/api/v1/feeds/{}/files/archive", "/feeds/{}"):
        there, nowhere = (get(app, path.format(slug), headers=headers) for slug in ("secret-pilot", "nothing"))
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert there.text.replace("secret-pilot", "nothing") == nowhere.text
    assert hall.audited() == []


def test_records_of_single_trips_are_never_open_whatever_they_were_classified_as(hall: Hall) -> None:
    world = current_world(hall.front)
    # The very dataset that is open, but for the standard it comes in.
    bus = world.datasets["bus-hautes-combes"]
    trips = replace(bus, standard=world.datasets["mds-trottix"].standard)
    assert trips.sensitivity is Sensitivity.OPEN

    as_trips = replace(world, datasets={**world.datasets, bus.id: trips})

    assert is_open(world, bus.id, NOW)
    assert not is_open(as_trips, bus.id, NOW)
    assert never_open(world, bus.id) is None
    assert never_open(as_trips, bus.id) is not None
