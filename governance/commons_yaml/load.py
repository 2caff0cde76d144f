"""Read a whole commons from the texts of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from governance.agreement import Agreement
from governance.choice.lattice import looser_than_parent
from governance.commons_yaml.consents import Known, read_agreement, read_prohibitions
from governance.commons_yaml.cubes import read_cubes
from governance.commons_yaml.nodes import Node, parse
from governance.commons_yaml.parties import read_basin, read_colleges, read_holdings, read_members, read_purposes
from governance.commons_yaml.subjects import read_datasets, read_ruleset
from governance.errors import CommonsFileError
from governance.ruleset import Ruleset
from governance.world import World

#: Files that every commons has; `OPTIONAL` it may have (the rules of the commons that it is nested in are
#: ``parent.yaml``, spelled as ``ruleset.yaml``); and the agreements, one file each.
REQUIRED = ("commons.yaml", "members.yaml", "purposes.yaml", "datasets.yaml", "cubes.yaml", "ruleset.yaml")
OPTIONAL = ("prohibitions.yaml", "parent.yaml")
AGREEMENTS = "agreements/*.yaml"


def load(files: Mapping[str, str]) -> World:
    """The commons that `files` describe: text by name relative to its folder (``agreements/x.yaml``).

    Raises:
        CommonsFileError: one line with file, line and key, for anything that is not understood: an unknown file,
            key, term, purpose, member; a key that stands twice; an instant without a zone; a missing translation.
    """
    roots = _parse(files)
    basin = read_basin(roots["commons.yaml"])
    purposes = read_purposes(roots["purposes.yaml"])
    parties = roots["members.yaml"].fields("colleges", "holdings", "members")
    colleges, holdings = read_colleges(parties["colleges"]), read_holdings(parties["holdings"])
    members = read_members(parties["members"], colleges=colleges, holdings=holdings)
    datasets = read_datasets(roots["datasets.yaml"], members=members)
    cubes = read_cubes(roots["cubes.yaml"], datasets=datasets)
    for name in cubes.keys() & datasets.keys():
        raise roots["cubes.yaml"].entries()[name].wrong("is a dataset's id too")
    known = Known(ZoneInfo(basin.time_zone), colleges, members, datasets, cubes, purposes)
    prohibitions = roots.get("prohibitions.yaml")
    parent = read_ruleset(roots["parent.yaml"]) if "parent.yaml" in roots else None
    weights = {college.id: college.weight_percent for college in colleges.values()}
    return World(
        basin=replace(basin, parent=parent),
        colleges=colleges,
        holdings=holdings,
        members=members,
        datasets=datasets,
        purposes=purposes,
        cubes=cubes,
        ruleset=replace(_ruleset(roots["ruleset.yaml"], parent), weights=weights),
        agreements=_agreements(roots, known),
        prohibitions=read_prohibitions(prohibitions, known=known) if prohibitions else (),
    )


def _parse(files: Mapping[str, str]) -> dict[str, Node]:
    for name in sorted(files):
        if name not in REQUIRED + OPTIONAL and not fnmatchcase(name, AGREEMENTS):
            raise CommonsFileError("is no file of a commons", file=name)
    for name in REQUIRED:
        if name not in files:
            raise CommonsFileError("is missing", file=name)
    return {name: parse(files[name], file=name) for name in sorted(files)}


def _ruleset(root: Node, parent: Ruleset | None) -> Ruleset:
    """The voted rules; those of a commons within another one are no looser than its parent's."""
    ruleset = read_ruleset(root)
    for path in looser_than_parent(ruleset, parent) if parent is not None else ():
        _, audience, _ = path.split(".")
        floors = root.entries()["floors"].entries()[audience]
        raise floors.wrong(f"{path} is looser than in parent.yaml")
    return ruleset


def _agreements(roots: Mapping[str, Node], known: Known) -> tuple[Agreement, ...]:
    """Agreements in the order of their files; no version stands twice, and of one agreement one version is in force."""
    found: list[Agreement] = []
    for name, root in roots.items():
        if not fnmatchcase(name, AGREEMENTS):
            continue
        agreement = read_agreement(root, known=known)
        for other in found:
            if other.key == agreement.key:
                raise root.wrong(f"the version {agreement.key} stands in another file too")
            if other.id == agreement.id and _both_in_force(other, agreement):
                raise root.wrong(f"{agreement.key} and {other.key} would be in force at the same time")
        found.append(agreement)
    return tuple(found)


def _both_in_force(one: Agreement, other: Agreement) -> bool:
    begins = max(one.validity.from_, other.validity.from_)
    return one.binding and other.binding and begins < min(one.validity.to, other.validity.to)
