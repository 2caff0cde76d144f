"""The hub as it is really started: four processes, the vault shut to the web, an upload that becomes a version."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import httpx
import pytest

from hub.bootstrap import back_office, front_office
from hub.services.commons import put_in_force, read_folder
from hub.services.ingest import ingest
from hub.services.keys import issue
from hub.services.publish import publish_if_open
from hub.settings import Settings, settings_of
from tests.hub.test_bad_input import TOWN, town, zipped

#: How long a process may take to answer, in seconds; what is awaited is the answer, not the time.
PATIENCE_S = 180.0
NOW = "2026-09-15T06:00:00+00:00"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A hub with a commons in force and one open feed."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "hub.env").write_text(f"HUB_NOW={NOW}\n")
    back = back_office(settings_of(folder))
    back.front.records.upgrade()
    with resources.as_file(resources.files("hub.territory").joinpath("commons")) as commons:
        put_in_force(back.front, read_folder(commons))
    done = ingest(back, str(zipped(tmp_path / "town.zip", town())), slug="bus-hautes-combes")
    assert publish_if_open(back, done) != []
    back.front.records.close()
    return folder


def free_ports() -> int:
    """A port that is free, the next one too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def serving(home: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_ports()
    command = [sys.executable, "-m", "hub", "serve", "--home", str(home), "--port", str(port), *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        answered(process, f"http://127.0.0.1:{port}/api/v1")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()


def answered(process: subprocess.Popen[str], url: str) -> httpx.Response:
    """The first answer of a server that is starting; a server that ends instead is a failure at once."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            return httpx.get(url, timeout=5.0)
        except httpx.TransportError:
            time.sleep(0.05)  # there is no event to wait for: a port that opens tells nobody
    raise AssertionError(f"{url} did not answer")


def test_the_web_serves_all_it_should_while_nobody_can_read_the_vault(home: Path) -> None:
    # Moved away, the vault is unreadable to everybody, the superuser too.
    (home / "vault").rename(home.parent / "elsewhere")
    with serving(home, "--only", "web") as (url, _):
        for path in (
            "/",
            "/feeds/bus-hautes-combes",
            "/statistics",
            "/releases",
            "/agreements",
            "/commons",
            "/api/v1/feeds",
            "/api/v1/feeds/bus-hautes-combes",
            "/api/v1/feeds/bus-hautes-combes/versions",
            "/api/v1/feeds/bus-hautes-combes/files/stops",
            "/api/v1/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date=2026-09-14",
            "/api/v1/statistics",
            "/api/v1/agreements",
            "/api/v1/openapi.json",
        ):
            answer = httpx.get(url + path, timeout=20.0)
            assert answer.status_code == 200, (path, answer.text)
        archive = httpx.get(f"{url}/api/v1/feeds/bus-hautes-combes/files/archive", timeout=20.0)
        assert archive.content[:2] == b"PK"
        rows = httpx.get(f"{url}/api/v1/feeds/bus-hautes-combes/statistics/gtfs.stop_day?date=2026-09-14", timeout=20.0)
        assert {row["stop_id"]: row["first_s"] for row in rows.json()["rows"]} == {"A": 8 * 3600, "B": 25 * 3600 + 1800}


def test_an_upload_becomes_a_version_that_the_web_shows(home: Path, tmp_path: Path) -> None:
    front = front_office(settings_of(home))
    key = {"Authorization": f"Bearer {issue(front, 'cars-combes', scopes=['read', 'contribute'])}"}
    changed = zipped(tmp_path / "next.zip", town(routes=TOWN["routes.txt"] + "2,2,3\n"))
    with serving(home) as (url, process):
        door = url.rpartition(":")[0] + f":{int(url.rpartition(':')[2]) + 1}"
        answered(process, door)
        body = changed.read_bytes()
        refused = httpx.post(f"{door}/feeds/bus-hautes-combes", content=body, timeout=20.0)
        assert refused.status_code in (401, 403)
        taken = httpx.post(
            f"{door}/feeds/bus-hautes-combes",
            content=body,
            headers={**key, "Content-Type": "application/zip"},
            timeout=20.0,
        )
        assert taken.status_code == 202, taken.text
        job = finished(f"{door}{taken.headers['Location']}", key)
        assert (job["state"], job["error"]) == ("done", "")
        versions = httpx.get(f"{url}/api/v1/feeds/bus-hautes-combes/versions", timeout=20.0).json()["versions"]
        assert len(versions) == 2
    assert list((Settings(home=home).vault_folder / "inbox").iterdir()) == []


def finished(url: str, headers: dict[str, str]) -> dict[str, object]:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        job: dict[str, object] = httpx.get(url, headers=headers, timeout=20.0).json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.05)  # the job belongs to another process; its row is all that tells
    raise AssertionError("the job did not end")


def test_half_a_hub_is_no_hub(home: Path) -> None:
    """When one process dies the others are stopped too, so that a supervisor sees it."""
    with serving(home) as (_, process):
        children = subprocess.run(
            ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True, check=True
        ).stdout.split()
        assert len(children) == 4
        os.kill(int(children[-1]), signal.SIGKILL)
        assert process.wait(PATIENCE_S) != 0
        for child in children:
            assert not Path(f"/proc/{child}/cmdline").exists() or not Path(f"/proc/{child}/cmdline").read_bytes()
