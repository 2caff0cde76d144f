"""YAML is read strictly: anything not understood is one line that names file, line and key."""

import datetime as dt
import re
from collections.abc import Mapping

import pytest

from governance.agreement import State
from governance.audiences import Audience, Tier
from governance.choice.vocabulary import NUMBERS
from governance.commons_yaml import load
from governance.commons_yaml.nodes import parse
from governance.errors import CommonsFileError
from governance.ruleset import Deadlines, Ladder, Voting
from governance.terms.floors import Delay
from governance.world import World

BOLIDE = "agreements/joint-members-bolide.yaml"


def test_the_demo_commons(world: World) -> None:
    assert len(world.members) == 11
    assert {world.holding_of(name) for name in ("mds-trottix", "mds-velovif")} == {"groupe-alizes"}
    assert set(world.cubes) == {
        *("flows-h3_8-month", "flows-commune-month", "trip-ends-h3_8-month", "dwell-h3_8-month", "fleet-day"),
        *("od-commune-month", "hot-spots-h3_8-month", "hot-spots-h3_9-month", "trip-ends-commune-month"),
        "first-last-mile-h3_8-month",
    }
    assert len(world.agreements) == 13
    open_ones = [agreement for agreement in world.agreements if agreement.tier is Tier.OPEN]
    assert {agreement.dataset for agreement in open_ones} == {"bus-hautes-combes", "combecycle", "trottix-gbfs"}


def test_a_day_begins_at_midnight_of_the_basin(world: World) -> None:
    bolide = next(agreement for agreement in world.agreements if agreement.id == "joint-members-bolide")
    assert bolide.validity.from_ == dt.datetime(2025, 11, 30, 23, tzinfo=dt.UTC)
    assert bolide.validity.to == dt.datetime(2027, 12, 31, 23, tzinfo=dt.UTC)


def test_the_pilot_has_expired_without_anybody_ending_it(world: World, later: dt.datetime) -> None:
    pilot = next(agreement for agreement in world.agreements if agreement.id == "pilot-members-glisse")
    assert pilot.state is State.ACTIVE
    assert pilot.state_at(later) is State.EXPIRED
    assert pilot.state_at(dt.datetime(2025, 6, 1, tzinfo=dt.UTC)) is State.ACTIVE
    assert pilot.state_at(dt.datetime(2025, 1, 1, tzinfo=dt.UTC)) is State.VERIFIED


def test_the_same_files_give_the_same_hashes(commons_files: Mapping[str, str], world: World) -> None:
    again = load(dict(reversed(commons_files.items())))
    assert again == world
    assert again.ruleset.hash() == world.ruleset.hash()
    hashes = {agreement.hash() for agreement in world.agreements}
    assert hashes == {agreement.hash() for agreement in again.agreements}
    assert len(hashes) == 13


