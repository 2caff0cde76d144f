"""Releases that are safe apart and give something away together, with numbers one can follow by hand.

Members' rules throughout: k = 10 trips beside the reader's own, 3 holdings, 85 %, p = 10 %; each triple of numbers is
what the holdings a, b and c contribute.
"""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from governance.audiences import Audience
from governance.disclosure.ledger.admission import Admission, audit_jointly
from governance.disclosure.ledger.claims import Placed, Records
from governance.disclosure.ledger.findings import Limits
from governance.disclosure.ledger.refusals import concerned
from governance.disclosure.published import Shape, written
from governance.disclosure.rules import Rules
from governance.periods import Period
from governance.verdicts import Denied
from tests.governance.disclosure.ledger_town import AUTHORITY, MEMBERS, OPEN, YEAR, Town

JANUARY = Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
FEBRUARY = Period(dt.date(2026, 2, 1), dt.date(2026, 3, 1))
PLENTY = (30, 25, 20)


def admitted(town: Town, new: Placed, *out: Placed, limits: Limits | None = None) -> Admission:
    return audit_jointly(new, list(out), town.records, limits=limits)


def code(found: Admission) -> str:
    return found.verdict.code if isinstance(found.verdict, Denied) else "coarser" if found.coarsened else "allowed"


def groups(found: Admission) -> list[list[str]]:
    """The zones that each group pools, of a release with one dimension."""
    published = found.placed.published
    zones = published.hierarchies[0]
    return [
        [zones.nodes[level][node] for node in nodes[0]]
        for level, nodes in zip(published.level[:, 0].tolist(), published.nodes, strict=True)
    ]


# --- places ----------------------------------------------------------------------------------------------------------


def test_a_total_beside_its_parts_is_refused() -> None:
    """1 -> 9 has 75 trips, 2 -> 9 has 68, 3 -> 9 is hidden (6 trips). All that end in 9: 149 - 75 - 68 = 6."""
    town = Town.of(["start"], {("1",): PLENTY, ("2",): (26, 22, 20), ("3",): (2, 2, 2)})
    flows = town.release("flows", ["start"], [["1"], ["2"], ["3"]], shape=Shape.TABLE, hidden=[2])
    ends = town.release("ends", ["start"], [["all"]])
    found = admitted(town, ends, flows)
    assert code(found) == "ledger.joint"
    assert isinstance(found.verdict, Denied)
    assert "flows" in found.verdict.reason.en
    # In a total that says no more than its parts there is nothing to find.
    assert code(admitted(town, ends, town.release("all", ["start"], [["1"], ["2 3 elsewhere"]]))) == "allowed"


def test_a_commune_beside_cells_that_stick_out_of_it_is_coarsened() -> None:
    """Commune A is cells 1 and 2 and a corner of 3 (6 trips). A less 1 less 2 leaves the corner: 149 - 75 - 68 = 6."""
    town = Town.of(
        ["commune", "h3"],
        {
            ("A", "1"): PLENTY,
            ("A", "2"): (26, 22, 20),
            ("A", "3"): (2, 2, 2),
            ("B", "3"): (24, 20, 18),
            ("B", "4"): PLENTY,
        },
    )
    communes = town.release("communes", ["commune"], [["A"], ["B elsewhere"]])
    cells = town.release("cells", ["h3"], [["1"], ["2"], ["3"], ["4 elsewhere"]])
    found = admitted(town, cells, communes)
    assert code(found) == "coarser"
    assert sorted(map(sorted, groups(found))) == [["1", "3"], ["2"], ["4", "elsewhere"]] or len(groups(found)) < 4
    assert found.placed.published.value.sum() == len(town.holding)
    # The corner is 68 trips or more: nothing is wrong with the same zones.
    large = Town.of(["commune", "h3"], {("A", "1"): PLENTY, ("A", "3"): (26, 22, 20), ("B", "3"): (24, 20, 18)})
    fine = large.release("cells", ["h3"], [["1"], ["3 elsewhere"]])
    assert code(admitted(large, fine, large.release("communes", ["commune"], [["A"], ["B elsewhere"]]))) == "allowed"


