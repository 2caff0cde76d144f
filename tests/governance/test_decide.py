"""Decisions on the demo's commons: what is permitted, and each way to be refused with its code and clause."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from governance.agreement import Agreement, State
from governance.ask import Used
from governance.audiences import Audience
from governance.bilingual import Sentence
from governance.datasets import Dataset
from governance.decide import decide
from governance.decision import Deny, Permit, Step
from governance.disclosure.interlock import claim, may_stand_beside
from governance.disclosure.rules import rules_of
from governance.obligations import Obligations, read_obligations
from governance.parties import Sanction, Status
from governance.periods import Period
from governance.request import Action, Request
from governance.ruleset import Superseded
from governance.terms.floors import MinTrips
from governance.terms.scope import Validity
from governance.terms.vocabulary import OPTIONAL
from governance.verdicts import ALLOWED
from governance.world import Prohibition, World

FLOWS = "flows-h3_8-month"


@pytest.fixture
def build(later: dt.datetime, year: Period) -> Request:
    return Request("secretariat", Action.RELEASE, FLOWS, Audience.MEMBERS, "mobility-planning", later, year)


@pytest.fixture
def read(build: Request, world: World) -> Request:
    """A journey planner reads the members' release to site stops."""
    permit = decide(build, world)
    assert isinstance(permit, Permit)
    return replace(build, actor="itineo", action=Action.READ, purpose="stop-siting", applied=permit.obligations)


@pytest.fixture
def feed(later: dt.datetime) -> Request:
    return Request(None, Action.READ, "bus-hautes-combes", Audience.OPEN, "open-reuse", later)


def refused(request: Request, world: World) -> tuple[int, str, str]:
    """Step, code and clause of the first reason."""
    decision = decide(request, world)
    assert isinstance(decision, Deny), decision
    reason = decision.reasons[0]
    return int(reason.step), reason.denied.code, reason.denied.clause


def permitted(request: Request, world: World) -> Permit:
    decision = decide(request, world)
    assert isinstance(decision, Permit), decision
    return decision


def with_member(world: World, name: str, **changes: Any) -> World:
    return replace(world, members={**world.members, name: replace(world.members[name], **changes)})


def with_agreement(world: World, name: str, **changes: Any) -> World:
    changed = tuple(replace(one, **changes) if one.id == name else one for one in world.agreements)
    return replace(world, agreements=changed)


def public(world: World, dataset: str) -> dict[str, Dataset]:
    """The datasets, with the trips of one of them public elsewhere."""
    return {**world.datasets, dataset: replace(world.datasets[dataset], public_parts=frozenset({"trips"}))}


def without(world: World, *names: str) -> World:
    return replace(world, agreements=tuple(one for one in world.agreements if one.id not in names))


