"""Datasets that members hold, and what of them is known elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from governance.bilingual import Sentence


class Standard(StrEnum):
    """The format a dataset comes in; governance reads none of them, it only names them."""

    GTFS = "gtfs"
    GTFS_RT = "gtfs-rt"
    GBFS = "gbfs"
    MDS = "mds"


class Sensitivity(StrEnum):
    """How a dataset was classified. Only OPEN ones may ever be published as such."""

    OPEN = "open"
    OPERATOR = "operator"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a member contributes.

    `public_parts` are the families of measures (``trips``, ``fleet`` …) that anyone can compute from what the holder
    publishes elsewhere: such data is no secret and never counts as cover for somebody else's. `public_prior` are
    families that rivals can estimate from an open feed.
    """

    id: str
    title: Sentence
    holder: str
    standard: Standard
    sensitivity: Sensitivity
    licence: str
    territory: frozenset[str]
    public_parts: frozenset[str] = frozenset()
    public_prior: frozenset[str] = frozenset()