def test_column_totals_of_flows_beside_trip_ends_by_their_own_hour() -> None:
    """Trips to 9 that start in the morning: 75, of which 3 end at noon; all that end in 9 in the morning: 72."""
    town = Town.of(
        ["start", "end"],
        {("9 am", "9 am"): (28, 24, 20), ("9 am", "9 noon"): (1, 1, 1), ("9 noon", "9 noon"): PLENTY},
    )
    town = replace(town, places={name: [one.replace(" ", "-") for one in town.places[name]] for name in town.places})
    flows = town.release("flows", ["start"], [["9-am"], ["9-noon elsewhere"]])
    ends = town.release("ends", ["end"], [["9-am"], ["9-noon elsewhere"]])
    found = admitted(town, ends, flows)
    assert code(found) == "coarser"
    assert len(found.placed.published) == 1
    # With 60 trips that take over noon the two stand side by side.
    busy = Town.of(["start", "end"], {("am", "am"): PLENTY, ("am", "noon"): (24, 20, 16), ("noon", "noon"): PLENTY})
    two = [busy.release(one, [one], [["am"], ["noon elsewhere"]]) for one in ("start", "end")]
    assert code(admitted(busy, two[1], two[0])) == "allowed"


def test_three_releases_each_two_of_which_are_harmless() -> None:
    """p + q, q + r and p + r are 48, 45 and 47; together p = (48 + 47 - 45) / 2 = 25, of which a has 23."""
    town = Town.of(["z"], {("p",): (23, 1, 1), ("q",): (3, 10, 10), ("r",): (2, 10, 10), ("s",): (30, 30, 30)})
    pq = town.release("pq", ["z"], [["p q"], ["rest"]])
    qr = town.release("qr", ["z"], [["q r"], ["rest"]])
    pr = town.release("pr", ["z"], [["p r"], ["rest"]])
    for new, old in ((qr, pq), (pr, pq), (pr, qr)):
        assert code(admitted(town, new, old)) == "allowed"
    found = admitted(town, pr, pq, qr)
    assert code(found) == "coarser"
    assert len(found.placed.published) == 1


def test_what_only_the_insider_finds() -> None:
    """The corner has 21 trips, 11 of a and 10 of b: an outsider bounds either by 21. Holding a knows that b has 10."""
    town = Town.of(["z"], {("1",): PLENTY, ("3",): (11, 10, 0), ("2",): PLENTY})
    one = town.release("one", ["z"], [["1 3"], ["rest"]])
    two = town.release("two", ["z"], [["1"], ["rest"]])
    assert code(admitted(town, two, one)) == "coarser"
    for_authority = [
        town.release(id, ["z"], [[zones], ["rest"]], audience=Audience.AUTHORITY)
        for id, zones in (("one", "1 3"), ("two", "1"))
    ]
    assert code(admitted(town, for_authority[1], for_authority[0])) == "allowed"


def test_a_difference_of_several_atoms() -> None:
    """The corner r + t, where b knows its 20 of 46, leaves a's 24 and c's 2: 26, within 10 % of 24.

    A third release cuts the corner in two, and of either half a could have all 26.
    """
    town = Town.of(
        ["z"],
        {("p",): PLENTY, ("r",): (12, 10, 1), ("s",): PLENTY, ("t",): (12, 10, 1), ("u",): PLENTY, ("v",): PLENTY},
    )
    whole = town.release("whole", ["z"], [["p r t"], ["rest"]])
    across = town.release("across", ["z"], [["r s"], ["t u"], ["rest"]])
    new = town.release("new", ["z"], [["p"], ["rest"]])
    assert code(admitted(town, across, whole)) == "allowed"
    assert code(admitted(town, new, across)) == "allowed"
    assert code(admitted(town, new, whole)) == "coarser"
    assert code(admitted(town, new, whole, across)) == "coarser"


def test_what_two_equal_releases_say_is_said_once_and_counts() -> None:
    town = Town.of(["z"], {("1",): PLENTY, ("2",): (26, 22, 20), ("3",): (2, 2, 2), ("4",): PLENTY})
    one, same = (town.release(name, ["z"], [["1 2"], ["rest"]]) for name in ("one", "same"))
    crossing = town.release("crossing", ["z"], [["1 2 3"], ["rest"]])
    assert code(admitted(town, crossing, one, same)) == "coarser"
    assert code(admitted(town, same, one)) == "allowed"


def test_a_key_that_was_hidden_for_a_reason_nobody_tells() -> None:
    """45 trips of three holdings, hidden for their vehicles perhaps: a total must not bring them back."""
    town = Town.of(["z"], {("1",): PLENTY, ("3",): (15, 15, 15)})
    table = town.release("t", ["z"], [["1"], ["3"]], shape=Shape.TABLE, hidden=[1])
    assert code(admitted(town, town.release("all", ["z"], [["all"]]), table)) == "ledger.joint"


