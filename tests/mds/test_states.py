"""The state machines: against the specification's tables where these lie beside the checkout, and step by step."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from mds import vocabulary
from mds.states import follows, machine, reachable

MODES = ("micromobility", "passenger-services", "car-share", "delivery-robots")


@pytest.mark.shared_data
def test_the_machines_are_those_of_the_specification(shared_data: Path) -> None:
    told: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    with (shared_data / "mds" / "mds2_state_transitions.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            step = (row["event_type"], row["from_state"], row["to_state"])
            told[row["mode"]].add((step[0].strip(), step[1].strip(), step[2].strip()))
    assert sum(len(steps) for steps in told.values()) == 226
    for mode in MODES:
        ours = {(event, a, b) for event, pairs in machine("2.0", mode).items() for a, b in pairs}
        assert ours == told[mode], mode


@pytest.mark.parametrize("mode", MODES)
def test_only_words_of_the_vocabulary(mode: str) -> None:
    steps = machine("2.0", mode)
    assert set(steps) <= vocabulary.EVENT_TYPES
    assert {state for pairs in steps.values() for pair in pairs for state in pair} <= vocabulary.VEHICLE_STATES


def test_the_1_2_machine_knows_all_its_words() -> None:
    steps = machine("1.2")
    assert set(steps) == vocabulary.EVENT_TYPES_1_2
    states = {state for pairs in steps.values() for pair in pairs for state in pair}
    assert states == vocabulary.VEHICLE_STATES_1_2


def test_several_events_pass_through_states_where_nothing_rests() -> None:
    steps = machine("2.0")
    assert reachable(steps, "on_trip", ["trip_end", "battery_low"]) == {"non_operational"}
    assert reachable(steps, "on_trip", ["trip_end", "rebalance_pick_up"]) == {"removed"}
    assert reachable(steps, "removed", ["trip_end"]) == frozenset()
    assert reachable(steps, None, ["trip_end"]) == {"available"}
    assert reachable(steps, "available", ["no such event"]) == frozenset()


@pytest.mark.parametrize(
    ("version", "before", "types", "after", "possible"),
    [
        ("2.0", "available", ["trip_start"], "on_trip", True),
        ("2.0", "removed", ["trip_start"], "on_trip", False),
        ("2.0", None, ["trip_start"], "on_trip", True),
        ("2.0", None, ["trip_start"], "available", False),
        ("2.0", "available", ["not_located"], "missing", False),  # 2.0 loses contact first
        ("1.2", "available", ["not_located"], "missing", True),  # 1.2 has one state for both
        ("1.2", "non_contactable", ["located"], "available", True),
        ("1.2", "missing", ["comms_restored"], "on_trip", True),
    ],
)
def test_follows(version: str, before: str | None, types: list[str], after: str, *, possible: bool) -> None:
    assert follows(version, "micromobility", before=before, event_types=types, after=after) is possible


def test_both_spellings_of_an_event() -> None:
    for event in ("recommission", "recommissioned"):
        assert follows("2.0", "car-share", before="removed", event_types=[event], after="non_operational")
