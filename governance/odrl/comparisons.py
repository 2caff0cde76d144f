"""Constraints and refinements read: each operand in its place, compared as the profile compares it, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from governance.canonical import LARGEST_INTEGER, Plain
from governance.errors import TermError
from governance.odrl.names import parts_of, party_of
from governance.odrl.place import At
from governance.odrl.vocabulary import TERMS, Place, Value
from governance.odrl.write import datatype
from governance.terms.base import integer
from governance.terms.vocabulary import parse_term


def comparisons(items: list[At], places: Mapping[Place, str]) -> dict[str, Plain]:
    """The plain values of constraints or refinements, by the names that `places` gives the places they may have.

    Raises:
        PolicyRefused: an operand that has no place here, another operator, a value that is none, or one said twice.
    """
    found: dict[str, Plain] = {}
    for item in items:
        fields = item.fields("leftOperand", "operator", "rightOperand")
        operand, operator = fields["leftOperand"].text(), fields["operator"].text()
        fitting = [place for place in places if place.operand == operand]
        if not fitting:
            raise fields["leftOperand"].wrong("odrl.operand", operand=operand[:60])
        place = next((place for place in fitting if place.operator == operator), None)
        if place is None:
            expected = " | ".join(place.operator for place in fitting)
            raise fields["operator"].wrong("odrl.operator", operand=operand, found=operator[:60], expected=expected)
        name = places[place]
        if name in found:
            raise item.wrong("odrl.twice", operand=operand)
        found[name] = _value(name, place, fields["rightOperand"])
    return found


def _value(name: str, place: Place, right: At) -> Plain:
    plain = _READ[place.value](right, place.kind)
    if name in TERMS:
        try:
            parse_term(name, plain)
        except TermError as fault:
            raise right.wrong("odrl.term", fault=fault) from None
    return plain


def _number(right: At, _: str) -> Plain:
    try:
        return integer(right.value, name="rightOperand", low=0, high=LARGEST_INTEGER)
    except TermError as fault:
        raise right.wrong("odrl.term", fault=fault) from None


def _word(right: At, _: str) -> Plain:
    return right.text()


def _words(right: At, _: str) -> Plain:
    return [one.text() for one in right.items()]


def _duration(right: At, _: str) -> Plain:
    fields = right.fields("@type", "@value")
    fields["@type"].exactly(datatype(fields["@value"].text()))
    return fields["@value"].text()


def _instant(right: At, _: str) -> Plain:
    fields = right.fields("@type", "@value")
    fields["@type"].exactly("xsd:dateTime")
    return fields["@value"].text()


def _names(right: At, kind: str) -> Plain:
    found = []
    for item in right.items():
        iri = item.fields("@id")["@id"]
        name = party_of(iri.text()) if kind == "party" else next(iter(parts_of(iri.text(), kind) or ()), None)
        if name is None:
            raise iri.wrong("odrl.value", found=iri.text()[:60], expected=f"commons:{kind}/…")
        found.append(name)
    return found


_READ: Final[Mapping[Value, Callable[[At, str], Plain]]] = MappingProxyType(
    {
        Value.NUMBER: _number,
        Value.WORD: _word,
        Value.WORDS: _words,
        Value.DURATION: _duration,
        Value.INSTANT: _instant,
        Value.NAMES: _names,
    }
)