def test_coverage_is_knowledge() -> None:
    """100, 50, 4, 4, 4: less a and b 12 are left, of which "5+" tells that two more holdings have 1 at least each."""
    town = Town.of(["z"], {("1",): (100, 50, 4, 4, 4), ("2",): (30, 25, 20, 0, 0), ("3",): (30, 25, 20, 0, 0)})
    old = town.release("old", ["z"], [["1 2"], ["rest"]])
    new = town.release("new", ["z"], [["1 3"], ["rest"]])
    bare = town.release("new", ["z"], [["1"], ["2 3"], ["rest"]])
    assert code(admitted(town, new, old)) == "allowed"
    assert bare.published.coverage[0] == "5+"
    assert code(admitted(town, bare, old)) == "coarser"
    fewer = replace(bare, published=replace(bare.published, coverage=("3-4",) * 3))
    assert code(admitted(town, fewer, old)) == "allowed"


# --- time ------------------------------------------------------------------------------------------------------------


def day(number: int) -> Period:
    return Period(dt.date(2026, 1, number), dt.date(2026, 1, number + 1))


def test_a_month_less_all_its_days_but_one() -> None:
    """January has 149 trips, the first 75, the second 68: the third, 149 - 75 - 68 = 6, needs no release of its own."""
    town = Town.of(["day"], {("1",): PLENTY, ("2",): (26, 22, 20), ("3",): (2, 2, 2)})
    month = town.release("month", ["day"], [["all"]], period=JANUARY)
    first = town.release("first", ["day"], [["all"]], only=("day", "1"), period=day(1))
    second = town.release("second", ["day"], [["all"]], only=("day", "2"), period=day(2))
    assert code(admitted(town, first, month)) == "allowed"
    assert code(admitted(town, second, month)) == "allowed"
    assert code(admitted(town, second, month, first)) == "ledger.joint"
    assert code(admitted(town, month, first, second)) == "ledger.joint"


def test_a_quarter_less_two_of_its_months_is_coarsened_where_it_must_be() -> None:
    """In zone p March is 6 trips. The quarter less January and February would tell them; pooled it does not."""
    town = Town.of(
        ["month", "z"],
        {
            **{("1", "p"): PLENTY, ("2", "p"): PLENTY, ("3", "p"): (2, 2, 2)},
            **{("1", "q"): PLENTY, ("2", "q"): PLENTY, ("3", "q"): PLENTY},
        },
    )
    months = [
        town.release(
            f"month {one}",
            ["z"],
            [["p"], ["q elsewhere"]],
            only=("month", one),
            period=Period(dt.date(2026, int(one), 1), dt.date(2026, int(one) + 1, 1)),
        )
        for one in "12"
    ]
    quarter = town.release(
        "quarter", ["z"], [["p"], ["q elsewhere"]], period=Period(dt.date(2026, 1, 1), dt.date(2026, 4, 1))
    )
    found = admitted(town, quarter, *months)
    assert code(found) == "coarser"
    assert len(found.placed.published) == 1


def test_months_beside_a_year_that_is_their_sum() -> None:
    town = Town.of(["month", "z"], {(month, zone): PLENTY for month in "12" for zone in "pq"})
    months = [
        town.release(f"month {one}", ["z"], [["p"], ["q elsewhere"]], only=("month", one), period=period)
        for one, period in (("1", JANUARY), ("2", FEBRUARY))
    ]
    year = town.release("year", ["z"], [["p"], ["q elsewhere"]], period=YEAR)
    assert code(admitted(town, year, *months)) == "allowed"
    assert code(admitted(town, months[0], year, months[1])) == "allowed"


