"""The text of an agreement, its personal data, and who may stand where: read strictly, refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from governance.acts import Act, ActRefused
from governance.agreement import State
from governance.commons_yaml import load
from governance.commons_yaml.consents import read_offer
from governance.commons_yaml.known import known_of
from governance.commons_yaml.nodes import parse
from governance.errors import CommonsFileError, TermError
from governance.negotiation.adopted import changed_by
from governance.negotiation.guards import check_actor, check_counterparty, role_of
from governance.negotiation.negotiation import Negotiation
from governance.negotiation.rgpd import is_personal, read_rgpd
from governance.negotiation.states import SUSPENSION_CODES, WORDS
from governance.negotiation.steps import AGREEMENT
from governance.negotiation.text import read_text
from governance.negotiation.version import SIGNS
from governance.parties import Sanction, Status
from governance.signing import key_id, new_key, public_text, sign
from governance.world import World
from tests.governance.test_difference import BASE

PERSONAL = {"legal_basis": "public_task", "dpia": "done", "register_entry": "R-7"}


def test_a_text_is_read_as_it_is_spelled(world: World) -> None:
    for one in world.agreements:
        again = read_text(one.plain(), state=one.state)
        assert again == one
        assert again.hash() == one.hash()
    personal = read_text({**BASE, "rgpd": PERSONAL})
    assert read_text(personal.plain()) == personal
    assert "rgpd" not in read_text(BASE).plain()


def test_days_are_those_of_the_zone_that_is_given() -> None:
    days = {**BASE, "validity": {"from": "2026-03-01", "to": "2026-07-01"}}
    read = read_text(days, zone=ZoneInfo("Europe/Paris"))
    assert read.validity.from_ == dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC)
    assert read.validity.to == dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)
    with pytest.raises(TermError, match="validity"):
        read_text(days)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Not An Id"}, "id: "),
        ({"id": "a@1"}, "id: "),
        ({"id": "a" * 80}, "id: "),
        ({"title": {"fr": "x"}}, "title: "),
        ({"title": {"fr": "x", "en": "y" * 301}}, "title: "),
        ({"tier": "secret"}, "tier: "),
        ({"tier": ["members"]}, "tier: "),
        ({"recipient": "everyone"}, "recipient must be a list"),
        ({"audience": ["aliens"]}, "audience: unknown audience"),
        ({"purpose": []}, "purpose must be a list"),
        ({"validity": ["2026-03-01T00:00:00", "2027-03-01T00:00:00"]}, "validity needs a time zone"),
        ({"validity": ["2027-03-01T00:00:00Z", "2026-03-01T00:00:00Z"]}, "validity must end after it begins"),
        ({"validity": "always"}, "validity: must be two instants"),
        ({"validity": [1, 2]}, "validity must be two instants"),
        ({"terms": {"p_percentage": 3}}, "terms: unknown term"),
        ({"terms": {"min_trips": 1.5}}, "terms: min_trips must be a whole number"),
        ({"terms": {"min_trips": True}}, "terms: min_trips must be a whole number"),
        ({"terms": []}, "terms: must be an object"),
        ({"version": -1}, "version must be a whole number"),
        ({"rgpd": {"dpia": "done"}}, "rgpd must say"),
        ({"rgpd": {**PERSONAL, "dpia": "later"}}, "rgpd.dpia must be one of"),
        ({"rgpd": {**PERSONAL, "legal_basis": ["consent"]}}, "rgpd.legal_basis must be one of"),
        ({"rgpd": {**PERSONAL, "register_entry": "Mme Dupont, tél. 06"}}, "rgpd.register_entry"),
        ({"extra": 1}, "extra: unknown field"),
        ({"terms": {"fields": [f"f{number}" * 40 for number in range(1000)]}}, "bytes at most"),
    ],
)
def test_a_text_that_is_none_is_refused_by_its_field(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(TermError) as refusal:
        read_text({**BASE, **changes})
    assert says in str(refusal.value)


@pytest.mark.parametrize("plain", [None, [], "text", 7, {1: 2}])
def test_what_is_no_object_is_no_text(plain: object) -> None:
    with pytest.raises(TermError):
        read_text(plain)


def test_a_file_of_the_documents_form_is_an_offer(world: World, commons_files: Mapping[str, str]) -> None:
    source = commons_files["agreements/joint-members-bolide.yaml"]
    offer = read_offer(parse(source, file="offer.yaml"), known=known_of(world))
    founding = next(one for one in world.agreements if one.id == "joint-members-bolide")
    assert (offer.state, replace(offer, version=1, state=founding.state)) == (State.DRAFT, founding)
    with pytest.raises(CommonsFileError, match=r"offer\.yaml, line 7, key dataset: unknown dataset"):
        read_offer(parse(source.replace("mds-bolide", "mds-x"), file="offer.yaml"), known=known_of(world))
    with_rgpd = source + "rgpd: {legal_basis: public_task, dpia: done, register_entry: R-7}\n"
    assert read_offer(parse(with_rgpd, file="o"), known=known_of(world)).rgpd == read_rgpd(PERSONAL)
    loaded = load({**commons_files, "agreements/joint-members-bolide.yaml": with_rgpd})
    assert next(one for one in loaded.agreements if one.id == founding.id).rgpd == read_rgpd(PERSONAL)
    wrong = with_rgpd.replace("done", "maybe")
    with pytest.raises(CommonsFileError, match=r"key rgpd: rgpd\.dpia must be one of done, not_needed"):
        load({**commons_files, "agreements/joint-members-bolide.yaml": wrong})


def test_vehicle_records_are_personal_data(world: World) -> None:
    personal = {one.id for one in world.datasets.values() if is_personal(one)}
    assert personal == {"mds-bolide", "mds-glisse", "mds-trottix", "mds-velovif"}


def refused(do: Any) -> str:
    with pytest.raises(ActRefused) as refusal:
        do()
    return refusal.value.denied.code


def test_who_may_stand_on_the_other_side(world: World) -> None:
    one_member = read_text(BASE)
    members = read_text({**BASE, "recipient": ["members"]})
    college = read_text({**BASE, "recipient": ["college:research"]})
    check_counterparty(one_member, "smhc", world)
    for name in ("smhc", "secretariat", "glisse"):
        check_counterparty(members, name, world)
    check_counterparty(college, "labo-mobilites", world)
    for text, name in (
        (one_member, "secretariat"),
        (members, "bolide"),
        (members, "nobody"),
        (college, "glisse"),
        (members, ""),
    ):
        assert refused(lambda text=text, name=name: check_counterparty(text, name, world)) == (
            "negotiation.counterparty"
        )


def test_a_sanctioned_member_protects_its_data_until_it_is_excluded(world: World) -> None:
    def at(level: Sanction, status: Status = Status.ACTIVE) -> World:
        bolide = replace(world.members["bolide"], sanction=level, status=status)
        return replace(world, members={**world.members, "bolide": bolide})

    for level in Sanction:
        acts = level < Sanction.NEGOTIATED_SUSPENDED
        if acts:
            check_actor(at(level), "bolide")
        else:
            assert refused(lambda level=level: check_actor(at(level), "bolide")) == "sanction.forbids"
        if level is not Sanction.EXCLUDED:
            check_actor(at(level), "bolide", protecting=True)
    excluded = at(Sanction.EXCLUDED)
    assert refused(lambda: check_actor(excluded, "bolide", protecting=True)) == "sanction.forbids"
    left = at(Sanction.NOTICE, Status.LEFT)
    assert refused(lambda: check_actor(left, "bolide", protecting=True)) == "actor.inactive"


def test_roles(world: World) -> None:
    state = Negotiation("a", "bolide", "labo-mobilites", ())
    roles = {name: role_of(state, name, world) for name in ("bolide", "labo-mobilites", "secretariat", "smhc", "hub")}
    assert roles == {
        "bolide": "holder",
        "labo-mobilites": "counterparty",
        "secretariat": "hub",
        "smhc": "authority",
        "hub": "hub",
    }
    assert refused(lambda: role_of(state, "glisse", world)) == "negotiation.stranger"


def test_a_signature_from_a_log_that_was_changed_does_not_fold(world: World) -> None:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    text = read_text({**BASE, "version": 1})

    def act(what: str, by: str, **body: Any) -> Act:
        return Act("agreement", "a", what, by, at, body, why="x")

    state: Negotiation | None = None
    for one in (
        act("drafted", "bolide", holder="bolide", counterparty="smhc", text=text.plain()),
        act("proposed", "bolide", hash=text.hash()),
        act("accepted", "smhc", hash=text.hash()),
    ):
        state = AGREEMENT.apply(state, one)
    forged = act("signed", "bolide", hash=text.hash(), key="0" * 16, public="A" * 43 + "=", signature="AA==")
    assert refused(lambda: AGREEMENT.apply(state, forged)) == "signature.invalid"
    key, other = new_key(), new_key()
    named = {"hash": text.hash(), "key": key_id(public_text(key)), "public": public_text(key)}
    for made in (
        sign(other, SIGNS, "bolide", text.plain()),
        sign(key, "ballot", "bolide", text.plain()),
        sign(key, SIGNS, "smhc", text.plain()),
        sign(key, SIGNS, "bolide", {**text.plain(), "tier": "open"}),
    ):
        wrong = act("signed", "bolide", **named, signature=made)
        assert refused(lambda wrong=wrong: AGREEMENT.apply(state, wrong)) == "signature.invalid"
    right = act("signed", "bolide", **named, signature=sign(key, SIGNS, "bolide", text.plain()))
    assert AGREEMENT.apply(state, right).last.signers == {"bolide"}
    assert refused(lambda: AGREEMENT.apply(None, act("accepted", "smhc", hash=""))) == "negotiation.none"


def test_nobody_confirms_its_own_wish_to_end_it() -> None:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    text = read_text({**BASE, "version": 1})

    def act(what: str, by: str, **body: Any) -> Act:
        return Act("agreement", "a", what, by, at, body, why="x")

    adopted = act(
        "adopted",
        "hub",
        state="active",
        holder="bolide",
        counterparty="smhc",
        review_by=at.isoformat(),
        text=text.plain(),
    )
    asked = AGREEMENT.apply(AGREEMENT.apply(None, adopted), act("asked_to_end", "bolide", hash=text.hash()))
    own = act("terminated", "bolide", hash=text.hash())
    assert refused(lambda: AGREEMENT.apply(asked, own)) == "negotiation.step"
    of_another = act("terminated", "smhc", hash="0" * 64)
    assert refused(lambda: AGREEMENT.apply(asked, of_another)) == "negotiation.stale"
    assert AGREEMENT.apply(asked, act("terminated", "smhc", hash=text.hash())).ended is State.TERMINATED


def test_documents_may_change_the_state_but_no_text_of_what_lives_by_acts(world: World) -> None:
    before = world.agreements
    name = before[0].id
    ended = tuple(replace(one, state=State.TERMINATED) for one in before)
    assert changed_by([name], before=before, after=ended) is None
    assert changed_by([name], before=before, after=before[1:]) == name
    assert changed_by([], before=before, after=()) is None
    assert changed_by(["new"], before=before, after=(*before, replace(before[0], id="new"))) == "new"


def test_every_state_has_words_and_every_reason_a_role() -> None:
    assert set(WORDS) == set(State)
    assert all(SUSPENSION_CODES.values())
    assert SUSPENSION_CODES["sanction"] == {"hub"}
