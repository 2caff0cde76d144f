"""``hub attack``: what the public and what a member finds, on files and through the hub's door."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from governance.audiences import Audience
from governance.decide import decide
from governance.decision import Permit
from governance.disclosure.hierarchy import Hierarchy
from governance.disclosure.published import About, Published, Shape, written
from governance.periods import Period
from governance.request import Action, Request
from hub.bootstrap import front_office
from hub.cli import main
from hub.records.models import LogText, Release
from hub.services import negotiate_holding
from hub.services.commons import current_world, put_in_force, read_folder
from hub.services.front import Front
from hub.settings import settings_of
from tests.governance.log_book import a_book
from tests.hub.log_hall import COMMONS
from tests.hub.test_bad_input import Answer

Run = Callable[..., Answer]
CUBE = "flows-h3_8-month"
NOW = dt.datetime(2026, 11, 15, 9, 30, tzinfo=dt.UTC)
SEPTEMBER = Period(dt.date(2026, 9, 1), dt.date(2026, 10, 1))
ZONES, BANDS = Hierarchy.flat("zone", "zone", ["X", "Y"]), Hierarchy.flat("band", "band", ["am", "pm"])


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Run:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_NOW", NOW.isoformat())

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["hub", "attack", *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capfdbinary.readouterr()
        return Answer(int(leaving.value.code or 0), told.out.decode(), told.err.decode())

    return run


@pytest.fixture
def front(hub: Run) -> Iterator[Front]:
    """The hub's front, with the demo's commons in force."""
    made = front_office(settings_of())
    made.records.upgrade()
    put_in_force(made, read_folder(COMMONS))
    yield made
    made.records.close()


def found(answer: Answer) -> dict[int, Any]:
    """What each attack told."""
    return {one["number"]: one for one in orjson.loads(answer.out)}


def table(cells: Sequence[Sequence[int]], totals: Sequence[int]) -> bytes:
    """Two zones and two bands with the zones' totals; -1 is hidden."""
    keys = [((1, 1), ((i,), (j,)), cells[i][j]) for i in range(2) for j in range(2)]
    keys += [((1, 0), ((i,), (0,)), totals[i]) for i in range(2)]
    level, nodes = np.array([key[0] for key in keys], np.int8), [key[1] for key in keys]
    value = np.array([key[2] for key in keys], np.int64)
    about = About("ends", Shape.TABLE, "trips", "trips")
    return written(
        Published(about, (ZONES, BANDS), level, nodes, value, tuple("3-4" if one >= 0 else "" for one in value))
    )


def partition(values: Sequence[int] = (100, 90)) -> bytes:
    """A group for each zone."""
    about, level = About(CUBE, Shape.PARTITION, "trips", "trips"), np.ones((2, 1), np.int8)
    return written(Published(about, (ZONES,), level, [((0,),), ((1,),)], np.array(values), ("3-4", "3-4")))


