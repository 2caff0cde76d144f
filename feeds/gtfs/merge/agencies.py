"""What goes without saying while a feed has one agency, and must be said once there are several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from feeds.errors import UnusableFeed
from feeds.gtfs.merge.inputs import Input
from feeds.gtfs.reference import TABLES
from feeds.gtfs.spec import Table

#: The id of an agency that has none in its feed; the feed's own name is before it.
ONLY = "agency"
AGENCY_ID = "agency_id"
#: Where an empty agency_id means the feed's only one (reference: routes.txt, fare_attributes.txt).
_MEANT = frozenset({"routes", "fare_attributes"})
#: An attribution that names none of these is about the whole dataset, which is now more than its feed.
_TARGETS = (AGENCY_ID, "route_id", "trip_id")


def only_agency(given: Input) -> str | None:
    """The merged id of a feed's agency where it has one only."""
    agencies = given.records(TABLES["agency"])
    return given.prefix + (agencies[0].get(AGENCY_ID) or ONLY) if len(agencies) == 1 else None


def needs_agency(table: Table) -> bool:
    """Whether a table gets a column `agency_id` though no input has it."""
    return table.name in _MEANT or table.name == "agency"


def said(table: Table, columns: Mapping[str, pa.Array], given: Input, only: str | None, count: int) -> pa.Array:
    """The column `agency_id`, prefixed already where it was given, with what was left unsaid."""
    ids = columns.get(AGENCY_ID, pa.nulls(count, pa.string()))
    if table.name == "agency":
        return pc.fill_null(ids, given.prefix + ONLY)
    if only is None:
        return ids
    if table.name in _MEANT:
        return pc.fill_null(ids, only)
    if table.name == "attributions":
        return pc.if_else(_about_nothing(columns, count), pa.scalar(only), ids)
    return ids


def _about_nothing(columns: Mapping[str, pa.Array], count: int) -> pa.Array:
    empty = pa.array([True] * count)
    for name in _TARGETS:
        if name in columns:
            empty = pc.and_(empty, pc.is_null(columns[name]))
    return empty


def must_share_a_time_zone(inputs: Sequence[Input]) -> str:
    """The time zone of all agencies: times of a feed are in one (reference, agency.txt: agency_timezone).

    Raises:
        UnusableFeed: there are several, or none.
    """
    found: dict[str, list[str]] = {}
    for given in inputs:
        zones = {row.get("agency_timezone") or "" for row in given.records(TABLES["agency"])} - {""}
        for zone in sorted(zones):
            found.setdefault(zone, []).append(given.slug)
    if len(found) == 1:
        return next(iter(found))
    told = "; ".join(f"{zone}: {', '.join(slugs)}" for zone, slugs in sorted(found.items()))
    reason = f"one feed has one time zone, these have several, merge each apart ({told})" if told else "no time zone"
    raise UnusableFeed(reason, file="agency.txt", field="agency_timezone")
