"""Credentials at rest: sealed by anybody, opened with the hub's key alone."""

from __future__ import annotations

import datetime as dt
import os
from base64 import b64encode
from pathlib import Path

import pytest

from hub.bootstrap import back_office
from hub.errors import BadRequest, Conflict, StorageError
from hub.records import Records, sealing
from hub.sealing import Opener, read_key
from hub.settings import Settings
from hub.signet import Signet

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def test_what_is_sealed_is_opened_by_the_key_and_by_no_other(tmp_path: Path) -> None:
    opener = Opener(Signet(tmp_path / "keys").secret("sealing"))
    sealed = opener.sealer().seal("s3cret é")
    assert b"s3cret" not in sealed
    assert opener.sealer().seal("s3cret é") != sealed
    assert Opener(Signet(tmp_path / "keys").secret("sealing")).open(sealed) == "s3cret é"
    with pytest.raises(StorageError, match="another key"):
        Opener(Signet(tmp_path / "others").secret("sealing")).open(sealed)
    with pytest.raises(StorageError, match="set it anew"):
        opener.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_a_key_of_the_settings_comes_before_the_file(tmp_path: Path) -> None:
    key = b64encode(os.urandom(32)).decode()
    given = back_office(Settings(home=tmp_path, sealing_key=key))
    sealed = given.opener.sealer().seal("x")
    assert Opener(read_key(key)).open(sealed) == "x"
    assert not (tmp_path / "keys").exists(), "no file was made"
    assert key not in repr(given)
    assert key not in repr(given.opener)
    of_the_file = back_office(Settings(home=tmp_path)).opener
    assert (tmp_path / "keys" / "sealing.key").read_bytes() == of_the_file.key


@pytest.mark.parametrize("wrong", ["x", "AAAA", b64encode(bytes(31)).decode(), "é" * 44])
def test_a_key_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BadRequest, match="32 bytes in base64"):
        read_key(wrong)


def test_every_process_finds_the_public_half(records: Records, tmp_path: Path) -> None:
    opener = Opener(Signet(tmp_path / "keys").secret("sealing"))
    with records.read() as session, pytest.raises(Conflict, match="start its worker"):
        sealing.sealer(session)
    for _ in range(2):
        with records.write() as session:
            sealing.tell(session, opener.sealer(), at=NOON)
    with records.read() as session:
        assert opener.open(sealing.sealer(session).seal("x")) == "x"
    other = Opener(os.urandom(32))
    with records.write() as session:
        sealing.tell(session, other.sealer(), at=NOON)
    with records.read() as session:
        assert other.open(sealing.sealer(session).seal("x")) == "x"