def test_trips_over_midnight_tie_two_months_that_are_told_by_start_and_by_end() -> None:
    """Started in January 78, ended in January 75: 3 trips were under way at midnight."""
    town = Town.of(["start", "end"], {("1", "1"): PLENTY, ("1", "2"): (1, 1, 1), ("2", "2"): PLENTY})
    january = town.release("starts", ["start"], [["all"]], only=("start", "1"), period=JANUARY, told_by="start_time")
    ends = town.release("ends", ["end"], [["all"]], only=("end", "1"), period=JANUARY, told_by="end_time")
    later = town.release("later", ["end"], [["all"]], only=("end", "2"), period=FEBRUARY, told_by="end_time")
    assert code(admitted(town, ends, january)) == "ledger.joint"
    # February's ends are 3 trips more than what also started in it; January's starts are not at odds with them.
    assert code(admitted(town, later, january)) == "allowed"
    starts = town.release("starts 2", ["start"], [["all"]], only=("start", "2"), period=FEBRUARY, told_by="start_time")
    assert code(admitted(town, later, january, starts)) == "ledger.joint"
    # So the months hang together, and the caller brings all of them.
    apart = town.release("other", ["start"], [["all"]], period=JANUARY, family="fleet")
    next_start = replace(starts.claim, id="next")
    assert [one.id for one in concerned(later.claim, [january.claim, starts.claim, apart.claim])] == [
        "starts",
        "starts 2",
    ]
    assert concerned(january.claim, [next_start]) == ()
    assert [one.id for one in concerned(january.claim, [later.claim, next_start])] == ["later", "next"]


# --- audiences -------------------------------------------------------------------------------------------------------


def test_nested_partitions_of_one_cube_for_two_audiences() -> None:
    town = Town.of(["z"], {("1",): PLENTY, ("2",): (26, 22, 20), ("3",): (20, 18, 17)})
    for_open = town.release("o", ["z"], [["1 2"], ["rest"]], audience=Audience.OPEN, cube="flows")
    members = town.release("m", ["z"], [["1"], ["2"], ["rest"]], cube="flows")
    assert code(admitted(town, members, for_open)) == "allowed"
    assert code(admitted(town, for_open, members)) == "allowed"


def test_partitions_of_one_cube_by_two_p_rules_that_are_not_nested() -> None:
    """A pattern cut by p = 10 and another one cut by p = 15 would tell contributors which rule cut them."""
    town = Town.of(["z"], {("1",): PLENTY, ("2",): PLENTY, ("3",): PLENTY})
    for_open = town.release("o", ["z"], [["1 2"], ["rest"]], audience=Audience.OPEN, cube="flows")
    members = town.release("m", ["z"], [["2 3"], ["rest"]], cube="flows")
    assert code(admitted(town, members, for_open)) == "ledger.rules"
    stricter = town.release("m", ["z"], [["1"], ["2"], ["rest"]], cube="flows", rules=replace(MEMBERS, p_percent=20))
    assert code(admitted(town, stricter, for_open)) == "ledger.rules"


def test_a_cell_shown_by_p_10_and_hidden_by_p_15() -> None:
    """102, 50, 12: 164 - 102 - 50 = 12 is 11.8 % of 102. Shown to members, hidden from all: b finds 100 … 104.5."""
    town = Town.of(["z"], {("1",): (102, 50, 12), ("2",): PLENTY, ("3",): PLENTY})
    members = town.release("m", ["z"], [["1"], ["rest"]], cube="flows")
    table = town.release("o", ["z"], [["1"], ["2"], ["3"]], audience=Audience.OPEN, shape=Shape.TABLE, hidden=[0])
    assert code(admitted(town, table, members)) == "ledger.rules"
    assert code(admitted(town, members, table)) == "ledger.rules"
    # By one and the same rule the flag tells nothing, and the sum that is out is out.
    alike = town.release("o", ["z"], [["2"], ["3"]], audience=Audience.OPEN, shape=Shape.TABLE)
    assert code(admitted(town, alike, members)) == "allowed"


def test_a_narrower_audience_reads_all() -> None:
    """The open release is safe beside what is open. Members read their own beside it: 149 - 143 = 6."""
    town = Town.of(["z"], {("1",): PLENTY, ("2",): (26, 22, 20), ("3",): (2, 2, 2), ("4",): PLENTY})
    members = town.release("m", ["z"], [["1 2"], ["rest"]])
    for_open = town.release("o", ["z"], [["1 2 3"], ["rest"]], audience=Audience.OPEN)
    assert code(admitted(town, for_open)) == "allowed"
    found = admitted(town, for_open, members)
    assert code(found) == "coarser"
    assert len(found.placed.published) == 1
    # What the authority alone reads is no matter of the members.
    authority = town.release("a", ["z"], [["1 2"], ["rest"]], audience=Audience.AUTHORITY)
    one = town.release("m", ["z"], [["1 2 3"], ["rest"]])
    assert code(admitted(town, one, authority)) == "coarser"
    assert code(admitted(town, one)) == "allowed"


