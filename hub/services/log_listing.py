"""What is told of entries, proofs and checkpoints, as JSON: the same by the command line and by the API."""

from __future__ import annotations

import json
from typing import Any

from hub.records.log import ID_DIGITS
from hub.records.log_pages import Opened
from hub.services.log_proofs import GoesOn, Included, Signed


def row(one: Opened) -> dict[str, Any]:
    """An entry in a list. Of an erased one only its place, id and parties are left."""
    told: dict[str, Any] = {"at": None, "actor": None, "action": "erased", "subject": None, "permitted": None}
    if one.text is not None:
        told = {name: getattr(one.text, name) for name in told}
    parties = [opening.party for opening in one.openings]
    return {"index": one.index, "id": one.commitment[:ID_DIGITS], **told, "parties": parties}


def whole(one: Opened) -> dict[str, Any]:
    """An entry with what opens its commitments, and its text read."""
    return {**opened(one), "said": json.loads(one.text.text) if one.text is not None else None}


def opened(one: Opened) -> dict[str, Any]:
    """An entry with what opens its commitments."""
    openings = [{"party": each.party, "number": each.number, "salt": each.salt} for each in one.openings]
    return {
        "index": one.index,
        "id": one.commitment[:ID_DIGITS],
        "commitment": one.commitment,
        "marks": one.marks,
        "openings": openings,
        "erased": one.text is None and not one.shut,
        "shut": one.shut,
        "salt": one.text.salt if one.text is not None else None,
        "text": one.text.text if one.text is not None else None,
    }


def signed(one: Signed) -> dict[str, Any]:
    """A checkpoint with its witnesses."""
    return {"size": one.row.size, "at": one.row.at, "key": one.row.key, "note": one.note, "witnesses": one.witnesses}


def included(one: Included) -> dict[str, Any]:
    """An inclusion proof."""
    return {
        "index": one.index,
        "commitment": one.commitment,
        "marks": one.marks,
        "proof": [each.hex() for each in one.path],
        "checkpoint": signed(one.checkpoint),
    }


def goes_on(one: GoesOn) -> dict[str, Any]:
    """A consistency proof, in the form that ``hub audit witness cosign`` reads."""
    return {"old": one.old, "proof": [each.hex() for each in one.path], "checkpoint": signed(one.checkpoint)}
