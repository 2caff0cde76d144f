"""The checks that are followed over time, each with its patience: the whole table, as one can read it.

A change to a number here is a change to what counts as broken; `docs/reference/quality.md` tells the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from feeds.judging.standing import Policy

_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Check:
    """A check: what it says when it fails, in both languages, for which standards, and its policy."""

    name: str
    en: str
    fr: str
    standards: frozenset[str]
    policy: Policy


_ALL: Final = frozenset({"gtfs", "gtfs-rt", "gbfs", "mds"})
_GBFS: Final = frozenset({"gbfs"})

_CHECKS: Final = (
    Check(
        "reachable",
        "The address does not answer as it should",
        "L'adresse ne répond pas comme elle devrait",
        _ALL,
        # A night's restart of a server is nobody's incident; a second good round is no recovery yet.
        Policy(fails=3, grace_s=_HOUR_S // 2, passes=2, probation_s=_HOUR_S // 4),
    ),
    Check(
        "fresh",
        "What it tells is out of date",
        "Son contenu n'est plus à jour",
        _ALL - {"mds"},
        Policy(fails=2, grace_s=_HOUR_S, passes=2, probation_s=_HOUR_S),
    ),
    # A version is judged once and stays as it is: there is nothing to wait for.
    Check("valid", "The version in force has errors", "La version en vigueur a des erreurs", _ALL, Policy()),
    Check(
        "ids_rotate",
        "Vehicle ids stay the same over trips",
        "Les identifiants des véhicules survivent aux trajets",
        _GBFS,
        Policy(fails=3, grace_s=24 * _HOUR_S, passes=3, probation_s=24 * _HOUR_S),
    ),
    Check(
        "counts_plausible",
        "Counts that cannot be, for hours",
        "Des décomptes impossibles, pendant des heures",
        _GBFS,
        Policy(fails=10, grace_s=_HOUR_S, passes=10, probation_s=_HOUR_S),
    ),
    Check(
        "moves",
        "Nothing moves any more",
        "Plus rien ne bouge",
        _GBFS,
        Policy(fails=3, grace_s=_HOUR_S, passes=2, probation_s=0),
    ),
)

CHECKS: Final[Mapping[str, Check]] = MappingProxyType({one.name: one for one in _CHECKS})


def checks_of(standard: str) -> tuple[Check, ...]:
    """The checks that a standard's feeds are held to."""
    return tuple(one for one in _CHECKS if standard in one.standards)
