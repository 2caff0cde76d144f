"""The documents that the hub published of itself, as anybody may read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from governance.registers.editions import REGISTER, Published
from hub.errors import BadRequest, NotFound
from hub.services.front import Front
from hub.services.turn import all_seen, seen


def published(front: Front) -> list[Published]:
    """Every document that was published. They are for everybody."""
    return [one.state for one in all_seen(front, REGISTER)]


def content(front: Front, register: str, form: str) -> tuple[str, bytes]:
    """The newest edition of a document, ``json``, ``fr`` or ``en``: the file's digest and the file.

    Raises:
        NotFound: no such document, or no such form of it.
        StorageError: it was damaged on the disk.
    """
    newest = seen(front, REGISTER, register).state.newest
    if form not in newest.files:
        raise NotFound(f"{register} is kept as {', '.join(sorted(newest.files))}")
    return newest.files[form], front.released.read(newest.files[form])


def read_document(text: bytes) -> Mapping[str, Any]:
    """A document from its file.

    Raises:
        BadRequest: it is no JSON object.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise BadRequest("this is no JSON file") from fault
    if not isinstance(found, Mapping):
        raise BadRequest("this is no JSON object")
    return found
