"""``datasets.yaml``, ``cubes.yaml``, ``ruleset.yaml``: what is shared, what may be asked, and the floors."""

from __future__ import annotations

from collections.abc import Mapping

from governance.audiences import Audience
from governance.commons_yaml.nodes import Node
from governance.commons_yaml.parties import read_sentence
from governance.cubes import SUMS, Cube, Edition
from governance.datasets import Dataset, Sensitivity, Standard
from governance.errors import TermError
from governance.grain import Grain, parse_time_grain, parse_zone_system
from governance.parties import Member
from governance.ruleset import Floors, Ruleset
from governance.terms.base import Enforcement, Term
from governance.terms.floors import MinTrips, MinUsers, MinVehicles, Named, Prior
from governance.terms.vocabulary import parse_term, strictest

#: Families of measures that governance knows the sums of.
FAMILIES = frozenset(SUMS)
#: Thresholds on travellers; each cube names the column of every one, or null.
COUNTED = (MinTrips.name, MinVehicles.name, MinUsers.name)
#: Standards whose records are of single trips, so that publishing a dataset as such would publish its travellers.
NEVER_OPEN = frozenset({Standard.MDS})
#: Floors that an audience must have before joint statistics may be made for it.
OWED = ("min_trips", "min_vehicles", "min_users", "min_holders", "max_share_percent", "p_percent", "coalition", "delay")


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


def _audiences(node: Node) -> frozenset[Audience]:
    return frozenset(item.choice(Audience) for item in node.items())


def read_cubes(root: Node, *, datasets: Mapping[str, Dataset]) -> dict[str, Cube]:
    """Cubes by id."""
    return {name: _cube(name, entry, datasets) for name, entry in root.entries().items()}


def _cube(name: str, node: Node, datasets: Mapping[str, Dataset]) -> Cube:
    fields = node.fields(
        *("title", "formula", "statistic", "family", "measure", "unit", "dimensions", "zone_system", "time_grain"),
        *("territory", "fields", "counted", "audiences", "editions"),
    )
    return Cube(
        id=name,
        title=read_sentence(fields["title"]),
        formula=read_sentence(fields["formula"]),
        statistic=fields["statistic"].text(),
        family=fields["family"].known(FAMILIES, "family of measures"),
        measure=fields["measure"].text(),
        unit=fields["unit"].text(),
        dimensions=tuple(fields["dimensions"].texts()),
        grain=_grain(fields),
        territory=frozenset(fields["territory"].texts()),
        fields=frozenset(fields["fields"].texts()),
        counted=_counted(fields["counted"]),
        audiences=_audiences(fields["audiences"]),
        editions=_editions(fields["editions"], datasets),
    )


def _grain(fields: Mapping[str, Node]) -> Grain:
    zones = fields["zone_system"].checked(parse_zone_system)
    return Grain(zones, fields["time_grain"].checked(parse_time_grain))


def _counted(node: Node) -> dict[str, str | None]:
    fields = node.fields(*COUNTED)
    counted = {name: None if field.raw.tag.endswith(":null") else field.text() for name, field in fields.items()}
    if not any(counted.values()):
        raise node.wrong("no threshold on travellers would protect this cube: one of them must have a column")
    return counted


def _editions(node: Node, datasets: Mapping[str, Dataset]) -> tuple[Edition, ...]:
    editions = []
    for item in node.items():
        fields = item.fields("id", "from", "datasets")
        members = tuple(sorted(one.known(datasets, "dataset") for one in fields["datasets"].items()))
        if not members or len(set(members)) != len(members):
            raise fields["datasets"].wrong("must name each dataset once, and at least one")
        editions.append(Edition(fields["id"].text(), fields["from"].day(), members))
    if not editions or len({one.id for one in editions}) < len(editions):
        raise node.wrong("must have at least one edition, each with its own id")
    if len({one.from_ for one in editions}) < len(editions):
        raise node.wrong("two editions begin on the same day")
    return tuple(sorted(editions, key=lambda one: one.from_))


def read_ruleset(root: Node) -> Ruleset:
    """The voted rules."""
    fields = root.fields("id", "version", "floors")
    floors = {}
    for name, entry in fields["floors"].entries().items():
        if name not in set(Audience) - {Audience.HOLDER}:
            raise entry.wrong(f"unknown audience {name!r}")
        floors[Audience(name)] = _floors(entry)
    return Ruleset(fields["id"].text(), fields["version"].integer(), floors)


def _floors(node: Node) -> Floors:
    fields = node.fields("terms", "finest", optional=("prior_percent",))
    terms = read_terms(fields["terms"], only=Enforcement.FLOOR)
    missing = [name for name in OWED if name not in terms]
    if missing or Named.name in terms:
        raise fields["terms"].wrong(f"lacks the floor {missing[0]}" if missing else "a waiver is no floor")
    prior = fields.get("prior_percent")
    finest = tuple(_grain(item.fields("zone_system", "time_grain")) for item in fields["finest"].items())
    return Floors(terms, finest, prior.checked(Prior.parse).value if prior else None)


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
