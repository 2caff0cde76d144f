"""The closed vocabulary: every term there is, by its name. Anything unknown is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from governance.errors import TermError
from governance.terms import floors, scope, use
from governance.terms.base import Term

#: The clauses every agreement has; they stand in its head, not among its terms.
HEAD: tuple[type[Term], ...] = (scope.Recipient, scope.Validity, scope.ForAudience, scope.ForPurpose)

#: The clauses an agreement may add, in the order in which they are tested and shown.
OPTIONAL: Mapping[str, type[Term]] = MappingProxyType(
    {
        term.name: term
        for term in (
            scope.Territory,
            scope.Fields,
            scope.SpatialResolution,
            scope.TemporalResolution,
            use.UnderRuleset,
            floors.Delay,
            floors.MinTrips,
            floors.MinVehicles,
            floors.MinUsers,
            floors.MinHolders,
            floors.MaxShare,
            floors.PPercent,
            floors.Prior,
            floors.Coalition,
            floors.Rounding,
            floors.EpsilonBudget,
            floors.Named,
            use.Quota,
            use.Rate,
            use.Retention,
            use.Redistribution,
            use.NoticeDays,
            use.HostedIn,
            use.Attribution,
            use.NoReidentification,
        )
    }
)


def parse_term(name: str, raw: object) -> Term:
    """Read one optional term.

    Raises:
        TermError: the name is not in the vocabulary, or the value is not one of the term's.
    """
    if name not in OPTIONAL:
        raise TermError(f"unknown term {name!r}")
    return OPTIONAL[name].parse(raw)


def strictest(terms: Iterable[Mapping[str, Term]]) -> dict[str, Term]:
    """The strictest of each term, in the order of the vocabulary; a term that only one side has stays."""
    merged: dict[str, Term] = {}
    for one in terms:
        for name, term in one.items():
            merged[name] = merged[name].strictest(term) if name in merged else term
    return {name: merged[name] for name in OPTIONAL if name in merged}
