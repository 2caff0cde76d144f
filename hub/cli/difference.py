"""A difference of the rules on the command line: options, or a file of paths and values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
import yaml

from hub.errors import BadRequest

FILE = typer.Argument(help="YAML or JSON file of paths and values; null removes a floor.", exists=True, dir_okay=False)
SET = typer.Option("--set", help="PATH=VALUE, such as floors.members.min_trips=20 (may be given often).")
DROP = typer.Option("--drop", help="Path of a floor to remove, or floors.AUDIENCE (may be given often).")


def difference_of(file: Path | None, set_: list[str] | None, drop: list[str] | None) -> dict[str, object]:
    """What the file and the options say; later ones win.

    Raises:
        BadRequest: the file is no mapping, or an option no PATH=VALUE.
    """
    found: dict[str, object] = dict(_read(file)) if file is not None else {}
    for one in set_ or []:
        path, separator, value = one.partition("=")
        if not separator or not path:
            raise BadRequest(f"--set takes PATH=VALUE, not {one!r}")
        found[path] = _value(path, value)
    return found | dict.fromkeys(drop or [])


def _value(path: str, text: str) -> object:
    if path.endswith(".finest") and not text.startswith("["):
        return [grain.strip() for grain in text.split(",")]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(file: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as fault:
        raise BadRequest(f"{file}: no YAML and no JSON") from fault
    if not isinstance(found, dict) or not all(isinstance(path, str) for path in found):
        raise BadRequest(f"{file}: a difference is a mapping of paths to values")
    return found
