"""An ODRL policy of the profile read as an agreement: each part is understood, or the policy is refused at its place.

A policy that was read is a draft. Whatever state it says its negotiation is in, it gives nobody any right here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from governance.agreement import Agreement
from governance.canonical import Plain
from governance.errors import TermError
from governance.negotiation.text import read_text
from governance.odrl.comparisons import comparisons
from governance.odrl.dspace import STATES
from governance.odrl.names import parts_of
from governance.odrl.place import At, spelled
from governance.odrl.remedies import read_remedies
from governance.odrl.vocabulary import CONFLICT, HEAD, ODRL_CONTEXT, PREFIXES, PROFILE, TERMS, Slot
from governance.odrl.write import assignee

#: Longest document, in characters, and deepest nesting that is read.
LONGEST: Final = 512 * 1024
DEEPEST: Final = 16
_OWED = ("@context", "@type", "uid", "profile", "conflict", "dct:title", "mdc:tier", "assigner", "assignee", "target")
_MAY = ("obligation", "prohibition", "mdc:hash", "mdc:rgpd", "mdc:withheld", "dspace:state")


def read_policy_text(text: str) -> Agreement:
    """Read a policy from its JSON.

    Raises:
        PolicyRefused: it is not JSON, names a key twice, or see `read_policy`.
    """
    root = At(None)
    if len(text) > LONGEST:
        raise root.wrong("odrl.json", fault=f"> {LONGEST}")
    try:
        document = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise root.wrong(
            "odrl.json", fault=type(fault).__name__ if isinstance(fault, RecursionError) else fault
        ) from None
    return read_policy(document)


def read_policy(document: object) -> Agreement:
    """The agreement that a policy spells: a draft with the same terms exactly.

    Raises:
        PolicyRefused: something is not of the profile, or is withheld; names the place (JSON pointer) and the reason.
    """
    root = At(document)
    _must_be_json(root)
    fields = root.fields(*_OWED, "permission", optional=_MAY)
    _frame(fields)
    name, version = _names_in(fields["uid"], "agreement", 2)
    read = _permission(fields["permission"].only())
    terms = {**read.pop("terms"), **_rules(fields, Slot.OBLIGATION), **_rules(fields, Slot.PROHIBITION)}
    plain = {
        **read,
        "id": name,
        "version": _version(fields["uid"], version),
        "title": _title(fields["dct:title"]),
        "holder": _names_in(fields["assigner"], "member")[0],
        "dataset": _names_in(fields["target"], "dataset")[0],
        "tier": fields["mdc:tier"].text(),
        "terms": terms,
        **({"rgpd": _rgpd(fields["mdc:rgpd"])} if "mdc:rgpd" in fields else {}),
    }
    try:
        found = read_text(plain)
    except TermError as fault:
        raise root.wrong("odrl.term", fault=fault) from None
    fields["assignee"].exactly(assignee(found.id, found.version, found.recipient.values))
    if "mdc:hash" in fields and fields["mdc:hash"].value != found.hash():
        raise fields["mdc:hash"].wrong("odrl.hash")
    return found


def _frame(fields: Mapping[str, At]) -> None:
    """Everything about the policy that is always the same, or says nothing of the terms."""
    context = fields["@context"].items()
    context[0].exactly(ODRL_CONTEXT)
    prefixes = At([one.value for one in context[1:]], fields["@context"].pointer).only()
    named = At(prefixes.value, f"{fields['@context'].pointer}/1").fields(*PREFIXES, "commons")
    for name, iri in PREFIXES.items():
        named[name].exactly(iri)
    if not named["commons"].text().endswith(("/", "#")):
        raise named["commons"].of('"…/"')
    fields["@type"].exactly("Agreement")
    fields["profile"].exactly(PROFILE)
    fields["conflict"].exactly(CONFLICT)
    if "mdc:withheld" in fields:
        names = ", ".join(one.text()[:60] for one in fields["mdc:withheld"].items())
        raise fields["mdc:withheld"].wrong("odrl.withheld", withheld=names)
    if "dspace:state" in fields:
        state = fields["dspace:state"].fields("@id")["@id"]
        if state.text() not in {f"dspace:{name}" for name in STATES}:
            raise state.wrong("odrl.value", found=spelled(state.value)[:60], expected=f"dspace:{' | '.join(STATES)}")


def _permission(permission: At) -> dict[str, Any]:
    fields = permission.fields("action", "constraint")
    action, refinements = _action(fields["action"])
    if action != "use":
        raise fields["action"].wrong("odrl.action", action=action[:60])
    when = {place: name for name, place in {**HEAD, **TERMS}.items() if place.slot is Slot.CONSTRAINT}
    how = {place: name for name, place in TERMS.items() if place.slot is Slot.REFINEMENT}
    found = {**comparisons(fields["constraint"].items(), when), **comparisons(refinements, how)}
    for name in HEAD:
        if name not in found:
            raise fields["constraint"].wrong("odrl.missing", key=HEAD[name].operand)
    return {
        "recipient": found["recipient"],
        "purpose": found["purpose"],
        "audience": found["audience"],
        "validity": [found["from"], found["to"]],
        "terms": {name: value for name, value in found.items() if name in TERMS},
    }


def _rules(fields: Mapping[str, At], slot: Slot) -> dict[str, Plain]:
    """The promises in the obligations or prohibitions, by term."""
    key = slot.name.lower()
    by_action = {place.action: name for name, place in TERMS.items() if place.slot is slot}
    found: dict[str, Plain] = {}
    for rule in fields[key].items() if key in fields else ():
        parts = rule.fields("action", optional=("remedy",) if slot is Slot.PROHIBITION else ())
        action, refinements = _action(parts["action"])
        name = by_action.get(action)
        if name is None:
            raise parts["action"].wrong("odrl.action", action=action[:60])
        if name in found:
            raise parts["action"].wrong("odrl.twice", operand=action)
        found[name] = _promise(name, refinements, parts["action"])
        if "remedy" in parts:
            read_remedies(parts["remedy"])
    return found


def _promise(name: str, refinements: list[At], action: At) -> Plain:
    place = TERMS[name]
    read = comparisons(refinements, {place: name} if place.operand else {})
    if not place.operand:
        return True
    if name not in read:
        raise action.wrong("odrl.missing", key=place.operand)
    return read[name]


def _action(action: At) -> tuple[str, list[At]]:
    """The action's name, without the prefix of ODRL, and its refinements."""
    if isinstance(action.value, str):
        return action.value, []
    fields = action.only().fields("rdf:value", "refinement")
    name = fields["rdf:value"].fields("@id")["@id"].text()
    if not name.startswith(("odrl:", "mdc:")):
        raise fields["rdf:value"].wrong("odrl.action", action=name[:60])
    return name.removeprefix("odrl:"), fields["refinement"].items()