#: File, what is there, what stands there instead, and the whole line of the error.
BROKEN = [
    (
        BOLIDE,
        "min_vehicles: 4",
        "min_vehicle: 4",
        "line 24, key min_vehicle: unknown term 'min_vehicle'",
    ),
    (
        BOLIDE,
        "min_vehicles: 4",
        "min_vehicles: four",
        "line 24, key min_vehicles: min_vehicles must be a whole number at least 1, not 'four'",
    ),
    (
        BOLIDE,
        "min_vehicles: 4",
        "min_vehicles: 010",
        "line 24, key min_vehicles: must be a whole number in decimal digits, not 010",
    ),
    (
        BOLIDE,
        "purpose: [mobility-planning]",
        "purpose: [spying]",
        "line 14, key purpose: unknown purpose 'spying'",
    ),
    (
        BOLIDE,
        "holder: bolide",
        "holder: bolid",
        "line 6, key holder: unknown member 'bolid'",
    ),
    (
        BOLIDE,
        "holder: bolide",
        "holder: glisse",
        "line 6, key holder: glisse does not hold mds-bolide: only bolide can",
    ),
    (
        BOLIDE,
        "dataset: mds-bolide",
        "dataset: mds",
        "line 7, key dataset: unknown dataset 'mds'",
    ),
    (
        BOLIDE,
        "recipient: [members]",
        "recipient: [all]",
        "line 10, key recipient: unknown recipient 'all' (everyone, members, college:<id>, member:<id>)",
    ),
    (
        BOLIDE,
        "audience: [members]",
        "audience: [competitors]",
        "line 13, key audience: audience: unknown audience 'competitors'",
    ),
    (
        BOLIDE,
        "tier: members",
        "tier: gold",
        "line 8, key tier: unknown value 'gold'",
    ),
    (
        BOLIDE,
        "state: active",
        "state: activ",
        "line 9, key state: unknown value 'activ'",
    ),
    (
        BOLIDE,
        "state: active\n",
        "",
        "line 1: lacks state",
    ),
    (
        BOLIDE,
        "from: 2025-12-01",
        "from: 2025-12-01T08:00:00",
        "line 12, key from: '2025-12-01T08:00:00' has no zone: write a day, or add +01:00 or Z",
    ),
    (
        BOLIDE,
        "from: 2025-12-01",
        "from: 2025-13-01",
        "line 12, key from: '2025-13-01' is not a day nor an instant",
    ),
    (
        BOLIDE,
        "from: 2025-12-01",
        "from: 2028-01-01",
        "line 12, key to: must be after from: the validity is [from, to)",
    ),
    (
        BOLIDE,
        "tier: members",
        "tier: members\ntier: open",
        "line 9, key tier: stands here twice",
    ),
    (
        BOLIDE,
        "version: 1",
        "version: 1\nremark: nothing",
        "line 3, key remark: unknown key (known: id, title, holder, dataset, tier, recipient, validity, audience, "
        "purpose, terms, version, state, rgpd)",
    ),
    (
        BOLIDE,
        "holder: bolide",
        "holder: no",
        "line 6, key holder: must be a text (put it in quotes)",
    ),
    (
        BOLIDE,
        "recipient: [members]",
        "recipient: &all [members]",
        "line 10: anchors, aliases and tags are not read here",
    ),
    (
        BOLIDE,
        "tier: members",
        "tier: !!str members",
        "line 8: anchors, aliases and tags are not read here",
    ),
    (
        BOLIDE,
        "terms:\n",
        "terms: {\n",
        "line 17: expected ',' or '}', but got '<scalar>'",
    ),
    (
        "members.yaml",
        "kind: reuser",
        "kind: robot",
        "line 84, key kind: unknown value 'robot'",
    ),
    (
        "members.yaml",
        "holding: itineo",
        "holding: itinera",
        "line 86, key holding: unknown holding 'itinera'",
    ),
    (
        "members.yaml",
        "weight_percent: 10",
        "weight_percent: 9",
        "line 14, key weight_percent: a college weighs 10 to 50 percent, not 9",
    ),
    (
        "members.yaml",
        "weight_percent: 10",
        "weight_percent: 11",
        "line 3, key colleges: the colleges weigh 101 percent together, not 100",
    ),
    (
        "members.yaml",
        ", en: Itinéo}",
        "}",
        "line 31, key name: lacks en",
    ),
    (
        "purposes.yaml",
        "name: {fr: Planification",
        "broader: [stop-siting]\n  name: {fr: Planification",
        "line 3: purposes form a cycle: mobility-planning < stop-siting < mobility-planning",
    ),
    (
        "datasets.yaml",
        "holder: trottix\n",
        "holder: trotix\n",
        "line 17, key holder: unknown member 'trotix'",
    ),
    (
        "datasets.yaml",
        "public_prior: [dwell",
        "public_prior: [dwel",
        "line 31, key public_prior: unknown family of measures 'dwel'",
    ),
    (
        "datasets.yaml",
        "standard: mds\n  sensitivity: operator",
        "standard: mds\n  sensitivity: open",
        "line 26, key sensitivity: mds holds single vehicles' trips: it is never open",
    ),
    (
        "cubes.yaml",
        "min_trips: trips\n    min_vehicles: vehicles\n",
        "min_trips: null\n    min_vehicles: null\n",
        "line 34, key counted: no threshold on travellers would protect this cube: one of them must have a column",
    ),
    (
        "cubes.yaml",
        "zone_system: h3_8",
        "zone_system: h3_12",
        "line 15, key zone_system: 'h3_12' is not a zone system (basin, commune, h3_7, iris, h3_8, h3_9)",
    ),
    (
        "cubes.yaml",
        "min_users: null\n",
        "\n",
        "line 34, key counted: lacks min_users",
    ),
    (
        "ruleset.yaml",
        "p_percent: 15",
        "q_percent: 15",
        "line 14, key q_percent: unknown term 'q_percent'",
    ),
    (
        "ruleset.yaml",
        "      p_percent: 15\n",
        "",
        "line 9, key terms: lacks the floor p_percent",
    ),
    (
        "ruleset.yaml",
        "p_percent: 15",
        "retention: P1Y",
        "line 14, key retention: retention is not a floor term",
    ),
    (
        "ruleset.yaml",
        "  bilateral:",
        "  holder:",
        "line 50, key holder: no floors are voted for the audience 'holder' (only for open, members, authority, "
        "bilateral)",
    ),
    (
        "ruleset.yaml",
        "  bilateral:",
        "  identified:",
        "line 50, key identified: no floors are voted for the audience 'identified' (only for open, members, "
        "authority, bilateral)",
    ),
    (
        "ruleset.yaml",
        "    terms:\n      delay: PT24H\n",
        "    terms:\n      delay: PT24H\n      min_trips: 10\n",
        "line 52, key min_trips: min_trips means nothing for single records",
    ),
    (
        "ruleset.yaml",
        "    terms:\n      delay: PT24H\n",
        "    terms: {}\n",
        "line 50, key terms: lacks the floor delay",
    ),
    (
        "ruleset.yaml",
        "    terms:\n      delay: PT24H\n",
        "    prior_percent: 50\n    terms:\n      delay: PT24H\n",
        "line 50, key prior_percent: prior_percent means nothing for single records",
    ),
    (
        "ruleset.yaml",
        "    finest:\n      - {zone_system: h3_8, time_grain: P1D/hour}\n"
        "      - {zone_system: h3_9, time_grain: P1D/band}",
        "    finest: []",
        "line 52, key finest: must name the finest place and time at which records may leave",
    ),
    (
        "ruleset.yaml",
        "quorum_percent: 50",
        "quorum_percent: 0",
        "line 59, key quorum_percent: must be from 1 to 100, not 0",
    ),
    (
        "ruleset.yaml",
        "quorum_percent: 50",
        "quorum: 50",
        "line 59, key quorum: unknown key (known: quorum_percent, loosening_percent, colleges_needed, ballot_days)",
    ),
    (
        "ruleset.yaml",
        "loosening_percent: 67",
        "loosening_percent: 101",
        "line 61, key loosening_percent: must be from 51 to 100, not 101",
    ),
    (
        "ruleset.yaml",
        "request_days: 30",
        "request_days: 0",
        "line 68, key request_days: must be from 1 to 365, not 0",
    ),
    (
        "ruleset.yaml",
        "hearing_days: 10",
        "hearing_days: ten",
        "line 72, key hearing_days: must be a whole number",
    ),
    (
        "ruleset.yaml",
        "throttle_divisor: 10",
        "throttle_divisor: 0",
        "line 84, key throttle_divisor: must be from 1 to 1000, not 0",
    ),
    (
        "ruleset.yaml",
        "signatures_required: false",
        "signatures_required: no",
        "line 93, key signatures_required: must be true or false, not no",
    ),
    (
        "cubes.yaml",
        "audiences: [members",
        "audiences: [bilateral",
        "line 37, key audiences: joint statistics are not made for the audience 'bilateral'",
    ),
    (
        "commons.yaml",
        "Europe/Paris",
        "Europe/Pari",
        "line 4, key time_zone: unknown time zone 'Europe/Pari'",
    ),
]


