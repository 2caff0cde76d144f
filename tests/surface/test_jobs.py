"""Every job, in every state that shuts: nothing new is put where the web can read, and no error tells what was read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.jobs.handlers import HANDLERS
from hub.jobs.worker import run_one
from hub.records import jobs as job_records
from hub.records.models import Extract, Job, Release
from hub.services.replay import replay
from tests.surface.basin import CUBE, SEPTEMBER, Basin, in_state
from tests.surface.lawful import may_see
from tests.surface.scanning import Scanner
from tests.surface.states import BINDING, SHUT

#: To whom the records are granted even so: for another purpose than before, or to another member.
GRANTED = {"for another purpose": "smhc", "for another recipient": "usagers-hc"}
_PERIOD = {"from": SEPTEMBER.from_.isoformat(), "to": SEPTEMBER.to.isoformat()}


def payloads(basin: Basin) -> Mapping[str, list[dict[str, Any]]]:
    """What each kind of job could be asked that would let something out, if it could be."""
    raw = next(path for path in (basin.back.vault.root / "raw").rglob("*") if path.is_file())
    cube = {"cube": CUBE, **_PERIOD}
    return {
        "ingest": [{"slug": slug, "source": str(raw)} for slug in ("bus-hautes-combes", "combecycle", "mds-bolide")],
        "release": [
            *({**cube, "audience": audience} for audience in ("members", "authority", "open", "bilateral", "holder")),
            {**cube, "audience": "members", "purpose": "research"},
            {**cube, "audience": "members", "cube": "mds-bolide"},
        ],
        "extracts": [{}, {"agreement": "records-bolide-smhc"}],
        "sweep-extracts": [{}],
        "checkpoint": [{}],
        "probing": [{}],
        "votes": [{}],
    }


def outside(basin: Basin) -> set[str]:
    """The objects that the web can read."""
    return {path.name for path in basin.watched.root.rglob("*") if path.is_file()}


def released(basin: Basin) -> int:
    """How many releases there are."""
    with basin.front.records.read() as session:
        return session.scalar(select(func.count()).select_from(Release)) or 0


def living(basin: Basin) -> dict[str, str]:
    """The recipient of each extract that was not removed, by the digest of its object."""
    with basin.front.records.read() as session:
        return {
            one.digest: one.recipient for one in session.scalars(select(Extract).where(Extract.removed_at.is_(None)))
        }


@pytest.mark.parametrize("state", SHUT)
def test_no_job_lets_anything_out(built: tuple[Basin, Path], tmp_path: Path, state: str) -> None:
    with in_state(*built, tmp_path / "hub", state) as basin:
        asked = payloads(basin)
        unknown = sorted(HANDLERS.keys() - asked.keys())
        assert unknown == [], f"add to `payloads` in {Path(__file__).name} what these jobs could be asked: {unknown}"
        before, releases = outside(basin), released(basin)
        assert set(living(basin).values()) == {"smhc"}
        told = run_all(basin, asked)
        assert released(basin) == releases
        left = living(basin)
        assert set(left.values()) == ({GRANTED[state]} if state in GRANTED else set())
        assert outside(basin) - left.keys() <= before
        taken = {digest for digest, of in basin.objects.items() if of == "extract"}
        assert GRANTED.get(state) == "smhc" or not taken & outside(basin), "the extract's object is still there"
        scanner = Scanner(basin.sentinels)
        seen = {of for error in told for of in scanner.found(error.encode())}
        assert not {of for of in seen if not may_see(of, role="secretariat", state=state)}, told
        assert replay(basin.front).differences == ()


def run_all(basin: Basin, asked: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Enqueue and run each of the jobs; answers with the errors that came of them."""
    errors = []
    for kind, found in asked.items():
        for payload in found:
            with basin.front.records.write() as session:
                job = job_records.add(session, kind, payload, at=basin.clock())
            assert job is not None
            assert run_one(basin.back, "worker")
            with basin.front.records.read() as session:
                errors.append(session.get_one(Job, job.id).error)
    return [error for error in errors if error]


@pytest.mark.parametrize("state", BINDING)
def test_the_same_jobs_leave_what_is_lawful_where_it_is(built: tuple[Basin, Path], tmp_path: Path, state: str) -> None:
    with in_state(*built, tmp_path / "hub", state) as basin:
        before = released(basin), living(basin)
        run_all(basin, payloads(basin))
        assert (released(basin), living(basin)) == before
        assert basin.objects.keys() <= outside(basin)
