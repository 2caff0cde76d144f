"""Between reading and keeping: drop what earlier batches brought already, and put places in zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import shapely

from feeds.findings import Finding, Report, Severity
from feeds.reading import Reading
from hub.errors import BadRequest, Conflict
from hub.records import feeds as feed_records
from hub.services import manifest
from hub.services.back import Back
from hub.territory.hierarchies import IRIS_FILE
from hub.territory.zones import H3, Polygons, ZoneSystem
from hub.territory.zones_columns import add_zone_columns
from hub.territory.zones_reading import BadZones, read_polygons
from mds.batches import Freshness, fresh

#: Of how many of its newest batches a feed's providers are known.
_MOST_MANIFESTS = 200


def only_new_records(back: Back, slug: str, reading: Reading, keys: Mapping[str, str]) -> tuple[Reading, Report]:
    """Drop records that earlier batches of the feed brought; `keys` says by which column of which table.

    Late files repeat what is known already, and a record that is sent again with other content does not change
    what was counted: the first stays, and the difference is a finding.
    """
    if not keys:
        return reading, Report()
    earlier = _earlier(back, slug)
    findings: list[Finding] = []
    tables, rows = dict(reading.tables), dict(reading.rows)
    for name, key in keys.items():
        known = [batch[name] for batch in earlier if name in batch]
        if name not in tables or not known:
            continue
        out = tables[name].with_suffix(".fresh")
        result = fresh(tables[name], known, key=key, out=out, limits=back.limits)
        out.replace(tables[name])
        rows[name] = result.kept
        findings += _findings(name, key, result)
    return replace(reading, tables=tables, rows=rows), Report(findings=tuple(findings))


def must_speak_for_itself(back: Back, slug: str, reading: Reading) -> None:
    """Refuse records of a provider that another feed speaks for, or that this feed never spoke for before.

    Otherwise a holder could send records in a competitor's name: as its cover, or to block every joint release.

    Raises:
        Conflict: the sentence names the provider.
    """
    named = set(reading.facts.get("provider_id", "").split())
    with back.front.records.read() as session:
        known = {
            feed.slug: [one.digest for one in feed_records.versions(session, feed.slug, most=_MOST_MANIFESTS)]
            for feed in feed_records.feeds(session)
            if feed.standard == reading.standard.lower()
        }
    for other, digests in known.items():
        speaks = {provider for digest in digests for provider in manifest.read(back.vault, other, digest).providers}
        if other == slug and digests and named - speaks:
            raise Conflict(f"{slug} never spoke for the provider {min(named - speaks)} before; nothing was taken in")
        if other != slug and named & speaks:
            raise Conflict(f"another feed speaks for the provider {min(named & speaks)}; nothing was taken in")


def _earlier(back: Back, slug: str) -> list[dict[str, Path]]:
    with back.front.records.read() as session:
        versions = feed_records.versions(session, slug, most=None)
    return [back.vault.tables(slug, version.digest) for version in versions]


def _findings(table: str, key: str, result: Freshness) -> list[Finding]:
    found = []
    if result.duplicates:
        found.append(
            Finding(
                code="mds_known_record",
                severity=Severity.INFO,
                message="the record came with an earlier batch already and was not counted again",
                file=table,
                field=key,
                count=result.duplicates,
            )
        )
    if result.conflicts:
        found.append(
            Finding(
                code="mds_changed_record",
                severity=Severity.WARNING,
                message="the record came with an earlier batch with other content; the earlier one stays",
                file=table,
                field=key,
                count=result.conflicts,
                mend="Send corrections under a new id, or agree on a revision of the period.",
            )
        )
    return found


def territory(communes: Path | None) -> Polygons | None:
    """The communes as a zone system, where the installer gave any.

    Raises:
        BadRequest: the file cannot be used; the sentence names the feature.
    """
    if communes is None:
        return None
    try:
        return read_polygons(communes, system_id="commune", id_field="id", name_field="name")
    except BadZones as fault:
        raise BadRequest(f"the communes of HUB_ZONES cannot be used: {fault}") from fault


def iris(communes: Path | None) -> Polygons | None:
    """The IRIS, or zones like them, where the installer put a file of them beside that of the communes.

    Raises:
        BadRequest: the file cannot be used; the sentence names the feature.
    """
    source = communes.with_name(IRIS_FILE) if communes else None
    if source is None or not source.is_file():
        return None
    try:
        return read_polygons(source, system_id="iris", id_field="id", name_field="name")
    except BadZones as fault:
        raise BadRequest(f"the zones of {source.name} cannot be used: {fault}") from fault


def bounds_of(communes: Polygons | None) -> tuple[float, float, float, float] | None:
    """Least latitude and longitude of the territory, then the greatest: by it swapped coordinates are told."""
    if communes is None:
        return None
    west, south, east, north = (float(side) for side in shapely.total_bounds(communes.shapes))
    return south, west, north, east


def place_in_zones(
    reading: Reading, points: Mapping[str, Mapping[str, tuple[str, str]]], *polygons: Polygons | None
) -> None:
    """Add zone columns to the tables that hold places, once, so that the statistics' texts stay plain."""
    systems: list[ZoneSystem] = [H3(7), H3(8), H3(9), *(one for one in polygons if one is not None)]
    for name, columns in points.items():
        if name not in reading.tables:
            continue
        out = reading.tables[name].with_suffix(".zoned")
        add_zone_columns(reading.tables[name], out, points=columns, systems=systems, batch_rows=200_000)
        out.replace(reading.tables[name])
