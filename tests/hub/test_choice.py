"""Collective choice through the services, on both databases: votes that bind, admissions, the charter, the parent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

import hub.territory
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.choice.candidate import Candidate
from governance.choice.charter import SIGNS
from governance.choice.membership import Stage as Belonging
from governance.choice.proposal import Proposal, Stage
from governance.parties import Kind, Status
from governance.periods import Period
from governance.signing import new_key, public_text, sign
from governance.terms.floors import MinTrips
from hub.clock import FixedClock
from hub.errors import Conflict, NotFound, Refused
from hub.records import Records
from hub.released import Released
from hub.services import admission, charter, closing, proposals, rules, sanctions, signing
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.services.replay import replay

COMMONS = Path(hub.territory.__path__[0]) / "commons"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
OPERATORS = ("trottix", "velovif", "bolide", "glisse")
EVERYBODY = ("smhc", "cars-combes", "combecycle", *OPERATORS, "itineo", "labo-mobilites", "usagers-hc")
BASIN = """
id: hautes-combes
name: {fr: Les Hautes-Combes, en: Hautes-Combes}
time_zone: Europe/Paris
"""
CHARTER = """
charter:
  version: {version}
  title: {{fr: Charte du commun, en: Charter of the commons}}
  text: {{fr: "Chacun garde ses données.", en: "Everybody keeps its data."}}
  sign_by: 2026-04-01
mandate:
  by: {{fr: Région des Combes, en: Region of the Combes}}
  basis: {{fr: "Délibération 12 du 3 mai 2025", en: "Deliberation 12 of 3 May 2025"}}
  until: 2027-01-01
