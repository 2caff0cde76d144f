"""What a version is, as the vault itself remembers it: the one account that a broken-into web cannot rewrite.

The records are written by every process, the web's audit included. So whatever decides whether vault data may be
published (which standard it is of, which archive belongs to it) is read from here, and so is everything that
measures an operator: how many records came, what was found how often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from feeds.findings import Finding, Kind, Report, Severity
from feeds.reading import Reading
from hub.errors import StorageError
from hub.vault import Vault

FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version of a feed. `providers` are the MDS providers that its records name."""

    slug: str
    standard: str
    digest: str
    raw_digest: str
    rows: Mapping[str, int]
    set_aside: Mapping[str, int]
    facts: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def providers(self) -> frozenset[str]:
        """Who speaks in this version; empty for standards without providers."""
        return frozenset(self.facts.get("provider_id", "").split())


def manifest_of(
    slug: str, standard: str, *, digest: str, raw_digest: str, reading: Reading, report: Report
) -> Manifest:
    """The manifest of what was read and found."""
    return Manifest(
        slug=slug,
        standard=standard,
        digest=digest,
        raw_digest=raw_digest,
        rows=dict(reading.rows),
        set_aside=dict(reading.set_aside),
        facts=dict(reading.facts),
        findings=report.findings,
    )


def write(manifest: Manifest, tables: Path) -> None:
    """Put a manifest beside the tables, before they go to their place together."""
    (tables / FILE).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))


def read(vault: Vault, slug: str, digest: str) -> Manifest:
    """The manifest of a version in the vault.

    Raises:
        StorageError: the vault does not hold this version, or holds it under another name.
    """
    path = vault.beside_tables(slug, digest, FILE)
    if not path.is_file():
        raise StorageError(f"the vault holds no version {digest[:12]} of {slug}")
    plain: dict[str, Any] = orjson.loads(path.read_bytes())
    if (plain["slug"], plain["digest"]) != (slug, digest):
        raise StorageError(f"the vault holds another feed where version {digest[:12]} of {slug} should be")
    findings = tuple(_finding(one) for one in plain.pop("findings"))
    return Manifest(**plain, findings=findings)


def _finding(plain: Mapping[str, Any]) -> Finding:
    kind = Kind(plain.get("kind", Kind.RULE))  # accounts written before there were kinds have none
    return Finding(**{**plain, "severity": Severity(plain["severity"]), "kind": kind})


def for_the_records(reading: Reading, report: Report) -> tuple[Reading, Report]:
    """Reading and report without anything that measures an operator or shows a traveller.

    The records are read by the web. File, row and field are enough for the holder to find a bad record.
    """
    kept = {name: reading.facts[name] for name in ("timezone",) if name in reading.facts}
    findings = tuple(replace(finding, value="", count=1) for finding in report.findings)
    return replace(reading, rows={}, set_aside={}, facts=kept), replace(report, findings=findings)
