"""The bilateral and the identified tier: who may be handed records, under what, and each way to be refused."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from governance.agreement import Agreement, State
from governance.ask import Used
from governance.audiences import Audience, Tier
from governance.bilingual import Sentence
from governance.decide import decide
from governance.decision import Deny, Permit, Step
from governance.extract import Extract
from governance.grain import Grain, TimeGrain, parse_time_grain
from governance.obligations import Obligations, read_obligations
from governance.parties import Sanction, Status
from governance.periods import Period
from governance.request import Action, Request
from governance.ruleset import Ladder
from governance.terms.base import Term
from governance.terms.scope import ForAudience, ForPurpose, Recipient, Validity
from governance.terms.vocabulary import parse_term, strictest
from governance.world import Prohibition, World

NAME = Sentence("Enregistrements", "Records")
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
#: April begins in Paris at 22:00 UTC the evening before; the delay of the terms is two days.
MARCH_ENDS = dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
HOURLY = Grain("commune", TimeGrain("P1D", True, "hour"))
TERMS = {
    "fields": ["start_zone", "vehicle", "distance_m"],
    "spatial_resolution": "h3_8",
    "temporal_resolution": "P1D/hour",
    "delay": "P2D",
    "quota_per_month": 3,
    "rate_per_minute": 20,
    "retention": "P1Y",
}


def parsed(**raw: Any) -> dict[str, Term]:
    return strictest([{name: parse_term(name, value) for name, value in raw.items()}])


BOLIDE_TO_SMHC = Agreement(
    id="bolide-records",
    version=1,
    title=NAME,
    holder="bolide",
    dataset="mds-bolide",
    tier=Tier.BILATERAL,
    state=State.ACTIVE,
    recipient=Recipient(frozenset({"member:smhc"})),
    validity=Validity(dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC), dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC)),
    audiences=ForAudience(frozenset({"bilateral"})),
    purposes=ForPurpose(frozenset({"mobility-planning"})),
    terms=parsed(**TERMS),
)
SMALL = frozenset({"start_zone", "vehicle"})


@pytest.fixture(scope="module")
def granted(world: World) -> World:
    return replace(world, agreements=(*world.agreements, BOLIDE_TO_SMHC))


@pytest.fixture
def prepare() -> Request:
    return Request(
        actor="secretariat",
        action=Action.EXTRACT,
        subject="mds-bolide",
        audience=Audience.BILATERAL,
        purpose="stop-siting",
        at=dt.datetime(2026, 4, 15, tzinfo=dt.UTC),
        period=MARCH,
        recipient="smhc",
        fields=SMALL,
        grain=HOURLY,
        table="trips",
    )


@pytest.fixture
def take(prepare: Request, granted: World) -> Request:
    """The authority fetches what was prepared for it."""
    permit = permitted(prepare, granted)
    return replace(prepare, actor="smhc", action=Action.READ, applied=permit.obligations, used=Used())


def refused(request: Request, world: World) -> tuple[int, str, str]:
    decision = decide(request, world)
    assert isinstance(decision, Deny), decision
    reason = decision.reasons[0]
    return int(reason.step), reason.denied.code, reason.denied.clause


def permitted(request: Request, world: World) -> Permit:
    decision = decide(request, world)
    assert isinstance(decision, Permit), decision
    return decision


def amended(world: World, **changes: Any) -> World:
    one = replace(BOLIDE_TO_SMHC, **changes)
    return replace(world, agreements=(*(two for two in world.agreements if two.id != one.id), one))


def with_terms(world: World, **raw: Any) -> World:
    """The agreement with other terms; None drops one."""
    kept = {name: value for name, value in {**TERMS, **raw}.items() if value is not None}
    return amended(world, terms=parsed(**kept))


def with_member(world: World, name: str, **changes: Any) -> World:
    return replace(world, members={**world.members, name: replace(world.members[name], **changes)})


class TestPreparing:
    def test_an_extract_states_what_it_is(self, prepare: Request, granted: World) -> None:
        permit = permitted(prepare, granted)
        assert permit.grants == {"mds-bolide": "bolide-records@1"}
        assert permit.obligations.extract == Extract("smhc", "bolide-records", "trips", SMALL, HOURLY)
        # The voted floor of the delay is a day, the agreement's two: the stricter holds. No threshold on travellers.
        assert permit.obligations.terms["delay"].plain() == "P2D"
        assert not {name for name in permit.obligations.terms if name.startswith(("min_", "max_", "p_"))}
        assert [term.name for term in permit.obligations.promises()] == ["retention"]
        assert {passed.step for passed in permit.because} == set(Step)

    def test_obligations_of_an_extract_are_stored_and_read_again(self, prepare: Request, granted: World) -> None:
        obligations = permitted(prepare, granted).obligations
        assert read_obligations(obligations.plain()) == obligations
        other = replace(obligations, extract=replace(obligations.extract, recipient="bolide"))  # type: ignore[type-var]
        assert other.digest != obligations.digest
        assert "extract" not in Obligations("x", Audience.OPEN, {}).plain()

    def test_the_voted_delay_holds_where_the_agreement_has_a_shorter_one(
        self, prepare: Request, granted: World
    ) -> None:
        for own in (None, "PT1H"):
            permit = permitted(prepare, with_terms(granted, delay=own))
            assert permit.obligations.terms["delay"].plain() == "P1D"

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"actor": "bolide"}, (1, "actor.may_not", "action")),
            ({"actor": "smhc"}, (1, "actor.may_not", "action")),
            ({"actor": None}, (1, "actor.anonymous", "member")),
            ({"recipient": None}, (1, "bilateral.no_recipient", "recipient")),
            ({"recipient": "nobody"}, (1, "actor.unknown", "recipient")),
            ({"audience": Audience.MEMBERS}, (1, "bilateral.not_an_extract", "recipient")),
            ({"subject": "mds"}, (3, "dataset.unknown", "subject")),
            ({"subject": "flows-h3_8-month"}, (3, "dataset.unknown", "dataset")),
            ({"table": ""}, (3, "bilateral.not_described", "table")),
            ({"fields": None}, (3, "bilateral.not_described", "fields")),
            ({"fields": frozenset()}, (3, "bilateral.not_described", "fields")),
            ({"grain": None}, (3, "bilateral.not_described", "grain")),
            ({"parameters": (("zone_system", "h3_8"),)}, (3, "cube.parameters", "parameters")),
            ({"period": None}, (3, "cube.period", "period")),
            (
                {"grain": Grain("commune", TimeGrain("P1M")), "period": Period(MARCH.from_, dt.date(2026, 3, 9))},
                (3, "cube.period", "period"),
            ),
            ({"grain": Grain("h3_9", TimeGrain("P1D", True, "hour"))}, (3, "cube.too_fine", "finest")),
            ({"holders": frozenset({"glisse"})}, (4, "cube.holders_chosen", "holders")),
            ({"recipient": "itineo"}, (5, "agreement.term", "recipient")),
            ({"recipient": "glisse"}, (5, "agreement.term", "recipient")),
            ({"purpose": "research"}, (5, "agreement.term", "purpose")),
            ({"fields": SMALL | {"route"}}, (5, "agreement.term", "fields")),
            ({"grain": Grain("h3_9", TimeGrain("P1D", True, "band"))}, (5, "agreement.term", "spatial_resolution")),
            ({"agreement": "another"}, (5, "bilateral.other_agreement", "agreement")),
            ({"period": Period(dt.date(2025, 12, 1), MARCH.to)}, (5, "bilateral.too_early", "validity")),
            ({"at": dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC)}, (5, "agreement.validity", "validity")),
            ({"at": MARCH_ENDS + dt.timedelta(days=2) - TICK}, (7, "release.too_soon", "delay")),
        ],
    )
    def test_each_way_to_be_refused(
        self, prepare: Request, granted: World, changes: dict[str, Any], why: tuple[int, str, str]
    ) -> None:
        assert refused(replace(prepare, **changes), granted) == why

    def test_the_delay_runs_to_the_microsecond(self, prepare: Request, granted: World) -> None:
        permitted(replace(prepare, at=MARCH_ENDS + dt.timedelta(days=2)), granted)

    def test_the_first_day_of_the_agreement_is_within(self, prepare: Request, granted: World) -> None:
        permitted(replace(prepare, period=Period(dt.date(2026, 1, 1), MARCH.to)), granted)

    @pytest.mark.parametrize(
        "recipients",
        [
            {"member:smhc", "member:itineo"},
            {"college:authorities"},
            {"members"},
            {"everyone"},
            {"member:smhc", "everyone"},
            {"member:bolide"},
        ],
    )
    def test_the_agreement_is_with_exactly_one_member(
        self, prepare: Request, granted: World, recipients: set[str]
    ) -> None:
        loose = amended(granted, recipient=Recipient(frozenset(recipients)))
        assert refused(prepare, loose) == (5, "agreement.term", "recipient")

    def test_the_agreement_is_for_exactly_one_purpose(self, prepare: Request, granted: World) -> None:
        two = amended(granted, purposes=ForPurpose(frozenset({"mobility-planning", "research"})))
        assert refused(prepare, two) == (5, "agreement.term", "purpose")

    @pytest.mark.parametrize("clause", ["fields", "spatial_resolution", "temporal_resolution"])
    def test_a_clause_that_is_owed_is_not_taken_for_granted(
        self, prepare: Request, granted: World, clause: str
    ) -> None:
        assert refused(prepare, with_terms(granted, **{clause: None})) == (5, "bilateral.owed", clause)

    def test_the_time_step_is_checked_too(self, prepare: Request, granted: World) -> None:
        daily = with_terms(granted, temporal_resolution="P1D")
        assert refused(prepare, daily) == (5, "agreement.term", "temporal_resolution")
        permitted(replace(prepare, grain=Grain("commune", parse_time_grain("P1D"))), daily)

    @pytest.mark.parametrize(
        ("clause", "value"), [("min_trips", 10), ("p_percent", 10), ("rounding", 5), ("dp_budget_milli_epsilon", 100)]
    )
    def test_a_clause_that_nobody_would_keep_is_refused(
        self, prepare: Request, granted: World, clause: str, value: int
    ) -> None:
        assert refused(prepare, with_terms(granted, **{clause: value})) == (5, "bilateral.unkept", clause)

    @pytest.mark.parametrize("tier", [tier for tier in Tier if tier is not Tier.BILATERAL])
    def test_another_tier_hands_out_no_records(self, prepare: Request, granted: World, tier: Tier) -> None:
        assert refused(prepare, amended(granted, tier=tier)) == (5, "agreement.tier", "tier")

    def test_without_voted_floors_nothing_leaves(self, prepare: Request, granted: World) -> None:
        floors = {name: one for name, one in granted.ruleset.floors.items() if name is not Audience.BILATERAL}
        bare = replace(granted, ruleset=replace(granted.ruleset, floors=floors))
        assert refused(prepare, bare) == (3, "bilateral.no_floors", "audience")

    def test_a_missing_signature_is_named(self, prepare: Request, granted: World) -> None:
        unsigned = amended(granted, unsigned=("smhc",))
        assert refused(prepare, unsigned) == (5, "agreement.unsigned", "state")

    def test_nothing_is_prepared_for_who_would_not_be_served(self, prepare: Request, granted: World) -> None:
        for status in (Status.LEFT, Status.CANDIDATE):
            gone = with_member(granted, "smhc", status=status)
            assert refused(prepare, gone) == (1, "actor.inactive", "recipient")
        for level in Sanction:
            punished = with_member(granted, "smhc", sanction=level)
            if level >= Sanction.NEGOTIATED_SUSPENDED:
                assert refused(prepare, punished) == (2, "sanction.forbids", "sanction")
            else:
                permitted(prepare, punished)

    def test_a_prohibition_stops_the_recipient_it_names(self, prepare: Request, granted: World) -> None:
        for recipient, hit in (("member:smhc", True), ("college:authorities", True), ("member:itineo", False)):
            ban = Prohibition("p", "mds-bolide", frozenset({recipient}), BOLIDE_TO_SMHC.validity, NAME)
            banned = replace(granted, prohibitions=(ban,))
            assert isinstance(decide(prepare, banned), Deny) is hit


class TestReading:
    def test_the_recipient_reads_it(self, take: Request, granted: World) -> None:
        permit = permitted(take, granted)
        assert permit.obligations.extract == take.applied.extract  # type: ignore[union-attr]

    def test_what_is_ruled_for_statistics_does_not_see_extracts(self, take: Request, granted: World) -> None:
        assert refused(replace(take, subject="flows-h3_8-month"), granted) == (3, "cube.audience", "audience")

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"actor": "glisse"}, (1, "actor.not_in_audience", "recipient")),
            ({"actor": "bolide"}, (1, "actor.not_in_audience", "recipient")),
            ({"actor": "secretariat"}, (1, "actor.not_in_audience", "recipient")),
            ({"actor": None}, (1, "actor.anonymous", "member")),
            ({"actor": "glisse", "recipient": "glisse"}, (7, "release.unmet", "extract")),
            ({"applied": None}, (7, "release.not_stated", "applied")),
            ({"applied": Obligations("mds-bolide", Audience.BILATERAL, {})}, (7, "release.not_stated", "applied")),
            ({"fields": frozenset({"vehicle"})}, (7, "release.unmet", "extract")),
            ({"grain": Grain("basin", HOURLY.time)}, (7, "release.unmet", "extract")),
            ({"table": "events"}, (7, "release.unmet", "extract")),
            ({"subject": "mds-glisse"}, (7, "release.unmet", "extract")),
            ({"purpose": "research"}, (5, "agreement.term", "purpose")),
            ({"used": Used(3, 0)}, (7, "term.spent", "quota_per_month")),
            ({"used": Used(0, 20)}, (7, "term.spent", "rate_per_minute")),
            ({"at": dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC)}, (5, "agreement.validity", "validity")),
        ],
    )
    def test_each_way_to_be_refused(
        self, take: Request, granted: World, changes: dict[str, Any], why: tuple[int, str, str]
    ) -> None:
        assert refused(replace(take, **changes), granted) == why

    def test_an_amendment_that_takes_a_field_away_ends_what_has_it(self, take: Request, granted: World) -> None:
        narrowed = with_terms(granted, fields=["start_zone"])
        assert refused(take, narrowed) == (5, "agreement.term", "fields")
        coarsened = with_terms(granted, spatial_resolution="basin")
        assert refused(take, coarsened) == (5, "agreement.term", "spatial_resolution")
        permitted(take, amended(granted, version=2))

    def test_an_extract_ends_with_its_own_agreement(self, take: Request, granted: World) -> None:
        other = replace(BOLIDE_TO_SMHC, id="another")
        suspended = amended(granted, state=State.SUSPENDED)
        both = replace(suspended, agreements=(*suspended.agreements, other))
        decision = decide(take, both)
        assert isinstance(decision, Deny)
        assert {reason.denied.code for reason in decision.reasons} <= {"agreement.state", "bilateral.other_agreement"}
        permitted(take, replace(granted, agreements=(*granted.agreements, other)))

    def test_a_throttled_recipient_reads_less_and_later(self, take: Request, granted: World) -> None:
        slow = with_member(granted, "smhc", sanction=Sanction.THROTTLE)
        assert refused(replace(take, used=Used(0, 2)), slow) == (7, "term.spent", "rate_per_minute")
        early = replace(take, at=MARCH_ENDS + dt.timedelta(days=2))
        permitted(early, granted)
        assert refused(early, slow) == (7, "release.too_soon", "delay")
        permitted(replace(early, at=early.at + dt.timedelta(days=1)), slow)

    def test_the_ladder_is_the_one_that_was_voted(self, take: Request, granted: World) -> None:
        ladder = Ladder(throttle_divisor=4, throttle_delay_hours=2)
        voted = replace(granted, ruleset=replace(granted.ruleset, ladder=ladder))
        slow = with_member(voted, "smhc", sanction=Sanction.THROTTLE)
        terms = permitted(take, slow).obligations.terms
        assert (terms["rate_per_minute"].plain(), terms["delay"].plain()) == (5, "PT50H")

    def test_without_floors_a_stored_extract_is_shut_too(self, take: Request, granted: World) -> None:
        floors = {name: one for name, one in granted.ruleset.floors.items() if name is not Audience.BILATERAL}
        bare = replace(granted, ruleset=replace(granted.ruleset, floors=floors))
        assert refused(take, bare) == (3, "bilateral.no_floors", "audience")

    def test_nothing_else_names_a_recipient_or_fields(self, world: World) -> None:
        feed = Request(
            None,
            Action.READ,
            "bus-hautes-combes",
            Audience.OPEN,
            "open-reuse",
            dt.datetime(2026, 4, 15, tzinfo=dt.UTC),
        )
        permitted(feed, world)
        asked: list[dict[str, Any]] = [
            {"table": "stops"},
            {"grain": HOURLY},
            {"fields": frozenset()},
            {"agreement": "x"},
        ]
        for changes in asked:
            assert refused(replace(feed, **changes), world) == (3, "bilateral.not_an_extract", next(iter(changes)))
        assert refused(replace(feed, recipient="smhc"), world) == (1, "bilateral.not_an_extract", "recipient")


class TestIdentified:
    """Whoever gave a name reads what its holder opened to those who did."""

    @pytest.fixture
    def named(self, world: World) -> World:
        opened = next(one for one in world.agreements if one.id == "open-bus-hautes-combes")
        licensed = replace(opened, tier=Tier.IDENTIFIED, audiences=ForAudience(frozenset({"identified"})))
        return replace(world, agreements=(licensed,))

    @pytest.fixture
    def read(self) -> Request:
        at = dt.datetime(2026, 4, 15, tzinfo=dt.UTC)
        return Request("itineo", Action.READ, "bus-hautes-combes", Audience.IDENTIFIED, "open-reuse", at)

    def test_every_active_member_reads_it(self, read: Request, named: World) -> None:
        for member in named.members:
            assert permitted(replace(read, actor=member), named).grants == {
                "bus-hautes-combes": "open-bus-hautes-combes@1"
            }

    def test_it_is_laid_out_by_its_holder_or_the_secretariat(self, read: Request, named: World) -> None:
        for actor in ("secretariat", "cars-combes"):
            permitted(replace(read, actor=actor, action=Action.PUBLISH_OPEN), named)
        other = replace(read, action=Action.PUBLISH_OPEN)
        assert refused(other, named) == (1, "actor.may_not", "action")

    def test_the_public_does_not_read_it(self, read: Request, named: World) -> None:
        assert refused(replace(read, actor=None), named) == (1, "actor.anonymous", "member")
        public = replace(read, actor=None, audience=Audience.OPEN)
        assert refused(public, named) == (5, "agreement.tier", "tier")

    def test_what_is_open_is_no_licence_of_the_identified_tier(self, read: Request, world: World) -> None:
        assert refused(read, world) == (5, "agreement.tier", "tier")

    def test_records_of_trips_are_not_of_this_tier(self, read: Request, named: World) -> None:
        assert refused(replace(read, subject="mds-bolide"), named) == (3, "dataset.sensitive", "sensitivity")

    def test_joint_statistics_are_not_made_for_it(self, read: Request, named: World) -> None:
        cube = replace(named.cubes["flows-h3_8-month"], audiences=frozenset(Audience))
        wide = replace(named, cubes={**named.cubes, cube.id: cube})
        for audience in (Audience.IDENTIFIED, Audience.BILATERAL, Audience.HOLDER):
            build = replace(read, actor="secretariat", action=Action.RELEASE, subject=cube.id, audience=audience)
            assert refused(replace(build, period=MARCH), wide) == (3, "cube.audience", "audience")


@pytest.mark.parametrize("level", list(Sanction))
def test_the_ladder_by_tier(world: World, level: Sanction) -> None:
    """Level 4 shuts what was negotiated, level 5 all but the open tier; below, nothing is shut."""
    at = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
    opened = next(one for one in world.agreements if one.id == "open-bus-hautes-combes")
    licensed = replace(
        opened,
        id="licensed",
        tier=Tier.IDENTIFIED,
        audiences=ForAudience(frozenset({"identified"})),
        dataset="combecycle",
    )
    punished = with_member(replace(world, agreements=(opened, licensed)), "trottix", sanction=level)
    feed = Request("trottix", Action.READ, "bus-hautes-combes", Audience.OPEN, "open-reuse", at)
    named = replace(feed, subject="combecycle", audience=Audience.IDENTIFIED)
    own = replace(feed, subject="mds-trottix", audience=Audience.HOLDER)
    permitted(feed, punished)
    for request in (named, own):
        if level >= Sanction.ALL_BUT_OPEN_SUSPENDED:
            assert refused(request, punished) == (2, "sanction.forbids", "sanction")
        else:
            permitted(request, punished)


def test_the_open_tier_is_a_sanctions_target_by_rate_alone(world: World) -> None:
    opened = next(one for one in world.agreements if one.id == "open-bus-hautes-combes")
    limited = replace(opened, terms=strictest([opened.terms, parsed(rate_per_minute=100, delay="P1D")]))
    feed = Request(
        "itineo", Action.READ, opened.dataset, Audience.OPEN, "open-reuse", dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
    )
    for level in Sanction:
        punished = with_member(replace(world, agreements=(limited,)), "itineo", sanction=level)
        terms = permitted(feed, punished).obligations.terms
        assert terms["rate_per_minute"].plain() == (10 if level >= Sanction.THROTTLE else 100)
        assert terms["delay"].plain() == "P1D"
        if level >= Sanction.THROTTLE:
            assert refused(replace(feed, used=Used(0, 10)), punished) == (7, "term.spent", "rate_per_minute")
