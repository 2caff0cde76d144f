"""``hub ingest``: take a feed in, judge it, and publish what its holder opened."""

from __future__ import annotations

import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from feeds.findings import Severity
from hub.cli.options import HOME, JSON
from hub.cli.render import emit_json, say
from hub.cli.work import back_at_work
from hub.services.back import Back
from hub.services.ingest import Ingested, ingest
from hub.services.obtain import named_by_content
from hub.services.publish import publish_if_open
from hub.settings import settings_of

#: Findings that are shown at once; all of them with `hub feeds findings`.
_SHOWN = 8


class StandardName(StrEnum):
    """The standards that are read."""

    GTFS = "gtfs"
    GTFS_RT = "gtfs-rt"
    GBFS = "gbfs"
    MDS = "mds"


app = typer.Typer(add_completion=False)


@app.command()
def ingest_command(
    source: Annotated[
        str, typer.Argument(help="Path or URL of GTFS, GTFS Realtime, GBFS or MDS; - for standard input.")
    ],
    feed: Annotated[str, typer.Option("--feed", "-f", help="Slug of the feed, which is its dataset's id too.")],
    standard: Annotated[StandardName | None, typer.Option(help="Say which standard it is instead of looking.")] = None,
    home: Annotated[Path | None, HOME] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Take a feed in: read, judge, keep, and publish if it is open.

    Exit code 0: taken in (or unchanged) without errors. 1: taken in with error findings, or refused. 2: no such path,
    not to be fetched, no room.
    """
    with back_at_work(settings_of(home)) as back, tempfile.TemporaryDirectory() as scrap:
        path = _from_stdin(Path(scrap)) if source == "-" else source
        done = ingest(back, path, slug=feed, standard=standard.value if standard else None)
        out = _published(back, done)
    if as_json:
        emit_json(_told(done, out))
    else:
        _say(done, out)
    if done.version.verdict == "fail":
        raise typer.Exit(1)


def _from_stdin(scrap: Path) -> str:
    path = scrap / "stdin"
    with path.open("wb") as file:
        while chunk := sys.stdin.buffer.read(1 << 20):
            file.write(chunk)
    return str(named_by_content(path))


def _published(back: Back, done: Ingested) -> str:
    """How many files were published, or the sentence why none was."""
    out = publish_if_open(back, done)
    return out if isinstance(out, str) else f"{len(out)} files published"


def _told(done: Ingested, out: str) -> dict[str, Any]:
    version = done.version
    return {
        "feed": version.feed_slug,
        "version": version.number,
        "new": done.is_new,
        "standard": done.manifest.standard,
        "standard_version": version.standard_version,
        "digest": version.digest,
        "verdict": version.verdict,
        "rows": done.manifest.rows,
        "set_aside": done.manifest.set_aside,
        "facts": done.manifest.facts,
        "findings": {severity.value: _count(done, severity) for severity in Severity},
        "published": out,
    }


def _say(done: Ingested, out: str) -> None:
    version = done.version
    if not done.is_new:
        say(f"{version.feed_slug}: unchanged, version {version.number} has this very content; {out}")
        return
    kind = f"{done.manifest.standard.upper()} {version.standard_version}"
    say(f"{version.feed_slug}: version {version.number}, {kind}, verdict {version.verdict}; {out}")
    say("  rows: " + ", ".join(f"{name} {count:,}" for name, count in sorted(done.manifest.rows.items())))
    aside = {name: count for name, count in done.manifest.set_aside.items() if count}
    if aside:
        say("  set aside: " + ", ".join(f"{name} {count:,}" for name, count in sorted(aside.items())))
    if version.incomplete:
        say(f"  not judged to the end: {version.incomplete}")
    found = ", ".join(f"{_count(done, severity):,} {severity.value}" for severity in Severity)
    say(f"  findings: {found}")
    for finding in done.manifest.findings[:_SHOWN]:
        place = ", ".join(
            str(part) for part in (finding.file, finding.row and f"row {finding.row}", finding.field) if part
        )
        say(f"    {finding.severity.value} {finding.code} x{finding.count} {place}: {finding.message}")
    if len(done.manifest.findings) > _SHOWN:
        say(f"    … and {len(done.manifest.findings) - _SHOWN} more: hub feeds findings {version.feed_slug}")


def _count(done: Ingested, severity: Severity) -> int:
    return sum(finding.count for finding in done.manifest.findings if finding.severity is severity)
