"""A wall around one process that the kernel keeps: what is not granted is shut, for good, even to root.

The web answers strangers and must not read the vault. In production its container does not mount the vault; on one
machine, where all processes run as the same user, Linux's Landlock does the same. It only ever *grants*: the vault is
shut because nothing that holds it, or lies in it, is granted. The wall binds only a process that has one thread yet,
and the engines start theirs when they are imported: so ``os.execv(*behind_wall("module:function", …))`` starts
Python afresh, raises the wall before anything else is loaded, then calls the function.

What the wall does not do (docs.kernel.org/userspace-api/landlock.html, "Current limitations"): files that were open
before stay open; size and dates of a path that one already knows can be asked (`stat`), though no folder be listed;
the network and Unix sockets are not touched. A granted folder that is removed and made again is granted no more.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from hub.errors import HubError
from hub.landlock import ON_A_FILE, Kernel, Linux, Right, known

if TYPE_CHECKING:  # settings load an engine, and with it threads
    from hub.settings import Settings

_READ = Right.EXECUTE | Right.READ_FILE | Right.READ_DIR
#: No program is run from a writable folder, no device or link made there. REFER: renames from one folder to another.
_WRITE = Right.READ_FILE | Right.READ_DIR | Right.WRITE_FILE | Right.TRUNCATE | Right.REFER
_WRITE |= Right.MAKE_REG | Right.MAKE_DIR | Right.REMOVE_FILE | Right.REMOVE_DIR

#: What Python and the engines read beside their own installation: libraries, certificates, names of hosts and users,
#: the machine's size (threads and memory are chosen by it). Not all of /etc, which holds other people's secrets.
_SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/dev/urandom", "/dev/random", "/sys/fs/cgroup", "/sys/devices/system"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory"),
    *("/etc/ld.so.cache", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/localtime", "/etc/timezone"),
    *("/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services"),
    *("/etc/protocols", "/etc/passwd", "/etc/group", "/etc/mime.types"),
)
#: What is read of an installation (a virtual environment, Python's own prefix, /usr): /usr/src or a home is not.
_INSTALLATION = ("bin", "lib", "lib32", "lib64", "share", "ssl", "pyvenv.cfg")
_PACKAGES = ("feeds", "governance", "hub", "mds")


class WallRefused(HubError):
    """This wall would not keep what it promises, so the process must not go on."""

    title = "The wall around the vault cannot stand so"


@dataclass(frozen=True, slots=True)
class Wall:
    """How the wall stands. `abi` is the kernel's version of Landlock; 0 where there is none, and `reason` says why."""

    abi: int
    reason: str = ""

    @property
    def enforced(self) -> bool:
        """Whether the kernel keeps the wall."""
        return self.abi > 0

    @property
    def sentence(self) -> str:
        """One line for whoever started the process."""
        if self.enforced:
            return f"the kernel keeps this process from the vault (Landlock ABI {self.abi})"
        return f"only the code keeps this process from the vault, not the kernel ({self.reason})"


class Needs(TypedDict):
    """The arguments of `raise_wall`."""

    readable: Sequence[Path]
    writable: Sequence[Path]
    forbidden: Path


def web_needs(settings: Settings) -> Needs:
    """What the web process needs: the released plane to read, and SQLite's folder to write where there is one.

    Makes the folders that are missing: what does not exist cannot be granted.
    """
    url = urlsplit(settings.records_url)
    folders = [Path(url.path.removeprefix("/")).parent] if url.scheme.startswith("sqlite") else []
    for folder in (settings.released_folder, *folders):
        folder.mkdir(parents=True, exist_ok=True)
    return Needs(readable=[settings.released_folder], writable=folders, forbidden=settings.vault_folder)


def process_paths() -> tuple[Path, ...]:
    """The files and folders that a Python process of this project reads to live, those that exist.

    The project's packages are granted one by one, never the folder around them: in a checkout that folder may hold a
    hub. They are imported here, for that folder can no longer be searched behind the wall.
    """
    own = [place for package in _PACKAGES for place in import_module(package).__path__]
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, "/usr", "/usr/local")
    paths = [*map(Path, _SYSTEM), *(Path(prefix, part) for prefix in prefixes for part in _INSTALLATION)]
    return tuple(dict.fromkeys(path for path in (*paths, *map(Path, own)) if path.exists()))


