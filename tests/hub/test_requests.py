"""Requests for access through the service: who sees and does what, what is logged, and what a decision then says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import hub.territory
from governance.agreement import State as AgreementState
from governance.negotiation.rgpd import Dpia, LegalBasis, Rgpd
from governance.requests.parts import PartState
from governance.terms.scope import Fields
from hub.clock import FixedClock
from hub.errors import Conflict, NotFound, Refused
from hub.records import Records
from hub.records.log import size
from hub.records.models import LogMark, LogText
from hub.released import Released
from hub.services import negotiate, requests
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.services.negotiate_signing import submit
from hub.services.replay import replay
from hub.services.request_views import described, listed, offers, shown
from tests.hub.parties import Parties

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
COMMONS = Path(hub.territory.__path__[0]) / "commons"
TEXT: dict[str, Any] = {
    "datasets": ["mds-bolide", "mds-trottix"],
    "tier": "bilateral",
    "purpose": "stop-siting",
    "validity": ["2026-04-01T00:00:00+02:00", "2027-04-01T00:00:00+02:00"],
    "terms": {
        "fields": ["start_zone"],
        "spatial_resolution": "h3_8",
        "temporal_resolution": "P1D/hour",
        "retention": "P12M",
    },
    "what_for": "Parking around stations.",
}
YES, NO = requests.Answer(True), requests.Answer(False)


class Still:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> dt.datetime:
        return self.at


@pytest.fixture
def clock() -> Still:
    return Still()


@pytest.fixture
def front(records: Records, tmp_path: Path, clock: Still) -> Front:
    front = Front(records, Released(tmp_path / "released"), clock)
    put_in_force(front, read_folder(COMMONS))
    return front


def asked(front: Front, **change: Any) -> str:
    made = requests.draft(front, {**TEXT, **change}, by="smhc").state.id
    return str(requests.submit(front, made, by="smhc").state.id)


def code(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(*arguments, **named)
    return refusal.value.reasons[0]["code"]


def entries(front: Front) -> list[dict[str, Any]]:
    with front.records.read() as session:
        rows = [json.loads(row.text) for row in session.scalars(select(LogText).order_by(LogText.index))]
    return [row["act"] for row in rows if row.get("type") == "act" and row["act"]["kind"] == "request"]


def test_a_request_goes_its_whole_way_and_the_log_gives_it_again(front: Front, clock: Still) -> None:
    name = requests.draft(front, TEXT, by="smhc").state.id
    assert requests.draft(front, TEXT, by="smhc").state.id == name == "req-smhc-1"
    requests.redraft(front, name, {**TEXT, "what_for": "Bays for scooters."}, by="smhc")
    requests.submit(front, name, by="smhc")
    requests.send_back(front, name, by="bolide", why="which streets?")
    requests.resubmit(front, name, by="smhc", text={**TEXT, "what_for": "Bays in Combeval."})
    clock.at += DAY
    requests.decide(front, name, YES, by="bolide", why="a public need")
    less = requests.Answer(True, terms={"spatial_resolution": "commune"})
    done = requests.decide(front, name, less, by="trottix", why="coarser is enough")
    told = described(front, done)
    assert (told["state"], told["deadline"]) == ("approved_in_part", NOON + 30 * DAY)
    assert [part["state"] for part in told["parts"]] == ["granted", "granted"]
    clock.at = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    requests.renew(front, name, dt.datetime(2028, 4, 1, tzinfo=dt.UTC), by="smhc", why="works are late")
    requests.decide(front, name, YES, by="bolide", why="so be it")
    clock.at = dt.datetime(2027, 5, 1, tzinfo=dt.UTC)
    told = described(front, shown(front, name, by="smhc"))
    assert [part["state"] for part in told["parts"]] == ["entitled", "ended"]
    requests.revoke(front, name, by="bolide", why="misused")
    assert described(front, shown(front, name, by="secretariat"))["state"] == "ended"
    assert [one["what"] for one in entries(front)] == [
        *("drafted", "drafted", "submitted", "returned", "resubmitted", "decided", "decided", "renewed", "decided"),
        "revoked",
    ]
    assert replay(front).differences == ()


def test_silence_refuses_without_anybody_coming_by(front: Front, clock: Still) -> None:
    name = asked(front)
    with front.records.read() as session:
        before = size(session)
    clock.at = NOON + 30 * DAY - dt.timedelta(microseconds=1)
    assert described(front, shown(front, name, by="smhc"))["state"] == "submitted"
    clock.at = NOON + 30 * DAY
    assert described(front, shown(front, name, by="smhc"))["state"] == "refused"
    assert code(requests.decide, front, name, YES, by="bolide", why="late") == "request.step"
    with front.records.read() as session:
        assert size(session) == before


def test_a_holder_sees_the_request_and_its_own_part_alone(front: Front) -> None:
    name = asked(front)
    requests.decide(front, name, NO, by="bolide", why="a secret reason")
    assert set(shown(front, name, by="smhc").state.parts) == {"bolide", "trottix"}
    assert set(shown(front, name, by="secretariat").state.parts) == {"bolide", "trottix"}
    own = shown(front, name, by="trottix")
    assert set(own.state.parts) == {"trottix"}
    assert "secret" not in json.dumps(described(front, own), default=str)
    assert described(front, shown(front, name, by="bolide"))["state"] == "refused"
    for other in ("glisse", "velovif", "itineo", "nobody"):
        assert listed(front, by=other) == []
        with pytest.raises(NotFound):
            shown(front, name, by=other)


def test_a_draft_is_its_authors_alone(front: Front) -> None:
    name = requests.draft(front, TEXT, by="smhc").state.id
    for other in ("bolide", "secretariat"):
        assert listed(front, by=other) == []
        with pytest.raises(NotFound):
            shown(front, name, by=other)
        with pytest.raises(NotFound):
            requests.submit(front, name, by=other)
    assert [one.state.id for one in listed(front, by="smhc")] == [name]


def test_those_concerned_count_it_and_the_other_holders_do_not(front: Front) -> None:
    name = asked(front)
    requests.decide(front, name, NO, by="bolide", why="no")
    with front.records.read() as session:
        texts = {row.index: row.text for row in session.scalars(select(LogText))}
        marks = list(session.scalars(select(LogMark)))
    decided = next(index for index, one in texts.items() if '"what":"decided"' in one)
    submitted = next(index for index, one in texts.items() if '"what":"submitted"' in one)
    assert {one.party for one in marks if one.index == decided} == {"bolide", "smhc"}
    assert {one.party for one in marks if one.index == submitted} == {"bolide", "smhc", "trottix"}


def test_nobody_decides_for_another_nor_on_its_own_request(front: Front) -> None:
    name = asked(front)
    assert code(requests.decide, front, name, YES, by="smhc", why="I want it") == "request.own_holding"
    assert code(requests.decide, front, name, YES, by="secretariat", why="fine") == "request.not_holder"
    assert code(requests.close, front, name, by="bolide") == "request.not_applicant"
    assert code(requests.renew, front, name, NOON + 900 * DAY, by="bolide", why="x") == "request.step"
    with pytest.raises(NotFound):
        requests.decide(front, name, YES, by="glisse", why="x")
    assert code(requests.decide, front, name, YES, by="bolide", why=" ") == "request.reason_owed"
    assert shown(front, name, by="smhc").revision == 2


def edit(front: Front, file: str, old: str, new: str) -> None:
    files = read_folder(COMMONS)
    assert old in files[file]
    put_in_force(front, {**files, file: files[file].replace(old, new, 1)})


BOLIDE = "    college: operators\n    holding: bolide\n    status: active"


def test_a_merger_since_takes_the_decision_away(front: Front) -> None:
    name = asked(front)
    edit(front, "members.yaml", BOLIDE, BOLIDE.replace("holding: bolide", "holding: smhc"))
    assert code(requests.decide, front, name, YES, by="bolide", why="for us") == "request.own_holding"


def test_a_member_that_is_not_active_does_nothing(front: Front) -> None:
    name = asked(front)
    edit(front, "members.yaml", BOLIDE, BOLIDE.replace("status: active", "status: left"))
    assert code(requests.decide, front, name, NO, by="bolide", why="no") == "actor.inactive"
    with pytest.raises(NotFound):
        shown(front, name, by="bolide")


def test_a_suspended_member_asks_and_approves_nothing_but_may_refuse(front: Front) -> None:
    name = asked(front)
    edit(front, "members.yaml", BOLIDE, f"{BOLIDE}\n    sanction: 5")
    assert code(requests.draft, front, {**TEXT, "datasets": ["mds-glisse"]}, by="bolide") == "sanction.forbids"
    assert code(requests.decide, front, name, YES, by="bolide", why="yes") == "sanction.forbids"
    done = requests.decide(front, name, NO, by="bolide", why="no")
    assert done.state.part_at("bolide", NOON) is PartState.REFUSED


def test_who_acts_on_what_it_saw_is_told_when_it_was_overtaken(front: Front) -> None:
    name = asked(front)
    requests.decide(front, name, NO, by="trottix", why="no", revision=2)
    with pytest.raises(Conflict):
        requests.decide(front, name, YES, by="bolide", why="yes", revision=2)
    requests.decide(front, name, YES, by="bolide", why="yes", revision=3)


def test_the_same_answer_twice_is_one_act(front: Front) -> None:
    name = asked(front)
    for _ in range(2):
        requests.decide(front, name, YES, by="bolide", why="yes")
    assert shown(front, name, by="smhc").revision == 3


def test_a_second_request_of_the_same_text_is_another_one(front: Front) -> None:
    first = asked(front)
    requests.close(front, first, by="smhc")
    assert asked(front) == "req-smhc-2"
    assert replay(front).differences == ()


def test_offers_are_the_approved_parts_as_their_readers_may_see_them(front: Front) -> None:
    name = asked(front)
    assert offers(front, name, by="smhc") == ()
    requests.decide(front, name, YES, by="bolide", why="yes")
    requests.decide(front, name, requests.Answer(True, terms={"delay": "P7D"}), by="trottix", why="yes")
    assert [one.id for one in offers(front, name, by="smhc")] == ["req-smhc-1-mds-bolide", "req-smhc-1-mds-trottix"]
    (own,) = offers(front, name, by="trottix")
    assert own.terms["delay"].plain() == "P7D"
    assert own.terms["fields"].plain() == ["start_zone"]


def test_an_approval_alone_gives_no_right_and_revoking_ends_the_agreement_that_came_of_it(
    front: Front, clock: Still
) -> None:
    name = asked(front)
    requests.decide(front, name, YES, by="bolide", why="yes")
    assert described(front, shown(front, name, by="smhc"))["parts"][0]["agreements"] == []
    parties = Parties(front, clock)  # type: ignore[arg-type]
    agreement = "req-smhc-1-mds-bolide"
    assert parties.state(agreement).last.author == "bolide"  # the draft is there, to be completed by its holder
    (offer,) = offers(front, name, by="bolide")
    terms = {**offer.terms, "fields": Fields(frozenset({"trips.start_zone"}))}
    whole = replace(offer, terms=terms, rgpd=Rgpd(LegalBasis.PUBLIC_TASK, Dpia.DONE, "R-2026-09"))
    negotiate.draft(front, whole, by="bolide", why="Completed.")
    last = negotiate.propose(front, agreement, by="bolide").state.last
    negotiate.accept(front, agreement, last.hash, by="smhc")
    for member in ("bolide", "smhc"):
        submit(front, parties.handed(member, last.text))
    told = described(front, shown(front, name, by="smhc"))["parts"][0]["agreements"]
    assert [(one["dataset"], one["state"]) for one in told] == [("mds-bolide", "verified")]
    requests.revoke(front, name, by="bolide", why="misused")
    assert parties.stands(agreement) is AgreementState.TERMINATED
    assert not any(one.binding for one in current_world(front).agreements if one.id == agreement)
    assert replay(front).differences == ()


def test_a_state_that_was_changed_beside_the_log_is_found(front: Front) -> None:
    name = asked(front)
    with front.records.engine.begin() as connection:
        connection.execute(text("UPDATE thing SET revision = 9 WHERE kind = 'request'"))
    assert replay(front).differences == (f"request {name}: kept at revision 9, the log comes to 2",)


def test_fixed_clocks_serve_too(records: Records, tmp_path: Path) -> None:
    front = Front(records, Released(tmp_path / "released"), FixedClock(NOON))
    put_in_force(front, read_folder(COMMONS))
    assert described(front, requests.draft(front, TEXT, by="smhc"))["drafted_at"] == NOON
