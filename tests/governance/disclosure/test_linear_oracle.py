"""The audit finds what a program with a variable for each holding and cell finds, solved by other code."""

import math

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, milp

from governance.disclosure.linear.system import System, attackers_of, audit
from governance.disclosure.rules import Rules

HOLDINGS = ("a", "b", "c", "d")


def drawn(seed: int, *, coverage: bool) -> tuple[System, sp.csr_array, Rules]:
    """A 3 × 3 table of four holdings with margins, some of its sums published, in small numbers."""
    random = np.random.default_rng(seed)
    values = random.poisson(random.choice([0.3, 2, 6], (9, 4)))
    grid = np.arange(9).reshape(3, 3)
    keys = [[cell] for cell in range(9)] + [list(line) for line in [*grid, *grid.T]] + [list(range(9))]
    every = np.zeros((len(keys), 9), np.int64)
    for row, atoms in enumerate(keys):
        every[row, atoms] = 1
    holders = (every @ values > 0).sum(axis=1)
    out = np.flatnonzero(random.random(len(keys)) < np.where(every.sum(axis=1) > 1, 0.8, 0.5))
    told = np.minimum(holders, 3) if coverage else np.zeros(len(keys), np.int64)
    rows = sp.csr_array(every[out])
    rules = Rules(random.integers(2, 6), None, None, 1, 70, int(random.choice([10, 50])), 2, everywhere=True)
    system = System(HOLDINGS, values, None, rows, told[out])
    return system, sp.csr_array(every), rules


def best(system: System, atoms: np.ndarray, attacker: tuple[int, ...], holding: int | None, *, sense: int) -> int:
    """The highest (lowest) that whole numbers allow for one holding's part, or the total of the others, by branching.

    Variables: what each holding adds to each atom, and whether it is in each published row at all.
    """
    many, width = system.values.shape
    rows = system.rows.toarray()
    size, links = many * width, len(rows) * width
    cost = np.zeros(size + links)
    for other in [holding] if holding is not None else [one for one in range(width) if one not in attacker]:
        cost[np.flatnonzero(atoms) * width + other] = -sense
    low, high = np.zeros(size + links), np.concatenate([np.full(size, 60.0), np.ones(links)])
    for other in attacker:
        own = np.arange(many) * width + other
        low[own] = high[own] = system.values[:, other]
    matrix = np.zeros((0, size + links))
    lower, upper = [], []
    for number, row in enumerate(rows):
        total = np.zeros(size + links)
        total[:size] = np.repeat(row, width)
        matrix = np.vstack([matrix, total])
        lower.append(int(row @ system.values.sum(axis=1)))
        upper.append(lower[-1])
        present = np.zeros(size + links)
        for other in range(width):
            there = np.zeros(size + links)
            there[np.flatnonzero(row) * width + other] = 1
            there[size + number * width + other] = -1
            present[size + number * width + other] = 1
            matrix = np.vstack([matrix, there])
            lower.append(0)
            upper.append(np.inf)
        matrix = np.vstack([matrix, present])
        lower.append(int(system.holders[number]))
        upper.append(np.inf)
    found = milp(
        cost, integrality=np.ones(size + links), bounds=(low, high), constraints=LinearConstraint(matrix, lower, upper)
    )
    assert found.status == 0, found.message
    return round(-sense * found.fun)


def expected(
    system: System, targets: sp.csr_array, rules: Rules, attacker: tuple[int, ...]
) -> set[tuple[int, str, bool]]:
    """The breaches of the rules as the handbook says them, target by target and holding by holding."""
    found = set()
    for target, atoms in enumerate(targets.toarray()):
        parts = atoms @ system.values
        others = [one for one in range(4) if one not in attacker]
        total = int(parts[others].sum())
        for holding in others:
            needed = math.ceil((100 + rules.p_percent) * parts[holding] / 100)
            if parts[holding] and best(system, atoms, attacker, holding, sense=1) < needed:
                found.add((target, "p_percent", False))
        most = best(system, atoms, attacker, None, sense=1)
        largest = parts[others].max()
        if 100 * largest > rules.max_share_percent * parts.sum():
            needed = 100 * largest / rules.max_share_percent
            if most + parts[list(attacker)].sum() < needed:
                found.add((target, "max_share_percent", False))
        if 0 < total < rules.min_trips:
            if most < rules.min_trips:
                found.add((target, "min_trips", False))
            if best(system, atoms, attacker, None, sense=-1) > total // 2:
                found.add((target, "min_trips", True))
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("coverage", [False, True])
def test_the_audit_finds_what_a_program_with_every_holding_finds(seed: int, *, coverage: bool) -> None:
    system, targets, rules = drawn(seed, coverage=coverage)
    attackers = attackers_of(rules, HOLDINGS)
    chosen = [attackers[index] for index in (0, 1 + seed % 4, 5 + seed % 6)]
    # An attacker asked alone is asked for everything, the outsider too.
    for attacker in chosen:
        breaches = audit(system, targets, rules, attackers=[attacker])
        found = {(one.target, one.rule, one.lower) for one in breaches}
        assert found == expected(system, targets, rules, attacker), attacker
