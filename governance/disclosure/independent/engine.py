"""Which auditor, of which version, with which solver: what a certificate names."""

from __future__ import annotations

from importlib.metadata import version

#: Counts up when the auditor's questions change.
AUDITOR = 1


def engine() -> str:
    """``independent 1, scipy 1.17.1``."""
    return f"independent {AUDITOR}, scipy {version('scipy')}"
