"""What protecting a table took and what it cost its readers: for the builder's eyes, without any holding's values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from governance.disclosure.contributions import Ints
from governance.disclosure.linear.needs import Flags
from governance.disclosure.margins import Keys


@dataclass(frozen=True, slots=True)
class Usefulness:
    """For one combination of levels: keys that hold something, those published, and the share of the measure in them;
    the same when only the primary rules hide (which is not safe).
    """

    levels: tuple[str, ...]
    keys: int
    published: int
    measure: float
    naive: int
    naive_measure: float


@dataclass(frozen=True, slots=True)
class Report:
    """`primaries` are keys that hold something and fail the primary rules, `secondaries` the others that are hidden,
    `kept` those among them that were hidden in the earlier period. `programs` is how many were solved. `coarsened` says
    in words what was given up for lack of time.
    """

    keys: int
    empty: int
    primaries: int
    secondaries: int
    kept: int
    attackers: int
    rounds: int
    programs: int
    seconds: float
    coarsened: tuple[str, ...]
    useful: tuple[Usefulness, ...]

    @property
    def refused(self) -> str | None:
        """Why nothing is published at all, in words; None where something is."""
        if any(one.published for one in self.useful):
            return None
        if any(one.naive for one in self.useful):
            return "what keeps to the rules by itself gives away what does not"
        return "no key keeps to the rules, not even the grand total"


def usefulness(keys: Keys, total: Ints, *, shown: Flags, naive: Flags) -> tuple[Usefulness, ...]:
    """What is published per combination of levels, the coarsest first; `total`, `shown` and `naive` are (k,)."""
    found = []
    for levels in np.unique(keys.level, axis=0):
        here = np.all(keys.level == levels, axis=1) & (total > 0)
        names = tuple(one.levels[level] for one, level in zip(keys.hierarchies, levels, strict=True))
        whole = max(1, int(total[here].sum()))
        found.append(
            Usefulness(
                names,
                keys=int(here.sum()),
                published=int((here & shown).sum()),
                measure=float(total[here & shown].sum() / whole),
                naive=int((here & naive).sum()),
                naive_measure=float(total[here & naive].sum() / whole),
            )
        )
    return tuple(found)
