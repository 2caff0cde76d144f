"""Remedies in a prohibition: which sanction follows. They come from the voted ladder and are no terms of anybody."""

from __future__ import annotations

from governance.durations import parse_duration
from governance.errors import TermError
from governance.odrl.place import At, spelled
from governance.parties import Sanction
from governance.ruleset import Ladder
from governance.sanctions.remedy import remedy_of

#: The prefix of the profile.
PREFIX = "mdc"
_LARGEST = 10_000


def read_remedies(remedies: At) -> tuple[Sanction, ...]:
    """The levels of sanction that the remedies spell; no other remedy is of the profile.

    Raises:
        PolicyRefused: something else stands there.
    """
    return tuple(_level(one) for one in remedies.items())


def _level(remedy: At) -> Sanction:
    fields = remedy.fields("@type", "action")
    ladder = _ladder(fields["action"]) if isinstance(fields["action"].value, list) else Ladder()
    for level in Sanction:
        if spelled(remedy.value) == spelled(remedy_of(level, ladder, profile=PREFIX)):
            return level
    raise fields["action"].wrong("odrl.action", action=spelled(fields["action"].value)[:60])


def _ladder(action: At) -> Ladder:
    """The ladder whose throttle an action spells."""
    refinements = action.only().fields("rdf:value", "refinement")["refinement"].items()
    if len(refinements) != 2:
        raise action.of("[ 2 ]")
    parts = ("@type", "leftOperand", "operator", "rightOperand")
    values = [one.fields(*parts)["rightOperand"].fields("@type", "@value")["@value"] for one in refinements]
    divisor, delay = values[0].text(), values[1].text()
    try:
        hours = parse_duration(delay).seconds // 3600
    except TermError as fault:
        raise values[1].wrong("odrl.term", fault=fault) from None
    if not (divisor.isdecimal() and len(divisor) < 6 and hours <= _LARGEST):
        raise values[0].of("1 … 99999")
    return Ladder(throttle_divisor=int(divisor), throttle_delay_hours=hours)