def raise_wall(
    *, readable: Sequence[Path], writable: Sequence[Path], forbidden: Path, kernel: Kernel | None = None
) -> Wall:
    """Let this process read only below `readable` and write only below `writable` (which it may read too).

    `process_paths()` are readable besides. `forbidden` is what the wall is raised against; it need not exist yet.
    Where the kernel has no Landlock nothing is done, and the answer says so.

    Raises:
        WallRefused: a granted path holds `forbidden` or lies in it; the process has threads already, which the
            wall would not bind; or `forbidden` can still be opened afterwards.
        FileNotFoundError: a granted path does not exist (nothing is granted by name alone).
    """
    readable = [*process_paths(), *readable]
    _keep_apart(forbidden, [*readable, *writable])
    kernel = kernel or Linux()
    try:
        abi = kernel.abi()
    except OSError as absent:  # another system, an older kernel, shut off at boot or by the container's own rules
        return Wall(0, f"Landlock: {absent.strerror}")
    _be_alone(kernel)
    handled = known(abi)
    rules = kernel.create(handled)
    try:
        _grant(kernel, rules, readable, _READ & handled)
        _grant(kernel, rules, [*writable, Path(os.devnull)], _WRITE & handled)
        kernel.restrict(rules)
    finally:
        os.close(rules)
    _try(forbidden)
    return Wall(abi)


def _keep_apart(forbidden: Path, granted: Iterable[Path]) -> None:
    vault = forbidden.resolve()
    for path in granted:
        place = path.resolve()
        if vault.is_relative_to(place) or place.is_relative_to(vault):
            raise WallRefused(f"{path} cannot be granted: it holds, or lies in, {forbidden}, which is to be shut")


def _be_alone(kernel: Kernel) -> None:
    # The rules bind the calling thread and its descendants. The pools of numpy and pyarrow start when they are
    # imported, and open files for their callers: the wall would have a door.
    if kernel.threads() > 1:
        raise WallRefused("other threads run already, and the wall would not bind them: raise it before imports")


def _grant(kernel: Kernel, rules: int, paths: Iterable[Path], rights: Right) -> None:
    for path in paths:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            folder = stat.S_ISDIR(os.fstat(place).st_mode)
            kernel.allow(rules, place, rights if folder else rights & ON_A_FILE)
        finally:
            os.close(place)


def _try(forbidden: Path) -> None:
    # Paths can be compared, mounts cannot: the same folder may lie under two names.
    try:
        next(forbidden.iterdir(), None)
    except (PermissionError, FileNotFoundError):
        return
    raise WallRefused(f"{forbidden} can still be listed behind the wall")


def behind_wall(
    target: str, *arguments: str, readable: Sequence[Path], writable: Sequence[Path], forbidden: Path
) -> tuple[str, list[str]]:
    """What `os.execv` takes to go on as a new program: raise the wall, then call `target` (``module:function``).

    The function finds `arguments` in `sys.argv` from 1 on. TMPDIR becomes the first writable folder: the machine's
    own is shut, for a hub may lie there.
    """
    grants = [f"--read={path}" for path in readable] + [f"--write={path}" for path in writable]
    command = [sys.executable, "-m", "hub.wall", f"--forbid={forbidden}", *grants, target, *arguments]
    return sys.executable, command


def main() -> None:
    """Raise the wall that the command line describes, say how it stands on standard error, call the target."""
    parser = argparse.ArgumentParser(prog="python -m hub.wall", description="Call a function behind the wall.")
    parser.add_argument("--forbid", type=Path, required=True)
    parser.add_argument("--read", type=Path, action="append", default=[])
    parser.add_argument("--write", type=Path, action="append", default=[])
    parser.add_argument("target")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    plan = parser.parse_args()
    try:
        wall = raise_wall(readable=plan.read, writable=plan.write, forbidden=plan.forbid)
    except (WallRefused, FileNotFoundError) as refusal:
        parser.error(str(refusal))
    sys.stderr.write(f"wall: {wall.sentence}\n")
    if plan.write:
        os.environ["TMPDIR"] = str(plan.write[0])
    sys.argv = [plan.target, *plan.arguments]
    sys.exit(resolve_name(plan.target)())


if __name__ == "__main__":
    main()
