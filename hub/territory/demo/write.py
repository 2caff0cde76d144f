"""Files whose bytes depend on their content alone: no clock, no compressor, sorted keys."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv

#: The date in every archive's entries.
_STAMP: Final = (2026, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_PLAIN_FILE: Final = 0o100644 << 16


def json_file(path: Path, body: Any) -> Path:
    """Write JSON with sorted keys, indented."""
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return path


def csv_file(path: Path, table: pa.Table) -> Path:
    """Write a table as CSV with a header."""
    pacsv.write_csv(table, path, pacsv.WriteOptions(quoting_style="needed"))
    return path


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def zip_file(path: Path, members: Mapping[str, str]) -> Path:
    """Write an archive, members by name.

    They are stored, not deflated: what a deflater writes differs from one zlib to the next.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(entry, members[name].encode())
    return path
