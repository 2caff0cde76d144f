"""Cubes as data: what a document may say of one, what is taken where it says nothing, and what may not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from governance.audiences import Audience
from governance.commons_yaml import load
from governance.commons_yaml.cubes import NOT_HERE
from governance.cube_parts import (
    DIMENSIONS,
    LEVELS,
    PLACES,
    USUAL,
    Finishing,
    Kind,
    Mechanism,
    Unit,
    Zeros,
    levels_wrong,
)
from governance.cubes import Cube, Edition
from governance.decide import decide
from governance.decision import Permit
from governance.disclosure.published import Shape
from governance.errors import CommonsFileError
from governance.loading import ASKED, asked_otherwise
from governance.periods import Period
from governance.request import Action, Request
from governance.terms.base import Term
from governance.terms.vocabulary import parse_term
from governance.world import World

NEW = ("shape", "levels", "attributes", "steps", "finishing", "zeros", "floors")


def with_line(files: Mapping[str, str], cube: str, line: str) -> dict[str, str]:
    """The documents with one more line in a cube (instead of the one with the same key)."""
    before, name, text = ("\n" + files["cubes.yaml"]).partition(f"\n{cube}:\n")
    body, following = text, ""
    for place, end in enumerate(text.split("\n")):
        if end and not end.startswith((" ", "#")):
            body = "\n".join(text.split("\n")[:place])
            following = "\n" + "\n".join(text.split("\n")[place:])
            break
    key = line.split(":", maxsplit=1)[0] + ":"
    kept, skipping = [], False
    for one in body.split("\n"):
        skipping = one.startswith(f"  {key}") or (skipping and one.startswith("   "))
        kept += [] if skipping else [one]
    return {**files, "cubes.yaml": f"{before}{name}  {line}\n" + "\n".join(kept) + following}


def cube_of(files: Mapping[str, str], cube: str, line: str) -> Cube:
    return load(with_line(files, cube, line)).cubes[cube]


def test_a_cube_that_says_nothing_new_is_read_as_before(commons_files: Mapping[str, str], world: World) -> None:
    files: dict[str, str] = dict(commons_files)
    for key in NEW:
        text, skipping = [], False
        for line in files["cubes.yaml"].split("\n"):
            skipping = line.startswith(f"  {key}:") or (skipping and line.startswith("    "))
            text += [] if skipping else [line]
        files["cubes.yaml"] = "\n".join(text)
    plain = load(files).cubes
    assert plain.keys() == world.cubes.keys()
    one = plain["flows-h3_8-month"]
    assert (one.shape, one.zeros, one.steps, one.floors, one.attributes) == (Shape.PARTITION, Zeros.HIDDEN, (), {}, {})
    assert one.levels == world.cubes["flows-h3_8-month"].levels
    assert one.levels["band"] == ("day_part", "band")
    assert plain["flows-commune-month"].levels["origin_zone"] == ("commune",)
    assert one.finishing_for(Audience.OPEN) == Finishing(Mechanism.ROUNDED)
    assert one.finishing_for(Audience.MEMBERS) == Finishing(Mechanism.AS_IS)


def test_what_the_demos_cubes_say(world: World) -> None:
    cubes = world.cubes
    assert {name for name, one in cubes.items() if one.shape is Shape.TABLE} == {"trip-ends-commune-month"}
    assert {name for name, one in cubes.items() if Audience.OPEN in one.audiences} == {"od-commune-month"}
    noise = cubes["od-commune-month"].finishing_for(Audience.OPEN)
    assert noise == Finishing(Mechanism.DISCRETE_GAUSSIAN, sigma=6, unit=Unit.TRIP, most=1)
    assert all(set(one.attributes) == set(one.dimensions) for one in cubes.values())
    assert all(one.plain()["levels"].keys() == set(one.dimensions) for one in cubes.values())  # type: ignore[union-attr]


#: A cube, the line that it has, and the line of the error.
WRONG = [
    ("flows-h3_8-month", "shape: pyramid", "key shape: unknown value 'pyramid'"),
    (
        "flows-h3_8-month",
        "levels: {origin_zone: [h3_8, h3_7]}",
        "key origin_zone: levels go from coarse to fine, each once: h3_4, h3_5, h3_6, h3_7, h3_8",
    ),
    (
        "flows-h3_8-month",
        "levels: {origin_zone: [commune, h3_8]}",
        "key origin_zone: 'commune' is no level of origin_zone (levels, coarse to fine: h3_4, h3_5, h3_6, h3_7, h3_8)",
    ),
    ("flows-h3_8-month", "levels: {band: [day_part]}", "key band: the finest level of band must be band"),
    (
        "fleet-day",
        "levels: {day: [month, week, day]}",
        "key day: a week lies in no one month or quarter: take one or the other",
    ),
    (
        "fleet-day",
        "levels: {month: [month]}",
        "key month: unknown key (known: day, vehicle_state)",
    ),
    ("flows-h3_8-month", "zone_system: basin", "origin_zone needs a zone system with zones, not basin"),
    ("fleet-day", "dimensions: [day, colour]", "key dimensions: unknown dimension 'colour'"),
    ("hot-spots-h3_8-month", "attributes: {zone: end_zone}", "key attributes: lacks month"),
    (
        "hot-spots-h3_8-month",
        "attributes: {zone: end_time, month: end_time}",
        "key zone: unknown attribute 'end_time' of zone (known: end_zone, place, start_zone, stop_zone)",
    ),
    ("hot-spots-h3_8-month", "steps: [zone.h3_7]", "key steps: the next level of zone is h3_6, not 'h3_7'"),
    (
        "hot-spots-h3_8-month",
        "steps: [month.quarter, month.month, month.day]",
        "key steps: the next level of month is no further level, not 'day'",
    ),
    ("hot-spots-h3_8-month", "steps: [band.band]", "key steps: unknown dimension 'band'"),
    ("trip-ends-commune-month", "steps: [zone.commune]", "key steps: only a partition is refined in steps"),
    ("hot-spots-h3_8-month", "zeros: shown", "key zeros: a partition shows no zeros"),
    ("hot-spots-h3_8-month", "finishing: {open: rounded}", "key open: the cube has no audience 'open'"),
    (
        "od-commune-month",
        "finishing: {open: discrete_gaussian}",
        "key open: discrete_gaussian needs its sigma and unit",
    ),
    (
        "od-commune-month",
        "finishing: {members: {discrete_gaussian: {sigma: 6, unit: trip}}}",
        "key members: noise is added to partitions for the audience open, and to nothing else",
    ),
    (
        "od-commune-month",
        "finishing: {open: {discrete_gaussian: {sigma: 0, unit: trip}}}",
        "key discrete_gaussian: sigma and most are at least 1",
    ),
    ("od-commune-month", "finishing: {open: {discrete_gaussian: {sigma: 6, unit: user}}}", "unknown value 'user'"),
    ("fleet-day", "floors: {open: {min_trips: 20}}", "key open: the cube has no audience 'open'"),
    ("fleet-day", "floors: {members: {min_trips: 0}}", "key min_trips: min_trips must be a whole number at least 1"),
    ("fleet-day", "floors: {members: {retention: P1Y}}", "key retention: retention is not a floor term"),
    (
        "fleet-day",
        "floors: {members: {p_percent: 30}}",
        "key p_percent: p_percent is said in the voted rules and the signed agreements alone",
    ),
]


@pytest.mark.parametrize(("cube", "line", "sentence"), WRONG, ids=[f"{cube} {line}" for cube, line, _ in WRONG])
def test_what_is_wrong_is_said_with_file_line_and_key(
    commons_files: Mapping[str, str], cube: str, line: str, sentence: str
) -> None:
    files = with_line(commons_files, cube, line)
    with pytest.raises(CommonsFileError) as fault:
        load(files)
    number = files["cubes.yaml"].split("\n").index(f"  {line}") + 1
    told = str(fault.value)
    assert sentence in told
    # A wrong place is told where the dimensions stand; all else in the line that is wrong.
    assert told.startswith(f"cubes.yaml, line {number}, key ") or "zone_system" in line


def test_steps_may_stop_before_the_finest_level(commons_files: Mapping[str, str]) -> None:
    one = cube_of(commons_files, "hot-spots-h3_8-month", "steps: [zone.h3_6, month.quarter, zone.h3_7]")
    assert one.steps == (("zone", "h3_6"), ("month", "quarter"), ("zone", "h3_7"))


def test_levels_are_told_in_the_order_in_which_they_lie() -> None:
    for levels in (*LEVELS.values(), *PLACES.values(), *USUAL.values()):
        assert len(set(levels)) == len(levels)
    for system, levels in USUAL.items():
        if levels:
            assert levels_wrong("zone", levels, system) is None
            assert levels_wrong("zone", (), system) is not None
    assert {kind for kind in Kind if kind is not Kind.PLACE} == set(LEVELS)
    assert set(DIMENSIONS.values()) == set(Kind)


# --- floors of its own -----------------------------------------------------------------------------------------------


def permitted(world: World, year: Period, later: Any, cube: str = "flows-h3_8-month") -> Permit:
    request = Request("secretariat", Action.RELEASE, cube, Audience.MEMBERS, "mobility-planning", later, period=year)
    decision = decide(request, world)
    assert isinstance(decision, Permit)
    return decision


@pytest.mark.parametrize(("asked", "kept"), [(25, 25), (5, 10)])
def test_a_cubes_own_floor_holds_where_it_is_stricter(
    commons_files: Mapping[str, str], year: Period, later: Any, asked: int, kept: int
) -> None:
    files = with_line(commons_files, "flows-h3_8-month", f"floors: {{members: {{min_trips: {asked}}}}}")
    terms = permitted(load(files), year, later).obligations.terms
    assert terms["min_trips"].plain() == kept
    other = permitted(load(files), year, later, "flows-commune-month").obligations.terms
    assert other["min_trips"].plain() == 10


def test_a_floor_that_is_stricter_shuts_what_was_built_to_less(
    commons_files: Mapping[str, str], world: World, year: Period, later: Any
) -> None:
    built = permitted(world, year, later).obligations
    reads = Request(
        "bolide", Action.READ, built.subject, Audience.MEMBERS, "mobility-planning", later, period=year, applied=built
    )
    assert isinstance(decide(reads, world), Permit)
    stricter = load(with_line(commons_files, "flows-h3_8-month", "floors: {members: {min_holders: 4}}"))
    assert not isinstance(decide(reads, stricter), Permit)


# --- a cube whose numbers are out ------------------------------------------------------------------------------------

FLOOR: Mapping[str, Term] = {"min_trips": parse_term("min_trips", 20)}
OTHERWISE: dict[str, Any] = {
    "statistic": "mds.trip_ends",
    "family": "dwell",
    "measure": "x",
    "unit": "x",
    "dimensions": ("zone",),
    "grain": None,
    "territory": frozenset({"x"}),
    "fields": frozenset({"x"}),
    "counted": {},
    "shape": Shape.TABLE,
    "levels": {},
    "steps": (("band", "day_part"),),
    "zeros": Zeros.SHOWN,
}


def test_a_cube_whose_numbers_are_out_asks_nothing_else(world: World) -> None:
    before = {"flows-h3_8-month": world.cubes["flows-h3_8-month"]}
    assert set(OTHERWISE) == set(ASKED)
    for field, value in OTHERWISE.items():
        after = {name: replace(cube, **{field: value}) for name, cube in before.items()}
        assert asked_otherwise(before, before, after) == f"the cube flows-h3_8-month: its {field}"
        assert asked_otherwise([], before, after) is None
        assert asked_otherwise(before, {}, after) is None
    assert asked_otherwise(before, before, {}) == "the cube flows-h3_8-month: it is dropped"
    assert asked_otherwise(before, before, before) is None


def test_what_may_change_of_a_cube_whose_numbers_are_out(world: World) -> None:
    cube = world.cubes["flows-h3_8-month"]
    (edition,) = cube.editions
    later = Edition("later", edition.from_.replace(year=2027), edition.datasets)
    allowed: list[dict[str, Any]] = [
        {"title": cube.formula},
        {"audiences": cube.audiences | {Audience.OPEN}, "finishing": {Audience.OPEN: Finishing(Mechanism.ROUNDED)}},
        {"editions": (edition, later)},
        {"floors": {Audience.MEMBERS: FLOOR}},
    ]
    for change in allowed:
        assert asked_otherwise([cube.id], {cube.id: cube}, {cube.id: replace(cube, **change)}) is None
    wordless = replace(cube, attributes={})
    assert asked_otherwise([cube.id], {cube.id: wordless}, {cube.id: cube}) is None


def test_what_may_not_change_of_a_cube_whose_numbers_are_out(world: World) -> None:
    cube = replace(world.cubes["flows-h3_8-month"], floors={Audience.MEMBERS: FLOOR})
    (edition,) = cube.editions
    earlier = Edition("earlier", edition.from_.replace(year=2025), edition.datasets)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"attributes": {**cube.attributes, "month": "end_time"}}, "its attributes"),
        ({"finishing": {Audience.MEMBERS: Finishing(Mechanism.ROUNDED)}}, "its finishing"),
        ({"editions": (earlier, edition)}, "an edition that has begun"),
        ({"editions": (replace(edition, datasets=edition.datasets[1:]),)}, "an edition that has begun"),
        ({"floors": {}}, "its floors become looser"),
        ({"floors": {Audience.MEMBERS: {"min_trips": parse_term("min_trips", 19)}}}, "its floors become looser"),
    ]
    for change, what in refused:
        after = {cube.id: replace(cube, **change)}
        assert asked_otherwise([cube.id], {cube.id: cube}, after) == f"the cube {cube.id}: {what}"


def test_no_floor_that_would_tell_p_is_told_in_this_file() -> None:
    assert {"p_percent", "prior_percent"} <= set(NOT_HERE)
