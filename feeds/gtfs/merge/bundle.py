"""A zip archive that is the same bytes for the same content: entries in the order of writing, without time or owner."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

#: The earliest date that a zip archive can hold.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


class Bundle:
    """The archive that is written; one entry after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def entry(self, name: str) -> Iterator[IO[bytes]]:
        """A stream into a new entry."""
        info = zipfile.ZipInfo(name, _NO_TIME)
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _PLAIN_FILE
        # Its size is not known before: a table of stop times may pass 4 GiB.
        with self._archive.open(info, "w", force_zip64=True) as stream:
            yield stream


@contextmanager
def bundle(target: Path) -> Iterator[Bundle]:
    """Write the archive `target`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        yield Bundle(archive)