def test_members_read_the_open_releases_too() -> None:
    """Any two of p + q, q + r and p + r are harmless, and the open readers have two. The members have all three."""
    town = Town.of(["z"], {("p",): (23, 1, 1), ("q",): (3, 10, 10), ("r",): (2, 10, 10), ("s",): (30, 30, 30)})
    loose = replace(OPEN, p_percent=10)
    pq, qr, pr = (
        town.release(id, ["z"], [[zones], ["rest"]], audience=audience, rules=loose)
        for id, zones, audience in (
            *(("pq", "p q", Audience.MEMBERS), ("qr", "q r", Audience.OPEN)),
            *(("pr", "p r", Audience.OPEN),),
        )
    )
    exact = replace(pr, published=replace(pr.published, value=pr.sums(town.records)))
    assert code(admitted(town, exact, qr)) == "allowed"
    assert code(admitted(town, exact, pq, qr)) == "coarser"


def test_waivers_leave_the_travellers_protected() -> None:
    town = Town.of(["z"], {("1",): PLENTY, ("3",): (60, 1, 0), ("4",): (2, 2, 2), ("2",): PLENTY})
    waived = replace(AUTHORITY, named=frozenset("abc"))

    def release(id: str, zones: str, rules: Rules) -> Placed:
        return town.release(id, ["z"], [[zones], ["rest"]], audience=Audience.AUTHORITY, rules=rules)

    # 61 trips, 60 of one holding, are left over: it agreed to be known.
    assert code(admitted(town, release("b", "1", waived), release("a", "1 3", waived))) == "allowed"
    assert code(admitted(town, release("b", "1", AUTHORITY), release("a", "1 3", AUTHORITY))) == "coarser"
    # 6 trips are left over: their travellers did not.
    assert code(admitted(town, release("b", "1", waived), release("a", "1 4", waived))) == "coarser"


def test_what_was_known_before_is_no_fault_of_the_new_release() -> None:
    """A group with 4 trips of others is out since laxer days. A new release of other zones tells nothing more of it."""
    lax = replace(MEMBERS, min_trips=1, min_holders=2, p_percent=0)
    town = Town.of(["z"], {("1",): (2, 2, 2), ("2",): PLENTY, ("3",): PLENTY, ("4",): (28, 22, 21)})
    old = town.release("old", ["z"], [["1"], ["2 3"], ["rest"]], rules=lax)
    new = town.release("new", ["z"], [["1 2"], ["rest"]])
    assert code(admitted(town, new, old)) == "allowed"
    # Likewise where programs are solved: all three of p + q, q + r, p + r are out, and p + q + r follows from them.
    three = Town.of(["z"], {("p",): (23, 1, 1), ("q",): (3, 10, 10), ("r",): (2, 10, 10), ("s",): (30, 30, 30)})
    out = [three.release(zones, ["z"], [[zones], ["rest"]]) for zones in ("p q", "q r", "p r")]
    assert code(admitted(three, three.release("new", ["z"], [["p q r"], ["rest"]]), *out)) == "allowed"


# --- holdings and data -----------------------------------------------------------------------------------------------


def test_a_subsidiary_that_is_counted_as_a_holding() -> None:
    """The corner: 8 trips of a1, 8 of a2 and 8 of b look safe. Group a has 16 of the 24, and b finds that out."""
    counts = {("1",): (15, 15, 25, 20), ("3",): (8, 8, 8, 0), ("2",): (15, 15, 25, 20)}
    split = Town.of(["z"], counts)
    merged = Town.of(["z"], {zone: (a1 + a2, b, c) for zone, (a1, a2, b, c) in counts.items()})

    def two(town: Town) -> list[Placed]:
        return [town.release("one", ["z"], [["1 3"], ["rest"]]), town.release("two", ["z"], [["1"], ["rest"]])]

    assert code(admitted(split, two(split)[1], two(split)[0])) == "allowed"
    assert code(admitted(merged, two(merged)[1], two(merged)[0])) == "coarser"
    # Records in which a subsidiary stands for itself are not those of a release that counts groups.
    found = audit_jointly(two(merged)[1], [two(merged)[0]], replace(merged.records, holdings=("a", "b", "trottix")))
    assert code(found) == "ledger.holdings"


