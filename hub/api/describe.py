"""The description of the API as it is committed: ``python -m hub.api.describe docs/reference/openapi.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hub.api.app import described_app


def description() -> str:
    """The OpenAPI document as text, names in order: the same code gives the same bytes."""
    return json.dumps(described_app().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(description(), "utf-8")