class TestPermits:
    def test_a_release_for_the_members(self, build: Request, world: World) -> None:
        permit = permitted(build, world)
        assert permit.grants == {
            f"mds-{operator}": f"joint-members-{operator}@1" for operator in ("bolide", "glisse", "trottix", "velovif")
        }
        rules = rules_of(permit.obligations, world.cubes[FLOWS])
        # Bolide asks for 4 vehicles, Glisse for 80 %, the rest are the voted floors; no user id, no prior on trips.
        assert (rules.min_trips, rules.min_vehicles, rules.min_users, rules.min_holders) == (10, 4, None, 3)
        assert (rules.max_share_percent, rules.p_percent, rules.coalition, rules.rounding) == (80, 10, 1, 1)
        assert permit.obligations.holders == {"groupe-alizes", "bolide", "glisse"}
        assert permit.obligations.named == frozenset()

    def test_a_release_for_the_authority_knows_the_waivers(self, build: Request, world: World) -> None:
        permit = permitted(replace(build, audience=Audience.AUTHORITY), world)
        assert permit.obligations.named == {"groupe-alizes", "bolide"}
        # Glisse gave none, so the two take no effect.
        assert rules_of(permit.obligations, world.cubes[FLOWS]).named == frozenset()
        assert rules_of(permit.obligations, world.cubes[FLOWS]).coalition == 0

    @pytest.mark.parametrize("name", ["joint-authority-trottix", "joint-authority-velovif"])
    def test_a_holding_is_named_only_if_all_its_members_waive(self, build: Request, world: World, name: str) -> None:
        waiving = next(one for one in world.agreements if one.id == name)
        secret = {clause: term for clause, term in waiving.terms.items() if clause != "named"}
        half = with_agreement(world, name, terms=secret)
        assert permitted(replace(build, audience=Audience.AUTHORITY), half).obligations.named == {"bolide"}

    def test_both_releases_may_stand_beside_one_another(self, build: Request, world: World, year: Period) -> None:
        claims = [
            claim(
                world.cubes[FLOWS],
                id=audience.value,
                period=year,
                inputs="batches",
                obligations=permitted(replace(build, audience=audience), world).obligations,
            )
            for audience in (Audience.MEMBERS, Audience.AUTHORITY)
        ]
        assert may_stand_beside(claims[1], claims[:1]) == ALLOWED
        assert may_stand_beside(claims[0], claims[1:]) == ALLOWED

    def test_an_open_feed_raises_p_for_what_it_lets_rivals_estimate(self, build: Request, world: World) -> None:
        # Trottix's GBFS shows parked scooters: p* = 100 * 10 / 50 = 20 for dwell, 10 for trips.
        dwell = permitted(replace(build, subject="dwell-h3_8-month"), world).obligations
        assert rules_of(dwell, world.cubes["dwell-h3_8-month"]).p_percent == 20

    def test_reading_what_was_released(self, read: Request, world: World) -> None:
        permit = permitted(read, world)
        assert {term.name for term in permit.obligations.promises()} >= {"retention", "redistribution"}

    def test_the_authority_reads_its_release(self, build: Request, world: World) -> None:
        obligations = permitted(replace(build, audience=Audience.AUTHORITY), world).obligations
        asked = replace(build, actor="smhc", action=Action.READ, audience=Audience.AUTHORITY, applied=obligations)
        assert permitted(asked, world).grants["mds-glisse"] == "joint-authority-glisse@1"

    def test_anyone_reads_an_open_feed(self, feed: Request, world: World) -> None:
        assert permitted(feed, world).grants == {"bus-hautes-combes": "open-bus-hautes-combes@1"}
        assert permitted(replace(feed, actor="itineo"), world).grants == permitted(feed, world).grants

    def test_the_holder_or_the_secretariat_publishes(self, feed: Request, world: World) -> None:
        for actor in ("secretariat", "cars-combes"):
            permitted(replace(feed, actor=actor, action=Action.PUBLISH_OPEN), world)

    def test_a_holder_reads_its_own(self, feed: Request, world: World) -> None:
        own = replace(feed, actor="bolide", subject="mds-bolide", audience=Audience.HOLDER)
        assert permitted(own, world).obligations.terms == {}

    def test_every_step_is_explained(self, read: Request, world: World) -> None:
        permit = permitted(read, world)
        steps = [passed.step for passed in permit.because]
        assert steps == sorted(steps)
        assert set(steps) == set(Step)
        for dataset, key in permit.grants.items():
            tested = {passed.clause for passed in permit.because if passed.dataset == dataset}
            agreement = next(one for one in world.agreements if one.key == key)
            promised = {term.name for term in agreement.clauses() if term.promised}
            assert {term.name for term in agreement.clauses()} - promised <= tested

    def test_obligations_are_stored_and_read_again(self, read: Request, world: World) -> None:
        obligations = permitted(read, world).obligations
        assert read_obligations(obligations.plain()) == obligations
        assert read_obligations(obligations.plain()).digest == obligations.digest
        assert obligations.holdings["mds-velovif"] == "groupe-alizes"
        merged = replace(obligations, holdings={**obligations.holdings, "mds-velovif": "bolide"})
        assert merged.digest != obligations.digest

    def test_the_single_most_permissive_agreement_carries(self, build: Request, world: World) -> None:
        bolide = next(one for one in world.agreements if one.id == "joint-members-bolide")
        # The other asks for no more vehicles than the floors do: it carries, and nothing of the first is mixed in.
        terms = {name: term for name, term in bolide.terms.items() if name != "min_vehicles"}
        loose = replace(bolide, id="another", terms=terms)
        both = replace(world, agreements=(*world.agreements, loose))
        assert permitted(build, both).grants["mds-bolide"] == "another@1"
        assert permitted(build, both).obligations.terms["min_vehicles"].plain() == 3


