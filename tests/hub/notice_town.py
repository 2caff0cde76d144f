"""A hub for tests of what happens to feeds: the demo's commons, versions and attempts as one likes, nothing fetched."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from feeds.findings import Finding, Report, Severity
from hub.bootstrap import back_office
from hub.clock import FixedClock
from hub.records import Records, connect
from hub.records import feeds as feed_records
from hub.records import happenings as happening_records
from hub.records import sealing as sealing_records
from hub.records.feed_models import Happening, Source
from hub.records.models import Version
from hub.released import Released
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.services.front import Front
from hub.settings import Settings
from tests.hub.api.hall import COMMONS, Hall, add_version

NOW = dt.datetime(2026, 9, 15, 6, tzinfo=dt.UTC)
BUS = "bus-hautes-combes"
BIKES = "combecycle"
SEALED = "mds-trottix"
OPEN_BUS = "agreements/open-bus-hautes-combes.yaml"
ERROR = Report((Finding("x", Severity.ERROR, "x", count=3), Finding("y", Severity.WARNING, "y")))


def town(records: Records, folder: Path, now: dt.datetime = NOW) -> Hall:
    """The hub, with no feed in it yet."""
    clock = FixedClock(now)
    made = Hall(Front(records, Released(folder / "released"), clock, public_url="https://hub.test"), clock)
    put_in_force(made.front, documents())
    return made


def built(folder: Path) -> Path:
    """The same in a folder, on SQLite, closed: to be copied."""
    records = _records(folder)
    records.upgrade()
    town(records, folder)
    records.close()
    return folder


@contextmanager
def copied(built: Path, folder: Path, now: dt.datetime = NOW) -> Iterator[Hall]:
    """A hub of the test's own, copied from one that was built."""
    shutil.copytree(built, folder, dirs_exist_ok=True)
    with opened(folder, now) as made:
        yield made


@contextmanager
def opened(folder: Path, now: dt.datetime = NOW) -> Iterator[Hall]:
    """The hub that lies in a folder, as the commands know it too."""
    clock, records = FixedClock(now), _records(folder)
    yield Hall(Front(records, Released(folder / "released"), clock, public_url="https://hub.test"), clock)
    records.close()


def _records(folder: Path) -> Records:
    return connect(f"sqlite:///{folder / 'records' / 'records.sqlite3'}")


def documents(**changes: str) -> dict[str, str]:
    """The demo's commons with lines of the bus's open agreement changed."""
    files = read_folder(COMMONS)
    for old, new in changes.items():
        assert f"\n{old}:" in files[OPEN_BUS]
        lines = [f"{old}: {new}" if line.startswith(f"{old}:") else line for line in files[OPEN_BUS].splitlines()]
        files[OPEN_BUS] = "\n".join(lines)
    return files


def back_of(hall: Hall, folder: Path, *, allow_private: bool = True) -> Back:
    """The back office over the same records; its sealing key is known to the web."""
    settings = Settings(home=folder / "hub", allow_private_addresses=allow_private)
    made = replace(back_office(settings), front=hall.front)
    with hall.front.records.write() as session:
        sealing_records.tell(session, made.opener.sealer(), at=hall.clock())
    return made


def new_version(
    hall: Hall,
    slug: str = BUS,
    standard: str = "gtfs",
    *,
    at: dt.datetime,
    facts: Mapping[str, str] | None = None,
    report: Report | None = None,
    source: str = "",
) -> Version:
    """A version that came in at `at`, from the URL `source`."""
    made = add_version(
        hall, slug, standard, rows={"stops": 3}, facts=dict(facts or {"timezone": "Europe/Paris"}), report=report, at=at
    )
    if source:
        with hall.front.records.write() as session:
            session.get_one(Version, made.id).source = source
    return made


def attempted(hall: Hall, outcome: str, *, at: dt.datetime, error: str = "", slug: str = BUS) -> None:
    """An attempt with this outcome."""
    with hall.front.records.write() as session:
        feed_records.add_attempt(session, slug, at=at, source="x", outcome=outcome, error=error)


def registered(hall: Hall, slug: str, url: str, *, standard: str = "gtfs", schedule: str | None = None) -> None:
    """A feed in the registry."""
    source = Source(slug=slug, standard=standard, url=url, auth={}, registered_at=NOW, schedule=schedule)
    with hall.front.records.write() as session:
        session.add(source)


def happen(hall: Hall, slug: str = BUS, key: str = "1", *, at: dt.datetime | None = None) -> Happening:
    """A new version, told."""
    with hall.front.records.write() as session:
        made = happening_records.add(
            session, slug, "version.new", at=at or hall.clock(), key=key, facts={"version": int(key), "verdict": "pass"}
        )
    assert made is not None
    return made
