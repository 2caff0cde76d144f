"""The pages of a feed, of its versions and of what they changed: to whoever may see it all, to others no number."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

import hub.territory
from hub.records import connect
from hub.records import live as live_records
from hub.records.models import Release
from hub.services.commons import put_in_force, read_folder
from hub.services.realtime import take
from tests.feeds.realtime_town import AT, message
from tests.hub.api.hall import NOW, Hall, get, web_door
from tests.hub.realtime_hall import LIVE
from tests.hub.realtime_hall import hall as realtime_hall
from tests.hub.web.reading import Page, plain
from tests.hub.web.soundness import must_be_sound, must_load_nothing, must_say_what_it_shows
from tests.hub.web.troubled import BUS, trouble

HEADINGS = {
    "en": ["What it is", "May I use it?", "Is it good today?", "On a map", "What changed?", "Files and API",
           "Incidents", "History of versions"],
    "fr": ["Ce que c'est", "Puis-je l'utiliser ?", "Est-il bon aujourd'hui ?", "Sur une carte",
           "Qu'est-ce qui a changé ?", "Fichiers et API", "Incidents", "Historique des versions"],
}  # fmt: skip
SEALED = "/feeds/mds-trottix"


@pytest.fixture
def troubled(hall: Hall) -> Hall:
    assert trouble(hall) == 2
    return hall


@pytest.fixture
def door(troubled: Hall) -> FastAPI:
    return web_door(troubled.front)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_feed_tells_in_order_what_one_asks(app: FastAPI, language: str) -> None:
    page = Page(get(app, f"/feeds/{BUS}?lang={language}").text)

    assert [plain(one.text) for one in page.all("h2")] == HEADINGS[language]


def test_scores_are_told_with_what_made_them(door: FastAPI) -> None:
    good = Page(get(door, f"/feeds/{BUS}?lang=en").text).words("Is it good today?")

    assert "Scores of 2026-11-15" in good
    assert "The day is not over." in good
    assert "Freshness 850 not answering: 1 h 30 min Compliance 850" in good
    assert "note" not in good.lower()


def test_the_strip_and_its_table_say_the_same(door: FastAPI) -> None:
    page = Page(get(door, f"/feeds/{BUS}?lang=fr").text)
    bars = [one.attributes for one in page.all("rect") if one.attributes["class"] in ("told", "untold")]

    # Two scores a day on four days; of one day nobody can tell. The newest day stands last, and 0 is still drawn.
    assert [one["class"] for one in bars].count("untold") == 2
    drawn = {(int(one["x"]), int(one["height"])) for one in bars if one["class"] == "told"}
    assert drawn == {(820, 24), (812, 25), (796, 1)}
    assert "2026-08-18" in page.one("svg").attributes["aria-label"]
    table = page.words()
    assert "2026-11-15 850 – 850 2026-11-14 900 – 900 2026-11-13 – – – 2026-11-12 0 – 0" in table


def test_grace_probation_and_silence_are_explained(door: FastAPI) -> None:
    good = Page(get(door, f"/feeds/{BUS}?lang=en").text).words("Is it good today?")

    assert (
        "In grace: failing since 2026-11-15 08:30 UTC, 1 times in a row over 10 min 00 s. It will count after 2" in good
    )
    assert "On probation: passing since 2026-11-15 08:30 UTC" in good
    assert "It will count after 2 times and 15 min 00 s." in good
    assert good.count("The newest check could not answer: what was said stays.") == 1
    assert good.count("Nothing pending.") == 1
    assert "days covered: 3" in good


def test_what_changed_is_told_in_the_readers_language_with_a_link(door: FastAPI) -> None:
    for language, words in (("en", "22 trips removed."), ("fr", "22 courses supprimées.")):
        page = Page(get(door, f"/feeds/{BUS}?lang={language}").text)
        assert words in page.words("What changed?" if language == "en" else HEADINGS["fr"][4])
        # Version 1 changed nothing: there was none before it.
        differences = {one.attributes["href"] for one in page.all("a") if "/diff/" in one.attributes["href"]}
        assert differences == {f"/feeds/{BUS}/versions/1/diff/2?lang={language}"}


def test_a_look_at_what_changed_is_decided_and_a_look_without_is_not(app: FastAPI, hall: Hall) -> None:
    get(app, f"/feeds/{BUS}")
    assert hall.audited() == []
    trouble(hall)
    get(app, f"/feeds/{BUS}", headers=hall.key("bolide"))
    # As everybody may: a member's own count of answers is not touched by a look at a page.
    assert [(one["actor"], one["subject"], one["permitted"]) for one in hall.audited()] == [("public", BUS, True)]


def test_a_feed_of_which_nothing_is_known_says_so_everywhere(app: FastAPI) -> None:
    text = Page(get(app, "/feeds/combecycle?lang=en").text).words()

    for said in (
        "This feed was not judged yet.",
        "No good version was taken in yet.",
        "No map layer of this feed is published.",
        "Nothing to compare",
        "Nothing of this system is published live yet",
        "No file of this version is released yet.",
        "No incident of this feed was seen.",
        "No version is kept.",
    ):
        assert said in text, said


def test_addresses_that_never_change_lead_where_they_say(door: FastAPI) -> None:
    page = Page(get(door, f"/feeds/{BUS}?lang=en").text)
    told = {one.text: one.attributes["href"] for one in page.all("a") if one.text.startswith("https://hub.test/")}

    assert all(address == name.removeprefix("https://hub.test") for name, address in told.items())
    assert f"https://hub.test/api/v1/feeds/{BUS}/files/archive?at=2026-11-15" in told
    assert f"https://hub.test/api/v1/feeds/{BUS}/versions/2/files/archive" in told
    assert {get(door, address).status_code for address in told.values()} == {200}


def test_incidents_are_told_with_the_words_of_both_sides(door: FastAPI) -> None:
    told = Page(get(door, f"/feeds/{BUS}?lang=en").text).words("Incidents")

    assert "2 open What it tells is out of date 2026-11-15 08:30 UTC – –" in told
    assert "Cars des Combes (coaches) (holder) We look at it." in told
    assert "2026-11-15 11:30 UTC , Itinéo (journey planner) Still so." in told
    assert (
        "1 closed The version in force has errors 2026-11-14 03:30 UTC 2026-11-15 06:30 UTC 27 h 00 min No note."
        in told
    )
    assert told.index("2 open") < told.index("1 closed")


def test_findings_are_worst_first_and_what_is_hard_to_believe_stands_apart(door: FastAPI) -> None:
    page = Page(get(door, f"/feeds/{BUS}/versions/2?lang=en").text)
    findings, believe = page.words("Findings"), page.words("Hard to believe")

    assert findings.index("point_near_origin") < findings.index("foreign_key_violation") < findings.index("unknown_col")
    assert "implausible" not in findings
    assert "implausible_speed" in believe
    assert "It never fails a feed." in believe
    assert "error 4 stop_times.txt , row 7, stop_id value <script>" in findings
    differ = page.words("Where validators differ")
    assert "gtfs-guru no longer looks for positions near 0, 0" in differ
    assert "foreign_key" not in differ


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("22 trips removed.", "Stops moved by at least 50 m", "GARE <script>alert(x)</script> 222.4",
                "stops.txt modified 0 0 1", "trips.txt modified 0 22 0", "R 5 150 40 2026-11-02: from 30 to 8",
                "20 changes shown of 22")),
        ("fr", ("22 courses supprimées.", "Arrêts déplacés d'au moins 50 m", "GARE <script>alert(x)</script> 222,4",
                "stops.txt modifié 0 0 1", "trips.txt modifié 0 22 0", "R 5 150 40 2026-11-02 : de 30 à 8",
                "20 changements montrés sur 22")),
    ],
)  # fmt: skip
def test_a_difference_is_told_by_file_stop_and_route(
    door: FastAPI, troubled: Hall, language: str, said: tuple[str, ...]
) -> None:
    answer = get(door, f"/feeds/{BUS}/versions/1/diff/2?lang={language}")
    page = Page(answer.text)

    for one in said:
        assert one in page.words(), one
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert [one["permitted"] for one in troubled.audited()] == [True]
    document = f"/api/v1/feeds/{BUS}/versions/1/diff/2"
    assert document in {one.attributes["href"] for one in page.all("a")}
    assert get(door, document).json()["meaning"]["words"][language][0] == said[0]


def test_only_published_differences_are_there(door: FastAPI) -> None:
    headers = {"Accept": "text/html"}
    for pair in ("0/diff/1", "1/diff/3", "2/diff/3", "2/diff/1"):
        assert get(door, f"/feeds/{BUS}/versions/{pair}", headers=headers).status_code in (404, 422), pair


PLACES: dict[str, Callable[[], str]] = {
    "feed": lambda: f"/feeds/{BUS}",
    "version": lambda: f"/feeds/{BUS}/versions/2",
    "difference": lambda: f"/feeds/{BUS}/versions/1/diff/2",
    "incidents": lambda: "/incidents",
    "notices": lambda: "/notices",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", [*PLACES, "quality"])
def test_pages_with_much_on_them_are_sound_and_usable(door: FastAPI, name: str, language: str) -> None:
    place = PLACES.get(name, lambda: "/quality?sort=incidents")()
    page = Page(get(door, place, headers={"Accept-Language": language}).text)

    must_be_sound(page, language)
    must_say_what_it_shows(page)
    must_load_nothing(page)
    # Whatever scrolls is reached and moved by keyboard.
    scrolling = [one for one in page.all("div") if one.attributes.get("class") == "scroll"]
    assert all(one.attributes["tabindex"] == "0" and one.attributes["aria-label"] for one in scrolling)


@pytest.mark.parametrize("name", list(PLACES))
def test_what_feeds_and_people_say_is_text_and_never_run(door: FastAPI, name: str) -> None:
    text = get(door, PLACES[name]()).text

    assert "<script" not in text
    assert "&lt;script&gt;alert(" in text
    assert not Page(text).all("script")


@pytest.mark.parametrize(
    ("member", "language"), [("", "fr"), ("bolide", "en"), ("velovif", "fr"), ("secretariat", "en")]
)
def test_a_sealed_feed_tells_its_name_its_holder_and_how_to_ask(
    troubled: Hall, door: FastAPI, member: str, language: str
) -> None:
    headers = troubled.key(member) if member else {}
    page = Page(get(door, f"{SEALED}?lang={language}", headers=headers).text)
    text = page.words()

    assert [plain(one.text) for one in page.all("h2")] == HEADINGS[language][:2]
    assert "MDS" in text
    assert "Trottix" in text
    assert ("How to ask" if language == "en" else "Comment demander") in text
    # The codes of cubes name a resolution (H3 8); of the feed itself there is no digit at all.
    assert not re.search(r"\d", re.sub(r"\([^)]*\)|H3 \d+|/api/v1", "", text))
    assert "/api/v1/feeds" not in text
    assert troubled.audited() == []
    for path in (f"{SEALED}/versions/1", f"{SEALED}/versions/1/diff/2", f"{SEALED}/versions/8/diff/9"):
        assert get(door, path, headers={**headers, "Accept": "text/html"}).status_code == 403


def test_its_holder_sees_all_of_a_sealed_feed_by_one_decision(door: FastAPI, troubled: Hall) -> None:
    answer = get(door, f"{SEALED}?lang=en", headers=troubled.key("trottix"))

    assert [one.text for one in Page(answer.text).all("h2")] == HEADINGS["en"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert [(one["actor"], one["permitted"]) for one in troubled.audited()] == [("trottix", True)]


def test_a_feed_for_the_identified_says_how_to_get_a_key(troubled: Hall, door: FastAPI) -> None:
    files = read_folder(Path(hub.territory.__path__[0]) / "commons")
    name = "agreements/open-bus-hautes-combes.yaml"
    for old, new in (("tier", "identified"), ("audience", "[identified]"), ("recipient", "[members]"),
                     ("purpose", "[research]")):  # fmt: skip
        files[name] = re.sub(rf"(?m)^{old}:.*$", f"{old}: {new}", files[name])
    put_in_force(troubled.front, files)
    with troubled.front.records.write() as session:  # published anew for them, as the worker does
        session.get_one(Release, troubled.releases["difference"]).audience = "identified"
    page = Page(get(door, f"/feeds/{BUS}?lang=en").text)
    told = page.words("May I use it?")

    assert [one.text for one in page.all("h2")] == HEADINGS["en"][:2]
    assert "How to get a key" in told
    assert "for these purposes: research ." in told
    assert "Tier of sharing: identified." in told
    known = Page(get(door, f"/feeds/{BUS}?lang=en", headers=troubled.key("itineo")).text)
    assert [one.text for one in known.all("h2")] == HEADINGS["en"]
    assert [one["actor"] for one in troubled.audited()] == ["itineo"]
    # To open what changed is the reader's own act.
    assert "To open it is an access" in known.words("What changed?")
    assert f"/feeds/{BUS}/versions/1/diff/2?lang=en" in {one.attributes["href"] for one in known.all("a")}
    assert "22 trips removed" not in known.one("main").text


def test_a_live_system_has_addresses_in_both_versions(app: FastAPI, hall: Hall) -> None:
    with hall.front.records.write() as session:
        live_records.keep(
            session, "combecycle", digest="1" * 64, size=1, inputs="2" * 64, at=NOW, fresh={}, audience="open",
            agreements=[],
        )  # fmt: skip
    files = Page(get(app, "/feeds/combecycle?lang=en").text).words("Files and API")

    for address in ("combecycle/3.0/gbfs.json", "combecycle/2.3/gbfs.json", "combecycle/losses.json", "manifest.json"):
        assert f"https://hub.test/api/v1/gbfs/{address}" in files
    assert "Nothing of this system" not in files


def test_real_time_names_the_schedule_that_it_speaks_of(tmp_path: Path) -> None:
    records = connect(f"sqlite:///{tmp_path / 'records' / 'records.sqlite3'}")
    records.upgrade()
    back = realtime_hall(records, tmp_path)
    door = web_door(back.front)
    before = Page(get(door, f"/feeds/{LIVE}?lang=en").text).words("Files and API")
    take(back, LIVE, message().SerializeToString(), at=AT)
    page = Page(get(door, f"/feeds/{LIVE}?lang=en").text)
    after = page.words("Files and API")
    records.close()

    assert "No good message was received yet." in before
    assert f"speaks of the schedule {BUS}, version 1." in after
    links = {one.attributes["href"] for one in page.all("a")}
    assert {f"/feeds/{BUS}/versions/1?lang=en", f"/api/v1/feeds/{LIVE}/realtime"} <= links