def file(folder: Path, name: str, content: bytes | Sequence[Mapping[str, object]]) -> str:
    """A file with these bytes, or a CSV file with these rows."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
        return str(path)
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(content[0]))
        writer.writeheader()
        writer.writerows(content)
    return str(path)


def test_the_public_subtracts_what_a_naive_table_prints(hub: Run, tmp_path: Path) -> None:
    release = file(tmp_path, "naive.parquet", table([[20, -1], [30, 40]], [26, 70]))
    answer = hub(release, "--json")
    assert answer.code == 1
    told = found(answer)
    assert list(told) == list(range(1, 23))
    (fact,) = told[1]["facts"]
    assert (fact["low"], fact["high"], fact["certain"], fact["where"]["zone"], fact["where"]["band"]) == (
        6,
        6,
        True,
        "X",
        "pm",
    )
    assert (told[2]["certain"], told[3]["tried"], told[17]["tried"]) == (1, False, False)
    people = hub(release, "--number", "1")
    assert (people.code, "trips 6 (zone X, band pm, release naive): a total less its parts" in people.out) == (1, True)
    assert not (tmp_path / "home").exists()


def test_a_partition_tells_the_public_nothing_for_sure(hub: Run, tmp_path: Path) -> None:
    answer = hub(file(tmp_path, "safe.parquet", partition()), "--json")
    assert answer.code == 0
    assert sum(one["certain"] for one in found(answer).values()) == 0


def test_a_member_bounds_its_rivals_with_its_own_figures_and_a_pair_bounds_them_closer(
    hub: Run, tmp_path: Path
) -> None:
    release = file(tmp_path, "r.parquet", partition())
    own = file(tmp_path, "bolide.csv", [{"zone": "X", "trips": 50}, {"zone": "Y", "trips": 40}])
    pair = file(tmp_path, "glisse.csv", [{"zone": "X", "trips": 30, "holding": "glisse"}])
    alone = found(hub(release, "--own", own, "--as", "bolide", "-n", "3", "--json"))[3]["facts"]
    assert min(one["high"] for one in alone if one["where"]["zone"] == "X") == 49
    both = found(hub(release, "--own", own, "--pair", pair, "--as", "bolide", "-n", "3", "--most", "99", "--json"))
    bounds = [one["high"] for one in both[3]["facts"] if one["where"]["zone"] == "X" and one["about"] == "part"]
    # 100 - 50 - 1 alone, 100 - 30 - 1 for the other alone, and 20 together, of which a third holding has all.
    assert sorted(bounds) == [20, 49, 69]


def test_open_feeds_are_priors(hub: Run, tmp_path: Path) -> None:
    release = file(tmp_path, "r.parquet", partition())
    own = file(tmp_path, "own.csv", [{"zone": "X", "trips": 30, "holding": "b"}])
    rows = [("a", 30, 90), ("c", 15, 45)]
    prior = file(
        tmp_path, "prior.csv", [{"zone": "X", "holding": name, "least": low, "most": high} for name, low, high in rows]
    )
    seen = file(tmp_path, "seen.csv", [{"zone": "X", "vehicles": 2}, {"zone": "Y", "vehicles": 9}])
    told = found(hub(release, "--own", own, "--prior", prior, "--json", "--most", "99"))
    bound = {
        one["whose"]: one["high"] for one in told[15]["facts"] if one["about"] == "part" and one["where"]["zone"] == "X"
    }
    assert bound == {"a": 55, "c": 40}
    vehicles = found(hub(release, "--prior", seen, "--json"))[16]["facts"]
    assert [(one["where"]["zone"], one["high"]) for one in vehicles] == [("X", 2), ("Y", 9)]


def test_zones_that_touch_are_named_in_a_file(hub: Run, tmp_path: Path) -> None:
    communes = Hierarchy.flat("zone", "commune", ["A", "B"])
    about, level = About("c", Shape.PARTITION, "trips", "trips"), np.ones((2, 1), np.int8)
    other = Published(about, (communes,), level, [((0,),), ((1,),)], np.array([92, 98]), ("3-4", "3-4"))
    releases = [file(tmp_path, "cells.parquet", partition()), file(tmp_path, "communes.parquet", written(other))]
    touch = file(
        tmp_path, "touch.csv", [{"one": "X", "other": "A"}, {"one": "X", "other": "B"}, {"one": "Y", "other": "B"}]
    )
    # All of A lies in X, so what is left of X lies in B: 100 - 92 = 8.
    facts = found(hub(*releases, "--overlap", touch, "-n", "6", "--json"))[6]["facts"]
    assert (facts[0]["low"], facts[0]["high"], facts[0]["certain"]) == (8, 8, True)
    assert found(hub(*releases, "-n", "6", "--json"))[6]["certain"] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--number", "23"), "no attack has the number 23"),
        (("--own", "{broken}"), "cannot be read"),
        (("--own", "{other}"), "has no column trips"),
        (("--own", "{lost}"), "the table has no column zone"),
    ],
)
def test_what_is_wrong_is_one_line(hub: Run, tmp_path: Path, words: tuple[str, str], told: str) -> None:
    files = {
        "broken": file(tmp_path, "broken.parquet", b"PAR1"),
        "other": file(tmp_path, "other.csv", [{"zone": "X", "rides": 1}]),
        "lost": file(tmp_path, "lost.csv", [{"area": "X", "trips": 1}]),
    }
    release = file(tmp_path, "r.parquet", partition())
    answer = hub(release, *(word.format(**files) for word in words))
    assert (answer.code, told in answer.err, answer.err.count("\n")) == (2, True, 1)
    other = hub(files["broken"])
    assert (other.code, "this is no Parquet file" in other.err) == (2, True)


def planted(front: Front, content: bytes) -> str:
    """A members' release of September."""
    request = Request("secretariat", Action.RELEASE, CUBE, Audience.MEMBERS, "mobility-planning", NOW, SEPTEMBER)
    permit = decide(request, current_world(front))
    assert isinstance(permit, Permit), permit
    stored = front.released.put(content)
    made = Release(
        id="a" * 32,
        kind="cube",
        subject=CUBE,
        part=CUBE,
        audience="members",
        period_from=SEPTEMBER.from_,
        period_to=SEPTEMBER.to,
        edition={"id": "edition-2026", "inputs": "0" * 64, "family": "trips", "grain": "h3_8 P1M/daytype+band"},
        digest=stored.digest,
        size=stored.size,
        media_type="application/vnd.apache.parquet",
        file_name="flows.parquet",
        created_at=NOW,
        agreements=sorted(permit.grants.values()),
        obligations=dict(permit.obligations.plain()),
        facts={},
    )
    with front.records.write() as session:
        session.add(made)
    return "a" * 32


