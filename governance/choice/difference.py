"""A proposal is a difference of the voted rules: a new value for some of their paths, checked before it is voted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from governance.acts import ActRefused, act_refused
from governance.audiences import JOINT, WITH_FLOORS, Audience
from governance.bilingual import Sentence
from governance.canonical import Plain
from governance.choice.floors import FINEST
from governance.choice.paths import built, flat, parse_grain, weight_path
from governance.choice.vocabulary import LEAST_WEIGHT, MOST_WEIGHT, NUMBERS, SIGNATURES
from governance.commons_yaml.subjects import OWED, OWED_OF_EXTRACTS
from governance.errors import TermError
from governance.ruleset import Ruleset
from governance.terms.base import Enforcement
from governance.terms.floors import Named
from governance.terms.vocabulary import OPTIONAL, parse_term

#: New values by path; None removes a floor, or (``floors.<audience>``) all floors of an audience.
Difference = Mapping[str, object]
#: Finest grains that one audience may have; there are few zone systems and steps to choose from.
MOST_GRAINS = 64


def read_difference(ruleset: Ruleset, raw: Mapping[str, object]) -> dict[str, Plain]:
    """Check each path and value of a difference, and spell the values as the rules do.

    Raises:
        ActRefused: an unknown path, a value that the rule cannot have, or nothing that would change.
    """
    if not raw:
        raise act_refused("rules.empty", "difference")
    before = flat(ruleset)
    found = {path: _value(ruleset, path, raw[path]) for path in sorted(raw)}
    for path, value in found.items():
        held = _audience(path) in ruleset.floors if _names_audience(path) else before.get(path)
        if held == value or (value is None and not held):
            raise act_refused("rules.no_change", path, path=path)
    return found


def apply_difference(ruleset: Ruleset, difference: Difference) -> Ruleset:
    """The next version of the rules.

    Raises:
        ActRefused: the difference is not understood, or what comes of it is no whole set of rules; names the path.
    """
    wanted = read_difference(ruleset, difference)
    values = {path: value for path, value in flat(ruleset).items() if not _dropped(path, wanted)}
    values |= {path: value for path, value in wanted.items() if value is not None}
    changed = replace(built(ruleset, values), version=ruleset.version + 1)
    _check_whole(changed)
    return changed


def _dropped(path: str, wanted: Difference) -> bool:
    return any(value is None and (path == name or path.startswith(f"{name}.")) for name, value in wanted.items())


def _check_whole(ruleset: Ruleset) -> None:
    total = sum(ruleset.weights.values())
    if ruleset.weights and total != 100:
        raise act_refused("rules.weights", "colleges", total=total)
    for audience, floors in ruleset.floors.items():
        missing = [name for name in owed(audience) if name not in floors.terms]
        missing += [] if floors.finest else [FINEST]
        if missing:
            path = f"floors.{audience.value}.{missing[0]}"
            raise act_refused("rules.owed", path, audience=audience.value, path=path)


def owed(audience: Audience) -> tuple[str, ...]:
    """The floors that an audience cannot do without: all thresholds for joint statistics, the delay for records."""
    return OWED if audience in JOINT else OWED_OF_EXTRACTS


def _names_audience(path: str) -> bool:
    return path.startswith("floors.") and path.count(".") == 1


def _audience(path: str) -> Audience:
    name = path.split(".")[1]
    if name not in {audience.value for audience in WITH_FLOORS}:
        raise act_refused("rules.path", path, path=path)
    return Audience(name)


def _value(ruleset: Ruleset, path: str, raw: object) -> Plain:
    if path in NUMBERS:
        return _between(path, raw, NUMBERS[path].low, NUMBERS[path].high)
    if path == SIGNATURES:
        return _truth(path, raw)
    if path in {weight_path(college) for college in ruleset.weights}:
        return _between(path, raw, LEAST_WEIGHT, MOST_WEIGHT)
    if path.startswith("floors."):
        return _floor(path, raw)
    raise act_refused("rules.path", path, path=path)


def _between(path: str, raw: object, low: int, high: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
        expected = Sentence(f"un nombre entier de {low} à {high}", f"a whole number from {low} to {high}")
        raise _wrong(path, raw, expected)
    return raw


def _truth(path: str, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _wrong(path, raw, Sentence("true ou false", "true or false"))
    return raw


def _floor(path: str, raw: object) -> Plain:
    audience = _audience(path)
    if _names_audience(path):
        if raw is not None:
            raise _wrong(path, raw, Sentence("null, qui retire ce public", "null, which removes the audience"))
        return None
    name = path.removeprefix(f"floors.{audience.value}.")
    if name == FINEST:
        return _grains(path, raw)
    if not _is_floor(audience, name):
        raise act_refused("rules.path", path, path=path)
    if raw is None:
        return None
    try:
        return parse_term(name, raw).plain()
    except TermError:
        shown = Sentence(f"une valeur de la clause {name}", f"a value of the term {name}")
        raise _wrong(path, raw, shown) from None


def _is_floor(audience: Audience, name: str) -> bool:
    known = name in OPTIONAL and OPTIONAL[name].enforcement is Enforcement.FLOOR and name != Named.name
    return known and (audience in JOINT or name in OWED_OF_EXTRACTS)


def _grains(path: str, raw: object) -> Plain:
    expected = Sentence(
        "une liste de grains tels que « h3_8 x P1M/band »", "a list of grains such as 'h3_8 x P1M/band'"
    )
    if not isinstance(raw, list | tuple) or not 1 <= len(raw) <= MOST_GRAINS:
        raise _wrong(path, raw[:4] if isinstance(raw, list | tuple) else raw, expected)
    try:
        return sorted({str(parse_grain(item)) for item in raw})
    except TermError:
        raise _wrong(path, raw, expected) from None


def _wrong(path: str, raw: object, expected: Sentence) -> ActRefused:
    return act_refused("rules.value", path, path=path, value=str(raw)[:80], expected=expected)
