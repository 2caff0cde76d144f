"""The joint audit against every possible world of small towns, counted out one by one."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.cells import Cells as Sums
from governance.disclosure.cells import safe
from governance.disclosure.ledger import joint
from governance.disclosure.ledger.admission import audit_jointly
from governance.disclosure.ledger.bounds import Bounds
from governance.disclosure.ledger.claims import Placed
from governance.disclosure.ledger.exact import told_sums
from governance.disclosure.ledger.findings import Limits
from governance.disclosure.ledger.network import Network
from governance.disclosure.rules import Rules
from governance.verdicts import ALLOWED
from tests.governance.disclosure.ledger_town import Town

RULES = Rules(3, None, None, 2, 90, 20, coalition=1)
NODES = "pqrs"
SIDES = ("p", "pq", "pr", "ps", "pqr", "pqs", "prs")


def worlds(rows: np.ndarray, sums: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All whole non-negative t with rows @ t == sums, atom by atom."""

    def filled(done: tuple[int, ...], left: np.ndarray) -> Iterator[tuple[int, ...]]:
        at = len(done)
        if at == rows.shape[1]:
            if not left.any():
                yield done
            return
        inside = np.flatnonzero(rows[:, at])
        for number in range(int(left[inside].min()) + 1):
            less = left.copy()
            less[inside] -= number
            yield from filled((*done, number), less)

    yield from filled((), sums)


def breach(rows: np.ndarray, values: np.ndarray, rules: Rules) -> str | None:
    """The first thing that somebody learns too well from some sums over atoms, by looking at all worlds.

    Of every set of atoms the upper bound of each part must leave p %; of every atom k trips must be possible, and half.
    """
    for attacker in [(), *((one,) for one in range(values.shape[1]))]:
        others = [one for one in range(values.shape[1]) if one not in attacker]
        true = values[:, others].sum(axis=1)
        every = np.array(list(worlds(rows, rows @ true)))
        for many in range(1, 1 + rows.shape[1]):
            for chosen in itertools.combinations(range(rows.shape[1]), many):
                most = every[:, chosen].sum(axis=1).max()
                for part in values[list(chosen)][:, others].sum(axis=0):
                    if part and most < -(-(100 + rules.p_percent) * part // 100):
                        return f"{attacker} bounds {part} by {most} in {chosen}"
        for atom, trips in enumerate(true):
            if 0 < trips < rules.min_trips and not (
                every[:, atom].max() >= rules.min_trips and every[:, atom].min() <= trips // 2
            ):
                return f"{attacker} finds {trips} in {atom}"
    return None


def system(read: list[Placed], town: Town) -> tuple[np.ndarray, np.ndarray]:
    stacked = np.asarray(sp.hstack([one.rows for one in read]).todense())
    patterns, atom = np.unique(stacked, axis=0, return_inverse=True)
    values = np.zeros((len(patterns), len(town.holdings)), int)
    np.add.at(values, (atom.ravel(), np.array(town.holding)), 1)
    return patterns.T, values


def keeps_rules(one: Placed, town: Town) -> bool:
    values = np.array([one.rows.T @ (np.array(town.holding) == holding) for holding in range(len(town.holdings))]).T
    return bool(safe(Sums(town.holdings, values, {"min_trips": values}), RULES).all())


NUMBERS = st.one_of(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)),
)


@st.composite
def towns(draw: st.DrawFn, *, releases: int) -> tuple[Town, list[Placed]]:
    """Four zones, and releases that each pool them in two groups."""
    counts = {(node,): draw(NUMBERS) for node in NODES}
    counts[NODES[0],] = (2, 2, 2)
    town = Town.of(["z"], counts)
    nodes = town.hierarchy("z").nodes[1]
    sides = draw(st.lists(st.sampled_from(SIDES), min_size=releases, max_size=releases, unique=True))
    made = []
    for number, side in enumerate(sides):
        groups = [
            " ".join(node for node in nodes if (node in side) == one and node != "elsewhere") for one in (True, False)
        ]
        named = [f"{groups[0]} elsewhere", groups[1]]
        made.append(town.release(f"r{number}", ["z"], [[one] for one in named if one.strip()], rules=RULES))
    return town, made


def judged(town: Town, made: list[Placed]) -> str:
    if not all(keeps_rules(one, town) for one in made) or breach(*system(made[1:], town), RULES):
        return "unsafe before"
    found = audit_jointly(made[0], made[1:], town.records)
    if found.verdict != ALLOWED:
        return "denied"
    assert breach(*system([found.placed, *made[1:]], town), RULES) is None
    return "coarser" if found.coarsened else "as it is"


