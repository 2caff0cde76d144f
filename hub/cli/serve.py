"""``hub serve``: web, intake, worker and scheduler as separate processes, and each of them alone.

Each of them loads what it runs, and not what the others run: that saves memory and seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
import uvicorn

from hub.bootstrap import back_office, front_office
from hub.cli.options import HOME
from hub.cli.render import complain, say
from hub.settings import Settings, settings_of
from hub.wall import behind_wall, web_needs

app = typer.Typer(add_completion=False)


class Part(StrEnum):
    """A process of the hub."""

    WEB = "web"
    INTAKE = "intake"
    WORKER = "worker"
    SCHEDULER = "scheduler"


Home = Annotated[Path | None, HOME]
SEALING = "HUB_SEALING_KEY"


@app.command()
def serve(
    home: Home = None,
    only: Annotated[Part | None, typer.Option(help="Run one process in the foreground instead of all.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on (web and intake).")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the web door; intake takes the next one.")] = 8000,
) -> None:
    """Serve the hub. The web process has no way into the vault."""
    settings = settings_of(home)
    if only is None:
        _serve_all(settings, host, port)
        return
    {Part.WEB: _web, Part.INTAKE: _intake, Part.WORKER: _worker, Part.SCHEDULER: _scheduler}[only](settings, host, port)


def _serve_all(settings: Settings, host: str, port: int) -> None:
    front_office(settings).records.upgrade()
    ports = {part: port + (part is Part.INTAKE) for part in Part}
    children = [_start(settings, part, host, ports[part]) for part in Part]
    say(f"Web    http://{host}:{port}/   (API at /api/v1, its description at /api/v1/docs)")
    say(f"Intake http://{host}:{port + 1}/   Ctrl-C stops all.")
    if not settings.contact:
        say("HUB_CONTACT is not set: operators do not see who asks them, and a GBFS system that names no contact")
        say("of its own is published without its system_information.")
    # A process that ends takes the others down with it, and a supervisor sees it: half a hub is no hub.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        ended, _ = os.wait()
        complain(f"a process of the hub ended ({ended}); the others are stopped")
        raise typer.Exit(2)
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def _start(settings: Settings, part: Part, host: str, port: int) -> subprocess.Popen[bytes]:
    reached = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    public = f"http://{reached}:{port if part is not Part.INTAKE else port - 1}"
    environment = {"HUB_PUBLIC_URL": public, **os.environ, "HUB_HOME": str(settings.home)}
    if part is Part.WEB:
        environment.pop(SEALING, None)
    command = [sys.executable, "-m", "hub", "serve", "--only", part.value, "--host", host, "--port", str(port)]
    return subprocess.Popen(command, env=environment)  # noqa: S603 - our own interpreter and words


def _web(settings: Settings, host: str, port: int) -> None:
    # The wall binds threads that are started behind it, and importing the engines starts some: so a new program
    # takes this one's place and raises the wall before it loads anything (see hub/wall.py).
    os.environ.update(settings.as_environment())
    os.environ.pop(SEALING, None)  # the web seals credentials and never opens one
    os.execv(*behind_wall("hub.cli.serve:answer", host, str(port), **web_needs(settings)))  # noqa: S606 - no shell


def answer() -> None:
    """What runs behind the wall: the web door, at the host and port of the program's arguments."""
    from hub.api.app import create_app  # noqa: PLC0415 - see above

    host, port = sys.argv[1:]
    uvicorn.run(create_app(front_office(Settings())), host=host, port=int(port), log_level="warning", access_log=False)


def _intake(settings: Settings, host: str, port: int) -> None:
    from hub.intake.app import create_intake  # noqa: PLC0415 - see above

    uvicorn.run(create_intake(back_office(settings)), host=host, port=port, log_level="warning", access_log=False)


def _worker(settings: Settings, host: str, port: int) -> None:
    from hub.jobs.worker import work_side_by_side  # noqa: PLC0415 - see above
    from hub.records import sealing  # noqa: PLC0415 - see above

    back = back_office(settings)
    with back.front.records.write() as session:
        sealing.tell(session, back.opener.sealer(), at=back.front.clock())
    work_side_by_side(back, f"worker-{os.getpid()}", _stop_on_signal(), pollers=settings.pollers)


def _scheduler(settings: Settings, host: str, port: int) -> None:
    from hub.jobs.scheduler import keep_time  # noqa: PLC0415 - see above

    keep_time(front_office(settings), _stop_on_signal())


def _stop_on_signal() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
