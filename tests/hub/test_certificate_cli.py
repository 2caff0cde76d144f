"""``hub certificate verify``: a member checks a release at home, with files alone."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance.audiences import Audience
from governance.disclosure.certificate import certify, signed
from governance.disclosure.commitments import commitments, salt_of
from governance.disclosure.contributions import Contributions
from governance.disclosure.independent import Audited
from governance.disclosure.published import About, Published, Shape, written
from governance.disclosure.rules import Rules
from governance.periods import Period
from governance.signing import new_key, public_text
from hub.cli import main
from tests.governance.disclosure.handmade import RULES, contributions, grid, table
from tests.hub.test_bad_input import Answer

Run = Callable[..., Answer]
MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))
KEY = new_key()
HIDDEN = [("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")]
#: Whoever is a takes the square apart: the others' parts of it are 6 0 / 0 0.
CELLS = {(f"r{row}", f"c{column}"): dict.fromkeys("abcd", 10) for row in (1, 2, 3) for column in (1, 2, 3)} | {
    ("r1", "c1"): {"a": 6, "b": 6},
    ("r1", "c2"): {"a": 6},
    ("r2", "c1"): {"a": 6},
    ("r2", "c2"): {"a": 6},
}
#: The same with enough of everybody in the square that nobody takes it apart.
SAFE = CELLS | {cell: dict.fromkeys("abcd", 6) for cell in HIDDEN}
GRID = grid(["r1", "r2", "r3"], ["c1", "c2", "c3"])


@dataclass
class Desk:
    """A member's folder: the release, its certificate, and its own contributions as it sent them."""

    folder: Path
    made: Contributions
    published: Published
    rules: Rules = RULES

    def write(self, *, inputs: Contributions | None = None, **changed: Any) -> None:
        content = written(self.published)
        salts = {name: self.salt(name) for name in "abcd"}
        certificate = certify(
            content,
            self.published.about,
            Audited(64, 1.2, ()),
            self.rules,
            audience=Audience.MEMBERS,
            period=MARCH,
            inputs=commitments(inputs or self.made, salts, cube="handmade", period=MARCH),
            counts_trips=True,
            engine="independent 1, scipy 1.17",
            at=dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC),
        )
        (self.folder / "release.parquet").write_bytes(content)
        (self.folder / "certificate.json").write_bytes(
            signed(replace(certificate, **changed), "hub.example", KEY).written()
        )

    def salt(self, holding: str) -> bytes:
        return salt_of(b"secret", release="of the release", holding=holding)

    def own(self, holding: str, *, name: str = "own.parquet", rows: Contributions | None = None) -> str:
        mine = (rows or self.made).only(holding)
        ids = {
            one.dimension: pa.array([one.nodes[-1][node] for node in mine.cell[:, d]], pa.string())
            for d, one in enumerate(mine.hierarchies)
        }
        held = pa.table({**ids, "trips": pa.array(mine.value, pa.int64())})
        path = self.folder / name
        if path.suffix == ".csv":
            lines = [",".join(held.column_names), *(",".join(map(str, row.values())) for row in held.to_pylist())]
            path.write_text("\n".join(lines) + "\n")
        else:
            pq.write_table(held, path)
        return str(path)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = contributions(GRID, SAFE)
    found = Desk(tmp_path, made, table(made, hidden=HIDDEN))
    found.write()
    return found


