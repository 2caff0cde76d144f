"""What every catalogue of feeds is read into: feeds as listed, and what of the list could not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

#: The standards that the hub keeps feeds of.
STANDARDS: Final = ("gtfs", "gtfs-rt", "gbfs", "mds")

#: Who gives a feed a name: MobilityData's Mobility Database, the French national access point, Transitland, the owner
#: of a DMFR file whose ids are no Onestop ids, and GBFS itself (``system_id``, in ``systems.csv`` and in manifests).
NAMERS: Final = ("mdb", "tdg", "onestop", "dmfr", "gbfs")


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What a catalogue calls a feed: ``tdg`` and ``tdg-81653``."""

    by: str
    id: str

    def __str__(self) -> str:
        return f"{self.by}:{self.id}"

    def is_plain(self) -> bool:
        """Whether it may be written down: 1 to 200 characters that can be printed."""
        return 0 < len(self.id.strip()) <= len(self.id) <= 200 and self.id.isprintable()


@dataclass(frozen=True, slots=True)
class Listed:
    """One feed as a catalogue lists it.

    `row` is its place in the file: the line of a CSV file (its header is row 1), the number of the entry (from 1) of a
    JSON list. `field` is where its address stands. `schedule` names the GTFS that a GTFS-RT feed speaks of, where the
    catalogue says it. `supersedes` are names that the catalogue gave it before. A feed that `needs_key` cannot be
    fetched without a credential, which no catalogue holds.
    """

    name: Name
    standard: str
    url: str
    row: int
    field: str
    slug: str
    title: str = ""
    holder: str = ""
    licence: str = ""
    territory: str = ""
    schedule: Name | None = None
    supersedes: tuple[Name, ...] = ()
    needs_key: bool = False


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An entry that could not be taken: where it stands, and why."""

    row: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeedList:
    """A catalogue as it was read. `passed_over` counts entries of formats that the hub does not keep, by format."""

    shape: str
    feeds: tuple[Listed, ...]
    refused: tuple[Unlisted, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)


def named_once(
    shape: str, found: Iterable[Listed | Unlisted], *, passed_over: Mapping[str, int] | None = None
) -> FeedList:
    """A list in which each name stands once: a second entry of a name is refused, for nobody knows which is meant."""
    kept: dict[Name, Listed] = {}
    refused = []
    for one in found:
        if isinstance(one, Unlisted):
            refused.append(one)
        elif not one.name.is_plain():
            refused.append(Unlisted(one.row, "id", "", "an id is 1 to 200 characters that can be printed"))
        elif (first := kept.setdefault(one.name, one)) is not one:
            refused.append(Unlisted(one.row, "id", one.name.id, f"row {first.row} has this id already"))
    return FeedList(shape, tuple(kept.values()), tuple(refused), passed_over or {})
