"""Audit published sums: what can any of their readers bound too closely? `audit(system, targets, rules)`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import scipy.sparse as sp

from governance.disclosure.linear.attack import Attack, Clock, Timer
from governance.disclosure.linear.equations import Breach, System, attackers_of
from governance.disclosure.linear.needs import Flags, Needs, View, needs, view
from governance.disclosure.linear.structure import Structure, structure
from governance.disclosure.rules import Rules

__all__ = ["Breach", "Question", "System", "attackers_of", "audit", "intervals"]


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """What is audited: `targets` (t, a) 0/1 are the sums that are protected (every published and every hidden key).

    `exact` (t,) are targets that must not be recovered to the unit whatever the other rules say (hidden for something
    that the equations do not hold, such as vehicles); `p_only` (t,) are those of which only the p % rule is asked.
    """

    system: System
    targets: sp.csr_array
    rules: Rules
    exact: Flags | None = None
    p_only: Flags | None = None


def audit(
    system: System,
    targets: sp.csr_array,
    rules: Rules,
    *,
    attackers: Sequence[tuple[int, ...]] | None = None,
    exact: Flags | None = None,
    p_only: Flags | None = None,
    deadline: float | None = None,
    clock: Clock = time.monotonic,
    workers: int = 1,
) -> tuple[Breach, ...]:
    """All breaches by all attackers (by default those of `attackers_of`), in their order.

    `deadline` is an instant of `clock`; what is not solved by then is a breach whose bound is not a number. With more
    workers attackers are taken in processes of their own, where the clock must be one that can be sent there.
    """
    asked = Question(system, targets, rules, exact, p_only)
    every = attackers_of(rules, system.holdings) if attackers is None else attackers
    jobs = [(asked, attacker, every, Timer(clock, deadline)) for attacker in every]
    if workers <= 1 or len(jobs) <= 1:
        return tuple(breach for job in jobs for breach in _breaches(job))
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        return tuple(breach for found in pool.map(_breaches, jobs) for breach in found)


def intervals(
    system: System, targets: sp.csr_array, rules: Rules, attacker: tuple[int, ...], *, timer: Timer | None = None
) -> list[tuple[float, float]]:
    """What one attacker can say of the total of all others in each target: the lowest and the highest.

    These are the bounds of the linear program; whole numbers may lie a little inside. Where no published sum bounds a
    total from above, the highest is infinite.
    """
    one = attacks(Question(system, targets, rules), attacker, [attacker], timer=timer or Timer())[0]
    return [one.interval(target) for target in range(targets.shape[0])]


def _breaches(job: tuple[Question, tuple[int, ...], Sequence[tuple[int, ...]], Timer]) -> Sequence[Breach]:
    asked, attacker, every, timer = job
    return [breach for one in attacks(asked, attacker, every, timer=timer) for breach in one.breaches()]


def attacks(
    asked: Question,
    attacker: tuple[int, ...],
    every: Sequence[tuple[int, ...]],
    *,
    timer: Timer,
    known: Structure | None = None,
) -> list[Attack]:
    """The programs of one attacker: one where nobody is publicly absent, else one for each way of being absent."""
    system, rules = asked.system, asked.rules
    seen = view(system, rules, attacker)
    known = known or structure(system.rows)
    found = []
    for protected, target_may, rest_may in _patterns(system, seen):
        part = View(seen.attacker, seen.others, seen.least, seen.secret, protected)
        wanted = needs(asked.targets, system, rules, part, exact=asked.exact, p_only=asked.p_only)
        if _covered(seen, every):
            wanted = without_parts(wanted)
        found.append(
            Attack(
                system,
                asked.targets,
                seen,
                known=known,
                asked=wanted,
                target_may=target_may,
                rest_may=rest_may,
                timer=timer,
            )
        )
    return found


def _covered(seen: View, every: Sequence[tuple[int, ...]]) -> bool:
    """Whether insiders ask for the parts already: an outsider knows less of any part than any single holding does.

    A world of an insider is one of the outsider's, with the insider among the rest. So where each target faces
    another holding alone, the outsider's needs of parts follow.
    """
    insiders = {one[0] for one in every if len(one) == 1}
    return not seen.attacker and all(insiders - {target} for target in seen.protected)


def without_parts(asked: Needs) -> Needs:
    """The needs of totals alone."""
    kept = ~asked.part
    return Needs(
        asked.target[kept],
        asked.value[kept],
        asked.lower[kept],
        asked.part[kept],
        tuple(rule for rule, one in zip(asked.rule, kept, strict=True) if one),
        asked.holding[kept],
    )


def _patterns(system: System, seen: View) -> list[tuple[tuple[int, ...], Flags, Flags]]:
    """Targets with the atoms where they may be, and where others beside them may; together, where these are alike."""
    atoms = system.rows.shape[1]
    everywhere = np.ones(atoms, bool)
    if system.absent is None:
        rest = everywhere if len(seen.secret) > 1 else ~everywhere
        return [(seen.protected, everywhere, rest)]
    may = ~system.absent[:, list(seen.secret)]
    alike: dict[bytes, list[int]] = {}
    for index in seen.protected or seen.secret:
        alike.setdefault(system.absent[:, index].tobytes(), []).append(index)
    found = []
    for same in alike.values():
        target = ~system.absent[:, same[0]]
        found.append((tuple(same) if seen.protected else (), target, (may.sum(axis=1) - target) > 0))
    return found
