"""The command ``hub`` for a shell that runs many of them: each is a fork of one process that has loaded everything.

A folder with an executable of that name is put first on PATH. It hands its words, folder, environment and the three
standard files to the warm process, whose fork does what `hub.cli.main` does with them, and ends with the same code.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from hub.cli import main
from tests.conftest import ROOT

_LARGEST = 1 << 17
_SHIM = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
    door.connect({door!r})
    said = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(door, [said], [0, 1, 2])
    sys.exit(int(door.recv(16)))
"""


@contextmanager
def warm_command(environment: Mapping[str, str], commands: Iterable[str]) -> Iterator[Path]:
    """Start a process that is warm for some commands; answers with the folder for PATH."""
    # Not below pytest's own folders: the name of a socket may have a hundred bytes.
    with tempfile.TemporaryDirectory(prefix="hub-warm-") as folder:
        door, shim = Path(folder) / "door", Path(folder) / "hub"
        shim.write_text(_SHIM.format(python=sys.executable, door=str(door)))
        shim.chmod(0o700)
        # No module is run as the program: the usage that is printed would name it.
        command = [sys.executable, "-c", f"from {__name__} import serve; serve()", str(door), *commands]
        with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as warm:
            assert warm.stdout is not None
            assert warm.stdout.readline() == "ready\n"
            try:
                yield shim.parent
            finally:
                warm.terminate()


def serve() -> None:
    """Fork for each who calls, until this is terminated. The program's arguments: where the socket is, the commands."""
    door, *commands = sys.argv[1:]
    for name in commands:
        import_module(f"hub.cli.{name}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who calls is told by the fork itself how it ended
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(door)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            calling, _ = listening.accept()
            if os.fork() == 0:
                _answer(calling)
            calling.close()


def _answer(calling: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, files, _, _ = socket.recv_fds(calling, _LARGEST, 3)
    words, folder, environment = json.loads(said)
    for standard, file in enumerate(files):
        os.dup2(file, standard)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["hub", *words]
    calling.send(str(_code()).encode())
    os._exit(0)


def _code() -> int:
    try:
        main()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter does: it says what happened, and the code is 1
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
