"""Files of agreements: texts that negotiators write or were handed, and signatures made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from governance.agreement import Agreement
from governance.commons_yaml.consents import read_offer
from governance.commons_yaml.known import known_of
from governance.commons_yaml.nodes import parse
from governance.errors import CommonsFileError
from governance.negotiation.text import LARGEST_TEXT_BYTES, read_text
from governance.world import World
from hub.errors import BadRequest


def read_offer_file(path: Path, world: World) -> Agreement:
    """A text in the form of the documents (YAML), or its JSON (a name that ends with .json).

    Raises:
        CommonsFileError, TermError: it is not understood; names line or field.
        BadRequest: the file cannot be read.
    """
    if path.suffix == ".json":
        return read_text(read_json(path), zone=ZoneInfo(world.basin.time_zone))
    return read_offer(parse(read_small(path), file=path.name), known=known_of(world))


def read_json(path: Path) -> Any:
    """What a JSON file says.

    Raises:
        CommonsFileError: it is none.
        BadRequest: the file cannot be read.
    """
    try:
        return json.loads(read_small(path))
    except (ValueError, RecursionError) as fault:
        raise CommonsFileError("is not JSON", file=path.name) from fault


def read_small(path: Path) -> str:
    """The text of a small file.

    Raises:
        BadRequest: it cannot be read, is not UTF-8, or is no small file.
    """
    try:
        if path.stat().st_size > 4 * LARGEST_TEXT_BYTES:
            raise BadRequest(f"{path} is too large to be the text of an agreement or of rules")
        return path.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise BadRequest(f"{path} is not UTF-8") from fault
    except OSError as fault:
        raise BadRequest(f"{path} cannot be read ({fault.strerror})") from fault


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON that people can read.

    Raises:
        BadRequest: the file cannot be written.
    """
    try:
        path.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    except OSError as fault:
        raise BadRequest(f"{path} cannot be written ({fault.strerror})") from fault
