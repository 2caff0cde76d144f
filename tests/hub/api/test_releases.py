"""Joint releases: who may read which, decided at each access and written down once."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event

from governance.audiences import Audience
from hub.api.paging import cursor
from hub.errors import Refused
from hub.records.models import Release
from hub.services.access import open_release
from hub.services.commons import put_in_force, read_folder
from hub.services.keys import Actor
from tests.hub.api.hall import COMMONS, CUBE, Hall, get, joint_release

PLANNING = {"purpose": "mobility-planning"}


def data(hall: Hall, audience: str = "members") -> str:
    return f"/api/v1/releases/{hall.releases[audience]}/data"


def change(hall: Hall, file: str, edit: Callable[[str], str]) -> None:
    """Put another edition of the commons in force, with one file changed."""
    files = read_folder(COMMONS)
    changed = edit(files[file])
    assert changed != files[file]
    put_in_force(hall.front, {**files, file: changed})


@pytest.mark.parametrize(
    ("member", "audiences"),
    [(None, set()), ("bolide", {"members"}), ("smhc", {"members", "authority"}), ("secretariat", {"members"})],
)
def test_the_list_shows_those_whose_audience_one_is_in(
    app: FastAPI, hall: Hall, member: str | None, audiences: set[str]
) -> None:
    headers = hall.key(member) if member else {}

    listed = get(app, "/api/v1/releases?kind=cube", headers=headers).json()["releases"]

    assert {one["audience"] for one in listed} == audiences
    assert hall.audited() == []  # to list is no access


def test_the_places_of_the_list_count_nothing_that_is_for_others(app: FastAPI, hall: Hall) -> None:
    with hall.front.records.write() as session:
        for one in session.query(Release).filter_by(kind="cube"):
            one.created_at += dt.timedelta(hours=1)
    with hall.front.records.read() as session:
        newest = session.query(Release).order_by(Release.created_at.desc(), Release.part, Release.id).all()
    assert [one.kind for one in newest[:2]] == ["cube", "cube"], "those for others come first"
    address, seen = "/api/v1/releases?limit=1", list[str]()
    while address:
        page = get(app, address).json()
        seen += [one["id"] for one in page["releases"]]
        address = page["next"]
        assert not address or cursor(len(seen)) in address
    assert seen == [one.id for one in newest if one.kind == "open"]
    assert get(app, "/api/v1/releases?kind=cube&limit=1").json() == {"releases": [], "next": None}


def test_files_of_open_feeds_are_releases_too(app: FastAPI) -> None:
    listed = get(app, "/api/v1/releases?subject=bus-hautes-combes&limit=2").json()

    assert [one["kind"] for one in listed["releases"]] == ["open", "open"]
    assert listed["next"]


def test_a_member_reads_with_a_purpose_that_the_agreements_grant(app: FastAPI, hall: Hall) -> None:
    answer = get(app, data(hall), params=PLANNING, headers=hall.key("bolide"))

    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    (own,) = get(app, "/api/v1/audit", headers=hall.key("bolide")).json()["records"]
    assert answer.headers["commons-decision"] == own["id"] == body["terms"]["decision"]
    assert answer.headers["commons-conditions"] == "do-not-reidentify"
    assert body["terms"]["purpose"] == "mobility-planning"
    assert body["terms"]["do_not_reidentify"] is True
    assert len(body["terms"]["agreements"]) == 4
    assert body["absent"].startswith(":c")
    assert body["period"] == ["2026-09-01", "2026-10-01"]
    assert {row["trips"] for row in body["rows"]} == {120, 15}
    assert {row["origin_zone"] for row in body["rows"]} == {"881f9b2d4bfffff", "881f9b2d49fffff"}
    assert [(one["permitted"], one["subject"]) for one in hall.audited()] == [(True, CUBE)]


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_every_form_of_the_data_is_one_access_and_kept_by_no_cache(app: FastAPI, hall: Hall, form: str) -> None:
    answer = get(app, data(hall), params={**PLANNING, "format": form}, headers=hall.key("bolide"))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["commons-decision"])
    assert len(hall.audited()) == 1


@pytest.mark.parametrize(
    ("member", "audience", "params", "code"),
    [
        (None, "members", PLANNING, "actor.anonymous"),
        ("bolide", "authority", PLANNING, "actor.not_in_audience"),
        ("bolide", "members", {}, "agreement.term"),
        ("bolide", "members", {"purpose": "compliance"}, "agreement.term"),
        ("bolide", "members", {"purpose": "world-domination"}, "purpose.unknown"),
    ],
)
def test_a_denial_names_its_clause_and_the_next_step_and_is_written_down_once(
    app: FastAPI, hall: Hall, *, member: str | None, audience: str, params: dict[str, str], code: str
) -> None:
    answer = get(app, data(hall, audience), params=params, headers=hall.key(member) if member else {})

    problem = answer.json()
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "private, no-store"
    assert problem["reasons"][0]["code"] == code
    assert all(reason["clause"] and reason["sentence"] and reason["next_step"] for reason in problem["reasons"])
    assert [record["permitted"] for record in hall.audited()] == [False]


def test_the_reasons_of_a_denial_come_in_the_readers_language(app: FastAPI, hall: Hall) -> None:
    french = get(app, data(hall), headers={"Accept-Language": "fr-FR, en;q=0.5"}).json()

    assert french["title"] == "Les accords en vigueur ne le permettent pas"
    assert french["reasons"][0]["sentence"] == "Seul ce qui est ouvert se lit sans être membre."


@pytest.mark.parametrize("path", ["", "/data"])
def test_to_describe_or_read_what_is_for_others_is_denied_once(app: FastAPI, hall: Hall, path: str) -> None:
    answer = get(app, f"/api/v1/releases/{hall.releases['members']}{path}")

    assert answer.status_code == 403
    assert len(hall.audited()) == 1


def test_the_description_tells_the_rules_but_no_exact_p(app: FastAPI, hall: Hall) -> None:
    told = get(app, f"/api/v1/releases/{hall.releases['members']}", params=PLANNING, headers=hall.key("bolide"))

    rules = [rule["en"] for rule in told.json()["rules"]]
    assert any(rule.startswith("At least 10 trips in a cell") for rule in rules)
    assert any("p % rule" in rule for rule in rules)
    assert not any("closer than" in rule for rule in rules)
    assert not {"holders", "named", "known", "edition"} & set(told.json())
    assert told.json()["size"] > 0
    assert [(one["subject"], one["permitted"]) for one in hall.audited()] == [(CUBE, True)]


def test_a_list_tells_of_joint_statistics_only_what_they_are_about(app: FastAPI, hall: Hall) -> None:
    (joint,) = get(app, "/api/v1/releases?kind=cube", headers=hall.key("bolide")).json()["releases"]
    files = get(app, "/api/v1/releases?kind=open").json()["releases"]

    assert set(joint) == {"id", "kind", "subject", "title", "audience", "period", "created_at", "links"}
    assert all({"part", "media_type", "size", "digest", "agreements"} <= set(one) for one in files)


@pytest.mark.parametrize("path", ["/api/v1/releases/{id}", "/api/v1/releases/{id}/data", "/releases/{id}"])
@pytest.mark.parametrize(
    ("file", "before", "after", "code"),
    [
        ("members.yaml", "    holding: bolide\n", "    holding: bolide\n    sanction: 4\n", "sanction.forbids"),
        ("agreements/joint-members-glisse.yaml", "state: active", "state: suspended", "agreement.validity"),
    ],
)
def test_whoever_may_not_read_a_release_is_not_told_its_size(
    app: FastAPI, hall: Hall, *, path: str, file: str, before: str, after: str, code: str
) -> None:
    change(hall, file, lambda text: text.replace(before, after))

    answer = get(app, path.format(id=hall.releases["members"]), params=PLANNING, headers=hall.key("bolide"))

    assert answer.status_code == 403
    assert "p % rule" not in answer.text
    assert [record["reasons"] for record in hall.audited()] == [[code]]


@pytest.mark.parametrize("form", ["json", "parquet"])
def test_when_the_agreements_have_ended_nothing_is_answered_not_even_304(app: FastAPI, hall: Hall, form: str) -> None:
    headers = hall.key("bolide")
    first = get(app, data(hall), params={**PLANNING, "format": form}, headers=headers)
    etag = first.headers.get("etag", "*")
    hall.clock.now = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)  # midnight in the basin was an hour ago
    headers = {**hall.key("bolide"), "If-None-Match": etag}

    answer = get(app, data(hall), params={**PLANNING, "format": form}, headers=headers)

    assert answer.status_code == 403
    assert answer.json()["reasons"][0]["code"] == "agreement.validity"


def test_a_suspension_binds_at_once(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("bolide")
    assert get(app, data(hall), params=PLANNING, headers=headers).status_code == 200

    change(
        hall,
        "agreements/joint-members-glisse.yaml",
        lambda text: text.replace("state: active", "state: suspended"),
    )

    answer = get(app, data(hall), params=PLANNING, headers=headers)
    assert answer.status_code == 403
    assert {reason["dataset"] for reason in answer.json()["reasons"]} == {"mds-glisse"}


def test_a_release_built_to_looser_rules_than_those_in_force_is_refused(app: FastAPI, hall: Hall) -> None:
    change(hall, "ruleset.yaml", lambda text: text.replace("min_trips: 10", "min_trips: 11"))

    answer = get(app, data(hall), params=PLANNING, headers=hall.key("bolide"))

    assert answer.json()["reasons"][0]["code"] == "release.unmet"


def test_quotas_are_counted_at_the_door(app: FastAPI, hall: Hall) -> None:
    change(
        hall,
        "agreements/joint-authority-glisse.yaml",
        lambda text: text.replace("rate_per_minute: 120", "rate_per_minute: 2"),
    )
    hall.releases["authority"] = joint_release_again(hall)
    headers = hall.key("smhc")

    statuses = [get(app, data(hall, "authority"), params=PLANNING, headers=headers).status_code for _ in range(3)]
    hall.clock.now += dt.timedelta(minutes=2)
    later = get(app, data(hall, "authority"), params=PLANNING, headers=headers).status_code

    assert (statuses, later) == ([200, 200, 403], 200)


def test_of_many_requests_at_once_no_more_are_answered_than_the_rate_allows(hall: Hall) -> None:
    change(
        hall,
        "agreements/joint-authority-glisse.yaml",
        lambda text: text.replace("rate_per_minute: 120", "rate_per_minute: 2"),
    )
    hall.releases["authority"] = joint_release_again(hall)
    readers = 6
    # Whoever has counted waits for the others: where all may count before one is written down, all count nothing.
    counted = Barrier(readers)

    def wait(_: object, __: object, statement: str, *___: object) -> None:
        if "count(" in statement and "FROM log_text" in statement:
            with contextlib.suppress(BrokenBarrierError):
                counted.wait(timeout=0.5)

    event.listen(hall.front.records.engine, "after_cursor_execute", wait)

    def is_answered(_: int) -> bool:
        actor = Actor("smhc", frozenset({"read"}))
        try:
            open_release(hall.front, hall.releases["authority"], actor=actor, purpose="mobility-planning")
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(readers) as pool:
        answered = list(pool.map(is_answered, range(readers)))

    assert sum(answered) == 2
    assert [record["permitted"] for record in hall.audited()] == [True] * 2 + [False] * 4


def joint_release_again(hall: Hall) -> str:
    """The release under the obligations of the agreements as they are now."""
    with hall.front.records.write() as session:
        session.delete(session.get_one(Release, hall.releases["authority"]))
    return joint_release(hall, Audience.AUTHORITY)


def test_the_list_comes_page_by_page(app: FastAPI, hall: Hall) -> None:
    headers, path, seen = hall.key("smhc"), "/api/v1/releases?limit=2", []

    while path:
        page = get(app, path, headers=headers).json()
        seen += [one["id"] for one in page["releases"]]
        path = (page["next"] or "").removeprefix("https://hub.test")

    assert sorted(seen) == sorted(hall.releases.values())


def test_files_of_a_feed_that_was_closed_are_in_no_list(app: FastAPI, hall: Hall) -> None:
    change(
        hall,
        "agreements/open-bus-hautes-combes.yaml",
        lambda text: text.replace("state: active", "state: suspended"),
    )

    assert get(app, "/api/v1/releases?kind=open").json()["releases"] == []
    assert get(app, "/api/v1/feeds/bus-hautes-combes").json()["access"] == "sealed"
    assert get(app, f"/api/v1/releases/{hall.releases['archive']}").status_code == 403


def test_a_release_that_does_not_exist(app: FastAPI, hall: Hall) -> None:
    assert get(app, "/api/v1/releases/nothing/data").status_code == 404
    assert hall.audited() == []


def test_a_release_whose_rules_cannot_be_read_is_not_served(app: FastAPI, hall: Hall) -> None:
    with hall.front.records.write() as session:
        broken: dict[str, Any] = {"terms": {"unheard_of": 1}}
        session.get_one(Release, hall.releases["members"]).obligations = broken

    answer = get(app, data(hall), params=PLANNING, headers=hall.key("bolide"))

    assert answer.status_code == 507


@pytest.mark.parametrize("rest", ["", "/data"])
def test_a_cube_that_is_registered_no_more_is_refused_as_what_it_was(app: FastAPI, hall: Hall, rest: str) -> None:
    with hall.front.records.write() as session:
        session.get_one(Release, hall.releases["members"]).subject = "flows-of-yesterday"

    answer = get(app, f"/api/v1/releases/{hall.releases['members']}{rest}", params=PLANNING, headers=hall.key("bolide"))

    assert answer.json()["reasons"][0]["code"] == "cube.unknown"
    assert [record["reasons"] for record in hall.audited()] == [["cube.unknown"]]


def test_joint_statistics_are_no_file_of_an_open_feed_that_took_their_name(app: FastAPI, hall: Hall) -> None:
    with hall.front.records.write() as session:
        renamed = session.get_one(Release, hall.releases["members"])
        renamed.subject, renamed.audience = "bus-hautes-combes", "open"

    assert get(app, data(hall)).json()["reasons"][0]["code"] == "cube.unknown"


def test_what_everybody_may_read_tells_no_number_of_the_audit(app: FastAPI, hall: Hall) -> None:
    path = f"/api/v1/releases/{hall.releases['gtfs.stop_day']}/data"

    first, again = get(app, path), get(app, path)

    assert len(hall.audited()) == 2
    assert "decision" not in first.json()["terms"]
    assert first.json() == again.json()
    assert "commons-decision" not in first.headers
    assert "decision" not in get(app, "/api/v1/feeds/bus-hautes-combes/statistics/gtfs.stop_day").json()["terms"]
    joint = get(app, data(hall), params=PLANNING, headers=hall.key("bolide"))
    (own,) = get(app, "/api/v1/audit", headers=hall.key("bolide")).json()["records"]
    assert joint.json()["terms"]["decision"] == own["id"]


@pytest.mark.parametrize("purpose", ["Jean Dupont, 06 12 34", "jean_dupont", "a" * 81, ""])
@pytest.mark.parametrize("rest", ["", "/data"])
def test_free_text_is_no_purpose(app: FastAPI, hall: Hall, rest: str, purpose: str) -> None:
    path = f"/releases/{hall.releases['members']}"

    answers = [
        get(app, f"{where}{path}{rest if where else ''}", params={"purpose": purpose}, headers=hall.key("bolide"))
        for where in ("/api/v1", "")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert hall.audited() == []


@pytest.mark.parametrize("release", ["members", "archive"])
def test_the_audit_holds_no_purpose_that_is_not_in_the_register(app: FastAPI, hall: Hall, release: str) -> None:
    path = f"/api/v1/releases/{hall.releases[release]}/data"

    answer = get(app, path, params={"purpose": "jean-dupont-0612345678"}, headers=hall.key("bolide"))

    assert answer.json()["reasons"][0]["code"] == "purpose.unknown"
    assert [(record["purpose"], record["reasons"]) for record in hall.audited()] == [("unknown", ["purpose.unknown"])]
    assert "dupont" not in str(hall.audited())
