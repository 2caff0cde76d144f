"""The pages over all feeds: each reader sees those that it may, sorted as it asks, and each look is decided."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from feeds.judging.scores import Kind, Score
from hub.api.app import create_app
from hub.records import incidents as incident_records
from hub.records import standings
from tests.hub.api.hall import NOW, Hall, get, web_door
from tests.hub.web.reading import Page
from tests.hub.web.troubled import BUS, LATER, STANDINGS, trouble

OPEN = ["Coaches of Hautes-Combes", "Combecycle docked bikes", "Trottix scooters available"]


@pytest.fixture
def troubled(hall: Hall) -> Hall:
    trouble(hall)
    with hall.front.records.write() as session:
        standings.keep(session, "mds-trottix", "valid", STANDINGS["valid"], {})
        incident_records.add(session, "mds-trottix", "valid", opened_at=LATER, facts={"details": {}})
    return hall


@pytest.fixture
def door(troubled: Hall) -> FastAPI:
    return web_door(troubled.front)


def rows(page: Page) -> list[str]:
    return [one.text for one in page.all("th") if one.attributes["scope"] == "row"]


def test_everybody_sees_the_open_feeds_alone(door: FastAPI, troubled: Hall) -> None:
    page = Page(get(door, "/quality?lang=en").text)

    assert rows(page) == OPEN
    text = page.words()
    assert "Coaches of Hautes-Combes GTFS fails The address does not answer as it should, The version in force" in text
    assert "850 – 850 2026-11-15 1" in text
    assert "Combecycle docked bikes GBFS not judged yet – – – – 0" in text
    assert troubled.audited() == []


def test_a_holder_sees_its_sealed_feed_too_by_one_decision(door: FastAPI, troubled: Hall) -> None:
    answer = get(door, "/quality?lang=en", headers=troubled.key("trottix"))

    assert len(rows(Page(answer.text))) == len(OPEN) + 1
    assert answer.headers["cache-control"] == "private, no-store"
    assert [(one["actor"], one["subject"]) for one in troubled.audited()] == [("trottix", "mds-trottix")]
    for weak in (troubled.key("itineo"), troubled.key("trottix", "govern")):
        assert rows(Page(get(door, "/quality?lang=en", headers=weak).text)) == OPEN


def test_it_is_sorted_as_the_address_says(door: FastAPI, troubled: Hall) -> None:
    scored(troubled, "combecycle", 300)

    def first(sort: str) -> list[str]:
        page = Page(get(door, f"/quality?lang=en&sort={sort}").text)
        [marked] = [one for one in page.all("th") if "aria-sort" in one.attributes]
        assert marked.attributes["aria-sort"] == ("descending" if sort == "incidents" else "ascending")
        return rows(page)

    assert first("feed") == OPEN
    # The lowest first, and last what nobody can tell.
    assert first("freshness") == [OPEN[1], OPEN[0], OPEN[2]]
    assert first("availability") == OPEN
    assert first("incidents") == OPEN
    incident(troubled, "trottix-gbfs", 2)
    assert first("incidents") == [OPEN[2], OPEN[0], OPEN[1]]
    assert get(door, "/quality?sort=holder").status_code == 422


def scored(hall: Hall, slug: str, value: int) -> None:
    with hall.front.records.write() as session:
        standings.keep_score(session, slug, NOW.date(), Kind.FRESHNESS, Score(value, {}), until=None)


def incident(hall: Hall, slug: str, times: int) -> None:
    with hall.front.records.write() as session:
        for number in range(times):
            incident_records.add(session, slug, f"check-{number}", opened_at=NOW, facts={"details": {}})


def test_old_scores_are_no_scores_of_today(door: FastAPI, troubled: Hall) -> None:
    troubled.clock.now = LATER.replace(month=12)

    text = Page(get(door, "/quality?lang=en").text).words()
    assert "– – – – 1" in text
    assert "850" not in text


def test_open_incidents_come_first_and_sealed_ones_to_their_holder(door: FastAPI, troubled: Hall) -> None:
    incident(troubled, BUS, 1)
    page = Page(get(door, "/incidents?lang=fr").text)
    holder = Page(get(door, "/incidents?lang=fr", headers=troubled.key("trottix")).text)

    name = "Autocars des Hautes-Combes"
    assert rows(page) == [f"{name}, 3", f"{name}, 2", f"{name}, 1"]
    assert len(rows(holder)) == 4
    assert [(one["actor"], one["subject"]) for one in troubled.audited()] == [("trottix", "mds-trottix")]


def test_notices_are_newest_first_in_words_and_lead_to_atom(door: FastAPI, troubled: Hall) -> None:
    page = Page(get(door, "/notices?lang=en").text)
    text = page.words()

    assert len(rows(page)) == 2
    assert text.index("Version 2 of “Coaches of Hautes-Combes” has come in") < text.index("cannot be used")
    assert "Trottix" not in text
    atom = {one.attributes["href"] for one in page.all("link") if one.attributes["rel"] == "alternate"}
    assert atom == {"/api/v1/notices.atom?lang=en"}
    assert get(door, atom.pop()).status_code == 200
    assert troubled.audited() == []
    assert len(rows(Page(get(door, "/notices", headers=troubled.key("trottix")).text))) == 3


def test_a_long_list_goes_on(door: FastAPI, troubled: Hall) -> None:
    incident(troubled, BUS, 120)
    first = Page(get(door, "/incidents?lang=en").text)
    [following] = [one.attributes["href"] for one in first.all("a") if one.attributes.get("rel") == "next"]
    second = Page(get(door, following).text)

    assert (len(rows(first)), len(rows(second))) == (100, 22)
    assert not set(rows(first)) & set(rows(second))
    assert get(door, "/incidents?cursor=x").status_code == 400


@pytest.mark.parametrize("path", ["/quality", "/incidents", "/notices"])
def test_an_empty_hub_and_an_empty_list_say_what_comes_next(app: FastAPI, bare: Hall, path: str) -> None:
    assert "hub ingest" in get(create_app(bare.front), f"{path}?lang=en").text
    if path != "/quality":
        assert "note" in [one.attributes["class"] for one in Page(get(app, f"{path}?lang=en").text).all("div")]


def test_the_pages_are_in_the_menu(app: FastAPI) -> None:
    links = {one.attributes["href"] for one in Page(get(app, "/").text).all("a")}
    assert {"/quality", "/notices"} <= links
    assert "/incidents" in {one.attributes["href"] for one in Page(get(app, "/quality").text).all("a")}