def test_another_edition_of_an_overlapping_period() -> None:
    town = Town.of(["z"], {("1",): (30, 25, 20, 40)})
    new = town.release("new", ["z"], [["all"]])
    three = replace(town, holdings=town.holdings)
    old = three.release("old", ["z"], [["all"]], about={"edition": "2025", "holders": frozenset("abc")}, rules=MEMBERS)
    assert code(admitted(town, new, old)) == "ledger.edition"
    before = three.release(
        "old", ["z"], [["all"]], about={"edition": "2025"}, period=Period(dt.date(2025, 1, 1), YEAR.from_)
    )
    assert code(admitted(town, new, before)) != "ledger.edition"


def test_a_revision_of_thirteen_late_trips() -> None:
    """118 trips last week; today another cube of the same days would count 131."""
    early = Town.of(["z"], {("1",): (48, 40, 30)})
    town = Town.of(["z"], {("1",): (48, 40, 43)})
    new = town.release("new", ["z"], [["all"]])
    old = town.release("old", ["z"], [["all"]])
    told = replace(old, published=early.release("old", ["z"], [["all"]]).published)
    assert code(admitted(town, new, old)) == "allowed"
    assert code(admitted(town, new, told)) == "ledger.revision"
    again = replace(told, claim=replace(new.claim, id="old", inputs="last week"))
    assert code(admitted(town, new, again)) == "ledger.revision"
    with pytest.raises(ValueError, match="not the sum"):
        admitted(town, replace(new, published=told.published))


def test_two_roundings_and_noise_drawn_twice() -> None:
    """13 is 15 to base 5 and 10 to base 10: 13 or 14."""
    town = Town.of(["z"], {("1",): PLENTY})

    def release(id: str, rounding: int, audience: Audience) -> Placed:
        return town.release(
            id, ["z"], [["all"]], rules=replace(OPEN, rounding=rounding), audience=audience, cube="flows"
        )

    ten = release("ten", 10, Audience.MEMBERS)
    exact = replace(ten, published=replace(ten.published, value=np.array([75])))
    assert code(admitted(town, exact, release("five", 5, Audience.OPEN))) == "ledger.rounding"
    assert code(admitted(town, release("one", 1, Audience.MEMBERS), release("five", 5, Audience.OPEN))) == "allowed"
    noisy = town.release("n", ["z"], [["all"]], cube="flows", noisy=True)
    assert code(admitted(town, replace(noisy, claim=replace(noisy.claim, id="m")), noisy)) == "ledger.noise"
    assert (
        code(admitted(town, release("one", 1, Audience.OPEN), replace(noisy, claim=replace(noisy.claim, cube="x"))))
        == "allowed"
    )


def test_parked_time_and_fleet_have_no_common_records() -> None:
    town = Town.of(["z"], {("1",): PLENTY, ("2",): PLENTY})
    dwell = town.release("dwell", ["z"], [["all"]], family="dwell")
    fleet = town.release("fleet", ["z"], [["all"]], family="fleet")
    assert code(admitted(town, fleet, dwell)) == "ledger.sums"
    assert code(admitted(town, fleet, town.release("flows", ["z"], [["all"]]))) == "allowed"
    # Two cubes of parked time that cut it into other parts are not to be compared either.
    seconds = replace(town.records, value=town.records.value * 60, trips=np.ones(len(town.holding), np.int64))
    parts = town.release("parts", ["z"], [["all"]], family="dwell", only=("z", "1"))

    def timed(one: Placed) -> Placed:
        return replace(one, published=replace(one.published, value=one.published.value * 60))

    assert code(audit_jointly(timed(parts), [timed(dwell)], seconds)) == "ledger.sums"
    same = town.release("same", ["z"], [["1"], ["rest"]], family="dwell")
    assert code(audit_jointly(timed(same), [timed(dwell)], seconds)) == "allowed"


def test_a_record_that_a_row_counts_twice() -> None:
    town = Town.of(["z"], {("1",): PLENTY})
    new = town.release("new", ["z"], [["all"]])
    twice = replace(new, rows=new.rows * 2, published=replace(new.published, value=new.published.value * 2))
    assert code(admitted(town, twice, town.release("old", ["z"], [["all"]]))) == "ledger.records"


