"""The difference of two versions of a GBFS system: published with the newer one, on the command line, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from feeds.gtfs.diff import Wish
from hub.cli import app as command
from hub.services import differences
from hub.services.back import Back
from hub.services.commons import put_in_force
from hub.services.polling import taking_in
from hub.services.polling.poll import poll
from tests.feeds.gbfs.town import NOON as READ_AT
from tests.feeds.gbfs.town import STATIONS, files, write
from tests.hub.api.hall import get, web_door
from tests.hub.joint_town import commons
from tests.hub.polled_town import NOON, SLUG, Operator, asking_hub, at, operator_on_loopback, registered, versions

ROUTE = f"/api/v1/feeds/{SLUG}/versions/1/diff/2"


@pytest.fixture
def operator() -> Iterator[Operator]:
    with operator_on_loopback() as said:
        yield said


@pytest.fixture
def back(tmp_path: Path) -> Iterator[Back]:
    with asking_hub(tmp_path) as made:
        yield made


class Died(BaseException):
    """What a worker does that is killed."""


def test_what_a_poll_left_undone_is_done_by_the_next_and_published_with_what_changed(
    back: Back, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(back, operator)
    poll(back, SLUG)
    operator.name = "Combecycle+"

    def dies(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(taking_in, "_take_in", dies)
        with pytest.raises(Died):
            poll(at(back, 3601), SLUG)
    late = at(back, 3640)  # only the stations' state is stale
    poll(late, SLUG)
    assert versions(back) == [2, 1], "the change of the poll before is not lost"
    poll(at(back, 3680), SLUG)
    assert versions(back) == [2, 1], "and not taken in twice"

    answer = get(web_door(late.front), ROUTE)
    assert answer.status_code == 200
    assert answer.json()["meaning"]["system_fields"] == ["name"]
    assert answer.json()["metadata"]["base_feed"]["source"].endswith(f"/feeds/{SLUG}/versions/1/files/archive")
    asked = differences.between(back, SLUG, "1", "current", Wish(NOON))
    assert asked["file_diffs"] == answer.json()["file_diffs"]
    assert differences.between(back, SLUG, "2", "2", Wish(NOON))["file_diffs"] == []

    documents = commons()
    documents["agreements/open-combecycle.yaml"] = documents["agreements/open-combecycle.yaml"].replace(
        "state: active", "state: suspended"
    )
    put_in_force(back.front, documents)
    assert get(web_door(late.front), ROUTE).status_code == 403


def test_the_command_compares_two_folders(tmp_path: Path) -> None:
    base = write(tmp_path / "a", files("2.3"))
    new = write(tmp_path / "b", files("3.0", stations=STATIONS[:3]))
    environment = {"HUB_HOME": str(tmp_path / "home"), "HUB_NOW": READ_AT.isoformat()}
    told = CliRunner().invoke(command, ["feeds", "diff", str(base), str(new), "--lang", "fr"], env=environment)
    assert told.exit_code == 0
    assert "1 station supprimée." in told.stdout
    whole = CliRunner().invoke(command, ["feeds", "diff", str(base), str(new), "--json"], env=environment)
    assert json.loads(whole.stdout)["meaning"]["stations"] == {"added": 0, "removed": 1, "changed": 0}
