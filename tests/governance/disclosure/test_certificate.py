"""Certificates and commitments: who signed what, what each holding can check, and what nobody can read from them."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

import orjson
import pytest

from governance.audiences import Audience
from governance.canonical import canonical
from governance.disclosure.certificate import (
    SUFFICES,
    NotACertificate,
    NotCertified,
    SignedCertificate,
    attackers,
    certify,
    public_rules,
    read_certificate,
    signed,
)
from governance.disclosure.commitments import commitment, commitments, salt_of
from governance.disclosure.independent import Audited, Breach
from governance.disclosure.published import written
from governance.periods import Period
from governance.signing import new_key, public_text
from tests.governance.disclosure.handmade import RULES, contributions, grid, table

MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
GRID = grid(["z1", "z2"], ["am", "pm"])
MADE = contributions(GRID, {("z1", "am"): {"a": 20, "b": 20, "c": 20}, ("z2", "pm"): {"a": 30, "b": 20, "c": 20}})
SALTS = {name: hashlib.sha256(name.encode()).digest() for name in "abcd"}


def made(*, p_percent: int = 10, audit: Audited | None = None) -> SignedCertificate:
    published = table(MADE, hidden=[])
    rules = replace(RULES, p_percent=p_percent)
    certificate = certify(
        written(published),
        published.about,
        audit or Audited(45, 1.7, ()),
        rules,
        audience=Audience.MEMBERS,
        period=MARCH,
        inputs=commitments(MADE, SALTS, cube="handmade", period=MARCH),
        counts_trips=True,
        engine="independent 1, scipy 1.17",
        at=NOON,
    )
    return signed(certificate, "hub.example", new_key())


def test_what_is_written_is_read_and_its_signature_holds() -> None:
    one = made()
    again = read_certificate(one.written())
    assert again == one
    assert again.holds
    assert again.certificate.release == hashlib.sha256(written(table(MADE, hidden=[]))).hexdigest()


def test_no_part_can_be_changed_under_the_signature() -> None:
    one = made()
    changes = {"cube": "other", "attacks": 46, "engine": "x", "release": "0" * 64, "counts_trips": False, "slack": "2"}
    for name, value in changes.items():
        assert not replace(one, certificate=replace(one.certificate, **{name: value})).holds, name
    assert not replace(one, by="somebody else").holds
    assert not replace(one, key=public_text(new_key())).holds
    assert not replace(one, key="no key").holds


def test_what_is_not_read_is_not_signed_for() -> None:
    told = orjson.loads(made().written())
    more = {**told, "body": {**told["body"], "note": "hidden"}}
    for content in (b"{}", b"no json", b"[]", canonical(more), canonical({**told, "signs": "ballot"})):
        with pytest.raises(NotACertificate):
            read_certificate(content)


def test_an_unsafe_release_gets_none() -> None:
    with pytest.raises(NotCertified) as refusal:
        made(audit=Audited(45, 0.9, (Breach("p_percent", "zone=z1", ("a",), "b", 6, 7),)))
    assert "z1" not in str(refusal.value)


def test_neither_p_nor_the_slack_can_be_read_from_it() -> None:
    bodies = {canonical(made(p_percent=p, audit=Audited(45, 1 + p, ())).certificate.plain()) for p in range(10, 25)}
    assert len(bodies) == 1
    assert public_rules(replace(RULES, p_percent=24))["p_percent"] == [10, 25]
    assert public_rules(replace(RULES, p_percent=25))["p_percent"] == [25, 50]
    assert public_rules(replace(RULES, p_percent=150))["p_percent"] == [100, None]
    assert made().certificate.slack == SUFFICES


def test_the_attackers_are_said_in_words() -> None:
    assert attackers(replace(RULES, coalition=0)) == ("an outsider",)
    assert attackers(RULES) == ("an outsider", "each member alone")
    assert attackers(replace(RULES, coalition=2))[2] == "2 members together, where 2c + 1 holdings contribute"
    assert attackers(replace(RULES, coalition=2, everywhere=True))[2] == "2 members together, everywhere"


def test_a_commitment_is_what_its_text_says() -> None:
    head = canonical(
        {
            "commits": "contributions",
            "cube": "handmade",
            "dimensions": ["zone", "band"],
            "holding": "a",
            "period": ["2026-03-01", "2026-04-01"],
        }
    )
    whole = SALTS["a"] + head + b'\n["z1","am",20]\n["z2","pm",30]\n'
    assert made().certificate.inputs["a"] == hashlib.sha256(whole).hexdigest()


def test_a_commitment_depends_on_salt_holding_cells_and_period_and_on_nothing_else() -> None:
    def of(cells: dict[tuple[str, ...], dict[str, int]], holding: str = "a", salt: bytes = SALTS["a"]) -> str:
        return commitment(contributions(GRID, cells), salt, holding=holding, cube="handmade", period=MARCH)

    first = of({("z1", "am"): {"a": 20}, ("z2", "pm"): {"a": 30}})
    assert first == made().certificate.inputs["a"]  # others' rows make no difference
    assert first == of({("z2", "pm"): {"a": 30}, ("z1", "am"): {"a": 20}})
    assert first != of({("z1", "am"): {"a": 20}, ("z2", "pm"): {"a": 31}})
    assert first != of({("z1", "pm"): {"a": 20}, ("z2", "pm"): {"a": 30}})
    assert first != of({("z1", "am"): {"a": 20}, ("z2", "pm"): {"a": 30}}, salt=SALTS["b"])
    assert first != of({("z1", "am"): {"b": 20}, ("z2", "pm"): {"b": 30}}, holding="b")
    nothing = commitments(MADE, SALTS, cube="handmade", period=MARCH)["d"]
    assert nothing == of({}, holding="d", salt=SALTS["d"])
    with pytest.raises(ValueError, match="32 bytes"):
        of({}, salt=b"short")


def test_salts_are_one_for_each_release_and_holding() -> None:
    salts = {
        salt_of(secret, release=release, holding=holding)
        for secret in (b"s", b"t")
        for release in ("1", "2")
        for holding in ("a", "b")
    }
    assert len(salts) == 8
    assert {len(salt) for salt in salts} == {32}
