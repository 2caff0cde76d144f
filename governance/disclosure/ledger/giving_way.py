"""How a new release gives way: which of its groups are pooled next, or which keys of a table are suppressed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.atoms import Sheet
from governance.disclosure.ledger.findings import Finding
from governance.disclosure.ledger.kin import Kin
from governance.disclosure.ledger.nesting import Part
from governance.disclosure.ledger.patches import gathered
from governance.disclosure.ledger.pooling import Products
from governance.disclosure.published import Published

#: How many candidates of either kind a row may be pooled with.
SHARING = 4
KIN = 8
#: Where pooling costs more groups than this and few rows are at fault, so many candidates are tried.
CHEAP = 6
MORE_KIN = 300
FEW_ROWS = 100
#: Up to one row in so many may be at fault.
FEW = 4
#: What costs more groups than this waits.
COSTLY = 24


@dataclass(frozen=True, eq=False, slots=True)
class Pools:
    """What of a new partition is pooled for some findings: sets of its rows."""

    sheet: Sheet
    components: Sequence[Part]
    published: Published

    def neighbours(self, found: Sequence[Finding]) -> list[set[int]]:
        """The smallest row that each finding is about, pooled with what costs fewest groups; the cheapest pools first.

        Candidates are the rows that share most with it of the old rows that the finding is about, and those that pool
        the most similar nodes. No row is pooled twice in one round, and what costs many groups waits until nothing else
        is left, for by then it may not be needed. Where nothing was solved, it is everything new of the component; and
        where more than one row in four is at fault: the release is too fine to stand beside what is out.
        """
        products, kin = Products(self.published), Kin(self.published)
        wanted: dict[int, list[int]] = {}
        sets: list[set[int]] = []
        total = self.sheet.values.sum(axis=1)
        for finding in {(one.atoms, one.blame): one for one in found}.values():
            base, near = _nearest(
                self.sheet, total, np.array(finding.atoms, np.int64), np.array(finding.blame, np.int64)
            )
            if base is None or not finding.solved:
                sets += self.everything([finding])
            else:
                wanted.setdefault(base, []).extend(near)
        if len(wanted) > max(FEW_ROWS, len(self.published) // FEW):
            return self.everything(found)
        taken = set[int]().union(*sets)
        more = MORE_KIN if len(wanted) <= FEW_ROWS else KIN
        grown = [_cheapest(base, near, kin, products, more=more) for base, near in wanted.items() if base not in taken]
        for one in sorted(grown, key=lambda one: (len(one), min(one))):
            if not one & taken and (len(one) <= COSTLY or not taken):
                taken |= one
                sets.append(set(one))
        return sets

    def everything(self, found: Sequence[Finding]) -> list[set[int]]:
        """All rows of each component in which something was found."""
        kin = Kin(self.published)
        part_of = np.full(self.sheet.rows.shape[1], -1, np.int64)
        for number, part in enumerate(self.components):
            part_of[part.atoms] = number
        touched = np.unique(part_of[np.array([atom for one in found for atom in one.atoms], np.int64)])
        return [self._all_of(part, kin) for part in touched.tolist() if part >= 0]

    def _all_of(self, part: int, kin: Kin) -> set[int]:
        """All new rows of a component; with the nearest one, where there is but one."""
        inside = self.components[part].rows
        rows = set(self.sheet.number[inside[self.sheet.new[inside]]].tolist())
        return rows | set(kin.nearest(min(rows), many=1)) if len(rows) == 1 else rows


def _cheapest(base: int, near: Sequence[int], kin: Kin, products: Products, *, more: int) -> frozenset[int]:
    """What must be pooled for a row to be pooled with another: the fewest rows, those of the first candidate of two.

    Most rows have a neighbour that differs in one dimension alone. Where those found cost many groups, more are tried.
    """
    best: frozenset[int] | None = None
    tried: set[int] = set()
    for many in (KIN, more):
        for other in dict.fromkeys([*near, *kin.nearest(base, many=many)]):
            if other not in tried and (best is None or len(best) > 2):
                most = None if best is None else len(best) - 1
                best = products.closed(frozenset({base, other}), most=most) or best
        tried.update(near, kin.nearest(base, many=many))
        if best is not None and len(best) <= CHEAP:
            break
    return best or frozenset({base})


def _nearest(sheet: Sheet, total: Ints, atoms: Ints, blame: Ints) -> tuple[int | None, list[int]]:
    """The smallest new row that the atoms lie in (or that is to blame), and its neighbours: numbers of the release."""
    touched = _touched(sheet, atoms)
    new = touched[sheet.new[touched] & sheet.shown[touched]]
    if not len(new):
        new = blame[sheet.new[blame]]
    if not len(new):
        return None, []
    size = sheet.rows[new] @ total
    base = int(new[np.lexsort((new, size))[0]])
    old = touched[~sheet.new[touched] & sheet.shown[touched]]
    if not len(old):
        beside = _touched(sheet, _atoms(sheet, base))
        old = beside[~sheet.new[beside] & sheet.shown[beside]]
    around = np.unique(gathered(sheet.rows, old))
    candidates = _touched(sheet, around)
    candidates = candidates[sheet.new[candidates] & sheet.shown[candidates] & (candidates != base)]
    if not len(candidates):
        return int(sheet.number[base]), []
    near = sp.csr_array(sheet.rows[candidates][:, around])
    shared = near @ total[around]
    nearest = candidates[np.lexsort((candidates, -shared))[:SHARING]]
    return int(sheet.number[base]), sheet.number[nearest].tolist()


def _atoms(sheet: Sheet, row: int) -> Ints:
    found: Ints = sheet.rows.indices[sheet.rows.indptr[row] : sheet.rows.indptr[row + 1]]
    return found


def _touched(sheet: Sheet, atoms: Ints) -> Ints:
    """The rows in which some atoms lie."""
    found: Ints = np.unique(gathered(sheet.columns, atoms))
    return found


def suppressions(sheet: Sheet, found: Sequence[Finding], published: Published) -> tuple[int, ...]:
    """For each finding the cheapest key of the new table that it follows from; totals of everything last."""
    chosen = set()
    for finding in found:
        touched = _touched(sheet, np.array(finding.atoms, np.int64)).tolist()
        rows = [row for row in (*finding.blame, *touched) if sheet.new[row] and sheet.shown[row]]
        keys = {int(sheet.number[row]) for row in rows}
        if keys:
            chosen.add(min(keys, key=lambda key: _cost(published, key)))
    return tuple(sorted(chosen))


def _cost(published: Published, key: int) -> tuple[float, int]:
    """What readers lose: log(1 + value), more the coarser the key."""
    margins = int((published.level[key] == 0).sum())
    return math.log1p(int(published.value[key])) * 4**margins, key