"""
STRICTER = {"floors.members.min_trips": 20}
LOOSER = {"floors.members.min_trips": 5}
NEW = Candidate(
    Sentence("Le Vélo", "The Bike"), Kind.OPERATOR, "operators", "velo", Sentence("Vélo", "Bike"), "732829320"
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def front(records: Records, tmp_path: Path, clock: FixedClock) -> Front:
    made = Front(records, Released(tmp_path / "released"), clock)
    put_in_force(made, documents())
    return made


def documents(*, charter_version: int = 1) -> dict[str, str]:
    return {**read_folder(COMMONS), "commons.yaml": BASIN + CHARTER.format(version=charter_version)}


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.RaisesExc(Refused, check=lambda refusal: refusal.reasons[0]["code"] == code)


def vote(front: Front, proposal: str, yes: tuple[str, ...], no: tuple[str, ...] = ()) -> None:
    for member in yes:
        proposals.ballot(front, proposal, "yes", by=member)
    for member in no:
        proposals.ballot(front, proposal, "no", by=member)


def ended(front: Front, clock: FixedClock, proposal: str) -> Proposal:
    clock.now = proposals.one(front, proposal).state.closes_at
    return closing.close(front, proposal)


def k(front: Front, first: dt.date) -> object:
    floors = current_world(front).floors_for(Audience.MEMBERS, Period(first, first + DAY))
    assert floors is not None
    return floors.terms[MinTrips.name].plain()


def test_a_tightening_is_voted_and_holds_at_once(front: Front, clock: FixedClock) -> None:
    before = current_world(front).ruleset
    opened = proposals.propose(front, STRICTER, by="bolide", why="Trop peu de trajets par case.")
    assert (opened.id, opened.text["nature"], opened.concerned) == ("rules-1", "tightening", ())
    assert current_world(front).ruleset.hash() == before.hash()
    vote(front, "rules-1", ("smhc", "bolide", "glisse"), ("itineo",))
    done = ended(front, clock, "rules-1")
    assert done.tally is not None
    # 35 of the authorities, 2 of 5 holdings of the operators (14), 1 of 2 of the users (10, against): 49 of 59.
    assert (done.tally["total"]["cast"], done.tally["total"]["yes"], done.tally["yes_percent"]) == ("59", "49", 83)
    assert (done.stage, done.tally["short"]) == (Stage.ENACTED, [])
    world = current_world(front)
    assert (world.ruleset.version, k(front, dt.date(2025, 1, 1))) == (before.version + 1, 20)
    assert world.rulesets == {before.hash(), world.ruleset.hash()}
    assert [(one.ruleset.version, one.proposal) for one in rules.history(front)] == [(1, ""), (2, "rules-1")]
    assert replay(front).differences == ()


def test_without_the_quorum_nothing_is_decided(front: Front, clock: FixedClock) -> None:
    proposals.propose(front, STRICTER, by="bolide", why="x")
    vote(front, "rules-1", ("smhc", "bolide"))
    done = ended(front, clock, "rules-1")
    assert done.tally is not None
    assert (done.stage, done.tally["short"]) == (Stage.LAPSED, ["quorum"])
    assert current_world(front).ruleset.version == 1
    assert replay(front).differences == ()


def test_a_loosening_needs_two_thirds_two_colleges_and_each_holder(front: Front, clock: FixedClock) -> None:
    opened = proposals.propose(front, LOOSER, by="smhc", why="Les petites communes sont vides.")
    assert (opened.text["nature"], opened.concerned) == ("loosening", tuple(sorted(OPERATORS)))
    vote(front, "rules-1", EVERYBODY)
    for holder in OPERATORS[:-1]:
        proposals.consent(front, "rules-1", by=holder)
    clock.now += 1 * DAY
    with refused("proposal.running"):  # everybody has voted, but a holder has not answered
        closing.close(front, "rules-1", by="smhc")
    proposals.consent(front, "rules-1", by="glisse", consents=False)
    done = closing.close(front, "rules-1", by="smhc")  # everybody has answered: no need to wait
    assert done.tally is not None
    assert (done.stage, done.tally["short"], done.tally["missing"]) == (Stage.REJECTED, ["consent"], ["glisse"])

    proposals.propose(front, LOOSER, by="smhc", why="encore")
    vote(front, "rules-2", EVERYBODY)
    for holder in OPERATORS:
        proposals.consent(front, "rules-2", by=holder)
    clock.now += 1 * DAY
    done = closing.close(front, "rules-2", by="bolide")
    assert done.stage is Stage.ENACTED
    assert [k(front, clock.now.date() + n * DAY) for n in (-30, -1, 0, 1, 30)] == [10, 10, 10, 5, 5]
    assert replay(front).differences == ()


def test_a_holder_takes_its_consent_back(front: Front, clock: FixedClock) -> None:
    proposals.propose(front, LOOSER, by="smhc", why="x")
    vote(front, "rules-1", EVERYBODY)
    for holder in OPERATORS:
        proposals.consent(front, "rules-1", by=holder)
    proposals.consent(front, "rules-1", by="bolide", consents=False)
    assert ended(front, clock, "rules-1").tally["missing"] == ["bolide"]  # type: ignore[index]


def test_two_thirds_of_the_weight_in_one_college_are_not_enough(front: Front, clock: FixedClock) -> None:
    """A rule of procedure: no consent is owed, but a simple majority does not do."""
    proposals.propose(front, {"voting.quorum_percent": 40}, by="smhc", why="x")
    vote(front, "rules-1", ("smhc",), ("itineo", "usagers-hc"))  # 35 for, 20 against: 64 %
    assert ended(front, clock, "rules-1").tally["short"] == ["majority", "colleges"]  # type: ignore[index]
    assert current_world(front).ruleset.voting.quorum_percent == 50


def test_a_vote_runs_until_its_end(front: Front, clock: FixedClock) -> None:
    opened = proposals.propose(front, STRICTER, by="bolide", why="x")
    assert opened.closes_at == NOON + 14 * DAY
    proposals.ballot(front, "rules-1", "no", by="smhc")
    proposals.ballot(front, "rules-1", "yes", by="smhc")
    clock.now = opened.closes_at - dt.timedelta(microseconds=1)
    with refused("proposal.running"):
        closing.close(front, "rules-1")
    proposals.ballot(front, "rules-1", "yes", by="glisse")
    assert closing.close_due(front) == []
    clock.now = opened.closes_at
    with refused("ballot.late"):
        proposals.ballot(front, "rules-1", "yes", by="itineo")
    with refused("ballot.late"):
        proposals.withdraw(front, "rules-1", by="bolide")
    assert [one.id for one in closing.close_due(front)] == ["rules-1"]
    assert closing.close(front, "rules-1").stage is Stage.LAPSED  # closed once, told as often as asked
    with refused("proposal.step"):
        proposals.ballot(front, "rules-1", "yes", by="itineo")
    assert replay(front).differences == ()


def test_who_has_no_voice_does_not_take_part(front: Front) -> None:
    proposals.propose(front, STRICTER, by="secretariat", why="x")  # it proposes, but does not vote
    with refused("ballot.not_entitled"):
        proposals.ballot(front, "rules-1", "yes", by="secretariat")
    with refused("actor.unknown"):
        proposals.ballot(front, "rules-1", "yes", by="nobody")
    with refused("actor.unknown"):
        proposals.propose(front, LOOSER, by="hub", why="x")
    with refused("consent.not_owed"):
        proposals.consent(front, "rules-1", by="bolide")
    with refused("proposal.not_yours"):
        proposals.withdraw(front, "rules-1", by="smhc")
    with refused("proposal.why"):
        proposals.propose(front, LOOSER, by="smhc", why="")
    with refused("proposal.alike"):
        proposals.propose(front, STRICTER, by="smhc", why="y")
    with refused("proposal.id"):
        proposals.propose(front, LOOSER, by="smhc", why="y", proposal="../x")
    with refused("rules.path"):
        proposals.propose(front, {"floors.open.min_tripz": 1}, by="smhc", why="y")
    with refused("actor.unknown"):
        closing.close(front, "rules-1", by="nobody")
    with pytest.raises(NotFound):
        proposals.ballot(front, "rules-9", "yes", by="smhc")
    with pytest.raises(Conflict):
        proposals.ballot(front, "rules-1", "yes", by="smhc", revision=7)
    proposals.propose(front, LOOSER, by="smhc", why="y")
    with refused("consent.no_holder"):
        proposals.consent(front, "rules-2", by="itineo")
    assert proposals.withdraw(front, "rules-2", by="smhc").stage is Stage.WITHDRAWN
    assert replay(front).differences == ()


def test_what_voters_saw_is_what_is_enacted_or_nothing(front: Front, clock: FixedClock) -> None:
    """Voted as a tightening from 10 to 12, it would have become a loosening once 20 was in force."""
    proposals.propose(front, {"floors.members.min_trips": 12}, by="bolide", why="x", proposal="twelve")
    proposals.propose(front, STRICTER, by="glisse", why="x", proposal="twenty")
    proposals.propose(front, {"deadlines.hearing_days": 20}, by="glisse", why="x", proposal="hearing")
    for name in ("twelve", "twenty", "hearing"):
        vote(front, name, EVERYBODY)
    assert ended(front, clock, "twenty").stage is Stage.ENACTED
    done = closing.close(front, "twelve")
    assert (done.stage, done.tally["short"]) == (Stage.LAPSED, ["overtaken"])  # type: ignore[index]
    assert closing.close(front, "hearing").stage is Stage.ENACTED  # other rules than those that changed
    world = current_world(front)
    assert (world.ruleset.version, world.ruleset.deadlines.hearing_days, k(front, NOON.date())) == (3, 20, 20)
    assert replay(front).differences == ()


def test_weights_that_were_voted_hold_for_the_next_vote(front: Front, clock: FixedClock) -> None:
    wanted = {"colleges.users.weight_percent": 10, "colleges.research.weight_percent": 20}
    proposals.propose(front, wanted, by="labo-mobilites", why="x")
    proposals.propose(front, STRICTER, by="bolide", why="x")
    vote(front, "rules-1", EVERYBODY)
    assert closing.close(front, "rules-1", by="smhc").stage is Stage.ENACTED
    world = current_world(front)
    assert {name: one.weight_percent for name, one in world.colleges.items()} == world.ruleset.weights
    assert proposals.one(front, "rules-2").state.roll.weights["users"] == 20  # the roll was drawn up before
    later = proposals.propose(front, {"deadlines.hearing_days": 20}, by="bolide", why="x")
    assert later.roll.shares()["labo-mobilites"] == 20


def test_once_voted_on_rules_come_from_votes_alone(front: Front, clock: FixedClock) -> None:
    proposals.propose(front, STRICTER, by="bolide", why="x")
    vote(front, "rules-1", EVERYBODY)
    assert closing.close(front, "rules-1", by="smhc").stage is Stage.ENACTED
    files = documents()
    looser = files["ruleset.yaml"].replace("min_trips: 10", "min_trips: 1")
    with pytest.raises(Conflict, match="never voted"):
        put_in_force(front, {**files, "ruleset.yaml": looser})
    put_in_force(front, {**files, "purposes.yaml": files["purposes.yaml"] + "\n# read again\n"})
    assert k(front, NOON.date()) == 20


def test_a_nested_commons_does_not_undercut_its_parent(front: Front, clock: FixedClock) -> None:
    files = documents()
    put_in_force(front, {**files, "parent.yaml": files["ruleset.yaml"]})
    with refused("rules.parent"):
        proposals.propose(front, LOOSER, by="smhc", why="x")
    proposals.propose(front, STRICTER, by="smhc", why="x")
    vote(front, "rules-1", EVERYBODY)
    stricter = files["ruleset.yaml"].replace("min_trips: 10", "min_trips: 30")
    assert "floors.members.min_trips" in rules.looser_than(front, stricter, file="parent.yaml")
    assert rules.looser_than(front, files["ruleset.yaml"], file="parent.yaml") == ()
    assert closing.close(front, "rules-1", by="smhc").stage is Stage.ENACTED
    assert rules.looser_than(front, files["ruleset.yaml"], file="parent.yaml") == ()
    assert [one.path for one in rules.difference(front, 1, 2)] == ["floors.members.min_trips"]
    assert [one.path for one in rules.tried(front, LOOSER)] == ["floors.members.min_trips"]
    with pytest.raises(NotFound, match="no version 7"):
        rules.version(front, 7)


def test_a_parent_that_is_stricter_than_what_was_voted_is_not_taken_on(front: Front) -> None:
    proposals.propose(front, LOOSER, by="smhc", why="x")
    vote(front, "rules-1", EVERYBODY)
    for holder in OPERATORS:
        proposals.consent(front, "rules-1", by=holder)
    assert closing.close(front, "rules-1").stage is Stage.ENACTED
    files = documents()
    with pytest.raises(Conflict, match=r"looser than parent\.yaml: floors\.members\.min_trips"):
        put_in_force(front, {**files, "parent.yaml": files["ruleset.yaml"]})


def test_a_member_is_admitted_by_a_vote_and_active_when_it_signed(front: Front, clock: FixedClock) -> None:
    applied = admission.apply(front, "velo", NEW, by="smhc", why="Nouvel opérateur.")
    assert (applied.stage, applied.proposal) == (Belonging.APPLIED, "admission-velo-1")
    with refused("proposal.alike"):
        admission.apply(front, "velo", replace(NEW, siren=""), by="smhc", why="y")
    with refused("proposal.step"):
        proposals.withdraw(front, "admission-velo-1", by="smhc")
    vote(front, "admission-velo-1", ("smhc", "bolide", "itineo"))
    assert ended(front, clock, "admission-velo-1").stage is Stage.ENACTED
    assert current_world(front).members["velo"].status is Status.CANDIDATE
    with refused("actor.inactive"):
        proposals.propose(front, STRICTER, by="velo", why="x")
    key = new_key()
    signing.register(front, "velo", public_text(key), by="velo")
    text = charter.text_to_sign(front)
    for wrong in (sign(key, "agreement", "velo", text), sign(new_key(), SIGNS, "velo", text), "nonsense"):
        with refused("signature.invalid"):
            charter.submit(front, "velo", wrong)
    charter.submit(front, "velo", sign(key, SIGNS, "velo", text))
    assert current_world(front).members["velo"].status is Status.ACTIVE
    assert "velo" in proposals.propose(front, STRICTER, by="velo", why="x").roll.members
    assert replay(front).differences == ()


def test_who_is_not_wanted_is_refused_and_may_try_again(front: Front, clock: FixedClock) -> None:
    admission.apply(front, "velo", NEW, by="smhc", why="x")
    vote(front, "admission-velo-1", ("smhc",), ("bolide", "glisse", "combecycle", "cars-combes", "trottix", "itineo"))
    assert ended(front, clock, "admission-velo-1").stage is Stage.REJECTED  # 35 for it, 41.5 against
    assert "velo" not in current_world(front).members
    assert admission.one(front, "velo").state.stage is Belonging.REFUSED
    assert admission.apply(front, "velo", NEW, by="glisse", why="x").proposal == "admission-velo-2"


def test_of_two_with_one_siren_the_second_is_not_admitted(front: Front, clock: FixedClock) -> None:
    admission.apply(front, "velo", NEW, by="smhc", why="x")
    twin = replace(NEW, holding="twin", holding_name=Sentence("Jumeau", "Twin"))
    admission.apply(front, "twin", twin, by="smhc", why="x")
    for name in ("admission-velo-1", "admission-twin-1"):
        vote(front, name, EVERYBODY)
    assert closing.close(front, "admission-velo-1").stage is Stage.ENACTED
    done = closing.close(front, "admission-twin-1")
    assert (done.stage, done.tally["short"]) == (Stage.LAPSED, ["overtaken"])  # type: ignore[index]
    assert "twin" not in current_world(front).members


def test_the_group_of_a_candidate_does_not_vote_on_it(front: Front) -> None:
    third = replace(NEW, holding="groupe-alizes", holding_name=None)
    admission.apply(front, "velo", third, by="trottix", why="x")
    with refused("ballot.not_entitled"):
        proposals.ballot(front, "admission-velo-1", "yes", by="velovif")


def test_a_vote_excludes_a_member_without_its_own_group(front: Front, clock: FixedClock) -> None:
    charge = sanctions.Charge("trottix", "A republié un extrait malgré son engagement.", level=6)
    case = sanctions.open_case(front, charge, by="smhc").id
    with pytest.raises(NotFound):  # a case is told to those whom it concerns, and to everybody once they vote on it
        proposals.propose_sanction(front, case, by="bolide", why="Faits répétés.")
    opened = proposals.propose_sanction(front, case, by="smhc", why="Faits répétés.")
    assert "republié" in str(opened.text["facts"])
    assert (opened.needed.yes_percent, opened.roll.members) == (67, frozenset(EVERYBODY) - {"trottix", "velovif"})
    with refused("ballot.not_entitled"):
        proposals.ballot(front, opened.id, "no", by="velovif")
    vote(front, opened.id, ("smhc", "bolide", "labo-mobilites"), ("itineo",))  # 53.75 of 63.75: 84 %
    done = ended(front, clock, opened.id)
    assert done.tally is not None
    assert (done.stage, done.tally["yes_percent"]) == (Stage.ENACTED, 84)
    decided = sanctions.decide(front, case, by="secretariat", to=1, why="Voté par les membres.", vote=opened.id)
    assert decided.step is not None
    assert current_world(front).members["trottix"].sanction == 1  # one step a decision, the vote's too
    with pytest.raises(NotFound):
        proposals.propose_sanction(front, "nobody-1", by="smhc", why="x")
    assert replay(front).differences == ()


def test_a_member_leaves_after_its_notice(front: Front, clock: FixedClock) -> None:
    with refused("membership.not_yours"):
        admission.leave(front, "glisse", by="secretariat")
    left = admission.leave(front, "glisse", by="glisse", why="Fin d'activité.")
    assert left.leaves_at == NOON + 30 * DAY
    assert current_world(front).members["glisse"].status is Status.ACTIVE
    clock.now += 10 * DAY
    with refused("membership.step"):
        admission.leave(front, "glisse", by="glisse")
    admission.stay(front, "glisse", by="glisse")
    again = admission.leave(front, "glisse", by="glisse")
    assert again.leaves_at == clock.now + 30 * DAY
    clock.now += 30 * DAY
    assert current_world(front).members["glisse"].status is Status.LEFT
    with refused("actor.inactive"):
        admission.stay(front, "glisse", by="glisse")
    with pytest.raises(NotFound):
        admission.leave(front, "nobody", by="nobody")
    assert replay(front).differences == ()


def test_whoever_left_before_the_end_of_a_vote_is_not_counted(front: Front, clock: FixedClock) -> None:
    admission.leave(front, "smhc", by="smhc")
    clock.now += 20 * DAY
    opened = proposals.propose(front, STRICTER, by="bolide", why="x")
    vote(front, "rules-1", ("bolide",), ("smhc",))
    assert opened.closes_at > NOON + 30 * DAY
    done = ended(front, clock, "rules-1")
    assert done.tally is not None
    assert "authorities" not in done.tally["colleges"]
    assert done.tally["total"] == {"cast": "7", "entitled": "65", "yes": "7", "no": "0", "abstain": "0"}


def test_a_merger_while_ballots_are_cast_changes_no_weight(front: Front, clock: FixedClock) -> None:
    proposals.propose(front, STRICTER, by="bolide", why="x")
    vote(front, "rules-1", ("smhc",), ("cars-combes", "combecycle", "glisse", "itineo"))
    for member in ("cars-combes", "combecycle"):
        admission.regroup(front, member, "glisse", by=member, why="Rachat.")
        admission.regroup(front, member, "glisse", by="secretariat", why="Extrait du registre.")
    assert current_world(front).members["combecycle"].holding == "glisse"
    done = ended(front, clock, "rules-1")
    assert done.tally is not None
    assert (done.tally["total"]["yes"], done.tally["total"]["no"]) == ("35", "31")
    assert replay(front).differences == ()


def test_a_merger_is_declared_by_the_member_and_recorded_by_the_secretariat(front: Front) -> None:
    with refused("membership.not_declared"):
        admission.regroup(front, "glisse", "groupe-alizes", by="secretariat", why="Extrait du registre.")
    admission.regroup(front, "glisse", "groupe-alizes", by="glisse", why="Rachat.")
    assert current_world(front).members["glisse"].holding == "glisse"
    with refused("membership.not_declared"):
        admission.regroup(front, "glisse", "bolide", by="secretariat", why="Extrait du registre.")
    with refused("choice.secretariat"):
        admission.regroup(front, "glisse", "groupe-alizes", by="bolide", why="Rachat.")
    admission.regroup(front, "glisse", "groupe-alizes", by="secretariat", why="Extrait du registre.")
    world = current_world(front)
    assert world.holding_of("mds-glisse") == world.holding_of("mds-trottix") == "groupe-alizes"
    with refused("membership.same_holding"):
        admission.regroup(front, "glisse", "groupe-alizes", by="secretariat", why="x")
    with refused("membership.holding"):
        admission.regroup(front, "glisse", "brand-new", by="secretariat", why="x")
    assert replay(front).differences == ()


def test_a_new_charter_asks_for_new_signatures(front: Front, clock: FixedClock) -> None:
    signing.new_in_hub(front, "bolide", "une phrase assez longue", by="bolide")
    signed = charter.sign(front, "bolide", "une phrase assez longue")
    assert [one.version for one in signed.signatures] == [1]
    assert charter.sign(front, "bolide", "une phrase assez longue") == signed  # asked for twice, done once
    told = {one.member: one for one in charter.standings(front)}
    assert (told["bolide"].current, told["glisse"].current, told["glisse"].overdue) == (True, False, False)
    clock.now = dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)  # midnight of 1 April in Paris
    told = {one.member: one for one in charter.standings(front)}
    assert (told["bolide"].overdue, told["glisse"].overdue) == (False, True)
    put_in_force(front, documents(charter_version=2))
    told = {one.member: one for one in charter.standings(front)}
    assert (told["bolide"].current, told["bolide"].signed is not None) == (False, True)
    assert [one.version for one in charter.sign(front, "bolide", "une phrase assez longue").signatures] == [1, 2]
    with refused("charter.stranger"):
        charter.submit(front, "nobody", "x")
    assert replay(front).differences == ()


def test_a_mandate_ends_by_the_clock(front: Front) -> None:
    mandate = current_world(front).basin.mandate
    assert mandate is not None
    end = dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC)
    assert (mandate.ended(end - dt.timedelta(microseconds=1)), mandate.ended(end)) == (False, True)
