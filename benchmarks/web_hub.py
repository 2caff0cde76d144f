"""A hub whose web process runs on its own, and how much of one core its answers cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from benchmarks.load import ceiling, first, free_port, in_another_process, loaded, request_of
from benchmarks.row import Row
from hub.bootstrap import back_office
from hub.services.back import Back
from hub.services.commons import put_in_force, read_folder
from hub.settings import Settings

_ASKED: Final = 6_000


@dataclass(frozen=True, slots=True)
class WebHub:
    """The back office in this process, the port and the id of the web process."""

    back: Back
    port: int
    process: int


@contextmanager
def web_hub(folder: Path, extra: Mapping[str, str] | None = None) -> Iterator[WebHub]:
    """A hub with the demo's commons; `extra` are documents beside those, or longer ones in their place."""
    back = back_office(Settings(home=folder, allow_private_addresses=True))
    back.front.records.upgrade()
    put_in_force(back.front, {**demo_documents(), **(extra or {})})
    port = free_port()
    command = [sys.executable, "-m", "hub", "serve", "--only", "web", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "HUB_HOME": str(folder)}, stderr=subprocess.DEVNULL)  # noqa: S603 - our own interpreter and words
    try:
        _wait_for(port, process)
        yield WebHub(back, port, process.pid)
    finally:
        process.terminate()
        process.wait()
        back.front.records.close()


def demo_documents() -> dict[str, str]:
    """The commons of the demo, by file name."""
    with resources.as_file(resources.files("hub.territory").joinpath("commons")) as commons:
        return dict(read_folder(commons))


def measured(name: str, hub: WebHub, path: str, headers: dict[str, str]) -> Row:
    """Some thousand answers to the same request, beside the generator's ceiling on the same answer."""
    whole, size = first(hub.port, path, headers)
    before = _cpu_s(hub.process)
    seconds = in_another_process(loaded, hub.port, request_of(path, headers), _ASKED)
    spent = _cpu_s(hub.process) - before
    most = ceiling(whole, _ASKED)
    note = f"{_ASKED / seconds:,.0f} a second, {_ASKED / spent:,.0f} a second of one core; {size:,} bytes; "
    return Row(name, seconds, most, f"{note}the generator's ceiling {_ASKED / most:,.0f}")


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the web process did not start")


def _cpu_s(process: int) -> float:
    """Seconds of one core that a process has spent (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
