"""Everything that can be read, by everybody, in every state of the agreements: nothing leaves that must not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.intake.app import create_intake
from tests.surface.asking import Asker, web_door
from tests.surface.basin import Basin, in_state
from tests.surface.discovery import operations
from tests.surface.lawful import AGREED, ALWAYS, ROLES, lawful
from tests.surface.states import BINDING, STATES
from tests.surface.things import kinds_without_a_thing
from tests.surface.values import path_values, unknown_names
from tests.surface.walking import Walk

#: What the web door shows to somebody; a job is shown by the intake door, and the others by none.
SHOWN = (AGREED.keys() | ALWAYS.keys()) - {"job", "vault", "secret"}
#: Far fewer would mean that routes are no longer found.
LEAST_PATHS, LEAST_ROLES, LEAST_STATES, LEAST_ASKED = 65, 19, 18, 300


def walked(
    built: tuple[Basin, Path], folder: Path, state: str, *, exits: frozenset[str] | None = None, thorough: bool = False
) -> Walk:
    """The walk through the web door in a state."""
    with in_state(*built, folder, state) as basin, Asker(web_door(basin.front)) as asker:
        walk = Walk(asker, basin, state, path_values(basin), thorough=thorough, exits=exits)
        walk.through(operations(asker.app), start=STATES.index(state))
    asked = f"{walk.asked} asked, {dict(sorted(walk.statuses.items()))}"
    sys.stdout.write(f"\n{state}: {asked}\n")
    return walk


@pytest.fixture(scope="module")
def survey(built: tuple[Basin, Path], tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The walk of everybody to every address, in several ways each, while all agreements are in force."""
    return walked(built, tmp_path_factory.mktemp("survey") / "hub", "active", thorough=True)


def test_every_address_is_known_how_to_ask(built: tuple[Basin, Path]) -> None:
    found = operations(web_door(built[0].front)) + operations(create_intake(built[0].back))
    assert unknown_names(found, path_values(built[0])) == []
    paths = {one.template for one in found if one.method == "GET"}
    sys.stdout.write(f"\n{len(paths)} paths x {len(ROLES)} roles x {len(STATES)} states\n")
    assert len(paths) >= LEAST_PATHS
    assert len(ROLES) >= LEAST_ROLES
    assert len(STATES) >= LEAST_STATES
    assert kinds_without_a_thing(built[0].front) == [], "make one of each kind in tests/surface/things.py"


def test_while_all_is_in_force_each_sees_its_own_and_no_more(survey: Walk) -> None:
    """The very same looking finds whatever there is for somebody, or what follows would prove nothing."""
    assert survey.faults == []
    assert survey.leaks == []
    assert lawful("active", SHOWN) | survey.basin.also <= survey.seen
    assert {"/api/v1/releases/{release_id}/data", "/api/v1/extracts/{extract_id}/file"} <= survey.found_exits


@pytest.mark.parametrize("state", [state for state in STATES if state != "active"])
def test_nothing_leaves(built: tuple[Basin, Path], tmp_path: Path, survey: Walk, state: str) -> None:
    walk = walked(built, tmp_path / "hub", state, exits=frozenset(survey.found_exits))
    assert walk.faults == []
    assert walk.leaks == []
    assert walk.asked >= LEAST_ASKED
    through = {of for of, _ in walk.seen} & AGREED.keys()
    assert (through == AGREED.keys()) is (state in BINDING), f"{state} lets through {through}"


def test_the_door_in_tells_nothing_of_what_it_took(built: tuple[Basin, Path], tmp_path: Path) -> None:
    with in_state(*built, tmp_path / "hub", "active") as basin, Asker(create_intake(basin.back)) as asker:
        walk = Walk(asker, basin, "active", path_values(basin), thorough=True)
        walk.through(operations(asker.app), start=0)
    assert walk.faults == []
    assert walk.leaks == []
    assert walk.seen == lawful("active", {"job"})


def test_an_address_with_a_nul_is_no_question(built: tuple[Basin, Path], tmp_path: Path) -> None:
    """On PostgreSQL it would be a fault of the database, which a reader could cause at will."""
    with in_state(*built, tmp_path / "hub", "active") as basin, Asker(web_door(basin.front)) as asker:
        for operation in operations(asker.app):
            address = operation.addresses({name: ["x\x00y"] for name in operation.marks})[0]
            if operation.marks:
                assert asker.ask(operation.method, address).status == 400, operation
            for name in operation.query:
                plain = operation.addresses({name: ["x"] for name in operation.marks})[0]
                assert asker.ask(operation.method, plain, query={name: "x\x00y"}).status == 400, operation
