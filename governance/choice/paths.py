"""The voted rules as a flat list of paths and values, and back: the form in which they are changed and compared.

``floors.<audience>.<term>``, ``floors.<audience>.finest`` (grains such as ``h3_8 x P1M/band``),
``floors.<audience>.prior_percent``, ``colleges.<id>.weight_percent``, ``signatures_required``, and the numbers of
`governance.choice.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from governance.audiences import Audience
from governance.canonical import Plain
from governance.choice.floors import FINEST
from governance.choice.vocabulary import NUMBERS, SIGNATURES
from governance.errors import TermError
from governance.grain import Grain, parse_time_grain, parse_zone_system
from governance.ruleset import Deadlines, Floors, Ladder, Ruleset, Voting
from governance.terms.base import Term
from governance.terms.floors import Prior
from governance.terms.vocabulary import OPTIONAL, parse_term


def flat(ruleset: Ruleset) -> dict[str, Plain]:
    """Every rule by its path; a floor that does not hold has no path."""
    found: dict[str, Plain] = {SIGNATURES: ruleset.signatures_required}
    for path in NUMBERS:
        section, name = path.split(".")
        found[path] = getattr(getattr(ruleset, section), name)
    found |= {weight_path(college): weight for college, weight in ruleset.weights.items()}
    for audience, floors in ruleset.floors.items():
        found |= {f"floors.{audience.value}.{name}": value for name, value in _flat_floors(floors).items()}
    return found


def _flat_floors(floors: Floors) -> dict[str, Plain]:
    # A prior among the terms stays as it is: its path is that of the prior for estimated families.
    found = {name: term.plain() for name, term in floors.terms.items() if name != Prior.name}
    found[FINEST] = sorted(str(grain) for grain in floors.finest)
    if floors.prior_percent is not None:
        found[Prior.name] = floors.prior_percent
    return found


def weight_path(college: str) -> str:
    """The path of a college's weight."""
    return f"colleges.{college}.weight_percent"


def parse_grain(text: object) -> Grain:
    """Read a grain as `Grain.__str__` spells it.

    Raises:
        TermError: it is none.
    """
    zones, separator, time = str(text).partition(" x ")
    if not separator:
        raise TermError(f"{text!r} is not a grain such as 'h3_8 x P1M/band'")
    return Grain(parse_zone_system(zones), parse_time_grain(time))


def built(base: Ruleset, values: Mapping[str, Plain]) -> Ruleset:
    """The rules that `flat` spells, with the id and version of `base`; `values` were checked.

    Raises:
        TermError: a floor's value is not one of its term's.
    """
    numbers = {path: value for path, value in values.items() if path in NUMBERS}
    return replace(
        base,
        floors=_floors(base, values),
        voting=Voting(**_section(numbers, "voting")),
        deadlines=Deadlines(**_section(numbers, "deadlines")),
        ladder=Ladder(**_section(numbers, "ladder")),
        signatures_required=values[SIGNATURES] is True,
        weights={college: _whole(values[weight_path(college)]) for college in base.weights},
        superseded=(),
    )


def _section(numbers: Mapping[str, Plain], section: str) -> dict[str, int]:
    return {
        path.removeprefix(f"{section}."): _whole(value)
        for path, value in numbers.items()
        if path.startswith(f"{section}.")
    }


def _whole(value: Plain) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a whole number was expected, not {value!r}")
    return value


def _floors(base: Ruleset, values: Mapping[str, Plain]) -> dict[Audience, Floors]:
    found: dict[Audience, dict[str, Plain]] = {}
    for path, value in values.items():
        if path.startswith("floors."):
            _, audience, name = path.split(".")
            found.setdefault(Audience(audience), {})[name] = value
    # In the order of the audiences, so that the same rules are always the same value.
    return {one: _one_floors(base.floors.get(one), found[one]) for one in Audience if one in found}


def _one_floors(before: Floors | None, values: Mapping[str, Plain]) -> Floors:
    terms = {name: parse_term(name, value) for name, value in values.items() if name not in {FINEST, Prior.name}}
    if before is not None and Prior.name in before.terms:
        terms[Prior.name] = before.terms[Prior.name]
    prior = values.get(Prior.name)
    return Floors(
        terms=_ordered(terms),
        finest=tuple(parse_grain(grain) for grain in _texts(values.get(FINEST, []))),
        prior_percent=None if prior is None else Prior.parse(prior).value,
    )


def _ordered(terms: Mapping[str, Term]) -> dict[str, Term]:
    return {name: terms[name] for name in OPTIONAL if name in terms}


def _texts(value: Plain) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def read_ruleset(plain: Mapping[str, Any]) -> Ruleset:
    """Read rules as `Ruleset.plain` spells them.

    Raises:
        KeyError: a part is missing.
        TermError: a floor's value is not one of its term's.
        ValueError: an unknown audience.
    """
    floors = {
        Audience(audience): Floors(
            terms=_ordered({name: parse_term(name, value) for name, value in one["terms"].items()}),
            finest=tuple(parse_grain(grain) for grain in one["finest"]),
            prior_percent=one["prior_percent"],
        )
        for audience, one in plain["floors"].items()
    }
    return Ruleset(
        id=plain["id"],
        version=plain["version"],
        floors={audience: floors[audience] for audience in Audience if audience in floors},
        voting=Voting(**plain["voting"]),
        deadlines=Deadlines(**plain["deadlines"]),
        ladder=Ladder(**plain["ladder"]),
        signatures_required=plain["signatures_required"],
        weights=dict(plain["weights"]),
    )
