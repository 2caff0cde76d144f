"""Documents that are loaded again: who hears of it, and what they may no longer say; and the worlds of turns."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import hub.territory
from governance.acts import Kind
from governance.negotiation.steps import AGREEMENT
from hub.clock import FixedClock
from hub.errors import Conflict, Refused
from hub.records import Records, log_pages
from hub.records.models import Release
from hub.released import Released
from hub.services import commons, negotiate_holding, proposals, requests
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.services.replay import replay
from hub.services.turn import turn

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
FILES = read_folder(COMMONS)


@pytest.fixture
def front(records: Records, tmp_path: Path) -> Front:
    made = Front(records, Released(tmp_path / "released"), FixedClock(NOON))
    put_in_force(made, FILES)
    return made


def changed(file: str, *path: str, to: object) -> dict[str, str]:
    """The documents with another value at a path of one file; None drops it."""
    document = yaml.safe_load(FILES[file])
    place = document
    for name in path[:-1]:
        place = place[name]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return {**FILES, file: yaml.safe_dump(document, allow_unicode=True)}


def voting(front: Front) -> None:
    proposals.propose(front, {"floors.members.min_trips": 20}, by="bolide", why="x")


def test_every_member_hears_which_files_were_loaded(front: Front) -> None:
    assert put_in_force(front, {**FILES, "cubes.yaml": FILES["cubes.yaml"] + "# x\n"})
    with front.records.read() as session:
        (entry,) = log_pages.newest_page(session, None, before=None, most=1)
        own = {name: log_pages.newest_page(session, name, before=None, most=9) for name in current_world(front).members}
    assert entry.text is not None
    digest = hashlib.sha256((FILES["cubes.yaml"] + "# x\n").encode()).hexdigest()
    assert f'"files":{{"cubes.yaml":"{digest}"}}' in entry.text.text
    changed = {**FILES, "cubes.yaml": FILES["cubes.yaml"] + "# x\n", "ruleset.yaml": FILES["ruleset.yaml"] + "# y\n"}
    put_in_force(front, changed)
    with front.records.read() as session:
        (entry,) = log_pages.newest_page(session, None, before=None, most=1)
    assert entry.text is not None
    assert '"files":{"ruleset.yaml":"changed"}' in entry.text.text  # its digest would tell the exact p
    assert {name: len(entries) for name, entries in own.items()} == dict.fromkeys(own, 2)
    assert replay(front).differences == ()


SEAT = {"name": {"fr": "p", "en": "p"}, "kind": "operator", "college": "operators", "holding": "bolide"}


@pytest.mark.parametrize(
    ("path", "to", "named"),
    [
        (("members", "puppet"), {**SEAT, "holding": "itineo", "status": "active"}, "member puppet"),
        (("members", "usagers-hc"), None, "member usagers-hc"),
        (("members", "bolide", "status"), "left", "member bolide"),
        (("holdings", "puppet"), {"name": {"fr": "p", "en": "p"}}, "holding puppet"),
    ],
)
def test_once_the_members_vote_documents_seat_drop_and_move_nobody(
    front: Front, path: tuple[str, ...], to: object, named: str
) -> None:
    voting(front)
    with pytest.raises(Conflict, match=named):
        put_in_force(front, changed("members.yaml", *path, to=to))
    assert not put_in_force(front, FILES)


def test_before_that_they_do(front: Front) -> None:
    assert put_in_force(front, changed("members.yaml", "members", "bolide", "status", to="left"))
    assert not current_world(front).members["bolide"].active


def test_agreements_in_force_cover_no_more_by_other_purposes(front: Front) -> None:
    granted = sorted({name for one in current_world(front).agreements for name in one.purposes.values})[0]
    new = {"name": {"fr": "n", "en": "n"}, "broader": [granted]}
    wider = changed("purposes.yaml", "new-purpose", to=new)
    assert put_in_force(front, wider)  # the members do not vote yet, and nobody signed anything
    assert put_in_force(front, FILES)
    voting(front)
    with pytest.raises(Conflict, match="cover new-purpose"):
        put_in_force(front, wider)


def test_a_turn_that_wrote_sees_its_own_acts_and_leaves_none_behind(front: Front) -> None:
    name = "joint-members-bolide"
    negotiate_holding.suspend(front, name, by="bolide")
    before = current_world(front)
    kept = commons._READ[front.records.engine]
    with pytest.raises(ZeroDivisionError), turn(front) as now:  # noqa: PT012 — what raises is the end of the turn
        body = {"key": now.must(AGREEMENT, name).suspensions[0].key, "role": "holder"}
        now.do(AGREEMENT, name, "resumed", by="bolide", body=body)
        inside = now.world
        assert inside.agreements != before.agreements
        assert commons._READ[front.records.engine] is kept
        raise ZeroDivisionError
    assert current_world(front) == before
    negotiate_holding.resume(front, name, by="bolide")
    assert current_world(front).agreements == inside.agreements


def test_a_turn_that_wrote_reads_only_what_it_changed(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "joint-members-bolide"
    voting(front)
    negotiate_holding.suspend(front, name, by="bolide")
    current_world(front)
    with turn(front) as now:
        body = {"key": now.must(AGREEMENT, name).suspensions[0].key, "role": "holder"}
        now.do(AGREEMENT, name, "resumed", by="bolide", body=body)
        read = []
        counting = {kind: replace(one, read=counted(one, read)) for kind, one in commons.KINDS.items()}
        monkeypatch.setattr(commons, "KINDS", counting)
        assert now.world.agreements
    assert read == [AGREEMENT.name]


def counted(kind: Kind[Any], read: list[str]) -> Callable[[Mapping[str, Any]], Any]:
    def reading(plain: Mapping[str, Any]) -> Any:
        read.append(kind.name)
        return kind.read(plain)

    return reading


def test_a_member_has_so_many_open_drafts_and_no_more(front: Front) -> None:
    text = {
        "datasets": ["mds-bolide"],
        "tier": "members",
        "purpose": "mobility-planning",
        "validity": ["2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"],
        "terms": {},
    }
    drafts = [
        requests.draft(front, {**text, "what_for": f"x{n}"}, by="smhc").state for n in range(requests.MOST_DRAFTS)
    ]
    with pytest.raises(Conflict, match="20 open drafts"):
        requests.draft(front, {**text, "what_for": "y"}, by="smhc")
    assert requests.draft(front, {**text, "what_for": "x3"}, by="smhc").state.id == drafts[3].id
    requests.draft(front, {**text, "what_for": "y"}, by="itineo")
    requests.close(front, drafts[0].id, by="smhc")
    requests.draft(front, {**text, "what_for": "y"}, by="smhc")


def test_finest_grains_are_bounded(front: Front) -> None:
    with pytest.raises(Refused) as refusal:
        proposals.propose(front, {"floors.members.finest": ["h3_8 x P1M/band"] * 65}, by="bolide", why="x")
    assert refusal.value.reasons[0]["code"] == "rules.value"


def put_out(front: Front, cube: str) -> None:
    """A release of the cube, as far as loading looks at it."""
    told: dict[str, Any] = {"edition": {}, "agreements": [], "obligations": {}, "facts": {}}
    file = {"digest": "0" * 64, "size": 1, "media_type": "x", "file_name": "x", "created_at": NOON}
    with front.records.write() as session:
        session.add(Release(id="r", kind="cube", subject=cube, part=cube, audience="members", **told, **file))


@pytest.mark.parametrize(
    ("was", "becomes", "what"),
    [
        ("month: [quarter, month]", "month: [month]", "its levels"),
        ("shape: partition", "shape: table", "its shape"),
        (
            "  attributes:\n    origin_zone: start_zone",
            "  steps: [month.quarter]\n  attributes:\n    origin_zone: start_zone",
            "its steps",
        ),
        ("flows-h3_8-month:", "flows-h3_8-other:", "it is dropped"),
    ],
)
def test_a_cube_whose_numbers_are_out_cannot_be_loaded_as_another_question(
    front: Front, was: str, becomes: str, what: str
) -> None:
    assert was in FILES["cubes.yaml"]
    other = {**FILES, "cubes.yaml": FILES["cubes.yaml"].replace(was, becomes, 1)}
    assert put_in_force(front, other)  # nothing of it is out yet
    assert put_in_force(front, FILES)
    put_out(front, "flows-h3_8-month")
    with pytest.raises(Conflict, match=f"the cube flows-h3_8-month: {what}, and numbers of it are out"):
        put_in_force(front, other)
    assert put_in_force(front, {**FILES, "cubes.yaml": FILES["cubes.yaml"] + "# words\n"})