def _names_in(at: At, kind: str, count: int = 1) -> tuple[str, ...]:
    found = parts_of(at.text(), kind, count)
    if found is None:
        raise at.wrong("odrl.value", found=at.text()[:60], expected=f"commons:{kind}/…")
    return found


def _version(uid: At, text: str) -> int:
    if not (text.isdecimal() and text == str(int(text))):
        raise uid.wrong("odrl.value", found=text[:60], expected="…/1")
    return int(text)


def _title(title: At) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in title.items():
        fields = item.fields("@language", "@value")
        if fields["@language"].text() in found:
            raise item.wrong("odrl.twice", operand=fields["@language"].text()[:60])
        found[fields["@language"].text()] = fields["@value"].text()
    return found


def _rgpd(rgpd: At) -> dict[str, str]:
    fields = rgpd.fields("mdc:dpia", "mdc:legal_basis", "mdc:register_entry")
    return {name.removeprefix("mdc:"): value.text() for name, value in fields.items()}


def _must_be_json(root: At) -> None:
    """A document of a policy's depth that can be written as UTF-8 again (JSON's escapes can spell half a character).

    Raises:
        PolicyRefused: it is not.
    """
    level, depth = [root.value], 0
    while level:
        inner = [one.values() if isinstance(one, Mapping) else one for one in level if isinstance(one, Mapping | list)]
        level, depth = [value for values in inner for value in values], depth + 1
        if depth > DEEPEST:
            raise root.wrong("odrl.json", fault=f"> {DEEPEST} levels")
    try:
        json.dumps(root.value, ensure_ascii=False).encode()
    except (TypeError, ValueError) as fault:
        raise root.wrong("odrl.json", fault=fault) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
