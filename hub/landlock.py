"""Linux's Landlock, as far as files go: rights, and the three system calls, which the C library does not have.

Source: docs.kernel.org/userspace-api/landlock.html and ``include/uapi/linux/landlock.h``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Mapping
from enum import IntFlag
from pathlib import Path
from typing import Final, Protocol


class Right(IntFlag):
    """What may be done with a file or a folder: the bits LANDLOCK_ACCESS_FS_*."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


#: Rights that came after ABI 1 (Linux 5.13). A kernel refuses a set of rules that names a right it does not know.
SINCE_ABI: Final[Mapping[Right, int]] = {Right.REFER: 2, Right.TRUNCATE: 3, Right.IOCTL_DEV: 5}
#: Rights that mean something on a file; a rule on a file may hold no other.
ON_A_FILE: Final = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE | Right.IOCTL_DEV


def known(abi: int) -> Right:
    """The rights that a kernel of this ABI knows."""
    rights = Right(0)
    for right in Right:
        if SINCE_ABI.get(right, 1) <= abi:
            rights |= right
    return rights


class Kernel(Protocol):
    """What is asked of a kernel. Each raises OSError when the kernel says no."""

    def abi(self) -> int:
        """The version of Landlock."""

    def create(self, handled: Right) -> int:
        """A descriptor of new rules, by which every right in `handled` is denied until it is granted."""

    def allow(self, rules: int, place: int, rights: Right) -> None:
        """Grant `rights` on an open file, or on an open folder and all that lies beneath it."""

    def restrict(self, rules: int) -> None:
        """Bind this thread, and all that it will start, to the rules; it cannot be undone."""

    def threads(self) -> int:
        """How many threads this process has, those of native libraries included."""


class Linux:
    """The kernel that runs this process."""

    def abi(self) -> int:
        """See `Kernel`; the flag 1 (LANDLOCK_CREATE_RULESET_VERSION) asks for the version and creates nothing."""
        if sys.platform != "linux":
            raise OSError(errno.ENOSYS, f"not on {sys.platform}")
        return _call(_CREATE_RULESET, None, 0, 1)

    def create(self, handled: Right) -> int:
        """See `Kernel`. Later ABIs read more fields than this one; what is not passed is not handled."""
        attributes = ctypes.c_uint64(handled)
        return _call(_CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)

    def allow(self, rules: int, place: int, rights: Right) -> None:
        """See `Kernel`; the type 1 is LANDLOCK_RULE_PATH_BENEATH."""
        _call(_ADD_RULE, rules, 1, ctypes.byref(_PathBeneath(rights, place)), 0)

    def restrict(self, rules: int) -> None:
        """See `Kernel`. Whoever restricts itself must first give up gaining rights by running a program."""
        if _libc().prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
            raise _fault()
        _call(_RESTRICT_SELF, rules, 0)

    def threads(self) -> int:
        """See `Kernel`."""
        return sum(1 for _ in Path("/proc/self/task").iterdir())


# The same numbers on every processor that Python's wheels are built for (asm-generic/unistd.h).
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    answer: int = _libc().syscall(ctypes.c_long(number), *words)
    if answer < 0:
        raise _fault()
    return answer


def _fault() -> OSError:
    return OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
