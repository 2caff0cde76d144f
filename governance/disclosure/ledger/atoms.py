"""The finest common refinement of what somebody reads: records that lie in the same rows of everything are one atom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from governance.disclosure.contributions import Ints
from governance.disclosure.ledger.claims import Placed, Records
from governance.disclosure.ledger.membership import dense
from governance.disclosure.rules import COVERAGE_CLASSES

Flags = npt.NDArray[np.bool_]


class CountedTwice(ValueError):
    """A record that one row counts more than once: such sums are no sums over records."""


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """r published rows (shown or suppressed) over a atoms: `rows` (r, a) is 0/1, `columns` (a, r) the same, turned.

    `release` (r,) is the place of each row's release among those read, `number` (r,) its own row there; `shown`, `new`,
    `noisy` and `exact` (must not be recovered to the unit) (r,) are flags of rows. `values` (a, h), `trips` (a, h) and
    the distinct `devices` (a, h) are the true contributions, for the builder alone. `holders` (r,) is the fewest secret
    holdings that a row's coverage tells. `atom` (n,) is the atom of each record, -1 for one that lies in no row.
    """

    holdings: tuple[str, ...]
    rows: sp.csr_array
    release: Ints
    number: Ints
    shown: Flags
    new: Flags
    noisy: Flags
    exact: Flags
    values: Ints
    trips: Ints | None
    devices: Ints | None
    holders: Ints
    atom: Ints
    columns: sp.csr_array


def sheet(read: Sequence[Placed], records: Records, *, new: int) -> Sheet:
    """Everything that somebody reads, over the atoms that it distinguishes; `new` is the new release's place.

    Raises:
        CountedTwice: see there.
    """
    stacked = sp.csr_array(sp.hstack([one.rows for one in read], format="csr"))
    stacked.sum_duplicates()
    if (stacked.data > 1).any():
        raise CountedTwice("a row counts a record more than once")
    atom, first = _patterns(stacked)
    many, columns = len(first), sp.csr_array(stacked[first])
    release = np.concatenate([np.full(len(one.published), at) for at, one in enumerate(read)]).astype(np.int64)
    published = [one.published for one in read]
    return Sheet(
        records.holdings,
        sp.csr_array(columns.T.tocsr()),
        release,
        np.concatenate([np.arange(len(one)) for one in published]).astype(np.int64),
        np.concatenate([one.shown for one in published]),
        release == new,
        np.array([read[at].claim.noisy for at in release.tolist()], bool),
        np.concatenate([_unsafe(one) for one in read]),
        _summed(records, records.value, atom, many=many),
        None if records.trips is None else _summed(records, records.trips, atom, many=many),
        None if records.device is None else _distinct(records, records.device, atom, many=many),
        np.concatenate([_holders(one) for one in read]).astype(np.int64),
        atom,
        columns,
    )


def _patterns(stacked: sp.csr_array) -> tuple[Ints, Ints]:
    """The number of each record's pattern of rows (-1: in no row), and one record of each pattern."""
    stacked.sort_indices()
    length = np.diff(stacked.indptr)
    width = int(length.max(initial=0))
    place = np.full((len(length), width), -1, np.int64)
    row = np.repeat(np.arange(len(length)), length)
    place[row, np.arange(len(row)) - stacked.indptr[row]] = stacked.indices
    atom = np.full(len(length), -1, np.int64)
    inside = np.flatnonzero(length > 0)
    _, code = dense(place[inside])
    atom[inside] = code
    first = np.zeros(int(code.max(initial=-1)) + 1, np.int64)
    first[code[::-1]] = inside[::-1]
    return atom, first


def _summed(records: Records, values: Ints, atom: Ints, *, many: int) -> Ints:
    width = len(records.holdings)
    kept = (atom >= 0) & (records.holding >= 0)
    key = atom[kept] * width + records.holding[kept]
    sums = np.bincount(key, weights=values[kept], minlength=many * width)
    found: Ints = np.rint(sums).astype(np.int64).reshape(many, width)
    return found


def _unsafe(one: Placed) -> Flags:
    found: Flags = ~one.published.shown
    found[sorted(one.spared)] = False
    return found


def _distinct(records: Records, ids: Ints, atom: Ints, *, many: int) -> Ints:
    """How many different ids each holding has in each atom: (many, h)."""
    width = len(records.holdings)
    kept = (atom >= 0) & (records.holding >= 0)
    pairs, _ = dense(np.stack([atom[kept] * width + records.holding[kept], ids[kept]], axis=1))
    found: Ints = np.bincount(pairs[:, 0], minlength=many * width).astype(np.int64).reshape(many, width)
    return found


def _holders(one: Placed) -> list[int]:
    """What the coverage of each row tells; where somebody is protected, N contribute at least."""
    least = 0 if one.rules.named else one.rules.min_holders
    fewest = {name: number for number, name in COVERAGE_CLASSES}
    # Where no coverage is told, nothing is: a number that is printed as 0, a suppressed key.
    return [max(fewest[name], least) if name else 0 for name in one.published.coverage]