@pytest.mark.parametrize(
    ("file", "there", "instead", "line"), BROKEN, ids=[f"{case[0]} {case[2][:30]!r}" for case in BROKEN]
)
def test_what_is_not_understood_is_refused(
    commons_files: Mapping[str, str], file: str, there: str, instead: str, line: str
) -> None:
    assert there in commons_files[file]
    with pytest.raises(CommonsFileError) as error:
        load({**commons_files, file: commons_files[file].replace(there, instead, 1)})
    assert str(error.value) == f"{file}, {line}"


def test_the_demo_states_every_voted_number_as_the_code_has_it(world: World) -> None:
    assert (world.ruleset.voting, world.ruleset.deadlines, world.ruleset.ladder) == (Voting(), Deadlines(), Ladder())
    assert world.ruleset.floors[Audience.BILATERAL].terms == {"delay": Delay(24 * 3600)}


def test_each_voted_number_is_read(commons_files: Mapping[str, str]) -> None:
    text = commons_files["ruleset.yaml"]
    numbers = re.findall(r"(?m)^  ([a-z_]+): (\d+)$", text)
    assert len(numbers) == len(NUMBERS) == 15
    for name, value in numbers:
        changed = load(
            {**commons_files, "ruleset.yaml": text.replace(f"  {name}: {value}", f"  {name}: {int(value) + 1}")}
        )
        parts = (changed.ruleset.voting, changed.ruleset.deadlines, changed.ruleset.ladder)
        assert [getattr(part, name) for part in parts if hasattr(part, name)] == [int(value) + 1]
    signed = text.replace("signatures_required: false", "signatures_required: true")
    assert load({**commons_files, "ruleset.yaml": signed}).ruleset.signatures_required is True


