"""``datasets.yaml`` and ``ruleset.yaml``: what is shared, and the floors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from governance.audiences import WITH_FLOORS, Audience
from governance.choice.vocabulary import NUMBERS
from governance.commons_yaml.nodes import Node
from governance.commons_yaml.parties import read_sentence
from governance.cubes import SUMS
from governance.datasets import Dataset, Sensitivity, Standard
from governance.errors import TermError
from governance.grain import Grain, parse_time_grain, parse_zone_system
from governance.parties import Member
from governance.ruleset import Deadlines, Floors, Ladder, Ruleset, Voting
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, Named, Prior
from governance.terms.vocabulary import parse_term, strictest

#: Families of measures that governance knows the sums of.
FAMILIES = frozenset(SUMS)
#: Standards whose records are of single trips, so that publishing a dataset as such would publish its travellers.
NEVER_OPEN = frozenset({Standard.MDS})
#: Floors that an audience must have before joint statistics may be made for it.
OWED = ("min_trips", "min_vehicles", "min_users", "min_holders", "max_share_percent", "p_percent", "coalition", "delay")
#: Floors that the bilateral tier must have before records may leave by it, and the only ones it can have.
OWED_OF_EXTRACTS = (Delay.name,)


def read_datasets(root: Node, *, members: Mapping[str, Member]) -> dict[str, Dataset]:
    """Datasets by id."""
    return {name: _dataset(name, entry, members) for name, entry in root.entries().items()}


def _dataset(name: str, node: Node, members: Mapping[str, Member]) -> Dataset:
    fields = node.fields(
        *("title", "holder", "standard", "sensitivity", "licence", "territory"),
        optional=("public_parts", "public_prior"),
    )
    standard, sensitivity = fields["standard"].choice(Standard), fields["sensitivity"].choice(Sensitivity)
    if standard in NEVER_OPEN and sensitivity is Sensitivity.OPEN:
        raise fields["sensitivity"].wrong(f"{standard} holds single vehicles' trips: it is never open")
    return Dataset(
        id=name,
        title=read_sentence(fields["title"]),
        holder=fields["holder"].known(members, "member"),
        standard=standard,
        sensitivity=sensitivity,
        licence=fields["licence"].text(),
        territory=frozenset(fields["territory"].texts()),
        public_parts=_families(fields.get("public_parts")),
        public_prior=_families(fields.get("public_prior")),
    )


def _families(node: Node | None) -> frozenset[str]:
    return frozenset(item.known(FAMILIES, "family of measures") for item in node.items()) if node else frozenset()


def read_grain(fields: Mapping[str, Node]) -> Grain:
    """Place and time together, from the keys ``zone_system`` and ``time_grain``."""
    zones = fields["zone_system"].checked(parse_zone_system)
    return Grain(zones, fields["time_grain"].checked(parse_time_grain))


def read_ruleset(root: Node) -> Ruleset:
    """The voted rules. What is left out of voting, deadlines and ladder is as `governance.ruleset` has it."""
    fields = root.fields("id", "version", "floors", optional=("voting", "deadlines", "ladder", "signatures_required"))
    floors = {}
    for name, entry in fields["floors"].entries().items():
        if name not in WITH_FLOORS:
            raise entry.wrong(f"no floors are voted for the audience {name!r} (only for {', '.join(_FLOORED)})")
        floors[Audience(name)] = _floors(entry, Audience(name))
    signatures = fields.get("signatures_required")
    return Ruleset(
        id=fields["id"].text(),
        version=fields["version"].integer(),
        floors=floors,
        voting=Voting(**_numbers(fields, "voting", Voting)),
        deadlines=Deadlines(**_numbers(fields, "deadlines", Deadlines)),
        ladder=Ladder(**_numbers(fields, "ladder", Ladder)),
        signatures_required=signatures.truth() if signatures else False,
    )


_FLOORED = tuple(audience.value for audience in Audience if audience in WITH_FLOORS)


def _numbers(rules: Mapping[str, Node], part: str, of: type[Voting] | type[Deadlines] | type[Ladder]) -> dict[str, int]:
    """The whole numbers of one part of the rules, each within the bounds that a vote has to keep to as well."""
    if part not in rules:
        return {}
    found: dict[str, int] = {}
    for name, entry in rules[part].fields(optional=tuple(field.name for field in dataclasses.fields(of))).items():
        found[name], number = entry.integer(), NUMBERS[f"{part}.{name}"]
        if not number.low <= found[name] <= number.high:
            raise entry.wrong(f"must be from {number.low} to {number.high}, not {found[name]}")
    return found


def _floors(node: Node, audience: Audience) -> Floors:
    fields = node.fields("terms", "finest", optional=("prior_percent",))
    terms = read_terms(fields["terms"], only=Enforcement.FLOOR)
    owed = OWED_OF_EXTRACTS if audience is Audience.BILATERAL else OWED
    missing = [name for name in owed if name not in terms]
    if missing or Named.name in terms:
        raise fields["terms"].wrong(f"lacks the floor {missing[0]}" if missing else "a waiver is no floor")
    prior = fields.get("prior_percent")
    finest = tuple(read_grain(item.fields("zone_system", "time_grain")) for item in fields["finest"].items())
    if audience is Audience.BILATERAL:
        _only_for_records(fields, terms, finest)
    return Floors(terms, finest, prior.checked(Prior.parse).value if prior else None)


def _only_for_records(fields: Mapping[str, Node], terms: Mapping[str, Term], finest: tuple[Grain, ...]) -> None:
    """What protects statistics means nothing for single records: it would be believed, and kept by nobody."""
    for name, entry in fields["terms"].entries().items():
        if name in terms and name not in OWED_OF_EXTRACTS:
            raise entry.wrong(f"{name} means nothing for single records")
    if "prior_percent" in fields:
        raise fields["prior_percent"].wrong("prior_percent means nothing for single records")
    if not finest:
        raise fields["finest"].wrong("must name the finest place and time at which records may leave")


def read_terms(node: Node, *, only: Enforcement | None = None) -> dict[str, Term]:
    """Optional terms by name, in the order of the vocabulary."""
    found = {}
    for name, entry in node.entries().items():
        try:
            term = parse_term(name, entry.plain())
        except TermError as error:
            raise entry.wrong(str(error)) from None
        if only is not None and term.enforcement is not only:
            raise entry.wrong(f"{name} is not a {only.value} term")
        found[name] = term
    return strictest([found])
