"""``cubes.yaml``: the questions that may be asked of several holders at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from governance.audiences import JOINT, Audience
from governance.commons_yaml.nodes import Node
from governance.commons_yaml.parties import read_sentence
from governance.commons_yaml.subjects import FAMILIES, read_grain, read_terms
from governance.cube_parts import (
    ATTRIBUTES,
    DIMENSIONS,
    Finishing,
    Mechanism,
    Unit,
    Zeros,
    levels_wrong,
    usual_levels,
)
from governance.cubes import Cube, Edition
from governance.datasets import Dataset
from governance.disclosure.published import Shape
from governance.terms.base import Enforcement, Term
from governance.terms.floors import Delay, MinTrips, MinUsers, MinVehicles, Named, PPercent, Prior

#: Thresholds on travellers; each cube names the column of every one, or null.
COUNTED = (MinTrips.name, MinVehicles.name, MinUsers.name)
#: Floors that a cube cannot name: every member is told the digest of this file, and with it could try each p.
NOT_HERE = (PPercent.name, Prior.name, Named.name, Delay.name)
_OWED = (
    *("title", "formula", "statistic", "family", "measure", "unit", "dimensions", "zone_system", "time_grain"),
    *("territory", "fields", "counted", "audiences", "editions"),
)
_OPTIONAL = ("shape", "levels", "attributes", "steps", "finishing", "zeros", "floors")


def read_cubes(root: Node, *, datasets: Mapping[str, Dataset]) -> dict[str, Cube]:
    """Cubes by id."""
    return {name: _cube(name, entry, datasets) for name, entry in root.entries().items()}


def _cube(name: str, node: Node, datasets: Mapping[str, Dataset]) -> Cube:
    fields = node.fields(*_OWED, optional=_OPTIONAL)
    grain, dimensions = read_grain(fields), _dimensions(fields["dimensions"])
    levels = _levels(fields, dimensions, grain.zone_system)
    audiences = _audiences(fields["audiences"])
    shape = fields["shape"].choice(Shape) if "shape" in fields else Shape.PARTITION
    return Cube(
        id=name,
        title=read_sentence(fields["title"]),
        formula=read_sentence(fields["formula"]),
        statistic=fields["statistic"].text(),
        family=fields["family"].known(FAMILIES, "family of measures"),
        measure=fields["measure"].text(),
        unit=fields["unit"].text(),
        dimensions=dimensions,
        grain=grain,
        territory=frozenset(fields["territory"].texts()),
        fields=frozenset(fields["fields"].texts()),
        counted=_counted(fields["counted"]),
        audiences=audiences,
        editions=_editions(fields["editions"], datasets),
        shape=shape,
        levels=levels,
        attributes=_attributes(fields.get("attributes"), dimensions),
        steps=_steps(fields.get("steps"), levels, shape),
        finishing=_finishing(fields.get("finishing"), audiences, shape),
        zeros=_zeros(fields.get("zeros"), shape),
        floors=_floors(fields.get("floors"), audiences),
    )


def _dimensions(node: Node) -> tuple[str, ...]:
    for item in node.items():
        item.known(frozenset(DIMENSIONS), "dimension")
    return tuple(node.texts())


def _levels(fields: Mapping[str, Node], dimensions: Sequence[str], zone_system: str) -> dict[str, tuple[str, ...]]:
    """The levels of every dimension: those that are said, else the usual ones."""
    said = fields["levels"].fields(optional=tuple(dimensions)) if "levels" in fields else {}
    levels = {name: usual_levels(name, zone_system) for name in dimensions}
    levels |= {name: tuple(entry.texts()) for name, entry in said.items()}
    for name in dimensions:
        wrong = levels_wrong(name, levels[name], zone_system)
        if wrong is not None:
            raise said.get(name, fields["dimensions"]).wrong(wrong)
    return levels


def _attributes(node: Node | None, dimensions: Sequence[str]) -> dict[str, str]:
    """What each dimension is of a record: of all dimensions or of none."""
    if node is None:
        return {}
    found = {}
    for name, entry in node.fields(*dimensions).items():
        known = ATTRIBUTES[DIMENSIONS[name]]
        found[name] = entry.text()
        if found[name] not in known:
            raise entry.wrong(f"unknown attribute {found[name]!r} of {name} (known: {', '.join(sorted(known))})")
    return found


def _steps(node: Node | None, levels: Mapping[str, tuple[str, ...]], shape: Shape) -> tuple[tuple[str, str], ...]:
    """The order in which a partition is refined, spelled ``dimension.level``: each dimension coarse to fine."""
    if node is None:
        return ()
    if shape is not Shape.PARTITION:
        raise node.wrong("only a partition is refined in steps")
    next_of = {name: list(found) for name, found in levels.items()}
    steps = []
    for item in node.items():
        dimension, _, level = item.text().partition(".")
        if dimension not in next_of:
            raise item.wrong(f"unknown dimension {dimension!r} (a step is spelled dimension.level)")
        if next_of[dimension][:1] != [level]:
            owed = next_of[dimension][0] if next_of[dimension] else "no further level"
            raise item.wrong(f"the next level of {dimension} is {owed}, not {level!r}")
        steps.append((dimension, next_of[dimension].pop(0)))
    return tuple(steps)


def _finishing(node: Node | None, audiences: frozenset[Audience], shape: Shape) -> dict[Audience, Finishing]:
    found = {}
    for name, entry in _by_audience(node, audiences):
        found[name] = _finished(entry)
        noisy = found[name].mechanism is Mechanism.DISCRETE_GAUSSIAN
        if noisy and (name is not Audience.OPEN or shape is not Shape.PARTITION):
            raise entry.wrong("noise is added to partitions for the audience open, and to nothing else")
    return found


def _finished(node: Node) -> Finishing:
    if not node.is_mapping:
        mechanism = node.choice(Mechanism)
        if mechanism is Mechanism.DISCRETE_GAUSSIAN:
            raise node.wrong("discrete_gaussian needs its sigma and unit: {discrete_gaussian: {sigma: 6, unit: trip}}")
        return Finishing(mechanism)
    noise = node.fields(Mechanism.DISCRETE_GAUSSIAN.value)[Mechanism.DISCRETE_GAUSSIAN.value]
    fields = noise.fields("sigma", "unit", optional=("most",))
    sigma, most = fields["sigma"].integer(), fields["most"].integer() if "most" in fields else 1
    if sigma < 1 or most < 1:
        raise noise.wrong("sigma and most are at least 1")
    return Finishing(Mechanism.DISCRETE_GAUSSIAN, sigma, fields["unit"].choice(Unit), most)


def _zeros(node: Node | None, shape: Shape) -> Zeros:
    zeros = node.choice(Zeros) if node else Zeros.HIDDEN
    if node and zeros is Zeros.SHOWN and shape is not Shape.TABLE:
        raise node.wrong("a partition shows no zeros: its empty cells are pooled with others")
    return zeros


def _floors(node: Node | None, audiences: frozenset[Audience]) -> dict[Audience, dict[str, Term]]:
    found = {}
    for name, entry in _by_audience(node, audiences):
        found[name] = read_terms(entry, only=Enforcement.FLOOR)
        for term, value in entry.entries().items():
            if term in NOT_HERE:
                raise value.wrong(f"{term} is said in the voted rules and the signed agreements alone")
    return found


def _by_audience(node: Node | None, audiences: frozenset[Audience]) -> list[tuple[Audience, Node]]:
    entries = node.entries() if node else {}
    for name, entry in entries.items():
        if name not in audiences:
            raise entry.wrong(f"the cube has no audience {name!r}")
    return [(Audience(name), entry) for name, entry in entries.items()]


def _audiences(node: Node) -> frozenset[Audience]:
    for item in node.items():
        if item.choice(Audience) not in JOINT:
            raise item.wrong(f"joint statistics are not made for the audience {item.text()!r}")
    return frozenset(item.choice(Audience) for item in node.items())


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