def test_a_ruleset_of_floors_alone_has_the_usual_numbers(commons_files: Mapping[str, str]) -> None:
    short = commons_files["ruleset.yaml"].partition("# How the members decide")[0]
    ruleset = load({**commons_files, "ruleset.yaml": short}).ruleset
    assert (ruleset.voting, ruleset.deadlines, ruleset.ladder) == (Voting(), Deadlines(), Ladder())
    assert ruleset.signatures_required is False


def test_files_that_are_missing_or_unknown_are_refused(commons_files: Mapping[str, str]) -> None:
    without = {name: text for name, text in commons_files.items() if name != "ruleset.yaml"}
    with pytest.raises(CommonsFileError, match=r"ruleset\.yaml: is missing"):
        load(without)
    with pytest.raises(CommonsFileError, match=r"agrements/x\.yaml: is no file of a commons"):
        load({**commons_files, "agrements/x.yaml": ""})
    with pytest.raises(CommonsFileError, match=r"members\.yaml: is empty"):
        load({**commons_files, "members.yaml": "# nothing\n"})


def test_two_versions_of_one_agreement_are_not_in_force_together(commons_files: Mapping[str, str]) -> None:
    second = commons_files[BOLIDE].replace("version: 1", "version: 2")
    with pytest.raises(CommonsFileError, match=r"bolide@[12] and joint-members-bolide@[12] would be in force"):
        load({**commons_files, "agreements/joint-members-bolide-2.yaml": second})
    drafted = second.replace("state: active", "state: draft")
    assert len(load({**commons_files, "agreements/joint-members-bolide-2.yaml": drafted}).agreements) == 14


def test_a_version_stands_in_one_file(commons_files: Mapping[str, str]) -> None:
    with pytest.raises(CommonsFileError, match="the version joint-members-bolide@1 stands in another file too"):
        load({**commons_files, "agreements/twice.yaml": commons_files[BOLIDE]})


@pytest.mark.parametrize(
    ("text", "says"),
    [("[" * 3_000 + "]" * 3_000, "nested too deeply"), ("a: " + "[" * 40 + "]" * 40, "nested too deeply")],
)
def test_depth_is_refused_before_it_is_composed(text: str, says: str) -> None:
    with pytest.raises(CommonsFileError, match=says):
        parse(text, file="commons.yaml")


@pytest.mark.parametrize("number", ["9007199254740992", "1" + "0" * 5_000])
def test_a_number_beyond_every_json_reader_is_refused(number: str) -> None:
    with pytest.raises(CommonsFileError, match=r"commons.yaml, line 1, key a: must be a whole number"):
        parse(f"a: {number}", file="commons.yaml").entries()["a"].integer()
