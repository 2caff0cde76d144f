"""A child process that is watched: ended when it takes too long or too much memory.

Resident memory is looked at many times a second. A hard limit on the address space would be no measure for it: an
allocator reserves several times what it uses (measured with gtfs-guru on 2.4 million stop times: 0.9 GiB resident,
more than 6 GiB reserved).
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_LOOK_EVERY_S = 0.02
#: What a Python program needs of its surroundings. All else is kept from it: it parses what strangers send, and the
#: environment of a service holds passwords.
_ENVIRONMENT = frozenset(
    {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT"}
)


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
        told = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT}
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=words, env=told) as process:  # noqa: S603 - callers give programs of ours
            fault = _watch(process, memory, timeout_s)
        output.seek(0)
        words.seek(0)
        said = words.read(1 << 16).decode(errors="replace").strip().splitlines()
        if not fault and process.returncode:
            fault = f"failed (exit {process.returncode}): {_kind(said[-1] if said else '')}"
        return Answer(b"" if fault else output.read(), fault)


def _kind(last_line: str) -> str:
    # Only which exception it was: the sentence may hold a path of this machine, and reports are read by everybody.
    kind = last_line.partition(":")[0].strip()
    return kind if kind.replace(".", "").isidentifier() else "no word"


def _watch(process: subprocess.Popen[bytes], memory: int, timeout_s: float) -> str:
    # getrusage(2) of the ended child would be no measure: it also holds what this process used when it forked.
    waited_s = 0.0
    while True:
        try:
            process.wait(timeout=_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            waited_s += _LOOK_EVERY_S
            fault = _beyond(process.pid, memory, waited_s, timeout_s)
            if fault:
                process.kill()
                return fault
        else:
            return ""


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