@settings(derandomize=True, deadline=None, max_examples=90)
@given(drawn=towns(releases=2))
def test_two_partitions_leave_every_reader_in_doubt(drawn: tuple[Town, list[Placed]]) -> None:
    """And nothing is pooled without need."""
    town, made = drawn
    if judged(town, made) == "coarser":
        assert breach(*system(made, town), RULES)


@settings(derandomize=True, deadline=None, max_examples=90)
@given(drawn=towns(releases=3))
def test_three_partitions_leave_every_reader_in_doubt(drawn: tuple[Town, list[Placed]]) -> None:
    town, made = drawn
    if judged(town, made) == "coarser":
        assert breach(*system(made, town), RULES)


@settings(derandomize=True, deadline=None, max_examples=250)
@given(drawn=towns(releases=2))
def test_programs_find_what_flows_find(drawn: tuple[Town, list[Placed]]) -> None:
    """Linear programs around each atom, instead of flows, agree on whether anything is found."""
    town, made = drawn
    if not all(keeps_rules(one, town) for one in made):
        return
    flows = audit_jointly(made[0], made[1:], town.records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint, "twofold", lambda *_: None)
        whole = audit_jointly(made[0], made[1:], town.records)
        patched = audit_jointly(made[0], made[1:], town.records, limits=Limits(whole=0))
    assert (whole.verdict, whole.coarsened) == (flows.verdict, flows.coarsened)
    # Patches ask of single atoms.
    assert patched.coarsened <= flows.coarsened


# --- two sides, as flows ---------------------------------------------------------------------------------------------

GRIDS = st.integers(0, 10_000).map(np.random.default_rng)


def grid(random: np.random.Generator, *, many: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Atoms between three groups on the left and three on the right, some in none, with small totals."""
    cells = np.array([(a, b) for a in range(-1, 3) for b in range(-1, 3) if (a, b) != (-1, -1)])
    chosen = cells[np.sort(random.choice(len(cells), many, replace=False))]
    left, right = (np.unique(side, return_inverse=True)[1] - (side.min() < 0) for side in chosen.T)
    return left, right, random.integers(0, 4, many)


def matrix(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.array([side == one for side in (left, right) for one in range(side.max() + 1)], int)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(random=GRIDS)
def test_bounds_are_those_of_all_worlds(random: np.random.Generator) -> None:
    left, right, total = grid(random)
    rows = matrix(left, right)
    tied = rows.any(axis=0)
    # What is in one row only could be anything up to it; worlds are counted with a bound on what is in none.
    every = np.array(list(worlds(rows, rows @ total)))
    bounds = Bounds(left, right, total, size=100)
    near = Bounds(left, right, total, size=0)
    for atom in np.flatnonzero(tied).tolist():
        assert (bounds.least(atom), bounds.most(atom)) == (every[:, atom].min(), every[:, atom].max())
        assert bounds.least(atom) <= near.least(atom) <= total[atom] <= near.most(atom) <= bounds.most(atom)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(random=GRIDS)
def test_drawn_worlds_keep_the_sums_and_cuts_are_real(random: np.random.Generator) -> None:
    left, right, total = grid(random)
    rows = matrix(left, right)
    every = np.array(list(worlds(rows, rows @ total)))
    network = Network(left, right, total=total)
    need = random.integers(0, 4, len(total))
    drawn = network.world(random.permutation(len(total)), need, low=np.full(len(total), -1))
    assert network.holds(drawn)
    assert not network.holds(drawn + (np.arange(len(drawn)) == np.argmax(left >= 0)))
    assert (rows @ drawn == rows @ total).all()
    nothing = (np.zeros(left.max() + 1, int), np.zeros(right.max() + 1, int))
    short = network.short_of(need, beside=nothing)
    assert bool(short) == (not (every >= need).all(axis=1).any())
    for atoms in short:
        assert every[:, atoms].sum(axis=1).max() < need[atoms].sum()


def test_the_sums_that_rows_tell() -> None:
    rows = sp.csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 0]]))
    assert told_sums(rows).todense().tolist() == [[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    commune = sp.csr_array(np.array([[1, 1, 1, 1], [1, 0, 0, 0], [0, 1, 0, 0]]))
    assert [0, 0, 1, 1] in told_sums(commune).todense().tolist()
    assert told_sums(sp.csr_array(np.array([[1, 1]]))).shape == (0, 2)