def test_too_few_vehicles_to_be_told_to_the_unit() -> None:
    """The corner has 45 trips, enough, but all of holding c on one vehicle: it must not be recovered."""
    town = Town.of(["z"], {("1",): PLENTY, ("3",): (15, 15, 15), ("2",): PLENTY})
    rules = replace(MEMBERS, min_vehicles=3)
    one = town.release("one", ["z"], [["1 3"], ["rest"]], rules=rules)
    two = town.release("two", ["z"], [["1"], ["rest"]], rules=rules)
    each = np.arange(len(town.holding))
    corner = np.array(town.places["z"]) == "3"
    many = replace(town.records, device=each)
    few = replace(town.records, device=np.where(corner, 0, each))
    assert code(audit_jointly(two, [one], many)) == "allowed"
    assert code(audit_jointly(two, [one], few)) == "coarser"


# --- giving way ------------------------------------------------------------------------------------------------------


def test_of_a_table_more_is_suppressed() -> None:
    """A new table shows 1, 2, 4 and hides 3 (6 trips); 1 + 2 + 3 is out: one of 1 and 2 goes, and not the total."""
    town = Town.of(["z"], {("1",): PLENTY, ("2",): (26, 22, 20), ("3",): (2, 2, 2), ("4",): PLENTY})
    old = town.release("old", ["z"], [["1 2 3"], ["rest"]])
    table = town.release("t", ["z"], [["1"], ["2"], ["3"], ["4"]], shape=Shape.TABLE, hidden=[2])
    found = admitted(town, table, old)
    assert code(found) == "coarser"
    assert found.suppress == (1,)
    assert found.placed.published.value.tolist() == [75, -1, -1, 75]
    assert found.placed.published.coverage == ("3-4", "", "", "3-4")


def test_what_is_too_large_or_too_late_is_pooled_and_said() -> None:
    town = Town.of(["z"], {("1",): PLENTY, ("3",): PLENTY, ("2",): PLENTY, ("4",): PLENTY})
    one = town.release("one", ["z"], [["1 3"], ["rest"]])
    two = town.release("two", ["z"], [["1 2"], ["rest"]])
    assert code(admitted(town, two, one)) == "allowed"
    for limits in (Limits(widest=3), Limits(seconds=0, clock=lambda: 0.0)):
        found = admitted(town, two, one, limits=limits)
        assert (code(found), len(found.placed.published)) == ("coarser", 1)
        assert found.effort.unsolved > 0
    table = town.release("t", ["z"], [["1 2"], ["3 4"]], shape=Shape.TABLE)
    assert code(admitted(town, table, one, limits=Limits(widest=3))) == "ledger.unsolved"


def test_the_same_bytes_whatever_the_order_of_records_and_releases() -> None:
    town = Town.of(["z"], {("p",): (23, 1, 1), ("q",): (3, 10, 10), ("r",): (2, 10, 10), ("s",): (30, 30, 30)})
    named = [("pq", ["p q"]), ("qr", ["q r"]), ("pr", ["p r"])]
    found = set()
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(town.holding))
        mixed = Town(
            town.holdings, np.array(town.holding)[order].tolist(), {"z": np.array(town.places["z"])[order].tolist()}
        )
        pq, qr, pr = (mixed.release(name, ["z"], [zones, ["rest"]]) for name, zones in named)
        out = [pq, qr] if seed % 2 else [qr, pq]
        found.add(written(audit_jointly(pr, out, mixed.records).placed.published))
    assert len(found) == 1


def test_possible_places_without_a_record_leave_more_doubt() -> None:
    """81 and 75 trips by start, 75 and 81 by end: if nothing can go from 2 to 1, a knows that b took 10 from 1 to 2."""
    town = Town.of(["z", "y"], {("1", "1"): PLENTY, ("1", "2"): (11, 10, 0), ("2", "2"): PLENTY})
    by_z, by_y = (town.release(name, [name], [["1"], ["rest"]]) for name in "zy")
    assert code(admitted(town, by_y, by_z)) == "coarser"
    # One more record, of nobody and of no weight, says that something could.
    more = Town(town.holdings, [*town.holding, 0], {"z": [*town.places["z"], "2"], "y": [*town.places["y"], "1"]})
    rows = [more.release(name, [name], [["1"], ["rest"]]).rows for name in "zy"]
    one, two = (replace(known, rows=placed) for known, placed in zip((by_z, by_y), rows, strict=True))
    records = town.records
    possible = Records(records.holdings, np.append(records.holding, -1).astype(np.int32), np.append(records.value, 0))
    assert code(audit_jointly(two, [one], possible)) == "allowed"
