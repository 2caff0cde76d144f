"""What a decision leaves in the log: whom it concerns, what it says, and what it only commits to."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable

import pytest

from governance.audiences import Audience
from governance.audit import decided
from governance.canonical import canonical
from governance.decide import decide
from governance.decision import Permit
from governance.log.entry import Entry, commitment
from governance.periods import Period
from governance.request import Action, Request
from governance.world import World

HOLDERS = {"trottix", "velovif", "bolide", "glisse"}


def randomness() -> Callable[[int], bytes]:
    numbers = iter(range(1_000))
    return lambda size: next(numbers).to_bytes(size, "big")


def entry(world: World, request: Request, **more: object) -> Entry:
    return decided(request, decide(request, world), world, randomness=randomness(), **more)  # type: ignore[arg-type]


@pytest.fixture
def release(later: dt.datetime, year: Period) -> Request:
    return Request(
        "secretariat", Action.RELEASE, "flows-h3_8-month", Audience.MEMBERS, "mobility-planning", later, year
    )


def test_a_permit_says_under_which_agreements_and_concerns_every_holder(world: World, release: Request) -> None:
    made = entry(world, release, counts={"cells": 12})
    assert made.body["agreements"]["mds-glisse"] == "joint-members-glisse@1"  # type: ignore[index,call-overload]
    assert made.body["datasets"] == ["mds-bolide", "mds-glisse", "mds-trottix", "mds-velovif"]
    # Each holder reads this entry, and not each of them reads the release: how many cells it has is committed to only.
    assert (made.body["counts"], made.body["period"]) == ({}, str(release.period))
    assert made.hidden["counts"]["value"] == '{"cells":12}'
    assert made.parties == {*HOLDERS, "secretariat"}
    assert (made.permitted, made.actor, made.action, made.subject) == (True, "secretariat", "release", release.subject)


def test_a_denial_concerns_them_as_well_and_says_why(world: World, later: dt.datetime, year: Period) -> None:
    sealed = Request("secretariat", Action.RELEASE, "fleet-day", Audience.MEMBERS, "mobility-planning", later, year)
    made = entry(world, sealed)
    assert (made.permitted, made.body["reasons"], made.body["agreements"]) == (False, ["agreement.term"], {})
    assert made.parties == {*HOLDERS, "secretariat"}


def test_of_a_period_in_no_edition_every_holder_is_told(world: World, later: dt.datetime) -> None:
    before = Period(dt.date(2001, 1, 1), dt.date(2002, 1, 1))
    asked = Request("bolide", Action.READ, "flows-h3_8-month", Audience.MEMBERS, "mobility-planning", later, before)
    assert entry(world, asked).parties >= HOLDERS


def test_the_public_and_whoever_is_no_member_are_no_parties(world: World, later: dt.datetime) -> None:
    public = Request(None, Action.READ, "combecycle", Audience.OPEN, "open-reuse", later)
    assert entry(world, public).parties == {"combecycle"}
    assert entry(world, public).actor == "public"
    stranger = Request("nobody", Action.READ, "no-such-feed", Audience.OPEN, "open-reuse", later)
    assert entry(world, stranger).parties == frozenset()


def test_what_could_be_found_by_trying_is_committed_to_with_salts_of_its_own(world: World, release: Request) -> None:
    permit = decide(release, world)
    assert isinstance(permit, Permit)
    made = entry(world, release)
    digests = {"obligations": permit.obligations.digest, "request": release.hash()}
    for name, value in digests.items():
        assert value not in made.text().decode()
        hidden = made.hidden[name]
        assert isinstance(hidden, dict)
        salt = bytes.fromhex(hidden["salt"])
        assert made.body["commitments"][name] == commitment(salt, value.encode())  # type: ignore[index,call-overload]
        assert made.body["commitments"][name] != hashlib.sha256(value.encode()).hexdigest()  # type: ignore[index,call-overload]
    salts = {one["salt"] for one in made.hidden.values()}  # type: ignore[index,call-overload,union-attr]
    assert len(salts) == 3
    assert len(re.findall("[0-9a-f]{64}", made.text().decode())) == 3


def test_the_text_is_canonical_and_is_read_again(world: World, release: Request) -> None:
    made = entry(world, release)
    assert canonical(json.loads(made.text())) == made.text()


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    # Section 3.2.3: names in the order of UTF-16 code units, so U+1F600 (a surrogate pair) stands before U+FB33.
    names = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}
    assert [int(part[-1]) for part in canonical(names).decode().strip("{}").split(",")] == [2, 4, 6, 7, 1, 5, 3]
    assert canonical({"b": [True, None, "é"], "a": -1}) == '{"a":-1,"b":[true,null,"é"]}'.encode()
    for value in (1.5, b"x", {1, 2}):
        with pytest.raises(TypeError):
            canonical(value)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="beyond"):
        canonical(2**53)
