"""The examples of the reference of catalogues, by name."""

from __future__ import annotations

import re

from tests.conftest import ROOT

_EXAMPLE = re.compile(r"<!-- example: ([a-z-]+) -->\n```[a-z]+\n(.*?)```", re.DOTALL)


def examples() -> dict[str, bytes]:
    """Each example's text as a file would hold it."""
    text = (ROOT / "docs" / "reference" / "catalogues.md").read_text("utf-8")
    return {name: body.encode() for name, body in _EXAMPLE.findall(text)}
