"""The identified tier: the files of a feed for whoever is known, for nobody else, and for everybody once it opens."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

import hub.territory
from governance.audiences import Audience
from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.errors import Refused
from hub.services.access import listed, open_release
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.ingest import ingest
from hub.services.keys import PUBLIC, Actor, issue, revoke
from hub.services.publish import publish_version
from hub.settings import Settings
from tests.hub.api.hall import get, web_door
from tests.hub.test_bad_input import town, zipped

NOW = dt.datetime(2026, 9, 15, 6, tzinfo=dt.UTC)
COMMONS = Path(hub.territory.__path__[0]) / "commons"
BUS = "agreements/open-bus-hautes-combes.yaml"
ITINEO = Actor("itineo", frozenset({"read"}))


def documents(**changes: str) -> dict[str, str]:
    files = read_folder(COMMONS)
    for old, new in changes.items():
        assert f"{old}:" in files[BUS]
        lines = [f"{old}: {new}" if line.startswith(f"{old}:") else line for line in files[BUS].splitlines()]
        files[BUS] = "\n".join(lines)
    return files


@pytest.fixture
def back(tmp_path: Path) -> Back:
    made = back_office(Settings(home=tmp_path / "hub"))
    made = replace(made, front=replace(made.front, clock=FixedClock(NOW)))
    made.front.records.upgrade()
    put_in_force(
        made.front,
        documents(tier="identified", audience="[identified]", recipient="[members]", purpose="[research, open-reuse]"),
    )
    zipped(tmp_path / "gtfs.zip", town())
    publish_version(made, ingest(made, str(tmp_path / "gtfs.zip"), slug="bus-hautes-combes").version)
    return made


def test_whoever_is_known_reads_and_the_public_does_not(back: Back) -> None:
    front = back.front
    archive = next(one for one in listed(front, ITINEO) if one.part == "archive")
    assert archive.audience == Audience.IDENTIFIED
    assert open_release(front, archive.id, actor=ITINEO, purpose="research").path.exists()
    assert listed(front, PUBLIC) == []
    for actor, purpose in ((PUBLIC, None), (ITINEO, "compliance"), (Actor("itineo", frozenset()), "research")):
        with pytest.raises(Refused):
            open_release(front, archive.id, actor=actor, purpose=purpose)


def test_the_doors_say_the_same(back: Back) -> None:
    app = web_door(back.front)
    key = issue(back.front, "itineo")
    with_key = {"Authorization": f"Bearer {key}"}
    assert get(app, "/api/v1/feeds/bus-hautes-combes").json()["current"] is None
    shown = get(app, "/api/v1/feeds/bus-hautes-combes", headers=with_key).json()
    address = next(one["href"] for one in shown["current"]["files"] if one["part"] == "archive")
    assert get(app, address).status_code == 403
    answer = get(app, address, headers=with_key)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    revoke(back.front, key.split("_")[1])
    assert get(app, "/api/v1/feeds/bus-hautes-combes", headers=with_key).status_code == 401


def test_opening_it_publishes_it_anew_and_shutting_it_shuts_both(back: Back) -> None:
    front = back.front
    identified = next(one for one in listed(front, ITINEO) if one.part == "archive")
    put_in_force(front, documents())
    with pytest.raises(Refused):
        open_release(front, identified.id, actor=ITINEO, purpose="open-reuse")
    with front.records.read() as session:
        version = session.get_one(type(identified.version), identified.version_id)
    opened = {one.part for one in publish_version(back, version)}
    assert {one.part for one in listed(front, PUBLIC)} == opened
    put_in_force(front, documents(state="suspended"))
    assert listed(front, PUBLIC) == listed(front, ITINEO) == []
