"""Every page: sound HTML, one language, usable by keyboard and screen reader, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from fastapi import FastAPI

from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published, Shape, written
from hub.api.app import create_app
from hub.records.models import Release
from tests.hub.api.hall import DAY, Hall, get
from tests.hub.web.reading import Page
from tests.hub.web.soundness import must_be_sound, must_load_nothing, must_say_what_it_shows

PAGES: dict[str, Callable[[Hall], str]] = {
    "catalogue": lambda _: "/",
    "feed": lambda _: "/feeds/bus-hautes-combes",
    "sealed feed": lambda _: "/feeds/mds-trottix",
    "feed without a version": lambda _: "/feeds/combecycle",
    "version": lambda hall: f"/feeds/bus-hautes-combes/versions/{hall.open_version}",
    "quality": lambda _: "/quality?sort=compliance",
    "incidents": lambda _: "/incidents",
    "notices": lambda _: "/notices",
    "statistics": lambda _: "/statistics",
    "statistic": lambda _: "/statistics/gtfs.stop_day",
    "rows": lambda _: f"/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date={DAY}",
    "no rows": lambda _: "/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date=2026-09-20",
    "releases": lambda _: "/releases",
    "releases for a purpose": lambda _: "/releases?purpose=mobility-planning",
    "release": lambda hall: f"/releases/{hall.releases['members']}?purpose=mobility-planning",
    "denied release": lambda hall: f"/releases/{hall.releases['authority']}",
    "agreements": lambda _: "/agreements",
    "commons": lambda _: "/commons",
    "audit": lambda _: "/audit",
    "problem": lambda _: "/problems/denied",
    "reason": lambda _: "/problems/agreement.none",
    "not found": lambda _: "/nothing",
    "invalid": lambda _: "/feeds/bus-hautes-combes/versions/x",
    "reference": lambda _: "/api/v1/docs",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", list(PAGES))
def test_every_page_is_sound_and_accessible(app: FastAPI, hall: Hall, name: str, language: str) -> None:
    headers = {**hall.key("bolide"), "Accept": "text/html", "Accept-Language": language}
    answer = get(app, PAGES[name](hall), headers=headers)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    must_be_sound(Page(answer.text), language)


@pytest.mark.parametrize("name", list(PAGES))
def test_tables_forms_and_drawings_say_what_they_are(app: FastAPI, hall: Hall, name: str) -> None:
    must_say_what_it_shows(
        Page(get(app, PAGES[name](hall), headers={**hall.key("bolide"), "Accept": "text/html"}).text)
    )


@pytest.mark.parametrize("name", list(PAGES))
def test_no_page_runs_or_loads_anything(app: FastAPI, hall: Hall, name: str) -> None:
    must_load_nothing(Page(get(app, PAGES[name](hall), headers={**hall.key("bolide"), "Accept": "text/html"}).text))


def test_every_link_of_every_page_leads_somewhere(app: FastAPI, hall: Hall) -> None:
    headers = {**hall.key("bolide"), "Accept": "text/html"}
    for name, path in PAGES.items():
        for link in {one.attributes["href"] for one in Page(get(app, path(hall), headers=headers).text).all("a")}:
            if not link.startswith("#") and "lang=" not in link:
                assert get(app, link, headers=headers).status_code in (200, 303), (name, link)


def test_the_language_is_that_of_the_address_then_of_the_browser_then_french(app: FastAPI) -> None:
    def language(path: str, accepted: str = "") -> str:
        return get(app, path, headers={"Accept-Language": accepted}).headers["content-language"]

    assert language("/") == "fr"
    assert language("/", "en-GB,en;q=0.9") == "en"
    assert language("/", "de, en;q=0.3, fr;q=0.7") == "fr"
    assert language("/", "en;q=0") == "fr"
    assert language("/?lang=en", "fr") == "en"
    assert language("/?lang=de", "en") == "en"


def test_links_keep_the_language_that_was_chosen(app: FastAPI) -> None:
    page = Page(get(app, "/?lang=en", headers={"Accept-Language": "fr"}).text)

    assert "/feeds/bus-hautes-combes?lang=en" in {one.attributes["href"] for one in page.all("a")}


def test_a_feed_page_tells_its_licence_its_files_and_how_to_mend_it(app: FastAPI) -> None:
    text = Page(get(app, "/feeds/bus-hautes-combes?lang=en").text).one("main").text
    assert "open to everyone, without an account, under the licence etalab-2.0" in text
    assert 'curl -L "https://hub.test/api/v1/feeds/bus-hautes-combes/files/archive"' in text
    assert "stop_times.txt, row 7, stop_id" in text
    assert "Move the stop or mend the shape." in text


def test_the_rows_of_a_day_are_sorted_named_and_drawn(app: FastAPI) -> None:
    page = Page(get(app, f"/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date={DAY}&lang=en").text)

    heads = [one.text for one in page.all("th") if one.attributes["scope"] == "row"]
    assert heads == ["Combeval <Gare> (GARE)", "MAIRIE", "COL"]
    columns = [one.text for one in page.all("th") if one.attributes["scope"] == "col"]
    assert columns[:2] == ["Stop", "Departuresdepartures"]
    cells = [one.text for one in page.all("td")]
    assert cells[:7] == ["40", "40", "3", "05:00", "25:30", "18 min 30 s", "45 min 00 s"]
    widths = [int(one.attributes["width"]) for one in page.all("rect")]
    assert widths == [360, 225, 36]
    assert [one.text for one in page.all("text")][:2] == ["Combeval <Gare> (GARE)", "40"]
    assert page.one("figcaption").text.startswith("The first 3 rows: Departures")


def test_a_statistics_page_without_a_day_takes_one_that_is_covered(app: FastAPI) -> None:
    day = next(
        one.attributes["value"]
        for one in Page(get(app, "/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date=soon").text).all("input")
        if one.attributes["name"] == "date"
    )

    assert day == "2026-09-14"


def test_a_filter_finds_one_stop_or_says_what_to_do(app: FastAPI) -> None:
    path = f"/feeds/bus-hautes-combes/statistics/gtfs.stop_day?lang=en&date={DAY}&only="

    assert len(Page(get(app, path + "COL").text).all("rect")) == 1
    assert "clear the filters" in get(app, path + "nowhere").text


def test_what_came_from_a_feed_is_escaped(app: FastAPI) -> None:
    text = get(app, f"/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date={DAY}&only=<script>alert(1)</script>").text

    assert "<script>" not in text
    assert "<Gare>" not in get(app, f"/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date={DAY}").text


def published(hall: Hall, *, shape: Shape) -> None:
    """Let the members' release be of a shape: two groups, or two zones of which one is suppressed, and their total."""
    zones = Hierarchy.flat("zone", "h3_8", [f"z{number}" for number in range(7)])
    about = About("flows-h3_8-month", shape, "trips", "trips")
    if shape is Shape.PARTITION:
        level, nodes, value = [[1], [1]], [((0,),), (tuple(range(1, 7)),)], [40, 35]
    else:
        level, nodes, value = [[0], [1], [1]], [((0,),), ((0,),), ((1,),)], [90, -1, 40]
    coverage = tuple("3-4" if one >= 0 else "" for one in value)
    made = Published(about, (zones,), np.array(level, np.int8), nodes, np.array(value), coverage)
    stored = hall.front.released.put(written(made))
    with hall.front.records.write() as session:
        row = session.get_one(Release, hall.releases["members"])
        row.digest, row.size, row.facts = stored.digest, stored.size, {"certificate": "0" * 64, "shape": shape.value}


