"""``hub feeds judge``, ``quality``, ``incidents``, ``brake`` as a person uses them, and the page that explains them."""

from __future__ import annotations

import doctest
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from feeds.gbfs.over_time import Patience
from feeds.gbfs.over_time.notices import NOTICES
from feeds.judging.checks import CHECKS
from hub.bootstrap import front_office
from hub.cli import main
from hub.services.commons import put_in_force, read_folder
from hub.settings import settings_of
from tests.hub.judged import COMMONS, DAY, HOUR, NOON, Town, town
from tests.hub.test_bad_input import Answer

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "quality.md"
BUS = "bus-hautes-combes"
Run = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_NOW", NOON.isoformat())
    front = front_office(settings_of())
    front.records.upgrade()
    put_in_force(front, read_folder(COMMONS))
    yield town(front.records, tmp_path)
    front.records.close()


@pytest.fixture
def hub(home: Town, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Run:
    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", "feeds", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capfdbinary.readouterr()
        return Answer(int(leaving.value.code or 0), told.out.decode(), told.err.decode())

    return run


def test_a_feed_is_judged_looked_at_and_answered(home: Town, hub: Run) -> None:
    home.version(BUS, "gtfs", at=NOON - DAY, facts={"service_to": "2026-12-31"}, errors=["foreign_key_violation"])
    assert "Not judged yet" in hub("quality", BUS).out
    assert "1 feeds judged; incidents: 1 opened, 0 closed" in hub("judge").out
    told = hub("quality", BUS).out
    assert re.search(r"valid +fail", told)
    assert re.search(r"2026-03-02 \* +1000 +– +900", told)
    plain = orjson.loads(hub("quality", BUS, "--json").out)
    assert plain["days"][0]["compliance"]["errors"] == {"foreign_key_violation": 7}
    assert "The version in force has errors" in hub("incidents", "list", BUS, "--lang", "en").out
    assert "La version en vigueur a des erreurs" in hub("incidents", "list", BUS, "--lang", "fr").out
    assert "We mend it tonight." in hub("incidents", "note", BUS, "1", "We mend it tonight.", "--as", "cars-combes").out
    shown = orjson.loads(hub("incidents", "show", BUS, "1", "--json").out)
    assert [(one["by"], one["text"]) for one in shown["notes"]] == [("cars-combes", "We mend it tonight.")]


def test_what_is_empty_or_not_there_says_so(home: Town, hub: Run) -> None:
    home.version(BUS, "gtfs", at=NOON - DAY)
    assert "No incident" in hub("incidents", "list", BUS).out
    assert "No run was ever held back" in hub("brake", "list").out
    assert hub("brake", "list", "--json").out.strip() == "[]"
    for words in (("quality", "nothing"), ("incidents", "list", "nothing"), ("incidents", "show", BUS, "1")):
        assert hub(*words).code == 2
    assert hub("incidents", "note", BUS, "1", "x", "--as", "nobody").code == 2


def test_the_brake_is_told_and_a_person_lets_go(home: Town, hub: Run) -> None:
    for slug in ("bus-a", "bus-b"):
        home.version(slug, "gtfs", at=NOON - DAY, errors=["foreign_key_violation"])
    held = hub("judge")
    assert (held.code, "2 feeds newly fail at once" in held.err) == (1, True)
    assert re.search(r"judge +waiting +2 +2 +bus-a, bus-b", hub("brake", "list").out)
    assert "refused by secretariat" in hub("brake", "refuse", "1", "--as", "secretariat").out
    assert hub("judge").code == 1
    assert "let through by secretariat" in hub("brake", "allow", "1", "--as", "secretariat").out
    assert orjson.loads(hub("judge", "--json").out)["opened"] == 2
    assert hub("brake", "allow", "1", "--as", "secretariat").code == 1


def test_the_pages_examples_come_out_as_it_says() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert (failed, tried > 15) == (0, True)


def rows(heading: str) -> list[list[str]]:
    """The table under a heading of the page."""
    _, _, section = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_tells_the_policies_that_are_kept() -> None:
    told = [
        [
            name,
            ", ".join(sorted(check.standards)),
            str(check.policy.fails),
            f"{check.policy.grace_s} s",
            str(check.policy.passes),
            f"{check.policy.probation_s} s",
        ]
        for name, check in CHECKS.items()
    ]
    assert rows("Checks and their patience") == told


def test_the_page_tells_every_code_and_threshold() -> None:
    told = rows("GBFS across time")
    assert [(code, kind) for code, kind, _ in told] == [(code, one.kind.value) for code, one in NOTICES.items()]
    limits = asdict(Patience())
    assert {name: limits[name] for name in ("unmoved_s", "frozen_feed_s", "frozen_station_s", "trouble_s")} == {
        "unmoved_s": 1 * HOUR.seconds,
        "frozen_feed_s": 12 * HOUR.seconds,
        "frozen_station_s": 48 * HOUR.seconds,
        "trouble_s": 2 * HOUR.seconds,
    }
    for number in (limits["moved_m"], limits["speed_ms"], limits["latency_s"], limits["station_vehicles"]):
        assert any(f"{number:g} " in text for _, _, text in told)
