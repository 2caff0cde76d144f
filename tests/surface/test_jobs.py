"""Every job, in every state that shuts: nothing new is put where the web can read, and no error tells what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpcore
import pytest
from sqlalchemy import func, select

from hub.jobs.handlers import HANDLERS
from hub.jobs.worker import run_one
from hub.records import jobs as job_records
from hub.records.models import Extract, Job, Release
from hub.services.replay import replay
from tests.surface.basin import CUBE, SEPTEMBER, Basin, in_state
from tests.surface.feed_life import HOSTS
from tests.surface.lawful import may_see
from tests.surface.scanning import Scanner
from tests.surface.states import BINDING, SHUT

#: Two feeds of which there is something to tell.
_FEEDS = ("mds-trottix", "bus-hautes-combes")
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
        "poll": [{"slug": slug} for slug in ("mds-trottix", "mds-bolide", "bus-hautes-combes", "no-such-feed")],
        "judge": [{}],
        "merge": [{}],
        "memory": [{}],
        "fetch-log": [{}],
        "notices": [{}],
        "deliver": [{}],
    }


class Outside(httpcore.NetworkBackend):
    """Every connection that the hub opens, as what it wrote to whom; nothing of it leaves the machine."""

    def __init__(self) -> None:
        self.heard: dict[str, bytearray] = defaultdict(bytearray)

    def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return Wire(self.heard[host])


class Wire(httpcore.NetworkStream):
    """One connection: it is answered that all is well."""

    def __init__(self, heard: bytearray) -> None:
        self.heard, self.answer = heard, b"HTTP/1.1 204 No Content\r\n\r\n"

    def read(self, *_: Any, **__: Any) -> bytes:
        answer, self.answer = self.answer, b""
        return answer

    def write(self, buffer: bytes, *_: Any, **__: Any) -> None:
        self.heard += buffer

    def close(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return False if info == "is_readable" else None


def to_the_outside(basin: Basin) -> Mapping[str, bytearray]:
    """Let every address be on the public internet and answer well; what is written to each is found here."""
    places = {host: f"93.184.215.{place}" for place, host in enumerate(HOSTS.values(), start=1)}
    network = Outside()
    fetcher = replace(
        basin.back.fetcher, resolve=lambda host, _: [places.get(host, "93.184.215.99")], network=network, tries=1
    )
    basin.back = replace(basin.back, fetcher=fetcher)
    return {name: network.heard[places[host]] for name, host in HOSTS.items()}


def test_a_hook_is_sent_nothing_of_what_its_member_may_not_see(built: tuple[Basin, Path], tmp_path: Path) -> None:
    for state in ("active", "no agreement", "suspended", "for another audience"):
        with in_state(*built, tmp_path / state, state) as basin:
            heard = to_the_outside(basin)
            assert [one for one in run_all(basin, payloads(basin)) if "Traceback" in one] == []
            told = {name: {slug for slug in _FEEDS if slug.encode() in bytes(sent)} for name, sent in heard.items()}
            opened = {"bus-hautes-combes"} if state == "active" else set()
            assert told == {
                "hook": opened | {"mds-trottix"},
                "rival hook": opened,
                "authority hook": opened,
            }, state
            scanner = Scanner(basin.sentinels)
            # The address itself is told to the address itself.
            found = {name: scanner.found(bytes(sent)) - {"secret", "hook"} for name, sent in heard.items()}
            assert found == {name: set() for name in HOSTS}, state


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
    while run_one(basin.back, "worker"):  # what was waiting already
        pass
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