AT_LATER = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"actor": "nobody"}, (1, "actor.unknown", "member")),
            ({"actor": None}, (1, "actor.anonymous", "member")),
            ({"purpose": "spying"}, (1, "purpose.unknown", "purpose")),
            ({"subject": "flows-by-street"}, (3, "dataset.unknown", "subject")),
            ({"subject": "mds-bolide"}, (3, "dataset.sealed", "tier")),
            ({"subject": "mds-bolide", "audience": Audience.OPEN}, (3, "dataset.sensitive", "sensitivity")),
            ({"subject": "mds-bolide", "audience": Audience.HOLDER}, (3, "dataset.sealed", "tier")),
            ({"parameters": (("zone_system", "h3_9"),)}, (3, "cube.parameters", "parameters")),
            ({"parameters": (("vehicle", "x"),)}, (3, "cube.parameters", "parameters")),
            ({"audience": Audience.OPEN}, (3, "cube.audience", "audience")),
            ({"audience": Audience.HOLDER}, (3, "cube.audience", "audience")),
            ({"period": None}, (3, "cube.period", "period")),
            ({"period": Period(dt.date(2026, 1, 2), dt.date(2026, 2, 2))}, (3, "cube.period", "period")),
            ({"period": Period(dt.date(2025, 1, 1), dt.date(2026, 2, 1))}, (3, "cube.edition", "edition")),
            ({"holders": frozenset({"bolide"})}, (4, "cube.holders_chosen", "holders")),
            ({"audience": Audience.AUTHORITY}, (4, "actor.not_in_audience", "audience")),
            ({"purpose": "compliance"}, (5, "agreement.term", "purpose")),
            ({"purpose": "research"}, (5, "agreement.term", "purpose")),
            ({"at": dt.datetime(2027, 12, 31, 23, tzinfo=dt.UTC)}, (5, "agreement.validity", "validity")),
            ({"at": dt.datetime(2025, 11, 30, 22, 59, 59, tzinfo=dt.UTC)}, (5, "agreement.validity", "validity")),
            ({"applied": None}, (7, "release.not_stated", "applied")),
            ({"subject": "flows-commune-month"}, (7, "release.unmet", "subject")),
            ({"at": dt.datetime(2027, 1, 7, 22, 59, 59, tzinfo=dt.UTC)}, (7, "release.too_soon", "delay")),
        ],
    )
    def test_reading(self, read: Request, world: World, changes: dict[str, Any], why: tuple[int, str, str]) -> None:
        assert refused(replace(read, **changes), world) == why

    def test_the_delay_ends_to_the_second(self, read: Request, world: World) -> None:
        # Seven days (Vélovif's) after the year has ended in Paris.
        permitted(replace(read, at=dt.datetime(2027, 1, 7, 23, tzinfo=dt.UTC)), world)

    def test_the_fleet_needs_glisse(self, build: Request, world: World) -> None:
        for audience in (Audience.MEMBERS, Audience.AUTHORITY):
            decision = decide(replace(build, subject="fleet-day", audience=audience), world)
            assert isinstance(decision, Deny)
            (reason,) = decision.reasons
            assert (reason.dataset, reason.denied.clause) == ("mds-glisse", "fields")
            assert "glisse" in reason.denied.next_step.fr

    def test_a_dataset_without_an_agreement_is_sealed(self, build: Request, world: World) -> None:
        names = [one.id for one in world.agreements if one.dataset == "mds-bolide"]
        assert refused(build, without(world, *names)) == (5, "agreement.none", "agreement")

    def test_only_the_secretariat_builds(self, build: Request, world: World) -> None:
        assert refused(replace(build, actor="bolide"), world) == (1, "actor.may_not", "action")

    @pytest.mark.parametrize(
        "state", [state for state in State if state not in {State.ACTIVE, State.VERIFIED, State.WITHDRAWING}]
    )
    def test_only_a_binding_state_carries(self, build: Request, world: World, state: State) -> None:
        changed = with_agreement(world, "joint-members-bolide", state=state)
        assert refused(build, changed) == (5, "agreement.state", "state")

    def test_who_is_not_active_is_refused_everything(self, read: Request, feed: Request, world: World) -> None:
        for status in (Status.LEFT, Status.CANDIDATE):
            gone = with_member(world, "itineo", status=status)
            assert refused(read, gone) == (1, "actor.inactive", "status")
            assert refused(replace(feed, actor="itineo"), gone) == (1, "actor.inactive", "status")

    def test_a_holder_that_left_takes_its_data_along(self, read: Request, world: World) -> None:
        left = with_member(world, "glisse", status=Status.LEFT)
        assert refused(read, left) == (4, "dataset.holder_inactive", "status")

    @pytest.mark.parametrize("level", list(Sanction))
    def test_the_ladder_of_sanctions(self, read: Request, feed: Request, world: World, level: Sanction) -> None:
        punished = with_member(world, "itineo", sanction=level)
        permitted(replace(feed, actor="itineo"), punished)
        if level >= Sanction.NEGOTIATED_SUSPENDED:
            assert refused(read, punished) == (2, "sanction.forbids", "sanction")
        else:
            permitted(read, punished)

    def test_a_throttled_member_waits_a_day_longer_and_reads_a_tenth(self, build: Request, world: World) -> None:
        slow = with_member(world, "smhc", sanction=Sanction.THROTTLE)
        obligations = permitted(replace(build, audience=Audience.AUTHORITY), world).obligations
        asked = replace(build, actor="smhc", action=Action.READ, audience=Audience.AUTHORITY, applied=obligations)
        assert permitted(asked, slow).obligations.terms["rate_per_minute"].plain() == 12
        day_after = replace(asked, at=dt.datetime(2027, 1, 2, tzinfo=dt.UTC))
        permitted(day_after, world)
        assert refused(day_after, slow) == (7, "release.too_soon", "delay")

    def test_quota_and_rate_are_counted_at_the_door(self, build: Request, world: World) -> None:
        obligations = permitted(replace(build, audience=Audience.AUTHORITY), world).obligations
        asked = replace(build, actor="smhc", action=Action.READ, audience=Audience.AUTHORITY, applied=obligations)
        permitted(replace(asked, used=Used(9_999, 119)), world)
        assert refused(replace(asked, used=Used(10_000, 0)), world) == (7, "term.spent", "quota_per_month")
        assert refused(replace(asked, used=Used(0, 120)), world) == (7, "term.spent", "rate_per_minute")

    def test_a_refusal_that_tells_a_count_tells_this_one(self, build: Request, world: World) -> None:
        """What is remembered of one count is not told of another, though both are beyond the quota."""
        obligations = permitted(replace(build, audience=Audience.AUTHORITY), world).obligations
        asked = replace(build, actor="smhc", action=Action.READ, audience=Audience.AUTHORITY, applied=obligations)
        for count in (10_000, 10_007, 10_000):
            decision = decide(replace(asked, used=Used(count, 0)), world)
            assert isinstance(decision, Deny)
            assert str(count) in decision.reasons[0].denied.reason.en

    def test_a_release_built_to_looser_rules_is_not_served(self, read: Request, world: World) -> None:
        assert read.applied is not None
        loose = replace(read.applied, terms={**read.applied.terms, "min_trips": MinTrips(9)})
        assert refused(replace(read, applied=loose), world) == (7, "release.unmet", "min_trips")
        strict = replace(read.applied, terms={**read.applied.terms, "min_trips": MinTrips(99)})
        permitted(replace(read, applied=strict), world)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("audience", Audience.AUTHORITY),
            ("edition", "x"),
            ("holders", frozenset("x")),
            ("known", frozenset({"bolide"})),
        ],
    )
    def test_another_release_is_not_served(self, read: Request, world: World, field: str, value: Any) -> None:
        assert read.applied is not None
        assert refused(replace(read, applied=replace(read.applied, **{field: value})), world) == (
            7,
            "release.unmet",
            field,
        )

    def test_a_release_that_took_a_holding_for_named_needs_its_waiver(self, read: Request, world: World) -> None:
        assert read.applied is not None
        named = replace(read.applied, named=read.applied.holders)
        assert refused(replace(read, applied=named), world) == (7, "release.unmet", "named")
        # A waiver that took no effect, because the others gave none, changed no cell.
        permitted(replace(read, applied=replace(read.applied, named=frozenset({"bolide"}))), world)

    def test_a_merger_that_leaves_the_same_names_is_noticed(self, read: Request, world: World) -> None:
        """Vélovif goes from the Alizés to Bolide: the stored release was built for holdings that are no more."""
        merged = with_member(world, "velovif", holding="bolide")
        assert read.applied is not None
        assert {merged.holding_of(dataset) for dataset in read.applied.holdings} == read.applied.holders
        assert refused(read, merged) == (7, "release.unmet", "holdings")

    def test_mixed_public_and_secret_data_of_one_holding(self, build: Request, world: World) -> None:
        datasets = public(world, "mds-trottix")
        assert refused(build, replace(world, datasets=datasets)) == (4, "cube.mixed_public", "public_parts")

    def test_public_data_is_known_in_the_obligations(self, build: Request, world: World) -> None:
        datasets = public(world, "mds-bolide")
        assert permitted(build, replace(world, datasets=datasets)).obligations.known == {"bolide"}

    def test_a_grain_finer_than_the_floors(self, build: Request, world: World) -> None:
        cube = world.cubes[FLOWS]
        fine = replace(cube, grain=replace(cube.grain, zone_system="h3_9"))
        assert refused(build, replace(world, cubes={**world.cubes, FLOWS: fine})) == (3, "cube.too_fine", "finest")

    @pytest.mark.parametrize(
        ("subject", "recipient", "hit"),
        [
            ("mds-bolide", "everyone", True),
            (FLOWS, "member:itineo", True),
            (FLOWS, "college:users", True),
            (FLOWS, "member:smhc", False),
            ("fleet-day", "everyone", False),
        ],
    )
    def test_a_prohibition_binds_while_it_lasts(
        self, read: Request, world: World, subject: str, recipient: str, hit: bool
    ) -> None:
        validity = Validity(AT_LATER, AT_LATER + dt.timedelta(days=1))
        ban = Prohibition(
            "incident-7", subject, frozenset({recipient}), validity, Sentence("Incident.", "An incident.")
        )
        banned = replace(world, prohibitions=(ban,))
        assert isinstance(decide(read, banned), Deny) == hit
        permitted(replace(read, at=validity.to), banned)
        if hit:
            assert refused(read, banned) == (2, "prohibition.in_force", "prohibition")

    def test_floors_of_data_that_was_made_before_a_loosening_stay(
        self, build: Request, world: World, later: dt.datetime
    ) -> None:
        """The floors in force when the period began hold, though the members have voted lower ones since."""
        floors = world.ruleset.floors
        strict = replace(floors[Audience.MEMBERS], terms={**floors[Audience.MEMBERS].terms, "min_trips": MinTrips(40)})
        before = {**floors, Audience.MEMBERS: strict}
        for until, k in ((later, 40), (dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC), 10)):
            ruleset = replace(world.ruleset, superseded=(Superseded(before, until),))
            obligations = permitted(build, replace(world, ruleset=ruleset)).obligations
            assert obligations.terms["min_trips"] == MinTrips(k)

    def test_a_request_without_a_zone_means_nothing(self, read: Request) -> None:
        with pytest.raises(ValueError, match="time zone"):
            replace(read, at=dt.datetime(2027, 1, 1))


def test_terms_of_the_demo_stay_in_the_vocabulary(world: World) -> None:
    used: set[str] = set()
    agreements: tuple[Agreement, ...] = world.agreements
    for agreement in agreements:
        used |= set(agreement.terms)
    assert used <= set(OPTIONAL)
    assert isinstance(Obligations("x", Audience.OPEN, {}).digest, str)
