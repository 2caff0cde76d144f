"""Reading documents of others: a value of the kind that is wanted, or nothing."""

from __future__ import annotations

import json
from typing import Any

from feeds.errors import NotACatalogue


def parsed(content: bytes) -> Any:
    """The value of a JSON document.

    Raises:
        NotACatalogue: it is none; names the line.
    """
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise NotACatalogue("this line is not UTF-8", row=content[: fault.start].count(b"\n") + 1) from fault
    except json.JSONDecodeError as fault:
        raise NotACatalogue(f"not JSON: {fault.msg}", row=fault.lineno) from fault
    except RecursionError as fault:
        raise NotACatalogue("nested too deeply to be a list of feeds") from fault


def text(value: Any, *path: str) -> str:
    """The text (or number, as text) at a path of keys; empty where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def items(value: Any, *path: str) -> list[Any]:
    """The list at a path of keys; empty where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []
