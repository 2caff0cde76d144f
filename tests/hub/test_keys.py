from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from hub.clock import FixedClock
from hub.errors import BadRequest, NotFound, Unauthorised
from hub.records import Records
from hub.released import Released
from hub.services import keys
from hub.services.front import Front
from tests.hub.migrated import records_at

NOON = dt.datetime(2026, 9, 14, 12, tzinfo=dt.UTC)


@pytest.fixture
def front(tmp_path: Path) -> Front:
    records = records_at(tmp_path / "records.sqlite3")
    return Front(records, Released(tmp_path / "released"), FixedClock(NOON))


def test_a_key_opens_for_its_member_until_it_expires(front: Front) -> None:
    token = keys.issue(front, "bolide", scopes=["read", "contribute"], days=2)
    actor = keys.authenticate(front, token)
    assert (actor.member_id, actor.scopes) == ("bolide", {"read", "contribute"})
    assert keys.listed(front)[0].last_used_at == NOON
    assert isinstance(front.clock, FixedClock)
    front.clock.now = NOON + dt.timedelta(days=2)
    with pytest.raises(Unauthorised):
        keys.authenticate(front, token)


def test_the_secret_is_not_kept(front: Front, tmp_path: Path) -> None:
    secret = keys.issue(front, "bolide").rpartition("_")[2]
    front.records.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("records.sqlite3*"))
    assert secret.encode() not in kept
    assert len(secret) == 64


def test_a_revoked_key_opens_nothing_at_once(front: Front) -> None:
    token = keys.issue(front, "bolide")
    keys.revoke(front, token.split("_")[1])
    with pytest.raises(Unauthorised, match="unknown, expired or revoked"):
        keys.authenticate(front, token)
    with pytest.raises(NotFound):
        keys.revoke(front, "nothing")


@pytest.mark.parametrize("token", ["", "mch", "mch_x_y", "xyz_{id}_{secret}", "mch_{id}_{secret}0", "mch_{id}_"])
def test_anything_else_opens_nothing(front: Front, token: str) -> None:
    _, key_id, secret = keys.issue(front, "bolide").split("_")
    with pytest.raises(Unauthorised):
        keys.authenticate(front, token.format(id=key_id, secret=secret))


def test_a_key_for_nothing_known_is_refused(front: Front) -> None:
    with pytest.raises(BadRequest, match="fly"):
        keys.issue(front, "bolide", scopes=["fly"])
    with pytest.raises(BadRequest, match="five years"):
        keys.issue(front, "bolide", days=0)


def test_a_key_that_opens_nothing_never_waits_for_writers_nor_does_one_used_within_the_hour(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, old, gone = (keys.issue(front, "bolide", days=days) for days in (9, 1, 9))
    keys.authenticate(front, used)
    keys.revoke(front, gone.split("_")[1])
    assert isinstance(front.clock, FixedClock)
    with front.records.write():  # somebody's turn takes long: whoever waits for it here waits for ever
        monkeypatch.setattr(Records, "write", None)
        front.clock.now = NOON + dt.timedelta(minutes=59)
        assert keys.authenticate(front, used).member_id == "bolide"
        front.clock.now = NOON + dt.timedelta(days=1)
        for token in ("mch_a_b", f"{used}0", old, gone):
            with pytest.raises(Unauthorised):
                keys.authenticate(front, token)
    monkeypatch.undo()
    keys.authenticate(front, used)
    assert front.clock.now in [key.last_used_at for key in keys.listed(front)]
