"""Agreements negotiated in turn, signed and verified; what is out of turn, stale, looser or nobody's is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from governance.agreement import State
from governance.audiences import Audience
from governance.decide import decide
from governance.decision import Deny, Permit
from governance.documents import DOCUMENTS
from governance.periods import Period
from governance.request import Action, Request
from hub.errors import Conflict, NotFound, Refused
from hub.records import Records
from hub.services import negotiate, negotiate_holding, negotiate_signing, signing
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.replay import replay
from hub.services.turn import seen
from tests.hub.parties import COMMONS, NOON, TEXT, WHY, Parties, parties_of, text

NAME = TEXT["id"]


@pytest.fixture
def parties(records: Records, tmp_path: Path) -> Parties:
    return parties_of(records, tmp_path)


def code(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.reasons[0]["code"]


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        do()
    return code(refusal)


def whole(parties: Parties) -> bool:
    return replay(parties.front).differences == ()


def test_three_rounds_two_signatures_and_it_holds(parties: Parties) -> None:
    front = parties.front
    negotiate.draft(front, text(), by="smhc", why="Nous suivons la flotte.")
    assert parties.stands() is State.DRAFT
    negotiate.propose(front, NAME, by="smhc")
    assert (parties.stands(), parties.state().pending.turn) == (State.PROPOSED, "bolide")  # type: ignore[union-attr]
    negotiate.counter(front, NAME, text(terms={"min_trips": 30}), by="bolide", why="k plus haut")
    negotiate.counter(front, NAME, text(terms={"min_trips": 25}), by="smhc", why="à mi-chemin")
    state = parties.state()
    assert [one.number for one in state.versions] == [1, 2, 3]
    assert [one.why for one in state.versions] == ["Nous suivons la flotte.", "k plus haut", "à mi-chemin"]
    assert [one.parent for one in state.versions] == ["", state.versions[0].hash, state.versions[1].hash]
    negotiate.accept(front, NAME, state.last.hash, by="bolide")
    assert parties.stands() is State.ACCEPTED
    parties.sign("bolide")
    assert parties.stands() is State.ACCEPTED
    parties.sign("smhc")
    assert parties.stands() is State.ACTIVE
    held = next(one for one in current_world(front).agreements if one.id == NAME)
    assert (held.version, held.state, held.terms["min_trips"].plain()) == (3, State.ACTIVE, 25)
    assert held.terms["ruleset"].plain() == [current_world(front).ruleset.hash()]
    assert whole(parties)


def test_out_of_turn_stale_or_twice_is_refused(parties: Parties) -> None:
    front = parties.front
    negotiate.draft(front, text(), by="bolide", why=WHY)
    assert refused(lambda: negotiate.accept(front, NAME, "0" * 64, by="bolide")) == "negotiation.step"
    with pytest.raises(NotFound):  # a draft is its author's own
        negotiate.propose(front, NAME, by="smhc")
    negotiate.propose(front, NAME, by="bolide")
    first = parties.state().last.hash
    assert refused(lambda: negotiate.accept(front, NAME, first, by="bolide")) == "negotiation.turn"
    for stranger in ("glisse", "labo-mobilites", "cars-combes"):  # what is negotiated is nobody else's business
        with pytest.raises(NotFound):
            negotiate.accept(front, NAME, first, by=stranger)
        with pytest.raises(NotFound):
            negotiate.reject(front, NAME, by=stranger)
    assert refused(lambda: negotiate.accept(front, NAME, first, by="secretariat")) == "negotiation.stranger"
    other = text(terms={"min_trips": 40})
    assert refused(lambda: negotiate.counter(front, NAME, other, by="bolide", why=WHY)) == "negotiation.turn"
    negotiate.counter(front, NAME, other, by="smhc", why=WHY)
    again = text(terms={"min_trips": 50})
    assert refused(lambda: negotiate.counter(front, NAME, again, by="smhc", why=WHY)) == "negotiation.turn"
    assert refused(lambda: negotiate.accept(front, NAME, first, by="bolide")) == "negotiation.stale"
    assert refused(lambda: negotiate.counter(front, NAME, again, by="bolide", why=" ")) == "negotiation.why_owed"
    assert len(parties.state().versions) == 2
    assert whole(parties)


def test_the_same_again_is_one_act(parties: Parties) -> None:
    front = parties.front
    for _ in range(2):
        negotiate.draft(front, text(), by="bolide", why=WHY)
    for _ in range(2):
        negotiate.propose(front, NAME, by="bolide")
    for _ in range(2):
        negotiate.counter(front, NAME, text(terms={"min_trips": 40}), by="smhc", why=WHY)
    for _ in range(2):
        negotiate.accept(front, NAME, parties.state().last.hash, by="bolide")
    for _ in range(2):
        parties.sign("bolide")
    for _ in range(2):
        found = parties.sign("smhc")
    # drafted, proposed, countered, accepted, signed, signed, verified
    assert (len(parties.state().versions), found.revision) == (2, 7)
    for _ in range(2):
        negotiate_holding.suspend(front, NAME, by="bolide")
        parties.later(minutes=1)
    for _ in range(2):
        found = negotiate_holding.withdraw(front, NAME, by="bolide")
        parties.later(minutes=1)
    assert found.revision == 9
    assert whole(parties)


def test_a_draft_is_revised_by_its_author_and_rejected_for_good(parties: Parties) -> None:
    front = parties.front
    negotiate.draft(front, text(), by="bolide", why=WHY)
    negotiate.draft(front, text(terms={"min_trips": 21}), by="bolide", why="une coquille")
    assert [one.number for one in parties.state().versions] == [1, 2]
    negotiate.propose(front, NAME, by="bolide")
    negotiate.reject(front, NAME, by="smhc", why="sans besoin")
    assert parties.stands() is State.REJECTED
    for step in (
        lambda: negotiate.propose(front, NAME, by="bolide"),
        lambda: negotiate.amend(front, NAME, text(), by="bolide", why=WHY),
        lambda: negotiate_holding.suspend(front, NAME, by="bolide"),
        lambda: negotiate_holding.terminate(front, NAME, by="bolide"),
        lambda: parties.sign("bolide"),
    ):
        assert refused(step) == "negotiation.step"
    assert refused(lambda: negotiate.draft(front, text(), by="bolide", why=WHY)) == "negotiation.exists"
    assert NAME not in {one.id for one in current_world(front).agreements}
    assert whole(parties)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"terms": {"min_trips": 9}}, "negotiation.floor"),
        ({"terms": {"spatial_resolution": "h3_9"}, "audience": ["members"]}, "negotiation.floor"),
        ({"terms": {"temporal_resolution": "P1D/hour"}, "audience": ["members"]}, "negotiation.floor"),
        ({"terms": {"max_share_percent": 90}}, "negotiation.floor"),
        ({"audience": ["holder"]}, "negotiation.no_floors"),
        ({"purpose": ["selling"]}, "negotiation.unknown"),
        ({"terms": {"territory": ["elsewhere"]}}, "negotiation.unknown"),
        ({"recipient": ["member:smhc", "member:nobody"]}, "negotiation.unknown"),
        ({"recipient": ["college:nobody"]}, "negotiation.unknown"),
        ({"dataset": "mds-nothing"}, "negotiation.unknown"),
        ({"dataset": "mds-glisse"}, "negotiation.holder"),
        ({"holder": "glisse"}, "negotiation.holder"),
        ({"validity": ["2025-01-01T00:00:00+00:00", "2026-03-01T12:00:00+00:00"]}, "negotiation.past"),
        ({"tier": "sealed"}, "negotiation.sealed"),
        ({"tier": "bilateral"}, "negotiation.bilateral"),
        ({"terms": {"ruleset": ["0" * 64]}}, "negotiation.ruleset"),
        ({"rgpd": None}, "negotiation.rgpd"),
        ({"recipient": ["member:bolide"]}, "negotiation.counterparty"),
        ({"recipient": ["member:smhc", "member:bolide"]}, ""),
    ],
)
def test_a_text_that_the_rules_do_not_allow_is_not_offered(
    parties: Parties, changes: dict[str, object], says: str
) -> None:
    def offer() -> None:
        negotiate.draft(parties.front, text(**changes), by="bolide", why=WHY)
        negotiate.propose(parties.front, NAME, by="bolide")

    if says:
        assert refused(offer) == says
    else:
        offer()


def test_records_need_an_impact_assessment_and_one_member(parties: Parties) -> None:
    terms = {
        "min_trips": None,
        "fields": ["trips.start_zone"],
        "spatial_resolution": "commune",
        "temporal_resolution": "P1D",
    }
    bilateral = {"tier": "bilateral", "audience": ["bilateral"], "terms": terms}
    none_made = {"legal_basis": "public_task", "dpia": "not_needed", "register_entry": "R-1"}
    first = text(id="records-1", **bilateral, rgpd=none_made)
    negotiate.draft(parties.front, first, by="bolide", why=WHY)
    assert refused(lambda: negotiate.propose(parties.front, "records-1", by="bolide")) == "negotiation.dpia"
    parties.concluded(text(id="records-2", **bilateral))
    assert parties.stands("records-2") is State.ACTIVE


def test_only_active_members_act_and_a_suspended_one_can_but_protect_its_data(
    parties: Parties, records: Records
) -> None:
    front = parties.front
    parties.concluded()
    files = read_folder(COMMONS)
    members = files["members.yaml"]
    bolide = "    holding: bolide\n    status: active"
    assert members.count(bolide) == 1
    put_in_force(front, {**files, "members.yaml": members.replace(bolide, f"{bolide}\n    sanction: 4")})
    change = text(terms={"min_trips": 30})
    assert refused(lambda: negotiate.amend(front, NAME, change, by="bolide", why=WHY)) == "sanction.forbids"
    negotiate_holding.suspend(front, NAME, by="bolide")
    assert refused(lambda: negotiate_holding.resume(front, NAME, by="bolide")) == "sanction.forbids"
    left = members.replace(bolide, "    holding: bolide\n    status: left")
    put_in_force(front, {**files, "members.yaml": left})
    for step in (
        lambda: negotiate_holding.withdraw(front, NAME, by="bolide"),
        lambda: negotiate_holding.suspend(front, NAME, by="bolide", why="x"),
        lambda: negotiate.amend(front, NAME, change, by="bolide", why=WHY),
    ):
        assert refused(step) == "actor.inactive"
    assert refused(lambda: negotiate.draft(front, text(id="another"), by="nobody", why=WHY)) == "actor.unknown"


def test_a_signature_holds_for_its_member_and_its_version_alone(parties: Parties) -> None:
    front = parties.front
    negotiate.draft(front, text(), by="bolide", why=WHY)
    negotiate.propose(front, NAME, by="bolide")
    first = parties.state().last.text
    early = parties.handed("bolide", first)
    assert refused(lambda: negotiate_signing.submit(front, early)) == "negotiation.step"
    negotiate.counter(front, NAME, text(terms={"min_trips": 40}), by="smhc", why=WHY)
    negotiate.accept(front, NAME, parties.state().last.hash, by="bolide")
    second = parties.state().last.text
    replayed = replace(early, version=second.version, hash=second.hash())
    assert refused(lambda: negotiate_signing.submit(front, replayed)) == "signature.invalid"
    assert refused(lambda: negotiate_signing.submit(front, early)) == "negotiation.stale"
    for_another = replace(parties.handed("bolide", second), by="smhc")
    assert refused(lambda: negotiate_signing.submit(front, for_another)) == "signature.invalid"
    stranger = parties.handed("glisse", second)
    with pytest.raises(NotFound):
        negotiate_signing.submit(front, stranger)
    parties.sign("bolide")
    key = parties.state().last.signatures[0].key
    signing.revoke(front, key, by="bolide", why="perdue")
    assert parties.state().last.signers == {"bolide"}  # those that it made stay
    smhc = parties.handed("smhc", second)
    signing.revoke(front, signing.listed(front, "smhc")[0].id, by="smhc", why="perdue")
    assert refused(lambda: negotiate_signing.submit(front, smhc)) == "signature.invalid"
    assert whole(parties)


def test_small_members_sign_in_the_hub_with_a_passphrase(parties: Parties) -> None:
    front = parties.front
    parties.accepted()
    signing.new_in_hub(front, "bolide", "a long passphrase", by="bolide")
    negotiate_signing.sign_here(front, NAME, by="bolide", passphrase="a long passphrase")
    parties.sign("smhc")
    assert parties.stands() is State.ACTIVE


def test_a_floor_that_was_raised_since_stops_the_verification_until_it_is_mended(parties: Parties) -> None:
    front = parties.front
    parties.accepted()
    files = read_folder(COMMONS)
    raised = files["ruleset.yaml"].replace("min_trips: 10", "min_trips: 30")
    put_in_force(front, {**files, "ruleset.yaml": raised})
    parties.sign("bolide")
    parties.sign("smhc")
    assert parties.stands() is State.AGREED
    assert NAME not in {one.id for one in current_world(front).agreements}
    assert refused(lambda: negotiate_signing.verify(front, NAME, by="bolide")) == "negotiation.ruleset"
    with pytest.raises(NotFound):
        negotiate_signing.verify(front, NAME, by="glisse")
    put_in_force(front, files)
    negotiate_signing.verify(front, NAME, by="secretariat")
    assert parties.stands() is State.ACTIVE
    assert whole(parties)


def test_of_two_acceptances_at_once_one_is_kept(parties: Parties) -> None:
    negotiate.draft(parties.front, text(), by="bolide", why=WHY)
    negotiate.propose(parties.front, NAME, by="bolide")
    offered, ready = parties.state().last.hash, Barrier(4)
    faults: list[Exception] = []

    def accept() -> None:
        ready.wait()
        try:
            negotiate.accept(parties.front, NAME, offered, by="smhc", revision=2)
        except (Conflict, Refused) as fault:
            faults.append(fault)

    threads = [Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(faults) == 3
    assert all(isinstance(fault, Conflict) for fault in faults)
    assert parties.stands() is State.ACCEPTED
    assert whole(parties)


def read(parties: Parties, cube: str = "flows-h3_8-month") -> Permit | Deny:
    request = Request(
        actor="secretariat",
        action=Action.RELEASE,
        subject=cube,
        audience=Audience.MEMBERS,
        purpose="mobility-planning",
        at=parties.clock(),
        period=Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1)),
    )
    return decide(request, current_world(parties.front))


def test_when_signatures_are_required_nothing_unsigned_binds(parties: Parties) -> None:
    front = parties.front
    assert isinstance(read(parties), Permit)
    files = read_folder(COMMONS)
    required = files["ruleset.yaml"].replace("signatures_required: false", "signatures_required: true")
    assert required != files["ruleset.yaml"]
    put_in_force(front, {**files, "ruleset.yaml": required})
    denial = read(parties)
    assert isinstance(denial, Deny)
    assert {one.denied.code for one in denial.reasons} == {"agreement.unsigned"}
    assert "bolide" in str([one.denied.reason.en for one in denial.reasons])
    for operator in ("bolide", "glisse", "trottix", "velovif"):
        name = f"joint-members-{operator}"
        assert isinstance(read(parties), Deny)
        founding = next(one for one in current_world(front).agreements if one.id == name)
        assert (founding.state_at(parties.clock()), founding.unsigned) == (
            State.ACCEPTED,
            tuple(sorted([operator, "secretariat"])),
        )
        negotiate_signing.submit(front, parties.handed(operator, founding))
        half = next(one for one in current_world(front).agreements if one.id == name)
        assert (half.unsigned, half.in_force(parties.clock())) == (("secretariat",), False)
        negotiate_signing.submit(front, parties.handed("secretariat", founding))
        assert parties.stands(name) is State.ACTIVE
    assert isinstance(read(parties), Permit)
    open_ones = [one for one in current_world(front).agreements if one.tier == "open"]
    assert open_ones
    assert all(one.in_force(parties.clock()) for one in open_ones)
    assert whole(parties)


def test_documents_leave_an_agreement_alone_that_lives_by_acts(parties: Parties) -> None:
    front, files = parties.front, read_folder(COMMONS)
    negotiate_holding.suspend(front, "joint-members-bolide", by="bolide")
    assert isinstance(read(parties), Deny)
    name = "agreements/joint-members-bolide.yaml"
    changed = {**files, name: files[name].replace("min_vehicles: 4", "min_vehicles: 9")}
    dropped = {key: value for key, value in files.items() if key != name}
    added = {
        **files,
        "agreements/more.yaml": files[name].replace("version: 1", "version: 2").replace("active", "draft"),
    }
    for wrong in (changed, dropped, added):
        with pytest.raises(Conflict, match=r"joint-members-bolide .*hub agreements amend"):
            put_in_force(front, wrong)
    parties.concluded()
    taken = {**files, "agreements/new.yaml": files[name].replace("joint-members-bolide", NAME)}
    with pytest.raises(Conflict, match=NAME):
        put_in_force(front, taken)
    datasets = files["datasets.yaml"].replace("holder: bolide", "holder: cars-combes")
    moved = {key: value for key, value in files.items() if "bolide" not in key} | {"datasets.yaml": datasets}
    with pytest.raises(Conflict, match="would hold no more"):
        put_in_force(front, moved)
    elsewhere = {**files, "cubes.yaml": files["cubes.yaml"] + "# another word\n"}
    assert put_in_force(front, elsewhere)
    assert parties.stands("joint-members-bolide") is State.SUSPENDED
    assert isinstance(read(parties), Deny)
    assert whole(parties)


def test_each_loading_of_documents_is_an_act(parties: Parties) -> None:

    files = read_folder(COMMONS)
    assert put_in_force(parties.front, files) is False
    first = seen(parties.front, DOCUMENTS, "documents").state
    assert put_in_force(parties.front, {**files, "cubes.yaml": files["cubes.yaml"] + "# x\n"})
    second = seen(parties.front, DOCUMENTS, "documents").state
    assert (first.edition, second.edition) == (1, 2)
    assert (first.loaded_at, first.digest != second.digest) == (NOON, True)
    assert whole(parties)