def logged(front: Front) -> list[tuple[str, bool]]:
    """Who asked to read, and whether it was permitted."""
    with front.records.read() as session:
        rows = session.query(LogText).where(LogText.action == "read").order_by(LogText.index)
        return [(row.actor, row.permitted) for row in rows]


def test_releases_by_id_are_read_through_the_one_door(hub: Run, front: Front, tmp_path: Path) -> None:
    release = planted(front, partition())
    own = file(tmp_path, "own.csv", [{"zone": "X", "trips": 50}])
    words = (release, "--as", "bolide", "--purpose", "mobility-planning", "--own", own, "--json", "--most", "99")
    answer = hub(*words)
    assert answer.code == 0, answer.err
    told = found(answer)
    assert logged(front) == [("bolide", True)]
    # At the hub's own doors everything was tried, and nothing got through.
    assert [(told[number]["tried"], told[number]["found"]) for number in (9, 17, 18, 21)] == [(True, 0)] * 4
    assert min(one["high"] for one in told[3]["facts"] if one["where"]["zone"] == "X") == 49
    before = current_world(front)
    hub(*words)
    assert current_world(front) == before


def test_whoever_may_not_read_gets_nothing_to_attack_and_that_is_logged(hub: Run, front: Front) -> None:
    release = planted(front, partition())
    public = hub(release)
    assert (public.code, "100" in public.out + public.err) == (1, False)
    assert hub(release, "--as", "nobody").code == 2
    negotiate_holding.suspend(front, "joint-members-glisse", by="glisse")
    after = hub(release, "--as", "bolide", "--purpose", "mobility-planning")
    assert (after.code, after.out) == (1, "")
    assert "agreement." in after.err, after.err
    assert logged(front) == [("public", False), ("bolide", False)]


def test_a_log_that_was_tampered_with_is_found_by_the_attacked(hub: Run, front: Front, tmp_path: Path) -> None:
    export = file(tmp_path, "log.jsonl", b"".join(a_book().lines("trottix")))
    told = found(hub(file(tmp_path, "r.parquet", partition()), "--log", export, "-n", "20", "--json"))[20]
    assert (told["tried"], told["found"], told["note"]["en"]) == (True, 0, "5 ways of tampering.")
