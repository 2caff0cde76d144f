"""The main job on the demo territory: feeds in, what is open out, joint releases built, what must be refused refused.

It runs through the same services as any hub. Its clock is set by hand, to the days on which these things would happen.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import func, select

from feeds.errors import FeedError
from hub.clock import FixedClock
from hub.durable import publish_file, staging
from hub.errors import HubError, Refused
from hub.records.models import LogText, Release
from hub.services.access import listed, open_release
from hub.services.back import Back
from hub.services.certificates import verify
from hub.services.commons import current_world, put_in_force
from hub.services.demo_agreements import Signers, enforced, founding_signed, negotiated
from hub.services.demo_rules import verified, voted, warned
from hub.services.demo_told import Told
from hub.services.front import Front
from hub.services.ingest import Ingested, ingest
from hub.services.keys import PUBLIC, Actor
from hub.services.live_pushed import put_pushed
from hub.services.publish import publish_version
from hub.services.release import ReleaseAsk, release
from hub.services.tables import Ask, read
from hub.territory.demo.generate import Demo, generate

#: When the timetable and the bicycles come in, and when the year of operator data is complete and the delays have run.
AUTUMN: Final = dt.datetime(2026, 9, 16, 0, 5, tzinfo=dt.UTC)
AFTER: Final = dt.datetime(2027, 2, 1, 8, 0, tzinfo=dt.UTC)
#: When the last hearing is over; the demo's hub lives from then on.
END: Final = dt.datetime(2027, 2, 12, 8, 0, tzinfo=dt.UTC)
MARKER: Final = "demo.json"
SETTINGS: Final = "hub.env"

_OPEN_FEEDS: Final = ("bus-hautes-combes", "combecycle", "trottix-gbfs")
_YEAR: Final = (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
#: Cube, audience, and what the demo shows by it.
_RELEASES: Final = (
    ("flows-h3_8-month", "members"),
    ("flows-h3_8-month", "authority"),
    ("dwell-h3_8-month", "members"),
    ("hot-spots-h3_8-month", "members"),
    ("fleet-day", "authority"),
)


def done_before(home: Path, *, seed: int, trips: int) -> list[Told] | None:
    """What an earlier, complete run of the same demo told; None when there was none."""
    marker = home / MARKER
    if not marker.exists():
        return None
    told = orjson.loads(marker.read_bytes())
    if (told["seed"], told["trips"]) != (seed, trips):
        return None
    return [Told(**line) for line in told["told"]]


def run(back: Back, clock: FixedClock, home: Path, *, seed: int, trips: int) -> Iterator[Told]:
    """Run the demo into the hub of `back`, telling each step as it is done. A run that was cut short is taken up."""
    told: list[Told] = []
    for line in _steps(back, clock, home, seed=seed, trips=trips):
        told.append(line)
        yield line
    lines = [{"step": one.step, "good": one.good, "sentence": one.sentence} for one in told]
    content = {"seed": seed, "trips": trips, "told": lines}
    with staging(home) as work:
        (work / MARKER).write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        publish_file(work / MARKER, home / MARKER)


def _steps(back: Back, clock: FixedClock, home: Path, *, seed: int, trips: int) -> Iterator[Told]:
    clock.now = _later(back.front, AUTUMN)
    territory = _territory(back, home, seed=seed, trips=trips)
    back = replace(back, zones=_communes(territory, home))
    yield Told("territory", True, _size(territory))
    yield _commons(back)
    for slug in _OPEN_FEEDS:
        yield _feed(back, slug, territory.feeds[slug])
    signers = Signers.registered(back.front)
    yield founding_signed(back.front, signers)
    yield from negotiated(back.front, clock, signers)
    yield from voted(back.front, clock)
    clock.now = max(clock.now, AFTER)
    for slug in sorted(territory.mds):
        yield _feed(back, slug, territory.mds[slug])
    yield _broken(back, territory)
    for cube, audience in _RELEASES:
        yield _release(back, cube, audience)
    yield from _readings(back)
    yield from enforced(back)
    yield from warned(back.front, clock)
    clock.now = END
    yield from verified(back)


def _later(front: Front, instant: dt.datetime) -> dt.datetime:
    """The instant, or that of the newest entry of the log, where an earlier run was cut short after it."""
    with front.records.read() as session:
        newest = session.scalar(select(func.max(LogText.at)))
    return max(instant, newest) if newest else instant


def _commons(back: Back) -> Told:
    folder = resources.files("hub.territory").joinpath("commons")
    files = {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".yaml")}
    agreements = folder.joinpath("agreements")
    files |= {f"agreements/{item.name}": item.read_text("utf-8") for item in agreements.iterdir()}
    put_in_force(back.front, files)
    world = current_world(back.front)
    holdings = len(world.holdings)
    sentence = f"{len(world.members)} members of {holdings} holdings, {len(world.datasets)} datasets, "
    return Told("commons", True, f"{sentence}{len(world.cubes)} cubes, {len(world.agreements)} agreements in force")


def _territory(back: Back, home: Path, *, seed: int, trips: int) -> Demo:
    # Made in a staging folder and renamed: a territory that is there is a whole one.
    target = home / "territory" / f"seed-{seed}-trips-{trips}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with staging(target.parent) as work:
            generate(work / "made", seed=seed, trips=trips, progress=back.progress)
            (work / "made").rename(target)
    return Demo.at(target)


def _communes(territory: Demo, home: Path) -> Path:
    # Where the settings of this hub look for them from now on.
    target = home / "zones" / "communes.geojson"
    with staging(home) as work:
        shutil.copyfile(territory.communes, work / "communes")
        publish_file(work / "communes", target)
    return target


def _size(territory: Demo) -> str:
    facts = territory.facts
    return f"Hautes-Combes, seed {facts['seed']}: " + ", ".join(
        f"{value:,} {name.replace('_', ' ')}"
        for name, value in facts.items()
        if isinstance(value, int) and value > 2100
    )


def _feed(back: Back, slug: str, source: Path) -> Told:
    done = ingest(back, str(source), slug=slug)
    version = done.version
    out = ""
    if slug in _OPEN_FEEDS:
        out = f"; {len(publish_version(back, version))} files published"
        put_pushed(back, version, done.manifest)
    # Defects are planted in every operator's feed, so a verdict of *fail* is what should come of it.
    return Told("feed", True, f"{slug}: {_counts(done)}{out}")


def _counts(done: Ingested) -> str:
    version = done.version
    rows = sum(count for name, count in done.manifest.rows.items() if name != "rejects")
    findings = sum(finding.count for finding in done.manifest.findings)
    aside = sum(done.manifest.set_aside.values())
    kind = f"{done.manifest.standard.upper()} {version.standard_version}"
    return f"{kind}, {rows:,} records, {aside} set aside, {findings} findings, verdict {version.verdict}"


def _broken(back: Back, territory: Demo) -> Told:
    source = sorted(territory.broken.glob("*.zip"))[0]
    try:
        ingest(back, str(source), slug="bus-hautes-combes")
    except FeedError as refusal:
        return Told("refused", True, f"{refusal}; the last good version stays")
    return Told("feed", True, f"{source.name} went in with its findings")


def _release(back: Back, cube: str, audience: str) -> Told:
    try:
        built = release(back, ReleaseAsk.of(cube, audience, *_YEAR))
    except Refused as refusal:
        reason = refusal.reasons[0]
        return Told("refused", True, f"{cube} for {audience}: {reason['sentence_en']} ({reason['code']})")
    cells = read(back.front.released.path(built.digest), Ask({}, limit=1)).total
    sentence = f"{cube} for {audience}: {cells:,} groups of cells, proven safe beside all that is out"
    return Told("release", cells > 0, f"{sentence}; {_certified(back, built)}")


def _certified(back: Back, built: Release) -> str:
    files = (back.front.released.read(one) for one in (built.digest, built.facts["certificate"]))
    found = verify(*files, own=None, holding=None, salt=None, key=back.signet.public())
    return "its certificate verifies" if found.good else f"its certificate does not verify: {found.faults[0]}"


def _readings(back: Back) -> Iterator[Told]:
    """Who reads what: everybody the open timetable, a member its market, the public and a researcher not."""
    bolide, labo = (Actor(name, frozenset({"read"})) for name in ("bolide", "labo-mobilites"))
    archive = next(one for one in listed(back.front, PUBLIC, subject="bus-hautes-combes") if one.part == "archive")
    flows = next(one for one in listed(back.front, bolide, subject="flows-h3_8-month") if one.audience == "members")
    for actor, one, purpose in (
        (PUBLIC, archive, None),
        (bolide, flows, "mobility-planning"),
        (PUBLIC, flows, "mobility-planning"),
        (labo, flows, "research"),
    ):
        yield _reading(back, actor, one.id, f"{one.subject} {one.part}", purpose)


def _reading(back: Back, actor: Actor, release_id: str, what: str, purpose: str | None) -> Told:
    try:
        access = open_release(back.front, release_id, actor=actor, purpose=purpose)
    except Refused as refusal:
        return Told("refused", True, f"{actor.name} reads {what}: {refusal}")
    except HubError as fault:
        return Told("read", False, f"{actor.name} reads {what}: {fault}")
    return Told("read", True, f"{actor.name} reads {what}: permitted, log entry {access.decision}")
