"""An agreement as an ODRL 2.2 policy of the profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from governance.agreement import Agreement
from governance.canonical import Plain
from governance.odrl.names import iri, party_iri
from governance.odrl.vocabulary import CONFLICT, HEAD, ODRL_CONTEXT, PREFIXES, PROFILE, TERMS, Place, Slot, Value
from governance.terms.scope import EVERYONE, MEMBERS
from governance.terms.vocabulary import OPTIONAL


def policy(
    agreement: Agreement,
    *,
    base: str,
    withheld: frozenset[str] = frozenset(),
    remedies: Sequence[Mapping[str, Plain]] = (),
    negotiation: str | None = None,
) -> Mapping[str, Plain]:
    """The policy as JSON-LD. `base` is the IRI that the names of this commons begin with, ending in ``/`` or ``#``.

    Terms named in `withheld` are left out, and the policy says which; then it is not the agreement, and has no hash:
    a number below a hundred would be found by trying. `remedies` stand in each prohibition. `negotiation` is the
    Dataspace Protocol's name of the state (see `governance.odrl.dspace`).
    """
    shown = {name: agreement.terms[name] for name in OPTIONAL if name in agreement.terms and name not in withheld}
    hidden = sorted(withheld & agreement.terms.keys())
    rules = {
        slot: [_rule(TERMS[name], term.plain()) for name, term in shown.items() if TERMS[name].slot is slot]
        for slot in (Slot.OBLIGATION, Slot.PROHIBITION)
    }
    terms = {name: term.plain() for name, term in shown.items()}
    document: dict[str, Plain] = {
        "@context": [ODRL_CONTEXT, {**PREFIXES, "commons": base}],
        "@type": "Agreement",
        "uid": iri("agreement", agreement.id, str(agreement.version)),
        "profile": PROFILE,
        "conflict": CONFLICT,
        "dct:title": [{"@language": language, "@value": text} for language, text in agreement.title.plain().items()],
        "mdc:tier": agreement.tier.value,
        "assigner": iri("member", agreement.holder),
        "assignee": assignee(agreement.id, agreement.version, agreement.recipient.values),
        "target": iri("dataset", agreement.dataset),
        "permission": [_permission(agreement, terms)],
        **_some("obligation", rules[Slot.OBLIGATION]),
        **_some("prohibition", [{**rule, **_some("remedy", remedies)} for rule in rules[Slot.PROHIBITION]]),
        **_some("mdc:withheld", [TERMS[name].operand or TERMS[name].action for name in hidden]),
    }
    if agreement.rgpd is not None:
        document["mdc:rgpd"] = {f"mdc:{name}": value for name, value in agreement.rgpd.plain().items()}
    if not hidden:
        document["mdc:hash"] = agreement.hash()
    if negotiation is not None:
        document["dspace:state"] = {"@id": f"dspace:{negotiation}"}
    return document


def assignee(agreement: str, version: int, recipients: frozenset[str]) -> Plain:
    """Who is given the permission: one member, or a collection of parties."""
    only = next(iter(recipients)) if len(recipients) == 1 else ""
    if only.startswith("member:"):
        return party_iri(only)
    named = only.startswith("college:") or only in {EVERYONE, MEMBERS}
    uid = party_iri(only) if named else iri("agreement", agreement, str(version), "recipients")
    return {"@type": "PartyCollection", "uid": uid}


def _permission(agreement: Agreement, terms: Mapping[str, Plain]) -> Plain:
    head: Mapping[str, Plain] = {
        "recipient": agreement.recipient.plain(),
        "purpose": agreement.purposes.plain(),
        "audience": agreement.audiences.plain(),
        "from": agreement.validity.from_.isoformat(),
        "to": agreement.validity.to.isoformat(),
    }
    constraints = [comparison(HEAD[name], value) for name, value in head.items()]
    constraints += _in_slot(Slot.CONSTRAINT, terms)
    return {"action": _action("use", _in_slot(Slot.REFINEMENT, terms)), "constraint": constraints}


def _in_slot(slot: Slot, terms: Mapping[str, Plain]) -> list[Plain]:
    return [comparison(TERMS[name], value) for name, value in terms.items() if TERMS[name].slot is slot]


def _rule(place: Place, value: Plain) -> dict[str, Plain]:
    return {"action": _action(place.action, [comparison(place, value)] if place.operand else [])}


def _action(name: str, refinements: Sequence[Plain]) -> Plain:
    """An action by its name, or refined (section 2.5.3)."""
    if not refinements:
        return name
    full = name if ":" in name else f"odrl:{name}"
    return [{"rdf:value": {"@id": full}, "refinement": refinements}]


def comparison(place: Place, value: Plain) -> Plain:
    """One constraint (section 2.5.1): exactly a left operand, an operator and a right operand."""
    right = _WRITE[place.value](value, place.kind)
    return {"leftOperand": place.operand, "operator": place.operator, "rightOperand": right}


def datatype(duration: str) -> str:
    """The datatype of an ISO 8601 duration: XML Schema's has no weeks."""
    return "mdc:isoDuration" if "W" in duration else "xsd:duration"


def _names(value: Plain, kind: str) -> Plain:
    names = [str(name) for name in value] if isinstance(value, Sequence) else []
    return [{"@id": party_iri(name) if kind == "party" else iri(kind, name)} for name in names]


def _duration(value: Plain, _: str) -> Plain:
    return {"@type": datatype(str(value)), "@value": value}


def _instant(value: Plain, _: str) -> Plain:
    return {"@type": "xsd:dateTime", "@value": value}


def _as_it_is(value: Plain, _: str) -> Plain:
    return value


_WRITE: Final[Mapping[Value, Callable[[Plain, str], Plain]]] = MappingProxyType(
    {
        Value.NUMBER: _as_it_is,
        Value.WORD: _as_it_is,
        Value.WORDS: _as_it_is,
        Value.DURATION: _duration,
        Value.INSTANT: _instant,
        Value.NAMES: _names,
    }
)


def _some(name: str, items: Iterable[Plain]) -> dict[str, Plain]:
    found = list(items)
    return {name: found} if found else {}
