"""A child process that is watched: ended when it takes too long or too much memory.

Resident memory is looked at many times a second. A hard limit on the address space would be no measure for it: an
allocator reserves several times what it uses (measured with gtfs-guru on 2.4 million stop times: 0.9 GiB resident,
more than 6 GiB reserved).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_LOOK_EVERY_S = 0.02
#: getrusage(2) counts in KiB, but in bytes on macOS.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child printed; `fault` says in one line why it gave no answer, and is empty when it did."""

    output: bytes
    fault: str = ""


class Runner(Protocol):
    """Runs a program within limits: `run_child`, or what a test puts in its place."""

    def __call__(self, command: Sequence[str], *, memory: int, timeout_s: float) -> Answer:
        """As `run_child`."""
        ...


def run_child(command: Sequence[str], *, memory: int, timeout_s: float) -> Answer:
    """Run a program to its end, or to one of its limits: resident bytes (where ``/proc`` tells) and wall seconds."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as words:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=words) as process:  # noqa: S603 - callers give programs of ours
            fault = _watch(process, memory, timeout_s)
        output.seek(0)
        words.seek(0)
        said = words.read(1 << 16).decode(errors="replace").strip().splitlines()
        if not fault and process.returncode:
            fault = f"failed (exit {process.returncode}): {said[-1] if said else 'no word'}"
        return Answer(b"" if fault else output.read(), fault)


def _watch(process: subprocess.Popen[bytes], memory: int, timeout_s: float) -> str:
    waited_s = 0.0
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        # What ends the child is seen at the next look; how much it used is told exactly when it has ended.
        time.sleep(_LOOK_EVERY_S)
        waited_s += _LOOK_EVERY_S
        fault = _beyond(process.pid, memory, waited_s, timeout_s)
        if fault:
            process.kill()
            return fault
    _, status, used = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    return _too_much(memory) if used.ru_maxrss * _MAXRSS_UNIT > memory else ""


def _too_much(memory: int) -> str:
    return f"stopped at its memory limit of {memory >> 20} MiB"


def _beyond(pid: int, memory: int, waited_s: float, timeout_s: float) -> str:
    if waited_s >= timeout_s:
        return f"not done after {timeout_s:g} s"
    return _too_much(memory) if _resident(pid) > memory else ""


def _resident(pid: int) -> int:
    """Resident bytes of a process, 0 where the system does not tell (no ``/proc``) or once it has ended."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * resource.getpagesize()
