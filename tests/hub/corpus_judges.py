"""What stands in for the checks in another process: it fails, or ends the process, as the feed's name asks."""

from __future__ import annotations

import os
from pathlib import Path

from hub.services.corpus import Judged
from hub.services.standards import Terms


def moody(path: Path, standard: str, terms: Terms) -> Judged:
    """By the feed's name."""
    if path.stem == "ends":
        os._exit(9)
    if path.stem == "fails":
        raise ZeroDivisionError("a rule divides by zero")
    return Judged(standard, "pass", {terms.at.isoformat(): 1})
