"""Members' signing keys: kept by the member or sealed in the hub; what a signature says cannot be passed off."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from governance.canonical import LARGEST_INTEGER, canonical
from governance.signing import (
    KeyNotUnderstood,
    key_id,
    new_key,
    private_pem,
    public_text,
    read_private,
    sign,
    statement,
    verified,
)
from hub.signet import Signet

TEXT = {"id": "a", "version": 1}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES)
def test_what_is_signed_is_spelled_as_another_implementation_of_rfc_8785_spells_it(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_a_signature_holds_for_one_member_one_kind_and_one_text() -> None:
    key, other = new_key(), new_key()
    made = sign(key, "agreement", "bolide", TEXT)
    assert verified(public_text(key), made, "agreement", "bolide", TEXT)
    assert (
        statement("agreement", "bolide", TEXT) == b'{"body":{"id":"a","version":1},"by":"bolide","signs":"agreement"}'
    )
    assert not verified(public_text(other), made, "agreement", "bolide", TEXT)
    assert not verified(public_text(key), made, "ballot", "bolide", TEXT)
    assert not verified(public_text(key), made, "agreement", "glisse", TEXT)
    assert not verified(public_text(key), made, "agreement", "bolide", {**TEXT, "version": 2})
    assert not verified(public_text(key), "not base64!", "agreement", "bolide", TEXT)


def test_a_sealed_key_opens_with_its_passphrase_alone() -> None:
    key = new_key()
    sealed = private_pem(key, "a long passphrase")
    assert "ENCRYPTED" in sealed
    assert public_text(read_private(sealed, "a long passphrase")) == public_text(key)
    for wrong in ("another passphrase", ""):
        with pytest.raises(KeyNotUnderstood):
            read_private(sealed, wrong)
    with pytest.raises(KeyNotUnderstood, match="32 bytes in base64"):
        key_id("AAAA")


def test_the_hub_makes_its_key_once_and_for_its_own_eyes(tmp_path: Path) -> None:
    signet = Signet(tmp_path / "keys")
    assert signet.public() == signet.public()
    file = tmp_path / "keys" / "hub.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.write_text("something else", "utf-8")
    with pytest.raises(KeyNotUnderstood):
        signet.key()
