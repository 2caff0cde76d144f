"""What is asked before any equation: claims, numbers and patterns of the new release against those that are out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from governance.audiences import knows
from governance.disclosure.ledger.claims import Placed, Records
from governance.disclosure.ledger.nesting import nested
from governance.disclosure.ledger.refusals import Meeting, beside, first_refusal, tells_which_rule
from governance.disclosure.published import Shape
from governance.verdicts import Denied, denied


def agrees(placed: Placed, records: Records) -> bool:
    """Whether the numbers of a release are the sums of the records, up to its rounding."""
    shown = placed.published.shown
    away = np.abs(placed.published.value - placed.sums(records))[shown]
    return bool((away < placed.published.about.rounding).all())


def refusal(new: Placed, out: Sequence[Placed], records: Records) -> Denied | None:
    """The first reason why no audit is needed to say no."""
    refused = first_refusal(new.claim, [(one.claim, _nested(new, one)) for one in out])
    return refused or _misfit(new, out, records) or _other_numbers(new, out, records) or _pattern(new, out)


def _misfit(new: Placed, out: Sequence[Placed], records: Records) -> Denied | None:
    """A release that cannot be set against these records."""
    for one in (new, *out):
        stranger = sorted(set(records.holdings) - one.claim.obligations.holders)
        if stranger and beside(new.claim, one.claim) is not Meeting.APART:
            return denied("ledger.holdings", "edition", existing=one.claim.id, holding=stranger[0])
        if one.rows.nnz and int(one.rows.data.max()) > 1:
            return denied("ledger.records", "records", existing=one.claim.id)
        if records.trips is not None and not _same_records(new, one):
            return denied("ledger.sums", "family", existing=one.claim.id)
    return None


def _same_records(new: Placed, other: Placed) -> bool:
    """Whether two sums of time are over the same parts of time.

    A trip is one record in every cube; parked time is cut into parts, by each cube as it needs. Where the parts of two
    cubes are not the same, no equation ties them.
    """
    if beside(new.claim, other.claim) is Meeting.APART:
        return True
    mine, theirs = np.diff(new.rows.indptr) > 0, np.diff(other.rows.indptr) > 0
    one, two = new.claim.period, other.claim.period
    if two.from_ <= one.from_ and one.to <= two.to:
        return bool((theirs | ~mine).all()) and (one != two or bool((mine | ~theirs).all()))
    return one.from_ <= two.from_ and two.to <= one.to and bool((mine | ~theirs).all())


def _nested(one: Placed, other: Placed) -> bool:
    if one.claim.shape is not Shape.PARTITION or other.claim.shape is not Shape.PARTITION:
        return False
    narrow, wide = (one, other) if knows(one.claim.audience, other.claim.audience) else (other, one)
    return nested(wide.rows, narrow.rows)


def _other_numbers(new: Placed, out: Sequence[Placed], records: Records) -> Denied | None:
    """A release whose numbers are no longer those of the records: a late file came, or one was withdrawn."""
    for one in out:
        if not one.claim.noisy and beside(new.claim, one.claim) is Meeting.JOINT and not agrees(one, records):
            return denied("ledger.revision", "inputs", existing=one.claim.id)
    return None


def _pattern(new: Placed, out: Sequence[Placed]) -> Denied | None:
    """A sum that one release shows and another, of other rules, hides: contributors learn which rule hid it."""
    for one in out:
        if tells_which_rule(new.claim, one.claim):
            mine, theirs = _sets(new), _sets(one)
            if mine[False] & theirs[True] or mine[True] & theirs[False]:
                return denied("ledger.rules", "terms", existing=one.claim.id)
    return None


def _sets(placed: Placed) -> dict[bool, set[bytes]]:
    """The sets of records of a release's rows, shown and hidden ones; empty rows left out."""
    by_row = sp.csr_array(placed.rows.T.tocsr())
    by_row.sort_indices()
    found: dict[bool, set[bytes]] = {True: set(), False: set()}
    for row, shown in enumerate(placed.published.shown.tolist()):
        inside = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        if len(inside):
            found[shown].add(inside.tobytes())
    return found
