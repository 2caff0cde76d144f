"""Everything that can be written: by whoever may not, nothing changes; by whoever may, in its own name alone."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.api.app import described_app
from hub.intake.app import create_intake
from hub.records.feed_models import (
    Brake,
    Delivery,
    ExternalId,
    FeedRedirect,
    Happening,
    Hook,
    Incident,
    IncidentNote,
    Source,
)
from hub.records.models import (
    ApiKey,
    CommonsEdition,
    Extract,
    Job,
    LogCosignature,
    LogText,
    Release,
    SealedKey,
    Thing,
    Version,
)
from hub.services.keys import issue
from hub.services.replay import replay
from tests.surface.asking import Answer, Asker, web_door
from tests.surface.basin import Basin, in_state
from tests.surface.discovery import operations
from tests.surface.lawful import ROLES
from tests.surface.writing import WRITES, Write, address

#: Far fewer would mean that routes are no longer found.
LEAST_WRITES, LEAST_ASKED = 52, 800
#: What nobody may write as things stand is refused to all; these wait for something that did not happen here.
_TABLES = (
    *(ApiKey, CommonsEdition, Extract, Job, LogCosignature, Release, SealedKey, Thing, Version),
    *(Brake, Delivery, ExternalId, FeedRedirect, Happening, Hook, Incident, IncidentNote, Source),
)
#: What is changed in its place: hooks end, and somebody decides about a run that was held back.
_DONE = (Hook.ended_at, Brake.decided_at)
#: The one address that needs no key: the id in it is the secret.
KEYLESS = "/api/v1/hooks/{hook_id}/unsubscribe"
#: Fields with which a body might claim to speak for somebody else.
_CLAIMS = dict.fromkeys(("by", "actor", "as", "author", "member_id", "opened_by", "role", "signer"), "secretariat")
_TOO_LONG = "x" * 300_000
NONSENSE: list[Any] = [
    *(b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff\xfe", b"{}" * 3, b'{"why": "\\u0000"}', b'{"why": "\\ud800"}'),
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    b'{"why": ' + b"9" * 5_000 + b"}",
    b'{"why": NaN}',
]


@pytest.fixture(scope="module")
def hub(built: tuple[Basin, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Basin, Asker]]:
    """A hub to which nothing lawful is ever written."""
    folder = tmp_path_factory.mktemp("writing") / "hub"
    with in_state(*built, folder, "active") as basin, Asker(web_door(basin.front)) as asker:
        yield basin, asker


def standing(basin: Basin) -> tuple[int, ...]:
    """What would change with anything that is written: how much there is of all, and how many acts were done."""
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in _TABLES]
    counts += [select(func.count(column)).scalar_subquery() for column in _DONE]
    acts = select(func.count()).select_from(LogText).where(LogText.action.contains(".")).scalar_subquery()
    with basin.front.records.read() as session:
        return tuple(session.execute(select(acts, *counts)).one())


def acts_since(basin: Basin, index: int) -> list[dict[str, Any]]:
    """The acts in the log from a place on."""
    query = select(LogText.text).where(LogText.index >= index, LogText.action.contains(".")).order_by(LogText.index)
    with basin.front.records.read() as session:
        return [json.loads(text)["act"] for text in session.scalars(query)]


def post(asker: Asker, path: str, token: str, body: bytes, *, method: str = "POST") -> Answer:
    key = {"Authorization": f"Bearer {token}"} if token else {}
    return asker.ask(method, path, headers={**key, "Content-Type": "application/json"}, body=body)


def spelled(write: Write, basin: Basin, **more: Any) -> bytes:
    return json.dumps({**write.body(basin), **more}).encode()


def test_of_each_address_it_is_said_who_may_write_there() -> None:
    found = [one for one in operations(described_app()) if one.method != "GET"]
    methods = {one.template: one.method for one in found}
    assert len(methods) == len(found), "teach tests/surface/writing.py two methods of one address"
    unknown = sorted({one.template for one in found} - WRITES.keys())
    assert unknown == [], f"say in `WRITES` of tests/surface/writing.py who may write there, and what: {unknown}"
    assert WRITES.keys() <= {one.template for one in found}, "an address that is no longer there"
    assert {template: write.method for template, write in WRITES.items()} == methods
    assert [template for template, write in WRITES.items() if write.keyless] == [KEYLESS]
    assert len(WRITES) >= LEAST_WRITES


def test_whoever_may_not_write_changes_nothing(hub: tuple[Basin, Asker]) -> None:
    basin, asker = hub
    before, asked, through = standing(basin), 0, []
    for (template, write), role in itertools.product(WRITES.items(), ROLES):
        if role in write.lawful(basin):
            continue
        path, body = address(template, write, basin), spelled(write, basin)
        answer = post(asker, path, basin.keys[role], body, method=write.method)
        asked += 1
        if answer.status not in (400, 401, 403, 404, 409, 422) or standing(basin) != before:
            through.append(f"{template} as {role}: {answer.status} {answer.body[:200]!r}")
            before = standing(basin)
    assert through == []
    assert asked >= LEAST_ASKED
    assert replay(basin.front).differences == ()
    sys.stdout.write(f"\n{len(WRITES)} addresses to write to, {asked} refused\n")


def test_a_key_that_may_not_act_acts_for_nobody(hub: tuple[Basin, Asker]) -> None:
    """The right member, the right body, and a key without the scope."""
    basin, asker = hub
    keyed = {template: write for template, write in WRITES.items() if not write.keyless}
    members = {ROLES[role][0] for write in keyed.values() for role in write.lawful(basin)}
    keys = {member: issue(basin.front, member, scopes=("read", "contribute")) for member in sorted(members)}
    before = standing(basin)
    for template, write in keyed.items():
        path, body = address(template, write, basin), spelled(write, basin)
        for member in {ROLES[role][0] for role in write.lawful(basin)}:
            answer = post(asker, path, keys[member], body, method=write.method)
            assert answer.status == 403, f"{template} as {member}: {answer.status} {answer.body[:200]!r}"
            assert standing(basin) == before, template


def test_nonsense_is_answered_and_changes_nothing(hub: tuple[Basin, Asker]) -> None:
    basin, asker = hub
    before, through = standing(basin), []
    for template, write in WRITES.items():
        role = min(write.lawful(basin), default="authority")
        body, path = write.body(basin), address(template, write, basin)
        if not body:
            continue  # nothing is read of it
        wrong = [
            json.dumps({**body, name: value}).encode()
            for name in body
            for value in (None, [1], {"a": {}}, 10**30, -1, "\x00", _TOO_LONG, True)
            if value is not body[name] and type(value) is not type(body[name])
        ]
        for sent in [*NONSENSE, *wrong]:
            answer = post(asker, path, basin.keys[role], sent, method=write.method)
            if answer.status >= 500 or (answer.status >= 300 and standing(basin) != before):
                through.append(f"{template} as {role} with {sent[:80]!r}: {answer.status} {answer.body[:200]!r}")
            before = standing(basin)
    assert through == []
    assert replay(basin.front).differences == ()


@pytest.mark.parametrize("template", [template for template, write in WRITES.items() if write.roles or write.by_lot])
def test_whoever_may_write_does_so_in_its_own_name(built: tuple[Basin, Path], tmp_path: Path, template: str) -> None:
    write = WRITES[template]
    # Where a dozen may, four of them stand for all: nothing was refused to the others for another reason.
    for number, role in enumerate(sorted(write.lawful(built[0]))[:4]):
        with in_state(*built, tmp_path / str(number), "active") as basin, Asker(web_door(basin.front)) as asker:
            member = ROLES[role][0]
            path, first = address(template, write, basin), _size(basin)
            key, method, body = basin.keys[role], write.method, spelled(write, basin)
            claimed = post(asker, path, key, spelled(write, basin, **_CLAIMS), method=method)
            answer = claimed if claimed.status < 300 else post(asker, path, key, body, method=method)
            assert 200 <= answer.status < 300, f"{template} as {role}: {answer.status} {answer.body[:400]!r}"
            done = acts_since(basin, first)
            assert {act["by"] for act in done} <= {member, "hub"}, f"{template} as {role} acted for somebody else"
            acted = any(act["by"] in (member, "hub" if write.by_hub else "") for act in done)
            assert acted or _kept(write, basin, member), f"{template} as {role} did nothing"
            assert replay(basin.front).differences == ()


def _size(basin: Basin) -> int:
    with basin.front.records.read() as session:
        return (session.scalar(select(func.max(LogText.index))) or 0) + 1


def _kept(write: Write, basin: Basin, member: str) -> bool:
    """Of what is no act the row itself shows who made it."""
    with basin.front.records.read() as session:
        return write.kept is not None and write.kept(session, basin, member)


def test_without_a_key_e_mail_alone_is_ended(hub: tuple[Basin, Asker]) -> None:
    basin, asker = hub
    before = standing(basin)
    for role, name in itertools.product(ROLES, ("hook", "rival hook", "authority hook")):
        path = KEYLESS.replace("{hook_id}", basin.names[name])
        assert post(asker, path, basin.keys[role], b"List-Unsubscribe=One-Click").status == 404, role
    assert standing(basin) == before


def test_only_its_holder_or_the_secretariat_hands_a_feed_in(built: tuple[Basin, Path], tmp_path: Path) -> None:
    taken = set()
    with in_state(*built, tmp_path / "hub", "active") as basin, Asker(create_intake(basin.back)) as asker:
        writes = [one for one in operations(asker.app) if one.method != "GET"]
        assert [one.template for one in writes] == ["/feeds/{slug}"], "say here who may use the new address"
        inbox = basin.back.vault.root / "inbox"
        for role in ROLES:
            before = standing(basin)
            answer = post(asker, "/feeds/mds-trottix", basin.keys[role], role.encode())
            if answer.status == 202:
                taken.add(role)
            else:
                assert (standing(basin), answer.status in (401, 403)) == (before, True), role
        assert len(list(inbox.iterdir())) == len(taken)
    assert taken == {"holder of the sealed feed", "secretariat"}
