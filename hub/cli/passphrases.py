"""Passphrases: typed without being shown, or read from a file; never an argument, which other users see."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from hub.errors import BadRequest

PASSPHRASE_FILE = typer.Option(
    "--passphrase-file", help="File whose first line is the passphrase; - reads standard input.", allow_dash=True
)


def passphrase(file: Path | None, *, is_new: bool = False) -> str:
    """The passphrase; asked for twice when it is a new one.

    Raises:
        BadRequest: the file cannot be read, or its first line is empty.
    """
    if file is None:
        return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new))
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadRequest(f"{file}: this passphrase file cannot be read") from fault
    lines = text.splitlines()
    if not lines or not lines[0]:
        raise BadRequest(f"{file}: the first line is to be the passphrase, and it is empty")
    return lines[0]