@pytest.fixture
def verify(desk: Desk, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Run:
    monkeypatch.setenv("HUB_HOME", str(desk.folder / "nowhere"))  # the files are all that it needs

    def run(*words: str) -> Answer:
        files = [str(desk.folder / "release.parquet"), str(desk.folder / "certificate.json")]
        monkeypatch.setattr(sys, "argv", ["hub", "certificate", "verify", *files, *words])
        with pytest.raises(SystemExit) as leaving:
            main()
        told = capfdbinary.readouterr()
        assert not (desk.folder / "nowhere").exists()
        return Answer(int(leaving.value.code or 0), told.out.decode(), told.err.decode())

    return run


def faults(answer: Answer) -> set[str]:
    return {one["name"] for one in orjson.loads(answer.out)["faults"]}


def test_a_member_verifies_with_files_alone(desk: Desk, verify: Run) -> None:
    words = ["--own", desk.own("a"), "--holding", "a", "--salt", desk.salt("a").hex(), "--key", public_text(KEY)]
    good = verify(*words)
    assert (good.code, good.err) == (0, "")
    assert "Good: handmade for members, 2026-03-01 to 2026-04-01, a table of 16 keys, signed by hub.example" in good.out
    assert "10 attacks at least, at least 1.0 times what is required" in good.out
    assert "Your contributions: 74 trips; they are those that the hub committed itself to." in good.out
    assert "4 suppressed keys; of 0 the sum of all others together can be worked out exactly." in good.out
    told = orjson.loads(verify(*words, "--json").out)
    assert (told["good"], told["committed"], told["contributed"], told["faults"]) == (True, True, 74, [])
    assert told["learnt"][0] == {
        **{"key": "zone=r1, band=c1", "shown": False, "proven": True},
        **{"own": 6, "low": 0, "high": 36, "exact": False},
    }
    assert [one["low"] for one in told["learnt"] if one["key"] == "zone=r3, band=c3"] == [30]


def test_without_contributions_it_is_an_outsiders_look(verify: Run) -> None:
    found = verify()
    assert found.code == 0
    assert f"The signing key is {public_text(KEY)}: compare it" in found.out
    assert "of 0 the sum of all holdings together can be worked out exactly." in found.out


def test_what_a_member_can_take_apart_is_found(desk: Desk, verify: Run) -> None:
    desk.made = contributions(GRID, CELLS)
    desk.published = table(desk.made, hidden=HIDDEN)
    desk.write()
    found = verify("--own", desk.own("a"), "--holding", "a")
    assert found.code == 1
    assert "of 4 the sum of all others together can be worked out exactly" in found.out
    assert "zone=r1, band=c1: Taking your own out leaves fewer trips of the others" in found.err
    assert "others.few: 6 to 6" in found.err
    assert verify("--own", desk.own("d"), "--holding", "d").code == 0


def test_what_contributors_do_not_read_need_not_withstand_them(desk: Desk, verify: Run) -> None:
    desk.made = contributions(GRID, CELLS)
    desk.published = table(desk.made, hidden=HIDDEN)
    desk.rules = replace(RULES, coalition=0)
    desk.write()
    assert verify("--own", desk.own("a"), "--holding", "a").code == 0


def test_a_release_that_is_not_rounded_as_the_rules_say_is_found(desk: Desk, verify: Run) -> None:
    desk.rules = replace(RULES, rounding=5)
    desk.write()
    assert faults(verify("--json")) == {"release.said"}


def test_of_a_file_of_several_holdings_ones_own_rows_are_taken(desk: Desk, verify: Run) -> None:
    files = [pq.read_table(desk.own(name)) for name in "ab"]
    whole = pa.concat_tables(
        [one.append_column("holding", pa.array([name] * len(one))) for one, name in zip(files, "ab", strict=True)]
    )
    pq.write_table(whole, desk.folder / "both.parquet")
    words = ("--own", str(desk.folder / "both.parquet"))
    assert "name your holding" in verify(*words).err
    mine = verify(*words, "--holding", "a", "--salt", desk.salt("a").hex())
    assert "Your contributions: 74 trips; they are those that the hub" in mine.out


def test_of_what_is_published_too_few_of_others_are_found(desk: Desk, verify: Run) -> None:
    desk.made = contributions(GRID, SAFE | {("r3", "c3"): {"a": 40, "b": 3, "c": 3}, ("r2", "c3"): {"a": 40, "b": 1}})
    value = table(desk.made, hidden=HIDDEN)
    place = value.coverage.index("1-2")
    desk.published = replace(value, coverage=(*value.coverage[:place], "3-4", *value.coverage[place + 1 :]))
    desk.write()
    told = verify("--own", desk.own("a"), "--holding", "a", "--json")
    assert {(one["name"], one["where"]) for one in orjson.loads(told.out)["faults"]} == {
        ("others.few", "zone=r3, band=c3"),
        ("others.few", "zone=r2, band=c3"),
        ("others.holders", "zone=r2, band=c3"),
    }


def test_contributions_that_the_hub_did_not_count_are_found(desk: Desk, verify: Run) -> None:
    salt = ("--salt", desk.salt("a").hex())
    more = contributions(GRID, SAFE | {("r1", "c1"): {"a": 7, "b": 6, "c": 6, "d": 6}})
    own = desk.own("a", rows=more)
    assert faults(verify("--own", own, "--holding", "a", *salt, "--json")) == {"own.commitment"}
    # Another's salt opens nothing either; and without a salt nothing is compared.
    other = ("--salt", desk.salt("b").hex())
    assert faults(verify("--own", desk.own("a"), "--holding", "a", *other, "--json")) == {"own.commitment"}
    assert verify("--own", own, "--holding", "a").code == 0
    assert faults(verify("--own", own, "--holding", "zed", "--json")) == {"own.no_commitment"}


def test_contributions_that_cannot_be_in_the_numbers_are_found(desk: Desk, verify: Run) -> None:
    much = contributions(GRID, SAFE | {("r3", "c3"): {"a": 41}})
    assert faults(verify("--own", desk.own("a", rows=much), "--holding", "a", "--json")) == {"own.more"}
    # 24 and 25 in the square's first row are less than its margin of 88, but more than the 48 that are left of it.
    wide = contributions(GRID, SAFE | {cell: {"a": 24} for cell in HIDDEN} | {("r1", "c1"): {"a": 25}})
    assert faults(verify("--own", desk.own("a", rows=wide), "--holding", "a", "--json")) == {"own.impossible"}


def test_another_file_or_signature_is_found(desk: Desk, verify: Run) -> None:
    assert faults(verify("--key", public_text(new_key()), "--json")) == {"key.other"}
    file = desk.folder / "certificate.json"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"attacks":10', b'"attacks":11'))
    assert faults(verify("--json")) == {"certificate.signature"}
    file.write_bytes(whole)
    other = replace(desk.published, value=np.where(desk.published.value == 40, 41, desk.published.value))
    (desk.folder / "release.parquet").write_bytes(written(other))
    assert faults(verify("--json")) == {"release.other", "sum.contradiction", "numbers.impossible"}
    desk.write(cube="another")
    assert faults(verify("--json")) == {"release.said"}


def test_a_csv_whose_ids_are_digits_is_read_as_text(desk: Desk, verify: Run) -> None:
    zones = grid(["01", "02"], ["am", "pm"])
    desk.made = contributions(
        zones, {(zone, band): dict.fromkeys("abcd", 20) for zone in ("01", "02") for band in ("am", "pm")}
    )
    desk.published = table(desk.made, hidden=[])
    desk.write()
    words = ("--own", desk.own("a", name="own.csv"), "--holding", "a", "--salt", desk.salt("a").hex())
    found = verify(*words)
    assert found.code == 0
    assert "they are those that the hub committed itself to" in found.out
    assert "In 9 published rows you can take your own out" in found.out


def test_a_partition_and_an_empty_release(desk: Desk, verify: Run) -> None:
    about = About("handmade", Shape.PARTITION, "trips", "trips")
    level = np.array([[1, 0], [1, 0]], np.int8)
    groups = [((0,), (0,)), ((1, 2), (0,))]
    desk.published = Published(about, GRID, level, groups, np.array([88, 208]), ("3-4", "3-4"))
    desk.write()
    found = verify("--own", desk.own("a"), "--holding", "a")
    assert found.code == 0
    assert "a partition of 2 groups" in found.out
    assert "suppressed" not in found.out
    desk.published = Published(about, GRID, np.empty((0, 2), np.int8), [], np.empty(0, np.int64), ())
    desk.write()
    assert "Nothing is published in it, so there is nothing to learn." in verify().out


def test_numbers_with_noise_are_not_taken_for_sums(desk: Desk, verify: Run) -> None:
    noisy = replace(desk.published.about, noise={"mechanism": "discrete_gaussian", "sigma": 6})
    desk.published = replace(desk.published, about=noisy, value=desk.published.value + 1)
    desk.write()
    found = verify("--own", desk.own("a"), "--holding", "a", "--salt", desk.salt("a").hex())
    assert found.code == 0
    assert "Its numbers carry noise" in found.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--holding", "a"], "name their file with --own"),
        (["--own", "OWN"], "name your holding with --holding"),
        (["--own", "OWN", "--holding", "a", "--salt", "abc"], "64 hexadecimal digits"),
        (["--own", "nowhere.parquet", "--holding", "a"], "nowhere.parquet"),
        (["--own", "TEXT", "--holding", "a"], "own.txt"),
        (["--own", "LESS", "--holding", "a"], "lack the column"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(desk: Desk, verify: Run, words: list[str], told: str) -> None:
    (desk.folder / "own.txt").write_text("no parquet")
    (desk.folder / "less.csv").write_text("zone,trips\nr1,5\n")
    files = {"OWN": desk.own("a"), "TEXT": str(desk.folder / "own.txt"), "LESS": str(desk.folder / "less.csv")}
    answer = verify(*(files.get(word, word) for word in words))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert told in answer.err


def test_other_files_are_refused(desk: Desk, verify: Run) -> None:
    (desk.folder / "certificate.json").write_text("{}")
    assert (verify().code, "not the certificate" in verify().err) == (2, True)
    desk.write()
    (desk.folder / "release.parquet").write_bytes(b"no parquet")
    assert (verify().code, "no Parquet" in verify().err) == (2, True)
    (desk.folder / "release.parquet").unlink()
    assert verify().code == 2
