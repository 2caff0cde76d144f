"""Whoever is not the holder goes to every address there is, and finds no word and no number of the operator's."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from governance.signing import new_key
from governance.terms.floors import PPercent
from hub.records.models import LogText
from hub.services.commons import current_world
from hub.services.log_checkpoints import sign_log
from tests.hub.api.hall import CUBE, NOW, NUMBER, WORD, Hall, get
from tests.hub.api.life import OTHER_NAME, add_life
from tests.hub.api.routes import addresses, templates

#: The number as programs and as people of both languages write it.
NUMBERS = re.compile(r"918[ ,.\u202f\u00a0]?273[ ,.\u202f\u00a0]?645")


def values(hall: Hall) -> dict[str, list[str]]:
    return {
        "slug": ["mds-trottix", "mds-bolide", "bus-hautes-combes"],
        "number": [str(hall.open_version), str(hall.sealed_version)],
        "part": ["archive", "trips", "rejects", "gtfs.stop_day", CUBE],
        "name": ["gtfs.stop_day", "mds.flows"],
        "release_id": [hall.releases[name] for name in ("archive", "members", "authority")],
        "code": ["denied", "dataset.sealed"],
        "cube_id": [CUBE],
        "agreement_id": ["joint-members-trottix", "open-bus-hautes-combes"],
        "member": ["trottix"],
        "member_id": ["trottix"],
        "register_id": ["rgpd-2026"],
        "language": ["fr"],
        "other": [str(hall.sealed_version), "2"],
        "version": ["2.3", "3.0"],
        "file": ["gbfs", "losses", "station_status"],
        "identifier": [OTHER_NAME],
        "territory": ["hautes-combes"],
        "hook_id": ["7" * 16],
        "message": ["mds-trottix_1"],
        **{
            name: ["nothing"]
            for name in ("case_id", "dispute_id", "extract_id", "measure_id", "proposal", "request_id")
        },
    }


def live(hall: Hall) -> None:
    """What becomes of the sealed feed: quality, incidents with notes, notices, requests."""
    with hall.front.records.write() as session:
        add_life(session, "mds-trottix", "mds", by="trottix", word=WORD, number=NUMBER, at=NOW)


@pytest.mark.parametrize(
    ("member", "accept"),
    [
        (None, "application/json"),
        (None, "text/html"),
        ("bolide", "application/json"),
        ("velovif", "text/html"),  # of the same holding, and still another holder
        ("smhc", "application/json"),
        ("secretariat", "text/html"),
    ],
)
def test_no_address_tells_an_operators_words_or_numbers_to_others(
    app: FastAPI, hall: Hall, member: str | None, accept: str
) -> None:
    headers = {"Accept": accept} | (hall.key(member) if member else {})
    live(hall)
    seen = set()

    for path in addresses(app, values(hall)):
        answer = get(app, f"{path}?purpose=mobility-planning&at=2026-12-31", headers=headers)
        told = answer.text + str(answer.headers)
        assert WORD not in told, path
        assert not NUMBERS.search(told), path
        assert answer.status_code < 500, path
        seen.add(answer.status_code)

    assert {200, 403, 404} <= seen


def test_the_sentinel_is_there_for_its_holder(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("trottix")
    live(hall)
    base = f"/feeds/mds-trottix/versions/{hall.sealed_version}"

    assert WORD in get(app, f"/api/v1{base}/findings", headers=headers).text
    assert str(NUMBER) in get(app, f"/api/v1{base}", headers=headers).text
    assert WORD in get(app, base, headers=headers).text
    for part in ("quality", "incidents", "notices.atom"):
        answer = get(app, f"/api/v1/feeds/mds-trottix/{part}", headers=headers)
        assert WORD in answer.text, part
        assert answer.headers["cache-control"] == "private, no-store"
    assert WORD in get(app, "/api/v1/notices.atom", headers=headers).text
    assert get(app, f"/api/v1/ids/{OTHER_NAME}", headers=headers).headers["location"] == "/api/v1/feeds/mds-trottix"
    assert get(app, f"/api/v1/ids/{OTHER_NAME}", headers=hall.key("velovif")).status_code == 404
    assert NUMBERS.search(get(app, "/feeds/mds-trottix", headers=headers).text)
    for path in ("/api/v1/feeds/mds-trottix", "/feeds/mds-trottix", base):
        assert get(app, path, headers=headers).headers["cache-control"] == "private, no-store"


def test_the_walk_goes_to_every_route(app: FastAPI) -> None:
    found = templates(app)

    assert "/api/v1/feeds/{slug}/versions/{number}/findings" in found
    assert "/feeds/{slug}/statistics/{name}" in found
    assert len(found) > 30


def test_a_holder_reads_who_looked_at_its_data_and_nobody_elses(app: FastAPI, hall: Hall) -> None:
    get(app, "/api/v1/feeds/mds-trottix/versions")
    get(app, "/api/v1/feeds/mds-glisse/versions")
    get(app, f"/api/v1/releases/{hall.releases['members']}/data?purpose=mobility-planning", headers=hall.key("bolide"))

    def subjects(member: str) -> list[tuple[str, str]]:
        listed = get(app, "/api/v1/audit", headers=hall.key(member)).json()["records"]
        return [(one["actor"], one["subject"]) for one in listed]

    assert subjects("trottix") == [("bolide", CUBE), ("public", "mds-trottix")]
    assert subjects("glisse") == [("bolide", CUBE), ("public", "mds-glisse")]
    assert subjects("itineo") == []
    assert len(subjects("secretariat")) == 3
    assert len(hall.audited()) == 3  # to read the audit is written nowhere, or it would never end


def test_the_audit_is_paged(app: FastAPI, hall: Hall) -> None:
    for _ in range(5):
        get(app, "/api/v1/feeds/mds-trottix/versions")
    headers, path, seen = hall.key("trottix"), "/api/v1/audit?limit=2", []

    while path:
        page = get(app, path, headers=headers).json()
        seen += [one["number"] for one in page["records"]]
        path = (page["next"] or "").removeprefix("https://hub.test")

    assert seen == [6, 5, 4, 3, 2]  # its first entry is no decision, but the loading of the documents


def test_no_digest_is_served_from_which_the_exact_p_could_be_tried_out(app: FastAPI, hall: Hall) -> None:
    headers = hall.key("bolide")
    get(app, f"/api/v1/releases/{hall.releases['members']}/data?purpose=mobility-planning", headers=headers)
    world = current_world(hall.front)
    assert any(PPercent.name in floors.terms for floors in world.ruleset.floors.values())
    (record,) = hall.audited()
    with hall.front.records.read() as session:
        hidden = session.query(LogText).filter_by(action="read").one().hidden
    sign_log(hall.front, new_key())
    digests = {one[part] for one in hidden.values() for part in ("salt", "value")} - {hidden["counts"]["value"]}
    digests |= {world.ruleset.hash(), *(one.hash() for one in world.agreements)}
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in digests)

    log = ("/api/v1/audit", "/api/v1/log/entries", "/api/v1/log/export", "/audit")
    for path in ("/api/v1/commons", "/api/v1/agreements", *log, "/commons", "/agreements"):
        answer = get(app, path, headers=headers)
        assert answer.status_code == 200
        assert not [one for one in digests if one in answer.text], path
    (served,) = get(app, "/api/v1/audit", headers=headers).json()["records"]
    assert set(record["commitments"]) == {"counts", "obligations", "request"}
    assert served["record"]["agreements"] == record["agreements"]