def test_a_partition_is_shown_for_what_its_groups_pool(app: FastAPI, hall: Hall) -> None:
    published(hall, shape=Shape.PARTITION)
    path = f"/releases/{hall.releases['members']}?purpose=mobility-planning"
    text = get(app, path, headers={**hall.key("bolide"), "Accept-Language": "en"}).text
    assert "Groups do not overlap and add up to the total" in text
    assert "z1, z2, z3, z4 +2" in text
    assert "zone_level" not in text
    assert f"/api/v1/releases/{hall.releases['members']}/certificate" in text


def test_a_table_shows_its_total_and_the_one_code(app: FastAPI, hall: Hall) -> None:
    published(hall, shape=Shape.TABLE)
    path = f"/releases/{hall.releases['members']}?purpose=mobility-planning"
    text = get(app, path, headers={**hall.key("bolide"), "Accept-Language": "en"}).text
    assert "hides a protected or empty cell and never says why" in text
    assert text.count('class="number">:c<') == 1
    assert 'class="number">90<' in text


def test_a_release_page_explains_what_is_promised(app: FastAPI, hall: Hall) -> None:
    path = f"/releases/{hall.releases['members']}?purpose=mobility-planning"
    text = get(app, path, headers={**hall.key("bolide"), "Accept-Language": "en"}).text

    assert "No attempt to re-identify." in text
    assert "closer than" not in text  # the exact p stays in the signed agreements
    assert len(hall.audited()) == 1


def test_agreements_show_what_is_enforced_apart_from_what_is_promised(app: FastAPI) -> None:
    page = Page(get(app, "/agreements?lang=en").text)

    text = page.one("main").text
    enforced = text.index("What the machine enforces")
    promised = text.index("What is promised")
    assert enforced < text.index("Finest zones") < promised < text.index("The recipient deletes after")
    assert "Experiment" not in text
    assert "Pilot of 2025" not in text  # it has expired


def test_a_denial_is_a_page_with_its_reasons_and_next_steps(app: FastAPI, hall: Hall) -> None:
    answer = get(app, f"/releases/{hall.releases['members']}?lang=fr", headers={"Accept": "text/html"})

    assert answer.status_code == 403
    assert "Seul ce qui est ouvert se lit sans être membre." in answer.text
    assert "Utiliser une clé de membre." in answer.text


def test_an_empty_hub_says_what_to_do_first(bare: Hall) -> None:
    app = create_app(bare.front)

    assert "hub ingest" in get(app, "/?lang=en").text
    assert "hub agreements load" in get(app, "/commons?lang=en").text
    assert get(app, "/agreements", headers={"Accept": "text/html"}).status_code == 409


def test_the_style_sheet_is_conditional_and_loads_nothing(app: FastAPI) -> None:
    first = get(app, "/static/style.css")

    assert first.headers["content-type"].startswith("text/css")
    assert "url(" not in first.text
    assert "@import" not in first.text
    assert get(app, "/static/style.css", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert get(app, "/static/other.css").status_code == 404


def test_a_purpose_is_named_before_a_joint_release_is_opened(app: FastAPI, hall: Hall) -> None:
    def links(query: str) -> set[str]:
        page = Page(get(app, f"/releases{query}", headers=hall.key("bolide")).text)
        return {one.attributes["href"] for one in page.all("a") if one.attributes["href"].startswith("/releases/")}

    address = f"/releases/{hall.releases['members']}"
    assert links("") == set()
    assert links("?purpose=world-domination") == set()
    assert links("?purpose=mobility-planning&lang=en") == {f"{address}?purpose=mobility-planning&lang=en"}
    assert hall.audited() == []


def test_the_form_may_be_sent_before_a_purpose_is_chosen(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("bolide")

    assert get(app, "/releases?purpose=", headers=headers).status_code == 200
    assert get(app, "/releases?purpose=Jean%20Dupont", headers=headers).status_code == 422
